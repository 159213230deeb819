#![doc = include_str!("../README.md")]

mod authority;
mod budget;
mod grant;
mod profile;
#[cfg(test)]
mod proofs;
mod rule;
mod scopes;
mod subject;
mod throttle;

pub use authority::{Authority, RecordFacts, authorise};
pub use budget::{Allowance, BUDGET_WINDOW_MS, Ledger, Release};
pub use grant::{
    Action, DecisionId, Denial, Grant, GrantDuration, GrantTerms, MAX_PURPOSE_CHARS, SessionId, Validity,
    missing_actions,
};
pub use profile::{Profile, ProfileName};
pub use rule::SubjectRule;
pub use scopes::ScopeSet;
pub use subject::{Subject, SubjectError};
pub use throttle::{BLOCK_MS, REFUSAL_WINDOW_MS, REFUSALS, Throttle, Verdict};
