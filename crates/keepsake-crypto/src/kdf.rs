//! From a passphrase to a key-encryption key: Argon2id, with parameters that stand beside the salt in the header.

use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::{CryptoError, Random, SecretKey};

/// Bytes of salt.
pub const SALT_LEN: usize = 16;

const MAX_PASSPHRASE_BYTES: usize = 1024;

const DEFAULT_MEMORY_KIB: u32 = 64 * 1024;
const DEFAULT_PASSES: u32 = 3;

/// How a key-encryption key is derived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kdf {
    /// Random, one for each slot.
    pub salt: [u8; SALT_LEN],
    /// Memory in KiB: 19,456 to 1,048,576.
    pub memory_kib: u32,
    /// Passes: 2 to 16.
    pub passes: u32,
    /// Lanes: 1 to 4.
    pub lanes: u32,
}

impl Kdf {
    /// The parameters for a new slot: 64 MiB and 3 passes, with a random salt.
    pub fn make(random: &mut impl Random) -> Result<Self, CryptoError> {
        Ok(Self { salt: random.make()?, memory_kib: DEFAULT_MEMORY_KIB, passes: DEFAULT_PASSES, lanes: 1 })
    }

    /// Whether a new slot would be harder to guess: then this one is to be raised.
    pub fn is_below_default(&self) -> bool {
        u64::from(self.memory_kib) * u64::from(self.passes) < u64::from(DEFAULT_MEMORY_KIB) * u64::from(DEFAULT_PASSES)
    }

    /// Refuses what is too weak to trust (the OWASP minimum is the floor) and what would only serve to hang the browser.
    pub fn check(&self) -> Result<(), CryptoError> {
        let in_bounds = (19 * 1024..=1024 * 1024).contains(&self.memory_kib)
            && (2..=16).contains(&self.passes)
            && (1..=4).contains(&self.lanes);
        if in_bounds { Ok(()) } else { Err(CryptoError::BadKdf) }
    }
}

/// A passphrase (UTF-8) in the one form that keys are derived from: NFKC, however it was typed.
pub fn normal_passphrase(passphrase: &[u8]) -> Result<Zeroizing<String>, CryptoError> {
    if passphrase.is_empty() || passphrase.len() > MAX_PASSPHRASE_BYTES {
        return Err(CryptoError::BadPassphrase);
    }
    let text = core::str::from_utf8(passphrase).map_err(|_| CryptoError::BadPassphrase)?;
    // NFKC can lengthen text eighteenfold; with room reserved no unwiped copy is left behind by growing.
    let mut normal = Zeroizing::new(String::with_capacity(passphrase.len() * 18));
    normal.extend(text.nfkc());
    Ok(normal)
}

/// The key-encryption key of a passphrase (UTF-8, normalised here). Takes about a third of a second and 64 MiB.
pub fn derive_kek(passphrase: &[u8], kdf: &Kdf) -> Result<SecretKey, CryptoError> {
    kdf.check()?;
    let normal = normal_passphrase(passphrase)?;
    let params = Params::new(kdf.memory_kib, kdf.passes, kdf.lanes, Some(32)).map_err(|_| CryptoError::BadKdf)?;
    let mut kek = SecretKey::zero();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(normal.as_bytes(), &kdf.salt, kek.expose_mut())
        .map_err(|_| CryptoError::OutOfMemory)?;
    Ok(kek)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FLOOR: Kdf = Kdf { salt: [7; SALT_LEN], memory_kib: 19 * 1024, passes: 2, lanes: 1 };

    #[test]
    fn argon2id_gives_the_answer_of_rfc_9106() {
        // Section 5.3: 32 KiB, 3 passes, 4 lanes, with a secret and associated data.
        let params = argon2::ParamsBuilder::new()
            .m_cost(32)
            .t_cost(3)
            .p_cost(4)
            .data(argon2::AssociatedData::new(&[4; 12]).unwrap())
            .output_len(32)
            .build()
            .unwrap();
        let argon = Argon2::new_with_secret(&[3; 8], Algorithm::Argon2id, Version::V0x13, params).unwrap();
        let mut tag = [0; 32];
        argon.hash_password_into(&[1; 32], &[2; 16], &mut tag).unwrap();
        assert_eq!(hex::encode(tag), "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
    }

    #[test]
    fn the_same_words_typed_otherwise_are_the_same_key() {
        let composed = derive_kek("caf\u{e9} \u{fb01}x".as_bytes(), &FLOOR).unwrap();
        let decomposed = derive_kek("cafe\u{301} fix".as_bytes(), &FLOOR).unwrap();
        assert!(composed == decomposed);
        assert!(composed != derive_kek(b"cafe fix", &FLOOR).unwrap());
    }

    #[test]
    fn parameters_beyond_floor_and_ceiling_are_refused_before_any_work() {
        for kdf in [
            Kdf { memory_kib: 19 * 1024 - 1, ..FLOOR },
            Kdf { memory_kib: 1024 * 1024 + 1, ..FLOOR },
            Kdf { passes: 1, ..FLOOR },
            Kdf { passes: 17, ..FLOOR },
            Kdf { lanes: 0, ..FLOOR },
            Kdf { lanes: 5, ..FLOOR },
        ] {
            assert_eq!(derive_kek(b"x", &kdf).err(), Some(CryptoError::BadKdf));
        }
    }

    #[test]
    fn what_is_no_passphrase_is_refused() {
        for bytes in [&b""[..], &[0xff], &[b'x'; MAX_PASSPHRASE_BYTES + 1]] {
            assert_eq!(derive_kek(bytes, &FLOOR).err(), Some(CryptoError::BadPassphrase));
        }
    }

    proptest! {
        #[test]
        fn only_what_is_within_every_bound_is_allowed(
            memory_kib in prop_oneof![any::<u32>(), 19_000..20_000_u32, 1_048_000..1_049_000_u32],
            passes in prop_oneof![any::<u32>(), 0..20_u32],
            lanes in prop_oneof![any::<u32>(), 0..6_u32],
        ) {
            let kdf = Kdf { memory_kib, passes, lanes, ..FLOOR };
            let nearest = (memory_kib.clamp(19_456, 1_048_576), passes.clamp(2, 16), lanes.clamp(1, 4));
            let allowed = nearest == (memory_kib, passes, lanes);
            prop_assert_eq!(kdf.check().is_ok(), allowed);
            if !allowed {
                prop_assert_eq!(derive_kek(b"x", &kdf).err(), Some(CryptoError::BadKdf));
            }
        }
    }
}
