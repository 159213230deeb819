//! What a query asks for, among the texts that may be seen.

use core::ops::Range;

use crate::facts::{Millis, Slot, Texts};
use crate::language::Language;
use crate::lexicon::Lexicon;
use crate::postings::{Postings, Term};
use crate::time_words::{asks_when, time_of};
use crate::tokens::{Purpose, ends_in_word, folded, words};

/// So much of a query is read, in bytes; no person asks more.
const MAX_QUERY: usize = 4096;

/// So many different words of a query are looked for.
const MAX_TERMS: usize = 64;

/// The shortest term that may stand for a longer growing word.
const SHORTEST_STEM: usize = 4;

/// The most terms that a growing or mistyped word stands for.
const MAX_EXPANSIONS: usize = 64;

/// From how many letters on a word may be one or two letters off.
const ONE_TYPO: usize = 5;
const TWO_TYPOS: usize = 8;

/// A question to an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Query<'a> {
    /// In the person's words.
    pub text: &'a str,
    /// Whether it is being typed.
    pub last: LastWord,
    /// When it is asked; without it, no text is newer than another and “yesterday” is a word like any.
    pub now: Option<Millis>,
}

impl<'a> Query<'a> {
    /// A finished question at no particular time.
    pub fn whole(text: &'a str) -> Self {
        Self { text, last: LastWord::Whole, now: None }
    }

    /// A question that is still being typed.
    pub fn growing(text: &'a str) -> Self {
        Self { text, last: LastWord::Growing, now: None }
    }

    /// The same, asked at a time.
    pub fn at(self, now: Millis) -> Self {
        Self { now: Some(now), ..self }
    }
}

/// Whether the last word of a query may be the beginning of a longer one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LastWord {
    /// It is all there.
    Whole,
    /// The person is still typing it.
    Growing,
}

/// The texts that a subject may see. Nothing that ranking uses comes from any other.
pub(crate) struct View {
    visible: Vec<bool>,
    /// How many are visible.
    pub count: usize,
    /// The languages of the visible texts.
    languages: Vec<Language>,
}

impl View {
    pub fn new(texts: &Texts, may_be_seen: impl Fn(Slot) -> bool) -> Self {
        let mut visible = vec![false; texts.len()];
        let mut count = 0;
        let mut spoken = 0_u32;
        for (slot, text) in texts.iter().filter(|(slot, _)| may_be_seen(*slot)) {
            if let Some(seen) = visible.get_mut(slot as usize) {
                *seen = true;
            }
            count += 1;
            spoken |= 1 << text.traits.language.unwrap_or(Language::English) as u32;
        }
        let languages = Language::ALL.into_iter().filter(|language| spoken & (1 << *language as u32) != 0).collect();
        Self { visible, count, languages }
    }

    pub fn sees(&self, slot: Slot) -> bool {
        self.visible.get(slot as usize).copied().unwrap_or_default()
    }

    fn has(&self, postings: &Postings, term: Term) -> bool {
        postings.list(term).iter().any(|posting| self.sees(posting.slot()))
    }
}

/// A query, understood.
pub(crate) struct Asked {
    /// Each word that says something, once.
    pub words: Vec<AskedWord>,
    pub when: bool,
    pub time: Option<Range<Millis>>,
}

/// One word of a query, with every term that it stands for.
pub(crate) struct AskedWord {
    pub folded: String,
    pub terms: Vec<Term>,
}

impl Asked {
    pub fn new(query: &Query<'_>, postings: &Postings, view: &View) -> Self {
        let text = beginning(query.text, MAX_QUERY);
        let found: Vec<String> = words(text, Purpose::Query).into_iter().map(|word| folded(word.text)).collect();
        let language = Language::of(found.iter().map(String::as_str));
        // A few words often do not show their language.
        let languages = language.as_ref().map_or(&[Language::English, Language::French][..], core::slice::from_ref);
        let says_nothing = |word: &str| languages.iter().any(|language| language.is_stop_word(word));
        let grows = query.last == LastWord::Growing && text.len() == query.text.len() && ends_in_word(text);
        let only_stops = found.iter().all(|word| says_nothing(word));
        let mut asked: Vec<AskedWord> = Vec::new();
        for (at, word) in found.iter().enumerate() {
            let is_growing = grows && at + 1 == found.len();
            if asked.len() >= MAX_TERMS || (says_nothing(word) && !only_stops && !is_growing) {
                continue;
            }
            let terms = terms_of(word, is_growing, postings, view);
            // Two spellings or two forms of one word are asked for once.
            if !asked.iter().any(|other| other.folded == *word || (!terms.is_empty() && other.terms == terms)) {
                asked.push(AskedWord { folded: word.clone(), terms });
            }
        }
        Self { words: asked, when: asks_when(text), time: time_of(text, query.now) }
    }

    /// Whether a term is asked for.
    pub fn asks_for(&self, term: Term) -> bool {
        self.words.iter().any(|word| word.terms.contains(&term))
    }
}

/// The terms of visible texts that a word stands for, in the order of their numbers.
fn terms_of(word: &str, is_growing: bool, postings: &Postings, view: &View) -> Vec<Term> {
    let (_, stems) = Lexicon::stems(word, view.languages.iter().copied());
    let seen = |term: &Term| view.has(postings, *term);
    let mut terms: Vec<Term> = stems.iter().filter_map(|stem| postings.find(stem)).filter(seen).collect();
    if is_growing {
        let longer: Vec<Term> =
            postings.beginning(word).map(|(_, term)| term).filter(seen).take(MAX_EXPANSIONS).collect();
        // Past the stem (“conversatio” of “conversation”, kept as “convers”) no term begins with what was typed.
        if longer.is_empty() && terms.is_empty() {
            let ends = word.char_indices().map(|(at, _)| at).filter(|&at| at >= SHORTEST_STEM).rev();
            let mut shorter = ends.filter_map(|end| postings.find(word.get(..end)?));
            terms.extend(shorter.find(seen));
        }
        terms.extend(longer);
    }
    if terms.is_empty() {
        let shortest = stems.iter().map(|stem| stem.as_str()).min_by_key(|stem| stem.len());
        terms = mistyped(shortest.unwrap_or(word), word.chars().count(), postings, view);
    }
    terms.sort_unstable();
    terms.dedup();
    terms
}

/// The visible terms that are the fewest letters away from a word that no visible text has.
fn mistyped(stem: &str, length: usize, postings: &Postings, view: &View) -> Vec<Term> {
    let most = if length >= TWO_TYPOS { 2 } else { usize::from(length >= ONE_TYPO) };
    let letters: Vec<char> = stem.chars().collect();
    // A number that is one digit off is another number.
    if most == 0 || letters.iter().any(|letter| !letter.is_alphabetic()) {
        return Vec::new();
    }
    let mut nearest = most;
    let mut found = Vec::new();
    for (term, number) in postings.all() {
        let Some(distance) = distance(&letters, term, nearest).filter(|_| view.has(postings, number)) else { continue };
        if distance < nearest {
            nearest = distance;
            found.clear();
        }
        if found.len() < MAX_EXPANSIONS {
            found.push(number);
        }
    }
    found
}

/// How many letters have to be put in, taken out, changed or swapped with the next to get from one word to another;
/// `None` where it is more than `most`.
fn distance(one: &[char], other: &str, most: usize) -> Option<usize> {
    if other.len().abs_diff(one.iter().map(|letter| letter.len_utf8()).sum()) > most * 3 {
        return None;
    }
    let other: Vec<char> = other.chars().collect();
    if other.len().abs_diff(one.len()) > most {
        return None;
    }
    let mut second: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=other.len()).collect();
    for (row, letter) in one.iter().enumerate() {
        let mut line = vec![row + 1];
        for (column, there) in other.iter().enumerate() {
            let at = |line: &[usize], column: usize| line.get(column).copied().unwrap_or(usize::MAX - 1);
            let changed = at(&above, column) + usize::from(letter != there);
            let mut fewest = changed.min(at(&above, column + 1) + 1).min(at(&line, column) + 1);
            let swapped =
                row > 0 && column > 0 && one.get(row - 1) == Some(there) && other.get(column - 1) == Some(letter);
            if swapped {
                fewest = fewest.min(at(&second, column - 1) + 1);
            }
            line.push(fewest);
        }
        if line.iter().all(|&steps| steps > most) {
            return None;
        }
        second = core::mem::replace(&mut above, line);
    }
    above.last().copied().filter(|&steps| steps <= most)
}

/// The beginning of a text, of at most so many bytes, that ends between two characters.
fn beginning(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rev().find(|&end| text.is_char_boundary(end));
    end.and_then(|end| text.get(..end)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swap_or_a_wrong_letter_is_one_step() {
        let steps = |one: &str, other, most| distance(&one.chars().collect::<Vec<_>>(), other, most);
        assert_eq!(steps("guitar", "guitar", 1), Some(0));
        assert_eq!(steps("giutar", "guitar", 1), Some(1));
        assert_eq!(steps("gutar", "guitar", 1), Some(1));
        assert_eq!(steps("guitars", "guitra", 1), None);
        assert_eq!(steps("guitars", "guitra", 2), Some(2));
    }

    #[test]
    fn a_query_is_cut_between_characters() {
        assert_eq!(beginning("aé", 2), "a");
        assert_eq!(beginning("aé", 3), "aé");
    }
}
