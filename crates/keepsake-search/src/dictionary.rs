//! The terms of a segment with their posting lists, as they are at rest: looked up one at a time, in the bytes.
//!
//! An index of many segments would take a third of an unlock to read all of their lists, of which a question needs a few.

use crate::coding::{Damaged, Reader, Writer};
use crate::facts::Slot;
use crate::postings::{MAX_COUNT, Posting};

/// So many terms share a block. Its first one is written out, and so a term is found by reading one block.
const BLOCK_TERMS: usize = 16;

/// A folded word has at most 256 bytes, and some endings are taken off by putting others on.
const LONGEST_TERM: usize = 272;

/// How often most terms occur in a text, in halves: once.
const ONCE: u32 = 2;

/// In the place of the slot of a text that is left out.
pub(crate) const LEFT_OUT: Slot = Slot::MAX;

/// A posting with the number of its text among the segment's texts.
pub(crate) type Placed = (usize, Posting);

/// The terms of a segment.
#[derive(Debug)]
pub(crate) struct Dictionary {
    /// The blocks, one behind the other.
    bytes: Box<[u8]>,
    /// Where each one ends.
    ends: Box<[u32]>,
    /// How many terms there are.
    terms: usize,
    /// Of each text of the segment; [`LEFT_OUT`] where it is left out.
    slots: Box<[Slot]>,
    first: Slot,
    last: Slot,
}

/// Writes terms, which are in order.
pub(crate) fn write<'a>(terms: &[(&'a str, Vec<Placed>)], writer: &mut Writer) {
    writer.number(terms.len() as u64);
    let directory = writer.0.len();
    writer.0.resize(directory + terms.len().div_ceil(BLOCK_TERMS) * size_of::<u32>(), 0);
    let start = writer.0.len();
    for (block, terms) in terms.chunks(BLOCK_TERMS).enumerate() {
        let mut before: &'a str = "";
        for (name, list) in terms {
            let shared = shared(before.as_bytes(), name.as_bytes());
            let rest = name.as_bytes().get(shared..).unwrap_or_default();
            writer.number(shared as u64);
            writer.number(rest.len() as u64);
            writer.0.extend(rest);
            write_list(list, writer);
            before = name;
        }
        let end = (writer.0.len() - start) as u32;
        let entry = writer.0.get_mut(directory + block * size_of::<u32>()..).and_then(<[u8]>::first_chunk_mut);
        if let Some(entry) = entry {
            *entry = end.to_be_bytes();
        }
    }
}

fn write_list(list: &[Placed], writer: &mut Writer) {
    writer.number(list.len() as u64);
    let mut next = 0;
    for (text, posting) in list {
        let is_once = posting.halves() == ONCE;
        writer.number(((text - next) as u64) << 1 | u64::from(!is_once));
        if !is_once {
            writer.0.push(posting.halves() as u8);
        }
        next = text + 1;
    }
}

/// How many bytes two terms begin with alike.
fn shared(one: &[u8], other: &[u8]) -> usize {
    one.iter().zip(other).take_while(|(one, other)| one == other).count()
}

// What is at rest was sealed by whoever wrote it, so bytes that are no terms are not met here. Where they are, what they would
// say is not found; only [`Dictionary::each`] tells.
impl Dictionary {
    /// Reads what [`write`] wrote, to the end, without looking into the blocks.
    pub fn read(reader: &mut Reader<'_>, slots: Vec<Slot>) -> Result<Self, Damaged> {
        let terms = reader.size()?;
        let directory = reader.bytes(terms.div_ceil(BLOCK_TERMS).checked_mul(size_of::<u32>()).ok_or(Damaged)?)?;
        let ends: Box<[u32]> = directory.as_chunks().0.iter().map(|end| u32::from_be_bytes(*end)).collect();
        let bytes = core::mem::take(&mut reader.0);
        let starts = core::iter::once(0).chain(ends.iter().copied());
        let is_in_order = starts.zip(&ends).all(|(start, end)| start < *end);
        if !is_in_order || ends.last().map_or(0, |end| *end as usize) != bytes.len() {
            return Err(Damaged);
        }
        let mut read = Self { bytes: bytes.into(), ends, terms, slots: slots.into(), first: LEFT_OUT, last: 0 };
        (read.first, read.last) =
            read.slots().fold((read.first, read.last), |(first, last), slot| (first.min(slot), last.max(slot)));
        Ok(read)
    }

    /// Of its texts.
    pub fn slots(&self) -> impl Iterator<Item = Slot> {
        self.slots.iter().copied().filter(|slot| *slot != LEFT_OUT)
    }

    /// How many terms there are.
    pub fn len(&self) -> usize {
        self.terms
    }

    /// The lowest slot, if any text is not left out.
    pub fn first(&self) -> Option<Slot> {
        Some(self.first).filter(|slot| *slot != LEFT_OUT)
    }

    /// Whether it has one of these texts, which are in order.
    pub fn has_any(&self, slots: &[Slot]) -> bool {
        let from = slots.partition_point(|slot| *slot < self.first);
        let slots = slots.get(from..slots.partition_point(|slot| *slot <= self.last)).unwrap_or_default();
        !slots.is_empty() && self.slots.iter().any(|slot| slots.binary_search(slot).is_ok())
    }

    /// Adds the postings of a term.
    pub fn find(&self, term: &str, into: &mut Vec<Posting>) {
        let mut terms = self.from(term);
        while terms.step().is_ok_and(|more| more) {
            match terms.name.as_slice().cmp(term.as_bytes()) {
                core::cmp::Ordering::Less => {}
                core::cmp::Ordering::Equal => return terms.list(&self.slots, into).unwrap_or_default(),
                core::cmp::Ordering::Greater => return,
            }
        }
    }

    /// The terms that begin with something.
    pub fn beginning(&self, with: &str, mut see: impl FnMut(&str)) {
        let mut terms = self.from(with);
        while terms.step().is_ok_and(|more| more) {
            if terms.name.starts_with(with.as_bytes()) {
                core::str::from_utf8(&terms.name).into_iter().for_each(&mut see);
            } else if terms.name.as_slice() > with.as_bytes() {
                return;
            }
        }
    }

    /// The name of a term by its place in the order.
    pub fn name(&self, place: usize) -> Option<String> {
        let mut terms = self.terms(place / BLOCK_TERMS);
        for _ in 0..=place % BLOCK_TERMS {
            terms.step().ok().filter(|more| *more)?;
        }
        String::from_utf8(terms.name).ok()
    }

    /// Every term with its postings, in their order; an error where one is not as [`write`] would write it.
    pub fn each(&self, mut see: impl FnMut(&str, &[Posting])) -> Result<(), Damaged> {
        let mut terms = self.terms(0);
        let mut list = Vec::new();
        while terms.step()? {
            let name = core::str::from_utf8(&terms.name).map_err(|_| Damaged)?.to_owned();
            list.clear();
            terms.list(&self.slots, &mut list)?;
            see(&name, &list);
        }
        Ok(())
    }

    /// The terms from the beginning of the block in which a term would be.
    fn from(&self, term: &str) -> Terms<'_> {
        let (mut low, mut high) = (0, self.ends.len());
        while low < high {
            let middle = low.midpoint(high);
            let mut first = Reader(self.block(middle));
            // Nothing is shared at the beginning of a block.
            let name = first.number().and_then(|_| first.size()).and_then(|length| first.bytes(length));
            if name.is_ok_and(|name| name <= term.as_bytes()) { low = middle + 1 } else { high = middle }
        }
        self.terms(low.saturating_sub(1))
    }

    fn terms(&self, block: usize) -> Terms<'_> {
        let left = self.terms.saturating_sub(block * BLOCK_TERMS);
        Terms { dictionary: self, block, reader: Reader(&[]), left, in_block: 0, name: Vec::new(), is_at_list: false }
    }

    fn block(&self, at: usize) -> &[u8] {
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |end| *end as usize);
        let end = self.ends.get(at).map_or(start, |end| *end as usize);
        self.bytes.get(start..end).unwrap_or_default()
    }
}

/// Terms, read one behind the other from the beginning of a block.
struct Terms<'a> {
    dictionary: &'a Dictionary,
    /// Which block is read next.
    block: usize,
    reader: Reader<'a>,
    /// How many terms are left, and of these how many in the block that is being read.
    left: usize,
    in_block: usize,
    name: Vec<u8>,
    /// Whether the list of the term that is there was not read yet.
    is_at_list: bool,
}

impl Terms<'_> {
    /// Goes to the next term, which has to come after the one that is there; whether there is one.
    fn step(&mut self) -> Result<bool, Damaged> {
        if core::mem::take(&mut self.is_at_list) {
            skip_list(&mut self.reader)?;
        }
        if self.in_block == 0 {
            if !self.reader.0.is_empty() {
                return Err(Damaged);
            }
            if self.left == 0 {
                return Ok(false);
            }
            self.reader = Reader(self.dictionary.block(self.block));
            self.block += 1;
            self.in_block = self.left.min(BLOCK_TERMS);
            let before = core::mem::take(&mut self.name);
            self.read_name()?;
            if self.name <= before {
                return Err(Damaged);
            }
        } else {
            self.read_name()?;
        }
        self.left -= 1;
        self.in_block -= 1;
        self.is_at_list = true;
        Ok(true)
    }

    fn read_name(&mut self) -> Result<(), Damaged> {
        let (shared, length) = (self.reader.size()?, self.reader.size()?);
        let rest = self.reader.bytes(length)?;
        let follows = match (self.name.get(shared), rest.first()) {
            (Some(before), Some(now)) => before < now,
            (None, Some(_)) => shared == self.name.len(),
            (_, None) => false,
        };
        if !follows || shared + length > LONGEST_TERM {
            return Err(Damaged);
        }
        self.name.truncate(shared);
        self.name.extend(rest);
        Ok(())
    }

    /// Adds the postings of the term that is there.
    fn list(&mut self, slots: &[Slot], into: &mut Vec<Posting>) -> Result<(), Damaged> {
        self.is_at_list = false;
        let reader = &mut self.reader;
        let count = Some(reader.number()?).filter(|count| *count > 0).ok_or(Damaged)?;
        let mut next = 0_usize;
        for _ in 0..count {
            let number = reader.number()?;
            let gap = usize::try_from(number >> 1).map_err(|_| Damaged)?;
            let place = next.checked_add(gap).ok_or(Damaged)?;
            let slot = slots.get(place).ok_or(Damaged)?;
            next = place + 1;
            let halves = if number & 1 == 0 { ONCE } else { u32::from(u8::from_be_bytes(reader.take()?)) };
            let is_shortest = number & 1 == 0 || halves != ONCE;
            if !is_shortest || !(1..=MAX_COUNT).contains(&halves) {
                return Err(Damaged);
            }
            if *slot != LEFT_OUT {
                into.push(Posting::new(*slot, halves));
            }
        }
        Ok(())
    }
}

fn skip_list(reader: &mut Reader<'_>) -> Result<(), Damaged> {
    for _ in 0..reader.number()? {
        if reader.number()? & 1 == 1 {
            reader.take::<1>()?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// So many texts a segment has here.
    const TEXTS: usize = 8;

    fn terms() -> impl Strategy<Value = BTreeMap<String, BTreeMap<usize, u32>>> {
        let list = prop::collection::btree_map(0..TEXTS, 1..=MAX_COUNT, 1..TEXTS);
        prop::collection::btree_map("[abé]{1,4}", list, 0..80)
    }

    fn written(terms: &BTreeMap<String, BTreeMap<usize, u32>>) -> Vec<u8> {
        let placed =
            |list: &BTreeMap<usize, u32>| list.iter().map(|(at, halves)| (*at, Posting::new(0, *halves))).collect();
        let terms: Vec<(&str, Vec<Placed>)> = terms.iter().map(|(name, list)| (name.as_str(), placed(list))).collect();
        let mut writer = Writer(Vec::new());
        write(&terms, &mut writer);
        writer.0
    }

    fn read(bytes: &[u8], slots: &[Slot]) -> Result<Dictionary, Damaged> {
        Dictionary::read(&mut Reader(bytes), slots.to_vec())
    }

    proptest! {
        #[test]
        fn what_was_written_is_found(
            terms in terms(), left_out in prop::collection::vec(any::<bool>(), TEXTS), asked in "[abé]{1,4}", with in "[abéc]{1,2}",
        ) {
            let slots: Vec<Slot> =
                (10..).zip(&left_out).map(|(slot, left_out)| if *left_out { LEFT_OUT } else { slot }).collect();
            let dictionary = read(&written(&terms), &slots).unwrap();
            let list = |list: &BTreeMap<usize, u32>| -> Vec<Posting> {
                let there = list.iter().filter(|(at, _)| !left_out[**at]);
                there.map(|(at, halves)| Posting::new(slots[*at], *halves)).collect()
            };
            for (place, (name, postings)) in terms.iter().enumerate() {
                let mut found = Vec::new();
                dictionary.find(name, &mut found);
                prop_assert_eq!(found, list(postings));
                prop_assert_eq!(dictionary.name(place), Some(name.clone()));
            }
            let mut found = Vec::new();
            dictionary.find(&asked, &mut found);
            prop_assert_eq!(found, terms.get(&asked).map(list).unwrap_or_default());
            prop_assert_eq!(dictionary.name(terms.len()), None);
            let mut beginning = Vec::new();
            dictionary.beginning(&with, |name| beginning.push(name.to_owned()));
            prop_assert!(beginning.iter().eq(terms.keys().filter(|name| name.starts_with(&with))));
            let mut all = Vec::new();
            dictionary.each(|name, postings| all.push((name.to_owned(), postings.to_vec()))).unwrap();
            prop_assert!(all.into_iter().eq(terms.iter().map(|(name, postings)| (name.clone(), list(postings)))));
        }

        /// Other bytes are other terms, or none; whichever they are, nothing that looks into them stops.
        #[test]
        fn no_bytes_stop_a_reader(terms in terms(), at: prop::sample::Index, byte: u8, asked in "[abé]{1,4}") {
            let mut bytes = written(&terms);
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if let Ok(dictionary) = read(&bytes, &(0..TEXTS as Slot).collect::<Vec<_>>()) {
                dictionary.find(&asked, &mut Vec::new());
                dictionary.beginning(&asked, |_| ());
                for place in 0..terms.len() {
                    let _ = dictionary.name(place);
                }
                let mut again = BTreeMap::new();
                let see = |name: &str, list: &[Posting]| {
                    let list = list.iter().map(|posting| (posting.slot() as usize, posting.halves())).collect();
                    again.insert(name.to_owned(), list);
                };
                if dictionary.each(see).is_ok() {
                    prop_assert_eq!(written(&again), bytes);
                }
            }
        }
    }
}
