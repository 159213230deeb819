//! Which texts are worth comparing whole: those that the words bring among the best, and those that mean something
//! alike.

use crate::best::{Best, first_is_better};
use crate::facts::Slot;
use crate::meanings::{UNLIKE, likeness_by_sketch, most_differences};
use crate::packed_meaning::Probe;
use crate::postings::Postings;
use crate::ranking::{Ranking, likeness_around, standing, time};
use crate::scores::{Bar, ROUNDING};
use crate::weights::*;

/// Among so few visible texts every meaning is compared; among more, those whose sketches are the most alike.
const ALL_COMPARED: usize = 2048;
/// Of many texts, so many are looked at whose sketches are the most alike, and so many whose scores by sketch are best.
const BEST_BY_SKETCH: usize = 512;
/// Of very many, so many that have the most of the query's words and meaning are looked at in all that makes a score.
const BEST_BY_WORDS_AND_SKETCH: usize = 1024;
/// Where words tell, so many of the best by words show what is to be reached.
const BEST_BY_WORDS: usize = 64;

/// By so much is a text's likeness with that of its neighbours off at most where sketches tell it: four standard
/// deviations, since 192 signs tell the cosine of one within 0.115.
const SKETCH_IS_OFF: f32 = 0.57;

/// Meanings have length 1 and come out at most so much alike, however their products are rounded.
const SURELY_MOST_ALIKE: f32 = 1.001;

impl Ranking<'_> {
    /// Counts the words and answers which texts may come among the `limit` best; with a meaning to compare, among few texts
    /// exactly, among many as far as sketches tell.
    pub fn candidates(&mut self, postings: &Postings, query: Option<&Probe>, limit: usize) -> Vec<Slot> {
        // Near-duplicates are taken out of a list that is twice as long.
        let most = limit.saturating_mul(2);
        let besides = self.most_besides_words(query.is_some());
        let Self { asked, now, view, texts, speaker, .. } = *self;
        let weights = &view.weights;
        let named = weights.speaker.filter(|_| speaker.is_some()).map_or(0.0, |speaker| speaker.speaks);
        let likeness = likeness_by_sketch();
        let by_sketch = query.map(|query| query.sketch);
        let by_sketch = |slot| {
            // Among few texts all are compared, and only what is sure counts.
            let differs = by_sketch
                .as_ref()
                .filter(|_| view.count > ALL_COMPARED)
                .map_or(UNLIKE, |query| texts.meanings.difference(query, slot));
            likeness.get(usize::from(differs)).copied().unwrap_or_default()
        };
        let share_of_meaning = self.share_of_meaning;
        let about = |slot, words| {
            let Some(text) = texts.get(slot) else { return 0.0 };
            let speaks = if text.traits.speaker == speaker { named } else { 0.0 };
            let meaning = share_of_meaning * likeness_around(slot, view, texts, &by_sketch).max(0.0);
            (words + meaning + speaks + time(asked, now, &text, weights)) * standing(now, &text, weights).product()
        };
        let share = if view.count <= ALL_COMPARED { 1.0 } else { SELDOM_MORE };
        let bar = self.scores.count(&Bar { most, besides, named, share, about }, view, postings, texts);
        let is_by_words = besides < bar;
        let touched = &self.scores.touched;
        let reached = if is_by_words { self.near_enough(touched, bar, besides, named) } else { touched.clone() };
        match query {
            None => reached,
            Some(_) if self.view.count <= ALL_COMPARED && !is_by_words => self.view.iter().collect(),
            Some(query) if self.view.count <= ALL_COMPARED => {
                let likeness = |slot| self.texts.meanings.likeness(query, slot);
                self.shortlist(reached, limit, besides, named, &likeness)
            }
            Some(query) => self.alike(query, reached, is_by_words, limit, (besides, named)),
        }
    }

    /// Those of the texts that come up to the bar with what they may have besides words; only one whom the query names gains
    /// by speaking.
    fn near_enough(&self, texts: &[Slot], bar: f32, besides: f32, named: f32) -> Vec<Slot> {
        let speaks = |slot| self.texts.speaker(slot) == self.speaker;
        let comes_up = |slot: &Slot| {
            let (words, context) = self.scores.of(*slot);
            let most = words + context + besides;
            most >= bar || (most + named >= bar && speaks(*slot))
        };
        texts.iter().copied().filter(comes_up).collect()
    }

    /// Those of the texts that the words bring up to what the best by words reach with their meaning.
    fn shortlist(
        &self,
        texts: Vec<Slot>,
        limit: usize,
        besides: f32,
        named: f32,
        like: &impl Fn(Slot) -> f32,
    ) -> Vec<Slot> {
        let most = limit.saturating_mul(2);
        if texts.len() <= most.max(BEST_BY_WORDS) {
            return texts;
        }
        let by_words = Best::of(&texts, most.max(BEST_BY_WORDS), |slot| {
            let (words, context) = self.scores.of(slot);
            words + context
        });
        let first: Vec<Slot> = by_words.found().into_iter().map(|(_, slot)| slot).collect();
        let mut best = Best::of(&first, most, |slot| {
            self.hit(slot, likeness_around(slot, self.view, self.texts, like)).score as f32
        });
        self.near_enough(&texts, best.last().unwrap_or_default() * ROUNDING, besides, named)
    }

    /// What a text is worth at most beside its words and those around it.
    fn most_besides_words(&self, has_meaning: bool) -> f32 {
        let Weights { meaning_before, meaning_behind, tells_when, .. } = self.view.weights;
        let around = if self.view.is_without_context() { 0.0 } else { meaning_before + meaning_behind };
        let most = SURELY_MOST_ALIKE * (1.0 + around);
        let alike = if self.view.count <= ALL_COMPARED { most } else { most.min(SELDOM_MORE_ALIKE) };
        let meaning = if has_meaning { self.share_of_meaning * alike } else { 0.0 };
        let written = self.view.written.as_ref();
        let is_of_that_time = self
            .asked
            .time
            .as_ref()
            .zip(written)
            .is_some_and(|(time, written)| time.start <= *written.end() && *written.start() < time.end);
        let of_that_time = if is_of_that_time { OF_THAT_TIME } else { 0.0 };
        let is_new = if self.now.is_some() && written.is_some() { RECENCY } else { 0.0 };
        let tells = if self.asked.when { tells_when } else { 0.0 };
        meaning + of_that_time + is_new + tells
    }

    /// Of many texts, those that are worth comparing whole: of those that the words reach, and those whose sketches are
    /// the most alike unless words alone tell, the best by sketch, down to what comparing whole could no longer bring into
    /// the list.
    fn alike(
        &self,
        query: &Probe,
        mut candidates: Vec<Slot>,
        is_by_words: bool,
        limit: usize,
        (besides, named): (f32, f32),
    ) -> Vec<Slot> {
        let query = query.sketch;
        let meanings = &self.texts.meanings;
        if !is_by_words {
            let (differences, texts) = meanings.differences(&query, self.view.iter());
            let most = most_differences(&texts, BEST_BY_SKETCH);
            // What the words reach as well comes only once.
            candidates.retain(|slot| meanings.difference(&query, *slot) > most);
            let all = self.view.iter().zip(differences);
            candidates.extend(all.filter(|(_, differs)| *differs <= most).map(|(slot, _)| slot));
        }
        let likeness = likeness_by_sketch();
        let by_sketch =
            |slot| likeness.get(usize::from(meanings.difference(&query, slot))).copied().unwrap_or_default();
        let most = limit.saturating_mul(4);
        if is_by_words {
            candidates = self.shortlist(candidates, limit, besides, named, &by_sketch);
        } else {
            let by_words = Best::of(&candidates, most.max(BEST_BY_WORDS_AND_SKETCH), |slot| {
                let (words, context) = self.scores.of(slot);
                words + context + self.share_of_meaning * by_sketch(slot).max(0.0)
            });
            candidates = by_words.found().into_iter().map(|(_, slot)| slot).collect();
        }
        let by_sketch = Best::of(&candidates, most.max(BEST_BY_SKETCH), |slot| {
            self.hit(slot, likeness_around(slot, self.view, self.texts, &by_sketch)).score as f32
        });
        let mut by_sketch = by_sketch.found();
        // The list may become twice as long before near-duplicates are taken out of it.
        let last = limit.saturating_mul(2).saturating_sub(1);
        if last < by_sketch.len() {
            let (_, (bar, _), _) = by_sketch.select_nth_unstable_by(last, first_is_better);
            let bar = *bar - self.share_of_meaning * SKETCH_IS_OFF;
            by_sketch.retain(|(score, _)| *score >= bar);
        }
        by_sketch.into_iter().map(|(_, slot)| slot).collect()
    }
}
