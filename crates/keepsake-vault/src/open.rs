//! The open vault: the keys, what is known of every stored object, and how objects are read.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::try_join4;
use keepsake_crypto::{
    Context, CryptoError, Plaintext, Primitives, Purpose, VaultKey, digest, open_all, revision_of, tag_of,
};
use keepsake_memory::{Memory, MemoryId, Millis};
use keepsake_policy::{Denial, Grant, Ledger, SessionId, Subject};
use keepsake_search::Slot;
use serde::de::DeserializeOwned;

use crate::api::{OwnerError, OwnerErrorCode};
use crate::catalogue::{Entry, SegmentRef, Writer};
use crate::checking::Walk;
use crate::format::{
    Decision, FORMER_KEY, Header, Keyring, MANIFEST_KEY, Manifest, Proposal, Proposed, Receipt, SealedMemory, decode,
    encode, purpose_of,
};
use crate::records::Records;
use crate::restating::Compared;
use crate::restoring::{Exporting, Restoring};
use crate::transaction::{Stored, Transaction};
use crate::{ObjectKey, Space, Store};

/// A proposal without its text.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    pub stored: Stored,
    pub subject: Subject,
    pub received: Millis,
    pub request: [u8; 16],
    pub receipt: [u8; 16],
    /// The memory that it is about.
    pub about: Option<MemoryId>,
    /// What equal proposals have in common.
    pub words: [u8; 16],
}

/// What was found that is not as the vault left it.
#[derive(Debug, Default)]
pub(crate) struct Problems {
    /// The header is not the one last written.
    pub header: bool,
    /// Segments of the catalogue that are lost, or are not the ones last written.
    pub segments: Vec<SegmentRef>,
    /// Objects in the catalogue that nobody knows of.
    pub stray_segments: Vec<ObjectKey>,
    /// Objects among the memories that nobody knows of.
    pub strays: u64,
    /// Proposals that do not open, or 1 where their set is not the one committed to.
    pub inbox: u32,
    /// The same of grants and denials.
    pub decisions: u32,
    /// Receipts that are lost or changed, or 1 where the chain does not hold.
    pub receipts: u32,
    /// Memories whose objects are not what was written, until they are set aside.
    pub suspects: RefCell<BTreeSet<Slot>>,
}

impl Problems {
    /// How many there are.
    pub fn count(&self) -> u32 {
        u32::from(self.header)
            + self.segments.len() as u32
            + self.stray_segments.len() as u32
            + self.strays as u32
            + self.inbox
            + self.decisions
            + self.receipts
            + self.suspects.borrow().len() as u32
    }
}

/// What stands in the store and has to be read before anything else: fetched while the key is still being derived.
pub(crate) struct Fetched {
    meta: BTreeMap<ObjectKey, Vec<u8>>,
    catalogue: Vec<(ObjectKey, Vec<u8>)>,
    inbox: Vec<(ObjectKey, Vec<u8>)>,
    decisions: Vec<(ObjectKey, Vec<u8>)>,
}

impl Fetched {
    pub async fn from(store: &impl Store) -> Result<Self, OwnerError> {
        let (catalogue, inbox, decisions, meta) = try_join4(
            store.all(Space::Catalogue),
            store.all(Space::Inbox),
            store.all(Space::Decisions),
            store.all(Space::Meta),
        )
        .await?;
        Ok(Self { meta: meta.into_iter().collect(), catalogue, inbox, decisions })
    }

    /// The header, the manifest or a slot.
    pub fn meta(&self, key: ObjectKey) -> Option<&[u8]> {
        self.meta.get(&key).map(Vec::as_slice)
    }

    /// Proposals.
    pub fn inbox(&self) -> &[(ObjectKey, Vec<u8>)] {
        &self.inbox
    }

    /// Grants and denials.
    pub fn decisions(&self) -> &[(ObjectKey, Vec<u8>)] {
        &self.decisions
    }
}

/// Which memories may be listed, found and released at a moment.
pub(crate) struct Usable<'a> {
    open: &'a Open,
    now: Millis,
    /// As nearly always.
    all: bool,
}

impl Usable<'_> {
    pub fn has(&self, slot: Slot) -> bool {
        let of = |entry| self.open.is_usable(slot, entry, self.now);
        self.all || self.open.records.get(slot).is_some_and(of)
    }
}

/// Everything that is known while the vault is open.
pub(crate) struct Open {
    pub vault: [u8; 16],
    pub keys: Keyring,
    pub session: SessionId,
    pub manifest: Manifest,
    pub records: Records,
    pub inbox: BTreeMap<MemoryId, Waiting>,
    pub decisions: Vec<(Stored, Decision)>,
    /// Where decisions stand that are not the ones last written.
    pub distrusted: Vec<ObjectKey>,
    pub problems: Problems,
    /// How far the vault is looked through, while it is.
    pub walk: Option<Walk>,
    /// The same of a thorough check.
    pub check: Option<Walk>,
    /// What subjects were given within the last day, once that is asked for.
    pub ledger: Option<Ledger>,
    /// What is being taken out.
    pub exporting: Option<Exporting>,
    /// What is being taken in.
    pub restoring: Option<Restoring>,
    /// Whether the last change may not be on the disk yet.
    pub is_unsettled: bool,
    /// A list that is being compared, before it is taken in.
    pub compared: Option<Compared>,
}

impl Open {
    /// Reads what is needed to list, find and add memories, and checks it against the manifest. What does not fit is noted
    /// and takes nothing else with it. Memories themselves are not read.
    pub async fn load(
        fetched: Fetched,
        header: &Header,
        key: VaultKey,
        session: SessionId,
        primitives: &impl Primitives,
    ) -> Result<Self, OwnerError> {
        let envelope = fetched.meta(MANIFEST_KEY).ok_or_else(|| damaged("the vault's manifest"))?;
        let revision = revision_of(envelope).ok_or(CryptoError::DoesNotOpen)?;
        let context = Context { vault: header.vault, object: MANIFEST_KEY, revision };
        let bytes = key.derive_sealer(Purpose::Manifest).open(&context, envelope)?;
        let manifest: Manifest = decode(&bytes)?;
        let former = match (&manifest.rotation, fetched.meta(FORMER_KEY)) {
            (Some(_), Some(envelope)) => Some(open_former(&key, header, envelope)?),
            _ => None,
        };
        let identity = manifest.identity.key().ok_or(CryptoError::DoesNotOpen)?;
        let keys = Keyring::new(key, former.as_ref(), &identity);
        // A header that is not the one last written opened the vault all the same: an old passphrase was put back.
        let problems = Problems { header: digest(&[&encode(header)?]) != manifest.header, ..Problems::default() };
        let mut open = Self {
            vault: header.vault,
            keys,
            session,
            manifest,
            records: Records::default(),
            inbox: BTreeMap::new(),
            decisions: Vec::new(),
            distrusted: Vec::new(),
            problems,
            walk: None,
            check: None,
            ledger: None,
            exporting: None,
            restoring: None,
            is_unsettled: false,
            compared: None,
        };
        open.load_catalogue(fetched.catalogue, primitives).await;
        open.problems.inbox = open.load_space(Space::Inbox, &fetched.inbox, |open, proposal: Proposal, stored| {
            let waiting = open.waiting(&proposal, stored);
            open.inbox.insert(proposal.id, waiting);
        });
        open.problems.decisions = open.load_space(Space::Decisions, &fetched.decisions, |open, decision, stored| {
            open.decisions.push((stored, decision));
        });
        if open.problems.decisions > 0 {
            // Which of them was put back cannot be told, and a grant that was revoked must not come back: none of them holds.
            open.decisions.clear();
            open.distrusted = fetched.decisions.into_iter().map(|(key, _)| key).collect();
        }
        Ok(open)
    }

    /// A change of this vault in the making.
    pub fn transaction<'a, P: Primitives>(&'a mut self, random: &'a mut P) -> Transaction<'a, P> {
        Transaction::new(self, random)
    }

    /// Sees to it that the last change is on the disk.
    pub async fn settle(&mut self, store: &impl Store, random: &mut impl Primitives) -> Result<(), OwnerError> {
        if self.is_unsettled {
            // Whatever is written strictly takes what came before it along, and every change writes the manifest.
            self.transaction(random).commit(store).await?;
        }
        Ok(())
    }

    /// Opens one stored object.
    pub fn read<T: DeserializeOwned>(&self, space: Space, key: ObjectKey, envelope: &[u8]) -> Result<T, CryptoError> {
        decode(&self.read_bytes(space, key, envelope)?)
    }

    /// The memories in these slots, in their order; one that is not what was written is left out, and noted.
    pub async fn memories(&self, store: &impl Store, slots: &[Slot]) -> Result<Vec<Memory>, OwnerError> {
        Ok(self.memories_or_none(store, slots).await?.into_iter().flatten().collect())
    }

    /// What is stored for these slots, in their order.
    pub async fn envelopes(&self, store: &impl Store, slots: &[Slot]) -> Result<Vec<Option<Vec<u8>>>, OwnerError> {
        Ok(store.get_many(Space::Records, &self.record_keys(slots)).await?)
    }

    /// Where the memories of these slots stand.
    pub fn record_keys(&self, slots: &[Slot]) -> Vec<ObjectKey> {
        slots.iter().filter_map(|slot| Some(self.record_key(self.records.get(*slot)?))).collect()
    }

    /// The memory of a slot out of its envelope; `None` where that is not the one last written.
    pub fn open_memory(&self, slot: Slot, envelope: Option<&[u8]>) -> Option<Memory> {
        let (entry, envelope) = (self.records.get(slot)?, envelope?);
        // An older revision opens as well, but does not end in this tag.
        if tag_of(envelope) != entry.tag {
            return None;
        }
        let sealed: SealedMemory<'_> = self.read(Space::Records, self.record_key(entry), envelope).ok()?;
        let memory = Memory::from(sealed);
        (memory.id == entry.id).then_some(memory)
    }

    /// Where a memory stands.
    pub fn record_key(&self, entry: &Entry) -> ObjectKey {
        self.keys.object_key(Space::Records, entry.id.as_bytes())
    }

    /// One memory.
    pub async fn memory(&self, store: &impl Store, id: MemoryId) -> Result<(Slot, Memory), OwnerError> {
        let slot = self.records.find(id).ok_or_else(|| OwnerError::not_found("memory"))?;
        let memory = self.memories(store, &[slot]).await?.pop().ok_or_else(|| damaged("this memory"))?;
        Ok((slot, memory))
    }

    /// Where a segment of the catalogue stands.
    pub fn segment_key(&self, number: u32) -> ObjectKey {
        self.keys.object_key(Space::Catalogue, &number.to_be_bytes())
    }

    /// Whether a memory may be listed, found and released.
    pub fn is_usable(&self, slot: Slot, entry: &Entry, now: Millis) -> bool {
        self.records.due(entry).is_none_or(|due| due > now) && !self.problems.suspects.borrow().contains(&slot)
    }

    /// The same by slot, for many of them.
    pub fn usable(&self, now: Millis) -> Usable<'_> {
        Usable { open: self, now, all: self.records.none_due(now) && self.problems.suspects.borrow().is_empty() }
    }

    /// The memories in these slots; nothing, and a note, for one that is not what was written.
    pub async fn memories_or_none(
        &self,
        store: &impl Store,
        slots: &[Slot],
    ) -> Result<Vec<Option<Memory>>, OwnerError> {
        let envelopes = self.envelopes(store, slots).await?;
        Ok(slots
            .iter()
            .zip(envelopes)
            .map(|(slot, envelope)| self.memory_or_none(*slot, envelope.as_deref()))
            .collect())
    }

    /// The memory of a slot out of its envelope; nothing, and a note, where that is not what was written.
    pub fn memory_or_none(&self, slot: Slot, envelope: Option<&[u8]>) -> Option<Memory> {
        let memory = self.open_memory(slot, envelope);
        if memory.is_none() {
            self.problems.suspects.borrow_mut().insert(slot);
        }
        memory
    }

    /// One proposal.
    pub async fn proposal(&self, store: &impl Store, id: MemoryId) -> Result<Proposal, OwnerError> {
        let waiting = self.inbox.get(&id).ok_or_else(|| OwnerError::not_found("proposal"))?;
        let envelope = store.get(Space::Inbox, waiting.stored.key).await?.ok_or_else(|| damaged("this proposal"))?;
        Ok(self.read(Space::Inbox, waiting.stored.key, &envelope)?)
    }

    /// What is kept in memory of a proposal.
    pub fn waiting(&self, proposal: &Proposal, stored: Stored) -> Waiting {
        Waiting {
            stored,
            subject: proposal.subject.clone(),
            received: proposal.received,
            request: proposal.request,
            receipt: proposal.receipt,
            about: proposal.proposed.about().map(|(memory, _)| memory),
            words: self.proposal_words(&proposal.proposed),
        }
    }

    /// What a proposal has in common with others that would do the very same.
    pub fn proposal_words(&self, proposed: &Proposed) -> [u8; 16] {
        match proposed {
            Proposed::New(draft) => self.keys.words.derive_id(draft.text.as_bytes()),
            // Encoding to memory does not fail; if it did, no two proposals would be told to be the same.
            other => encode(other).map_or([0; 16], |bytes| self.keys.words.derive_id(&bytes)),
        }
    }

    /// What a subject is known by as the writer of something.
    pub fn writer(&self, subject: &Subject) -> Writer {
        Writer::of(self.keys.pairwise.derive_id(&[b"writer", subject.to_string().as_bytes()]))
    }

    /// Grants that hold now.
    pub fn live_grants(&self, now: Millis) -> impl Iterator<Item = &Grant> {
        self.decisions.iter().filter_map(move |(_, decision)| match decision {
            Decision::Grant(grant) if grant.validity.holds(now, self.session) => Some(grant),
            _ => None,
        })
    }

    /// Denials that hold now.
    pub fn live_denials(&self, now: Millis) -> impl Iterator<Item = &Denial> {
        self.decisions.iter().filter_map(move |(_, decision)| match decision {
            Decision::Denial(denial) if denial.validity.holds(now, self.session) => Some(denial),
            _ => None,
        })
    }

    /// Every receipt in the order of the chain, and whether the chain holds from the first link to the manifest.
    pub async fn receipts(&self, store: &impl Store) -> Result<(Vec<Receipt>, bool), OwnerError> {
        let stored: BTreeMap<_, _> = store.all(Space::Receipts).await?.into_iter().collect();
        let mut holds = stored.len() as u64 == self.manifest.receipts;
        let mut head = [0; 32];
        let mut receipts = Vec::with_capacity(stored.len());
        for number in 1..=self.manifest.receipts {
            let key = self.keys.object_key(Space::Receipts, &number.to_be_bytes());
            let opened = stored.get(&key).and_then(|envelope| self.read_bytes(Space::Receipts, key, envelope).ok());
            let receipt = opened.as_ref().and_then(|bytes| decode::<Receipt>(bytes).ok());
            let (Some(bytes), Some(receipt)) = (opened, receipt) else {
                holds = false;
                continue;
            };
            holds &= receipt.number == number && receipt.previous == head;
            head = digest(&[&bytes]);
            receipts.push(receipt);
        }
        Ok((receipts, holds && head == self.manifest.head))
    }

    /// Opens one stored object, under the key of now or, while everything is sealed anew, under the one before.
    pub fn read_bytes(&self, space: Space, key: ObjectKey, envelope: &[u8]) -> Result<Plaintext, CryptoError> {
        let revision = revision_of(envelope).ok_or(CryptoError::DoesNotOpen)?;
        let context = Context { vault: self.vault, object: key, revision };
        let opened = self.keys.sealer(purpose_of(space))?.open(&context, envelope);
        match (opened, self.keys.former_sealer(purpose_of(space))) {
            (Err(CryptoError::DoesNotOpen), Some(former)) => former.open(&context, envelope),
            (opened, _) => opened,
        }
    }

    async fn load_catalogue(&mut self, stored: Vec<(ObjectKey, Vec<u8>)>, primitives: &impl Primitives) {
        let Self { vault, keys, manifest, records, problems, .. } = self;
        let mut stored: BTreeMap<ObjectKey, Vec<u8>> = stored.into_iter().collect();
        records.reserve(&manifest.segments);
        let mut found = Vec::with_capacity(manifest.segments.len());
        for segment in &manifest.segments {
            let key = keys.object_key(Space::Catalogue, &segment.number.to_be_bytes());
            let is_now = segment.key == manifest.key;
            let sealer =
                if is_now { keys.sealer(Purpose::Catalogue).ok() } else { keys.former_sealer(Purpose::Catalogue) };
            let envelope = stored.remove(&key).filter(|envelope| tag_of(envelope) == segment.tag);
            let revision = envelope.as_deref().and_then(revision_of);
            match (sealer, revision, envelope) {
                (Some(sealer), Some(revision), Some(envelope)) => {
                    found.push((*segment, sealer, Context { vault: *vault, object: key, revision }, envelope));
                }
                _ => problems.segments.push(*segment),
            }
        }
        problems.stray_segments = stored.into_keys().collect();
        let sealed: Vec<_> =
            found.iter().map(|(_, sealer, context, envelope)| (*sealer, *context, envelope.as_slice())).collect();
        let mut segments = found.iter().map(|(segment, ..)| *segment);
        open_all(&sealed, primitives, |opened| {
            let Some(segment) = segments.next() else { return };
            if opened.and_then(|bytes| records.load(&segment, &bytes)).is_err() {
                problems.segments.push(segment);
            }
        })
        .await;
        self.records.retain(self.manifest.retention.clone());
    }

    /// Takes in a space that is committed to as a set; answers how much of it is not as it was left.
    fn load_space<T: DeserializeOwned>(
        &mut self,
        space: Space,
        objects: &[(ObjectKey, Vec<u8>)],
        mut take: impl FnMut(&mut Self, T, Stored),
    ) -> u32 {
        for (key, envelope) in objects {
            let stored = Stored { key: *key, member: self.keys.member(space, key, envelope) };
            if let Ok(value) = self.read::<T>(space, *key, envelope) {
                take(self, value, stored);
            }
        }
        self.check_space::<T>(space, objects)
    }

    /// How much of a space that is committed to as a set is not as it was left: what does not open, or 1 where all of it
    /// opens and it is another set.
    pub fn check_space<T: DeserializeOwned>(&self, space: Space, objects: &[(ObjectKey, Vec<u8>)]) -> u32 {
        let mut found = keepsake_crypto::SetHash::default();
        objects.iter().for_each(|(key, envelope)| found.insert(self.keys.member(space, key, envelope)));
        let broken = objects.iter().filter(|(key, envelope)| self.read::<T>(space, *key, envelope).is_err()).count();
        let committed = self.manifest.set(space).copied().unwrap_or_default();
        if broken == 0 && found != committed { 1 } else { broken as u32 }
    }

    /// Compares the catalogue's objects with what the manifest knows of them.
    pub fn check_catalogue(&mut self, fetched: &Fetched) {
        let mut stored: BTreeMap<&ObjectKey, &Vec<u8>> =
            fetched.catalogue.iter().map(|(key, envelope)| (key, envelope)).collect();
        let mut lost = Vec::new();
        for segment in &self.manifest.segments {
            let key = self.segment_key(segment.number);
            let sound = stored.remove(&key).is_some_and(|envelope| {
                tag_of(envelope) == segment.tag && self.read_bytes(Space::Catalogue, key, envelope).is_ok()
            });
            if !sound {
                lost.push(*segment);
            }
        }
        self.problems.segments = lost;
        self.problems.stray_segments = stored.into_keys().copied().collect();
    }
}

fn open_former(key: &VaultKey, header: &Header, envelope: &[u8]) -> Result<VaultKey, CryptoError> {
    let context = Context { vault: header.vault, object: FORMER_KEY, revision: 1 };
    let secret = key.derive_sealer(Purpose::FormerKeySlot).open(&context, envelope)?;
    keepsake_crypto::SecretKey::from_slice(&secret).map(VaultKey::from_secret).ok_or(CryptoError::DoesNotOpen)
}

pub(crate) fn damaged(what: &str) -> OwnerError {
    OwnerError::new(OwnerErrorCode::Damaged, format!("{what} is missing or damaged"))
}
