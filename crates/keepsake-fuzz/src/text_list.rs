//! Text lists: every line becomes a memory in normal form, is named as skipped, or is not worth a word.

use keepsake_memory::{normal_text, parse_list};

/// The bytes are a list, with what is no UTF-8 replaced.
pub fn run(bytes: &[u8]) {
    let list = String::from_utf8_lossy(bytes);
    let Ok(parsed) = parse_list(&list) else { return };
    let lines = list.lines().count();
    assert!(parsed.lines.len() + parsed.skipped.len() <= lines);
    for line in &parsed.lines {
        assert_eq!(normal_text(&line.text).as_ref(), Ok(&line.text));
    }
    assert!(parsed.skipped.iter().all(|skipped| (1..=lines).contains(&(skipped.line as usize))));
}
