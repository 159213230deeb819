//! Keys: the vault key, the subkeys derived from it, and keyed identifiers.

use blake2::Blake2bMac;
use blake2::digest::consts::U16;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::{CryptoError, Purpose, Random, Sealer};

/// 32 secret bytes: wiped when dropped, compared in constant time, never shown.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct SecretKey([u8; 32]);

impl SecretKey {
    /// A new random key.
    pub fn make(random: &mut impl Random) -> Result<Self, CryptoError> {
        let mut key = Self([0; 32]);
        random.fill(&mut key.0)?;
        Ok(key)
    }

    /// The key in these bytes; `None` where there are not 32 of them. The caller wipes the bytes.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The bytes, to hand on or to seal.
    pub fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// A second one like it, for who has to keep it.
    pub fn duplicate(&self) -> Self {
        Self(self.0)
    }

    /// To be written over at once.
    pub(crate) fn zero() -> Self {
        Self([0; 32])
    }

    pub(crate) fn expose_mut(&mut self) -> &mut [u8; 32] {
        &mut self.0
    }
}

impl PartialEq for SecretKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

/// The key that everything in a vault hangs from.
pub struct VaultKey(SecretKey);

impl VaultKey {
    /// A new random vault key.
    pub fn make(random: &mut impl Random) -> Result<Self, CryptoError> {
        SecretKey::make(random).map(Self)
    }

    /// The vault key that a slot held.
    pub fn from_secret(secret: SecretKey) -> Self {
        Self(secret)
    }

    /// The bytes, to seal in a slot.
    pub fn secret(&self) -> &SecretKey {
        &self.0
    }

    /// What seals and opens the envelopes of one purpose.
    pub fn derive_sealer(&self, purpose: Purpose) -> Sealer {
        Sealer::new(&self.derive(purpose.label()), purpose)
    }

    fn derive(&self, label: &str) -> SecretKey {
        derive(&self.0, label)
    }
}

/// What a vault's identifiers hang from: random like the vault key, but kept when that is replaced, so that objects keep
/// their places, subjects their ids, and what was forgotten stays known as such.
pub struct IdentityKey(SecretKey);

impl IdentityKey {
    /// A new random one.
    pub fn make(random: &mut impl Random) -> Result<Self, CryptoError> {
        SecretKey::make(random).map(Self)
    }

    /// The one that a manifest held.
    pub fn from_secret(secret: SecretKey) -> Self {
        Self(secret)
    }

    /// The bytes, to seal in a manifest.
    pub fn secret(&self) -> &SecretKey {
        &self.0
    }

    /// What makes identifiers under a label.
    pub fn derive_id_key(&self, label: &str) -> IdKey {
        IdKey(derive(&self.0, label))
    }

    /// What tells equal texts under a label.
    pub fn derive_text_key(&self, label: &str) -> TextKey {
        TextKey(derive(&self.0, label))
    }
}

fn derive(key: &SecretKey, label: &str) -> SecretKey {
    let mut subkey = SecretKey::zero();
    // Expanding to 32 bytes cannot fail: the limit is 255 times the digest's length. Were it to, the key would be all
    // zero, so that is ruled out here rather than assumed.
    let expanded = Hkdf::<Sha256>::new(None, key.expose())
        .expand_multi_info(&[b"keepsake/1 ", label.as_bytes()], subkey.expose_mut());
    assert!(expanded.is_ok(), "HKDF-SHA256 expands to 32 bytes");
    subkey
}

/// Makes identifiers that say nothing to whoever lacks the key.
pub struct IdKey(SecretKey);

impl IdKey {
    /// HMAC-SHA256 over the parts, each with its length before it so that no two lists of parts are the same bytes.
    pub fn derive_tag(&self, parts: &[&[u8]]) -> [u8; 32] {
        let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(self.0.expose()) else {
            unreachable!("HMAC takes a key of any length")
        };
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// The first 128 bits of [`Self::derive_tag`].
    pub fn derive_id(&self, parts: &[&[u8]]) -> [u8; 16] {
        let mut id = [0; 16];
        let tag = self.derive_tag(parts);
        id.iter_mut().zip(tag).for_each(|(to, from)| *to = from);
        id
    }
}

/// Tells equal texts without telling what they say: BLAKE2b with a key, which is what is fast over a whole memory.
pub struct TextKey(SecretKey);

impl TextKey {
    /// 128 bits that equal texts have in common.
    pub fn derive_id(&self, text: &[u8]) -> [u8; 16] {
        let Ok(mut mac) = <Blake2bMac<U16> as KeyInit>::new_from_slice(self.0.expose()) else {
            unreachable!("BLAKE2b takes a key of 32 bytes")
        };
        Mac::update(&mut mac, text);
        mac.finalize().into_bytes().into()
    }
}

/// SHA-256 over the parts, each with its length before it; links a receipt to the one before.
pub fn digest(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> IdentityKey {
        IdentityKey::from_secret(SecretKey([byte; 32]))
    }

    #[test]
    fn labels_and_keys_make_other_subkeys() {
        let id = |key: &IdentityKey, label| key.derive_id_key(label).derive_id(&[b"x"]);
        assert_eq!(id(&key(1), "a"), id(&key(1), "a"));
        assert_ne!(id(&key(1), "a"), id(&key(1), "b"));
        assert_ne!(id(&key(1), "a"), id(&key(2), "a"));
    }

    #[test]
    fn parts_cannot_run_into_each_other() {
        let ids = key(1).derive_id_key("a");
        assert_ne!(ids.derive_id(&[b"ab", b"c"]), ids.derive_id(&[b"a", b"bc"]));
        assert_ne!(digest(&[b"ab", b"c"]), digest(&[b"a", b"bc"]));
    }
}
