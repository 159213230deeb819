//! Bytes that are wiped when they are dropped, quickly also where there are many.

use core::ops::Deref;

use zeroize::optimization_barrier;

/// A plaintext on its way in or out of an envelope.
///
/// `Zeroizing<Vec<u8>>` promises the same, but writes one byte at a time, which in WebAssembly takes as long as sealing does
/// in the browser. This fills at once, and the barrier behind it keeps the compiler from leaving the filling out.
#[derive(Default)]
pub struct Plaintext {
    bytes: Vec<u8>,
    /// How many of the bytes come before the plaintext.
    start: usize,
}

impl Plaintext {
    /// Nothing yet, with room for so many bytes: what has to grow leaves a copy behind.
    pub fn with_capacity(bytes: usize) -> Self {
        Self::from(Vec::with_capacity(bytes))
    }

    /// The bytes, to put more behind them.
    pub fn bytes_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// So many bytes from the one at `start` on, where they stand.
    pub(crate) fn cut(mut self, start: usize, length: usize) -> Self {
        self.bytes.truncate(start + length);
        Self { bytes: core::mem::take(&mut self.bytes), start }
    }

    fn wipe(&mut self) {
        // What was cut off still stands behind the end.
        self.bytes.resize(self.bytes.capacity(), 0);
        self.bytes.fill(0);
        optimization_barrier(self.bytes.as_slice());
    }
}

impl From<Vec<u8>> for Plaintext {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes, start: 0 }
    }
}

impl Deref for Plaintext {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }
}

impl Drop for Plaintext {
    fn drop(&mut self) {
        self.wipe();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_plaintext_reads_as_its_part_and_is_wiped_whole() {
        let mut plaintext = Plaintext::from(b"green tea, hot".to_vec()).cut(6, 3);
        assert_eq!(*plaintext, *b"tea");
        plaintext.wipe();
        assert!(plaintext.bytes.len() >= 14 && plaintext.bytes.iter().all(|&byte| byte == 0));
    }
}
