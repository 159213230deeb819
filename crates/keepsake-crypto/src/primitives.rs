//! What the system around the crate brings: randomness, and a faster AES-256-GCM where there is one.

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use zeroize::Zeroizing;

use crate::{CryptoError, Random, SecretKey};

/// A system. Whatever it does not bring is done by this crate.
#[allow(async_fn_in_trait, reason = "a vault runs on one thread: no caller needs the futures to be Send")]
pub trait Primitives: Random {
    /// From how many bytes on the two functions below are faster than this crate.
    const LONG: usize = usize::MAX;

    /// AES-256-GCM: the ciphertext with the tag behind it.
    async fn seal_gcm(
        &self,
        key: &SecretKey,
        nonce: &[u8; 12],
        associated: &[u8],
        plaintext: &[u8],
    ) -> Result<Vec<u8>, CryptoError> {
        let cipher = Aes256Gcm::new(key.expose().into());
        let payload = Payload { msg: plaintext, aad: associated };
        cipher.encrypt(nonce.into(), payload).map_err(|_| CryptoError::DoesNotOpen)
    }

    /// The plaintext, where the tag fits.
    async fn open_gcm(
        &self,
        key: &SecretKey,
        nonce: &[u8; 12],
        associated: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let cipher = Aes256Gcm::new(key.expose().into());
        let payload = Payload { msg: sealed, aad: associated };
        cipher.decrypt(nonce.into(), payload).map(Zeroizing::new).map_err(|_| CryptoError::DoesNotOpen)
    }
}
