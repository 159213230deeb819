//! What texts mean, by slot: packed as they are at rest, and of each a sketch that is compared in a few steps.

use crate::blocks::Blocks;
use crate::facts::Slot;
use crate::packed_meaning::{PackedMeaning, Probe, Rest, Sketch};
use crate::table::DIMENSIONS;

/// The meanings of texts.
#[derive(Debug, Default)]
pub(crate) struct Meanings {
    /// Empty where there is no table.
    sketches: Blocks<Sketch>,
    rests: Blocks<Rest>,
    /// 0 where a text means nothing that is known.
    squares: Blocks<u16>,
}

impl Meanings {
    pub fn set(&mut self, slot: Slot, meaning: Option<PackedMeaning>) {
        if let Some(PackedMeaning { sketch, rest, square }) = meaning {
            self.sketches.set(slot, sketch);
            self.rests.set(slot, rest);
            self.squares.set(slot, square);
        } else if let Some(square) = self.squares.get_mut(slot) {
            *square = 0;
        }
    }

    /// What a text means, packed.
    pub fn packed(&self, slot: Slot) -> Option<PackedMeaning> {
        let (sketch, rest, square) = self.kept(slot)?;
        Some(PackedMeaning { sketch: *sketch, rest: *rest, square })
    }

    /// How much alike a text and something else are, from −1 to 1; `None` where the text means nothing.
    pub fn likeness_to(&self, other: &Probe, slot: Slot) -> Option<f32> {
        let (sketch, rest, square) = self.kept(slot)?;
        Some(other.likeness(sketch, rest, square))
    }

    /// The same; 0 where the text means nothing.
    pub fn likeness(&self, query: &Probe, slot: Slot) -> f32 {
        self.likeness_to(query, slot).unwrap_or_default()
    }

    fn kept(&self, slot: Slot) -> Option<(&Sketch, &Rest, u16)> {
        let square = self.squares.get(slot).copied().filter(|square| *square > 0)?;
        Some((self.sketches.get(slot)?, self.rests.get(slot)?, square))
    }

    /// In how many signs the meaning of each of these texts differs from the query's, no more than [`UNLIKE`], which stands
    /// for what means nothing as well; and how many texts differ in each number of signs.
    pub fn differences(&self, query: &Sketch, texts: impl Iterator<Item = Slot>) -> (Vec<u8>, Histogram) {
        let mut histogram = [0; UNLIKE as usize + 1];
        let differences = texts.map(|slot| {
            let differs = self.difference(query, slot);
            if let Some(texts) = histogram.get_mut(usize::from(differs)) {
                *texts += 1;
            }
            differs
        });
        (differences.collect(), histogram)
    }

    /// The same of one text.
    pub fn difference(&self, query: &Sketch, slot: Slot) -> u8 {
        let known = self.squares.get(slot).is_some_and(|square| *square > 0);
        self.sketches.get(slot).filter(|_| known).map_or(UNLIKE, |sketch| apart(sketch, query))
    }
}

fn apart(one: &Sketch, other: &Sketch) -> u8 {
    let differs: u32 = one.iter().zip(other).map(|(one, other)| (one ^ other).count_ones()).sum();
    differs.min(u32::from(UNLIKE)) as u8
}

/// So many signs differ between meanings that have nothing to do with each other.
pub(crate) const UNLIKE: u8 = (DIMENSIONS / 2) as u8;

/// How many texts differ in each number of signs.
pub(crate) type Histogram = [usize; UNLIKE as usize + 1];

/// The fewest signs within which at least so many texts differ, or just below what those differ in that are unlike.
pub(crate) fn most_differences(texts: &Histogram, wanted: usize) -> u8 {
    let mut sum = 0;
    let enough = texts.iter().position(|texts| {
        sum += texts;
        sum >= wanted
    });
    enough.map_or(UNLIKE - 1, |differs| (differs as u8).min(UNLIKE - 1))
}

/// About how much alike meanings are whose sketches differ in so many signs: the cosine of the angle at which random
/// planes come between them so often.
pub(crate) fn likeness_by_sketch() -> [f32; UNLIKE as usize + 1] {
    core::array::from_fn(|differs| (core::f32::consts::PI * differs as f32 / DIMENSIONS as f32).cos())
}
