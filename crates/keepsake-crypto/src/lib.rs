#![doc = include_str!("../README.md")]

mod envelope;
mod kdf;
mod keys;
mod message_key;
mod padding;
mod plaintext;
mod primitives;
mod random;
mod recovery;
mod set_hash;

pub use envelope::{
    Context, ENVELOPE_OVERHEAD, FORMAT_VERSION, Purpose, Sealer, Sealing, WaitingSeal, revision_of, seal_all, tag_of,
};
pub use kdf::{Kdf, SALT_LEN, derive_kek, normal_passphrase};
pub use keys::{IdKey, IdentityKey, SecretKey, TextKey, VaultKey, digest};
pub use padding::{pad, padded_len, unpad};
pub use plaintext::Plaintext;
pub use primitives::Primitives;
pub use random::Random;
pub use recovery::RecoveryCode;
pub use set_hash::SetHash;

/// Why nothing came out. Never says what went in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CryptoError {
    /// The envelope is not one, was changed, belongs elsewhere, or was made with another key.
    #[error("a sealed object does not open: it was damaged, moved, or made with another key")]
    DoesNotOpen,
    /// The envelope has a version that this Keepsake does not know.
    #[error("a sealed object has format version {0}, which this Keepsake does not know: update Keepsake")]
    UnknownVersion(u8),
    /// Key derivation parameters outside the floors and ceilings.
    #[error("the key derivation parameters are outside of what is allowed")]
    BadKdf,
    /// The key derivation could not get its memory.
    #[error("there is not enough memory to derive the key: close some tabs and try again")]
    OutOfMemory,
    /// The passphrase is not UTF-8 or is longer than 1,024 bytes.
    #[error("a passphrase is text of 1 to 1,024 bytes")]
    BadPassphrase,
    /// The system gave no randomness.
    #[error("the system gave no randomness: restart Firefox")]
    NoRandomness,
}
