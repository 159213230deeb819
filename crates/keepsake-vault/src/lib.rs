#![doc = include_str!("../README.md")]

pub mod api;
mod catalogue;
mod checking;
mod classes;
mod commands;
mod consent;
pub mod dump;
mod error;
pub mod exchange;
mod filter;
mod fits;
mod forgetting;
mod format;
mod grants;
mod inbox;
mod indexing;
pub mod journal;
mod open;
mod picking;
mod protection;
pub mod receipt_chain;
mod receipts;
mod records;
mod redaction;
mod requests;
mod restating;
mod restoring;
mod rotation;
mod running;
mod salvage;
#[cfg(feature = "typescript")]
pub mod schema;
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
pub use running::Running;
pub use salvage::{Salvage, salvage};
pub use store::{Batch, Clock, Durability, INDEX_PARTS, ObjectKey, Placed, Space, Store, StoreError, index_part_keys};
pub use vault::{Proof, Vault};
