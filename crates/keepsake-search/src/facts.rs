//! What an index knows of a text besides its words.

use std::collections::HashMap;

use foldhash::fast::FixedState;

use crate::blocks::Blocks;
use crate::language::Language;
use crate::meanings::Meanings;
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

/// What is looked at for every posting, apart from the rest, so that a list is gone through fast.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Near {
    /// In the order of [`Neighbour::ALL`]; [`NONE`] where there is none.
    around: [Slot; 4],
    pub length: f32,
    pub asks: bool,
}

const NONE: Slot = Slot::MAX;

impl Default for Near {
    fn default() -> Self {
        Self::NOTHING
    }
}

impl Near {
    const NOTHING: Self = Self { around: [NONE; 4], length: 0.0, asks: false };

    /// The slot of a neighbour.
    pub fn neighbour(&self, which: Neighbour) -> Option<Slot> {
        self.around.get(which as usize).copied().filter(|slot| *slot != NONE)
    }

    fn link(&mut self, which: Neighbour, to: Slot) {
        if let Some(link) = self.around.get_mut(which as usize) {
            *link = to;
        }
    }
}

/// Every text by its slot.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    there: Slots,
    by_slot: Blocks<Packed>,
    near: Blocks<Near>,
    /// One more than the highest slot that ever had a text.
    len: usize,
    by_place: HashMap<Place, Slot, FixedState>,
    pub meanings: Meanings,
}

impl Texts {
    pub fn get(&self, slot: Slot) -> Option<Text> {
        self.by_slot.get(slot)?.text()
    }

    /// Who speaks in a text.
    pub fn speaker(&self, slot: Slot) -> Option<Term> {
        self.by_slot.get(slot)?.speaker()
    }

    pub fn near(&self, slot: Slot) -> &Near {
        self.near.get(slot).unwrap_or(&Near::NOTHING)
    }

    /// One more than the highest slot that ever had a text.
    pub fn len(&self) -> usize {
        self.len
    }

    #[cfg(test)]
    pub fn is_empty(&self) -> bool {
        self.there.iter().next().is_none() && !self.by_slot.iter().any(|(_, text)| text.is_there())
    }

    /// Which slots have a text.
    pub fn there(&self) -> &Slots {
        &self.there
    }

    /// A function by itself, which the browser compiles well while the first segment is taken in.
    #[inline(never)]
    pub fn insert(&mut self, slot: Slot, facts: Facts, traits: Traits, meaning: Option<PackedMeaning<'_>>) {
        self.len = self.len.max(slot as usize + 1);
        let mut near = Near { length: traits.length, asks: traits.asks, ..Near::NOTHING };
        if let Some(place) = facts.place {
            self.by_place.insert(place, slot);
            for which in Neighbour::ALL {
                if let Some(neighbour) = self.at_distance(place, which) {
                    self.link(neighbour, which.reverse(), slot);
                    near.link(which, neighbour);
                }
            }
        }
        self.by_slot.set(slot, Packed::from(Text { facts, traits }));
        self.near.set(slot, near);
        self.there.insert(slot);
        self.meanings.set(slot, meaning);
    }

    pub fn remove(&mut self, slot: Slot) {
        let Some(text) = self.by_slot.get_mut(slot).map(core::mem::take).and_then(|text| text.text()) else { return };
        self.there.remove(slot);
        let near = *self.near(slot);
        for which in Neighbour::ALL {
            if let Some(neighbour) = near.neighbour(which) {
                self.link(neighbour, which.reverse(), NONE);
            }
        }
        if let Some(there) = self.near.get_mut(slot) {
            *there = Near::NOTHING;
        }
        if let Some(place) = text.facts.place.filter(|place| self.by_place.get(place) == Some(&slot)) {
            self.by_place.remove(&place);
        }
        self.meanings.set(slot, None);
    }

    fn at_distance(&self, place: Place, which: Neighbour) -> Option<Slot> {
        let position = u32::try_from(i64::from(place.position) + which.distance()).ok()?;
        self.by_place.get(&Place { position, ..place }).copied()
    }

    fn link(&mut self, slot: Slot, which: Neighbour, to: Slot) {
        if let Some(near) = self.near.get_mut(slot) {
            near.link(which, to);
        }
    }
}
