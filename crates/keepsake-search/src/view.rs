//! The texts that may be seen, with every statistic that a score rests on. Nothing in it comes from any other text.

use core::ops::RangeInclusive;
use std::sync::Arc;

use crate::facts::{Millis, Slot, Texts};
use crate::language::Language;
use crate::postings::{Postings, Term};
use crate::slots::Slots;
use crate::weights::{B, CONTEXT_B, CONTEXT_K1, K1, Neighbour, ONCE, Weights};

/// So many sets of visible texts are remembered with their statistics: one for each subject that asks in turn.
const MOST_REMEMBERED: usize = 8;

/// A text's ties besides [`Neighbour::bit`]: it has a neighbour at another distance in slots than in places; the one before
/// it asks, and the one before that.
const SCATTERED: u8 = 1 << 4;
const BEFORE_ASKS: u8 = 1 << 5;
const SECOND_BEFORE_ASKS: u8 = 1 << 6;

/// What is added below BM25's fraction: for a text itself, and for it with what is visible around it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Norms {
    pub own: f32,
    pub around: f32,
}

/// The texts that a subject may see.
#[derive(Debug)]
pub(crate) struct View {
    slots: Slots,
    /// How many are visible.
    pub count: usize,
    /// Their languages.
    pub languages: Vec<Language>,
    /// Whoever speaks in them, in the order of the numbers.
    pub speakers: Vec<Term>,
    /// When the first and the last of them were written, of those of which it is known.
    pub written: Option<RangeInclusive<Millis>>,
    /// What they are scored by.
    pub weights: Weights,
    /// How long they are on average, by themselves and with what is visible around them.
    mean: f32,
    mean_around: f32,
    /// By slot, how long they are with what is visible around them; empty where nothing is.
    around: Vec<f32>,
    /// By 64 slots and [`Neighbour`], the bits of those whose visible neighbour there is as many slots away as places:
    /// nearly all, since the texts of a conversation mostly come in its order.
    beside: Vec<[u64; 4]>,
    /// The same by slot, a bit each, with whether a text has other visible neighbours, and whether those before it ask.
    ties: Vec<u8>,
    /// Whether there is any text with other neighbours.
    is_scattered: bool,
    /// By ties, what neighbours lend.
    lends: Vec<[u8; 4]>,
    is_without_context: bool,
    /// The share of them that have visible neighbours.
    pub in_conversation: f32,
}

impl View {
    fn new(slots: Slots, texts: &Texts, weights: &Weights) -> Self {
        let mut around: Vec<f32> = Vec::with_capacity(texts.len());
        let (mut sum, mut sum_around, mut count, mut with_neighbours) = (0.0_f64, 0.0_f64, 0_usize, 0_usize);
        let mut spoken = 0_u32;
        let mut written: Option<(Millis, Millis)> = None;
        let mut speakers = Vec::new();
        let mut beside: Vec<[u64; 4]> = Vec::with_capacity(texts.len().div_ceil(64));
        let mut ties: Vec<u8> = Vec::with_capacity(texts.len());
        let mut is_scattered = false;
        for slot in slots.iter() {
            let near = texts.near(slot);
            let mut length = near.length();
            sum += f64::from(length);
            let mut tied = 0;
            for &(which, weight) in weights.around {
                let Some(neighbour) = texts.neighbour(slot, which).filter(|slot| slots.has(*slot)) else { continue };
                let beside = texts.near(neighbour);
                let asks = beside.asks();
                tied |= if which.from(slot) == Some(neighbour) { which.bit() } else { SCATTERED };
                tied |= match which {
                    Neighbour::SecondBefore if asks => SECOND_BEFORE_ASKS,
                    Neighbour::Before if asks => BEFORE_ASKS,
                    _ => 0,
                };
                length += weight * lent_by(which, asks, weights) * beside.length();
            }
            ties.resize(slot as usize, 0);
            ties.push(tied);
            is_scattered |= tied & SCATTERED != 0;
            beside.resize(slot as usize / 64 + 1, [0; 4]);
            for (bits, which) in beside.last_mut().into_iter().flatten().zip(Neighbour::ALL) {
                *bits |= u64::from(tied & which.bit() != 0) << (slot % 64);
            }
            sum_around += f64::from(length);
            with_neighbours += usize::from(length > near.length());
            around.resize(slot as usize, 0.0);
            around.push(length);
            count += 1;
            if let Some(text) = texts.get(slot) {
                if let Some(at) = text.facts.written {
                    let (first, last) = written.map_or((at, at), |(first, last)| (at.min(first), at.max(last)));
                    written = Some((first, last));
                }
                spoken |= 1 << text.traits.language.unwrap_or(Language::English) as u32;
                speakers.extend(text.traits.speaker.filter(|speaker| speakers.last() != Some(speaker)));
            }
        }
        speakers.sort_unstable();
        speakers.dedup();
        let of = count.max(1) as f64;
        let (mean, mean_around) = ((sum / of) as f32 + 1.0, (sum_around / of) as f32 + 1.0);
        if with_neighbours == 0 {
            around = Vec::new();
        }
        let languages = Language::ALL.into_iter().filter(|language| spoken & (1 << *language as u32) != 0).collect();
        Self {
            slots,
            count,
            languages,
            speakers,
            written: written.map(|(first, last)| first..=last),
            weights: *weights,
            mean,
            mean_around,
            around,
            beside,
            ties,
            is_scattered,
            lends: lends(weights),
            is_without_context: with_neighbours == 0,
            in_conversation: (with_neighbours as f64 / of) as f32,
        }
    }

    pub fn sees(&self, slot: Slot) -> bool {
        self.slots.has(slot)
    }

    pub fn iter(&self) -> impl Iterator<Item = Slot> {
        self.slots.iter()
    }

    /// Whether some visible text has a term.
    pub fn has(&self, postings: &Postings, term: Term) -> bool {
        postings.list(term).iter().any(|posting| self.sees(posting.slot()))
    }

    /// Whether no visible text has a visible neighbour.
    pub fn is_without_context(&self) -> bool {
        self.is_without_context
    }

    /// Leaves the visible ones of the texts that have a word, and answers them with those that they are neighbours of.
    pub fn around(&self, holders: &mut Slots, texts: &Texts, into: &mut Slots) {
        holders.intersect(&self.slots);
        let bits = holders.bits();
        let at = |word: Option<usize>| word.and_then(|word| bits.get(word)).copied().unwrap_or_default();
        into.collect((0..bits.len()).map(|word| {
            let (before, here, behind) = (at(word.checked_sub(1)), at(Some(word)), at(Some(word + 1)));
            let [second_before, first_before, first_behind, second_behind] =
                self.beside.get(word).copied().unwrap_or_default();
            here | (here << 2 | before >> 62) & second_before
                | (here << 1 | before >> 63) & first_before
                | (here >> 1 | behind << 63) & first_behind
                | (here >> 2 | behind << 62) & second_behind
        }));
        if !self.is_scattered {
            return;
        }
        let is_scattered = |slot: &Slot| self.ties.get(*slot as usize).is_some_and(|ties| ties & SCATTERED != 0);
        for slot in holders.iter().filter(is_scattered) {
            // To the text on the other side, this one stands where `which` says.
            let lends_to = |(which, _): &(Neighbour, f32)| texts.neighbour(slot, which.reverse());
            let lent = self.weights.around.iter().filter_map(lends_to).filter(|slot| self.sees(*slot));
            lent.for_each(|slot| into.insert(slot));
        }
    }

    /// What the counts of the texts beside a visible text are to be multiplied with: 0 where one is no visible neighbour.
    /// Where a neighbour is elsewhere, its counts take the place of those beside.
    pub fn lent(&self, slot: Slot, beside: &mut [u64; 4], of: impl Fn(Slot) -> u64, texts: &Texts) -> [u8; 4] {
        let ties = self.ties.get(slot as usize).copied().unwrap_or_default();
        let mut weights = self.lends.get(ties as usize).copied().unwrap_or_default();
        if ties & SCATTERED != 0 {
            for &(which, weight) in self.weights.around {
                let Some(neighbour) = texts.neighbour(slot, which).filter(|slot| self.sees(*slot)) else { continue };
                let at = which as usize;
                if let (Some(counts), Some(weights)) = (beside.get_mut(at), weights.get_mut(at)) {
                    *counts = of(neighbour);
                    *weights = once(weight * lent_by(which, texts.near(neighbour).asks(), &self.weights));
                }
            }
        }
        weights
    }

    /// What the length of a visible text is held against it.
    pub fn norms(&self, slot: Slot, texts: &Texts) -> Norms {
        let length = texts.near(slot).length();
        let around = self.around.get(slot as usize).copied().unwrap_or(length);
        Norms {
            own: K1 * (1.0 - B + B * (length + 1.0) / self.mean),
            around: CONTEXT_K1 * (1.0 - CONTEXT_B + CONTEXT_B * (around + 1.0) / self.mean_around),
        }
    }
}

/// What a neighbour's words count for, beside its place: a question lends more to its answer.
fn lent_by(which: Neighbour, asks: bool, weights: &Weights) -> f32 {
    let is_before = matches!(which, Neighbour::Before | Neighbour::SecondBefore);
    if is_before && asks { weights.question_to_answer } else { 1.0 }
}

/// A weight as a whole number, where a text's own words have [`ONCE`].
fn once(weight: f32) -> u8 {
    (weight * ONCE as f32).round() as u8
}

/// Of each kind of ties: what the counts beside a text are multiplied with.
fn lends(weights: &Weights) -> Vec<[u8; 4]> {
    let lent = |ties: u8, which: Neighbour| {
        let asks = match which {
            Neighbour::SecondBefore => ties & SECOND_BEFORE_ASKS != 0,
            Neighbour::Before => ties & BEFORE_ASKS != 0,
            _ => false,
        };
        let weight = weights.around.iter().find(|(other, _)| *other == which && ties & which.bit() != 0);
        weight.map_or(0, |(_, weight)| once(weight * lent_by(which, asks, weights)))
    };
    (0..1 << 7).map(|ties| Neighbour::ALL.map(|which| lent(ties, which))).collect()
}

/// The views that were asked for last, until a text changes.
#[derive(Debug, Default)]
pub(crate) struct Views(Vec<Arc<View>>);

impl Views {
    /// The view of these texts: the same texts have the same statistics.
    pub fn get(&mut self, texts: &Texts, weights: &Weights, may_be_seen: impl Fn(Slot) -> bool) -> Arc<View> {
        let slots = texts.there().filtered(may_be_seen);
        let view = match self.0.iter().position(|view| view.slots == slots) {
            Some(at) => self.0.remove(at),
            None => Arc::new(View::new(slots, texts, weights)),
        };
        self.0.insert(0, view.clone());
        self.0.truncate(MOST_REMEMBERED);
        view
    }

    /// A text has changed.
    pub fn forget(&mut self) {
        self.0.clear();
    }
}
