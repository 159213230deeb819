//! Sets of slots, a bit for each.

use crate::facts::Slot;

/// A set of slots.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Slots(Vec<u64>);

impl Slots {
    pub fn insert(&mut self, slot: Slot) {
        let at = slot as usize / 64;
        if self.0.len() <= at {
            self.0.resize(at + 1, 0);
        }
        if let Some(word) = self.0.get_mut(at) {
            *word |= 1 << (slot % 64);
        }
    }

    pub fn remove(&mut self, slot: Slot) {
        if let Some(word) = self.0.get_mut(slot as usize / 64) {
            *word &= !(1 << (slot % 64));
        }
    }

    pub fn has(&self, slot: Slot) -> bool {
        self.0.get(slot as usize / 64).is_some_and(|word| word >> (slot % 64) & 1 == 1)
    }

    /// Leaves none, and makes room for so many slots.
    pub fn clear(&mut self, slots: usize) {
        self.0.clear();
        self.0.resize(slots.div_ceil(64), 0);
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// As they are kept: the lowest bit of the first word is the first slot.
    pub fn bits(&self) -> &[u64] {
        &self.0
    }

    /// From bits as [`Self::bits`] has them.
    pub fn collect(&mut self, bits: impl Iterator<Item = u64>) {
        self.0.clear();
        self.0.extend(bits);
    }

    /// Leaves out those that are not of another set.
    pub fn intersect(&mut self, others: &Self) {
        self.0.truncate(others.0.len());
        self.0.iter_mut().zip(&others.0).for_each(|(word, others)| *word &= others);
    }

    /// Those that pass.
    pub fn filtered(&self, passes: impl Fn(Slot) -> bool) -> Self {
        let those_of = |(first, &word): (Slot, &u64)| {
            let (mut left, mut kept) = (word, 0);
            while left != 0 {
                let lowest = left & left.wrapping_neg();
                left ^= lowest;
                kept |= if passes(first + lowest.trailing_zeros()) { lowest } else { 0 };
            }
            kept
        };
        Self((0..).step_by(64).zip(&self.0).map(those_of).collect())
    }

    /// 64 of them.
    pub fn block(&self, at: usize) -> u64 {
        self.0.get(at).copied().unwrap_or_default()
    }

    /// Takes in some of 64.
    pub fn add_block(&mut self, at: usize, slots: u64) {
        if slots == 0 {
            return;
        }
        self.0.resize(self.0.len().max(at + 1), 0);
        if let Some(word) = self.0.get_mut(at) {
            *word |= slots;
        }
    }

    /// In their order.
    pub fn iter(&self) -> impl Iterator<Item = Slot> {
        (0..).step_by(64).zip(&self.0).flat_map(|(first, &word)| {
            let without_lowest = |word: &u64| Some(word & (word - 1)).filter(|word| *word != 0);
            let words = core::iter::successors(Some(word).filter(|word| *word != 0), without_lowest);
            words.map(move |word| first + word.trailing_zeros())
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_set_holds_what_was_put_in_and_not_taken_out(
            put in prop::collection::btree_set(0..500_u32, 0..50), taken in prop::collection::btree_set(0..600_u32, 0..50),
        ) {
            let mut slots = Slots::default();
            put.iter().for_each(|slot| slots.insert(*slot));
            taken.iter().for_each(|slot| slots.remove(*slot));
            let left: BTreeSet<Slot> = put.difference(&taken).copied().collect();
            prop_assert_eq!(slots.iter().collect::<Vec<_>>(), left.iter().copied().collect::<Vec<_>>());
            prop_assert!((0..700).all(|slot| slots.has(slot) == left.contains(&slot)));
            prop_assert!(slots.filtered(|slot| slot % 2 == 0).iter().eq(left.into_iter().filter(|slot| slot % 2 == 0)));
        }
    }
}
