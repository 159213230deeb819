//! Bytes that are wiped when they are dropped, quickly also where there are many.

use core::ops::{Deref, DerefMut};

use zeroize::Zeroize;

/// A plaintext on its way in or out of an envelope.
///
/// `Zeroizing<Vec<u8>>` promises the same, but writes one byte at a time, which in WebAssembly takes longer than sealing does
/// in the browser.
#[derive(Default)]
pub struct Plaintext(Vec<u8>);

impl Plaintext {
    /// Nothing yet, with room for so many bytes: what has to grow leaves a copy behind.
    pub fn with_capacity(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }
}

impl From<Vec<u8>> for Plaintext {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl Deref for Plaintext {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.0
    }
}

impl DerefMut for Plaintext {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }
}

impl Drop for Plaintext {
    fn drop(&mut self) {
        // What was cut off still stands behind the end.
        self.0.resize(self.0.capacity(), 0);
        self.0.as_mut_slice().zeroize();
    }
}
