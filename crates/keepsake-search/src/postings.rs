//! Posting lists: which texts have a term, and how often.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Bound;

use foldhash::fast::FixedState;

use crate::facts::Slot;

/// A term's number.
pub(crate) type Term = u32;

/// Counts are kept in halves, so that what stands aside counts half; more are as good as this many.
pub(crate) const MAX_COUNT: u32 = (1 << COUNT_BITS) - 1;
const COUNT_BITS: u32 = 6;

/// A text that has a term, in four bytes: a slot and a count of halves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Posting(u32);

impl Posting {
    pub fn new(slot: Slot, halves: u32) -> Self {
        Self(slot << COUNT_BITS | halves.min(MAX_COUNT))
    }

    pub fn slot(self) -> Slot {
        self.0 >> COUNT_BITS
    }

    pub fn halves(self) -> u32 {
        self.0 & MAX_COUNT
    }
}

/// The posting lists of a set of texts.
#[derive(Debug, Default)]
pub(crate) struct Postings {
    /// Every term that was ever seen, with the number of its list.
    terms: BTreeMap<Box<str>, Term>,
    /// By term; in the order of the slots.
    lists: Vec<Vec<Posting>>,
    /// Terms that may have no text; see [`Self::sweep`].
    emptied: BTreeSet<Term>,
    /// Until [`Self::settle`]: the terms that segments brought, which bring them again and again.
    brought_terms: HashMap<Box<str>, Term, FixedState>,
    /// Until then: what they brought.
    brought: Vec<Brought>,
}

/// Posting lists of a segment, one behind the other.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    /// Where each one ends.
    pub ends: Vec<u32>,
    /// Of each one in the order of the slots.
    pub postings: Vec<Posting>,
}

impl Lists {
    pub fn iter(&self) -> impl Iterator<Item = &[Posting]> {
        let starts = core::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(from, to)| self.postings.get(from as usize..*to as usize).unwrap_or_default())
    }
}

/// Lists that wait to be put behind those that are there.
#[derive(Debug)]
struct Brought {
    first: Slot,
    /// The term of each list.
    terms: Vec<Term>,
    lists: Lists,
}

// Both are called for each segment, and so soon run as the browser compiles them well.
impl Brought {
    /// Adds how long the lists are to what their terms have.
    #[inline(never)]
    fn add_up(&self, sizes: &mut [usize]) {
        for (term, list) in self.lists() {
            if let Some(size) = sizes.get_mut(term as usize) {
                *size += list.len();
            }
        }
    }

    /// Puts the lists behind those of their terms, and notes where that is not in order.
    #[inline(never)]
    fn put_behind(self, lists: &mut [Vec<Posting>], out_of_order: &mut BTreeSet<Term>) {
        for (term, brought) in self.lists() {
            let (Some(list), Some(first)) = (lists.get_mut(term as usize), brought.first()) else { continue };
            if list.last().is_some_and(|last| last.slot() > first.slot()) {
                out_of_order.insert(term);
            }
            list.extend_from_slice(brought);
        }
    }

    fn lists(&self) -> impl Iterator<Item = (Term, &[Posting])> {
        self.terms.iter().copied().zip(self.lists.iter())
    }
}

impl Postings {
    /// The number of a term; a new one where it was never seen.
    pub fn number(&mut self, term: &str) -> Term {
        if let Some(number) = self.terms.get(term) {
            return *number;
        }
        let number = self.lists.len() as Term;
        self.terms.insert(term.into(), number);
        self.lists.push(Vec::new());
        // No text has it yet, and it may be that none ever will.
        self.emptied.insert(number);
        number
    }

    /// The number of a term that a segment brings; as [`Self::number`].
    pub fn number_brought(&mut self, term: &str) -> Term {
        if let Some(number) = self.brought_terms.get(term) {
            return *number;
        }
        let number = self.number(term);
        self.brought_terms.insert(term.into(), number);
        number
    }

    /// The number of a term that was seen.
    pub fn find(&self, term: &str) -> Option<Term> {
        self.terms.get(term).copied()
    }

    pub fn list(&self, term: Term) -> &[Posting] {
        self.lists.get(term as usize).map(Vec::as_slice).unwrap_or_default()
    }

    pub fn insert(&mut self, term: Term, posting: Posting) {
        if let Some(list) = self.lists.get_mut(term as usize) {
            // Doubling would leave a quarter of all lists empty.
            if list.len() == list.capacity() {
                list.reserve_exact((list.len() / 8).max(4));
            }
            // Most texts come in the order of their slots.
            if list.last().is_none_or(|last| last.slot() < posting.slot()) {
                list.push(posting);
            } else {
                list.insert(list.partition_point(|other| other.slot() < posting.slot()), posting);
            }
        }
    }

    /// Takes in lists of slots that their terms have none of. They are there once everything is settled.
    pub fn bring(&mut self, terms: Vec<Term>, lists: Lists) {
        if let Some(first) = lists.postings.iter().map(|posting| posting.slot()).min() {
            self.brought.push(Brought { first, terms, lists });
        }
    }

    /// Puts what segments brought, in any order, behind what is there: those with the lowest slots first, so that hardly a list
    /// is out of order then, and each gets the room that it needs at once.
    pub fn settle(&mut self) {
        self.brought_terms = HashMap::default();
        if self.is_settled() {
            return;
        }
        let mut brought = core::mem::take(&mut self.brought);
        brought.sort_unstable_by_key(|brought| brought.first);
        let mut sizes = vec![0; self.lists.len()];
        brought.iter().for_each(|brought| brought.add_up(&mut sizes));
        self.lists
            .iter_mut()
            .zip(sizes)
            .filter(|(_, size)| *size > 0)
            .for_each(|(list, size)| list.reserve_exact(size));
        let mut out_of_order = BTreeSet::new();
        brought.into_iter().for_each(|brought| brought.put_behind(&mut self.lists, &mut out_of_order));
        for term in out_of_order {
            if let Some(list) = self.lists.get_mut(term as usize) {
                list.sort_unstable_by_key(|posting| posting.slot());
            }
        }
    }

    pub fn remove(&mut self, term: Term, slot: Slot) {
        if let Some(list) = self.lists.get_mut(term as usize)
            && let Ok(at) = list.binary_search_by_key(&slot, |posting| posting.slot())
        {
            list.remove(at);
            if list.is_empty() {
                self.emptied.insert(term);
            }
        }
    }

    /// Forgets the terms that no text has any more; answers which.
    pub fn sweep(&mut self) -> BTreeSet<Term> {
        let mut gone = core::mem::take(&mut self.emptied);
        gone.retain(|term| self.list(*term).is_empty());
        if !gone.is_empty() {
            self.terms.retain(|_, term| !gone.contains(term));
        }
        gone
    }

    /// The terms that begin with something, in their order.
    pub fn beginning(&self, with: impl AsRef<str>) -> impl Iterator<Item = (&str, Term)> {
        let from = (Bound::Included(with.as_ref()), Bound::Unbounded);
        let longer = self.terms.range::<str, _>(from).map(|(term, number)| (&**term, *number));
        longer.take_while(move |(term, _)| term.starts_with(with.as_ref()))
    }

    /// Every term.
    pub fn all(&self) -> impl Iterator<Item = (&str, Term)> {
        self.terms.iter().map(|(term, number)| (&**term, *number))
    }

    /// Whether every list can be searched.
    pub fn is_settled(&self) -> bool {
        self.brought.is_empty()
    }

    #[cfg(test)]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty() && self.lists.iter().all(Vec::is_empty)
    }
}
