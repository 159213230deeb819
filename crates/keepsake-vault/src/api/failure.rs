//! What went wrong, for our own pages.

use serde::{Deserialize, Serialize};

/// What went wrong, for our own pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum OwnerErrorCode {
    /// The vault is locked.
    Locked,
    /// There is no vault yet.
    NoVault,
    /// There is a vault already.
    VaultExists,
    /// The passphrase does not open the vault.
    WrongPassphrase,
    /// The recovery code is of this form but does not open the vault.
    WrongRecoveryCode,
    /// What was typed is no recovery code: a character is wrong or missing.
    MistypedRecoveryCode,
    /// Too many wrong passphrases: wait.
    Wait,
    /// The passphrase is easy to guess and nobody said that this is meant.
    WeakPassphrase,
    /// The command is not in form; the message says what is wrong.
    Invalid,
    /// No such memory, proposal, grant or consent.
    NotFound,
    /// It was changed in the meantime.
    Conflict,
    /// Firefox does not let the add-on store anything.
    StorageUnavailable,
    /// A write did not go through; nothing was changed.
    StorageFailed,
    /// The disk or the quota is full; nothing was changed.
    StorageFull,
    /// A stored object does not open or is not as the vault left it.
    Damaged,
    /// The vault was made by a newer Keepsake.
    NewerFormat,
    /// The passphrase is not the one that the file was sealed with.
    WrongArchivePassphrase,
    /// The file was cut off or changed.
    DamagedArchive,
    /// The file is none that was taken out of Keepsake.
    NotAnArchive,
}

/// What went wrong, what it happened to, and what the person can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[error("{message}")]
pub struct OwnerError {
    /// For programs; pages put it in the person's language.
    pub code: OwnerErrorCode,
    /// In English.
    pub message: String,
    /// When to try again, in milliseconds from now, where waiting helps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}
