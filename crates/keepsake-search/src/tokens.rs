//! From text to terms: what counts as the same word.

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// The words of a text in its order, as they are written.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.unicode_words()
}

/// What a word is looked for by: folded and stemmed.
pub(crate) fn term(word: &str) -> String {
    Stemmer::create(Algorithm::English).stem(&folded(word)).into_owned()
}

/// A word without case and accents: `Café`, `CAFE` and `cafe\u{301}` are one.
pub(crate) fn folded(word: &str) -> String {
    word.nfkd().filter(|&c| !is_combining_mark(c)).flat_map(char::to_lowercase).collect()
}

/// The last word of a query where it may still be growing: nothing follows it. Folded, not stemmed.
pub(crate) fn growing_word(query: &str) -> Option<String> {
    let ends_in_word = query.chars().next_back().is_some_and(char::is_alphanumeric);
    if ends_in_word { query.unicode_words().next_back().map(folded) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<String> {
        words(text).map(term).collect()
    }

    #[test]
    fn case_accents_and_endings_do_not_matter() {
        assert_eq!(all("Cafés CAFÉ cafe\u{301}"), ["cafe", "cafe", "cafe"]);
        assert_eq!(all("hiking hiked hikes"), ["hike", "hike", "hike"]);
    }

    #[test]
    fn numbers_and_dates_stay_findable() {
        assert_eq!(all("Flat 12, 2026-01-15, 3.5 kg"), ["flat", "12", "2026", "01", "15", "3.5", "kg"]);
    }

    #[test]
    fn a_word_that_is_followed_by_something_is_done() {
        assert_eq!(growing_word("green te"), Some("te".to_owned()));
        assert_eq!(growing_word("green tea "), None);
        assert_eq!(growing_word(""), None);
    }
}
