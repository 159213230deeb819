#![doc = include_str!("../README.md")]

mod bindings;
mod error;
mod opener;
mod sealer;

pub use error::ArchiveError;
pub use opener::{Opener, is_archive};
pub use sealer::{Sealer, WORK_FACTOR};

/// The most work that a file may ask for: scrypt with 2²⁰ blocks of 1 KiB, so 1 GiB, the ceiling of the vault's own key
/// derivation. The standard tool asks for 2¹⁸.
pub const MAX_WORK_FACTOR: u8 = 20;

/// The passphrase in the form that files are sealed with, in memory that age wipes.
fn secret(passphrase: &[u8]) -> Result<age::secrecy::SecretString, ArchiveError> {
    let normal = keepsake_crypto::normal_passphrase(passphrase).map_err(|_| ArchiveError::BadPassphrase)?;
    Ok(normal.as_str().into())
}
