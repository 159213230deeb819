//! Why nothing came of it, and which exit code says so.

use std::io;
use std::path::Path;
use std::process::ExitCode;

use keepsake_archive::ArchiveError;
use keepsake_vault::api::{OwnerError, OwnerErrorCode};
use keepsake_vault::dump::{DumpError, DumpFault};
use serde::Serialize;

/// What kind of failure; its name in JSON, its number as the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Something is damaged or missing.
    Damaged = 1,
    /// The call or the file makes no sense.
    Invalid = 2,
    /// The passphrase or recovery code does not open it.
    WrongSecret = 3,
    /// A file cannot be read, or the output not written.
    Io = 4,
}

impl From<Kind> for ExitCode {
    fn from(kind: Kind) -> Self {
        Self::from(kind as u8)
    }
}

/// A failure as it is shown.
#[derive(Debug, Serialize)]
pub struct Failure {
    /// For programs.
    pub code: Kind,
    /// For people.
    pub message: String,
}

impl Failure {
    pub fn new(code: Kind, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// A file that cannot be read.
    pub fn unreadable(file: &Path, error: &io::Error) -> Self {
        Self::new(Kind::Io, format!("cannot read {}: {error}", file.display()))
    }
}

impl From<ArchiveError> for Failure {
    fn from(error: ArchiveError) -> Self {
        let code = match error {
            ArchiveError::WrongPassphrase => Kind::WrongSecret,
            ArchiveError::Damaged => Kind::Damaged,
            ArchiveError::NotAnArchive
            | ArchiveError::UnknownVersion
            | ArchiveError::NotForPassphrase
            | ArchiveError::TooCostly(_)
            | ArchiveError::BadPassphrase
            | ArchiveError::NotSealed => Kind::Invalid,
        };
        Self::new(code, error.to_string())
    }
}

/// A read that failed: what the archive found stands inside of the error.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<ArchiveError>()) {
            Some(&archive) => archive.into(),
            None => Self::new(Kind::Io, error.to_string()),
        }
    }
}

impl From<DumpError> for Failure {
    fn from(error: DumpError) -> Self {
        let code = match error.fault {
            DumpFault::Io(io) => return io.into(),
            DumpFault::NotADump | DumpFault::UnknownVersion(_) => Kind::Invalid,
            _ => Kind::Damaged,
        };
        Self::new(code, error.to_string())
    }
}

impl From<OwnerError> for Failure {
    fn from(error: OwnerError) -> Self {
        let code = match error.code {
            OwnerErrorCode::WrongPassphrase
            | OwnerErrorCode::WrongRecoveryCode
            | OwnerErrorCode::MistypedRecoveryCode => Kind::WrongSecret,
            OwnerErrorCode::Damaged => Kind::Damaged,
            OwnerErrorCode::StorageUnavailable | OwnerErrorCode::StorageFailed | OwnerErrorCode::StorageFull => {
                Kind::Io
            }
            _ => Kind::Invalid,
        };
        Self::new(code, error.message)
    }
}
