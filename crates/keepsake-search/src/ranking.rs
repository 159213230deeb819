//! Which texts fit a query best: words, neighbours, meaning, time and standing, put together.

use crate::facts::{Millis, Slot, Text, Texts};
use crate::postings::Postings;
use crate::query::{Asked, AskedWord, View};
use crate::table::{DIMENSIONS, Meaning, Sum, Table, meaning, product};
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

/// Numbers by slot that are worked out for one query.
struct Scores {
    words: Vec<f32>,
    context: Vec<f32>,
    /// How much of the query's weight is met, in the text or around it.
    covered: Vec<f32>,
    /// The weight of all of the query's words.
    perfect: f32,
    /// How often the word at hand stands in a text, and in it and around it; all 0 between two words.
    own: Vec<f32>,
    around: Vec<f32>,
}

/// The best visible texts.
pub(crate) fn rank(
    asked: &Asked,
    now: Option<Millis>,
    limit: usize,
    view: &View,
    postings: &Postings,
    texts: &Texts,
    table: Option<&Table>,
) -> Vec<Hit> {
    let lengths = Lengths::new(view, texts);
    let named = speakers(asked, view, texts);
    let mut scores = Scores::new(texts.len());
    let mut sum: Sum = [0.0; DIMENSIONS];
    for word in &asked.words {
        let is_name = named.iter().any(|(name, _)| word.terms.contains(name));
        let rarity = scores.add(word, is_name, view, postings, texts, &lengths);
        if let Some(table) = table.filter(|_| !is_name) {
            // A word that many of the visible texts have tells less of what is meant.
            table.add(&table.pieces(&word.folded), 0.5 + 0.5 * rarity, &mut sum);
        }
    }
    let likeness = meaning(&sum).map(|query| likeness(&query, view, texts)).unwrap_or_default();
    let share_of_meaning = MEANING_ALONE + (MEANING_IN_CONVERSATION - MEANING_ALONE) * lengths.in_conversation;
    let speaker = match named.as_slice() {
        [(name, _)] => Some(*name),
        _ => None,
    };
    let mut hits: Vec<Hit> = texts
        .iter()
        .filter(|(slot, _)| view.sees(*slot))
        .filter_map(|(slot, text)| {
            let like = likeness_around(&likeness, slot, text);
            let (words, context) = scores.of(slot);
            if words + context == 0.0 && like < LEAST_MEANING {
                return None;
            }
            let parts = Parts {
                words,
                context,
                meaning: share_of_meaning * like.max(0.0),
                speaker: if speaker.is_some() && text.traits.speaker == speaker { SPEAKER } else { 0.0 },
                time: time(asked, now, text),
                standing: standing(now, text),
            };
            let speaks_for = parts.words + parts.context + parts.meaning + parts.speaker + parts.time;
            Some(Hit { slot, score: f64::from(speaks_for * parts.standing), parts })
        })
        .collect();
    let best_first = |a: &Hit, b: &Hit| b.score.total_cmp(&a.score).then(a.slot.cmp(&b.slot));
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

/// How long texts are, alone and together with what is visible around them.
struct Lengths {
    mean: f32,
    around: Vec<f32>,
    mean_around: f32,
    /// The share of the visible texts that have visible neighbours.
    in_conversation: f32,
}

impl Lengths {
    fn new(view: &View, texts: &Texts) -> Self {
        let mut around = vec![0.0; texts.len()];
        let (mut sum, mut sum_around, mut with_neighbours) = (0.0_f64, 0.0_f64, 0_usize);
        for (slot, text) in texts.iter().filter(|(slot, _)| view.sees(*slot)) {
            let mut length = text.traits.length;
            sum += f64::from(length);
            for (which, weight) in AROUND {
                let neighbour = text.neighbour(which).filter(|slot| view.sees(*slot)).and_then(|slot| texts.get(slot));
                length += neighbour.map_or(0.0, |neighbour| weight * lent(which, neighbour) * neighbour.traits.length);
            }
            sum_around += f64::from(length);
            with_neighbours += usize::from(length > text.traits.length);
            if let Some(place) = around.get_mut(slot as usize) {
                *place = length;
            }
        }
        let count = view.count.max(1) as f64;
        let in_conversation = (with_neighbours as f64 / count) as f32;
        Self {
            mean: (sum / count) as f32 + 1.0,
            around,
            mean_around: (sum_around / count) as f32 + 1.0,
            in_conversation,
        }
    }
}

/// What a neighbour's words count for, beside its place: a question lends more to its answer.
fn lent(which: Neighbour, neighbour: &Text) -> f32 {
    let is_before = matches!(which, Neighbour::Before | Neighbour::SecondBefore);
    if is_before && neighbour.traits.asks { QUESTION_TO_ANSWER } else { 1.0 }
}

impl Scores {
    fn new(slots: usize) -> Self {
        let zeros = || vec![0.0; slots];
        Self { words: zeros(), context: zeros(), covered: zeros(), perfect: 0.0, own: zeros(), around: zeros() }
    }

    /// Adds what one word of the query is worth in each text; answers how rare it is, from 0 to 1.
    fn add(
        &mut self,
        word: &AskedWord,
        is_name: bool,
        view: &View,
        postings: &Postings,
        texts: &Texts,
        lengths: &Lengths,
    ) -> f32 {
        let (mut holders, mut near) = (Vec::new(), Vec::new());
        let note = |counts: &mut [f32], slot: Slot, count: f32, slots: &mut Vec<Slot>| {
            if let Some(sum) = counts.get_mut(slot as usize) {
                if *sum == 0.0 {
                    slots.push(slot);
                }
                *sum += count;
            }
        };
        for posting in word.terms.iter().flat_map(|term| postings.list(*term)) {
            let (slot, count) = (posting.slot(), posting.count());
            let Some(text) = texts.get(slot).filter(|_| view.sees(slot)) else { continue };
            note(&mut self.own, slot, count, &mut holders);
            note(&mut self.around, slot, count, &mut near);
            for (which, weight) in AROUND {
                // To the text on the other side, this one stands where `which` says.
                if let Some(other) = text.neighbour(which.reverse()).filter(|slot| view.sees(*slot)) {
                    note(&mut self.around, other, weight * lent(which, text) * count, &mut near);
                }
            }
        }
        let count = view.count as f32;
        let rarity = |holders: usize| (1.0 + (count - holders as f32 + 0.5) / (holders as f32 + 0.5)).ln();
        let (rare, rare_around) = (rarity(holders.len()), rarity(near.len()));
        let share = if is_name { NAME } else { 1.0 };
        for slot in holders {
            let (at, length) = (slot as usize, texts.get(slot).map_or(0.0, |text| text.traits.length));
            let count = self.own.get_mut(at).map(core::mem::take).unwrap_or_default();
            let norm = K1 * (1.0 - B + B * (length + 1.0) / lengths.mean);
            add_to(&mut self.words, at, share * rare * count * (K1 + 1.0) / (count + norm));
        }
        for slot in near {
            let at = slot as usize;
            let count = self.around.get_mut(at).map(core::mem::take).unwrap_or_default();
            let length = lengths.around.get(at).copied().unwrap_or_default();
            let norm = CONTEXT_K1 * (1.0 - CONTEXT_B + CONTEXT_B * (length + 1.0) / lengths.mean_around);
            let worth = share * CONTEXT * rare_around * count * (CONTEXT_K1 + 1.0) / (count + norm);
            add_to(&mut self.context, at, worth);
            if !is_name {
                add_to(&mut self.covered, at, rare);
            }
        }
        if !is_name {
            self.perfect += rare;
        }
        rare / rarity(0)
    }

    /// What a text's words and its neighbours' are worth, of 1.
    fn of(&self, slot: Slot) -> (f32, f32) {
        let at = |numbers: &[f32]| numbers.get(slot as usize).copied().unwrap_or_default();
        // Names alone: there is nothing else to be met.
        let (perfect, covered) =
            if self.perfect > 0.0 { (self.perfect, at(&self.covered) / self.perfect) } else { (1.0, 0.0) };
        let share = (1.0 + COVERAGE * covered) / (perfect * (K1 + 1.0 + CONTEXT * (CONTEXT_K1 + 1.0)));
        (at(&self.words) * share, at(&self.context) * share)
    }
}

fn add_to(numbers: &mut [f32], at: usize, worth: f32) {
    if let Some(number) = numbers.get_mut(at) {
        *number += worth;
    }
}

/// The speakers of visible texts whom the query names, each with how many texts they speak.
fn speakers(asked: &Asked, view: &View, texts: &Texts) -> Vec<(u32, usize)> {
    let mut named: Vec<(u32, usize)> = Vec::new();
    for (_, text) in texts.iter().filter(|(slot, _)| view.sees(*slot)) {
        let Some(speaker) = text.traits.speaker else { continue };
        match named.iter_mut().find(|(known, _)| *known == speaker) {
            Some((_, count)) => *count += 1,
            None if asked.asks_for(speaker) => named.push((speaker, 1)),
            None => {}
        }
    }
    named
}

/// By slot, how alike in meaning a text is.
fn likeness(query: &Meaning, view: &View, texts: &Texts) -> Vec<f32> {
    let of = |slot: Slot| {
        let (numbers, scale) = texts.meaning(slot).filter(|_| view.sees(slot))?;
        Some(product(&query.numbers, numbers) as f32 * scale * query.scale)
    };
    (0..texts.len() as Slot).map(|slot| of(slot).unwrap_or_default()).collect()
}

/// A text's likeness with that of its neighbours; those that are not visible have none.
fn likeness_around(likeness: &[f32], slot: Slot, text: &Text) -> f32 {
    let at = |slot: Slot| likeness.get(slot as usize).copied().unwrap_or_default();
    let of = |which| text.neighbour(which).map_or(0.0, at);
    at(slot) + MEANING_BEFORE * of(Neighbour::Before) + MEANING_BEHIND * of(Neighbour::Behind)
}

fn time(asked: &Asked, now: Option<Millis>, text: &Text) -> f32 {
    let written = text.facts.written;
    let is_of_that_time = asked.time.as_ref().zip(written).is_some_and(|(time, written)| time.contains(&written));
    let age = now.zip(written).map(|(now, written)| now.saturating_sub(written) as f32 / DAY);
    let recency = age.map_or(0.0, |age| RECENCY * (-age / RECENCY_HALF_LIFE).exp2());
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
