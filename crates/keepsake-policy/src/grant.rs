//! What the person decided: grants and denials, and how long each holds.

use std::collections::BTreeSet;

use keepsake_memory::{Kind, MemoryId, Millis, Scope, Sensitivity};
use serde::{Deserialize, Serialize};

use crate::{ScopeSet, Subject};

/// The longest purpose that a subject may state, in Unicode scalar values.
pub const MAX_PURPOSE_CHARS: usize = 300;

const WEEK_MS: Millis = 7 * 24 * 60 * 60 * 1000;

/// Names a grant or a denial: 128 random bits.
pub type DecisionId = [u8; 16];

/// Names the time between an unlock and the next lock or the browser's end: 128 random bits.
pub type SessionId = [u8; 16];

/// What a subject wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Ask a question and get the memories that answer it best.
    Search,
    /// Get a memory by its id, or list them.
    Read,
    /// Propose new memories; they wait in the inbox.
    Add,
}

/// How long a decision holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum GrantDuration {
    /// For one answer.
    Once,
    /// Until the vault locks or the browser closes.
    #[default]
    Session,
    /// Seven days from the decision.
    Week,
    /// Until the person revokes it.
    UntilRevoked,
}

/// What a grant allows; also what a subject asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantTerms {
    /// What may be done.
    pub actions: BTreeSet<Action>,
    /// Where.
    pub scopes: ScopeSet,
}

/// What of the asked actions no grant of these allows in a scope: all that a person need be asked about.
pub fn missing_actions<'a>(
    held: impl IntoIterator<Item = &'a Grant>,
    asked: &BTreeSet<Action>,
    scope: &Scope,
) -> BTreeSet<Action> {
    let mut missing = asked.clone();
    for grant in held.into_iter().filter(|grant| grant.terms.scopes.contains(scope)) {
        missing.retain(|action| !grant.terms.actions.contains(action));
    }
    missing
}

/// One decision to let a subject in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Its name.
    pub id: DecisionId,
    /// Whom it lets in.
    pub subject: Subject,
    /// What it allows.
    pub terms: GrantTerms,
    /// Only records of these kinds leave under it; of every kind where it is `None`.
    pub kinds: Option<BTreeSet<Kind>>,
    /// Records above this never leave under it; [`Sensitivity::Secret`] leaves under none.
    pub max_sensitivity: Sensitivity,
    /// How many different records the subject may have been given within a day for another one to leave under it.
    pub daily_budget: Option<u32>,
    /// Whether the person picks what leaves each time.
    pub each_time: bool,
    /// Whether what the subject writes is kept without being asked.
    pub accepts_writes: bool,
    /// Records that the person unticked.
    pub except: BTreeSet<MemoryId>,
    /// What the subject said it was for.
    pub purpose: Option<String>,
    /// When it holds.
    pub validity: Validity,
}

/// One decision to keep a subject out without being asked again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Denial {
    /// Its name.
    pub id: DecisionId,
    /// Whom it keeps out.
    pub subject: Subject,
    /// When it holds; a denial for [`GrantDuration::Once`] is never stored.
    pub validity: Validity,
}

/// When a decision holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Validity {
    /// How long it was meant to.
    pub duration: GrantDuration,
    /// The session in which it was given; what holds for once or for a session ends with it.
    pub session: SessionId,
    /// When it was given.
    pub created: Millis,
}

impl Validity {
    /// Whether the decision holds at this moment of this session.
    pub fn holds(&self, now: Millis, session: SessionId) -> bool {
        match self.duration {
            GrantDuration::Once | GrantDuration::Session => self.session == session,
            // A clock that was set back must not make a week longer than a week.
            GrantDuration::Week => now >= self.created && self.expires().is_some_and(|end| now < end),
            GrantDuration::UntilRevoked => true,
        }
    }

    /// When it ends by the clock, if it does.
    pub fn expires(&self) -> Option<Millis> {
        (self.duration == GrantDuration::Week).then(|| self.created.saturating_add(WEEK_MS))
    }

    /// Whether a lock does not end it.
    pub fn outlives_session(&self) -> bool {
        matches!(self.duration, GrantDuration::Week | GrantDuration::UntilRevoked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = 1_000_000;

    #[test]
    fn a_session_ends_with_the_session_and_a_week_after_seven_days() {
        let live = |duration, now, session| Validity { duration, session: [1; 16], created: NOW }.holds(now, session);
        assert!(live(GrantDuration::Session, NOW + 1, [1; 16]));
        assert!(!live(GrantDuration::Session, NOW + 1, [2; 16]));
        assert!(!live(GrantDuration::Once, NOW + 1, [2; 16]));
        assert!(live(GrantDuration::Week, NOW + WEEK_MS - 1, [2; 16]));
        assert!(!live(GrantDuration::Week, NOW + WEEK_MS, [2; 16]));
        assert!(!live(GrantDuration::Week, NOW - 1, [1; 16]));
        assert!(live(GrantDuration::UntilRevoked, NOW + 100 * WEEK_MS, [2; 16]));
    }
}
