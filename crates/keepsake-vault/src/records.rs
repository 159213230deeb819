//! What the open vault knows of its memories without reading them again: where they stand, who may see them, their words.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use keepsake_crypto::{CryptoError, TextKey};
use keepsake_memory::{Memory, MemoryId, Millis, Scope, Trust};
use keepsake_policy::RecordFacts;
use keepsake_search::{Hit, Index, Learnt, Query, Restatement, Slot};

use crate::catalogue::{
    Entry, LAST_SEGMENT_ENTRIES, SEGMENT_ENTRIES, ScopeSets, SegmentRef, Standing, Writer, decode_segment,
};
use crate::classes::{Classes, Decided};
use crate::indexing::Indexed;

/// A day, in milliseconds.
const DAY: Millis = 24 * 60 * 60 * 1000;

/// After how many days memories of a scope are forgotten.
pub(crate) type Retention = BTreeMap<Scope, u32>;

/// Every memory of the open vault. An entry keeps its slot as long as the vault is open.
#[derive(Default)]
pub(crate) struct Records {
    entries: Vec<Entry>,
    /// The slots of each segment of the catalogue, in the order in which they are written.
    segments: BTreeMap<u32, Vec<Slot>>,
    /// No new segment has this number or a lower one.
    reserved: u32,
    sets: ScopeSets,
    classes: Classes,
    retention: Retention,
    /// No memory is due before this; `None` where none ever is.
    next_due: Option<Millis>,
    kept: usize,
    aside: usize,
    /// Begun when it is first needed.
    indexed: Option<Indexed>,
}

/// A change of entries that is worked out and not yet done.
pub(crate) struct Change {
    pub updated: BTreeMap<Slot, Entry>,
    pub added: Vec<Entry>,
    /// Segments that are written anew, with their slots.
    pub written: BTreeMap<u32, Vec<Slot>>,
    /// Segments that are no more.
    pub dropped: Vec<u32>,
}

impl Records {
    /// Says which numbers of segments are taken, also by segments that are lost, and makes room for their entries
    /// and a segment's more.
    pub fn reserve(&mut self, segments: &[SegmentRef]) {
        self.reserved = segments.iter().map(|segment| segment.number).max().unwrap_or(0);
        // What a damaged manifest may say is no reason to run out of memory.
        let entries: usize = segments.iter().map(|segment| (segment.entries as usize).min(SEGMENT_ENTRIES)).sum();
        self.entries.reserve_exact(entries + SEGMENT_ENTRIES);
    }

    /// Takes in a segment that is stored. A function by itself, which the browser compiles well once it has run for a few.
    #[inline(never)]
    pub fn load(&mut self, segment: &SegmentRef, bytes: &[u8]) -> Result<(), CryptoError> {
        let first = self.entries.len();
        let read = decode_segment(bytes, &mut self.sets, &mut self.entries);
        if read.is_err() || self.entries.len() - first != segment.entries as usize {
            self.entries.truncate(first);
            return Err(CryptoError::DoesNotOpen);
        }
        for (slot, entry) in (first as Slot..).zip(self.entries.get(first..).unwrap_or_default()) {
            self.classes.note(slot, entry);
            match entry.standing {
                Standing::Kept => self.kept += 1,
                Standing::Aside => self.aside += 1,
                Standing::Forgotten => {}
            }
        }
        self.segments.insert(segment.number, (first as Slot..self.entries.len() as Slot).collect());
        Ok(())
    }

    /// Says after how many days each scope forgets.
    pub fn retain(&mut self, retention: Retention) {
        self.retention = retention;
        self.next_due = self.kept().filter_map(|(_, entry)| self.due(entry)).min();
    }

    /// Whether a segment's entries are here.
    pub fn has_segment(&self, number: u32) -> bool {
        self.segments.contains_key(&number)
    }

    pub fn sets(&self) -> &ScopeSets {
        &self.sets
    }

    pub fn sets_mut(&mut self) -> &mut ScopeSets {
        &mut self.sets
    }

    /// The entry in a slot.
    pub fn get(&self, slot: Slot) -> Option<&Entry> {
        self.entries.get(slot as usize)
    }

    /// To decide once on all memories that are alike.
    pub fn undecided(&self) -> Decided<'_> {
        self.classes.undecided()
    }

    /// The entry in a slot whose memory is kept.
    pub fn get_kept(&self, slot: Slot) -> Option<&Entry> {
        self.get(slot).filter(|entry| entry.standing == Standing::Kept)
    }

    /// Whether the memory in a slot is kept.
    pub fn is_kept(&self, slot: Slot) -> bool {
        self.get_kept(slot).is_some()
    }

    /// The slot of a memory that is kept.
    pub fn find(&self, id: MemoryId) -> Option<Slot> {
        self.find_any(id).filter(|slot| self.is_kept(*slot))
    }

    /// The slot of a memory, whatever became of it. Looks through all: a hundred thousand ids lie in a few megabytes.
    pub fn find_any(&self, id: MemoryId) -> Option<Slot> {
        self.entries.iter().position(|entry| entry.id == id).map(|at| at as Slot)
    }

    /// The slots of many memories that are kept, each once, in the order of the slots.
    pub fn find_all(&self, ids: &[MemoryId]) -> Vec<Slot> {
        let ids: HashSet<MemoryId> = ids.iter().copied().collect();
        self.kept().filter(|(_, entry)| ids.contains(&entry.id)).map(|(slot, _)| slot).collect()
    }

    /// Every entry with its slot.
    pub fn all(&self) -> impl Iterator<Item = (Slot, &Entry)> {
        (0..).zip(&self.entries)
    }

    /// Every memory that is kept, with its slot.
    pub fn kept(&self) -> impl Iterator<Item = (Slot, &Entry)> {
        self.all().filter(|(_, entry)| entry.standing == Standing::Kept)
    }

    /// How many slots there are, whatever became of their memories.
    pub fn slots(&self) -> usize {
        self.entries.len()
    }

    /// How many are kept.
    pub fn len(&self) -> usize {
        self.kept
    }

    /// How many are set aside.
    pub fn aside(&self) -> usize {
        self.aside
    }

    /// What a decision needs to know of a memory, for one who may have written it.
    pub fn facts<'a>(&'a self, entry: &Entry, asker: Writer) -> RecordFacts<'a> {
        RecordFacts {
            id: entry.id,
            scopes: self.scopes(entry),
            kind: entry.kind,
            sensitivity: entry.sensitivity,
            unreviewed_of_another: entry.is_unreviewed_to(asker),
        }
    }

    /// Where a memory stands.
    pub fn scopes(&self, entry: &Entry) -> &[Scope] {
        self.sets.get(entry.scopes)
    }

    /// When a memory is to be forgotten: at its own date, or when the shortest retention of its scopes has passed since it
    /// was last written.
    pub fn due(&self, entry: &Entry) -> Option<Millis> {
        if self.retention.is_empty() {
            return entry.expires;
        }
        let days = self.scopes(entry).iter().filter_map(|scope| self.retention.get(scope)).min();
        let retained = days.map(|&days| entry.updated.saturating_add(Millis::from(days) * DAY));
        retained.into_iter().chain(entry.expires).min()
    }

    /// Whether nothing is to be forgotten by now.
    pub fn none_due(&self, now: Millis) -> bool {
        self.next_due.is_none_or(|next| next > now)
    }

    /// When the next memory is to be forgotten.
    pub fn next_due(&self) -> Option<Millis> {
        self.next_due
    }

    /// Those that are to be forgotten by now.
    pub fn due_by(&mut self, now: Millis) -> Vec<Slot> {
        if self.none_due(now) {
            return Vec::new();
        }
        let due: Vec<_> = self.kept().filter_map(|(slot, entry)| Some((slot, self.due(entry)?))).collect();
        // What was deleted meanwhile may have been the next: this looks again.
        self.next_due = due.iter().map(|(_, moment)| *moment).min();
        due.into_iter().filter(|(_, moment)| *moment <= now).map(|(slot, _)| slot).collect()
    }

    /// What these very texts were the last time they were looked for: kept, or forgotten.
    pub fn standing_of_words(&self) -> WordsSeen {
        let mut seen = WordsSeen::default();
        for entry in &self.entries {
            match entry.standing {
                Standing::Kept => seen.kept.insert(entry.words),
                Standing::Forgotten => seen.forgotten.insert(entry.words),
                Standing::Aside => false,
            };
        }
        seen
    }

    /// Whether some memory that is kept has these very words.
    pub fn hold_words(&self, words: [u8; 16]) -> bool {
        self.kept().any(|(_, entry)| entry.words == words)
    }

    /// How many pass, and those of a page of them, the newest first.
    pub fn newest(&self, page: core::ops::Range<usize>, passes: impl Fn(Slot, &Entry) -> bool) -> (usize, Vec<Slot>) {
        let (mut total, mut found, mut bar) = (0, Vec::new(), None);
        // Most of the newest stand last: begun there, nearly all others come after those that are held already.
        for (slot, entry) in (0..self.entries.len() as Slot).zip(&self.entries).rev() {
            if entry.standing != Standing::Kept || !passes(slot, entry) {
                continue;
            }
            total += 1;
            let key = core::cmp::Reverse((entry.created, entry.id));
            if page.end == 0 || bar.is_some_and(|bar| key > bar) {
                continue;
            }
            found.push((key, slot));
            // Only what stands before the page's end has to be held, and put in order once.
            if found.len() >= page.end.saturating_mul(2) {
                bar = Some(found.select_nth_unstable(page.end - 1).1.0);
                found.truncate(page.end);
            }
        }
        found.sort_unstable();
        found.truncate(page.end);
        (total, found.into_iter().skip(page.start).map(|(_, slot)| slot).collect())
    }

    /// Those that pass, which must be kept, and fit the query, the best first. Nothing where the index is not made yet.
    pub fn search(&self, query: &Query<'_>, limit: usize, passes: impl Fn(Slot) -> bool) -> Vec<Hit> {
        let Some(Indexed { index, .. }) = &self.indexed else { return Vec::new() };
        index.search(query, limit, passes)
    }

    /// Where the words of a query stand in each of these texts, in bytes; which words are meant follows from those that pass.
    pub fn marks(
        &self,
        query: &Query<'_>,
        texts: &[&str],
        passes: impl Fn(Slot) -> bool,
    ) -> Vec<Vec<core::ops::Range<usize>>> {
        let Some(Indexed { index, .. }) = &self.indexed else { return Vec::new() };
        index.marks(query, texts, passes)
    }

    /// Those that pass, which must be kept, and say what a text says, the most alike first.
    pub fn restatements(&self, learnt: &Learnt, passes: impl Fn(Slot) -> bool) -> Vec<Restatement> {
        let Some(Indexed { index, .. }) = &self.indexed else { return Vec::new() };
        index.restatements(learnt, passes)
    }

    /// An empty index that knows what words mean as that of the memories does.
    pub fn empty_index(&self) -> Index {
        self.indexed.as_ref().map_or_else(Index::default, |indexed| indexed.index.empty_like())
    }

    /// The index, where it is begun.
    pub fn indexed(&self) -> Option<&Indexed> {
        self.indexed.as_ref()
    }

    pub fn indexed_mut(&mut self) -> &mut Option<Indexed> {
        &mut self.indexed
    }

    /// How many stand in each scope, of those that pass.
    pub fn counted_scopes(&self, passes: impl Fn(Slot, &Entry) -> bool) -> BTreeMap<&Scope, u32> {
        let mut by_set = BTreeMap::new();
        for (_, entry) in self.kept().filter(|(slot, entry)| passes(*slot, entry)) {
            *by_set.entry(entry.scopes).or_default() += 1;
        }
        let mut counts: BTreeMap<&Scope, u32> = BTreeMap::new();
        for (id, scopes) in self.sets.iter() {
            let count: u32 = by_set.get(&id).copied().unwrap_or_default();
            for scope in scopes.iter().filter(|_| count > 0) {
                *counts.entry(scope).or_default() += count;
            }
        }
        counts
    }

    /// Works out which segments a change writes. `anew` are segments that are to be written though nothing in them changes.
    pub fn plan(&self, updated: BTreeMap<Slot, Entry>, added: Vec<Entry>, anew: &BTreeSet<u32>) -> Change {
        let mut written = BTreeMap::new();
        // Most changes only add, and need not look into every segment for what they change.
        let looked_into = self.segments.iter().filter(|_| !updated.is_empty() || !anew.is_empty());
        for (number, slots) in looked_into {
            if anew.contains(number) || slots.iter().any(|slot| updated.contains_key(slot)) {
                written.insert(*number, slots.clone());
            }
        }
        let first = self.entries.len() as Slot;
        let new: Vec<Slot> = (first..first + added.len() as Slot).collect();
        let dropped = if new.is_empty() { Vec::new() } else { self.place(new, &mut written) };
        Change { updated, added, written, dropped }
    }

    /// Finds segments for new slots; answers which are no more.
    fn place(&self, new: Vec<Slot>, written: &mut BTreeMap<u32, Vec<Slot>>) -> Vec<u32> {
        let mut from_last = self.segments.iter().rev();
        let (last, before) = (from_last.next(), from_last.next());
        let is_short = |slots: &[Slot]| slots.len() <= LAST_SEGMENT_ENTRIES;
        let has_room = |slots: &[Slot]| slots.len() < SEGMENT_ENTRIES;
        let mut taken = Vec::new();
        if let Some((number, slots)) = last {
            let fits = slots.len() + new.len() <= LAST_SEGMENT_ENTRIES;
            if fits || is_short(slots) || (has_room(slots) && !is_short(&new)) {
                taken.push((*number, slots));
            }
            if !fits
                && is_short(slots)
                && let Some((number, slots)) = before.filter(|(_, slots)| has_room(slots))
            {
                taken.push((*number, slots));
            }
        }
        taken.reverse();
        let slots: Vec<Slot> = taken.iter().flat_map(|(_, slots)| slots.iter().copied()).chain(new).collect();
        let mut numbers: Vec<u32> = taken.iter().map(|(number, _)| *number).collect();
        let mut next = last.map_or(0, |(number, _)| *number).max(self.reserved) + 1;
        for chunk in slots.chunks(SEGMENT_ENTRIES) {
            let number = if numbers.is_empty() { next } else { numbers.remove(0) };
            next += u32::from(number == next);
            written.insert(number, chunk.to_vec());
        }
        numbers.iter().for_each(|number| drop(written.remove(number)));
        numbers
    }

    /// An entry as it will be once the change is done.
    pub fn changed<'a>(&'a self, change: &'a Change, slot: Slot) -> Option<&'a Entry> {
        let new = (slot as usize).checked_sub(self.entries.len());
        match new {
            Some(at) => change.added.get(at),
            None => change.updated.get(&slot).or_else(|| self.get(slot)),
        }
    }

    /// Does what was worked out. Answers the slots of the new entries.
    pub fn apply(&mut self, change: Change) -> Vec<Slot> {
        for (slot, entry) in change.updated {
            if let Some(before) = self.get(slot).cloned() {
                self.count(&before, false);
            }
            self.count(&entry, true);
            if let Some(place) = self.entries.get_mut(slot as usize) {
                self.classes.note(slot, &entry);
                *place = entry;
            }
        }
        let first = self.entries.len() as Slot;
        for entry in change.added {
            self.count(&entry, true);
            self.classes.note(self.entries.len() as Slot, &entry);
            // Twice the room would be ten megabytes more where there are many, and as much to copy while somebody waits.
            if self.entries.len() == self.entries.capacity() {
                self.entries.reserve_exact(self.entries.len() / 16 + SEGMENT_ENTRIES);
            }
            self.entries.push(entry);
        }
        change.dropped.iter().for_each(|number| drop(self.segments.remove(number)));
        self.segments.extend(change.written);
        (first..self.entries.len() as Slot).collect()
    }

    fn count(&mut self, entry: &Entry, comes: bool) {
        let counter = match entry.standing {
            Standing::Kept => &mut self.kept,
            Standing::Aside => &mut self.aside,
            Standing::Forgotten => return,
        };
        *counter = if comes { *counter + 1 } else { counter.saturating_sub(1) };
        if comes && entry.standing == Standing::Kept {
            self.next_due = self.due(entry).into_iter().chain(self.next_due).min();
        }
    }
}

/// Which texts the vault has seen.
#[derive(Default)]
pub(crate) struct WordsSeen {
    kept: HashSet<[u8; 16]>,
    forgotten: HashSet<[u8; 16]>,
}

impl WordsSeen {
    /// Whether a memory that is kept, or was noted here, has these words.
    pub fn are_kept(&self, words: [u8; 16]) -> bool {
        self.kept.contains(&words)
    }

    /// Whether a memory that had these words was forgotten.
    pub fn were_forgotten(&self, words: [u8; 16]) -> bool {
        self.forgotten.contains(&words)
    }

    /// Notes a text that is about to be kept.
    pub fn note(&mut self, words: [u8; 16]) {
        self.kept.insert(words);
    }
}

/// What a memory is entered with; its tag is known once it is sealed. `writer` matters where nobody has reviewed it.
pub(crate) fn entry_of(
    memory: &Memory,
    writer: Option<Writer>,
    key: u32,
    sets: &mut ScopeSets,
    words: &TextKey,
) -> Entry {
    let unreviewed = memory.trust() == Trust::Unreviewed;
    Entry {
        id: memory.id,
        tag: [0; 16],
        words: words.derive_id(memory.draft.text.as_bytes()),
        created: memory.created,
        updated: memory.updated,
        expires: memory.draft.expires,
        unreviewed_of: unreviewed.then(|| writer.unwrap_or(Writer::UNKNOWN)),
        key,
        scopes: sets.intern(&memory.draft.scopes),
        kind: memory.draft.kind,
        sensitivity: memory.draft.sensitivity,
        standing: Standing::Kept,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use keepsake_memory::{Kind, Sensitivity};
    use proptest::prelude::*;

    fn entry(records: &mut Records, n: u32) -> Entry {
        let mut id = [0; 16];
        id[..4].copy_from_slice(&n.to_be_bytes());
        Entry {
            id: MemoryId::from_bytes(id),
            tag: [0; 16],
            words: [0; 16],
            created: u64::from(n),
            updated: 0,
            expires: None,
            unreviewed_of: None,
            key: 1,
            scopes: records.sets_mut().intern(&[Scope::general()]),
            kind: Kind::Note,
            sensitivity: Sensitivity::Normal,
            standing: Standing::Kept,
        }
    }

    proptest! {
        /// However memories come in, each stands in one segment, no segment is too long, and one more writes few entries.
        #[test]
        fn segments_hold_every_entry_once(batches in prop::collection::vec(prop_oneof![4 => 1..3_u32, 1 => 1..3000_u32], 1..60)) {
            let mut records = Records::default();
            let mut next = 0;
            for batch in batches {
                let added: Vec<_> = (next..next + batch).map(|n| entry(&mut records, n)).collect();
                next += batch;
                let change = records.plan(BTreeMap::new(), added, &BTreeSet::new());
                let written: usize = change.written.values().map(Vec::len).sum();
                prop_assert!(written <= batch as usize + SEGMENT_ENTRIES + LAST_SEGMENT_ENTRIES);
                records.apply(change);
                let mut slots: Vec<_> = records.segments.values().flatten().copied().collect();
                slots.sort_unstable();
                prop_assert_eq!(slots, (0..next).collect::<Vec<_>>());
                prop_assert!(records.segments.values().all(|slots| slots.len() <= SEGMENT_ENTRIES));
                let ideal = (next as usize).div_ceil(SEGMENT_ENTRIES);
                prop_assert!(records.segments.len() <= 3 * ideal + 2, "{} segments for {next}", records.segments.len());
            }
        }

        #[test]
        fn a_page_of_the_newest_is_a_part_of_all(
            created in prop::collection::vec(0..100_u64, 0..40), start in 0..50_usize, length in 0..20_usize,
        ) {
            let (mut records, total) = (Records::default(), created.len());
            let added = (0..).zip(&created).map(|(n, &created)| Entry { created, ..entry(&mut records, n) }).collect();
            let change = records.plan(BTreeMap::new(), added, &BTreeSet::new());
            records.apply(change);
            let mut all: Vec<Slot> = (0..total as Slot).collect();
            all.sort_by_key(|&slot| core::cmp::Reverse((created[slot as usize], slot)));
            let (count, page) = records.newest(start..start + length, |_, _| true);
            let expected: Vec<_> = all.iter().copied().skip(start).take(length).collect();
            prop_assert_eq!((count, page), (total, expected));
        }
    }
}
