//! What an index knows of a text besides its words.

use core::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::blocks::Blocks;
use crate::language::Language;
use crate::meanings::Meanings;
use crate::near::Near;
use crate::packed_meaning::PackedMeaning;
use crate::packed_text::Packed;
use crate::postings::Term;
use crate::slots::Slots;
use crate::weights::Neighbour;

/// The caller's number of a text; below [`MAX_SLOTS`].
pub type Slot = u32;

/// So many texts fit into one index.
pub const MAX_SLOTS: Slot = 1 << 26;

/// Milliseconds since 1970.
pub type Millis = u64;

/// What the caller knows of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// When it was written, where that is known.
    pub written: Option<Millis>,
    /// From when on it is no longer so.
    pub expires: Option<Millis>,
    /// How far it is believed.
    pub belief: Belief,
    /// Where it stands in a conversation, where it is of one.
    pub place: Option<Place>,
}

/// A place in a conversation: the texts one and two places before and behind lend it context.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    /// The caller's number of the conversation.
    pub conversation: u32,
    /// The number in it.
    pub position: u32,
}

/// How far a text is believed, from most to least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[repr(u8)]
#[allow(missing_docs, reason = "the names are those of the memory's trust")]
pub enum Belief {
    #[default]
    Own,
    Confirmed,
    Imported,
    Unreviewed,
}

impl Belief {
    /// Every degree, in the order of their numbers.
    pub(crate) const ALL: [Self; 4] = [Self::Own, Self::Confirmed, Self::Imported, Self::Unreviewed];
}

/// What the words themselves show of a text.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Traits {
    /// How many words there are, those aside counted less.
    pub length: f32,
    /// How many different terms.
    pub distinct: u16,
    /// Alike for texts with nearly the same words.
    pub print: u64,
    pub language: Option<Language>,
    /// The name at its beginning, as in “Ann: Hello”.
    pub speaker: Option<Term>,
    pub asks: bool,
    pub tells_when: bool,
}

/// One text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Text {
    pub facts: Facts,
    pub traits: Traits,
}

/// Every text by its slot.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    there: Slots,
    by_slot: Blocks<Packed>,
    near: Blocks<Near>,
    /// One more than the highest slot that ever had a text.
    len: usize,
    /// The slots of texts that have a place, by it.
    by_place: HashTable<Slot>,
    pub meanings: Meanings,
}

impl Texts {
    pub fn get(&self, slot: Slot) -> Option<Text> {
        self.by_slot.get(slot)?.text(self.near(slot))
    }

    /// Who speaks in a text.
    pub fn speaker(&self, slot: Slot) -> Option<Term> {
        self.by_slot.get(slot)?.speaker()
    }

    pub fn near(&self, slot: Slot) -> Near {
        self.near.get(slot).copied().unwrap_or_default()
    }

    /// The slot of a text's neighbour.
    pub fn neighbour(&self, slot: Slot, which: Neighbour) -> Option<Slot> {
        let near = self.near(slot);
        if near.is_beside(which) {
            return which.from(slot);
        }
        self.at_distance(self.by_slot.get(slot).filter(|_| near.is_elsewhere())?.place()?, which)
    }

    /// One more than the highest slot that ever had a text.
    pub fn len(&self) -> usize {
        self.len
    }

    #[cfg(test)]
    pub fn is_empty(&self) -> bool {
        self.there.iter().next().is_none()
            && !self.by_slot.iter().any(|(_, text)| text.is_there())
            && self.by_place.is_empty()
    }

    /// Which slots have a text.
    pub fn there(&self) -> &Slots {
        &self.there
    }

    /// A function by itself, which the browser compiles well while the first segment is taken in.
    #[inline(never)]
    pub fn insert(&mut self, slot: Slot, facts: Facts, traits: Traits, meaning: Option<PackedMeaning>) {
        self.len = self.len.max(slot as usize + 1);
        let mut near = Near::new(traits.length, traits.asks);
        self.by_slot.set(slot, Packed::from(Text { facts, traits }));
        if let Some(place) = facts.place {
            self.put_at(place, slot);
            for which in Neighbour::ALL {
                if let Some(neighbour) = self.at_distance(place, which) {
                    near.link(slot, which, neighbour);
                    if let Some(there) = self.near.get_mut(neighbour) {
                        there.link(neighbour, which.reverse(), slot);
                    }
                }
            }
        }
        self.near.set(slot, near);
        self.there.insert(slot);
        self.meanings.set(slot, meaning);
    }

    pub fn remove(&mut self, slot: Slot) {
        let Some(text) = self.get(slot) else { return };
        self.there.remove(slot);
        for which in Neighbour::ALL {
            if let Some(there) = which.from(slot).and_then(|neighbour| self.near.get_mut(neighbour)) {
                there.unlink(which.reverse());
            }
        }
        if let Some(place) = text.facts.place
            && let Ok(entry) = self.by_place.find_entry(hash(place), |other| *other == slot)
        {
            entry.remove();
        }
        self.near.set(slot, Near::default());
        self.by_slot.set(slot, Packed::default());
        self.meanings.set(slot, None);
    }

    fn at_distance(&self, place: Place, which: Neighbour) -> Option<Slot> {
        let position = u32::try_from(i64::from(place.position) + which.distance()).ok()?;
        let place = Place { position, ..place };
        self.by_place.find(hash(place), |slot| place_of(&self.by_slot, *slot) == Some(place)).copied()
    }

    /// The text that comes last to a place has it.
    fn put_at(&mut self, place: Place, slot: Slot) {
        let Self { by_place, by_slot, .. } = self;
        let is_there = |other: &Slot| place_of(by_slot, *other) == Some(place);
        let hash_of = |other: &Slot| place_of(by_slot, *other).map_or(0, hash);
        match by_place.entry(hash(place), is_there, hash_of) {
            Entry::Occupied(mut there) => *there.get_mut() = slot,
            Entry::Vacant(free) => drop(free.insert(slot)),
        }
    }
}

fn place_of(texts: &Blocks<Packed>, slot: Slot) -> Option<Place> {
    texts.get(slot)?.place()
}

fn hash(place: Place) -> u64 {
    FixedState::default().hash_one(place)
}
