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
    brought: HashMap<Box<str>, Term, FixedState>,
    /// Until then: whether some list is out of order.
    is_unsettled: bool,
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
        if let Some(number) = self.brought.get(term) {
            return *number;
        }
        let number = self.number(term);
        self.brought.insert(term.into(), number);
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

    /// Takes in postings of slots that a term has none of, in the order of the slots. The lists are in order once they are
    /// settled.
    pub fn extend(&mut self, term: Term, postings: &[Posting]) {
        let Some(list) = self.lists.get_mut(term as usize) else { return };
        let Some(first) = postings.first() else { return };
        self.is_unsettled |= list.last().is_some_and(|last| last.slot() > first.slot());
        list.extend_from_slice(postings);
    }

    /// Puts in order what segments brought, which come in any order.
    pub fn settle(&mut self) {
        self.brought = HashMap::default();
        if !core::mem::take(&mut self.is_unsettled) {
            return;
        }
        let mut whole = Vec::new();
        for list in self.lists.iter_mut().filter(|list| !is_in_order(list)) {
            // What one segment brought is in order, and mostly no other one has slots between its own.
            let mut runs: Vec<&[Posting]> = list.chunk_by(|one, next| one.slot() < next.slot()).collect();
            runs.sort_unstable_by_key(|run| run.first().map(|first| first.slot()));
            whole.clear();
            runs.into_iter().for_each(|run| whole.extend_from_slice(run));
            if !is_in_order(&whole) {
                whole.sort_unstable_by_key(|posting| posting.slot());
            }
            list.copy_from_slice(&whole);
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
        !self.is_unsettled
    }

    #[cfg(test)]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty() && self.lists.iter().all(Vec::is_empty)
    }
}

fn is_in_order(list: &[Posting]) -> bool {
    list.is_sorted_by(|one, next| one.slot() < next.slot())
}
