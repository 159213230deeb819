//! The key that XAES-256-GCM derives for one message, for an AES-256-GCM that is not in this crate.
//!
//! [C2SP XAES-256-GCM](https://c2sp.org/XAES-256-GCM), steps 1 to 5: two blocks of AES-256-CMAC over a counter, the label
//! `X` and the first half of the nonce. The crate that seals short messages does the same and keeps the key to itself.

use aes_gcm::aes::Aes256;
use aes_gcm::aes::cipher::{BlockCipherEncrypt, KeyInit};

use crate::SecretKey;

/// Derives message keys from one key.
pub(crate) struct MessageKeys {
    aes: Aes256,
    /// CMAC's first subkey.
    k1: [u8; 16],
}

impl MessageKeys {
    pub fn new(key: &SecretKey) -> Self {
        let aes = Aes256::new(key.expose().into());
        let mut block = [0; 16].into();
        aes.encrypt_block(&mut block);
        let doubled = u128::from_be_bytes(block.into());
        // Doubling in GF(2^128): where a bit falls out at the top, the polynomial comes in at the bottom.
        let carry = if doubled >> 127 == 1 { 0b1000_0111 } else { 0 };
        Self { aes, k1: ((doubled << 1) ^ carry).to_be_bytes() }
    }

    /// The key for the message with this nonce.
    pub fn derive(&self, nonce: &[u8; 24]) -> SecretKey {
        let mut key = SecretKey::zero();
        for (counter, half) in (1..).zip(key.expose_mut().chunks_exact_mut(16)) {
            let mut block = self.k1;
            let message = [0, counter, b'X', 0].into_iter().chain(nonce.iter().copied());
            block.iter_mut().zip(message).for_each(|(byte, with)| *byte ^= with);
            let mut block = block.into();
            self.aes.encrypt_block(&mut block);
            half.copy_from_slice(&block);
        }
        key
    }
}
