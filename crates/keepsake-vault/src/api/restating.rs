//! What says the same as something else: shown to the person, who decides, and to nobody else.

use keepsake_memory::{MemoryId, Millis};
use keepsake_policy::Subject;
use serde::{Deserialize, Serialize};

use super::MemoryView;

/// A memory that says what some text says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct Restated {
    /// The memory.
    pub memory: MemoryView,
    /// What shows it.
    pub evidence: Evidence,
}

/// A proposal that says what one behind it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct Repeated {
    /// The earlier proposal's identity in the inbox.
    pub id: MemoryId,
    /// Who proposed it.
    pub subject: Subject,
    /// Its words.
    pub text: String,
    /// What shows it.
    pub evidence: Evidence,
}

/// What shows that two texts say the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The share of their words that both have, in percent.
    pub shared_words: u32,
    /// How much alike they are in meaning, in percent; absent where the vault knows no meanings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub likeness: Option<u32>,
}

/// A line of a list that says what something else says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct LineRestated {
    /// Its place in the list, from 0.
    pub place: u32,
    /// What says the same.
    pub says: SaysTheSame,
    /// What shows it.
    pub evidence: Evidence,
}

/// What a line says again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum SaysTheSame {
    /// A memory that is kept.
    Memory {
        /// Which.
        memory: Box<MemoryView>,
    },
    /// A line before it.
    Line {
        /// Its place in the list, from 0.
        place: u32,
    },
}

/// A line of a list that is not kept, and the memory that says it already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct SaidAgain {
    /// The memory.
    pub memory: MemoryId,
    /// When the line says that it was written; milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Millis>,
}
