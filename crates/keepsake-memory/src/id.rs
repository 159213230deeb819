//! The identity of a memory: a UUIDv7, kept inside the vault; subjects are given pairwise ids instead.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::{Builder, Uuid};

use crate::{MemoryError, Millis};

/// A UUIDv7: sorts by the time it was made. Written hyphenated, in lower case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(transparent)]
pub struct MemoryId(#[cfg_attr(feature = "typescript", tsify(type = "string"))] Uuid);

impl MemoryId {
    /// A new id from the moment and ten bytes of randomness.
    pub fn new(now: Millis, random: [u8; 10]) -> Self {
        Self(Builder::from_unix_timestamp_millis(now, &random).into_uuid())
    }

    /// The id in sixteen bytes.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(Uuid::from_bytes(bytes))
    }

    /// The sixteen bytes of the UUID.
    pub fn as_bytes(&self) -> &[u8; 16] {
        self.0.as_bytes()
    }
}

impl fmt::Display for MemoryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl FromStr for MemoryId {
    type Err = MemoryError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() != uuid::fmt::Hyphenated::LENGTH {
            return Err(MemoryError::BadId);
        }
        Uuid::try_parse(text).map(Self).map_err(|_| MemoryError::BadId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_the_time_they_were_made() {
        let earlier = MemoryId::new(1_000, [0xff; 10]);
        let later = MemoryId::new(1_001, [0; 10]);
        assert!(earlier < later);
    }

    #[test]
    fn an_id_reads_back_from_its_text() {
        let id = MemoryId::new(1_768_435_200_000, [7; 10]);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!("not an id".parse::<MemoryId>(), Err(MemoryError::BadId));
    }
}
