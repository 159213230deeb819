#![doc = include_str!("../README.md")]

pub mod api;
#[cfg(feature = "typescript")]
pub mod typescript;
