//! One change of the vault: sealed objects, receipts, the catalogue and the manifest that commits to them, all or none.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use futures_util::future::join;
use keepsake_crypto::{
    Context, CryptoError, Plaintext, Primitives, Purpose, Sealing, SetHash, digest, seal_all, tag_of,
};
use keepsake_memory::{Memory, Millis};
use keepsake_policy::Subject;
use keepsake_search::Slot;
use serde::Serialize;

use crate::api::{OwnerError, ReceiptEntry};
use crate::catalogue::{Entry, SegmentRef, Standing, Writer, encode_segment};
use crate::format::{Decision, HEADER_KEY, Header, MANIFEST_KEY, Manifest, Receipt, encode, encode_memory, purpose_of};
use crate::indexing::{Indexed, facts_of};
use crate::open::Open;
use crate::records::{Change, entry_of};
use crate::{Batch, Durability, ObjectKey, Placed, Space, Store, StoreError};

/// Where an object stands and what the manifest knows it by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stored {
    pub key: ObjectKey,
    pub member: [u8; 32],
}

/// An object that a transaction is to write; [`Committed`] tells where it stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Put(usize);

/// What a transaction wrote.
pub(crate) struct Committed {
    stored: Vec<Stored>,
}

impl Committed {
    pub fn stored(&self, put: Put) -> Option<Stored> {
        self.stored.get(put.0).copied()
    }
}

struct Object<'a> {
    space: Space,
    key: ObjectKey,
    revision: u64,
    content: Content<'a>,
    before: Option<Stored>,
    /// The memory whose entry is to name this envelope.
    entry: Option<Target>,
}

/// What is to stand in an envelope. It is sealed as late as can be: while the store writes the one before.
enum Content<'a> {
    Memory(&'a Memory),
    Bytes(Plaintext),
    /// What is long is sealed by the browser, which the store cannot wait for.
    Sealed(Vec<u8>),
}

#[derive(Clone, Copy)]
enum Target {
    New(usize),
    Old(Slot),
}

/// A change in the making. Nothing happens until [`Self::commit`].
pub(crate) struct Transaction<'a, P> {
    pub open: &'a mut Open,
    random: &'a mut P,
    manifest: Manifest,
    objects: Vec<Object<'a>>,
    batch: Batch,
    updated: BTreeMap<Slot, Entry>,
    added: Vec<Entry>,
    anew: BTreeSet<u32>,
    /// Decisions that are no more.
    ended: Vec<[u8; 16]>,
    /// Texts for the index to take in: of new memories, and of those in a slot.
    added_texts: Vec<&'a Memory>,
    changed_texts: Vec<(Slot, Option<&'a str>, Option<&'a Memory>)>,
}

impl<'a, P: Primitives> Transaction<'a, P> {
    pub fn new(open: &'a mut Open, random: &'a mut P) -> Self {
        let manifest = open.manifest.clone();
        Self {
            open,
            random,
            manifest,
            objects: Vec::new(),
            batch: Batch::default(),
            updated: BTreeMap::new(),
            added: Vec::new(),
            anew: BTreeSet::new(),
            ended: Vec::new(),
            added_texts: Vec::new(),
            changed_texts: Vec::new(),
        }
    }

    /// So many random bytes.
    pub fn make<const N: usize>(&mut self) -> Result<[u8; N], CryptoError> {
        self.random.make()
    }

    /// Seals an object and puts it in the place of what stood under its id before.
    pub fn put<T: Serialize>(
        &mut self,
        space: Space,
        id: &[u8],
        value: &T,
        before: Option<Stored>,
    ) -> Result<Put, CryptoError> {
        let key = self.open.keys.object_key(space, id);
        Ok(self.place(space, key, 1, Content::Bytes(encode(value)?), before, None))
    }

    /// Takes an object away.
    pub fn delete(&mut self, space: Space, stored: Stored) {
        if let Some(set) = self.manifest.set_mut(space) {
            set.remove(stored.member);
        }
        self.batch.deletes.push((space, stored.key));
    }

    /// Takes decisions away by their ids.
    pub fn end_decisions(&mut self, ids: &[[u8; 16]]) {
        let of = |(_, decision): &&(Stored, Decision)| ids.contains(&decision.id());
        let ending: Vec<Stored> = self.open.decisions.iter().filter(of).map(|(stored, _)| *stored).collect();
        ending.into_iter().for_each(|stored| self.delete(Space::Decisions, stored));
        self.ended.extend_from_slice(ids);
    }

    /// Takes every decision away that is not to be trusted, and with them the commitment to them.
    pub fn drop_distrusted(&mut self) {
        let keys = core::mem::take(&mut self.open.distrusted);
        if !keys.is_empty() {
            self.manifest.decisions = SetHash::default();
            self.delete_strays(Space::Decisions, &keys);
        }
        self.open.distrusted = keys;
    }

    /// Takes objects away that the manifest does not count.
    pub fn delete_strays(&mut self, space: Space, keys: &[ObjectKey]) {
        self.batch.deletes.extend(keys.iter().map(|key| (space, *key)));
    }

    /// Keeps a new memory.
    pub fn add_memory(&mut self, memory: &'a Memory) {
        self.add_memory_of(memory, None);
    }

    /// Keeps a new memory that somebody wrote whom it may be told to before the person has seen it.
    pub fn add_memory_of(&mut self, memory: &'a Memory, writer: Option<Writer>) {
        let target = Target::New(self.added.len());
        let entry = self.place_memory(memory, writer, target);
        self.added.push(entry);
        self.added_texts.push(memory);
    }

    /// Puts a memory in a slot that another revision of it has, or had. `before` is the text that the index knows there.
    pub fn replace_memory(&mut self, slot: Slot, memory: &'a Memory, before: Option<&'a str>) {
        self.reseal_memory(slot, memory);
        self.changed_texts.push((slot, before, Some(memory)));
    }

    /// Seals a memory anew without changing it, under the key of now.
    pub fn reseal_memory(&mut self, slot: Slot, memory: &'a Memory) {
        let writer = self.open.records.get(slot).and_then(|entry| entry.unreviewed_of);
        let entry = self.place_memory(memory, writer, Target::Old(slot));
        self.updated.insert(slot, entry);
    }

    /// Forgets a memory: only what keeps it from coming back stays. `text` is the text that the index knows there.
    pub fn forget_memory(&mut self, slot: Slot, text: Option<&'a str>) {
        let Some(entry) = self.open.records.get(slot).cloned() else { return };
        self.batch.deletes.push((Space::Records, self.open.keys.object_key(Space::Records, entry.id.as_bytes())));
        // Of the scopes, the kind and the dates nothing is left.
        let scopes = self.open.records.sets_mut().intern(&[]);
        let forgotten = Entry {
            tag: [0; 16],
            created: 0,
            updated: 0,
            expires: None,
            unreviewed_of: None,
            key: self.manifest.key,
            scopes,
            kind: keepsake_memory::Kind::default(),
            sensitivity: keepsake_memory::Sensitivity::default(),
            standing: Standing::Forgotten,
            ..entry
        };
        self.updated.insert(slot, forgotten);
        self.changed_texts.push((slot, text, None));
    }

    /// Sets a memory aside whose object is not what was written. The object stays where it is.
    pub fn set_aside(&mut self, slot: Slot) {
        if let Some(entry) = self.open.records.get(slot).cloned() {
            // Nobody will read it, so it needs no key.
            let entry = Entry { standing: Standing::Aside, key: self.manifest.key, ..entry };
            self.updated.insert(slot, entry);
        }
    }

    /// Writes segments anew in which nothing changes.
    pub fn rewrite_segments(&mut self, numbers: impl IntoIterator<Item = u32>) {
        self.anew.extend(numbers);
    }

    /// Seals an object anew without changing it, under the key of now.
    pub fn reseal(&mut self, space: Space, stored: Stored, plaintext: Plaintext) -> Put {
        self.place(space, stored.key, 1, Content::Bytes(plaintext), Some(stored), None)
    }

    /// The same for a receipt, which the chain commits to whatever it is sealed under.
    pub fn reseal_receipt(&mut self, key: ObjectKey, plaintext: Plaintext) {
        self.place(Space::Receipts, key, 1, Content::Bytes(plaintext), None, None);
    }

    /// Puts another header in the place of the one before.
    pub fn put_header(&mut self, header: &Header) -> Result<(), CryptoError> {
        let bytes = encode(header)?;
        self.manifest.header = digest(&[&bytes]);
        self.put_meta(HEADER_KEY, bytes.to_vec());
        Ok(())
    }

    /// Puts something in the meta space that is sealed already or stands in the clear.
    pub fn put_meta(&mut self, key: ObjectKey, bytes: Vec<u8>) {
        self.batch.puts.push((Space::Meta, key, bytes));
    }

    /// Does not wait for the disk: for what nobody wrote and a crash of the browser does not undo. [`Open::settle`] has it
    /// written soon after.
    pub fn relax(&mut self) {
        self.batch.durability = Durability::Relaxed;
    }

    /// Takes the whole search index away, which is made again from the memories.
    pub fn clear_index(&mut self) {
        self.batch.clears.push(Space::Index);
    }

    /// Takes something out of the meta space.
    pub fn delete_meta(&mut self, key: ObjectKey) {
        self.batch.deletes.push((Space::Meta, key));
    }

    /// What the vault commits to, to change what it says besides its objects.
    pub fn manifest_mut(&mut self) -> &mut Manifest {
        &mut self.manifest
    }

    /// Adds a receipt to the chain; answers its id.
    pub fn receipt(&mut self, at: Millis, subject: &Subject, entry: ReceiptEntry) -> Result<[u8; 16], CryptoError> {
        self.receipt_of(at, Some(subject.clone()), entry)
    }

    /// The same for what may concern all.
    pub fn receipt_of(
        &mut self,
        at: Millis,
        subject: Option<Subject>,
        entry: ReceiptEntry,
    ) -> Result<[u8; 16], CryptoError> {
        let id = self.random.make()?;
        let number = self.manifest.receipts + 1;
        let receipt = Receipt { id, number, previous: self.manifest.head, at, subject, entry };
        self.append_receipt(&receipt)?;
        Ok(id)
    }

    /// Adds a receipt that has its number and its link already.
    pub fn append_receipt(&mut self, receipt: &Receipt) -> Result<(), CryptoError> {
        let bytes = encode(receipt)?;
        let key = self.open.keys.object_key(Space::Receipts, &receipt.number.to_be_bytes());
        self.manifest.receipts = receipt.number;
        self.manifest.head = digest(&[&bytes]);
        self.place(Space::Receipts, key, 1, Content::Bytes(bytes), None, None);
        Ok(())
    }

    /// Makes it durable, and only then takes it over into the open vault. Where it fails nothing was changed.
    pub async fn commit(mut self, store: &impl Store) -> Result<Committed, OwnerError> {
        self.seal_long().await?;
        let touched: Vec<Slot> = self.updated.keys().copied().collect();
        let forgets_index = self.batch.clears.contains(&Space::Index);
        let outdated = if touched.is_empty() || forgets_index {
            BTreeSet::new()
        } else {
            self.open.segments_with(&touched, store, &*self.random).await?
        };
        self.batch.deletes.extend(outdated.iter().map(|key| (Space::Index, *key)));
        let (updated, added) = (core::mem::take(&mut self.updated), core::mem::take(&mut self.added));
        let change = self.open.records.plan(updated, added, &self.anew);
        for number in &change.dropped {
            self.batch.deletes.push((Space::Catalogue, self.open.segment_key(*number)));
        }
        self.manifest.revision += 1;

        // While the store writes, the index gets to know the words; what it learns says nothing until it is taken over.
        let mut indexed = self.open.records.indexed_mut().take();
        let (added_texts, changed_texts) = (&self.added_texts, &self.changed_texts);
        let learning = async {
            let Some(Indexed { index, .. }) = &mut indexed else { return (Vec::new(), Vec::new()) };
            let mut learn = |memory: &Memory| (index.learn(&memory.draft.text), facts_of(memory));
            let new: Vec<_> = added_texts.iter().map(|memory| learn(memory)).collect();
            let changed: Vec<_> = changed_texts.iter().map(|(_, _, memory)| memory.map(&mut learn)).collect();
            (new, changed)
        };
        let mut making = Making {
            open: self.open,
            random: self.random,
            manifest: &mut self.manifest,
            objects: core::mem::take(&mut self.objects).into_iter(),
            segments: change.written.keys().copied().collect(),
            change,
            stored: Vec::new(),
            is_done: false,
        };
        let mut made: BTreeSet<Space> = making.objects.as_slice().iter().map(|object| object.space).collect();
        made.insert(Space::Meta);
        if !making.segments.is_empty() {
            made.insert(Space::Catalogue);
        }
        let is_relaxed = self.batch.durability == Durability::Relaxed;
        let writing = store.commit_while_made(core::mem::take(&mut self.batch), &made, || making.next());
        let (committed, (new, changed)) = join(writing, learning).await;
        let Making { change, stored, .. } = making;
        *self.open.records.indexed_mut() = indexed;
        committed?;

        let added = self.open.records.apply(change);
        self.open.manifest = self.manifest;
        self.open.is_unsettled = is_relaxed;
        self.open.decisions.retain(|(_, decision)| !self.ended.contains(&decision.id()));
        let mut indexed = self.open.records.indexed_mut().take();
        if let Some(indexed) = &mut indexed {
            indexed.lose(&outdated);
            if forgets_index {
                indexed.lose_all(&self.open.records);
            }
            for ((slot, before, _), learnt) in self.changed_texts.iter().zip(changed) {
                before.iter().for_each(|text| indexed.index.remove(*slot, text));
                indexed.put(*slot, learnt);
            }
            added.into_iter().zip(new).for_each(|(slot, learnt)| indexed.put(slot, Some(learnt)));
            indexed.index.sweep();
        }
        *self.open.records.indexed_mut() = indexed;
        Ok(Committed { stored })
    }

    fn place_memory(&mut self, memory: &'a Memory, writer: Option<Writer>, target: Target) -> Entry {
        let key = self.open.keys.object_key(Space::Records, memory.id.as_bytes());
        self.place(Space::Records, key, memory.revision, Content::Memory(memory), None, Some(target));
        entry_of(memory, writer, self.manifest.key, self.open.records.sets_mut(), &self.open.keys.words)
    }

    fn place(
        &mut self,
        space: Space,
        key: ObjectKey,
        revision: u64,
        content: Content<'a>,
        before: Option<Stored>,
        entry: Option<Target>,
    ) -> Put {
        self.objects.push(Object { space, key, revision, content, before, entry });
        Put(self.objects.len() - 1)
    }

    /// Seals what is long, all at once.
    async fn seal_long(&mut self) -> Result<(), CryptoError> {
        let (mut sealing, mut places) = (Vec::new(), Vec::new());
        for object in &mut self.objects {
            let bytes = match &object.content {
                Content::Memory(memory) if memory.draft.text.len() >= P::LONG => &encode_memory(memory)?,
                Content::Bytes(bytes) if bytes.len() >= P::LONG => bytes,
                _ => continue,
            };
            let context = Context { vault: self.open.vault, object: object.key, revision: object.revision };
            let sealer = self.open.keys.sealer(purpose_of(object.space))?;
            match sealer.begin(&context, bytes, self.random)? {
                Sealing::Sealed(envelope) => object.content = Content::Sealed(envelope),
                waiting => {
                    sealing.push(waiting);
                    places.push(object);
                }
            }
        }
        for (object, envelope) in places.into_iter().zip(seal_all(sealing, &*self.random).await?) {
            object.content = Content::Sealed(envelope);
        }
        Ok(())
    }
}

/// A transaction's objects in the making: first what it puts, then the segments that name it, last the manifest.
struct Making<'t, 'a, P> {
    open: &'t Open,
    random: &'t mut P,
    manifest: &'t mut Manifest,
    objects: std::vec::IntoIter<Object<'a>>,
    change: Change,
    /// Numbers of the segments that are to be written.
    segments: VecDeque<u32>,
    stored: Vec<Stored>,
    is_done: bool,
}

impl<P: Primitives> Making<'_, '_, P> {
    /// The next one; nothing once the manifest is made.
    fn next(&mut self) -> Result<Option<Placed>, StoreError> {
        if let Some(object) = self.objects.next() {
            return Ok(Some(self.make_object(object)?));
        }
        if let Some(number) = self.segments.pop_front() {
            return Ok(Some(self.make_segment(number)?));
        }
        if core::mem::replace(&mut self.is_done, true) {
            return Ok(None);
        }
        self.manifest.segments.retain(|segment| !self.change.dropped.contains(&segment.number));
        let bytes = encode(self.manifest)?;
        Ok(Some(self.seal(Space::Meta, MANIFEST_KEY, Purpose::Manifest, self.manifest.revision, &bytes)?))
    }

    /// Seals an object and notes it where it is counted.
    fn make_object(&mut self, object: Object<'_>) -> Result<Placed, CryptoError> {
        let Object { space, key, revision, content, before, entry } = object;
        let placed = match content {
            Content::Sealed(envelope) => (space, key, envelope),
            Content::Bytes(bytes) => self.seal(space, key, purpose_of(space), revision, &bytes)?,
            Content::Memory(memory) => self.seal(space, key, purpose_of(space), revision, &encode_memory(memory)?)?,
        };
        let envelope = &placed.2;
        let entry = match entry {
            Some(Target::New(at)) => self.change.added.get_mut(at),
            Some(Target::Old(slot)) => self.change.updated.get_mut(&slot),
            None => None,
        };
        let mut member = [0; 32];
        if let Some(entry) = entry {
            entry.tag = tag_of(envelope);
        } else if let Some(set) = self.manifest.set_mut(space) {
            member = self.open.keys.member(space, &key, envelope);
            before.iter().for_each(|before| set.remove(before.member));
            set.insert(member);
        }
        self.stored.push(Stored { key, member });
        Ok(placed)
    }

    /// Writes a segment that the change touches, and says in the manifest which it is.
    fn make_segment(&mut self, number: u32) -> Result<Placed, CryptoError> {
        let (records, slots) = (&self.open.records, self.change.written.get(&number).map_or(&[][..], Vec::as_slice));
        let entries = slots.iter().filter_map(|slot| records.changed(&self.change, *slot));
        let bytes = encode_segment(entries, records.sets());
        let count = slots.len() as u32;
        let key = self.open.segment_key(number);
        let placed = self.seal(Space::Catalogue, key, Purpose::Catalogue, self.manifest.revision, &bytes)?;
        let segment = SegmentRef { number, entries: count, key: self.manifest.key, tag: tag_of(&placed.2) };
        let segments = &mut self.manifest.segments;
        let at = segments.partition_point(|segment| segment.number < number);
        if let Some(place) = segments.get_mut(at).filter(|segment| segment.number == number) {
            *place = segment;
        } else {
            segments.insert(at, segment);
        }
        Ok(placed)
    }

    fn seal(
        &mut self,
        space: Space,
        key: ObjectKey,
        purpose: Purpose,
        revision: u64,
        bytes: &[u8],
    ) -> Result<Placed, CryptoError> {
        let context = Context { vault: self.open.vault, object: key, revision };
        Ok((space, key, self.open.keys.sealer(purpose)?.seal(&context, bytes, self.random)?))
    }
}
