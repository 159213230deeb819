#![doc = include_str!("../README.md")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "to panic is how a target says what is wrong"
)]

pub mod archive;
pub mod catalogue;
pub mod dump;
pub mod envelope;
pub mod export;
pub mod header;
pub mod index;
pub mod journal;
pub mod normal_text;
pub mod recovery_code;
pub mod request;
#[path = "../../keepsake-vault/tests/support/mod.rs"]
mod support;
pub mod text_list;

/// Takes any bytes; panics where something does not hold.
pub type Target = fn(&[u8]);

/// Every target by its name, which is also that of its corpus and of its file in `fuzz/fuzz_targets`.
pub const TARGETS: [(&str, Target); 12] = [
    ("archive", archive::run),
    ("catalogue", catalogue::run),
    ("dump", dump::run),
    ("envelope", envelope::run),
    ("export", export::run),
    ("header", header::run),
    ("index", index::run),
    ("journal", journal::run),
    ("normal_text", normal_text::run),
    ("recovery_code", recovery_code::run),
    ("request", request::run),
    ("text_list", text_list::run),
];
