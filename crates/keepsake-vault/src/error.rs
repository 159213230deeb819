//! From what went wrong inside to what the person or the subject is told.

use keepsake_crypto::CryptoError;
use keepsake_memory::MemoryError;
use keepsake_policy::SubjectError;

use crate::StoreError;
use crate::api::{OwnerError, OwnerErrorCode, PageError, PageErrorCode};

impl OwnerError {
    /// An error that waiting does not mend.
    pub fn new(code: OwnerErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), retry_after_ms: None }
    }

    /// Too early.
    pub fn wait(milliseconds: u64) -> Self {
        let seconds = milliseconds.div_ceil(1000);
        let message = format!("too many wrong passphrases: wait {seconds} s and try again");
        Self { code: OwnerErrorCode::Wait, message, retry_after_ms: Some(milliseconds) }
    }

    pub(crate) fn locked() -> Self {
        Self::new(OwnerErrorCode::Locked, "the vault is locked: unlock it with your passphrase")
    }

    pub(crate) fn no_vault() -> Self {
        Self::new(OwnerErrorCode::NoVault, "there is no vault yet: create one")
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(OwnerErrorCode::NotFound, format!("this {what} is not there any more: reload the page"))
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(OwnerErrorCode::Invalid, message)
    }
}

impl From<StoreError> for OwnerError {
    fn from(error: StoreError) -> Self {
        let code = match error {
            StoreError::Unsealed(error) => return error.into(),
            StoreError::Unavailable(_) => OwnerErrorCode::StorageUnavailable,
            StoreError::Full => OwnerErrorCode::StorageFull,
            StoreError::Failed(_) => OwnerErrorCode::StorageFailed,
        };
        Self::new(code, format!("{error}; nothing was changed"))
    }
}

impl From<CryptoError> for OwnerError {
    fn from(error: CryptoError) -> Self {
        let code = match error {
            CryptoError::UnknownVersion(_) => OwnerErrorCode::NewerFormat,
            CryptoError::BadPassphrase => OwnerErrorCode::Invalid,
            CryptoError::NoRandomness | CryptoError::OutOfMemory => OwnerErrorCode::StorageFailed,
            CryptoError::DoesNotOpen | CryptoError::BadKdf => OwnerErrorCode::Damaged,
        };
        Self::new(code, error.to_string())
    }
}

impl From<MemoryError> for OwnerError {
    fn from(error: MemoryError) -> Self {
        Self::invalid(error.to_string())
    }
}

impl From<SubjectError> for OwnerError {
    fn from(error: SubjectError) -> Self {
        Self::invalid(error.to_string())
    }
}

impl PageError {
    /// An error that waiting does not mend.
    pub fn new(code: PageErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), retry_after_ms: None }
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(PageErrorCode::Unauthorized, "no grant covers this: ask with permissions.request")
    }

    pub(crate) fn user_rejected() -> Self {
        Self::new(PageErrorCode::UserRejected, "the person said no")
    }

    pub(crate) fn locked() -> Self {
        Self::new(PageErrorCode::Locked, "the vault is locked: the person has to unlock it")
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(PageErrorCode::InvalidRequest, message)
    }

    pub(crate) fn paused() -> Self {
        Self::new(PageErrorCode::Unavailable, "the person has paused this: try again later")
    }

    pub(crate) fn budget_exceeded(milliseconds: u64) -> Self {
        let message = "as many different memories were given in 24 hours as the person allows".to_owned();
        Self { code: PageErrorCode::BudgetExceeded, message, retry_after_ms: Some(milliseconds) }
    }

    pub(crate) fn rate_limited(message: &str, milliseconds: u64) -> Self {
        let retry_after_ms = Some(milliseconds);
        Self { code: PageErrorCode::RateLimited, message: message.to_owned(), retry_after_ms }
    }
}

/// Whatever fails inside is told to a subject in one form: which of them it was is not its business.
impl From<OwnerError> for PageError {
    fn from(_: OwnerError) -> Self {
        Self::new(PageErrorCode::Unavailable, "Keepsake cannot answer now: try again later")
    }
}
