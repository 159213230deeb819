//! What the words of a query are worth in each text and around it.

use crate::best::Best;
use crate::enough::{Enough, Most, sum};
use crate::facts::{Slot, Texts};
use crate::postings::{Posting, Postings, Term};
use crate::query::AskedWord;
use crate::slots::Slots;
use crate::view::View;
use crate::weights::*;

/// So many words are counted at a time: a byte each of what is kept by slot.
const AT_A_TIME: usize = 8;

/// Numbers by slot that are worked out for one query. They stay for the next, which clears but what the last one touched.
#[derive(Debug, Default)]
pub(crate) struct Scores {
    worth: Vec<Worth>,
    /// The texts whose words are counted.
    pub touched: Vec<Slot>,
    words: Vec<Word>,
    /// The weight of all of the query's words.
    perfect: f32,
    weights: Weights,
    /// How often the words at hand stand in each text, in halves, a byte a word, with two places before the first slot;
    /// all 0 between two queries.
    counts: Vec<u64>,
    holders: Slots,
    /// By word as they are asked, the texts that have it and those that one of these lends it to.
    around: Vec<Slots>,
}

/// A word of a query among the visible texts.
#[derive(Debug)]
struct Word {
    terms: Vec<Term>,
    /// Which of the words asked for.
    place: usize,
    /// How much it weighs in a text itself, and with what is around it.
    own: f32,
    around: f32,
    /// How much of the query it is.
    covers: f32,
    is_name: bool,
}

/// What words are worth in one text.
#[derive(Debug, Clone, Copy, Default)]
struct Worth {
    words: f32,
    context: f32,
    /// How much of the query's weight is met, in the text or around it.
    covered: f32,
}

/// What has to be reached to be among the best, and by what.
pub(crate) struct Bar<L> {
    /// Among how many.
    pub most: usize,
    /// What a text has at most beside its words and their context, and what one has besides that has a name.
    pub besides: f32,
    pub named: f32,
    /// What a word is worth at most, of what BM25's fraction stays below.
    pub share: f32,
    /// About the score of a text of which so much are its words and their context.
    pub about: L,
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
        self.counts.resize(slots + 4, 0);
        self.words.clear();
        self.perfect = 0.0;
        self.weights = *weights;
    }

    /// Takes in one of the query's words; answers how rare it is, from 0 to 1.
    pub fn ask(&mut self, word: &AskedWord, is_name: bool, view: &View, postings: &Postings, texts: &Texts) -> f32 {
        let place = self.words.len();
        if self.around.len() == place {
            self.around.push(Slots::default());
        }
        let Some(around) = self.around.get_mut(place) else { return 0.0 };
        self.holders.clear(self.worth.len());
        for posting in word.terms.iter().flat_map(|term| postings.list(*term)) {
            self.holders.insert(posting.slot());
        }
        view.around(&mut self.holders, texts, around);
        let total = view.count as f32;
        let rarity = |holders: usize| (1.0 + (total - holders as f32 + 0.5) / (holders as f32 + 0.5)).ln();
        let (rare, rare_around) = (rarity(self.holders.count()), rarity(around.count()));
        let share = view.weights.speaker.filter(|_| is_name).map_or(1.0, |speaker| speaker.name);
        let covers = if is_name { 0.0 } else { rare };
        self.perfect += covers;
        if !word.terms.is_empty() {
            let around = share * view.weights.context * rare_around;
            self.words.push(Word { terms: word.terms.clone(), place, own: share * rare, around, covers, is_name });
        }
        rare / rarity(0)
    }

    /// Counts the words that are asked for wherever they may bring a text among the best, those first that may be worth the
    /// most (after MaxScore, Turtle and Flood 1995); answers the score that is to be reached.
    pub fn count<L: Fn(Slot, f32) -> f32>(
        &mut self,
        bar: &Bar<L>,
        view: &View,
        postings: &Postings,
        texts: &Texts,
    ) -> f32 {
        let mut words = core::mem::take(&mut self.words);
        words.sort_by(|one, other| self.most(other, bar).by_words.total_cmp(&self.most(one, bar).by_words));
        let all: Vec<Most> = words.iter().map(|word| self.most(word, bar)).collect();
        let around = core::mem::take(&mut self.around);
        let mut reached = 0.0;
        // What earlier words have brought in and may still come among the best.
        let mut open: Vec<Slot> = Vec::new();
        for (at, group) in words.chunks(AT_A_TIME).enumerate() {
            let from = at * AT_A_TIME;
            let known = self.touched.len();
            self.fill(group, view, postings);
            let mut best = Best::new(bar.most);
            let mut seen = Slots::default();
            for at in (from..).take(group.len()) {
                let left = all.get(at..).unwrap_or_default();
                let enough = Enough::new(left, &around, reached - bar.besides, self.weights.coverage);
                for block in 0..self.worth.len().div_ceil(64) {
                    let mut left = enough.of(block) & !seen.block(block);
                    seen.add_block(block, left);
                    while left != 0 {
                        let slot = (block * 64) as Slot + left.trailing_zeros();
                        left &= left - 1;
                        let total = self.add(slot, group, view, texts);
                        // What has less by words is hardly among the best.
                        if best.may_take(total + bar.besides.min(FROM_MEANING)) {
                            best.add(((bar.about)(slot, total), slot));
                        }
                    }
                }
                reached = reached.max(best.last().unwrap_or_default() * ROUNDING);
            }
            let left = sum(all.get(from..).unwrap_or_default());
            open.retain(|slot| self.with(*slot, left) + bar.besides + bar.named >= reached);
            for slot in open.iter().filter(|slot| !seen.has(**slot)) {
                self.add(*slot, group, view, texts);
            }
            open.extend(self.touched.iter().skip(known));
            self.clear(group, view, postings);
        }
        self.around = around;
        self.words = words;
        reached
    }

    /// What a word is worth.
    fn most<L>(&self, word: &Word, bar: &Bar<L>) -> Most {
        let by_words = (word.own * (K1 + 1.0) + word.around * (CONTEXT_K1 + 1.0)) * bar.share;
        let alone = Worth::default();
        Most {
            place: word.place,
            by_words: by_words * self.share(&alone) + if word.is_name { bar.named } else { 0.0 },
            covers: if self.perfect > 0.0 { word.covers / self.perfect } else { 0.0 },
        }
    }

    fn fill(&mut self, words: &[Word], view: &View, postings: &Postings) {
        for (shift, posting) in visible(words, view, postings) {
            if let Some(counts) = self.counts.get_mut(posting.slot() as usize + 2) {
                let before = *counts >> shift & 0xff;
                let now = (before + u64::from(posting.halves())).min(0xff);
                *counts += (now - before) << shift;
            }
        }
    }

    fn clear(&mut self, words: &[Word], view: &View, postings: &Postings) {
        for (_, posting) in visible(words, view, postings) {
            if let Some(counts) = self.counts.get_mut(posting.slot() as usize + 2) {
                *counts = 0;
            }
        }
    }

    /// Adds what the words at hand are worth in one text and around it; answers what all so far are worth.
    fn add(&mut self, slot: Slot, words: &[Word], view: &View, texts: &Texts) -> f32 {
        let Some(window) = self.counts.get(slot as usize..slot as usize + 5) else { return 0.0 };
        let &[second_before, before, own, behind, second_behind] = window else { return 0.0 };
        let of = |slot: Slot| self.counts.get(slot as usize + 2).copied().unwrap_or_default();
        let mut beside = [second_before, before, behind, second_behind];
        let weights = if view.is_without_context() {
            beside = [0; 4];
            [0; 4]
        } else {
            view.lent(slot, &mut beside, of, texts)
        };
        let Some(worth) = self.worth.get_mut(slot as usize) else { return 0.0 };
        let norms = view.norms(slot, texts);
        let mut left = bytes_there(beside.iter().fold(own, |all, one| all | one));
        if left != 0 && worth.context == 0.0 {
            self.touched.push(slot);
        }
        while left != 0 {
            let at = left.trailing_zeros();
            left &= left - 1;
            let Some(word) = words.get(at as usize) else { break };
            let of = |counts: u64| u32::from((counts >> (8 * at)) as u8);
            let around: u32 = beside.iter().zip(weights).map(|(counts, weight)| of(*counts) * u32::from(weight)).sum();
            let own = of(own);
            let around = own * ONCE + around;
            if around == 0 {
                continue;
            }
            let around = around as f32 * (0.5 / ONCE as f32);
            let own = own as f32 * 0.5;
            worth.words += word.own * own * (K1 + 1.0) / (own + norms.own);
            worth.context += word.around * around * (CONTEXT_K1 + 1.0) / (around + norms.around);
            worth.covered += word.covers;
        }
        let worth = *worth;
        (worth.words + worth.context) * self.share(&worth)
    }

    /// What a text's words and its neighbours' are worth at most with so much more.
    fn with(&self, slot: Slot, (by_words, covers): (f32, f32)) -> f32 {
        let worth = self.worth.get(slot as usize).copied().unwrap_or_default();
        let covered = if self.perfect > 0.0 { worth.covered / self.perfect } else { 0.0 };
        let alone = (worth.words + worth.context) * self.share(&Worth::default());
        (alone + by_words) * (1.0 + self.weights.coverage * (covered + covers))
    }

    /// What a text's words and its neighbours' are worth, of 1.
    pub fn of(&self, slot: Slot) -> (f32, f32) {
        let worth = self.worth.get(slot as usize).copied().unwrap_or_default();
        let share = self.share(&worth);
        (worth.words * share, worth.context * share)
    }

    fn share(&self, worth: &Worth) -> f32 {
        // Names alone: there is nothing else to be met.
        let (perfect, covered) =
            if self.perfect > 0.0 { (self.perfect, worth.covered / self.perfect) } else { (1.0, 0.0) };
        (1.0 + self.weights.coverage * covered) / (perfect * (K1 + 1.0 + self.weights.context * (CONTEXT_K1 + 1.0)))
    }
}

/// The postings of words in visible texts, with where each word's byte begins.
fn visible<'a>(words: &'a [Word], view: &View, postings: &'a Postings) -> impl Iterator<Item = (u32, Posting)> {
    let of = |(shift, word): (u32, &'a Word)| {
        let all = word.terms.iter().flat_map(|term| postings.list(*term));
        all.map(move |posting| (shift, *posting))
    };
    (0..).step_by(8).zip(words).flat_map(of).filter(|(_, posting)| view.sees(posting.slot()))
}

/// So much of the score of those that are among the best comes from their meaning, where words tell most.
const FROM_MEANING: f32 = 0.05;

/// Numbers that are added up in another order differ by less; what is no further below the bar is kept.
pub(crate) const ROUNDING: f32 = 0.999;

/// A bit for each byte of a number that is not 0.
fn bytes_there(number: u64) -> u8 {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let there = (((number & !HIGH) + !HIGH) | number) & HIGH;
    // Each high bit comes to stand in the highest byte at its own place.
    ((there >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_byte_is_there_where_it_is_not_0(bytes in prop::array::uniform8(prop::sample::select(vec![0_u8, 1, 127, 128, 255]))) {
            let there = bytes_there(u64::from_le_bytes(bytes));
            prop_assert!(bytes.iter().enumerate().all(|(at, byte)| (*byte != 0) == (there >> at & 1 == 1)));
        }
    }
}
