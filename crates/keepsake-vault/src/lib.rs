#![doc = include_str!("../README.md")]

pub mod api;
mod catalogue;
mod checking;
mod commands;
mod consent;
pub mod dump;
mod error;
pub mod exchange;
mod forgetting;
mod format;
mod open;
mod protection;
mod records;
mod requests;
mod restoring;
mod rotation;
mod salvage;
mod session;
mod store;
mod transaction;
#[cfg(feature = "typescript")]
pub mod typescript;
mod vault;

pub use catalogue::rewrite_segment;
pub use exchange::Import;
pub use forgetting::destroy;
pub use requests::MAX_REQUEST_BYTES;
pub use salvage::{Salvage, salvage};
pub use store::{Batch, Clock, ObjectKey, Placed, Space, Store, StoreError};
pub use vault::{Proof, Vault};
