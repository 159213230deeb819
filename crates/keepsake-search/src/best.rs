//! The best of many texts, without putting all of them in order.

use crate::facts::Slot;

/// A text with a score.
pub(crate) type Scored = (f32, Slot);

pub(crate) fn first_is_better(one: &Scored, other: &Scored) -> core::cmp::Ordering {
    other.0.total_cmp(&one.0).then(one.1.cmp(&other.1))
}

/// So many texts with the best scores, in no order. What is worse than so many others is dropped on the way.
#[derive(Debug)]
pub(crate) struct Best {
    most: usize,
    found: Vec<Scored>,
    /// The worst of those that are there, once there are so many.
    worst: Option<Scored>,
}

impl Best {
    pub fn new(most: usize) -> Self {
        Self { most, found: Vec::new(), worst: None }
    }

    /// Of these texts.
    pub fn of(texts: &[Slot], most: usize, score: impl Fn(Slot) -> f32) -> Self {
        let mut best = Self::new(most);
        texts.iter().for_each(|slot| best.add((score(*slot), *slot)));
        best
    }

    /// Whether a text with at most this score may still be one of the best.
    pub fn may_take(&self, score: f32) -> bool {
        self.worst.is_none_or(|worst| score >= worst.0)
    }

    pub fn add(&mut self, one: Scored) {
        if self.worst.is_some_and(|worst| first_is_better(&worst, &one).is_lt()) {
            return;
        }
        self.found.push(one);
        if self.found.len() >= self.most.saturating_mul(2) {
            self.leave();
        }
    }

    /// The score of the last of so many; `None` where there are fewer.
    pub fn last(&mut self) -> Option<f32> {
        self.leave();
        self.worst.map(|worst| worst.0)
    }

    pub fn found(mut self) -> Vec<Scored> {
        self.leave();
        self.found
    }

    /// Leaves so many of the best.
    fn leave(&mut self) {
        let Some(last) = self.most.checked_sub(1) else {
            self.found.clear();
            return;
        };
        if last < self.found.len() {
            let (_, worst, _) = self.found.select_nth_unstable_by(last, first_is_better);
            self.worst = Some(*worst);
            self.found.truncate(self.most);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_best_are_those_that_come_first_in_order(
            scores in prop::collection::vec(0..20_u8, 0..100), most in 0..30_usize,
        ) {
            let score = |slot: Slot| f32::from(scores[slot as usize]);
            let slots: Vec<Slot> = (0..scores.len() as Slot).rev().collect();
            let mut in_order: Vec<Scored> = slots.iter().map(|slot| (score(*slot), *slot)).collect();
            in_order.sort_unstable_by(first_is_better);
            in_order.truncate(most);
            let mut found = Best::of(&slots, most, score).found();
            found.sort_unstable_by(first_is_better);
            prop_assert_eq!(found, in_order);
        }
    }
}
