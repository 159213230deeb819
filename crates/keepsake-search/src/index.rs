//! The index: takes texts in, forgets them, and answers queries about those that may be seen.

use core::cell::RefCell;
use core::ops::Range;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::coding::Reader;
use crate::dictionary::Dictionary;
use crate::facts::{Facts, MAX_SLOTS, Slot, Texts, Traits};
use crate::language::{Language, Sign};
use crate::lexicon::{Learnt, Lexicon};
use crate::packed_meaning::{PackedMeaning, Probe};
use crate::postings::{Posting, Postings, Term};
use crate::query::{Asked, Query};
use crate::ranking::{Hit, Workspace, rank};
use crate::segment::{self, Kept, Segment, SegmentError, Written};
use crate::table::Table;
use crate::tokens::{Purpose, folded, words};
use crate::weights::{Ingredient, Weights};

/// The words and meanings of a set of texts, under numbers that the caller chooses.
#[derive(Debug, Default)]
pub struct Index {
    lexicon: Lexicon,
    /// Reads more of its lists as they are asked for, which no answer shows.
    postings: RefCell<Postings>,
    texts: Texts,
    weights: Weights,
    /// Nothing that an answer depends on: what one query worked out and the next may use.
    workspace: RefCell<Workspace>,
}

/// A text that says what another says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Restatement {
    /// Which text.
    pub slot: Slot,
    /// The share of the words of both that both have, from 0 to 1.
    pub shared_words: f32,
    /// How much alike they are in meaning, from −1 to 1; `None` without a table.
    pub likeness: Option<f32>,
}

/// So many of their words two texts share that say the same; fewer where the meanings are alike too.
const SAME_BY_WORDS: f32 = 0.8;
const SAME_BY_BOTH: (f32, f32) = (0.5, 0.9);

/// So many texts a segment has at least whose lists are left to it: each one more is looked into for each word of a question.
const WORTH_FREEZING: usize = if cfg!(test) { 2 } else { 256 };

impl Index {
    /// An index that knows what words mean.
    pub fn with_table(table: Arc<Table>) -> Self {
        Self { lexicon: Lexicon::new(Some(table)), ..Self::default() }
    }

    /// The same, empty index without an ingredient of its scores, to measure what that adds.
    #[must_use]
    pub fn without(self, ingredient: Ingredient) -> Self {
        Self { weights: self.weights.without(ingredient), ..self }
    }

    /// An empty index that knows what words mean as this one does.
    #[must_use]
    pub fn empty_like(&self) -> Self {
        Self { lexicon: self.lexicon.empty_like(), weights: self.weights, ..Self::default() }
    }

    /// Gets to know a text without taking it in: the slow part of [`Self::insert`].
    pub fn learn(&mut self, text: &str) -> Learnt {
        self.lexicon.learn(text, &self.weights, self.postings.get_mut())
    }

    /// Takes in a text, under a slot that is free. Slots from [`MAX_SLOTS`] on are not taken in.
    pub fn insert(&mut self, slot: Slot, learnt: Learnt, facts: Facts) {
        if slot >= MAX_SLOTS {
            return;
        }
        let postings = self.postings.get_mut();
        for (term, halves) in learnt.counts {
            postings.insert(term, Posting::new(slot, halves));
        }
        self.texts.insert(slot, facts, learnt.traits, learnt.meaning.as_ref().map(PackedMeaning::of));
        self.workspace.get_mut().views.forget();
    }

    /// Forgets a text; `text` must be what was taken in.
    pub fn remove(&mut self, slot: Slot, text: &str) {
        let counts = self.learn(text).counts;
        let postings = self.postings.get_mut();
        postings.thaw(&[slot]);
        for (term, _) in counts {
            postings.remove(term, slot);
        }
        self.texts.remove(slot);
        self.workspace.get_mut().views.forget();
    }

    /// Forgets the words that no text has any more: to be called once all that belongs together is changed.
    pub fn sweep(&mut self) {
        let gone = self.postings.get_mut().sweep();
        if !gone.is_empty() {
            self.lexicon.forget(&gone);
        }
    }

    /// Gives back the memory of what made learning fast: to be called once there is nothing left to be learnt.
    pub fn settle(&mut self) {
        self.lexicon = self.lexicon.empty_like();
    }

    /// The texts in these slots, in their order, as bytes for [`Self::load`]: the index at rest, to be sealed by the caller.
    /// Where they are many, their posting lists are kept as they are at rest from now on, which takes a third of the memory.
    pub fn segment(&self, slots: &[Slot]) -> Vec<u8> {
        let mut postings = self.postings.borrow_mut();
        postings.thaw(slots);
        let Written { bytes, dictionary, slots } =
            segment::encode(slots, self.lexicon.table_print(), &self.texts, &postings);
        if slots.len() >= WORTH_FREEZING
            && let Some(dictionary) = bytes.get(dictionary..)
            && let Ok(dictionary) = Dictionary::read(&mut Reader(dictionary), slots)
        {
            postings.freeze(dictionary);
        }
        bytes
    }

    /// Takes in the texts of a segment without learning them anew. `slots` says which slot each of the slots that it was
    /// written of is by now, each a free one, or that its text is to be left out. Where it fails, nothing is changed. Its
    /// posting lists are read as they are asked for.
    pub fn load(&mut self, bytes: &[u8], slots: &[Option<Slot>]) -> Result<(), SegmentError> {
        self.take_in(bytes, slots, self.lexicon.table_print())
    }

    #[inline(never)]
    fn take_in(&mut self, bytes: &[u8], slots: &[Option<Slot>], table: u64) -> Result<(), SegmentError> {
        let segment = segment::decode(bytes, slots, table)?;
        if segment.texts.iter().filter_map(|text| text.slot).any(|slot| self.texts.there().has(slot)) {
            return Err(SegmentError::Taken);
        }
        let Segment { texts, dictionary } = segment;
        let postings = self.postings.get_mut();
        let mut speakers: BTreeMap<Term, Option<Term>> = BTreeMap::new();
        for Kept { slot, facts, traits, meaning } in texts {
            let Some(slot) = slot else { continue };
            let number =
                |place| *speakers.entry(place).or_insert_with(|| postings.number_in(&dictionary, place as usize));
            self.texts.insert(slot, facts, Traits { speaker: traits.speaker.and_then(number), ..traits }, meaning);
        }
        postings.bring(dictionary);
        self.workspace.get_mut().views.forget();
        Ok(())
    }

    /// The `limit` visible texts that fit best, best first; equal scores come in the order of their slots. What is not
    /// visible changes nothing in the answer.
    pub fn search(&self, query: &Query<'_>, limit: usize, visible: impl Fn(Slot) -> bool) -> Vec<Hit> {
        // Taken out meanwhile: whatever `visible` does, nobody else holds it.
        let mut workspace = self.workspace.take();
        let view = workspace.views.get(&self.texts, &self.weights, visible);
        let mut postings = self.postings.borrow_mut();
        postings.release_many();
        let asked = Asked::new(query, &mut postings, &view);
        let learnt = (&*postings, &self.texts, self.lexicon.table());
        let hits = rank(&asked, query.now, limit, &view, learnt, &mut workspace);
        self.workspace.replace(workspace);
        hits
    }

    /// Where the words that a query asks for stand in each of these texts: ranges of bytes, in order.
    pub fn marks(&self, query: &Query<'_>, texts: &[&str], visible: impl Fn(Slot) -> bool) -> Vec<Vec<Range<usize>>> {
        let mut workspace = self.workspace.take();
        let view = workspace.views.get(&self.texts, &self.weights, visible);
        self.workspace.replace(workspace);
        let mut postings = self.postings.borrow_mut();
        postings.release_many();
        let asked = Asked::new(query, &mut postings, &view);
        texts.iter().map(|text| marks_in(text, &asked, &postings)).collect()
    }

    /// The visible texts that say what a text says that this index has learnt, the most alike first, with what shows it.
    /// Words that no text has are remembered until the next [`Self::sweep`].
    pub fn restatements(&self, learnt: &Learnt, visible: impl Fn(Slot) -> bool) -> Vec<Restatement> {
        let Learnt { counts, meaning, .. } = learnt;
        let terms: Vec<Term> = counts.iter().map(|(term, _)| *term).collect();
        self.postings.borrow_mut().complete_all(terms.iter().copied());
        let probe = meaning.as_ref().map(Probe::new);
        let likeness_with = |slot| self.texts.meanings.likeness_to(probe.as_ref()?, slot);
        let mut found: Vec<Restatement> = self
            .sharing_many(&terms, visible)
            .into_iter()
            .filter_map(|(slot, both)| {
                let any = terms.len() as f32 + f32::from(self.texts.get(slot)?.traits.distinct) - both as f32;
                let shared_words = both as f32 / any;
                (shared_words >= SAME_BY_BOTH.0).then(|| Restatement {
                    slot,
                    shared_words,
                    likeness: likeness_with(slot),
                })
            })
            .filter(|found| {
                found.shared_words >= SAME_BY_WORDS || found.likeness.is_some_and(|likeness| likeness >= SAME_BY_BOTH.1)
            })
            .collect();
        found.sort_by(|a, b| b.shared_words.total_cmp(&a.shared_words).then(a.slot.cmp(&b.slot)));
        found
    }

    /// The visible texts that may have so many of these terms that they restate, with how many they have. Half of the
    /// terms have to be in such a text, so it has one of any half and one more: the common half of the words, whose lists
    /// are long, brings no text in.
    fn sharing_many(&self, terms: &[Term], visible: impl Fn(Slot) -> bool) -> Vec<(Slot, u32)> {
        let postings = self.postings.borrow();
        let mut lists: Vec<&[Posting]> = terms.iter().map(|term| postings.list(*term)).collect();
        lists.sort_by_key(|list| list.len());
        let needed = (terms.len() as f32 * SAME_BY_BOTH.0).ceil() as usize;
        let (rare, common) = lists.split_at((terms.len() + 1).saturating_sub(needed).min(lists.len()));
        let mut sharing: BTreeMap<Slot, u32> = BTreeMap::new();
        for posting in rare.iter().copied().flatten().filter(|posting| visible(posting.slot())) {
            *sharing.entry(posting.slot()).or_default() += 1;
        }
        for (slot, both) in &mut sharing {
            let has = |list: &&&[Posting]| list.binary_search_by_key(slot, |posting| posting.slot()).is_ok();
            *both += common.iter().filter(has).count() as u32;
        }
        sharing.into_iter().collect()
    }

    #[cfg(test)]
    pub(crate) fn asked(&self, query: &Query<'_>) -> Asked {
        let view = self.workspace.borrow_mut().views.get(&self.texts, &self.weights, |_| true);
        Asked::new(query, &mut self.postings.borrow_mut(), &view)
    }

    /// The same as [`Self::search`] where everything may be seen, with no text passed over.
    #[cfg(test)]
    pub(crate) fn search_every_text(&self, query: &Query<'_>, limit: usize) -> Vec<Hit> {
        let mut hits = self.search(query, usize::MAX, |_| true);
        hits.sort_unstable_by(crate::ranking::best_first);
        crate::ranking::move_duplicates_back(&mut hits, limit, &self.texts);
        hits.truncate(limit);
        hits
    }

    #[cfg(test)]
    pub(crate) fn holds_nothing(&self) -> bool {
        self.postings.borrow().is_empty() && self.texts.is_empty() && self.lexicon.is_empty()
    }
}

/// Where the words that are asked for stand in a text.
fn marks_in(text: &str, asked: &Asked, postings: &Postings) -> Vec<Range<usize>> {
    let found = words(text, Purpose::Text);
    let plain: Vec<String> = found.iter().map(|word| folded(word.text)).collect();
    let language = Language::of(plain.iter().map(|word| Sign::of(word))).unwrap_or(Language::English);
    let is_asked = |word: &str| postings.known(&language.stem(word)).is_some_and(|term| asked.asks_for(term));
    let mut marks: Vec<Range<usize>> = Vec::new();
    for (word, _) in found.iter().zip(&plain).filter(|(_, plain)| is_asked(plain)) {
        let end = word.start + word.text.len();
        match marks.last_mut().filter(|last| last.end >= word.start) {
            Some(last) => last.end = last.end.max(end),
            None => marks.push(word.start..end),
        }
    }
    marks
}

/// Reads a segment, looks for words in it, and writes it again; `None` where it is none. For the fuzzer, whatever table it
/// was made with.
#[doc(hidden)]
pub fn rewrite_segment(bytes: &[u8]) -> Option<Vec<u8>> {
    let slots: Vec<Slot> = (0..4096).collect();
    let table = u64::from_be_bytes(*bytes.get(1..)?.first_chunk()?);
    let mut index = Index::default();
    let places: Vec<Option<Slot>> = slots.iter().copied().map(Some).collect();
    let is_sound = segment::decode(bytes, &places, table).and_then(|segment| segment.check()).is_ok();
    index.take_in(bytes, &places, table).ok()?;
    for query in [Query::whole("tea thrae"), Query::growing("t")] {
        index.search(&query, 10, |_| true);
    }
    if !is_sound {
        return None;
    }
    let postings = index.postings.get_mut();
    postings.thaw(&slots);
    Some(segment::encode(&slots, table, &index.texts, postings).bytes)
}
