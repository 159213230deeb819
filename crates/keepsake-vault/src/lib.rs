#![doc = include_str!("../README.md")]

pub mod api;
mod commands;
mod consent;
pub mod dump;
mod error;
mod format;
mod open;
mod protection;
mod records;
mod requests;
mod session;
mod store;
mod transaction;
#[cfg(feature = "typescript")]
pub mod typescript;
mod vault;

pub use requests::MAX_REQUEST_BYTES;
pub use store::{Batch, Clock, ObjectKey, Space, Store, StoreError};
pub use vault::{Proof, Vault};
