//! What is stored: the header in the clear, everything else as the CBOR inside an envelope. See `docs/formats.md`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use keepsake_crypto::{
    CryptoError, IdKey, IdentityKey, Kdf, Plaintext, Purpose, Sealer, SecretKey, SetHash, TextKey, VaultKey, digest,
};
use keepsake_memory::{
    Channel, Draft, Kind, Memory, MemoryId, Millis, Origin, Provenance, Said, Scope, Sensitivity, Turn,
};
use keepsake_policy::{Denial, Grant, Subject, SubjectRule};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use crate::api::ReceiptEntry;
use crate::catalogue::SegmentRef;
use crate::records::Retention;
use crate::{ObjectKey, Space};

/// The version of the stored form that is written now.
pub(crate) const STORE_VERSION: u32 = 1;

/// Where the header stands in [`Space::Meta`].
pub(crate) const HEADER_KEY: ObjectKey = *b"keepsake  header";
/// Where the manifest stands in [`Space::Meta`].
pub(crate) const MANIFEST_KEY: ObjectKey = *b"keepsake  manife";
/// Where the session's slot stands in [`Space::Meta`].
pub(crate) const SESSION_KEY: ObjectKey = *b"keepsake session";

/// Where the vault key before stands in [`Space::Meta`] while everything is sealed anew.
pub(crate) const FORMER_KEY: ObjectKey = *b"keepsake  former";

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
    /// What identifiers hang from; see [`IdentityKey`].
    pub identity: Identity,
    /// Which vault key this is; they are counted from 1.
    pub key: u32,
    pub key_made: Millis,
    /// How far everything is sealed anew, while it is.
    pub rotation: Option<Rotation>,
    /// The digest of the header as it was last written: another one was put in its place by someone else.
    #[serde(with = "serde_bytes")]
    pub header: [u8; 32],
    pub passphrase_made: Millis,
    pub recovery_made: Option<Millis>,
    /// Minutes without keyboard and mouse after which the vault locks.
    pub idle_minutes: u32,
    /// Whether no subject is answered.
    pub paused: bool,
    /// After how many days memories of a scope are forgotten.
    pub retention: Retention,
    /// When everything was last taken out.
    pub exported: Option<Millis>,
    /// After how many days to remind of that.
    pub export_reminder: Option<u32>,
    /// The catalogue's segments, in the order of their numbers.
    pub segments: Vec<SegmentRef>,
    pub inbox: SetHash,
    pub decisions: SetHash,
    /// How many receipts there are.
    pub receipts: u64,
    /// The digest of the last receipt; zeros before the first.
    #[serde(with = "serde_bytes")]
    pub head: [u8; 32],
}

impl Manifest {
    /// The commitment to a space that is committed to as a set.
    pub fn set(&self, space: Space) -> Option<&SetHash> {
        match space {
            Space::Inbox => Some(&self.inbox),
            Space::Decisions => Some(&self.decisions),
            Space::Meta | Space::Records | Space::Catalogue | Space::Receipts | Space::Index => None,
        }
    }

    /// As [`Self::set`], to change it.
    pub fn set_mut(&mut self, space: Space) -> Option<&mut SetHash> {
        match space {
            Space::Inbox => Some(&mut self.inbox),
            Space::Decisions => Some(&mut self.decisions),
            // Memories and segments are named one by one, receipts are a chain, the index can be made again.
            Space::Meta | Space::Records | Space::Catalogue | Space::Receipts | Space::Index => None,
        }
    }
}

/// The secret that identifiers hang from, as it stands in the manifest.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Identity(#[serde(with = "serde_bytes")] [u8; 32]);

impl Identity {
    pub fn of(key: &IdentityKey) -> Self {
        Self(*key.secret().expose())
    }

    pub fn key(&self) -> Option<IdentityKey> {
        SecretKey::from_slice(&self.0).map(IdentityKey::from_secret)
    }
}

impl Drop for Identity {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// How far everything is sealed anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rotation {
    /// Receipts up to this number are done.
    pub receipts: u64,
    /// Whether proposals, grants and denials are done.
    pub small: bool,
}

/// A memory as it is sealed: the names are short because they are stored with each of many memories.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SealedMemory<'a> {
    #[serde(rename = "i")]
    id: MemoryId,
    #[serde(rename = "r")]
    revision: u64,
    #[serde(rename = "t")]
    text: Cow<'a, str>,
    #[serde(rename = "k")]
    kind: Kind,
    #[serde(rename = "s")]
    scopes: Cow<'a, [Scope]>,
    #[serde(rename = "n")]
    sensitivity: Sensitivity,
    #[serde(rename = "x", default, skip_serializing_if = "Option::is_none")]
    expires: Option<Millis>,
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    valid_from: Option<Millis>,
    #[serde(rename = "w", default, skip_serializing_if = "Option::is_none")]
    valid_to: Option<Millis>,
    #[serde(rename = "c")]
    channel: Channel,
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    source: Option<Cow<'a, str>>,
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    title: Option<Cow<'a, str>>,
    #[serde(rename = "v")]
    reviewed: bool,
    #[serde(rename = "a")]
    created: Millis,
    #[serde(rename = "u")]
    updated: Millis,
    #[serde(rename = "e", default, skip_serializing_if = "<[_]>::is_empty")]
    also: Cow<'a, [Said]>,
    /// The conversation and the position in it.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    turn: Option<(MemoryId, u32)>,
}

impl<'a> From<&'a Memory> for SealedMemory<'a> {
    fn from(memory: &'a Memory) -> Self {
        let Memory { id, revision, draft, provenance, created, updated } = memory;
        let origin = provenance.origin.as_ref();
        Self {
            id: *id,
            revision: *revision,
            text: Cow::Borrowed(&draft.text),
            kind: draft.kind,
            scopes: Cow::Borrowed(&draft.scopes),
            sensitivity: draft.sensitivity,
            expires: draft.expires,
            valid_from: draft.valid_from,
            valid_to: draft.valid_to,
            channel: provenance.channel,
            source: origin.map(|origin| Cow::Borrowed(origin.source.as_str())),
            title: origin.and_then(|origin| origin.title.as_deref()).map(Cow::Borrowed),
            reviewed: provenance.reviewed,
            created: *created,
            updated: *updated,
            also: Cow::Borrowed(&provenance.also),
            turn: provenance.turn.map(|Turn { conversation, position }| (conversation, position)),
        }
    }
}

impl From<SealedMemory<'_>> for Memory {
    fn from(sealed: SealedMemory<'_>) -> Self {
        let title = sealed.title.map(Cow::into_owned);
        let origin = sealed.source.map(|source| Origin { source: source.into_owned(), title });
        Self {
            id: sealed.id,
            revision: sealed.revision,
            draft: Draft {
                text: sealed.text.into_owned(),
                kind: sealed.kind,
                scopes: sealed.scopes.into_owned(),
                sensitivity: sealed.sensitivity,
                expires: sealed.expires,
                valid_from: sealed.valid_from,
                valid_to: sealed.valid_to,
            },
            provenance: Provenance {
                also: sealed.also.into_owned(),
                turn: sealed.turn.map(|(conversation, position)| Turn { conversation, position }),
                ..Provenance::of(sealed.channel, origin, sealed.reviewed)
            },
            created: sealed.created,
            updated: sealed.updated,
        }
    }
}

/// A proposal as it is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Proposal {
    pub id: MemoryId,
    pub subject: Subject,
    pub proposed: Proposed,
    pub received: Millis,
    /// Which request brought it: a request that is sent again brings nothing new.
    #[serde(with = "serde_bytes")]
    pub request: [u8; 16],
    /// The receipt of that request.
    #[serde(with = "serde_bytes")]
    pub receipt: [u8; 16],
}

/// What a proposal would do. Of the memory that it is about nothing is repeated: what the person forgets is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Proposed {
    /// Keep something new.
    New(Draft),
    /// Change a memory; the revision is the one that the subject may have seen.
    Change { memory: MemoryId, revision: u64, patch: Patch },
    /// Forget a memory.
    Removal { memory: MemoryId, revision: u64 },
}

impl Proposed {
    /// The memory that it is about.
    pub fn about(&self) -> Option<(MemoryId, u64)> {
        match self {
            Self::New(_) => None,
            Self::Change { memory, revision, .. } | Self::Removal { memory, revision } => Some((*memory, *revision)),
        }
    }
}

/// What of a memory is to change.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Patch {
    pub text: Option<String>,
    pub kind: Option<Kind>,
    /// Where it is to stand besides.
    pub enters: Vec<Scope>,
    /// Where it is to stand no longer.
    pub leaves: Vec<Scope>,
    pub valid_from: Option<Millis>,
    pub valid_to: Option<Millis>,
}

impl Patch {
    /// What lies between two drafts.
    pub fn between(before: &Draft, after: &Draft) -> Self {
        let besides = |one: &Draft, other: &Draft| {
            one.scopes.iter().filter(|scope| !other.scopes.contains(scope)).cloned().collect()
        };
        Self {
            text: (before.text != after.text).then(|| after.text.clone()),
            kind: (before.kind != after.kind).then_some(after.kind),
            enters: besides(after, before),
            leaves: besides(before, after),
            valid_from: after.valid_from.filter(|_| before.valid_from != after.valid_from),
            valid_to: after.valid_to.filter(|_| before.valid_to != after.valid_to),
        }
    }

    /// This one, and then another.
    pub fn then(self, next: Self) -> Self {
        let moves = !next.enters.is_empty() || !next.leaves.is_empty();
        let (enters, leaves) = if moves { (next.enters, next.leaves) } else { (self.enters, self.leaves) };
        Self {
            text: next.text.or(self.text),
            kind: next.kind.or(self.kind),
            enters,
            leaves,
            valid_from: next.valid_from.or(self.valid_from),
            valid_to: next.valid_to.or(self.valid_to),
        }
    }

    /// What a memory would say.
    pub fn apply(&self, draft: &Draft) -> Draft {
        let mut changed = draft.clone();
        changed.text = self.text.clone().unwrap_or(changed.text);
        changed.kind = self.kind.unwrap_or(changed.kind);
        changed.scopes.retain(|scope| !self.leaves.contains(scope));
        changed.scopes.extend(self.enters.iter().filter(|scope| !draft.scopes.contains(scope)).cloned());
        changed.valid_from = self.valid_from.or(changed.valid_from);
        changed.valid_to = self.valid_to.or(changed.valid_to);
        changed
    }
}

/// A grant, a denial or a rule as it is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Decision {
    Grant(Grant),
    Denial(Denial),
    Rule(Rule),
}

/// A rule with its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    pub id: [u8; 16],
    pub rule: SubjectRule,
}

impl Decision {
    pub fn id(&self) -> [u8; 16] {
        match self {
            Self::Grant(grant) => grant.id,
            Self::Denial(denial) => denial.id,
            Self::Rule(rule) => rule.id,
        }
    }

    pub fn subject(&self) -> &Subject {
        match self {
            Self::Grant(grant) => &grant.subject,
            Self::Denial(denial) => &denial.subject,
            Self::Rule(rule) => &rule.rule.subject,
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
    /// Who; `None` where it concerns all.
    pub subject: Option<Subject>,
    pub entry: ReceiptEntry,
}

impl Receipt {
    /// What the next receipt names it by.
    pub fn digest(&self) -> Result<[u8; 32], CryptoError> {
        Ok(digest(&[&encode(self)?]))
    }
}

/// Everything that is derived from the vault key, and from what identifiers hang from.
pub(crate) struct Keyring {
    /// What it is all derived from; sealed anew when a slot changes.
    pub vault: VaultKey,
    sealers: BTreeMap<Purpose, Sealer>,
    /// The sealers of the vault key before, while everything is sealed anew.
    former: BTreeMap<Purpose, Sealer>,
    /// Where objects are stored.
    objects: IdKey,
    /// What the manifest mixes.
    members: IdKey,
    /// What subjects are given in place of record ids.
    pub pairwise: IdKey,
    /// What re-sent requests are known by.
    pub equality: IdKey,
    /// What equal texts are known by: case and spacing count, so that only the very same text is a duplicate.
    pub words: TextKey,
}

impl Keyring {
    pub fn new(key: VaultKey, former: Option<&VaultKey>, identity: &IdentityKey) -> Self {
        Self {
            sealers: sealers(&key),
            former: former.map(sealers).unwrap_or_default(),
            objects: identity.derive_id_key("objects"),
            members: identity.derive_id_key("members"),
            pairwise: identity.derive_id_key("pairwise"),
            equality: identity.derive_id_key("equality"),
            words: identity.derive_text_key("words"),
            vault: key,
        }
    }

    pub fn sealer(&self, purpose: Purpose) -> Result<&Sealer, CryptoError> {
        self.sealers.get(&purpose).ok_or(CryptoError::DoesNotOpen)
    }

    /// What opens objects that are not sealed anew yet, while there is such a thing.
    pub fn former_sealer(&self, purpose: Purpose) -> Option<&Sealer> {
        self.former.get(&purpose)
    }

    /// Forgets the vault key before.
    pub fn drop_former(&mut self) {
        self.former.clear();
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

fn sealers(key: &VaultKey) -> BTreeMap<Purpose, Sealer> {
    let spaces = Space::ALL.into_iter().map(purpose_of);
    spaces.map(|purpose| (purpose, key.derive_sealer(purpose))).collect()
}

/// What envelope belongs to a space; the meta space holds several kinds.
pub(crate) fn purpose_of(space: Space) -> Purpose {
    match space {
        Space::Records => Purpose::Record,
        Space::Catalogue => Purpose::Catalogue,
        Space::Inbox => Purpose::Inbox,
        Space::Decisions => Purpose::Decision,
        Space::Receipts => Purpose::Receipt,
        Space::Index => Purpose::Index,
        Space::Meta => Purpose::Manifest,
    }
}

/// CBOR, in memory that is wiped.
pub(crate) fn encode<T: Serialize>(value: &T) -> Result<Plaintext, CryptoError> {
    encode_into(value, 512)
}

/// A memory as it is sealed.
pub(crate) fn encode_memory(memory: &Memory) -> Result<Plaintext, CryptoError> {
    encode_into(&SealedMemory::from(memory), memory.draft.text.len() + 512)
}

fn encode_into<T: Serialize>(value: &T, expected: usize) -> Result<Plaintext, CryptoError> {
    let mut bytes = Plaintext::with_capacity(expected);
    ciborium::into_writer(value, bytes.bytes_mut()).map_err(|_| CryptoError::DoesNotOpen)?;
    Ok(bytes)
}

/// Reads CBOR that holds one value and nothing behind it.
pub(crate) fn decode<T: DeserializeOwned>(mut bytes: &[u8]) -> Result<T, CryptoError> {
    let value = ciborium::from_reader(&mut bytes).map_err(|_| CryptoError::DoesNotOpen)?;
    if bytes.is_empty() { Ok(value) } else { Err(CryptoError::DoesNotOpen) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn memory() -> Memory {
        let draft = Draft::note("tea", Scope::general());
        Memory::new(MemoryId::new(1, [0; 10]), draft, Provenance::own(), 1, 1).unwrap()
    }

    fn reread(memory: &Memory) -> Memory {
        decode::<SealedMemory<'_>>(&encode_memory(memory).unwrap()).unwrap().into()
    }

    #[test]
    fn a_memory_that_nobody_else_has_said_is_stored_as_before_that_was_noted() {
        let stored = encode_memory(&memory()).unwrap();
        let value: ciborium::Value = decode(&stored).unwrap();
        let fields: Vec<&str> = value.as_map().unwrap().iter().filter_map(|(name, _)| name.as_text()).collect();
        assert_eq!(fields, ["i", "r", "t", "k", "s", "n", "c", "v", "a", "u"]);
        assert_eq!(reread(&memory()), memory());
    }

    #[test]
    fn where_in_a_conversation_it_was_said_is_stored() {
        let mut said = memory();
        said.provenance.turn = Some(Turn { conversation: MemoryId::new(7, [9; 10]), position: 70_000 });
        assert_eq!(reread(&said), said);
    }

    #[test]
    fn who_else_said_it_is_stored() {
        let origin = Some(Origin::new("https://example.org", None));
        let said = memory().said_again(Said { channel: Channel::Site, origin, at: 5 });
        assert_eq!(reread(&said), said);
    }
}
