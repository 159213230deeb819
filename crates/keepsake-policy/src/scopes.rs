//! Sets of scopes as grants spell them: explicit names, or `*` for all; an empty set is nothing.

use std::collections::BTreeSet;

use keepsake_memory::{MemoryError, Scope};
use serde::{Deserialize, Serialize};

/// The scopes that a grant covers. In messages a list of names, or `["*"]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub enum ScopeSet {
    /// Every scope, also those that come later.
    All,
    /// These and no others.
    Named(BTreeSet<Scope>),
}

impl ScopeSet {
    /// Whether the scope is in the set.
    pub fn contains(&self, scope: &Scope) -> bool {
        match self {
            Self::All => true,
            Self::Named(names) => names.contains(scope),
        }
    }

    /// Whether everything in `other` is in this set.
    pub fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::All, _) => true,
            (Self::Named(_), Self::All) => false,
            (Self::Named(mine), Self::Named(theirs)) => theirs.is_subset(mine),
        }
    }

    /// What both sets hold.
    pub fn intersection(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::All, set) | (set, Self::All) => set.clone(),
            (Self::Named(a), Self::Named(b)) => Self::Named(a.intersection(b).cloned().collect()),
        }
    }

    /// Whether the set holds nothing.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Named(names) if names.is_empty())
    }
}

impl TryFrom<Vec<String>> for ScopeSet {
    type Error = MemoryError;

    fn try_from(names: Vec<String>) -> Result<Self, Self::Error> {
        match names.as_slice() {
            [all] if all == "*" => Ok(Self::All),
            names => names.iter().map(|name| Scope::new(name)).collect::<Result<_, _>>().map(Self::Named),
        }
    }
}

impl From<ScopeSet> for Vec<String> {
    fn from(set: ScopeSet) -> Self {
        match set {
            ScopeSet::All => vec!["*".to_owned()],
            ScopeSet::Named(names) => names.into_iter().map(String::from).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> ScopeSet {
        ScopeSet::try_from(names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn an_empty_set_holds_nothing_and_a_star_everything() {
        let health = Scope::new("health").unwrap();
        assert!(!set(&[]).contains(&health));
        assert!(set(&["*"]).contains(&health));
        assert!(set(&["Health"]).contains(&health));
    }

    #[test]
    fn the_star_stands_alone() {
        assert!(ScopeSet::try_from(vec!["*".to_owned(), "food".to_owned()]).is_err());
    }

    #[test]
    fn a_set_is_written_as_it_is_read() {
        for names in [&["*"][..], &["food", "travel"], &[]] {
            assert_eq!(Vec::from(set(names)), names);
        }
        assert!(set(&[]).is_empty() && !set(&["*"]).is_empty());
        assert_eq!(set(&["*"]).intersection(&set(&["food"])), set(&["food"]));
    }

    #[test]
    fn covering_is_inclusion() {
        assert!(set(&["*"]).covers(&set(&["food"])));
        assert!(!set(&["food"]).covers(&set(&["*"])));
        assert!(set(&["food", "travel"]).covers(&set(&["food"])));
        assert!(!set(&["food"]).covers(&set(&["food", "travel"])));
        assert_eq!(set(&["food", "travel"]).intersection(&set(&["travel", "work"])), set(&["travel"]));
    }
}
