//! What a subject may write through the page API, and what it is told of it.

use keepsake_memory::Kind;
use serde::{Deserialize, Serialize};

/// What to propose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AddParams {
    /// 1 to 50 memories.
    pub memories: Vec<NewMemory>,
}

/// One memory that a subject proposes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NewMemory {
    /// The words, at most 16 KiB of UTF-8.
    pub text: String,
    /// What sort of thing it is; a note if not said.
    #[serde(default)]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub kind: Kind,
    /// Where it should stand, each of them granted for `add`. If not said: in the granted scope where there is one alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
    /// Since when it is so, in RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    /// Until when it is so, in RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<String>,
}

/// The answer to `memory.add`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
pub struct AddResult {
    /// One entry a memory, in the order they came.
    pub results: Vec<Added>,
    /// Names the receipt that the person keeps of this proposal.
    pub receipt_id: String,
}

/// What became of one proposed memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
pub struct Added {
    /// Whether it was taken.
    pub status: AddStatus,
    /// Names the proposal to this subject; absent where it was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Why it was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What may become of a proposed memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum AddStatus {
    /// It is kept: the person lets this subject write without being asked.
    Created,
    /// It waits in the inbox until the person accepts it.
    PendingReview,
    /// The same words of the same subject wait there already.
    Merged,
    /// It is not in the form of a memory.
    Rejected,
}

/// What to change; what is not said stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UpdateParams {
    /// As an answer to this subject named it: a proposal of its own, or a memory that it may search or read.
    pub id: String,
    /// Other words, at most 16 KiB of UTF-8.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What sort of thing it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Where it should stand, each of them granted for `add`. Scopes that are not granted stay as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scopes: Option<Vec<String>>,
    /// Since when it is so, in RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    /// Until when it is so, in RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<String>,
}

/// What to take back or forget.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DeleteParams {
    /// As an answer to this subject named it: a proposal of its own, or a memory that it may search or read.
    pub id: String,
}

/// The answer to `memory.update` and `memory.delete`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
pub struct ChangeResult {
    /// Whether it is done.
    pub status: ChangeStatus,
    /// What was changed; where it waits for the person, the proposal to do so.
    pub id: String,
    /// Names the receipt that the person keeps of this.
    pub receipt_id: String,
}

/// What became of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChangeStatus {
    /// It is done: it was a proposal of the subject's own.
    Done,
    /// It waits in the inbox until the person accepts it.
    PendingReview,
}
