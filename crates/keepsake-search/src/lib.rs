#![doc = include_str!("../README.md")]

mod bm25;
mod tokens;

pub use bm25::{Hit, Index, LastWord, Learnt, Slot};
