//! What waits for the person, as our own pages show it.

use keepsake_memory::{Draft, Hint, MemoryId, Millis};
use keepsake_policy::Subject;
use serde::{Deserialize, Serialize};

use super::{MemoryView, Repeated, Restated};

/// Something that waits for the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct InboxView {
    /// Its identity in the inbox, kept when it becomes a memory.
    pub id: MemoryId,
    /// Who proposes it.
    pub subject: Subject,
    /// What it proposes to do.
    pub proposes: Proposes,
    /// What the memory would say; what it says now, where it is to be forgotten.
    pub draft: Draft,
    /// The memory that is to be changed or forgotten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<ProposedAbout>,
    /// When it came; milliseconds since 1970.
    pub received: Millis,
    /// What to look out for. Hints decide nothing.
    pub hints: Vec<Hint>,
    /// The memory that says the same, as the inbox shows it; absent in what was settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restates: Option<Restated>,
    /// Where no memory says the same: the proposal that came before and does, as the inbox shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeats: Option<Repeated>,
}

/// What a proposal would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Proposes {
    /// Keep something new.
    New,
    /// Change a memory.
    Change,
    /// Forget a memory.
    Removal,
}

/// The memory that a proposal is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct ProposedAbout {
    /// What it says now.
    pub memory: MemoryView,
    /// Its revision when the proposal came: where that is another one, the memory was changed since.
    pub revision: u64,
}

/// What became of proposals, to undo it as long as nothing else was done with them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct InboxSettled {
    /// The proposals.
    pub items: Vec<InboxView>,
    /// The memories that were kept or changed, as they are now.
    pub kept: Vec<MemoryView>,
    /// The memories that were changed or forgotten, as they were.
    pub before: Vec<MemoryView>,
}

/// A part of the inbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct InboxPage {
    /// How many wait in all.
    pub total: u32,
    /// The part that was asked for.
    pub items: Vec<InboxView>,
}
