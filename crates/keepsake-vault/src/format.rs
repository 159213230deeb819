//! What is stored: the header in the clear, everything else as the CBOR inside an envelope. See `docs/formats.md`.

use std::collections::BTreeMap;

use keepsake_crypto::{CryptoError, IdKey, Kdf, Purpose, Sealer, SetHash, VaultKey};
use keepsake_memory::{Draft, MemoryId, Millis};
use keepsake_policy::{Denial, Grant, Subject};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::api::ReceiptEntry;
use crate::{ObjectKey, Space};

/// The version of the stored form that is written now.
pub(crate) const STORE_VERSION: u32 = 1;

/// Where the header stands in [`Space::Meta`].
pub(crate) const HEADER_KEY: ObjectKey = *b"keepsake  header";
/// Where the manifest stands in [`Space::Meta`].
pub(crate) const MANIFEST_KEY: ObjectKey = *b"keepsake  manife";
/// Where the session's slot stands in [`Space::Meta`].
pub(crate) const SESSION_KEY: ObjectKey = *b"keepsake session";

/// All that is in the clear: how to get from a passphrase to the vault key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Header {
    pub version: u32,
    /// Random; binds every envelope to this vault.
    #[serde(with = "serde_bytes")]
    pub vault: [u8; 16],
    pub kdf: Kdf,
    /// The vault key in an envelope under what the passphrase derives to.
    #[serde(with = "serde_bytes")]
    pub slot: Vec<u8>,
    /// The vault key in an envelope under what the recovery code derives to, where there is one.
    #[serde(default, with = "serde_bytes")]
    pub recovery: Option<Vec<u8>>,
}

/// What the vault commits to with every change.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    /// Counts the changes.
    pub revision: u64,
    pub created: Millis,
    /// The digest of the header as it was last written: another one was put in its place by someone else.
    #[serde(with = "serde_bytes")]
    pub header: [u8; 32],
    pub passphrase_made: Millis,
    pub recovery_made: Option<Millis>,
    /// Minutes without keyboard and mouse after which the vault locks.
    pub idle_minutes: u32,
    pub records: SetHash,
    pub inbox: SetHash,
    pub decisions: SetHash,
    /// How many receipts there are.
    pub receipts: u64,
    /// The digest of the last receipt; zeros before the first.
    #[serde(with = "serde_bytes")]
    pub head: [u8; 32],
}

impl Manifest {
    /// The commitment to a space; receipts are committed to by their chain.
    pub fn set_mut(&mut self, space: Space) -> Option<&mut SetHash> {
        match space {
            Space::Records => Some(&mut self.records),
            Space::Inbox => Some(&mut self.inbox),
            Space::Decisions => Some(&mut self.decisions),
            Space::Meta | Space::Receipts => None,
        }
    }
}

/// A proposal as it is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Proposal {
    pub id: MemoryId,
    pub subject: Subject,
    pub draft: Draft,
    pub received: Millis,
    /// Which request brought it: a request that is sent again brings nothing new.
    #[serde(with = "serde_bytes")]
    pub request: [u8; 16],
    /// The receipt of that request.
    #[serde(with = "serde_bytes")]
    pub receipt: [u8; 16],
}

/// A grant or a denial as it is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Decision {
    Grant(Grant),
    Denial(Denial),
}

impl Decision {
    pub fn id(&self) -> [u8; 16] {
        match self {
            Self::Grant(grant) => grant.id,
            Self::Denial(denial) => denial.id,
        }
    }

    pub fn subject(&self) -> &Subject {
        match self {
            Self::Grant(grant) => &grant.subject,
            Self::Denial(denial) => &denial.subject,
        }
    }
}

/// A receipt as it is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Receipt {
    #[serde(with = "serde_bytes")]
    pub id: [u8; 16],
    /// Counts from 1.
    pub number: u64,
    /// The digest of the receipt before.
    #[serde(with = "serde_bytes")]
    pub previous: [u8; 32],
    pub at: Millis,
    pub subject: Subject,
    pub entry: ReceiptEntry,
}

/// Everything that is derived from the vault key.
pub(crate) struct Keyring {
    /// What it is all derived from; sealed anew when a slot changes.
    pub vault: VaultKey,
    sealers: BTreeMap<Purpose, Sealer>,
    /// Where objects are stored.
    pub objects: IdKey,
    /// What the manifest mixes.
    pub members: IdKey,
    /// What subjects are given in place of record ids.
    pub pairwise: IdKey,
    /// What equal texts and re-sent requests are known by.
    pub equality: IdKey,
}

impl Keyring {
    pub fn new(key: VaultKey) -> Self {
        let sealed = [Purpose::Record, Purpose::Inbox, Purpose::Decision, Purpose::Receipt, Purpose::Manifest];
        Self {
            sealers: sealed.into_iter().map(|purpose| (purpose, key.derive_sealer(purpose))).collect(),
            objects: key.derive_id_key("objects"),
            members: key.derive_id_key("members"),
            pairwise: key.derive_id_key("pairwise"),
            equality: key.derive_id_key("equality"),
            vault: key,
        }
    }

    pub fn sealer(&self, purpose: Purpose) -> Result<&Sealer, CryptoError> {
        self.sealers.get(&purpose).ok_or(CryptoError::DoesNotOpen)
    }

    /// Where the object with this id is stored.
    pub fn object_key(&self, space: Space, id: &[u8]) -> ObjectKey {
        self.objects.derive_id(&[space.name().as_bytes(), id])
    }

    /// What the manifest knows a sealed object by: its place, its nonce and its tag. The first 33 bytes hold version,
    /// revision and nonce; the last 16 are the tag.
    pub fn member(&self, space: Space, key: &ObjectKey, envelope: &[u8]) -> [u8; 32] {
        let head = envelope.get(..33).unwrap_or(envelope);
        let tag = envelope.last_chunk::<16>().map_or(envelope, |tag| tag.as_slice());
        self.members.derive_tag(&[space.name().as_bytes(), key, head, tag])
    }
}

/// What envelope belongs to a space; the meta space holds several kinds.
pub(crate) fn purpose_of(space: Space) -> Purpose {
    match space {
        Space::Records => Purpose::Record,
        Space::Inbox => Purpose::Inbox,
        Space::Decisions => Purpose::Decision,
        Space::Receipts => Purpose::Receipt,
        Space::Meta => Purpose::Manifest,
    }
}

/// CBOR, in memory that is wiped.
pub(crate) fn encode<T: Serialize>(value: &T) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(512));
    ciborium::into_writer(value, &mut *bytes).map_err(|_| CryptoError::DoesNotOpen)?;
    Ok(bytes)
}

/// Reads CBOR that holds one value and nothing behind it.
pub(crate) fn decode<T: DeserializeOwned>(mut bytes: &[u8]) -> Result<T, CryptoError> {
    let value = ciborium::from_reader(&mut bytes).map_err(|_| CryptoError::DoesNotOpen)?;
    if bytes.is_empty() { Ok(value) } else { Err(CryptoError::DoesNotOpen) }
}
