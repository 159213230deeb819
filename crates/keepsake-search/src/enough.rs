//! Which texts have enough of a query's words to come among the best, told for 64 texts at once.

use crate::slots::Slots;

/// So many of the words are looked at; those behind them are taken to be there.
const LOOKED_AT: usize = 8;

/// What a word is worth, of 1, but for the gain of texts that have many; and how much of the query it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Most {
    /// Which of the sets of texts is its.
    pub place: usize,
    pub by_words: f32,
    pub covers: f32,
}

/// What words are worth together, and how much of the query they are.
pub(crate) fn sum(words: &[Most]) -> (f32, f32) {
    words.iter().fold((0.0, 0.0), |sum, word| (sum.0 + word.by_words, sum.1 + word.covers))
}

/// Which texts have enough of some words, for 64 texts at once.
pub(crate) struct Enough<'a> {
    /// Of the first words; later ones are taken to be there.
    around: Vec<&'a [u64]>,
    most: &'a [Most],
    /// What the words from each on are worth.
    left: Vec<(f32, f32)>,
    wanted: f32,
    coverage: f32,
}

impl<'a> Enough<'a> {
    pub fn new(most: &'a [Most], around: &'a [Slots], wanted: f32, coverage: f32) -> Self {
        let bits = |most: &Most| around.get(most.place).map(Slots::bits).unwrap_or_default();
        let left = (0..=LOOKED_AT).map(|at| sum(most.get(at..).unwrap_or_default())).collect();
        let around = most.iter().take(LOOKED_AT).map(bits).collect();
        Self { around, most, left, wanted, coverage }
    }

    /// Those of 64 texts that have the first word and enough of the others.
    pub fn of(&self, block: usize) -> u64 {
        let first = self.around.first().and_then(|bits| bits.get(block)).copied().unwrap_or_default();
        let Some(most) = self.most.first().filter(|_| first != 0) else { return 0 };
        self.those(block, 1, first, most.by_words, most.covers)
    }

    /// Those of these texts that have enough with so much already.
    fn those(&self, block: usize, at: usize, texts: u64, by_words: f32, covers: f32) -> u64 {
        let is_enough = |(more, covers_more): (f32, f32)| {
            (by_words + more) * (1.0 + self.coverage * (covers + covers_more)) >= self.wanted
        };
        if texts == 0 || is_enough((0.0, 0.0)) {
            return texts;
        }
        if !self.left.get(at).copied().is_some_and(is_enough) {
            return 0;
        }
        let (Some(most), Some(bits)) = (self.most.get(at), self.around.get(at)) else { return texts };
        let there = bits.get(block).copied().unwrap_or_default() & texts;
        self.those(block, at + 1, there, by_words + most.by_words, covers + most.covers)
            | self.those(block, at + 1, texts & !there, by_words, covers)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn those_are_told_that_have_the_first_word_and_reach_what_is_wanted(
            words in prop::collection::vec((any::<u64>(), 0.0..1.0_f32, 0.0..0.5_f32), 1..LOOKED_AT),
            wanted in 0.0..3.0_f32, coverage in 0.0..1.0_f32,
        ) {
            let sets: Vec<Slots> = words.iter().map(|(bits, ..)| { let mut set = Slots::default(); set.collect([*bits].into_iter()); set }).collect();
            let most: Vec<Most> = (0..).zip(&words).map(|(place, (_, by_words, covers))| Most { place, by_words: *by_words, covers: *covers }).collect();
            let found = Enough::new(&most, &sets, wanted, coverage).of(0);
            for text in 0..64 {
                let has = |at: usize| words[at].0 >> text & 1 == 1;
                let there: Vec<Most> = (0..words.len()).filter(|at| has(*at)).map(|at| most[at]).collect();
                let (by_words, covers) = sum(&there);
                let score = by_words * (1.0 + coverage * covers);
                // Where it is a matter of rounding, either will do.
                prop_assume!((score - wanted).abs() > 1e-4);
                prop_assert_eq!(found >> text & 1 == 1, has(0) && score > wanted);
            }
        }
    }
}
