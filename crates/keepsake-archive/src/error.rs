//! Why a file was not made or does not open.

/// What went wrong. Never says what went in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// It does not begin as an age file does.
    #[error("this is not an age file")]
    NotAnArchive,
    /// An age file of another version than 1.
    #[error("this age file has a version that this Keepsake does not know: update Keepsake")]
    UnknownVersion,
    /// An age file for keys.
    #[error("this age file was not made for a passphrase: open it with age and its key")]
    NotForPassphrase,
    /// The key of the passphrase does not fit. Damage to the few bytes that it is tried on looks the same.
    #[error("this passphrase does not open the file: try again")]
    WrongPassphrase,
    /// Bytes were changed, lost or added.
    #[error("the file is damaged or not whole: take another copy of it")]
    Damaged,
    /// The file, or the caller, asks for more than 2²⁰ blocks of work, or for none.
    #[error("a work factor of {0} is outside of what is allowed, which is 1 to 20")]
    TooCostly(u8),
    /// The passphrase is empty, not UTF-8 or longer than 1,024 bytes.
    #[error("a passphrase is text of 1 to 1,024 bytes")]
    BadPassphrase,
    /// The file could not be made.
    #[error("the file could not be sealed")]
    NotSealed,
}

impl ArchiveError {
    /// For programs; several reasons share a code where the person would do the same.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotAnArchive | Self::UnknownVersion | Self::NotForPassphrase => "not_an_archive",
            Self::WrongPassphrase => "wrong_passphrase",
            Self::Damaged => "damaged",
            Self::TooCostly(_) => "too_costly",
            Self::BadPassphrase | Self::NotSealed => "invalid",
        }
    }
}
