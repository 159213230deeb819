//! The texts that may be seen, with every statistic that a score rests on. Nothing in it comes from any other text.

use std::sync::Arc;

use crate::facts::{Near, Slot, Texts};
use crate::language::Language;
use crate::postings::{Postings, Term};
use crate::slots::Slots;
use crate::weights::{AROUND, Neighbour, QUESTION_TO_ANSWER};

/// So many sets of visible texts are remembered with their statistics: one for each subject that asks in turn.
const MOST_REMEMBERED: usize = 8;

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
    /// How long they are.
    pub mean_length: f32,
    /// By slot, how long they are with what is visible around them; empty where no visible text has a visible neighbour.
    around: Vec<f32>,
    pub mean_around: f32,
    /// The share of them that have visible neighbours.
    pub in_conversation: f32,
}

impl View {
    fn new(slots: Slots, texts: &Texts) -> Self {
        let mut around = Vec::new();
        let (mut sum, mut sum_around, mut count, mut with_neighbours) = (0.0_f64, 0.0_f64, 0_usize, 0_usize);
        let mut spoken = 0_u32;
        let mut speakers = Vec::new();
        for slot in slots.iter() {
            let near = texts.near(slot);
            let mut length = near.length;
            sum += f64::from(length);
            for (which, weight) in AROUND {
                if let Some(neighbour) = near.neighbour(which).filter(|slot| slots.has(*slot)) {
                    let neighbour = texts.near(neighbour);
                    length += weight * lent(which, neighbour) * neighbour.length;
                }
            }
            sum_around += f64::from(length);
            with_neighbours += usize::from(length > near.length);
            around.resize(slot as usize, 0.0);
            around.push(length);
            count += 1;
            if let Some(text) = texts.get(slot) {
                spoken |= 1 << text.traits.language.unwrap_or(Language::English) as u32;
                speakers.extend(text.traits.speaker.filter(|speaker| speakers.last() != Some(speaker)));
            }
        }
        speakers.sort_unstable();
        speakers.dedup();
        if with_neighbours == 0 {
            around = Vec::new();
        }
        let of = count.max(1) as f64;
        let languages = Language::ALL.into_iter().filter(|language| spoken & (1 << *language as u32) != 0).collect();
        Self {
            slots,
            count,
            languages,
            speakers,
            mean_length: (sum / of) as f32 + 1.0,
            around,
            mean_around: (sum_around / of) as f32 + 1.0,
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
        self.around.is_empty()
    }

    /// How long a visible text is with what is visible around it.
    pub fn length_around(&self, slot: Slot) -> f32 {
        self.around.get(slot as usize).copied().unwrap_or_default()
    }
}

/// What a neighbour's words count for, beside its place: a question lends more to its answer.
pub(crate) fn lent(which: Neighbour, neighbour: &Near) -> f32 {
    let is_before = matches!(which, Neighbour::Before | Neighbour::SecondBefore);
    if is_before && neighbour.asks { QUESTION_TO_ANSWER } else { 1.0 }
}

/// The views that were asked for last, until a text changes.
#[derive(Debug, Default)]
pub(crate) struct Views(Vec<Arc<View>>);

impl Views {
    /// The view of these texts: the same texts have the same statistics.
    pub fn get(&mut self, texts: &Texts, may_be_seen: impl Fn(Slot) -> bool) -> Arc<View> {
        let slots = texts.there().filtered(may_be_seen);
        let view = match self.0.iter().position(|view| view.slots == slots) {
            Some(at) => self.0.remove(at),
            None => Arc::new(View::new(slots, texts)),
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
