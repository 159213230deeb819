//! What the engine needs of whatever keeps its bytes, of the clock and of time itself.

use std::collections::BTreeSet;

use keepsake_memory::Millis;

/// A place for sealed objects; nothing but its size and number shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Space {
    /// The header, the manifest and the session's slot.
    Meta,
    /// Memories.
    Records,
    /// What is known of the memories without their words, in segments.
    Catalogue,
    /// Proposals that wait for the person.
    Inbox,
    /// Grants and denials.
    Decisions,
    /// Receipts.
    Receipts,
    /// The search index, in segments: it can be made again from the memories.
    Index,
}

impl Space {
    /// Every space.
    pub const ALL: [Self; 7] =
        [Self::Meta, Self::Records, Self::Catalogue, Self::Inbox, Self::Decisions, Self::Receipts, Self::Index];

    /// Its name; part of the format.
    pub fn name(self) -> &'static str {
        match self {
            Self::Meta => "meta",
            Self::Records => "records",
            Self::Catalogue => "catalogue",
            Self::Inbox => "inbox",
            Self::Decisions => "decisions",
            Self::Receipts => "receipts",
            Self::Index => "index",
        }
    }
}

/// The key under which an object is stored; says nothing of the object.
pub type ObjectKey = [u8; 16];

/// In so many parts the index is read, each while the one before is taken in: by the highest bits of the objects' keys.
pub const INDEX_PARTS: usize = 8;

/// The first and the last key that an object of a part of the index may have.
pub fn index_part_keys(part: usize) -> (ObjectKey, ObjectKey) {
    let keys = 256 / INDEX_PARTS;
    let (mut first, mut last) = ([0; 16], [0xff; 16]);
    first[0] = (part * keys) as u8;
    last[0] = (part * keys + keys - 1) as u8;
    (first, last)
}

/// An object and where it is to stand.
pub type Placed = (Space, ObjectKey, Vec<u8>);

/// Changes that happen together or not at all.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Objects to write, each replacing what is under its key.
    pub puts: Vec<Placed>,
    /// Objects to delete; absent ones are passed over.
    pub deletes: Vec<(Space, ObjectKey)>,
    /// Spaces to empty, before anything is written.
    pub clears: Vec<Space>,
    /// What it outlives once it is acknowledged.
    pub durability: Durability,
}

/// What a change outlives once it is acknowledged.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// Everything: it is on the disk.
    #[default]
    Strict,
    /// A crash of the browser; what the system has not written when the power fails is lost. The next strict change takes it
    /// to the disk.
    Relaxed,
}

/// Why a store could not do what was asked. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// There is no storage to be had at all.
    #[error("Firefox does not let Keepsake store anything here ({0})")]
    Unavailable(String),
    /// The disk or the quota is full.
    #[error("there is no room left to store this")]
    Full,
    /// An object could not be sealed.
    #[error(transparent)]
    Unsealed(#[from] keepsake_crypto::CryptoError),
    /// Anything else, in the store's words, which hold no content.
    #[error("the storage failed ({0})")]
    Failed(String),
}

/// Keeps bytes.
#[allow(async_fn_in_trait, reason = "the vault runs on one thread: no caller needs the futures to be Send")]
pub trait Store {
    /// The object under a key.
    async fn get(&self, space: Space, key: ObjectKey) -> Result<Option<Vec<u8>>, StoreError>;

    /// The objects under many keys, in their order, as they were at one moment.
    async fn get_many(&self, space: Space, keys: &[ObjectKey]) -> Result<Vec<Option<Vec<u8>>>, StoreError>;

    /// Every object of a space, in the order of their keys, as they were at one moment.
    async fn all(&self, space: Space) -> Result<Vec<(ObjectKey, Vec<u8>)>, StoreError>;

    /// The key of every object of a space, in their order.
    async fn keys(&self, space: Space) -> Result<Vec<ObjectKey>, StoreError>;

    /// Says that the whole index and the embedding table are about to be asked for: a store that works by itself begins to read.
    fn expect_index(&self) {}

    /// The objects of one part of the index; the parts before [`INDEX_PARTS`] are all.
    async fn index_part(&self, part: usize) -> Result<Vec<(ObjectKey, Vec<u8>)>, StoreError> {
        let (first, last) = index_part_keys(part);
        let mut keys = self.keys(Space::Index).await?;
        keys.retain(|key| (first..=last).contains(key));
        let found = self.get_many(Space::Index, &keys).await?;
        Ok(keys.into_iter().zip(found).filter_map(|(key, value)| Some((key, value?))).collect())
    }

    /// The embedding table that comes with the program, where it does: it is read for a vault that is open, or
    /// about to be.
    async fn meanings(&self) -> Option<Vec<u8>> {
        None
    }

    /// Makes the changes; answers when they are as durable as the batch says, all or none.
    async fn commit(&self, batch: Batch) -> Result<(), StoreError>;

    /// The same with objects that are made one by one until there are no more; where one cannot be made, nothing is changed.
    /// A store that works by itself writes one while the next is made, and reads from spaces that are neither in the batch
    /// nor among those of what is `made` meanwhile.
    async fn commit_while_made(
        &self,
        mut batch: Batch,
        _made: &BTreeSet<Space>,
        mut make: impl FnMut() -> Result<Option<Placed>, StoreError>,
    ) -> Result<(), StoreError> {
        while let Some(object) = make()? {
            batch.puts.push(object);
        }
        self.commit(batch).await
    }
}

/// Tells the time.
pub trait Clock {
    /// Milliseconds since 1970.
    fn now(&self) -> Millis;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_in_one_part_of_the_index() {
        for byte in 0..=u8::MAX {
            let mut key = [0x5a; 16];
            key[0] = byte;
            let parts = (0..INDEX_PARTS).filter(|part| {
                let (first, last) = index_part_keys(*part);
                (first..=last).contains(&key)
            });
            assert_eq!(parts.count(), 1, "{byte}");
        }
    }
}
