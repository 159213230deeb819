//! Leaving words out of a text that is let out.

use crate::api::Span;

/// What stands in the place of words that were left out.
const LEFT_OUT: &str = "[…]";

/// The text without these spans; `None` where they are not in order, overlap, are empty, or do not lie in the text between
/// whole characters.
pub(crate) fn redacted(text: &str, spans: &[Span]) -> Option<String> {
    let mut spans = spans.iter();
    let mut next = spans.next();
    let (mut kept, mut at, mut inside) = (String::with_capacity(text.len()), 0_u32, false);
    for c in text.chars() {
        if inside && next.is_some_and(|span| span.end == at) {
            inside = false;
            next = spans.next();
        }
        if let Some(span) = next.filter(|span| !inside && span.start == at) {
            if span.end <= span.start {
                return None;
            }
            inside = true;
            kept.push_str(LEFT_OUT);
        }
        if !inside {
            kept.push(c);
        }
        at += c.len_utf16() as u32;
    }
    if inside && next.is_some_and(|span| span.end == at) {
        next = spans.next();
    } else if inside {
        return None;
    }
    next.is_none().then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn spans(pairs: &[(u32, u32)]) -> Vec<Span> {
        pairs.iter().map(|&(start, end)| Span { start, end }).collect()
    }

    #[test]
    fn words_are_left_out_where_javascript_says() {
        let without = |text, pairs: &[(u32, u32)]| redacted(text, &spans(pairs));
        assert_eq!(without("Ann lives in Rome", &[(0, 3), (13, 17)]).as_deref(), Some("[…] lives in […]"));
        assert_eq!(without("👩 lives", &[(0, 2)]).as_deref(), Some("[…] lives"));
        assert_eq!(without("abcd", &[(0, 2), (2, 4)]).as_deref(), Some("[…][…]"));
        assert_eq!(without("abcd", &[]).as_deref(), Some("abcd"));
        for wrong in [&[(0, 5)][..], &[(4, 5)], &[(1, 1)], &[(2, 1)], &[(2, 3), (0, 1)], &[(0, 2), (1, 3)]] {
            assert_eq!(without("abcd", wrong), None, "{wrong:?}");
        }
        assert_eq!(without("👩", &[(1, 2)]), None, "half a character");
        assert_eq!(without("👩", &[(0, 1)]), None, "half a character");
    }

    proptest! {
        #[test]
        fn nothing_of_a_span_is_left(text in "[a-c👩é]{1,20}", from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>()) {
            let chars: Vec<char> = text.chars().collect();
            let (from, to) = (from.index(chars.len()), to.index(chars.len()));
            let (from, to) = (from.min(to), from.max(to) + 1);
            let units = |upto: usize| chars[..upto].iter().map(|c| c.len_utf16() as u32).sum();
            let out = redacted(&text, &[Span { start: units(from), end: units(to) }]);
            let whole = |part: &[char]| part.iter().collect::<String>();
            prop_assert_eq!(out, Some(whole(&chars[..from]) + LEFT_OUT + &whole(&chars[to..])));
        }
    }
}
