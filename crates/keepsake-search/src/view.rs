//! The texts that may be seen, with every statistic that a score rests on. Nothing in it comes from any other text.

use std::sync::Arc;

use crate::facts::{Near, Slot, Texts};
use crate::language::Language;
use crate::postings::{Postings, Term};
use crate::slots::Slots;
use crate::weights::{B, CONTEXT_B, CONTEXT_K1, K1, Neighbour, Weights};

/// So many sets of visible texts are remembered with their statistics: one for each subject that asks in turn.
const MOST_REMEMBERED: usize = 8;

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
    /// What they are scored by.
    pub weights: Weights,
    /// By slot, what their lengths are held against them.
    norms: Vec<Norms>,
    is_without_context: bool,
    /// The share of them that have visible neighbours.
    pub in_conversation: f32,
}

impl View {
    fn new(slots: Slots, texts: &Texts, weights: &Weights) -> Self {
        // At first the lengths themselves.
        let mut norms: Vec<Norms> = Vec::new();
        let (mut sum, mut sum_around, mut count, mut with_neighbours) = (0.0_f64, 0.0_f64, 0_usize, 0_usize);
        let mut spoken = 0_u32;
        let mut speakers = Vec::new();
        for slot in slots.iter() {
            let near = texts.near(slot);
            let mut length = near.length;
            sum += f64::from(length);
            for (which, weight) in weights.around {
                if let Some(neighbour) = near.neighbour(*which).filter(|slot| slots.has(*slot)) {
                    let neighbour = texts.near(neighbour);
                    length += weight * lent(*which, neighbour, weights) * neighbour.length;
                }
            }
            sum_around += f64::from(length);
            with_neighbours += usize::from(length > near.length);
            norms.resize(slot as usize, Norms::default());
            norms.push(Norms { own: near.length, around: length });
            count += 1;
            if let Some(text) = texts.get(slot) {
                spoken |= 1 << text.traits.language.unwrap_or(Language::English) as u32;
                speakers.extend(text.traits.speaker.filter(|speaker| speakers.last() != Some(speaker)));
            }
        }
        speakers.sort_unstable();
        speakers.dedup();
        let of = count.max(1) as f64;
        let (mean, mean_around) = ((sum / of) as f32 + 1.0, (sum_around / of) as f32 + 1.0);
        for norms in &mut norms {
            norms.own = K1 * (1.0 - B + B * (norms.own + 1.0) / mean);
            norms.around = CONTEXT_K1 * (1.0 - CONTEXT_B + CONTEXT_B * (norms.around + 1.0) / mean_around);
        }
        let languages = Language::ALL.into_iter().filter(|language| spoken & (1 << *language as u32) != 0).collect();
        Self {
            slots,
            count,
            languages,
            speakers,
            weights: *weights,
            norms,
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

    /// What the length of a visible text is held against it.
    pub fn norms(&self, slot: Slot) -> Norms {
        self.norms.get(slot as usize).copied().unwrap_or_default()
    }
}

/// What a neighbour's words count for, beside its place: a question lends more to its answer.
pub(crate) fn lent(which: Neighbour, neighbour: &Near, weights: &Weights) -> f32 {
    let is_before = matches!(which, Neighbour::Before | Neighbour::SecondBefore);
    if is_before && neighbour.asks { weights.question_to_answer } else { 1.0 }
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
