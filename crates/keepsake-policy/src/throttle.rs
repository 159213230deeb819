//! Slows down a subject that calls too much, and silences one that keeps asking after it was refused.

use std::collections::HashMap;

use keepsake_memory::Millis;
use serde::{Deserialize, Serialize};

use crate::Subject;

/// Calls that may come at once.
const BURST: f64 = 100.0;
/// Calls a second that may go on for ever.
const PER_SECOND: f64 = 10.0;
/// Refused consents within [`REFUSAL_WINDOW_MS`] that lead to a block.
pub const REFUSALS: usize = 3;
/// The window in which refusals are counted, in milliseconds.
pub const REFUSAL_WINDOW_MS: Millis = 30_000;
/// How long a block lasts, in milliseconds.
pub const BLOCK_MS: Millis = 60_000;

/// Whether a call may go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It may.
    Proceed,
    /// Not before this many milliseconds have passed.
    Wait(Millis),
}

/// Counts calls and refusals by subject. Its serial form holds what must outlive a suspended background: the refusals.
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
pub struct Throttle {
    #[serde(skip)]
    buckets: HashMap<Subject, Bucket>,
    refusals: Vec<(Subject, Vec<Millis>)>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Bucket {
    tokens: f64,
    at: Millis,
}

impl Throttle {
    /// Counts a call of the subject.
    pub fn call(&mut self, subject: &Subject, now: Millis) -> Verdict {
        let full = Bucket { tokens: BURST, at: now };
        // A full bucket says no more than none: forgetting those keeps the map as small as the recent callers.
        self.buckets.retain(|_, bucket| refilled(*bucket, now) < BURST);
        let bucket = self.buckets.entry(subject.clone()).or_insert(full);
        bucket.tokens = refilled(*bucket, now);
        bucket.at = now;
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            return Verdict::Proceed;
        }
        let missing = (1.0 - bucket.tokens) / PER_SECOND * 1000.0;
        Verdict::Wait(missing.ceil() as Millis)
    }

    /// Whether the subject may ask for a consent.
    pub fn consent(&self, subject: &Subject, now: Millis) -> Verdict {
        let recent = self.refusals.iter().find(|(who, _)| who == subject).map(|(_, times)| times.as_slice());
        match recent {
            Some(times) if times.len() >= REFUSALS => {
                let until = times.last().map_or(0, |last| last.saturating_add(BLOCK_MS));
                if now < until { Verdict::Wait(until - now) } else { Verdict::Proceed }
            }
            _ => Verdict::Proceed,
        }
    }

    /// Counts a refusal by the person.
    pub fn refused(&mut self, subject: &Subject, now: Millis) {
        self.forget_old(now);
        match self.refusals.iter_mut().find(|(who, _)| who == subject) {
            Some((_, times)) => times.push(now),
            None => self.refusals.push((subject.clone(), vec![now])),
        }
    }

    /// Who is blocked for asking too often, and until when.
    pub fn blocked(&self, now: Millis) -> Vec<(Subject, Millis)> {
        let until = |subject: &Subject| match self.consent(subject, now) {
            Verdict::Wait(wait) => Some((subject.clone(), now.saturating_add(wait))),
            Verdict::Proceed => None,
        };
        self.refusals.iter().filter_map(|(subject, _)| until(subject)).collect()
    }

    /// Forgets the refusals of a subject that the person let in, or allows to ask again.
    pub fn allowed(&mut self, subject: &Subject) {
        self.refusals.retain(|(who, _)| who != subject);
    }

    fn forget_old(&mut self, now: Millis) {
        for (_, times) in &mut self.refusals {
            let blocked =
                times.len() >= REFUSALS && times.last().is_some_and(|last| now < last.saturating_add(BLOCK_MS));
            if !blocked {
                times.retain(|&at| now.saturating_sub(at) < REFUSAL_WINDOW_MS && at <= now);
            }
        }
        self.refusals.retain(|(_, times)| !times.is_empty());
    }
}

fn refilled(bucket: Bucket, now: Millis) -> f64 {
    let seconds = now.saturating_sub(bucket.at) as f64 / 1000.0;
    (bucket.tokens + seconds * PER_SECOND).min(BURST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject() -> Subject {
        Subject::extension("a@example.org").unwrap()
    }

    #[test]
    fn a_thousand_calls_at_once_are_mostly_told_to_wait() {
        let mut throttle = Throttle::default();
        let passed = (0..1000).filter(|_| throttle.call(&subject(), 5_000) == Verdict::Proceed).count();
        assert_eq!(passed, 100);
        assert_eq!(throttle.call(&subject(), 5_000), Verdict::Wait(100));
        assert_eq!(throttle.call(&subject(), 5_100), Verdict::Proceed);
        let other = Subject::extension("b@example.org").unwrap();
        assert_eq!(throttle.call(&other, 5_000), Verdict::Proceed);
    }

    #[test]
    fn three_refusals_within_half_a_minute_silence_a_subject_for_a_minute() {
        let mut throttle = Throttle::default();
        for at in [1_000, 11_000, 21_000] {
            assert_eq!(throttle.consent(&subject(), at), Verdict::Proceed);
            throttle.refused(&subject(), at);
        }
        assert_eq!(throttle.consent(&subject(), 22_000), Verdict::Wait(59_000));
        assert_eq!(throttle.blocked(22_000), [(subject(), 81_000)]);
        let mut lifted = throttle.clone();
        lifted.allowed(&subject());
        assert_eq!((lifted.blocked(22_000), lifted.consent(&subject(), 22_000)), (vec![], Verdict::Proceed));
        assert_eq!(throttle.consent(&subject(), 81_000), Verdict::Proceed);
    }

    #[test]
    fn refusals_far_apart_are_no_reason() {
        let mut throttle = Throttle::default();
        for at in [0, 31_000, 62_000, 93_000] {
            throttle.refused(&subject(), at);
            assert_eq!(throttle.consent(&subject(), at + 1), Verdict::Proceed);
        }
    }

    #[test]
    fn a_block_survives_its_serial_form() {
        let mut throttle = Throttle::default();
        for at in [1, 2, 3] {
            throttle.refused(&subject(), at);
        }
        let mut bytes = Vec::new();
        ciborium::into_writer(&throttle, &mut bytes).unwrap();
        let again: Throttle = ciborium::from_reader(bytes.as_slice()).unwrap();
        assert_eq!(again.consent(&subject(), 4), Verdict::Wait(59_999));
    }
}
