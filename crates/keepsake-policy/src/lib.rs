#![doc = include_str!("../README.md")]

mod authority;
mod grant;
mod scopes;
mod subject;
mod throttle;

pub use authority::{authorise, Authority, RecordFacts};
pub use grant::{Action, Denial, DecisionId, Grant, GrantDuration, GrantTerms, SessionId, MAX_PURPOSE_CHARS};
pub use scopes::ScopeSet;
pub use subject::{Subject, SubjectError};
pub use throttle::{Throttle, Verdict, BLOCK_MS, REFUSALS, REFUSAL_WINDOW_MS};
