#![doc = include_str!("../README.md")]

mod authority;
mod grant;
mod scopes;
mod subject;
mod throttle;

pub use authority::{Authority, RecordFacts, authorise};
pub use grant::{Action, DecisionId, Denial, Grant, GrantDuration, GrantTerms, MAX_PURPOSE_CHARS, SessionId, Validity};
pub use scopes::ScopeSet;
pub use subject::{Subject, SubjectError};
pub use throttle::{BLOCK_MS, REFUSAL_WINDOW_MS, REFUSALS, Throttle, Verdict};
