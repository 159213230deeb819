//! From text to words: where each stands, and what counts as the same.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_segmentation::UnicodeSegmentation;

/// So many words of a text are looked at; the rest of it is not found. A memory of 16 KiB has fewer.
pub(crate) const MAX_WORDS: usize = 20_000;

/// No word is longer, in bytes: what goes beyond is not a word but something that was pasted.
const MAX_WORD_BYTES: usize = 256;

/// The most bytes of a letter.
const MAX_LETTER: usize = 4;

/// What is left of a word before or behind an apostrophe and is no word: “it's”, “they'll”, “l'école”, “qu'il”.
const AROUND_APOSTROPHE: [&str; 4] = ["ll", "re", "ve", "qu"];

/// A word as it is written, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word<'a> {
    pub text: &'a str,
    /// Its first byte in the text.
    pub start: usize,
}

/// What the words are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To be found.
    Text,
    /// To find.
    Query,
}

/// The words of a text in its order. What is written without spaces (Chinese, Japanese) comes in overlapping pairs of
/// characters; a text has the single characters too, for queries of one.
pub(crate) fn words(text: &str, purpose: Purpose) -> Vec<Word<'_>> {
    let mut found = Vec::new();
    // Where the last run of characters without spaces ends, and its last character.
    let mut before: Option<(usize, usize)> = None;
    for (start, word) in text.unicode_word_indices() {
        if found.len() >= MAX_WORDS {
            break;
        }
        let end = start + word.len();
        if word.chars().next().is_some_and(is_written_without_spaces) {
            pairs(text, start, end, purpose, &mut before, &mut found);
        } else if word.contains(['\'', '’']) {
            // One word may have as many apostrophes as letters.
            found.extend(around_apostrophes(word, start).take(MAX_WORDS - found.len()));
        } else if word.len() <= MAX_WORD_BYTES {
            found.push(Word { text: word, start });
        }
    }
    found.truncate(MAX_WORDS);
    found
}

/// Takes in characters that are written without spaces.
fn pairs<'a>(
    text: &'a str,
    start: usize,
    end: usize,
    purpose: Purpose,
    before: &mut Option<(usize, usize)>,
    found: &mut Vec<Word<'a>>,
) {
    let Some(run) = text.get(start..end) else { return };
    for (at, character) in run.char_indices().map(|(at, character)| (start + at, character)) {
        // A run may be as long as the text.
        if found.len() >= MAX_WORDS {
            break;
        }
        let until = at + character.len_utf8();
        let goes_on = before.filter(|(end, _)| *end == at);
        if let Some((_, first)) = goes_on {
            // The run's first character alone was taken as a word of the query: the pair takes its place.
            if purpose == Purpose::Query
                && found.last().is_some_and(|last| last.start == first && last.text.len() == at - first)
            {
                found.pop();
            }
            found.extend(text.get(first..until).map(|text| Word { text, start: first }));
        }
        if purpose == Purpose::Text || goes_on.is_none() {
            found.extend(text.get(at..until).map(|text| Word { text, start: at }));
        }
        *before = Some((until, at));
    }
}

/// The parts of a word with apostrophes that are words.
fn around_apostrophes(word: &str, start: usize) -> impl Iterator<Item = Word<'_>> {
    let mut at = start;
    word.split_inclusive(['\'', '’']).filter_map(move |part| {
        let first = at;
        at += part.len();
        let text = part.trim_end_matches(['\'', '’']);
        let is_word =
            text.chars().nth(1).is_some() && !AROUND_APOSTROPHE.iter().any(|no| text.eq_ignore_ascii_case(no));
        (is_word && text.len() <= MAX_WORD_BYTES).then_some(Word { text, start: first })
    })
}

fn is_written_without_spaces(character: char) -> bool {
    matches!(character, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}' | '\u{e00}'..='\u{eff}')
}

/// A word without case and accents: `Café`, `CAFE` and `cafe\u{301}` are one. What Cyrillic writes above its letters
/// makes other letters, and stays, but for ё, that few write.
pub(crate) fn folded(word: &str) -> String {
    if word.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return word.to_ascii_lowercase();
    }
    if word.chars().any(|c| matches!(c, '\u{400}'..='\u{4ff}')) {
        let letters = word.nfkc().flat_map(char::to_lowercase).take(MAX_WORD_BYTES / MAX_LETTER);
        return letters.map(|c| if c == 'ё' { 'е' } else { c }).collect();
    }
    let plain = word.nfkd().filter(|&c| !is_combining_mark(c) && !is_invisible(c)).flat_map(char::to_lowercase);
    // Ligatures that no decomposition takes apart.
    plain.fold(String::with_capacity(word.len()), |mut folded, c| {
        // A few characters stand for whole phrases: what is too long for a word is cut.
        if folded.len() + MAX_LETTER > MAX_WORD_BYTES {
            return folded;
        }
        match c {
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            'ß' => folded.push_str("ss"),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'ı' => folded.push('i'),
            _ => folded.push(c),
        }
        folded
    })
}

/// Characters without width or for the direction of writing: they hide nothing from a search.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{feff}')
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
}

/// Whether the last word of a query may still be growing: nothing follows it.
pub(crate) fn ends_in_word(query: &str) -> bool {
    query.chars().next_back().is_some_and(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<String> {
        words(text, Purpose::Text).into_iter().map(|word| folded(word.text)).collect()
    }

    #[test]
    fn case_accents_and_invisible_characters_do_not_matter() {
        assert_eq!(all("Cafés CAFÉS cafe\u{301}s ca\u{200d}fes"), ["cafes"; 4]);
        assert_eq!(all("Œuvre STRASSE straße"), ["oeuvre", "strasse", "strasse"]);
    }

    #[test]
    fn numbers_and_dates_stay_findable() {
        assert_eq!(all("Flat 12, 2026-01-15, 3.5 kg"), ["flat", "12", "2026", "01", "15", "3.5", "kg"]);
    }

    #[test]
    fn what_stands_around_an_apostrophe_is_no_word() {
        assert_eq!(all("it's Priya’s, they'll go"), ["it", "priya", "they", "go"]);
        assert_eq!(all("l'école qu'il aime, aujourd'hui"), ["ecole", "il", "aime", "aujourd", "hui"]);
    }

    #[test]
    fn what_has_no_spaces_comes_in_pairs() {
        assert_eq!(all("緑茶と"), ["緑", "緑茶", "茶", "茶と", "と"]);
        let query: Vec<_> = words("緑茶と 茶", Purpose::Query).into_iter().map(|word| word.text).collect();
        assert_eq!(query, ["緑茶", "茶と", "茶"]);
    }

    #[test]
    fn no_text_has_more_words_than_are_looked_at() {
        let endless = ["ab ", "ab'", "カタ", "緑茶", "ab'緑茶 ", "te\u{200d}a ", "\u{202e}ab\u{202c} ", "\u{301}a "];
        for text in endless.map(|part| part.repeat(1_000_000 / part.len())) {
            for purpose in [Purpose::Text, Purpose::Query] {
                let found = words(&text, purpose);
                assert!(found.len() <= MAX_WORDS);
                assert!(found.iter().all(|word| word.text.len() <= MAX_WORD_BYTES));
            }
        }
    }

    #[test]
    fn every_word_is_where_it_says() {
        let text = "L’été, 緑茶 and Bob's cat";
        for word in words(text, Purpose::Text) {
            assert_eq!(text.get(word.start..word.start + word.text.len()), Some(word.text));
        }
    }
}
