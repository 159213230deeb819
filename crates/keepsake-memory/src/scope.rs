//! Scopes: the named collections a memory stands in, and the unit in which reading is granted.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::{MemoryError, normal_line};

/// The longest name of a scope, in Unicode scalar values.
pub const MAX_SCOPE_CHARS: usize = 64;

/// Where a memory stands when nobody said.
pub const DEFAULT_SCOPE: &str = "general";

/// A collection's name in normal form: NFC, lower case, single spaces, 1 to 64 characters, and not `*`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(try_from = "String", into = "String")]
pub struct Scope(String);

impl Scope {
    /// The normal form of a name, or why there is none.
    pub fn new(name: &str) -> Result<Self, MemoryError> {
        // A lower-case letter may compose with an accent where its capital does not.
        let name = normal_line(&normal_line(name).to_lowercase());
        let chars = name.chars().count();
        // `*` spells "every scope" in a grant, so no collection may be called that.
        if chars == 0 || chars > MAX_SCOPE_CHARS || name == "*" {
            return Err(MemoryError::BadScope);
        }
        Ok(Self(name))
    }

    /// [`DEFAULT_SCOPE`].
    pub fn general() -> Self {
        Self(DEFAULT_SCOPE.to_owned())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Scope {
    type Error = MemoryError;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::new(&name)
    }
}

impl From<Scope> for String {
    fn from(scope: Scope) -> Self {
        scope.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_normal_form() {
        assert_eq!(Scope::new("  Sante\u{301}\t du  Coeur ").unwrap().as_str(), "santé du coeur");
        // ǰ has no capital.
        assert_eq!(Scope::new("J\u{30c}").unwrap().as_str(), "\u{1f0}");
    }

    #[test]
    fn the_wildcard_the_empty_and_the_endless_are_no_names() {
        for name in ["", " \n ", "*", " * ", &"x".repeat(65)] {
            assert_eq!(Scope::new(name), Err(MemoryError::BadScope));
        }
    }
}
