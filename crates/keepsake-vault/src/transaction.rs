//! One change of the vault: sealed objects, receipts, the catalogue and the manifest that commits to them, all or none.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::join;
use keepsake_crypto::{Context, CryptoError, Primitives, Purpose, Sealing, SetHash, digest, seal_all, tag_of};
use keepsake_memory::{Memory, Millis};
use keepsake_policy::Subject;
use keepsake_search::Slot;
use serde::Serialize;

use crate::api::{OwnerError, ReceiptEntry};
use crate::catalogue::{Entry, SegmentRef, Standing, encode_segment};
use crate::format::{Decision, HEADER_KEY, Header, MANIFEST_KEY, Manifest, Receipt, SealedMemory, encode, purpose_of};
use crate::open::Open;
use crate::records::entry_of;
use crate::{Batch, ObjectKey, Space, Store};

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

struct Object {
    space: Space,
    key: ObjectKey,
    sealing: Sealing,
    before: Option<Stored>,
    /// The memory whose entry is to name this envelope.
    entry: Option<Target>,
}

enum Target {
    New(usize),
    Old(Slot),
}

/// A change in the making. Nothing happens until [`Self::commit`].
pub(crate) struct Transaction<'a, P> {
    pub open: &'a mut Open,
    random: &'a mut P,
    manifest: Manifest,
    objects: Vec<Object>,
    batch: Batch,
    updated: BTreeMap<Slot, Entry>,
    added: Vec<Entry>,
    anew: BTreeSet<u32>,
    /// Decisions that are no more.
    ended: Vec<[u8; 16]>,
    /// Texts for the index to take in: of new memories, and of those in a slot.
    added_texts: Vec<&'a str>,
    changed_texts: Vec<(Slot, Option<&'a str>, Option<&'a str>)>,
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
        self.seal(space, key, 1, &encode(value)?, before, None)
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
    pub fn add_memory(&mut self, memory: &'a Memory) -> Result<(), CryptoError> {
        let target = Target::New(self.added.len());
        let entry = self.seal_memory(memory, target)?;
        self.added.push(entry);
        self.added_texts.push(&memory.draft.text);
        Ok(())
    }

    /// Puts a memory in a slot that another revision of it has, or had. `before` is the text that the index knows there.
    pub fn replace_memory(
        &mut self,
        slot: Slot,
        memory: &'a Memory,
        before: Option<&'a str>,
    ) -> Result<(), CryptoError> {
        let entry = self.seal_memory(memory, Target::Old(slot))?;
        self.updated.insert(slot, entry);
        self.changed_texts.push((slot, before, Some(&memory.draft.text)));
        Ok(())
    }

    /// Seals a memory anew without changing it, under the key of now.
    pub fn reseal_memory(&mut self, slot: Slot, memory: &Memory) -> Result<(), CryptoError> {
        let entry = self.seal_memory(memory, Target::Old(slot))?;
        self.updated.insert(slot, entry);
        Ok(())
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
    pub fn reseal(&mut self, space: Space, stored: Stored, plaintext: &[u8]) -> Result<Put, CryptoError> {
        self.seal(space, stored.key, 1, plaintext, Some(stored), None)
    }

    /// The same for a receipt, which the chain commits to whatever it is sealed under.
    pub fn reseal_receipt(&mut self, key: ObjectKey, plaintext: &[u8]) -> Result<(), CryptoError> {
        self.seal(Space::Receipts, key, 1, plaintext, None, None).map(|_| ())
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
        let id = self.random.make()?;
        let number = self.manifest.receipts + 1;
        let receipt = Receipt { id, number, previous: self.manifest.head, at, subject: subject.clone(), entry };
        self.append_receipt(&receipt)?;
        Ok(id)
    }

    /// Adds a receipt that has its number and its link already.
    pub fn append_receipt(&mut self, receipt: &Receipt) -> Result<(), CryptoError> {
        let bytes = encode(receipt)?;
        let key = self.open.keys.object_key(Space::Receipts, &receipt.number.to_be_bytes());
        self.seal(Space::Receipts, key, 1, &bytes, None, None)?;
        self.manifest.receipts = receipt.number;
        self.manifest.head = digest(&[&bytes]);
        Ok(())
    }

    /// Makes it durable, and only then takes it over into the open vault. Where it fails nothing was changed.
    pub async fn commit(mut self, store: &impl Store) -> Result<Committed, OwnerError> {
        let stored = self.seal_objects().await?;
        let change =
            self.open.records.plan(core::mem::take(&mut self.updated), core::mem::take(&mut self.added), &self.anew);
        self.manifest.revision += 1;
        self.seal_segments(&change).await?;
        let manifest = encode(&self.manifest)?;
        let context = Context { vault: self.open.vault, object: MANIFEST_KEY, revision: self.manifest.revision };
        let envelope = self.open.keys.sealer(Purpose::Manifest)?.seal(&context, &manifest, self.random)?;
        self.put_meta(MANIFEST_KEY, envelope);

        // While the store writes, the index gets to know the words; what it learns says nothing until it is taken over.
        let batch = core::mem::take(&mut self.batch);
        let index = self.open.records.index_mut();
        let (added_texts, changed_texts) = (&self.added_texts, &self.changed_texts);
        let learning = async {
            let Some(index) = index else { return (Vec::new(), Vec::new()) };
            let new: Vec<_> = added_texts.iter().map(|text| index.learn(text)).collect();
            let changed: Vec<_> = changed_texts.iter().map(|(_, _, text)| text.map(|text| index.learn(text))).collect();
            (new, changed)
        };
        let (committed, (new, changed)) = join(store.commit(batch), learning).await;
        committed?;

        let added = self.open.records.apply(change);
        self.open.manifest = self.manifest;
        self.open.decisions.retain(|(_, decision)| !self.ended.contains(&decision.id()));
        let facts = |slot: &Slot| self.open.records.search_facts(*slot);
        let changed_facts: Vec<_> = self.changed_texts.iter().map(|(slot, ..)| facts(slot)).collect();
        let added_facts: Vec<_> = added.iter().map(facts).collect();
        if let Some(index) = self.open.records.index_mut() {
            for (((slot, before, _), learnt), facts) in self.changed_texts.iter().zip(changed).zip(changed_facts) {
                before.iter().for_each(|text| index.remove(*slot, text));
                learnt.into_iter().for_each(|text| index.insert(*slot, text, facts));
            }
            added.iter().zip(new).zip(added_facts).for_each(|((slot, text), facts)| index.insert(*slot, text, facts));
            index.sweep();
        }
        Ok(Committed { stored })
    }

    fn seal_memory(&mut self, memory: &Memory, target: Target) -> Result<Entry, CryptoError> {
        let key = self.open.keys.object_key(Space::Records, memory.id.as_bytes());
        let bytes = encode(&SealedMemory::from(memory))?;
        self.seal(Space::Records, key, memory.revision, &bytes, None, Some(target))?;
        let (records, keys) = (&mut self.open.records, &self.open.keys);
        Ok(entry_of(memory, self.manifest.key, records.sets_mut(), &keys.words))
    }

    fn seal(
        &mut self,
        space: Space,
        key: ObjectKey,
        revision: u64,
        plaintext: &[u8],
        before: Option<Stored>,
        entry: Option<Target>,
    ) -> Result<Put, CryptoError> {
        let context = Context { vault: self.open.vault, object: key, revision };
        let sealing = self.open.keys.sealer(purpose_of(space))?.begin(&context, plaintext, self.random)?;
        self.objects.push(Object { space, key, sealing, before, entry });
        Ok(Put(self.objects.len() - 1))
    }

    /// Finishes the envelopes and notes them where they are counted.
    async fn seal_objects(&mut self) -> Result<Vec<Stored>, CryptoError> {
        let (mut sealing, mut places) = (Vec::new(), Vec::new());
        for Object { space, key, sealing: one, before, entry } in core::mem::take(&mut self.objects) {
            sealing.push(one);
            places.push((space, key, before, entry));
        }
        let mut stored = Vec::with_capacity(places.len());
        for ((space, key, before, entry), envelope) in places.into_iter().zip(seal_all(sealing, &*self.random).await?) {
            let entry = match entry {
                Some(Target::New(at)) => self.added.get_mut(at),
                Some(Target::Old(slot)) => self.updated.get_mut(&slot),
                None => None,
            };
            let mut member = [0; 32];
            if let Some(entry) = entry {
                entry.tag = tag_of(&envelope);
            } else if let Some(set) = self.manifest.set_mut(space) {
                member = self.open.keys.member(space, &key, &envelope);
                before.iter().for_each(|before| set.remove(before.member));
                set.insert(member);
            }
            self.batch.puts.push((space, key, envelope));
            stored.push(Stored { key, member });
        }
        Ok(stored)
    }

    /// Writes the segments that the change touches, and says in the manifest which those are.
    async fn seal_segments(&mut self, change: &crate::records::Change) -> Result<(), CryptoError> {
        let (mut sealing, mut written) = (Vec::new(), Vec::new());
        for (number, slots) in &change.written {
            let records = &self.open.records;
            let entries = slots.iter().filter_map(|slot| records.changed(change, *slot));
            let bytes = encode_segment(entries, records.sets());
            let key = self.open.keys.object_key(Space::Catalogue, &number.to_be_bytes());
            let context = Context { vault: self.open.vault, object: key, revision: self.manifest.revision };
            sealing.push(self.open.keys.sealer(Purpose::Catalogue)?.begin(&context, &bytes, self.random)?);
            written.push((*number, key, slots.len() as u32));
        }
        let mut segments: BTreeMap<u32, SegmentRef> =
            self.manifest.segments.iter().map(|segment| (segment.number, *segment)).collect();
        for ((number, key, entries), envelope) in written.into_iter().zip(seal_all(sealing, &*self.random).await?) {
            segments.insert(number, SegmentRef { number, entries, key: self.manifest.key, tag: tag_of(&envelope) });
            self.batch.puts.push((Space::Catalogue, key, envelope));
        }
        for number in &change.dropped {
            segments.remove(number);
            let key = self.open.keys.object_key(Space::Catalogue, &number.to_be_bytes());
            self.batch.deletes.push((Space::Catalogue, key));
        }
        self.manifest.segments = segments.into_values().collect();
        Ok(())
    }
}
