//! What the open vault knows of its memories without reading them again: where they stand, who may see them, their words.

use std::collections::{BTreeMap, HashMap};

use keepsake_crypto::IdKey;
use keepsake_memory::{Kind, Memory, MemoryId, Millis, Scope, Sensitivity};
use keepsake_policy::RecordFacts;
use keepsake_search::{Hit, Index, LastWord, Slot};

use crate::transaction::Stored;

/// One memory without its text.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub id: MemoryId,
    pub stored: Stored,
    pub kind: Kind,
    pub scopes: Vec<Scope>,
    pub sensitivity: Sensitivity,
    pub created: Millis,
    slot: Slot,
    words: [u8; 16],
}

impl Entry {
    pub fn facts(&self) -> RecordFacts<'_> {
        RecordFacts { id: self.id, scopes: &self.scopes, sensitivity: self.sensitivity }
    }
}

/// Every memory of the open vault.
#[derive(Default)]
pub(crate) struct Records {
    entries: BTreeMap<MemoryId, Entry>,
    slots: HashMap<Slot, MemoryId>,
    words: HashMap<[u8; 16], u32>,
    index: Index,
    next: Slot,
}

impl Records {
    /// Takes in a memory that is stored; a revision takes the place of the one before, whose text `before` is.
    pub fn insert(&mut self, memory: &Memory, stored: Stored, equality: &IdKey, before: Option<&str>) {
        if let Some(text) = before {
            self.remove(memory.id, text);
        }
        let slot = self.next;
        self.next += 1;
        let words = words_id(equality, &memory.draft.text);
        self.index.insert(slot, &memory.draft.text);
        self.slots.insert(slot, memory.id);
        *self.words.entry(words).or_default() += 1;
        let entry = Entry {
            id: memory.id,
            stored,
            kind: memory.draft.kind,
            scopes: memory.draft.scopes.clone(),
            sensitivity: memory.draft.sensitivity,
            created: memory.created,
            slot,
            words,
        };
        self.entries.insert(memory.id, entry);
    }

    /// Forgets a memory, whose text `text` is.
    pub fn remove(&mut self, id: MemoryId, text: &str) {
        let Some(entry) = self.entries.remove(&id) else { return };
        self.index.remove(entry.slot, text);
        self.slots.remove(&entry.slot);
        if let Some(count) = self.words.get_mut(&entry.words) {
            *count -= 1;
            if *count == 0 {
                self.words.remove(&entry.words);
            }
        }
    }

    pub fn get(&self, id: MemoryId) -> Option<&Entry> {
        self.entries.get(&id)
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether some memory has these very words.
    pub fn hold_words(&self, equality: &IdKey, text: &str) -> bool {
        self.words.contains_key(&words_id(equality, text))
    }

    /// Those that pass, the newest first.
    pub fn newest(&self, passes: impl Fn(&Entry) -> bool) -> Vec<&Entry> {
        let mut entries: Vec<_> = self.entries.values().filter(|entry| passes(entry)).collect();
        entries.sort_by_key(|entry| (core::cmp::Reverse(entry.created), core::cmp::Reverse(entry.id)));
        entries
    }

    /// Those that pass and fit the query, the best first, with their scores.
    pub fn search(
        &self,
        query: &str,
        last: LastWord,
        limit: usize,
        passes: impl Fn(&Entry) -> bool,
    ) -> Vec<(&Entry, f64)> {
        let entry = |slot| self.slots.get(&slot).and_then(|id| self.entries.get(id));
        let hits = self.index.search(query, last, limit, |slot| entry(slot).is_some_and(&passes));
        hits.into_iter().filter_map(|Hit { slot, score }| Some((entry(slot)?, score))).collect()
    }

    /// How many stand in each scope.
    pub fn scopes(&self) -> BTreeMap<&Scope, u32> {
        let mut counts = BTreeMap::new();
        for scope in self.entries.values().flat_map(|entry| &entry.scopes) {
            *counts.entry(scope).or_default() += 1;
        }
        counts
    }
}

/// What equal words have in common: case and spacing count, so that only the very same text is a duplicate.
pub(crate) fn words_id(equality: &IdKey, text: &str) -> [u8; 16] {
    equality.derive_id(&[b"words", text.as_bytes()])
}
