//! Posting lists: which texts have a term, and how often.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use crate::dictionary::Dictionary;
use crate::facts::Slot;
use crate::slots::Slots;

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

/// Once so many terms of whole texts were looked up in dictionaries, reading all of them is quicker than going on: a long list
/// that is compared with everything has thousands.
const MANY_LOOKUPS: usize = 512;

/// So many postings that were read in dictionaries stay for the next questions, in four bytes each.
const MANY_READ: usize = if cfg!(test) { 4 } else { 1 << 18 };

/// The posting lists of a set of texts. Those of texts that come from segments stay in the segments' dictionaries until their
/// terms are asked for.
#[derive(Debug, Default)]
pub(crate) struct Postings {
    /// The terms that were met, with the numbers of their lists.
    terms: BTreeMap<Arc<str>, Term>,
    /// By term.
    lists: Vec<List>,
    /// Terms that may have no text; see [`Self::sweep`].
    emptied: BTreeSet<Term>,
    /// In the order of the first slots, so that lists are seldom out of order that are put together from them.
    dictionaries: Vec<Dictionary>,
    /// Their texts.
    in_dictionaries: Slots,
    /// About how many postings in the lists were read in them.
    read: usize,
    /// Letters that a term may begin with, where every one that does was met.
    met: BTreeSet<char>,
    /// How many terms of whole texts were looked up in the dictionaries that are there.
    lookups: usize,
}

/// The texts of a term.
#[derive(Debug)]
struct List {
    name: Arc<str>,
    /// In the order of the slots.
    postings: Vec<Posting>,
    /// Whether those are all. Else they are those of the texts that are in no dictionary.
    is_whole: bool,
}

impl List {
    /// Takes in postings of slots that it has none of.
    fn add(&mut self, postings: &[Posting]) {
        self.postings.reserve_exact(postings.len());
        self.postings.extend_from_slice(postings);
        if !self.postings.is_sorted_by_key(|posting| posting.slot()) {
            self.postings.sort_unstable_by_key(|posting| posting.slot());
        }
    }
}

impl Postings {
    /// The number of a term; a new one where it was not met.
    pub fn number(&mut self, term: &str) -> Term {
        if let Some(number) = self.known(term) {
            return number;
        }
        let number = self.meet(term, self.dictionaries.is_empty());
        // It may be that no text has it, nor ever will.
        self.emptied.insert(number);
        number
    }

    fn meet(&mut self, term: &str, is_whole: bool) -> Term {
        let number = self.lists.len() as Term;
        let name: Arc<str> = term.into();
        self.terms.insert(name.clone(), number);
        self.lists.push(List { name, postings: Vec::new(), is_whole });
        number
    }

    /// The number of a term that was met.
    pub fn known(&self, term: &str) -> Option<Term> {
        self.terms.get(term).copied()
    }

    /// The number of a term that a text may have, with its whole list.
    pub fn find(&mut self, term: &str) -> Option<Term> {
        if let Some(number) = self.known(term) {
            self.complete(number);
            return Some(number);
        }
        // A term that no text has is not remembered: whoever asks could fill the memory with them.
        let postings = self.read(term);
        if postings.is_empty() {
            return None;
        }
        let number = self.meet(term, true);
        self.lists.get_mut(number as usize)?.add(&postings);
        Some(number)
    }

    fn read(&mut self, term: &str) -> Vec<Posting> {
        let mut postings = Vec::new();
        self.dictionaries.iter().for_each(|dictionary| dictionary.find(term, &mut postings));
        self.read += postings.len();
        postings
    }

    /// Makes a term's list whole.
    pub fn complete(&mut self, term: Term) {
        let Some(list) = self.lists.get(term as usize).filter(|list| !list.is_whole) else { return };
        let postings = self.read(&list.name.clone());
        if let Some(list) = self.lists.get_mut(term as usize) {
            list.add(&postings);
            list.is_whole = true;
        }
    }

    /// Makes the lists of all terms of a text whole.
    pub fn complete_all(&mut self, terms: impl Iterator<Item = Term>) {
        for term in terms {
            if self.lookups >= MANY_LOOKUPS {
                self.thaw_while(|_| true);
            }
            self.lookups += usize::from(self.lists.get(term as usize).is_some_and(|list| !list.is_whole));
            self.complete(term);
        }
    }

    /// What a term is called.
    pub fn name(&self, term: Term) -> &str {
        self.lists.get(term as usize).map(|list| &*list.name).unwrap_or_default()
    }

    /// The whole list of a term.
    pub fn list(&self, term: Term) -> &[Posting] {
        debug_assert!(self.lists.get(term as usize).is_none_or(|list| list.is_whole), "it is to be made whole first");
        self.thawed(term)
    }

    /// What of a term's list is in no dictionary, or more.
    pub fn thawed(&self, term: Term) -> &[Posting] {
        self.lists.get(term as usize).map(|list| list.postings.as_slice()).unwrap_or_default()
    }

    pub fn insert(&mut self, term: Term, posting: Posting) {
        if let Some(List { postings, .. }) = self.lists.get_mut(term as usize) {
            // Doubling would leave a quarter of all lists empty.
            if postings.len() == postings.capacity() {
                postings.reserve_exact((postings.len() / 8).max(4));
            }
            // Most texts come in the order of their slots.
            if postings.last().is_none_or(|last| last.slot() < posting.slot()) {
                postings.push(posting);
            } else {
                postings.insert(postings.partition_point(|other| other.slot() < posting.slot()), posting);
            }
        }
    }

    /// Removes a text from the list of a term. It must be in no dictionary; see [`Self::thaw`].
    pub fn remove(&mut self, term: Term, slot: Slot) {
        if let Some(List { postings, .. }) = self.lists.get_mut(term as usize)
            && let Ok(at) = postings.binary_search_by_key(&slot, |posting| posting.slot())
        {
            postings.remove(at);
            if postings.is_empty() {
                self.emptied.insert(term);
            }
        }
    }

    /// Takes in the lists of slots that no term has yet.
    pub fn bring(&mut self, dictionary: Dictionary) {
        let Some(first) = dictionary.first() else { return };
        let mut more = Vec::new();
        for list in self.lists.iter_mut().filter(|list| list.is_whole) {
            more.clear();
            dictionary.find(&list.name, &mut more);
            list.add(&more);
        }
        self.met.clear();
        self.put(first, dictionary);
    }

    /// Leaves the lists of some texts to their dictionary. They are in no other.
    pub fn freeze(&mut self, dictionary: Dictionary) {
        let Some(first) = dictionary.first() else { return };
        self.put(first, dictionary);
        self.release();
    }

    fn put(&mut self, first: Slot, dictionary: Dictionary) {
        dictionary.slots().for_each(|slot| self.in_dictionaries.insert(slot));
        self.lookups = 0;
        let at = self.dictionaries.partition_point(|other| other.first() < Some(first));
        self.dictionaries.insert(at, dictionary);
    }

    /// Gives back the memory of lists that were read for earlier questions, once it is much.
    pub fn release_many(&mut self) {
        if self.read > MANY_READ {
            self.release();
        }
    }

    /// Leaves what is in a dictionary there.
    fn release(&mut self) {
        for list in &mut self.lists {
            let all = list.postings.len();
            list.postings.retain(|posting| !self.in_dictionaries.has(posting.slot()));
            if list.postings.len() < all {
                list.postings.shrink_to_fit();
                list.is_whole = false;
            }
        }
        self.read = 0;
    }

    /// The number of a dictionary's term, which is to be brought.
    pub fn number_in(&mut self, dictionary: &Dictionary, place: usize) -> Option<Term> {
        let name = dictionary.name(place)?;
        Some(self.known(&name).unwrap_or_else(|| self.meet(&name, false)))
    }

    /// Takes the dictionaries apart that have one of these texts, which are in order: they can be removed then, and written.
    pub fn thaw(&mut self, slots: &[Slot]) {
        self.thaw_while(|dictionary| dictionary.has_any(slots));
    }

    fn thaw_while(&mut self, is_one: impl Fn(&Dictionary) -> bool) {
        while let Some(at) = self.dictionaries.iter().position(&is_one) {
            let dictionary = self.dictionaries.remove(at);
            dictionary.slots().for_each(|slot| self.in_dictionaries.remove(slot));
            // What cannot be read is in no list; its texts are found by their meanings alone.
            let _ = dictionary.each(|name, postings| self.add_thawed(name, postings));
        }
    }

    #[inline(never)]
    fn add_thawed(&mut self, name: &str, postings: &[Posting]) {
        if postings.is_empty() {
            return;
        }
        let is_whole = self.dictionaries.is_empty();
        let known = self.known(name);
        let term = known.unwrap_or_else(|| self.meet(name, is_whole));
        if let Some(list) = self.lists.get_mut(term as usize)
            && (known.is_none() || !list.is_whole)
        {
            list.add(postings);
        }
    }

    /// Forgets the terms that no text has any more; answers which.
    pub fn sweep(&mut self) -> BTreeSet<Term> {
        let mut gone = core::mem::take(&mut self.emptied);
        gone.retain(|term| {
            if self.thawed(*term).is_empty() {
                self.complete(*term);
            }
            self.thawed(*term).is_empty()
        });
        if !gone.is_empty() {
            self.terms.retain(|_, term| !gone.contains(term));
        }
        gone
    }

    /// The terms that begin with something, in their order. Their lists may not be whole.
    pub fn beginning(&mut self, with: &str) -> Vec<Term> {
        if let Some(letter) = with.chars().next().filter(|letter| !self.met.contains(letter)) {
            let mut names = BTreeSet::new();
            for dictionary in &self.dictionaries {
                dictionary.beginning(letter.encode_utf8(&mut [0; 4]), |name| {
                    if !self.terms.contains_key(name) && !names.contains(name) {
                        names.insert(name.to_owned());
                    }
                });
            }
            for name in names {
                self.meet(&name, false);
            }
            self.met.insert(letter);
        }
        let from = (Bound::Included(with), Bound::Unbounded);
        self.terms.range::<str, _>(from).take_while(|(term, _)| term.starts_with(with)).map(|(_, term)| *term).collect()
    }

    /// Every term that was met: where all is thawed, every one that there is.
    pub fn all(&self) -> impl Iterator<Item = (&str, Term)> {
        self.terms.iter().map(|(term, number)| (&**term, *number))
    }

    #[cfg(test)]
    pub fn is_empty(&self) -> bool {
        let has_none = self.lists.iter().all(|list| list.postings.is_empty());
        self.terms.is_empty() && has_none && self.dictionaries.is_empty()
    }
}
