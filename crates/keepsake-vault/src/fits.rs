//! What the search knows of a result, as the person is told it: which words matched, and what the score is made of.

use core::ops::Range;

use keepsake_search::Parts;

use crate::api::{Discount, DiscountCause, Fit, Ground, Reason, Span};

/// Why a text was found: what its score is made of, and where the words stand that were looked for, in bytes.
pub(crate) fn fit(text: &str, parts: &Parts, marks: &[Range<usize>]) -> Fit {
    let grounds = [
        (Ground::Words, parts.words),
        (Ground::Context, parts.context),
        (Ground::Meaning, parts.meaning),
        (Ground::Speaker, parts.speaker),
        (Ground::Time, parts.time),
    ];
    let all: f32 = grounds.iter().map(|(_, part)| part).sum();
    let reasons = grounds.into_iter().map(|(ground, part)| Reason { ground, percent: percent(part / all) });
    let mut reasons: Vec<Reason> = reasons.filter(|reason| reason.percent > 0).collect();
    reasons.sort_by_key(|reason| core::cmp::Reverse(reason.percent));
    let causes = [
        (DiscountCause::Belief, parts.standing.belief),
        (DiscountCause::Question, parts.standing.question),
        (DiscountCause::Past, parts.standing.past),
    ];
    let discounts = causes.into_iter().map(|(cause, left)| Discount { cause, percent: percent(1.0 - left) });
    Fit { marks: spans(text, marks), reasons, discounts: discounts.filter(|discount| discount.percent > 0).collect() }
}

/// A share as a whole number of percent.
pub(crate) fn percent(share: f32) -> u32 {
    (share * 100.0).round().max(0.0) as u32
}

/// Ranges of bytes, in order, as JavaScript counts.
fn spans(text: &str, ranges: &[Range<usize>]) -> Vec<Span> {
    let (mut bytes, mut units) = (0, 0);
    let mut units_until = |at: usize| {
        units += text.get(bytes..at).unwrap_or_default().chars().map(|c| c.len_utf16() as u32).sum::<u32>();
        bytes = at;
        units
    };
    ranges.iter().map(|range| Span { start: units_until(range.start), end: units_until(range.end) }).collect()
}

#[cfg(test)]
mod tests {
    use keepsake_search::Standing;

    use super::*;

    const NOTHING_TAKEN_OFF: Standing = Standing { belief: 1.0, question: 1.0, past: 1.0 };

    #[test]
    fn the_most_telling_reason_comes_first_and_traces_are_left_out() {
        let parts = Parts { words: 0.3, meaning: 0.6, time: 0.001, standing: NOTHING_TAKEN_OFF, ..Parts::default() };
        let fit = fit("tea", &parts, &[]);
        let told: Vec<_> = fit.reasons.iter().map(|reason| (reason.ground, reason.percent)).collect();
        assert_eq!(told, [(Ground::Meaning, 67), (Ground::Words, 33)]);
        assert_eq!(fit.discounts, []);
    }

    #[test]
    fn what_is_taken_off_says_why() {
        let standing = Standing { belief: 0.97, past: 0.5, ..NOTHING_TAKEN_OFF };
        let fit = fit("tea", &Parts { words: 1.0, standing, ..Parts::default() }, &[]);
        let told: Vec<_> = fit.discounts.iter().map(|discount| (discount.cause, discount.percent)).collect();
        assert_eq!(told, [(DiscountCause::Belief, 3), (DiscountCause::Past, 50)]);
    }

    #[test]
    fn marks_are_counted_as_javascript_does() {
        let text = "👩 aime le thé, le thé";
        let marks: Vec<_> = text.match_indices("thé").map(|(at, word)| at..at + word.len()).collect();
        let utf16: Vec<u16> = text.encode_utf16().collect();
        for span in spans(text, &marks) {
            let marked = utf16.get(span.start as usize..span.end as usize).unwrap_or_default();
            assert_eq!(String::from_utf16_lossy(marked), "thé");
        }
    }
}
