//! From words to terms, the fast way: most words of a text were met before.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use foldhash::fast::FixedState;

use crate::facts::Traits;
use crate::language::{Language, Sign};
use crate::postings::{Postings, Term};
use crate::table::{COARSE, Meaning, Row, Sum, Table, meaning};
use crate::tokens::{MAX_WORDS, Purpose, folded, words};
use crate::weights::Weights;

/// So many written words are remembered.
const MAX_KNOWN_WORDS: usize = 200_000;

/// A name at the beginning of a text ends within so many bytes.
const LONGEST_SPEAKER: usize = 40;

/// A word as it is written, and what became of it.
#[derive(Debug, Clone)]
struct Known {
    folded: Box<str>,
    /// In the embedding table.
    rows: Box<[Row]>,
    /// By language, where it was met in texts of it: the term, and its fingerprint.
    terms: Vec<(Language, Term, u64)>,
    is_time: bool,
    sign: Sign,
}

/// A text as an index knows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Learnt {
    /// Every term once, with how often it occurs in halves.
    pub(crate) counts: Vec<(Term, u32)>,
    pub(crate) traits: Traits,
    pub(crate) meaning: Option<Meaning>,
}

/// The words that were met.
#[derive(Debug, Default)]
pub(crate) struct Lexicon {
    known: HashMap<Box<str>, Known, FixedState>,
    table: Option<Arc<Table>>,
}

impl Lexicon {
    pub fn new(table: Option<Arc<Table>>) -> Self {
        Self { known: HashMap::default(), table }
    }

    /// One that has met no word yet, with the same table.
    pub fn empty_like(&self) -> Self {
        Self::new(self.table.clone())
    }

    pub fn table(&self) -> Option<&Table> {
        self.table.as_deref()
    }

    /// Which table there is; 0 for none.
    pub fn table_print(&self) -> u64 {
        self.table.as_ref().map_or(0, |table| table.print())
    }

    /// Gets to know a text.
    pub fn learn(&mut self, text: &str, weights: &Weights, postings: &mut Postings) -> Learnt {
        if self.known.len() + MAX_WORDS > MAX_KNOWN_WORDS {
            self.known.clear();
        }
        let found = words(text, Purpose::Text);
        let signs: Vec<Sign> = found.iter().map(|word| self.meet(word.text)).collect();
        let language = Language::of(signs.iter().copied());
        let stops = language.unwrap_or(Language::English);
        let only_stops = signs.iter().all(|sign| stops.is_stop_word(*sign));
        let says_something = |sign: &Sign| only_stops || !stops.is_stop_word(*sign);
        let kept = found.iter().zip(&signs).filter(|(_, sign)| says_something(sign)).map(|(word, _)| word);
        let speaks_until = speaker_end(text);
        let aside = aside(text);
        let mut sum: Sum = [0.0; crate::table::DIMENSIONS];
        let mut terms: Vec<(Term, u64, bool)> = Vec::with_capacity(found.len());
        let mut tells_when = false;
        let mut speaker = None;
        for word in kept {
            let (term, print) = self.term(word.text, stops, postings);
            if word.start < speaks_until {
                speaker = speaker.or(Some(term));
                terms.push((term, print, false));
                continue;
            }
            let is_aside = aside.contains(&word.start);
            if let Some(known) = self.known.get(word.text) {
                tells_when |= known.is_time && !is_aside;
                if let Some(table) = &self.table {
                    table.add(&known.rows, 1.0, &mut sum);
                }
            }
            terms.push((term, print, is_aside));
        }
        let halves = |(.., is_aside): &(Term, u64, bool)| if *is_aside { weights.aside } else { 2 };
        let length = terms.iter().map(halves).sum::<u32>() as f32 * 0.5;
        terms.sort_unstable();
        let same = terms.chunk_by(|one, other| one.0 == other.0);
        let mut counts = Vec::with_capacity(terms.len());
        let mut prints = Vec::with_capacity(terms.len());
        for same in same {
            if let Some((term, print, _)) = same.first() {
                counts.push((*term, same.iter().map(halves).sum()));
                prints.push(*print);
            }
        }
        let traits = Traits {
            length,
            distinct: counts.len().min(usize::from(u16::MAX)) as u16,
            print: print_of(&prints),
            language,
            speaker,
            asks: text.contains(['?', '？', '؟']),
            tells_when,
        };
        Learnt { counts, traits, meaning: meaning(&sum, COARSE) }
    }

    /// What a word of a query is looked for by, in each language of the texts: folded, and its term.
    pub fn stems(word: &str, languages: impl Iterator<Item = Language>) -> (String, BTreeSet<String>) {
        let folded = folded(word);
        let stems = languages.map(|language| language.stem(&folded)).collect();
        (folded, stems)
    }

    /// Forgets words whose terms are gone.
    pub fn forget(&mut self, gone: &BTreeSet<Term>) {
        self.known.retain(|_, known| {
            known.terms.retain(|(_, term, _)| !gone.contains(term));
            !known.terms.is_empty()
        });
    }

    fn meet(&mut self, word: &str) -> Sign {
        if let Some(known) = self.known.get(word) {
            return known.sign;
        }
        let folded = folded(word).into_boxed_str();
        let rows = self.table.as_ref().map(|table| table.pieces(&folded)).unwrap_or_default().into_boxed_slice();
        let is_time = crate::time_words::is_time(&folded);
        let sign = Sign::of(&folded);
        self.known.insert(word.into(), Known { folded, rows, terms: Vec::new(), is_time, sign });
        sign
    }

    fn term(&mut self, word: &str, language: Language, postings: &mut Postings) -> (Term, u64) {
        let Some(known) = self.known.get_mut(word) else { return (postings.number(word), 0) };
        if let Some((_, term, print)) = known.terms.iter().find(|(known, ..)| *known == language) {
            return (*term, *print);
        }
        let stem = language.stem(&known.folded);
        let (term, print) = (postings.number(&stem), print_of_term(&stem));
        known.terms.push((language, term, print));
        (term, print)
    }

    #[cfg(test)]
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }
}

/// Where the name of the speaker ends: texts of a conversation begin like “Ann: ”. 0 where there is none.
fn speaker_end(text: &str) -> usize {
    let Some((name, rest)) = text.split_once(':') else { return 0 };
    let is_name = name.len() <= LONGEST_SPEAKER
        && rest.starts_with(' ')
        && name.split(' ').count() <= 3
        && name.split(' ').all(|word| word.chars().next().is_some_and(char::is_uppercase));
    if is_name { name.len() } else { 0 }
}

/// What stands in brackets at the end of a text: a caption, a remark.
fn aside(text: &str) -> core::ops::Range<usize> {
    match text.rfind('[') {
        Some(start) if text.ends_with(']') => start..text.len(),
        _ => 0..0,
    }
}

/// A fingerprint that differs in few bits between sets of terms that differ in few (Charikar's simhash).
fn print_of(terms: &[u64]) -> u64 {
    let mut balance = [0_i32; 64];
    for bits in terms {
        for (at, sum) in balance.iter_mut().enumerate() {
            *sum += if bits >> at & 1 == 1 { 1 } else { -1 };
        }
    }
    balance.iter().enumerate().filter(|(_, sum)| **sum > 0).fold(0, |print, (at, _)| print | 1 << at)
}

/// A number that has nothing to do with that of any other term (FNV-1a, its bits spread).
fn print_of_term(term: &str) -> u64 {
    let add = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = term.bytes().fold(0xcbf2_9ce4_8422_2325, add);
    let hash = (hash ^ hash >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash ^ hash >> 32
}
