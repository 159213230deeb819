//! The normal form of text: its own normal form, within the limits, with nothing hidden in it.

use keepsake_memory::{MAX_SCOPE_CHARS, MAX_TEXT_BYTES, Scope, normal_line, normal_text};

/// The bytes are a text, with what is no UTF-8 replaced.
pub fn run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(normal) = normal_text(&text) {
        assert!((1..=MAX_TEXT_BYTES).contains(&normal.len()));
        assert!(normal.chars().all(|c| c == '\n' || c == '\t' || !c.is_control()));
        assert_eq!(normal_text(&normal).as_ref(), Ok(&normal));
    }
    let line = normal_line(&text);
    assert!(!line.contains(char::is_control));
    assert_eq!(normal_line(&line), line);
    if let Ok(scope) = Scope::new(&text) {
        assert!((1..=MAX_SCOPE_CHARS).contains(&scope.as_str().chars().count()));
        assert_eq!(Scope::new(scope.as_str()).as_ref(), Ok(&scope));
    }
}
