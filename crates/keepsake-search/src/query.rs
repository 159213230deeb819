//! What a query asks for, among the texts that may be seen.

use core::ops::Range;

use crate::facts::Millis;
use crate::language::{Language, Sign};
use crate::lexicon::Lexicon;
use crate::postings::{Postings, Term};
use crate::time_words::{asks_when, time_of};
use crate::tokens::{Purpose, ends_in_word, folded, words};
use crate::view::View;

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
    pub fn new(query: &Query<'_>, postings: &mut Postings, view: &View) -> Self {
        let text = beginning(query.text, MAX_QUERY);
        let found: Vec<String> = words(text, Purpose::Query).into_iter().map(|word| folded(word.text)).collect();
        let signs = found.iter().map(|word| Sign::of(word));
        let language = Language::of(signs.clone());
        // A few words often do not show their language.
        let languages = language.as_ref().map_or(&[Language::English, Language::French][..], core::slice::from_ref);
        let says_nothing = |word: Sign| languages.iter().any(|language| language.is_stop_word(word));
        let grows = query.last == LastWord::Growing && text.len() == query.text.len() && ends_in_word(text);
        let only_stops = signs.clone().all(says_nothing);
        let mut asked: Vec<AskedWord> = Vec::new();
        for (at, (word, sign)) in found.iter().zip(signs).enumerate() {
            let is_growing = grows && at + 1 == found.len();
            if asked.len() >= MAX_TERMS || (says_nothing(sign) && !only_stops && !is_growing) {
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

/// The terms of visible texts that a word stands for, in the order of their letters: that of their numbers would tell
/// which came first into the index.
fn terms_of(word: &str, is_growing: bool, postings: &mut Postings, view: &View) -> Vec<Term> {
    let (_, stems) = Lexicon::stems(word, view.languages.iter().copied());
    let mut find = |stem: &str| find_seen(stem, postings, view);
    let of_stems: Vec<Term> = stems.iter().filter_map(|stem| find(stem)).collect();
    if is_growing {
        let mut all: Vec<Term> = Vec::new();
        for term in postings.beginning(word) {
            if all.len() == MAX_EXPANSIONS {
                break;
            }
            all.extend(seen(term, postings, view));
        }
        all.extend(of_stems);
        all.sort_unstable_by(|one, other| postings.name(*one).cmp(postings.name(*other)));
        all.dedup();
        if !all.is_empty() {
            return all;
        }
        // Past the stem (“conversatio” of “conversation”, kept as “convers”) no term begins with what was typed.
        let ends = word.char_indices().map(|(at, _)| at).filter(|&at| at >= SHORTEST_STEM).rev();
        let shorter = ends.filter_map(|end| find_seen(word.get(..end)?, postings, view)).next();
        if let Some(term) = shorter {
            return vec![term];
        }
    } else if !of_stems.is_empty() {
        return of_stems;
    }
    let shortest = stems.iter().map(String::as_str).min_by_key(|stem| stem.len());
    mistyped(shortest.unwrap_or(word), word.chars().count(), postings, view)
}

/// The number of a term that some visible text has.
fn find_seen(term: &str, postings: &mut Postings, view: &View) -> Option<Term> {
    postings.find(term).filter(|term| view.has(postings, *term))
}

/// The term, if some visible text has it.
fn seen(term: Term, postings: &mut Postings, view: &View) -> Option<Term> {
    postings.complete(term);
    view.has(postings, term).then_some(term)
}

/// The terms that begin as a word does, or with its first two letters swapped: hardly anybody mistypes the first letter,
/// and words that differ in it (“hives”, “gives”) are seldom meant for each other.
fn starting_alike(letters: &[char], postings: &mut Postings) -> Vec<Term> {
    let starts = match letters {
        [first, second, ..] if first != second => vec![first.to_string(), format!("{second}{first}")],
        _ => letters.iter().take(1).map(char::to_string).collect(),
    };
    starts.iter().flat_map(|start| postings.beginning(start)).collect()
}

/// The visible terms that are the fewest letters away from a word that no visible text has.
fn mistyped(stem: &str, length: usize, postings: &mut Postings, view: &View) -> Vec<Term> {
    let most = if length >= TWO_TYPOS { 2 } else { usize::from(length >= ONE_TYPO) };
    let letters: Vec<char> = stem.chars().collect();
    // A number that is one digit off is another number.
    if most == 0 || letters.iter().any(|letter| !letter.is_alphabetic()) {
        return Vec::new();
    }
    let mut nearest = most;
    let mut found = Vec::new();
    let those_in = letters_in(stem);
    for term in starting_alike(&letters, postings) {
        let name = postings.name(term);
        // A step changes at most one letter, and so at most two bits of which letters there are.
        if name.len().abs_diff(stem.len()) > nearest * 3
            || (letters_in(name) ^ those_in).count_ones() as usize > nearest * 2
        {
            continue;
        }
        let Some(distance) = distance(&letters, name, nearest) else { continue };
        let Some(term) = seen(term, postings, view) else { continue };
        if distance < nearest {
            nearest = distance;
            found.clear();
        }
        if found.len() < MAX_EXPANSIONS {
            found.push(term);
        }
    }
    found
}

/// A bit for each letter that a word has; letters share the bits.
fn letters_in(word: &str) -> u64 {
    word.chars().fold(0, |letters, letter| letters | 1 << (letter as u32 % 64))
}

/// How many letters have to be put in, taken out, changed or swapped with the next to get from one word to another;
/// `None` where it is more than `most`.
fn distance(one: &[char], other: &str, most: usize) -> Option<usize> {
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
    fn no_query_asks_for_more_than_so_many_words() {
        let mut index = crate::Index::default();
        let text: String = (0..2000).map(|n| format!("some{n} ")).collect();
        crate::tests::insert(&mut index, 0, &text, crate::Facts::default());
        let long = format!("{}some", text.repeat(10));
        for query in [long, "é".repeat(50_000), "some'".repeat(20_000)] {
            let asked = index.asked(&Query::growing(&query));
            assert!(asked.words.len() <= MAX_TERMS);
            assert!(asked.words.iter().all(|word| word.terms.len() <= MAX_EXPANSIONS + crate::Language::ALL.len()));
        }
        assert_eq!(index.asked(&Query::growing("some")).words[0].terms.len(), MAX_EXPANSIONS);
    }

    #[test]
    fn a_query_is_cut_between_characters() {
        assert_eq!(beginning("aé", 2), "a");
        assert_eq!(beginning("aé", 3), "aé");
    }
}
