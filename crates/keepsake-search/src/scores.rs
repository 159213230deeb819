//! What the words of a query are worth in each text and around it.

use crate::facts::{Slot, Texts};
use crate::postings::{Posting, Postings};
use crate::query::AskedWord;
use crate::view::{View, lent};
use crate::weights::*;

/// Numbers by slot that are worked out for one query. They stay for the next, which clears but what the last one touched.
#[derive(Debug, Default)]
pub(crate) struct Scores {
    worth: Vec<Worth>,
    /// The texts that the query's words reach.
    pub touched: Vec<Slot>,
    /// The weight of all of the query's words.
    perfect: f32,
    /// How often the word at hand stands in a text, and in it and around it; all 0 between two words.
    counts: Vec<Counts>,
    weights: Weights,
    holders: Vec<Slot>,
    near: Vec<Slot>,
}

/// What the words so far are worth in one text.
#[derive(Debug, Clone, Copy, Default)]
struct Worth {
    words: f32,
    context: f32,
    /// How much of the query's weight is met, in the text or around it.
    covered: f32,
}

#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    own: f32,
    around: f32,
}

impl Scores {
    /// Makes ready for another query over so many slots.
    pub fn begin(&mut self, slots: usize, weights: &Weights) {
        for slot in self.touched.drain(..) {
            if let Some(worth) = self.worth.get_mut(slot as usize) {
                *worth = Worth::default();
            }
        }
        self.worth.resize(slots, Worth::default());
        self.counts.resize(slots, Counts::default());
        self.perfect = 0.0;
        self.weights = *weights;
    }

    /// Adds what one word of the query is worth in each text; answers how rare it is, from 0 to 1.
    pub fn add(&mut self, word: &AskedWord, is_name: bool, view: &View, postings: &Postings, texts: &Texts) -> f32 {
        self.holders.clear();
        self.near.clear();
        for posting in word.terms.iter().flat_map(|term| postings.list(*term)) {
            if view.sees(posting.slot()) {
                self.count(*posting, view, texts);
            }
        }
        let total = view.count as f32;
        let rarity = |holders: usize| (1.0 + (total - holders as f32 + 0.5) / (holders as f32 + 0.5)).ln();
        // Where no text has a neighbour, what is around it is the text itself.
        let near = if view.is_without_context() { &self.holders } else { &self.near };
        let (rare, rare_around) = (rarity(self.holders.len()), rarity(near.len()));
        let share = self.weights.speaker.filter(|_| is_name).map_or(1.0, |speaker| speaker.name);
        let weight = self.weights.context;
        let covers = if is_name { 0.0 } else { rare };
        for slot in near {
            let at = *slot as usize;
            let (Some(counts), Some(worth)) = (self.counts.get_mut(at), self.worth.get_mut(at)) else { continue };
            let Counts { own, around } = core::mem::take(counts);
            let norms = view.norms(*slot);
            if worth.context == 0.0 {
                self.touched.push(*slot);
            }
            if own > 0.0 {
                worth.words += share * rare * own * (K1 + 1.0) / (own + norms.own);
            }
            let around = if view.is_without_context() { own } else { around };
            worth.context += share * weight * rare_around * around * (CONTEXT_K1 + 1.0) / (around + norms.around);
            worth.covered += covers;
        }
        self.perfect += covers;
        rare / rarity(0)
    }

    /// Counts one occurrence where it is and around it.
    fn count(&mut self, posting: Posting, view: &View, texts: &Texts) {
        let (slot, count) = (posting.slot(), posting.count());
        let Some(counts) = self.counts.get_mut(slot as usize) else { return };
        if counts.own == 0.0 {
            self.holders.push(slot);
        }
        counts.own += count;
        if view.is_without_context() {
            return;
        }
        if counts.around == 0.0 {
            self.near.push(slot);
        }
        counts.around += count;
        let text = texts.near(slot);
        for &(which, weight) in self.weights.around {
            // To the text on the other side, this one stands where `which` says.
            let Some(other) = text.neighbour(which.reverse()).filter(|slot| view.sees(*slot)) else { continue };
            let Some(counts) = self.counts.get_mut(other as usize) else { continue };
            if counts.around == 0.0 {
                self.near.push(other);
            }
            counts.around += weight * lent(which, text, &self.weights) * count;
        }
    }

    /// What a text's words and its neighbours' are worth, of 1.
    pub fn of(&self, slot: Slot) -> (f32, f32) {
        let worth = self.worth.get(slot as usize).copied().unwrap_or_default();
        // Names alone: there is nothing else to be met.
        let (perfect, covered) =
            if self.perfect > 0.0 { (self.perfect, worth.covered / self.perfect) } else { (1.0, 0.0) };
        let share = (1.0 + self.weights.coverage * covered)
            / (perfect * (K1 + 1.0 + self.weights.context * (CONTEXT_K1 + 1.0)));
        (worth.words * share, worth.context * share)
    }
}
