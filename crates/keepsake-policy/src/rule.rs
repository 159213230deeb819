//! What the person decided about a subject besides grants and denials.

use serde::{Deserialize, Serialize};

use crate::Subject;

/// A rule for one subject. It narrows what grants allow, and allows nothing itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct SubjectRule {
    /// Whom it concerns.
    pub subject: Subject,
    /// Whether it is not answered for now; its grants stay.
    pub paused: bool,
    /// Whether the person picks what leaves each time, whatever its grants say.
    pub each_time: bool,
}

impl SubjectRule {
    /// Whether it changes nothing.
    pub fn is_void(&self) -> bool {
        !self.paused && !self.each_time
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_that_changes_nothing_is_void() {
        let rule = |paused, each_time| SubjectRule { subject: crate::proofs::site(), paused, each_time }.is_void();
        assert_eq!([rule(false, false), rule(true, false), rule(false, true)], [true, false, false]);
    }
}
