//! Which texts fit a query best: words, neighbours, meaning, time and standing, put together.

use core::cell::Cell;

use crate::facts::{Millis, Slot, Text, Texts};
use crate::meanings::{UNLIKE, likeness_by_sketch, sketch};
use crate::postings::{Postings, Term};
use crate::query::Asked;
use crate::scores::Scores;
use crate::table::{DIMENSIONS, Meaning, Sum, Table, meaning};
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

/// Why a text is a result. The score is the sum of what speaks for it, times `standing`.
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
    /// What is taken off for a question, doubtful origin, or what is no longer so; 1 where nothing is.
    pub standing: f32,
}

/// Near-duplicates are looked for among so many of the best.
const MOST_COMPARED: usize = 200;
/// Texts whose fingerprints differ in at most so many bits have nearly the same words.
const SAME_PRINT: u32 = 3;
const DAY: f32 = 24.0 * 60.0 * 60.0 * 1000.0;

/// Among so few visible texts every meaning is compared; among more, those whose sketches are the most alike.
const ALL_COMPARED: usize = 2048;
/// Of many texts, so many are looked at whose sketches are the most alike, and so many whose scores by sketch are best.
const BEST_BY_SKETCH: usize = 512;
/// Of very many, so many that have the most of the query's words and meaning are looked at in all that makes a score.
const BEST_BY_WORDS: usize = 1024;

/// What ranking works with, kept from one query to the next.
#[derive(Debug, Default)]
pub(crate) struct Workspace {
    pub views: Views,
    scores: Scores,
    differences: Vec<u16>,
}

/// What a text is scored by.
struct Ranking<'a> {
    asked: &'a Asked,
    now: Option<Millis>,
    view: &'a View,
    texts: &'a Texts,
    scores: &'a Scores,
    /// The one speaker whom the query names.
    speaker: Option<Term>,
    share_of_meaning: f32,
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
    let named: Vec<Term> = view.speakers.iter().copied().filter(|speaker| asked.asks_for(*speaker)).collect();
    let Workspace { scores, differences, .. } = workspace;
    scores.begin(texts.len());
    let mut sum: Sum = [0.0; DIMENSIONS];
    for word in &asked.words {
        let is_name = word.terms.iter().any(|term| named.contains(term));
        let rarity = scores.add(word, is_name, view, postings, texts);
        if let Some(table) = table.filter(|_| !is_name) {
            // A word that many of the visible texts have tells less of what is meant.
            table.add(&table.pieces(&word.folded), 0.5 + 0.5 * rarity, &mut sum);
        }
    }
    let ranking = Ranking {
        asked,
        now,
        view,
        texts,
        scores,
        speaker: if let [name] = named.as_slice() { Some(*name) } else { None },
        share_of_meaning: MEANING_ALONE + (MEANING_IN_CONVERSATION - MEANING_ALONE) * view.in_conversation,
    };
    let query = meaning(&sum);
    let candidates = match &query {
        Some(_) if view.count <= ALL_COMPARED => view.iter().collect(),
        _ => ranking.candidates(query.as_ref(), limit, differences),
    };
    let likeness = |slot| query.as_ref().map_or(0.0, |query| texts.meanings.likeness(query, slot));
    let mut hits = ranking.hits(&candidates, likeness);
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
    /// The texts among many that are worth comparing whole: those that the words reach and those whose sketches are the
    /// most alike, the best of them by sketch.
    fn candidates(&self, query: Option<&Meaning>, limit: usize, differences: &mut Vec<u16>) -> Vec<Slot> {
        differences.clear();
        if let Some(query) = query {
            let sees = |slot| self.view.sees(slot);
            self.texts.meanings.differences(&sketch(&query.numbers), sees, differences);
        }
        let most = most_differences(differences, BEST_BY_SKETCH);
        let is_alike = |(slot, differs): (Slot, &u16)| (*differs <= most).then_some(slot);
        let mut candidates: Vec<Slot> = (0..).zip(differences.iter()).filter_map(is_alike).collect();
        // What the words reach as well comes only once.
        let differs = |slot: Slot| differences.get(slot as usize).copied().unwrap_or(UNLIKE);
        candidates.extend(self.scores.touched.iter().copied().filter(|slot| differs(*slot) > most));
        let likeness = likeness_by_sketch();
        let by_sketch = |slot| likeness.get(usize::from(differs(slot))).copied().unwrap_or_default();
        let most = limit.saturating_mul(4);
        keep_best(&mut candidates, most.max(BEST_BY_WORDS), |slot| {
            let (words, context) = self.scores.of(slot);
            f64::from(words + context + self.share_of_meaning * by_sketch(slot).max(0.0))
        });
        if query.is_some() {
            keep_best(&mut candidates, most.max(BEST_BY_SKETCH), |slot| {
                self.hit(slot, self.likeness_around(slot, &by_sketch)).score
            });
        }
        candidates
    }

    /// Those of these texts that are results.
    fn hits(&self, candidates: &[Slot], likeness: impl Fn(Slot) -> f32) -> Vec<Hit> {
        let is_result = |slot: Slot, like: f32| {
            let (words, context) = self.scores.of(slot);
            words + context > 0.0 || like >= LEAST_MEANING
        };
        // Each is worked out once, though its neighbours ask for it too.
        let known = vec![Cell::new(f32::NAN); self.texts.len()];
        let likeness = |slot: Slot| {
            let Some(known) = known.get(slot as usize) else { return 0.0 };
            if known.get().is_nan() {
                known.set(likeness(slot));
            }
            known.get()
        };
        let likes = candidates.iter().map(|slot| (*slot, self.likeness_around(*slot, &likeness)));
        likes.filter(|(slot, like)| is_result(*slot, *like)).map(|(slot, like)| self.hit(slot, like)).collect()
    }

    fn hit(&self, slot: Slot, like: f32) -> Hit {
        let (words, context) = self.scores.of(slot);
        let Some(text) = self.texts.get(slot) else { return Hit { slot, score: 0.0, parts: Parts::default() } };
        let parts = Parts {
            words,
            context,
            meaning: self.share_of_meaning * like.max(0.0),
            speaker: if self.speaker.is_some() && text.traits.speaker == self.speaker { SPEAKER } else { 0.0 },
            time: time(self.asked, self.now, text),
            standing: standing(self.now, text),
        };
        let speaks_for = parts.words + parts.context + parts.meaning + parts.speaker + parts.time;
        Hit { slot, score: f64::from(speaks_for * parts.standing), parts }
    }

    /// A text's likeness with that of its visible neighbours.
    fn likeness_around(&self, slot: Slot, likeness: &impl Fn(Slot) -> f32) -> f32 {
        let near = self.texts.near(slot);
        let of = |which| near.neighbour(which).filter(|slot| self.view.sees(*slot)).map_or(0.0, likeness);
        likeness(slot) + MEANING_BEFORE * of(Neighbour::Before) + MEANING_BEHIND * of(Neighbour::Behind)
    }
}

fn best_first(one: &Hit, other: &Hit) -> core::cmp::Ordering {
    other.score.total_cmp(&one.score).then(one.slot.cmp(&other.slot))
}

/// Leaves so many texts with the best scores, in no order.
fn keep_best(texts: &mut Vec<Slot>, most: usize, score: impl Fn(Slot) -> f64) {
    if texts.len() <= most {
        return;
    }
    let mut scored: Vec<(f64, Slot)> = texts.iter().map(|slot| (score(*slot), *slot)).collect();
    scored.select_nth_unstable_by(most, |one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
    texts.clear();
    texts.extend(scored.into_iter().take(most).map(|(_, slot)| slot));
}

/// The fewest differences that at least so many texts stay within, or just below what those have that are unlike.
fn most_differences(differences: &[u16], wanted: usize) -> u16 {
    let mut texts = [0_usize; UNLIKE as usize];
    for differs in differences {
        if let Some(texts) = texts.get_mut(usize::from(*differs)) {
            *texts += 1;
        }
    }
    let mut sum = 0;
    let enough = texts.iter().position(|texts| {
        sum += texts;
        sum >= wanted
    });
    enough.map_or(UNLIKE - 1, |differs| differs as u16)
}

fn time(asked: &Asked, now: Option<Millis>, text: &Text) -> f32 {
    let written = text.facts.written;
    let is_of_that_time = asked.time.as_ref().zip(written).is_some_and(|(time, written)| time.contains(&written));
    let age = now.zip(written).map(|(now, written)| now.saturating_sub(written) as f32 / DAY);
    let recency = age.map_or(0.0, |age| RECENCY / (1.0 + age / RECENCY_HALF_LIFE));
    let tells = if asked.when && text.traits.tells_when { TELLS_WHEN } else { 0.0 };
    tells + recency + if is_of_that_time { OF_THAT_TIME } else { 0.0 }
}

fn standing(now: Option<Millis>, text: &Text) -> f32 {
    let facts = &text.facts;
    let is_past = facts.superseded || facts.expires.zip(now).is_some_and(|(expires, now)| expires <= now);
    let belief = TRUST.get(facts.belief as usize).copied().unwrap_or(1.0);
    belief * if text.traits.asks { QUESTION } else { 1.0 } * if is_past { NO_LONGER_VALID } else { 1.0 }
}

/// Lets texts that say nearly the same as a better one not fill the list: they come behind all that would be in it.
fn move_duplicates_back(hits: &mut [Hit], limit: usize, texts: &Texts) {
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
