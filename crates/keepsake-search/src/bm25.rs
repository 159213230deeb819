//! Posting lists and BM25 (Robertson and Zaragoza, “The Probabilistic Relevance Framework: BM25 and Beyond”, 2009).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;

use crate::tokens::{growing_word, term, words};

const K1: f64 = 0.9;
const B: f64 = 0.4;

/// The shortest term that may stand for a longer growing word.
const SHORTEST_STEM: usize = 4;

/// So many written words are remembered with their terms.
const MAX_KNOWN_WORDS: usize = 200_000;

/// The most terms that a growing word stands for.
const MAX_EXPANSIONS: usize = 64;

/// The caller's number of a text.
pub type Slot = u32;

/// One result.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// Which text.
    pub slot: Slot,
    /// How well it fits; above 0, comparable within one answer only.
    pub score: f64,
}

/// Whether the last word of a query may be the beginning of a longer one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastWord {
    /// It is all there.
    Whole,
    /// The person is still typing it.
    Growing,
}

/// The posting lists of a set of texts.
#[derive(Debug, Default)]
pub struct Index {
    /// Every term that was ever seen, with the number of its posting list.
    terms: BTreeMap<Box<str>, Term>,
    /// Words as they are written, with their terms: most words of a text were met before, and folding and stemming them
    /// again is most of the work.
    known: HashMap<Box<str>, Term>,
    /// By term; the postings in the order of their slots.
    postings: Vec<Vec<Posting>>,
    /// Terms that lost their last text; see [`Self::sweep`].
    emptied: BTreeSet<Term>,
    /// By slot, how many terms its text has; `None` where there is none.
    lengths: Vec<Option<u32>>,
}

/// A term's number.
type Term = u32;

/// A text as an index knows it: its terms and how often each occurs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Learnt {
    counts: Vec<(Term, u32)>,
    length: u32,
}

#[derive(Debug, Clone, Copy)]
struct Posting {
    slot: Slot,
    count: u32,
}

impl Index {
    /// Gets to know a text without taking it in: the slow part of [`Self::insert`].
    pub fn learn(&mut self, text: &str) -> Learnt {
        let mut terms: Vec<Term> = words(text).map(|word| self.term_of(word)).collect();
        let length = terms.len() as u32;
        terms.sort_unstable();
        let counts = terms.chunk_by(|one, other| one == other);
        let counts = counts.filter_map(|same| Some((*same.first()?, same.len() as u32))).collect();
        Learnt { counts, length }
    }

    /// Takes in a text, under a slot that is free.
    pub fn insert(&mut self, slot: Slot, learnt: Learnt) {
        for (term, count) in learnt.counts {
            if let Some(list) = self.postings.get_mut(term as usize) {
                let at = list.partition_point(|posting| posting.slot < slot);
                list.insert(at, Posting { slot, count });
            }
        }
        let at = slot as usize;
        if self.lengths.len() <= at {
            self.lengths.resize(at + 1, None);
        }
        if let Some(length) = self.lengths.get_mut(at) {
            *length = Some(learnt.length);
        }
    }

    /// Forgets a text; `text` must be what was taken in.
    pub fn remove(&mut self, slot: Slot, text: &str) {
        for (term, _) in self.learn(text).counts {
            if let Some(list) = self.postings.get_mut(term as usize)
                && let Ok(at) = list.binary_search_by_key(&slot, |posting| posting.slot)
            {
                list.remove(at);
                if list.is_empty() {
                    self.emptied.insert(term);
                }
            }
        }
        if let Some(length) = self.lengths.get_mut(slot as usize) {
            *length = None;
        }
    }

    /// Forgets the words that no text has any more: to be called once all that belongs together is removed and inserted.
    pub fn sweep(&mut self) {
        let mut gone = core::mem::take(&mut self.emptied);
        gone.retain(|term| self.postings.get(*term as usize).is_none_or(Vec::is_empty));
        if !gone.is_empty() {
            self.terms.retain(|_, term| !gone.contains(term));
            self.known.retain(|_, term| !gone.contains(term));
        }
    }

    fn term_of(&mut self, word: &str) -> Term {
        if let Some(term) = self.known.get(word) {
            return *term;
        }
        let folded = term(word).into_boxed_str();
        let next = self.postings.len() as Term;
        let term = *self.terms.entry(folded).or_insert(next);
        if term == next {
            self.postings.push(Vec::new());
        }
        if self.known.len() >= MAX_KNOWN_WORDS {
            self.known.clear();
        }
        self.known.insert(word.into(), term);
        term
    }

    /// The `limit` visible texts that fit best, best first; equal scores come in the order of their slots.
    pub fn search(&self, query: &str, last: LastWord, limit: usize, visible: impl Fn(Slot) -> bool) -> Vec<Hit> {
        let seen: Vec<Option<f64>> =
            (0..).zip(&self.lengths).map(|(slot, length)| length.filter(|_| visible(slot)).map(f64::from)).collect();
        let count = seen.iter().flatten().count() as f64;
        let mean = seen.iter().flatten().sum::<f64>() / count.max(1.0);
        let mut scores: HashMap<Slot, f64> = HashMap::new();
        for term in self.query_terms(query, last) {
            let Some(list) = self.terms.get(&*term).and_then(|term| self.postings.get(*term as usize)) else {
                continue;
            };
            let length = |posting: &Posting| seen.get(posting.slot as usize).copied().flatten();
            let matching: Vec<_> = list.iter().filter_map(|posting| Some((posting, length(posting)?))).collect();
            let holders = matching.len() as f64;
            let idf = (1.0 + (count - holders + 0.5) / (holders + 0.5)).ln();
            for (posting, length) in matching {
                let count = f64::from(posting.count);
                let weight = count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * length / mean));
                *scores.entry(posting.slot).or_default() += idf * weight;
            }
        }
        let mut hits: Vec<_> = scores.into_iter().map(|(slot, score)| Hit { slot, score }).collect();
        hits.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.slot.cmp(&b.slot)));
        hits.truncate(limit);
        hits
    }

    fn query_terms(&self, query: &str, last: LastWord) -> BTreeSet<String> {
        let mut terms: BTreeSet<String> = words(query).map(term).collect();
        if let Some(word) = growing_word(query).filter(|_| last == LastWord::Growing) {
            let from = (Bound::Included(word.as_str()), Bound::Unbounded);
            let longer = self.terms.range::<str, _>(from).map(|(term, _)| term);
            let before = terms.len();
            let longer = longer.take_while(|term| term.starts_with(&word)).take(MAX_EXPANSIONS);
            terms.extend(longer.map(|term| term.to_string()));
            // Past the stem (“conversatio” of “conversation”, kept as “convers”) no term begins with what was typed.
            if terms.len() == before {
                let ends = word.char_indices().map(|(at, _)| at).filter(|&at| at >= SHORTEST_STEM).rev();
                let stem = ends.filter_map(|end| word.get(..end)).find(|stem| self.terms.contains_key(*stem));
                terms.extend(stem.map(str::to_owned));
            }
        }
        terms
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn index(texts: &[&str]) -> Index {
        let mut index = Index::default();
        add(&mut index, 0, texts);
        index
    }

    fn add(index: &mut Index, first: Slot, texts: &[&str]) {
        for (slot, text) in (first..).zip(texts) {
            let learnt = index.learn(text);
            index.insert(slot, learnt);
        }
    }

    fn slots(hits: &[Hit]) -> Vec<Slot> {
        hits.iter().map(|hit| hit.slot).collect()
    }

    #[test]
    fn the_rarer_word_weighs_more() {
        let index = index(&["I like tea", "I like coffee", "I like my dog and tea"]);
        assert_eq!(slots(&index.search("coffee that I like", LastWord::Whole, 10, |_| true))[0], 1);
        assert_eq!(slots(&index.search("tea", LastWord::Whole, 10, |_| true)), [0, 2]);
        assert_eq!(index.search("zebra", LastWord::Whole, 10, |_| true), []);
    }

    #[test]
    fn a_growing_word_finds_what_it_may_become() {
        let index = index(&["a long conversation", "convex lens"]);
        let found = |query| slots(&index.search(query, LastWord::Growing, 10, |_| true));
        assert_eq!(found("conv"), [1, 0]);
        assert_eq!(found("conversatio"), [0]);
        assert_eq!(slots(&index.search("conv", LastWord::Whole, 10, |_| true)), []);
    }

    #[test]
    fn what_is_removed_is_gone_to_the_last_posting() {
        let mut index = index(&["green tea", "tea"]);
        index.remove(0, "green tea");
        index.remove(1, "tea");
        index.sweep();
        assert!(index.postings.iter().all(Vec::is_empty) && index.lengths.iter().all(Option::is_none));
        assert!(index.terms.is_empty() && index.known.is_empty(), "no word is left");
    }

    proptest! {
        /// The promise to a subject: what it may not see changes no score that it gets.
        #[test]
        fn what_is_not_visible_changes_nothing(
            seen in prop::collection::vec("[abc ]{1,12}", 0..6), hidden in prop::collection::vec("[abc ]{1,12}", 0..6), query in "[abc ]{1,6}",
        ) {
            let alone = index(&seen.iter().map(String::as_str).collect::<Vec<_>>());
            let mut both = index(&seen.iter().map(String::as_str).collect::<Vec<_>>());
            add(&mut both, 100, &hidden.iter().map(String::as_str).collect::<Vec<_>>());
            prop_assert_eq!(
                alone.search(&query, LastWord::Whole, 10, |_| true),
                both.search(&query, LastWord::Whole, 10, |slot| slot < 100)
            );
        }
    }
}
