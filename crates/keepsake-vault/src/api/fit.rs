//! Why the person's own search found a memory.

use serde::{Deserialize, Serialize};

use super::Span;

/// Why a memory is among those that were found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct Fit {
    /// Where the words that were looked for stand in its text, in order.
    pub marks: Vec<Span>,
    /// What speaks for it, the most telling first.
    pub reasons: Vec<Reason>,
    /// Why it counts for less than that.
    pub discounts: Vec<Discount>,
}

/// Something that speaks for a memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct Reason {
    /// What.
    pub ground: Ground,
    /// Its share of all that speaks for the memory, in percent; at least 1.
    pub percent: u32,
}

/// What can speak for a memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// It has words that were looked for.
    Words,
    /// It, and what was said around it, is much about these words.
    Context,
    /// It means something like it.
    Meaning,
    /// It is said by the one who is named.
    Speaker,
    /// It is of the time that is named, tells when, or is new.
    Time,
}

/// Something for which a memory counts for less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct Discount {
    /// What.
    pub cause: DiscountCause,
    /// How much of the score it takes, in percent; at least 1.
    pub percent: u32,
}

/// What can make a memory count for less.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum DiscountCause {
    /// It is not the person's own words, and they have not looked at it.
    Belief,
    /// It asks and tells nothing.
    Question,
    /// It is no longer so.
    Past,
}
