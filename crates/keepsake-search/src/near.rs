//! What is looked at for every text whose words are counted, in four bytes: how long it is, whether it asks, who stands beside it.

use crate::facts::Slot;
use crate::weights::Neighbour;

/// One text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Near(u32);

/// Below them, a bit for each [`Neighbour`] that stands as many slots away as places: nearly all, since the texts of a
/// conversation mostly come in its order.
const ELSEWHERE: u32 = 1 << 4;
const ASKS: u32 = 1 << 5;
/// Above them, the length in half words.
const LENGTH: u32 = 6;

/// The longest text, in half words: longer ones would be rounded where they are added up, too.
pub(crate) const MOST_HALVES: u32 = (1 << f32::MANTISSA_DIGITS) - 1;
const _: () = assert!(MOST_HALVES.leading_zeros() >= LENGTH);

impl Near {
    /// A text that nothing stands beside yet, of a length in words.
    pub fn new(length: f32, asks: bool) -> Self {
        Self(((length * 2.0) as u32).min(MOST_HALVES) << LENGTH | if asks { ASKS } else { 0 })
    }

    /// How many words there are, those aside counted less.
    pub fn length(self) -> f32 {
        (self.0 >> LENGTH) as f32 * 0.5
    }

    pub fn asks(self) -> bool {
        self.0 & ASKS != 0
    }

    /// Whether a neighbour stands as many slots away as places.
    pub fn is_beside(self, which: Neighbour) -> bool {
        self.0 & u32::from(which.bit()) != 0
    }

    /// Whether a neighbour may stand anywhere else.
    pub fn is_elsewhere(self) -> bool {
        self.0 & ELSEWHERE != 0
    }

    /// Notes that a text in one slot has this neighbour in another.
    pub fn link(&mut self, slot: Slot, which: Neighbour, to: Slot) {
        if which.from(slot) == Some(to) {
            self.0 |= u32::from(which.bit());
        } else {
            self.unlink(which);
            self.0 |= ELSEWHERE;
        }
    }

    /// Notes that no neighbour stands beside it there.
    pub fn unlink(&mut self, which: Neighbour) {
        self.0 &= !u32::from(which.bit());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_text_is_as_long_as_it_was(halves in 0..=MOST_HALVES, asks: bool, links in prop::collection::vec((0..4_usize, 0..9_u32), 0..9)) {
            let mut near = Near::new(halves as f32 * 0.5, asks);
            for (which, to) in &links {
                near.link(4, Neighbour::ALL[*which], *to);
            }
            prop_assert_eq!((near.length(), near.asks()), (halves as f32 * 0.5, asks));
            for (at, which) in Neighbour::ALL.into_iter().enumerate() {
                let last = links.iter().rev().find(|(which, _)| *which == at).map(|(_, to)| *to);
                prop_assert_eq!(near.is_beside(which), last.is_some_and(|to| which.from(4) == Some(to)));
            }
        }
    }
}
