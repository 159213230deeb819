//! What texts mean, by slot: the numbers in one block, and a sketch of each that is compared in a few steps.

use core::ops::Range;

use crate::blocks::Blocks;
use crate::facts::Slot;
use crate::packed_meaning::signs;
use crate::table::{DIMENSIONS, Meaning, product};

/// The signs of a meaning's numbers. Two meanings point the same way where most of them agree.
pub(crate) type Sketch = [u64; DIMENSIONS / 64];

/// So many slots a block of numbers holds: 64 KiB, what WebAssembly's memory grows by.
const BLOCK: usize = 256;

/// Where a slot's numbers stand in its block.
fn in_block(slot: usize) -> Range<usize> {
    let start = slot % BLOCK * DIMENSIONS;
    start..start + DIMENSIONS
}

/// The meanings of texts.
#[derive(Debug, Default)]
pub(crate) struct Meanings {
    /// `DIMENSIONS` for each slot, in blocks: what is full is not moved to grow. Empty where there is no table.
    blocks: Vec<Box<[i8]>>,
    /// 0 where a text means nothing that is known.
    scales: Blocks<f32>,
    sketches: Blocks<Sketch>,
}

impl Meanings {
    pub fn set(&mut self, slot: Slot, meaning: Option<&Meaning>) {
        let at = slot as usize;
        if let Some(meaning) = meaning {
            let block = || vec![0; BLOCK * DIMENSIONS].into_boxed_slice();
            self.blocks.resize_with((at / BLOCK + 1).max(self.blocks.len()), block);
            if let Some(numbers) = self.blocks.get_mut(at / BLOCK).and_then(|block| block.get_mut(in_block(at))) {
                numbers.copy_from_slice(&meaning.numbers);
            }
            self.sketches.set(slot, sketch(&meaning.numbers));
            self.scales.set(slot, meaning.scale);
        } else if let Some(scale) = self.scales.get_mut(slot) {
            *scale = 0.0;
        }
    }

    /// What a text means: its numbers and their scale.
    pub fn get(&self, slot: Slot) -> Option<(&[i8], f32)> {
        let at = slot as usize;
        let scale = self.scales.get(slot).copied().filter(|scale| *scale > 0.0)?;
        Some((self.blocks.get(at / BLOCK)?.get(in_block(at))?, scale))
    }

    /// How much alike a text and a query are, from −1 to 1; 0 where the text means nothing.
    pub fn likeness(&self, query: &Meaning, slot: Slot) -> f32 {
        let like = |(numbers, scale)| product(&query.numbers, numbers) as f32 * scale * query.scale;
        self.get(slot).map(like).unwrap_or_default()
    }

    /// In how many signs the meaning of each of these texts differs from the query's, no more than [`UNLIKE`], which stands
    /// for what means nothing as well; and how many texts differ in each number of signs.
    pub fn differences(&self, query: &Sketch, texts: impl Iterator<Item = Slot>) -> (Vec<(Slot, u8)>, Histogram) {
        let mut histogram = [0; UNLIKE as usize + 1];
        let differences = texts.map(|slot| {
            let differs = self.difference(query, slot);
            if let Some(texts) = histogram.get_mut(usize::from(differs)) {
                *texts += 1;
            }
            (slot, differs)
        });
        (differences.collect(), histogram)
    }

    /// The same of one text.
    pub fn difference(&self, query: &Sketch, slot: Slot) -> u8 {
        let known = self.scales.get(slot).is_some_and(|scale| *scale > 0.0);
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

pub(crate) fn sketch(numbers: &[i8; DIMENSIONS]) -> Sketch {
    let mut sketch = Sketch::default();
    for (bits, numbers) in sketch.iter_mut().zip(numbers.as_chunks::<64>().0) {
        let signs = numbers.as_chunks::<8>().0.iter().map(|lanes| signs(u64::from_le_bytes(lanes.map(|n| n as u8))));
        *bits = signs.rev().fold(0, |bits, signs| bits << 8 | u64::from(signs));
    }
    sketch
}
