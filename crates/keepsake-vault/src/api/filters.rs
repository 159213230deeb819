//! What a subject may say to narrow an answer; every filter is checked by [`crate::filter`] before anything is looked at.

use keepsake_memory::Kind;
use serde::{Deserialize, Serialize};

/// Narrows an answer; every field that is given must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Filters {
    /// Memories of one of these kinds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kinds: Option<Vec<Kind>>,
    /// Memories in one of these scopes; each must be granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
    /// Memories that were kept within this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<TimeRange>,
    /// Memories that are valid at some moment of this time. One that does not say when it is valid always is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid: Option<TimeRange>,
    /// Memories for which this holds.
    #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
    pub condition: Option<Condition>,
}

/// A span of time; at least one end of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TimeRange {
    /// Its first moment, in RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The first moment after it, in RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// A test of one field, or several together. At most 8 deep and 64 tests in all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// All of these hold.
    #[serde(rename = "AND")]
    And(Vec<Condition>),
    /// One of these holds.
    #[serde(rename = "OR")]
    Or(Vec<Condition>),
    /// This does not hold.
    #[serde(rename = "NOT")]
    Not(Box<Condition>),
    /// What sort of thing it is.
    Kind(NameTest),
    /// One of the granted scopes that it stands in; `ne` and `nin` hold where none does.
    Scope(NameTest),
    /// How it came in.
    Source(NameTest),
    /// How far it may be believed.
    Trust(NameTest),
    /// When it was kept.
    CreatedAt(MomentTest),
    /// Since when it is so. No test holds where it does not say.
    ValidFrom(MomentTest),
    /// Until when it is so. No test holds where it does not say.
    ValidTo(MomentTest),
    /// Its words.
    Text(TextTest),
}

/// Compares a name. Every field that is given must hold, and one is given at least.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NameTest {
    /// It is this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eq: Option<String>,
    /// It is not this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ne: Option<String>,
    /// It is one of these, 1 to 32.
    #[serde(default, rename = "in", skip_serializing_if = "Option::is_none")]
    pub one_of: Option<Vec<String>>,
    /// It is none of these, 1 to 32.
    #[serde(default, rename = "nin", skip_serializing_if = "Option::is_none")]
    pub none_of: Option<Vec<String>>,
}

/// Compares a moment with others in RFC 3339. Every field that is given must hold, and one is given at least.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MomentTest {
    /// At this moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eq: Option<String>,
    /// At another moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ne: Option<String>,
    /// After it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gt: Option<String>,
    /// At it or after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gte: Option<String>,
    /// Before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lt: Option<String>,
    /// At it or before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lte: Option<String>,
}

/// Looks into the words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TextTest {
    /// These characters stand there in a row, 1 to 200 of them; case does not count.
    pub contains: String,
}
