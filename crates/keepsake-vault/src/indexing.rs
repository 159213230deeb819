//! The search index while the vault is open: taken in from what is at rest, completed from the memories, written back.
//!
//! At rest it is a cache. A segment names the texts that it has by the tags of their memories' envelopes, which the catalogue
//! knows and the manifest commits to: what was put back, doubled, swapped or lost is at worst learnt again, and never answers.
//! What changes a memory takes the segment away that has its words; [`Open::index_step`] writes what is missing by and by.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use foldhash::fast::FixedState;
use keepsake_crypto::{Context, Plaintext, Primitives, Purpose, open_all, seal_all};
use keepsake_memory::{Memory, Trust, Turn};
use keepsake_search::{Belief, Facts, Index, Learnt, Place, Slot, Table};

use crate::api::{OwnerError, Progress};
use crate::open::Open;
use crate::records::Records;
use crate::{Batch, INDEX_PARTS, ObjectKey, Space, Store};

/// The most texts in one segment.
const SEGMENT_TEXTS: usize = 2048;

/// Segments with fewer texts are put together once there are so many of them.
const SMALL_TEXTS: usize = 256;
const MOST_SMALL: usize = 8;

/// How many segments one step writes.
const SEGMENTS_AT_ONCE: usize = 2;

/// How many memories one step learns.
const LEARNT_AT_ONCE: usize = 250;

/// How many memories the person's own question waits for, where more are yet to be learnt.
const LEARNT_AT_MOST: usize = 1000;

/// A segment is never written again under its key, which is random.
const REVISION: u64 = 1;

const TAG: usize = 16;

/// The index, and how much of it is at rest.
pub(crate) struct Indexed {
    pub index: Index,
    /// Which part of what is at rest is taken in next, of [`INDEX_PARTS`].
    next_part: usize,
    /// The memories that a segment may have, by their tags, which nobody chooses. Made once a memory is not where a segment
    /// leads to expect it; nothing once all are taken in.
    by_tag: Option<HashMap<[u8; TAG], Slot, FixedState>>,
    /// Segments at rest that are taken in, with the slots of their texts.
    segments: BTreeMap<ObjectKey, Vec<Slot>>,
    /// By slot, the segment that has its text.
    homes: Vec<Option<ObjectKey>>,
    /// Texts that the index has and no segment.
    fresh: BTreeSet<Slot>,
    /// Memories to be learnt, once all segments are taken in.
    unknown: Vec<Slot>,
    /// Segments at rest that do not open, or have a text that is not so any more.
    stale: Vec<ObjectKey>,
}

impl Indexed {
    async fn begin(store: &impl Store, records: &Records) -> Self {
        // Without a table, or with a damaged one, questions are answered by words.
        let table = store.meanings().await.and_then(|bytes| Table::read(bytes).ok());
        let index = table.map_or_else(Index::default, |table| Index::with_table(Arc::new(table)));
        Self {
            index,
            next_part: 0,
            by_tag: None,
            segments: BTreeMap::new(),
            homes: vec![None; records.slots()],
            fresh: BTreeSet::new(),
            unknown: Vec::new(),
            stale: Vec::new(),
        }
    }

    /// Whether nothing is left to be taken in or learnt.
    pub fn is_complete(&self) -> bool {
        self.is_taken_in() && self.unknown.is_empty()
    }

    /// Whether nothing is left to be taken in.
    fn is_taken_in(&self) -> bool {
        self.next_part == INDEX_PARTS
    }

    /// Which segments have one of these texts: they are to be taken away when those change.
    pub fn segments_of(&self, slots: impl Iterator<Item = Slot>) -> BTreeSet<ObjectKey> {
        slots.filter_map(|slot| self.home(slot)).collect()
    }

    fn home(&self, slot: Slot) -> Option<ObjectKey> {
        self.homes.get(slot as usize).copied().flatten()
    }

    /// Notes which segment has the texts in these slots.
    fn settle(&mut self, key: ObjectKey, slots: Vec<Slot>) {
        for slot in &slots {
            let at = *slot as usize;
            if self.homes.len() <= at {
                self.homes.resize(at + 1, None);
            }
            if let Some(home) = self.homes.get_mut(at) {
                *home = Some(key);
            }
        }
        self.segments.insert(key, slots);
    }

    /// These segments were taken away.
    pub fn lose(&mut self, segments: &BTreeSet<ObjectKey>) {
        self.stale.retain(|key| !segments.contains(key));
        for key in segments {
            for slot in self.segments.remove(key).unwrap_or_default() {
                if let Some(home) = self.homes.get_mut(slot as usize) {
                    *home = None;
                }
                self.fresh.insert(slot);
            }
        }
    }

    /// Everything at rest was taken away.
    pub fn lose_all(&mut self, records: &Records) {
        let all = self.segments.keys().copied().collect();
        self.lose(&all);
        self.stale.clear();
        self.next_part = INDEX_PARTS;
        self.note_unknown(records);
    }

    /// Takes a text in, or notes that there is none any more.
    pub fn put(&mut self, slot: Slot, learnt: Option<(Learnt, Facts)>) {
        match learnt {
            Some((learnt, facts)) => {
                self.index.insert(slot, learnt, facts);
                self.fresh.insert(slot);
            }
            None => self.fresh.retain(|fresh| *fresh != slot),
        }
    }

    /// Once all segments are taken in it shows which memories have to be learnt.
    fn note_unknown(&mut self, records: &Records) {
        if self.is_taken_in() {
            self.by_tag = None;
            let slots = records.kept().map(|(slot, _)| slot);
            self.unknown = slots.filter(|slot| !self.knows(*slot)).collect();
        }
    }

    fn knows(&self, slot: Slot) -> bool {
        self.home(slot).is_some() || self.fresh.contains(&slot)
    }

    /// A function by itself, which the browser compiles well once it has run for a few segments.
    #[inline(never)]
    fn take_in(&mut self, key: ObjectKey, plaintext: &[u8], records: &Records) {
        let Some(Written { first, tags, segment }) = take_apart(plaintext) else { return self.stale.push(key) };
        let slots = self.slots_of(first, tags, records);
        if self.index.load(segment, &slots).is_err() {
            return self.stale.push(key);
        }
        let found: Vec<Slot> = slots.iter().flatten().copied().collect();
        if found.len() == slots.len() {
            self.settle(key, found);
        } else {
            // The rest of it is said again elsewhere.
            self.fresh.extend(found);
            self.stale.push(key);
        }
    }

    /// Where the memories with these tags are now: mostly one behind the other, as they were when the segment was written.
    fn slots_of(&mut self, first: Slot, tags: &[[u8; TAG]], records: &Records) -> Vec<Option<Slot>> {
        let mut expected = first;
        let mut slots = Vec::with_capacity(tags.len());
        for tag in tags {
            let is_there = records.get_kept(expected).is_some_and(|entry| entry.tag == *tag);
            let slot = if is_there { Some(expected) } else { self.slot_of(tag, records) };
            expected = slot.unwrap_or(expected).saturating_add(1);
            slots.push(slot.filter(|slot| !self.knows(*slot)));
        }
        slots
    }

    #[inline(never)]
    fn slot_of(&mut self, tag: &[u8; TAG], records: &Records) -> Option<Slot> {
        let by_tag = self.by_tag.get_or_insert_with(|| records.kept().map(|(slot, entry)| (entry.tag, slot)).collect());
        by_tag.get(tag).copied()
    }

    /// What to write next, and which segments are then no longer needed; nothing where all is at rest.
    fn next_written(&self, records: &Records) -> Option<(Vec<Vec<Slot>>, BTreeSet<ObjectKey>)> {
        let mut slots: Vec<Slot> = self.fresh.iter().copied().filter(|slot| records.is_kept(*slot)).collect();
        if slots.is_empty() && self.stale.is_empty() {
            return None;
        }
        let mut gone = BTreeSet::new();
        // What is to go may go only when all that it has is said elsewhere.
        if slots.len() > SEGMENT_TEXTS * SEGMENTS_AT_ONCE {
            slots.truncate(SEGMENT_TEXTS * SEGMENTS_AT_ONCE);
        } else {
            gone.extend(&self.stale);
            let small: Vec<_> = self.segments.iter().filter(|(_, slots)| slots.len() < SMALL_TEXTS).collect();
            if small.len() >= MOST_SMALL {
                slots.extend(small.iter().flat_map(|(_, slots)| slots.iter().copied()));
                slots.sort_unstable();
                gone.extend(small.iter().map(|(key, _)| **key));
            }
        }
        Some((slots.chunks(SEGMENT_TEXTS).map(<[Slot]>::to_vec).collect(), gone))
    }
}

impl Open {
    /// Completes the index: everything that is kept can be found afterwards.
    pub async fn make_index(&mut self, store: &impl Store, primitives: &impl Primitives) -> Result<(), OwnerError> {
        self.learn_at_most(usize::MAX, store, primitives).await
    }

    /// Makes the index as complete as can be quickly. The rest is learnt by and by.
    pub async fn hurry_index(&mut self, store: &impl Store, primitives: &impl Primitives) -> Result<(), OwnerError> {
        self.learn_at_most(LEARNT_AT_MOST, store, primitives).await
    }

    async fn learn_at_most(
        &mut self,
        most: usize,
        store: &impl Store,
        primitives: &impl Primitives,
    ) -> Result<(), OwnerError> {
        self.take_in_all(store, primitives).await?;
        let mut learnt = 0;
        while learnt < most && self.learn_unknown(store).await? {
            learnt += LEARNT_AT_ONCE;
        }
        Ok(())
    }

    /// One step on the way to an index that is complete and at rest; whether there was one to do.
    pub async fn index_step(
        &mut self,
        store: &impl Store,
        primitives: &mut impl Primitives,
    ) -> Result<bool, OwnerError> {
        self.begin_index(store).await;
        if self.take_in_segments(store, primitives).await? {
            return Ok(true);
        }
        // What fills a segment is written before more is learnt: it is not lost then, and takes less memory.
        let is_full = self.records.indexed().is_some_and(|indexed| indexed.fresh.len() >= SEGMENT_TEXTS);
        if (is_full && self.write_index(store, primitives).await?)
            || self.learn_unknown(store).await?
            || self.write_index(store, primitives).await?
        {
            return Ok(true);
        }
        if let Some(indexed) = self.records.indexed_mut() {
            indexed.index.settle();
        }
        Ok(false)
    }

    /// How far the index is, where questions do not find everything yet.
    pub fn index_progress(&self) -> Option<Progress> {
        let indexed = self.records.indexed().filter(|indexed| !indexed.is_complete())?;
        let at_rest: usize = indexed.segments.values().map(Vec::len).sum();
        let (done, total) = (at_rest + indexed.fresh.len(), self.records.len());
        Some(Progress { done: done.min(total) as u32, total: total as u32 })
    }

    /// Which segments have to go with a change of these memories, so that none of their former words stays.
    pub async fn segments_with(
        &mut self,
        slots: &[Slot],
        store: &impl Store,
        primitives: &impl Primitives,
    ) -> Result<BTreeSet<ObjectKey>, OwnerError> {
        if self.records.indexed().is_none() && store.keys(Space::Index).await?.is_empty() {
            return Ok(BTreeSet::new());
        }
        self.take_in_all(store, primitives).await?;
        let known = self.records.indexed();
        let mut segments = known.map(|indexed| indexed.segments_of(slots.iter().copied())).unwrap_or_default();
        // Whatever it is that these have, it is not so any more.
        segments.extend(known.iter().flat_map(|indexed| &indexed.stale));
        Ok(segments)
    }

    async fn begin_index(&mut self, store: &impl Store) {
        if self.records.indexed().is_none() {
            let indexed = Indexed::begin(store, &self.records).await;
            *self.records.indexed_mut() = Some(indexed);
        }
    }

    async fn take_in_all(&mut self, store: &impl Store, primitives: &impl Primitives) -> Result<(), OwnerError> {
        self.begin_index(store).await;
        while self.take_in_segments(store, primitives).await? {}
        Ok(())
    }

    /// Takes in the next part of what is at rest; whether there was one.
    async fn take_in_segments(&mut self, store: &impl Store, primitives: &impl Primitives) -> Result<bool, OwnerError> {
        let Some(part) = self.records.indexed().filter(|indexed| !indexed.is_taken_in()) else { return Ok(false) };
        let part = part.next_part;
        let segments = store.index_part(part).await?;
        let sealer = self.keys.sealer(Purpose::Index)?;
        let context = |object: ObjectKey| Context { vault: self.vault, object, revision: REVISION };
        let sealed: Vec<_> =
            segments.iter().map(|(key, envelope)| (sealer, context(*key), envelope.as_slice())).collect();
        let mut indexed = self.records.indexed_mut().take();
        let mut keys = segments.iter().map(|(key, _)| *key);
        let records = &self.records;
        open_all(&sealed, primitives, |opened| {
            let (Some(indexed), Some(key)) = (&mut indexed, keys.next()) else { return };
            match opened {
                Ok(plaintext) => indexed.take_in(key, &plaintext, records),
                Err(_) => indexed.stale.push(key),
            }
        })
        .await;
        if let Some(indexed) = &mut indexed {
            indexed.next_part = part + 1;
            indexed.note_unknown(&self.records);
        }
        *self.records.indexed_mut() = indexed;
        Ok(true)
    }

    /// Learns the next memories that the index does not have; whether there were any.
    async fn learn_unknown(&mut self, store: &impl Store) -> Result<bool, OwnerError> {
        let Some(indexed) = self.records.indexed() else { return Ok(false) };
        let from = indexed.unknown.len().saturating_sub(LEARNT_AT_ONCE);
        let next = indexed.unknown.get(from..).unwrap_or_default();
        if next.is_empty() {
            return Ok(false);
        }
        let is_new = |slot: &Slot| !indexed.knows(*slot) && self.records.is_kept(*slot);
        let slots: Vec<Slot> = next.iter().copied().filter(is_new).collect();
        let memories = self.memories_or_none(store, &slots).await?;
        let Some(indexed) = self.records.indexed_mut() else { return Ok(false) };
        indexed.unknown.truncate(from);
        for (slot, memory) in slots.into_iter().zip(memories) {
            let Some(memory) = memory else { continue };
            let learnt = (indexed.index.learn(&memory.draft.text), facts_of(&memory));
            indexed.put(slot, Some(learnt));
        }
        Ok(true)
    }

    /// Writes what is not at rest; whether there was anything.
    async fn write_index(&mut self, store: &impl Store, primitives: &mut impl Primitives) -> Result<bool, OwnerError> {
        let Some(indexed) = self.records.indexed() else { return Ok(false) };
        let Some((written, gone)) = indexed.next_written(&self.records) else { return Ok(false) };
        let sealer = self.keys.sealer(Purpose::Index)?;
        let (mut keys, mut sealing) = (Vec::<ObjectKey>::new(), Vec::new());
        for slots in &written {
            let key = primitives.make()?;
            let context = Context { vault: self.vault, object: key, revision: REVISION };
            sealing.push(sealer.begin(&context, &put_together(&self.records, &indexed.index, slots), primitives)?);
            keys.push(key);
        }
        let envelopes = seal_all(sealing, &*primitives).await?;
        let puts = keys.iter().zip(envelopes).map(|(key, envelope)| (Space::Index, *key, envelope)).collect();
        let deletes = gone.iter().map(|key| (Space::Index, *key)).collect();
        store.commit(Batch { puts, deletes, ..Batch::default() }).await?;
        let Some(indexed) = self.records.indexed_mut() else { return Ok(false) };
        indexed.lose(&gone);
        for (key, slots) in keys.into_iter().zip(written) {
            indexed.fresh.retain(|slot| slots.binary_search(slot).is_err());
            indexed.settle(key, slots);
        }
        Ok(true)
    }
}

/// What the index knows of a memory besides its words.
pub(crate) fn facts_of(memory: &Memory) -> Facts {
    let belief = match memory.trust() {
        Trust::Own => Belief::Own,
        Trust::Confirmed => Belief::Confirmed,
        Trust::Imported => Belief::Imported,
        Trust::Unreviewed => Belief::Unreviewed,
    };
    let ends = memory.draft.expires.into_iter().chain(memory.draft.valid_to).min();
    let place = memory.provenance.turn.map(|Turn { conversation, position }| Place {
        // Of an id's bytes the last are random. Two conversations that share them lend each other context where nobody would
        // look for it, and nothing that may not be seen.
        conversation: u32::from_be_bytes(conversation.as_bytes().last_chunk().copied().unwrap_or_default()),
        position,
    });
    Facts { written: Some(memory.created), expires: ends, belief, place }
}

/// The plaintext of a segment: how many texts, the first one's slot, their tags, their words.
fn put_together(records: &Records, index: &Index, slots: &[Slot]) -> Plaintext {
    let segment = index.segment(slots);
    let mut plaintext = Plaintext::with_capacity(2 * size_of::<u32>() + slots.len() * TAG + segment.len());
    let bytes = plaintext.bytes_mut();
    bytes.extend_from_slice(&(slots.len() as u32).to_be_bytes());
    bytes.extend_from_slice(&slots.first().copied().unwrap_or_default().to_be_bytes());
    for slot in slots {
        bytes.extend_from_slice(&records.get(*slot).map_or([0; TAG], |entry| entry.tag));
    }
    bytes.extend_from_slice(&segment);
    // The words in it must not lie about.
    drop(Plaintext::from(segment));
    plaintext
}

/// What was written of some texts.
struct Written<'a> {
    /// The slot that the first one had.
    first: Slot,
    /// Of their memories.
    tags: &'a [[u8; TAG]],
    segment: &'a [u8],
}

fn take_apart(plaintext: &[u8]) -> Option<Written<'_>> {
    let (count, rest) = plaintext.split_first_chunk()?;
    let (first, rest) = rest.split_first_chunk()?;
    let count = usize::try_from(u32::from_be_bytes(*count)).ok()?;
    let (tags, segment) = rest.split_at_checked(count.checked_mul(TAG)?)?;
    Some(Written { first: Slot::from_be_bytes(*first), tags: tags.as_chunks().0, segment })
}
