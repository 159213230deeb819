//! Text lists: one memory a line, bare or as the `[2026-01-15] - text` lines that assistants hand out.

use serde::{Deserialize, Serialize};

use crate::{MemoryError, Millis, normal_text, parse_date};

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
}

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
            Ok(text) => parsed.lines.push(ListLine { text, created }),
            Err(error) => parsed.skipped.push(SkippedLine { line: number, reason: error.to_string() }),
        }
    }
    Ok(parsed)
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
