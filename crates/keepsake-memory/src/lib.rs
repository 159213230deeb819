#![doc = include_str!("../README.md")]

mod date;
mod hints;
mod id;
mod list;
mod record;
mod scope;
mod text;

pub use date::{Millis, format_date, format_moment, format_rfc3339, parse_date, parse_moment};
pub use hints::{Hint, hints};
pub use id::MemoryId;
pub use list::{ListLine, MAX_LIST_BYTES, MAX_LIST_LINES, ParsedList, SkippedLine, parse_list};
pub use record::{
    Channel, Draft, Kind, MAX_SAID, MAX_SCOPES_PER_MEMORY, Memory, Origin, Provenance, Said, Sensitivity, Trust, Turn,
};
pub use scope::{DEFAULT_SCOPE, MAX_SCOPE_CHARS, Scope};
pub use text::{MAX_TEXT_BYTES, normal_line, normal_text};

/// Why a field was refused. Each message says which field, what was expected, and never repeats the content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MemoryError {
    /// Nothing is left of the text once white space is taken away.
    #[error("the text is empty: write something to remember")]
    EmptyText,
    /// The text is longer than [`MAX_TEXT_BYTES`].
    #[error("the text has {bytes} bytes, and a memory holds at most {MAX_TEXT_BYTES}: split it in several")]
    TextTooLong {
        /// Length of the normalised text in UTF-8 bytes.
        bytes: usize,
    },
    /// A scope name is empty, too long, reserved, or holds a control character.
    #[error("a scope is named in 1 to {MAX_SCOPE_CHARS} characters, without line breaks, and not “*”")]
    BadScope,
    /// No scope, or more than [`MAX_SCOPES_PER_MEMORY`].
    #[error("a memory stands in 1 to {MAX_SCOPES_PER_MEMORY} scopes")]
    ScopeCount,
    /// What is so is so until an earlier moment than it began.
    #[error("a memory is valid from one moment until a later one")]
    BadValidity,
    /// Not a UUID in its hyphenated form.
    #[error("a memory id is a UUID such as 01890a5d-ac96-774b-bcce-b302099a8057")]
    BadId,
    /// A list that is longer than [`MAX_LIST_BYTES`] or [`MAX_LIST_LINES`].
    #[error("the list is too long: at most {MAX_LIST_LINES} lines and {} MiB at once", MAX_LIST_BYTES / (1024 * 1024))]
    ListTooLong,
}
