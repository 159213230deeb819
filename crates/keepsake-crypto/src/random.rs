//! Where randomness comes from: whoever calls hands it in, so that the pure crates know no system.

use crate::CryptoError;

/// A cryptographically secure source.
pub trait Random {
    /// Fills the whole slice.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), CryptoError>;

    /// So many random bytes.
    fn make<const N: usize>(&mut self) -> Result<[u8; N], CryptoError>
    where
        Self: Sized,
    {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }
}
