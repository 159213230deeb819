//! What the system around the crate brings: randomness, and a faster AES-256-GCM where there is one.

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{Aead, KeyInit, Payload};

use crate::{CryptoError, Plaintext, Random, SecretKey};

/// A system. Whatever it does not bring is done by this crate.
#[allow(async_fn_in_trait, reason = "a vault runs on one thread: no caller needs the futures to be Send")]
pub trait Primitives: Random {
    /// From how many bytes on the two functions below are faster than this crate.
    const LONG: usize = usize::MAX;

    /// AES-256-GCM: puts the ciphertext with the tag behind it at the end of `output`.
    async fn seal_gcm(
        &self,
        key: &SecretKey,
        nonce: &[u8; 12],
        associated: &[u8],
        plaintext: &[u8],
        output: &mut Vec<u8>,
    ) -> Result<(), CryptoError> {
        let cipher = Aes256Gcm::new(key.expose().into());
        let payload = Payload { msg: plaintext, aad: associated };
        output.extend(cipher.encrypt(nonce.into(), payload).map_err(|_| CryptoError::DoesNotOpen)?);
        Ok(())
    }

    /// The plaintext, where the tag fits.
    async fn open_gcm(
        &self,
        key: &SecretKey,
        nonce: &[u8; 12],
        associated: &[u8],
        sealed: &[u8],
    ) -> Result<Plaintext, CryptoError> {
        let cipher = Aes256Gcm::new(key.expose().into());
        let payload = Payload { msg: sealed, aad: associated };
        cipher.decrypt(nonce.into(), payload).map(Plaintext::from).map_err(|_| CryptoError::DoesNotOpen)
    }
}
