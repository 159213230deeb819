#![doc = include_str!("../README.md")]

mod facts;
mod index;
mod language;
mod lexicon;
mod postings;
mod query;
mod ranking;
mod stop_words;
mod table;
#[cfg(test)]
mod tests;
mod time_words;
mod tokens;
mod weights;

pub use facts::{Belief, Facts, MAX_SLOTS, Millis, Place, Slot};
pub use index::{Index, Restatement};
pub use language::Language;
pub use lexicon::Learnt;
pub use query::{LastWord, Query};
pub use ranking::{Hit, Parts};
pub use table::{DIMENSIONS, Table, TableError};
