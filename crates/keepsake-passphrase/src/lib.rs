#![doc = include_str!("../README.md")]

mod bindings;
mod strength;

pub use strength::{StrengthReport, assess, make_passphrase};
