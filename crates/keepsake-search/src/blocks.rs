//! Something for each slot, in blocks: what is full is not moved to grow, and no more is taken than the last block.

use crate::facts::Slot;

/// So many slots a block holds.
const BLOCK: usize = 256;

/// Something by slot.
#[derive(Debug)]
pub(crate) struct Blocks<T> {
    blocks: Vec<Box<[T]>>,
}

impl<T> Default for Blocks<T> {
    fn default() -> Self {
        Self { blocks: Vec::new() }
    }
}

impl<T: Clone + Default> Blocks<T> {
    pub fn get(&self, slot: Slot) -> Option<&T> {
        self.blocks.get(slot as usize / BLOCK)?.get(slot as usize % BLOCK)
    }

    pub fn get_mut(&mut self, slot: Slot) -> Option<&mut T> {
        self.blocks.get_mut(slot as usize / BLOCK)?.get_mut(slot as usize % BLOCK)
    }

    /// Puts something in a slot, however far it is.
    pub fn set(&mut self, slot: Slot, to: T) {
        let blocks = (slot as usize / BLOCK + 1).max(self.blocks.len());
        self.blocks.resize_with(blocks, || vec![T::default(); BLOCK].into_boxed_slice());
        if let Some(there) = self.get_mut(slot) {
            *there = to;
        }
    }

    /// In the order of the slots, up to the end of the last block.
    #[cfg(test)]
    pub fn iter(&self) -> impl Iterator<Item = (Slot, &T)> {
        (0..).zip(self.blocks.iter().flatten())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn each_slot_keeps_what_was_put_there_last(puts in prop::collection::vec((0..2000_u32, 1..9_u8), 0..50)) {
            let mut blocks = Blocks::default();
            puts.iter().for_each(|(slot, value)| blocks.set(*slot, *value));
            for slot in 0..2000 {
                let last = puts.iter().rev().find(|(other, _)| *other == slot).map_or(0, |(_, value)| *value);
                prop_assert_eq!(blocks.get(slot).copied().unwrap_or_default(), last);
            }
            prop_assert!(blocks.iter().all(|(slot, value)| blocks.get(slot) == Some(value)));
        }
    }
}
