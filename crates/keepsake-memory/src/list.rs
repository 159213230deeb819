//! Text lists: one memory a line, bare or as the `[2026-01-15] - text` lines that assistants hand out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{MemoryError, Millis, Turn, normal_text, parse_date};

/// The longest list, in UTF-8 bytes.
pub const MAX_LIST_BYTES: usize = 8 * 1024 * 1024;

/// The most lines of a list.
pub const MAX_LIST_LINES: usize = 50_000;

/// One memory that a list holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct ListLine {
    /// The words, in normal form.
    pub text: String,
    /// The first moment (UTC) of the day that the line names, in milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Millis>,
    /// Where in a conversation it was said, if the list is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<Turn>,
}

/// A line that holds no memory, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct SkippedLine {
    /// Counted from 1.
    pub line: u32,
    /// In words, without the content.
    pub reason: String,
}

/// What a list holds.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ParsedList {
    /// The memories in the list's order.
    pub lines: Vec<ListLine>,
    /// What was left out; blank lines and code fences are not worth a word.
    pub skipped: Vec<SkippedLine>,
    /// Where each memory stands, if the list looks like a conversation: nearly every line says who speaks, and they take turns.
    /// Between the turns of two days there is a gap.
    pub positions: Option<Vec<u32>>,
}

/// What is further apart is not told to be beside each other.
const GAP: u32 = 10;

/// The longest name of who speaks, in characters.
const MAX_SPEAKER_CHARS: usize = 40;

/// Reads a list. A line may start with a bullet (`-`, `*`, `•`), then with a date in brackets and a dash; `[unknown]`
/// stands for no date. Code fences around a list are passed over.
pub fn parse_list(list: &str) -> Result<ParsedList, MemoryError> {
    if list.len() > MAX_LIST_BYTES || list.lines().count() > MAX_LIST_LINES {
        return Err(MemoryError::ListTooLong);
    }
    let mut parsed = ParsedList::default();
    for (number, line) in (1..).zip(list.lines()) {
        let line = without_bullet(line.trim_start_matches('\u{feff}').trim());
        if line.is_empty() || line.starts_with("```") {
            continue;
        }
        let (created, text) = dated(line);
        match normal_text(text) {
            Ok(text) => parsed.lines.push(ListLine { text, created, turn: None }),
            Err(error) => parsed.skipped.push(SkippedLine { line: number, reason: error.to_string() }),
        }
    }
    parsed.positions = are_turns(&parsed.lines).then(|| positions(&parsed.lines));
    Ok(parsed)
}

/// Whether lines are what people say to each other: nine in ten name a speaker, there are at least two, and each of them
/// speaks twice or more on average. A list of facts in the form of “Diet: vegetarian” names something else in each line.
fn are_turns(lines: &[ListLine]) -> bool {
    let mut speakers: BTreeMap<&str, usize> = BTreeMap::new();
    lines.iter().filter_map(|line| speaker(&line.text)).for_each(|name| *speakers.entry(name).or_default() += 1);
    let spoken: usize = speakers.values().sum();
    let take_turns = speakers.values().filter(|count| **count > 1).count() > 1;
    take_turns && spoken * 10 >= lines.len() * 9 && speakers.len() * 2 <= spoken
}

/// The name at the beginning of “Ann: Hello”.
fn speaker(text: &str) -> Option<&str> {
    let (name, _) = text.split_once(": ")?;
    let is_name = name.chars().next().is_some_and(char::is_alphabetic) && name.chars().count() <= MAX_SPEAKER_CHARS;
    is_name.then_some(name)
}

fn positions(lines: &[ListLine]) -> Vec<u32> {
    let mut next = 0;
    let mut day = lines.first().and_then(|line| line.created);
    let place = |line: &ListLine| {
        if core::mem::replace(&mut day, line.created) != line.created {
            next += GAP;
        }
        next += 1;
        next
    };
    lines.iter().map(place).collect()
}

fn without_bullet(line: &str) -> &str {
    ["- ", "* ", "• "].iter().find_map(|bullet| line.strip_prefix(bullet)).unwrap_or(line).trim()
}

/// `[2026-01-15] - text` in its parts; a bracket that holds no date belongs to the text.
fn dated(line: &str) -> (Option<Millis>, &str) {
    let parts = line.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let Some((stamp, rest)) = parts else { return (None, line) };
    let created = parse_date(stamp.trim());
    if created.is_none() && !stamp.trim().eq_ignore_ascii_case("unknown") {
        return (None, line);
    }
    (created, rest.trim_start().trim_start_matches(['-', '–', '—', ':']).trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn texts(list: &str) -> Vec<String> {
        parse_list(list).unwrap().lines.into_iter().map(|line| line.text).collect()
    }

    #[test]
    fn a_list_from_an_assistant_reads_with_its_dates() {
        let list = "```\n[2026-01-15] - Likes green tea\n[unknown] - Has a cat: Miso\n- [2025-12-01] – Works on Tuesdays\n```\n";
        let parsed = parse_list(list).unwrap();
        assert_eq!(texts(list), ["Likes green tea", "Has a cat: Miso", "Works on Tuesdays"]);
        assert_eq!(parsed.lines[0].created, parse_date("2026-01-15"));
        assert_eq!(parsed.lines[1].created, None);
        assert_eq!(parsed.skipped, []);
    }

    #[test]
    fn a_list_in_which_people_take_turns_is_a_conversation_and_a_day_ends_it() {
        let list = "[2026-01-15] - Ann: Do you play?\n[2026-01-15] - Bob: The cello.\n\n[2026-01-15] - Ann: Nice: really.\n\
                    [2026-01-16] - Bob: Hello\n[2026-01-16] - Ann: Hi";
        assert_eq!(parse_list(list).unwrap().positions, Some(vec![1, 2, 3, 14, 15]));
        assert_eq!(parse_list("Ann: a\nBob: b\nAnn: c\nBob: d").unwrap().positions, Some(vec![1, 2, 3, 4]));
    }

    #[test]
    fn a_list_of_facts_is_no_conversation() {
        for list in [
            "",
            "Likes green tea\nHas a cat: Miso",
            "Diet: vegetarian\nJob: engineer\nCity: Oslo\nCat: Miso",
            "Ann: one\nAnn: two\nAnn: three\nBob: four",
            "Ann: a\nBob: b\nAnn: c\nBob: d\nand\nso\non",
            "10: 30\n11: 30\n10: 45\n11: 45",
        ] {
            assert_eq!(parse_list(list).unwrap().positions, None, "{list}");
        }
    }

    #[test]
    fn a_bare_list_is_one_memory_a_line() {
        assert_eq!(texts("one\r\n\r\n  two  \n• three"), ["one", "two", "three"]);
    }

    #[test]
    fn a_bracket_that_is_no_date_stays_in_the_text() {
        assert_eq!(texts("[draft] call Ana\n[2026-02-30] - never"), ["[draft] call Ana", "[2026-02-30] - never"]);
    }

    #[test]
    fn a_line_without_words_or_beyond_the_limit_is_named_by_number() {
        let list = format!("ok\n[2026-01-15] - \n{}", "x".repeat(crate::MAX_TEXT_BYTES + 1));
        let skipped = parse_list(&list).unwrap().skipped;
        assert_eq!(skipped.iter().map(|line| line.line).collect::<Vec<_>>(), [2, 3]);
    }

    #[test]
    fn a_list_beyond_the_limit_is_refused_whole() {
        assert_eq!(parse_list(&"x\n".repeat(MAX_LIST_LINES + 1)), Err(MemoryError::ListTooLong));
    }

    proptest! {
        #[test]
        fn no_text_stops_the_reader(list in "(.{0,40}\n){0,8}") {
            let parsed = parse_list(&list).unwrap();
            prop_assert!(parsed.lines.len() + parsed.skipped.len() <= list.lines().count());
        }
    }
}
