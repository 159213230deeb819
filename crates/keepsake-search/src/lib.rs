#![doc = include_str!("../README.md")]

mod best;
mod blocks;
mod candidates;
#[cfg(test)]
mod candidates_tests;
mod coding;
mod dictionary;
mod enough;
mod facts;
mod index;
mod language;
mod lexicon;
mod meanings;
mod near;
mod packed_meaning;
mod packed_text;
mod postings;
mod query;
mod ranking;
mod scores;
mod segment;
#[cfg(test)]
mod segment_tests;
mod slots;
mod stop_words;
mod table;
#[cfg(test)]
mod tests;
mod time_words;
mod tokens;
mod view;
mod weights;

pub use facts::{Belief, Facts, MAX_SLOTS, Millis, Place, Slot};
pub use index::{Index, Restatement, rewrite_segment};
pub use language::Language;
pub use lexicon::Learnt;
pub use query::{LastWord, Query};
pub use ranking::{Hit, Parts, Standing};
pub use segment::SegmentError;
pub use table::{DIMENSIONS, Table, TableError};
pub use weights::Ingredient;
