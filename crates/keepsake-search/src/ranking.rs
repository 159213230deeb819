//! Which texts fit a query best: words, neighbours, meaning, time and standing, put together.

use core::cell::Cell;

use crate::facts::{Millis, Slot, Text, Texts};
use crate::packed_meaning::Probe;
use crate::postings::{Postings, Term};
use crate::query::Asked;
use crate::scores::Scores;
use crate::table::{DIMENSIONS, FINE, Sum, Table, meaning};
use crate::view::{View, Views};
use crate::weights::*;

/// One result.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Which text.
    pub slot: Slot,
    /// How well it fits; above 0, comparable within one answer only.
    pub score: f64,
    /// What the score is made of.
    pub parts: Parts,
}

/// Why a text is a result. The score is the sum of what speaks for it, times what its standing comes to.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Parts {
    /// The query's words in the text itself.
    pub words: f32,
    /// The query's words in the text and its neighbours.
    pub context: f32,
    /// Likeness of meaning.
    pub meaning: f32,
    /// The query names who speaks.
    pub speaker: f32,
    /// The text is of the time that the query names, tells when, or is new.
    pub time: f32,
    /// What is taken off.
    pub standing: Standing,
}

/// What is taken off a score; each factor is 1 where nothing is.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Standing {
    /// For a text that is believed less than others.
    pub belief: f32,
    /// For a text that asks and tells nothing.
    pub question: f32,
    /// For a text that is no longer so.
    pub past: f32,
}

impl Standing {
    /// All of it together.
    pub fn product(self) -> f32 {
        self.belief * self.question * self.past
    }
}

/// Near-duplicates are looked for among so many of the best.
const MOST_COMPARED: usize = 200;
/// Texts whose fingerprints differ in at most so many bits have nearly the same words.
const SAME_PRINT: u32 = 3;
const DAY: Millis = 24 * 60 * 60 * 1000;

/// What ranking works with, kept from one query to the next.
#[derive(Debug, Default)]
pub(crate) struct Workspace {
    pub views: Views,
    scores: Scores,
    /// By slot, how much alike a text and the query are; not a number where that is not worked out.
    likes: Vec<Cell<f32>>,
}

/// What a text is scored by.
pub(crate) struct Ranking<'a> {
    pub asked: &'a Asked,
    pub now: Option<Millis>,
    pub view: &'a View,
    pub texts: &'a Texts,
    pub scores: &'a mut Scores,
    /// The one speaker whom the query names.
    pub speaker: Option<Term>,
    pub share_of_meaning: f32,
}

/// The best visible texts.
pub(crate) fn rank(
    asked: &Asked,
    now: Option<Millis>,
    limit: usize,
    view: &View,
    (postings, texts, table): (&Postings, &Texts, Option<&Table>),
    workspace: &mut Workspace,
) -> Vec<Hit> {
    let weights = &view.weights;
    let may_be_named = if weights.speaker.is_some() { view.speakers.as_slice() } else { &[] };
    let named: Vec<Term> = may_be_named.iter().copied().filter(|speaker| asked.asks_for(*speaker)).collect();
    let Workspace { scores, likes, .. } = workspace;
    scores.begin(texts.len(), weights);
    let mut sum: Sum = [0.0; DIMENSIONS];
    for word in &asked.words {
        let is_name = word.terms.iter().any(|term| named.contains(term));
        let rarity = scores.ask(word, is_name, view, postings, texts);
        if let Some(table) = table.filter(|_| !is_name) {
            // A word that many of the visible texts have tells less of what is meant.
            table.add(&table.pieces(&word.folded), 0.5 + 0.5 * rarity, &mut sum);
        }
    }
    let mut ranking = Ranking {
        asked,
        now,
        view,
        texts,
        scores,
        speaker: if let [name] = named.as_slice() { Some(*name) } else { None },
        share_of_meaning: weights.meaning_alone
            + (weights.meaning_in_conversation - weights.meaning_alone) * view.in_conversation,
    };
    let query = meaning(&sum, FINE).as_ref().map(Probe::new);
    let candidates = ranking.candidates(postings, query.as_ref(), limit);
    let likeness = |slot| query.as_ref().map_or(0.0, |query| texts.meanings.likeness(query, slot));
    let mut hits = ranking.hits(&candidates, likes, likeness);
    // Only what may come into the list has to be in order.
    let most = limit.saturating_mul(2).max(MOST_COMPARED);
    if hits.len() > most {
        hits.select_nth_unstable_by(most, best_first);
        hits.truncate(most);
    }
    hits.sort_unstable_by(best_first);
    move_duplicates_back(&mut hits, limit, texts);
    hits.truncate(limit);
    hits
}

impl Ranking<'_> {
    /// Those of these texts that are results.
    fn hits(&self, candidates: &[Slot], likes: &mut Vec<Cell<f32>>, likeness: impl Fn(Slot) -> f32) -> Vec<Hit> {
        let is_result = |slot: Slot, like: f32| {
            let (words, context) = self.scores.of(slot);
            words + context > 0.0 || like >= LEAST_MEANING
        };
        // Each is worked out once, though its neighbours ask for it too.
        likes.resize(self.texts.len(), Cell::new(f32::NAN));
        let likeness = |slot: Slot| {
            let Some(known) = likes.get(slot as usize) else { return 0.0 };
            if known.get().is_nan() {
                known.set(likeness(slot));
            }
            known.get()
        };
        let alike = candidates.iter().map(|slot| (*slot, likeness_around(*slot, self.view, self.texts, &likeness)));
        let hits =
            alike.filter(|(slot, like)| is_result(*slot, *like)).map(|(slot, like)| self.hit(slot, like)).collect();
        let forget = |slot: Slot| {
            if let Some(known) = likes.get(slot as usize) {
                known.set(f32::NAN);
            }
        };
        for slot in candidates {
            let around = [Neighbour::Before, Neighbour::Behind].map(|which| self.texts.neighbour(*slot, which));
            around.into_iter().flatten().chain([*slot]).for_each(forget);
        }
        hits
    }

    pub fn hit(&self, slot: Slot, like: f32) -> Hit {
        let (words, context) = self.scores.of(slot);
        let Some(text) = self.texts.get(slot) else { return Hit { slot, score: 0.0, parts: Parts::default() } };
        let weights = &self.view.weights;
        let parts = Parts {
            words,
            context,
            meaning: self.share_of_meaning * like.max(0.0),
            speaker: weights
                .speaker
                .filter(|_| self.speaker.is_some() && text.traits.speaker == self.speaker)
                .map_or(0.0, |speaker| speaker.speaks),
            time: time(self.asked, self.now, &text, weights),
            standing: standing(self.now, &text, weights),
        };
        let speaks_for = parts.words + parts.context + parts.meaning + parts.speaker + parts.time;
        Hit { slot, score: f64::from(speaks_for * parts.standing.product()), parts }
    }
}

/// A text's likeness with that of its visible neighbours.
pub(crate) fn likeness_around(slot: Slot, view: &View, texts: &Texts, likeness: &impl Fn(Slot) -> f32) -> f32 {
    if view.is_without_context() {
        return likeness(slot);
    }
    let of = |which| texts.neighbour(slot, which).filter(|slot| view.sees(*slot)).map_or(0.0, likeness);
    let Weights { meaning_before, meaning_behind, .. } = view.weights;
    likeness(slot) + meaning_before * of(Neighbour::Before) + meaning_behind * of(Neighbour::Behind)
}

pub(crate) fn best_first(one: &Hit, other: &Hit) -> core::cmp::Ordering {
    other.score.total_cmp(&one.score).then(one.slot.cmp(&other.slot))
}

pub(crate) fn time(asked: &Asked, now: Option<Millis>, text: &Text, weights: &Weights) -> f32 {
    let written = text.facts.written;
    let is_of_that_time = asked.time.as_ref().zip(written).is_some_and(|(time, written)| time.contains(&written));
    // Counted from the end of the day (UTC): the same question has the same answer all day long, to the last digit.
    let age = now.zip(written).map(|(now, written)| {
        let midnight = now.saturating_add(DAY - now % DAY);
        midnight.saturating_sub(written) as f32 / DAY as f32
    });
    let recency = age.map_or(0.0, |age| RECENCY / (1.0 + age / RECENCY_HALF_LIFE));
    let tells = if asked.when && text.traits.tells_when { weights.tells_when } else { 0.0 };
    tells + recency + if is_of_that_time { OF_THAT_TIME } else { 0.0 }
}

pub(crate) fn standing(now: Option<Millis>, text: &Text, weights: &Weights) -> Standing {
    let facts = &text.facts;
    let is_past = facts.expires.zip(now).is_some_and(|(expires, now)| expires <= now);
    Standing {
        belief: TRUST.get(facts.belief as usize).copied().unwrap_or(1.0),
        question: if text.traits.asks { weights.question } else { 1.0 },
        past: if is_past { NO_LONGER_VALID } else { 1.0 },
    }
}

/// Lets texts that say nearly the same as a better one not fill the list: they come behind all that would be in it.
pub(crate) fn move_duplicates_back(hits: &mut [Hit], limit: usize, texts: &Texts) {
    let most = limit.saturating_mul(2).min(MOST_COMPARED).min(hits.len());
    let Some(best) = hits.get_mut(..most) else { return };
    let print = |hit: &Hit| texts.get(hit.slot).map(|text| (text.traits.print, text.traits.distinct));
    let mut first: Vec<Hit> = Vec::with_capacity(best.len());
    let mut again: Vec<Hit> = Vec::new();
    for hit in best.iter() {
        let same = |other: &Hit| {
            let (one, other) = (print(hit), print(other));
            one.zip(other).is_some_and(|(one, other)| {
                (one.0 ^ other.0).count_ones() <= SAME_PRINT && one.1.abs_diff(other.1) <= 1
            })
        };
        if first.iter().any(same) { again.push(*hit) } else { first.push(*hit) }
    }
    for (place, hit) in best.iter_mut().zip(first.into_iter().chain(again)) {
        *place = hit;
    }
}
