//! The normal form of text, so that the same words are the same bytes and nothing invisible hides in them.

use unicode_normalization::UnicodeNormalization;

use crate::MemoryError;

/// The longest text of a memory, in UTF-8 bytes of its normal form.
pub const MAX_TEXT_BYTES: usize = 16 * 1024;

/// The text of a memory in normal form: NFC, `\n` line ends, no control or invisible formatting characters, no white
/// space at the ends.
pub fn normal_text(text: &str) -> Result<String, MemoryError> {
    // Most text is in normal form when it comes, and finding that out is far cheaper than bringing it there.
    if is_normal_ascii(text) && text.trim().len() == text.len() && !text.is_empty() && text.len() <= MAX_TEXT_BYTES {
        return Ok(text.to_owned());
    }
    let unified = text.replace("\r\n", "\n").replace('\r', "\n");
    // What is hidden goes first: between a letter and its accent it would keep the two apart.
    let kept: String = unified.chars().filter(|&c| c == '\n' || c == '\t' || !is_hidden(c)).nfc().collect();
    let trimmed = kept.trim();
    if trimmed.is_empty() {
        return Err(MemoryError::EmptyText);
    }
    if trimmed.len() > MAX_TEXT_BYTES {
        return Err(MemoryError::TextTooLong { bytes: trimmed.len() });
    }
    Ok(trimmed.to_owned())
}

/// ASCII is its own NFC.
fn is_normal_ascii(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'\n' | b'\t' | b' '..=b'~'))
}

/// One line in normal form: as [`normal_text`], with every run of white space one space. May be empty.
pub fn normal_line(text: &str) -> String {
    let spaced = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|&c| !is_hidden(c));
    let spaced: String = spaced.nfc().collect();
    spaced.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Control characters, and the formatting characters that a person cannot see: bidirectional overrides can make a
/// consent show other words than it releases, and tag characters smuggle instructions past the eye. The zero-width
/// joiners stay: scripts and emoji need them.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn line_ends_and_composition_are_unified() {
        assert_eq!(normal_text(" cafe\u{301}\r\nau lait\r ").unwrap(), "café\nau lait");
    }

    #[test]
    fn what_the_eye_cannot_see_is_not_kept() {
        assert_eq!(normal_text("a\u{202e}b\u{0}c\u{e0041}d\u{200b}").unwrap(), "abcd");
        assert_eq!(normal_text("👩\u{200d}🚀").unwrap(), "👩\u{200d}🚀");
        assert_eq!(normal_text("\u{202e}\u{feff}"), Err(MemoryError::EmptyText));
        assert_eq!(normal_text("cafe\u{200b}\u{301}"), normal_text("café"));
    }

    #[test]
    fn the_limit_is_met_exactly() {
        assert!(normal_text(&"é".repeat(MAX_TEXT_BYTES / 2)).is_ok());
        assert_eq!(
            normal_text(&"é".repeat(MAX_TEXT_BYTES / 2 + 1)),
            Err(MemoryError::TextTooLong { bytes: MAX_TEXT_BYTES + 2 })
        );
    }

    proptest! {
        #[test]
        fn the_normal_form_is_its_own_normal_form(text in ".{0,80}") {
            if let Ok(once) = normal_text(&text) {
                prop_assert_eq!(normal_text(&once), Ok(once));
            }
            let line = normal_line(&text);
            prop_assert_eq!(normal_line(&line), line);
        }
    }
}
