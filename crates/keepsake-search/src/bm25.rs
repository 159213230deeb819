//! Posting lists and BM25 (Robertson and Zaragoza, “The Probabilistic Relevance Framework: BM25 and Beyond”, 2009).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::tokens::{growing_word, tokens};

const K1: f64 = 0.9;
const B: f64 = 0.4;

/// The shortest term that may stand for a longer growing word.
const SHORTEST_STEM: usize = 4;

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
    postings: BTreeMap<String, Vec<Posting>>,
    lengths: HashMap<Slot, u32>,
}

#[derive(Debug, Clone, Copy)]
struct Posting {
    slot: Slot,
    count: u32,
}

impl Index {
    /// Takes in a text under a slot that is free.
    pub fn insert(&mut self, slot: Slot, text: &str) {
        let (counts, length) = counted(text);
        for (term, count) in counts {
            self.postings.entry(term).or_default().push(Posting { slot, count });
        }
        self.lengths.insert(slot, length);
    }

    /// Forgets a text; `text` must be what was inserted.
    pub fn remove(&mut self, slot: Slot, text: &str) {
        for (term, _) in counted(text).0 {
            if let Some(list) = self.postings.get_mut(&term) {
                list.retain(|posting| posting.slot != slot);
                if list.is_empty() {
                    self.postings.remove(&term);
                }
            }
        }
        self.lengths.remove(&slot);
    }

    /// The `limit` visible texts that fit best, best first; equal scores come in the order of their slots.
    pub fn search(&self, query: &str, last: LastWord, limit: usize, visible: impl Fn(Slot) -> bool) -> Vec<Hit> {
        let seen: HashMap<Slot, f64> = self
            .lengths
            .iter()
            .filter(|&(&slot, _)| visible(slot))
            .map(|(&slot, &length)| (slot, f64::from(length)))
            .collect();
        let mean = seen.values().sum::<f64>() / seen.len().max(1) as f64;
        let mut scores: HashMap<Slot, f64> = HashMap::new();
        for term in self.query_terms(query, last) {
            let Some(list) = self.postings.get(&term) else { continue };
            let matching: Vec<_> =
                list.iter().filter_map(|posting| Some((posting, seen.get(&posting.slot)?))).collect();
            let holders = matching.len() as f64;
            let idf = (1.0 + (seen.len() as f64 - holders + 0.5) / (holders + 0.5)).ln();
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
        let mut terms: BTreeSet<String> = tokens(query).collect();
        if let Some(word) = growing_word(query).filter(|_| last == LastWord::Growing) {
            let longer =
                self.postings.range(word.clone()..).map(|(term, _)| term).take_while(|term| term.starts_with(&word));
            let before = terms.len();
            terms.extend(longer.take(MAX_EXPANSIONS).cloned());
            // Past the stem (“conversatio” of “conversation”, kept as “convers”) no term begins with what was typed.
            if terms.len() == before {
                let ends = word.char_indices().map(|(at, _)| at).filter(|&at| at >= SHORTEST_STEM).rev();
                let stem = ends.filter_map(|end| word.get(..end)).find(|stem| self.postings.contains_key(*stem));
                terms.extend(stem.map(str::to_owned));
            }
        }
        terms
    }
}

fn counted(text: &str) -> (HashMap<String, u32>, u32) {
    let mut counts = HashMap::new();
    let mut length = 0;
    for term in tokens(text) {
        *counts.entry(term).or_default() += 1;
        length += 1;
    }
    (counts, length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn index(texts: &[&str]) -> Index {
        let mut index = Index::default();
        (0..).zip(texts).for_each(|(slot, text)| index.insert(slot, text));
        index
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
        assert!(index.postings.is_empty() && index.lengths.is_empty());
    }

    proptest! {
        /// The promise to a subject: what it may not see changes no score that it gets.
        #[test]
        fn what_is_not_visible_changes_nothing(
            seen in prop::collection::vec("[abc ]{1,12}", 0..6), hidden in prop::collection::vec("[abc ]{1,12}", 0..6), query in "[abc ]{1,6}",
        ) {
            let alone = index(&seen.iter().map(String::as_str).collect::<Vec<_>>());
            let mut both = index(&seen.iter().map(String::as_str).collect::<Vec<_>>());
            (100..).zip(&hidden).for_each(|(slot, text)| both.insert(slot, text));
            prop_assert_eq!(
                alone.search(&query, LastWord::Whole, 10, |_| true),
                both.search(&query, LastWord::Whole, 10, |slot| slot < 100)
            );
        }
    }
}
