//! Which language a text is in, by its commonest words and its script, and what that says of a word.

use std::collections::HashMap;
use std::sync::LazyLock;

use rust_stemmers::{Algorithm, Stemmer};

use crate::stop_words::STOP_WORDS;

/// A language whose endings are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Language {
    English,
    French,
    Arabic,
    Danish,
    Dutch,
    Finnish,
    German,
    Greek,
    Hungarian,
    Italian,
    Norwegian,
    Portuguese,
    Romanian,
    Russian,
    Spanish,
    Swedish,
    Tamil,
    Turkish,
}

impl Language {
    /// Every language; where two fit a text equally well, the earlier one is taken.
    pub const ALL: [Self; 18] = [
        Self::English,
        Self::French,
        Self::Arabic,
        Self::Danish,
        Self::Dutch,
        Self::Finnish,
        Self::German,
        Self::Greek,
        Self::Hungarian,
        Self::Italian,
        Self::Norwegian,
        Self::Portuguese,
        Self::Romanian,
        Self::Russian,
        Self::Spanish,
        Self::Swedish,
        Self::Tamil,
        Self::Turkish,
    ];

    /// The language that most of the common words belong to; `None` where none is met.
    pub(crate) fn of(words: impl Iterator<Item = Sign>) -> Option<Self> {
        let mut evidence = [0.0_f32; Self::ALL.len()];
        let mut met = [0_u32; Self::ALL.len()];
        for Sign { languages, script } in words.take(MOST_WORDS) {
            if languages != 0 {
                // A word of many languages tells little about which it is.
                let share = 1.0 / languages.count_ones() as f32;
                for (at, (sum, met)) in evidence.iter_mut().zip(&mut met).enumerate() {
                    if languages & (1 << at) != 0 {
                        // Equal evidence falls to the earlier language.
                        *sum += share - at as f32 * 1e-6;
                        *met += 1;
                    }
                }
            } else if let Some(language) = script
                && let (Some(sum), Some(met)) = (evidence.get_mut(language as usize), met.get_mut(language as usize))
            {
                *sum += 0.5;
                *met += LEAST_WORDS;
            }
        }
        let languages = Self::ALL.into_iter().zip(evidence).zip(met);
        let ((best, sum), met) = languages.max_by(|((_, one), _), ((_, other), _)| one.total_cmp(other))?;
        Some(best).filter(|_| sum > 0.0 && (met >= LEAST_WORDS || best == Self::English))
    }

    /// Whether a word is so common in this language that it says nothing.
    pub(crate) fn is_stop_word(self, word: Sign) -> bool {
        word.languages & (1 << self as u8) != 0
    }

    /// A folded word without its ending.
    pub fn stem(self, word: &str) -> String {
        Stemmer::create(self.algorithm()).stem(word).into_owned()
    }

    fn algorithm(self) -> Algorithm {
        match self {
            Self::English => Algorithm::English,
            Self::French => Algorithm::French,
            Self::Arabic => Algorithm::Arabic,
            Self::Danish => Algorithm::Danish,
            Self::Dutch => Algorithm::Dutch,
            Self::Finnish => Algorithm::Finnish,
            Self::German => Algorithm::German,
            Self::Greek => Algorithm::Greek,
            Self::Hungarian => Algorithm::Hungarian,
            Self::Italian => Algorithm::Italian,
            Self::Norwegian => Algorithm::Norwegian,
            Self::Portuguese => Algorithm::Portuguese,
            Self::Romanian => Algorithm::Romanian,
            Self::Russian => Algorithm::Russian,
            Self::Spanish => Algorithm::Spanish,
            Self::Swedish => Algorithm::Swedish,
            Self::Tamil => Algorithm::Tamil,
            Self::Turkish => Algorithm::Turkish,
        }
    }
}

/// What a word shows of the language that it is in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sign {
    /// A bit for each language that it is one of the commonest words of.
    languages: u32,
    /// The only language here that is written in its letters.
    script: Option<Language>,
}

impl Sign {
    /// Of a folded word.
    pub fn of(word: &str) -> Self {
        let languages = LANGUAGES_OF.get(word).copied().unwrap_or_default();
        Self { languages, script: word.chars().next().and_then(of_script) }
    }
}

/// A text shows its language within so many words.
const MOST_WORDS: usize = 400;

/// One word is no proof: “care” is as common in Romanian as it is English. English needs none, being what is assumed.
const LEAST_WORDS: u32 = 2;

/// By common word, a bit for each language that has it.
static LANGUAGES_OF: LazyLock<HashMap<&str, u32>> = LazyLock::new(|| {
    let mut languages = HashMap::new();
    for (at, words) in STOP_WORDS.iter().enumerate() {
        for word in words.split_whitespace() {
            *languages.entry(word).or_default() |= 1 << at;
        }
    }
    languages
});

/// The language of a script that only one of those here is written in.
fn of_script(letter: char) -> Option<Language> {
    match letter {
        '\u{370}'..='\u{3ff}' => Some(Language::Greek),
        '\u{400}'..='\u{4ff}' => Some(Language::Russian),
        '\u{600}'..='\u{6ff}' => Some(Language::Arabic),
        '\u{b80}'..='\u{bff}' => Some(Language::Tamil),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::{Purpose, folded, words};

    fn language(text: &str) -> Option<Language> {
        let words: Vec<String> = words(text, Purpose::Text).into_iter().map(|word| folded(word.text)).collect();
        Language::of(words.iter().map(|word| Sign::of(word)))
    }

    #[test]
    fn a_sentence_shows_its_language() {
        for (text, expected) in [
            ("My sister lives in Lyon and I visit her", Language::English),
            ("Ma sœur habite à Lyon et je lui rends visite", Language::French),
            ("Meine Schwester wohnt nicht in Berlin", Language::German),
            ("Mi hermana vive en Madrid con los niños", Language::Spanish),
            ("Mia sorella non abita nella città", Language::Italian),
            ("Mijn zus woont niet in het dorp", Language::Dutch),
            ("A minha irmã não mora em Lisboa", Language::Portuguese),
            ("Моя сестра живёт в Москве", Language::Russian),
            ("Min syster bor inte i huset och jag saknar henne", Language::Swedish),
            ("Η αδελφή μου ζει στην Αθήνα", Language::Greek),
        ] {
            assert_eq!(language(text), Some(expected), "{text}");
        }
        assert_eq!(language("Lyon 2026"), None);
    }

    #[test]
    fn endings_are_those_of_the_language() {
        assert_eq!(Language::French.stem("chevaux"), Language::French.stem("cheval"));
        assert_eq!(Language::English.stem("hiking"), Language::English.stem("hikes"));
        assert_eq!(Language::Russian.stem("книги"), Language::Russian.stem("книга"));
        assert_eq!(Language::German.stem("katzen"), Language::German.stem("katze"));
    }
}
