//! What an index knows of a text besides its words.

use std::collections::HashMap;

use crate::language::Language;
use crate::postings::Term;
use crate::table::DIMENSIONS;
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
    /// Whether another text has taken its place.
    pub superseded: bool,
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
    /// In the order of [`Neighbour::ALL`]; [`NONE`] where there is none.
    around: [Slot; 4],
}

const NONE: Slot = Slot::MAX;

impl Text {
    /// The slot of a neighbour.
    pub(crate) fn neighbour(&self, which: Neighbour) -> Option<Slot> {
        self.around.get(which as usize).copied().filter(|slot| *slot != NONE)
    }
}

/// Every text by its slot, and the meanings in one block.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    by_slot: Vec<Option<Text>>,
    by_place: HashMap<Place, Slot>,
    /// By slot, `DIMENSIONS` numbers; empty where there is no table.
    meanings: Vec<i8>,
    /// By slot; 0 where a text means nothing that is known.
    scales: Vec<f32>,
}

impl Texts {
    pub fn get(&self, slot: Slot) -> Option<&Text> {
        self.by_slot.get(slot as usize)?.as_ref()
    }

    /// One more than the highest slot.
    pub fn len(&self) -> usize {
        self.by_slot.len()
    }

    #[cfg(test)]
    pub fn is_empty(&self) -> bool {
        self.by_slot.iter().all(Option::is_none)
    }

    pub fn iter(&self) -> impl Iterator<Item = (Slot, &Text)> {
        (0..).zip(&self.by_slot).filter_map(|(slot, text)| Some((slot, text.as_ref()?)))
    }

    pub fn insert(&mut self, slot: Slot, facts: Facts, traits: Traits) {
        let at = slot as usize;
        if self.by_slot.len() <= at {
            self.by_slot.resize(at + 1, None);
        }
        let mut text = Text { facts, traits, around: [NONE; 4] };
        if let Some(place) = facts.place {
            self.by_place.insert(place, slot);
            for which in Neighbour::ALL {
                if let Some(neighbour) = self.at_distance(place, which) {
                    self.link(neighbour, which.reverse(), slot);
                    if let Some(link) = text.around.get_mut(which as usize) {
                        *link = neighbour;
                    }
                }
            }
        }
        if let Some(there) = self.by_slot.get_mut(at) {
            *there = Some(text);
        }
    }

    pub fn remove(&mut self, slot: Slot) {
        let Some(text) = self.by_slot.get_mut(slot as usize).and_then(Option::take) else { return };
        for which in Neighbour::ALL {
            if let Some(neighbour) = text.neighbour(which) {
                self.link(neighbour, which.reverse(), NONE);
            }
        }
        if let Some(place) = text.facts.place {
            self.by_place.remove(&place);
        }
        self.mean(slot, None);
    }

    fn at_distance(&self, place: Place, which: Neighbour) -> Option<Slot> {
        let position = u32::try_from(i64::from(place.position) + which.distance()).ok()?;
        self.by_place.get(&Place { position, ..place }).copied()
    }

    fn link(&mut self, slot: Slot, which: Neighbour, to: Slot) {
        let text = self.by_slot.get_mut(slot as usize).and_then(Option::as_mut);
        if let Some(link) = text.and_then(|text| text.around.get_mut(which as usize)) {
            *link = to;
        }
    }

    /// Keeps what a text means.
    pub fn mean(&mut self, slot: Slot, meaning: Option<&crate::table::Meaning>) {
        let at = slot as usize;
        if let Some(meaning) = meaning {
            if self.scales.len() <= at {
                self.scales.resize(at + 1, 0.0);
                self.meanings.resize((at + 1) * DIMENSIONS, 0);
            }
            if let Some(numbers) = self.meanings.get_mut(at * DIMENSIONS..(at + 1) * DIMENSIONS) {
                numbers.copy_from_slice(&meaning.numbers);
            }
        }
        if let Some(scale) = self.scales.get_mut(at) {
            *scale = meaning.map_or(0.0, |meaning| meaning.scale);
        }
    }

    /// What a text means: its numbers and their scale.
    pub fn meaning(&self, slot: Slot) -> Option<(&[i8], f32)> {
        let at = slot as usize;
        let scale = self.scales.get(at).copied().filter(|scale| *scale > 0.0)?;
        Some((self.meanings.get(at * DIMENSIONS..(at + 1) * DIMENSIONS)?, scale))
    }
}
