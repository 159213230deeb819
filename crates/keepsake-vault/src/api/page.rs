//! The page API, version 1: what a website or another extension may say, and what it may be told.

use keepsake_memory::{Kind, Sensitivity, Trust};
use keepsake_policy::{Action, GrantDuration};
use serde::{Deserialize, Serialize};

use super::Filters;

/// The methods of the page API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
pub enum PageMethod {
    /// What this provider can do. Needs nothing.
    #[serde(rename = "memory.capabilities")]
    Capabilities,
    /// Asks the person for a grant. Needs nothing.
    #[serde(rename = "permissions.request")]
    PermissionsRequest,
    /// The asker's own grants. Needs nothing.
    #[serde(rename = "permissions.query")]
    PermissionsQuery,
    /// Gives up the asker's own grants. Needs nothing.
    #[serde(rename = "permissions.revoke")]
    PermissionsRevoke,
    /// The memories that answer a question best. Needs a grant for `search`.
    #[serde(rename = "memory.search")]
    Search,
    /// The same as one block of text that is ready for a prompt. Needs a grant for `search`.
    #[serde(rename = "memory.context")]
    Context,
    /// One memory. Needs a grant for `read`.
    #[serde(rename = "memory.get")]
    Get,
    /// Memories, the newest first. Needs a grant for `read`.
    #[serde(rename = "memory.list")]
    List,
    /// Proposes memories; they wait for the person. Needs a grant for `add`.
    #[serde(rename = "memory.add")]
    Add,
    /// Changes what the asker itself proposed, or proposes a change. Needs a grant for `add`.
    #[serde(rename = "memory.update")]
    Update,
    /// Takes back what the asker itself proposed, or proposes to forget. Needs a grant for `add`.
    #[serde(rename = "memory.delete")]
    Delete,
}

impl PageMethod {
    /// Every method, in the order in which they are documented.
    pub const ALL: [Self; 11] = [
        Self::Capabilities,
        Self::PermissionsRequest,
        Self::PermissionsQuery,
        Self::PermissionsRevoke,
        Self::Search,
        Self::Context,
        Self::Get,
        Self::List,
        Self::Add,
        Self::Update,
        Self::Delete,
    ];
}

/// The empty object, for methods that take nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NoParams {}

/// The answer to `memory.capabilities`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
pub struct Capabilities {
    /// The version of the page API.
    pub api: u32,
    /// The methods that this provider answers.
    pub methods: Vec<PageMethod>,
    /// What it refuses to go beyond.
    pub limits: Limits,
}

/// Limits on what may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
pub struct Limits {
    /// The longest request, in UTF-8 bytes of its JSON form.
    pub request_bytes: u32,
    /// The longest query, in characters.
    pub query_chars: u32,
    /// The most results of one search.
    pub top_k: u32,
    /// The most memories of one `memory.add`.
    pub memories_per_add: u32,
    /// The longest text of one memory, in UTF-8 bytes.
    pub memory_bytes: u32,
    /// The smallest and the largest budget of one `memory.context`, in tokens.
    pub token_budget: [u32; 2],
    /// The most memories of one `memory.list`.
    pub memories_per_list: u32,
    /// How deep the conditions of a filter may stand in each other.
    pub filter_depth: u32,
    /// The most tests of one filter.
    pub filter_tests: u32,
}

/// What to ask the person for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PermissionsParams {
    /// Names of scopes, 1 to 16, or `["*"]` for all.
    pub scopes: Vec<String>,
    /// What to do in them, at least one.
    pub actions: Vec<Action>,
    /// What it is for, shown to the person as the asker's claim; at most 300 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// How long; the person may choose otherwise.
    #[serde(default)]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub duration: GrantDuration,
}

/// The asker's own grants that hold now; the answer to `permissions.request` and `permissions.query`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
pub struct PermissionsResult {
    /// One entry a grant; none where there is none.
    pub grants: Vec<PageGrant>,
}

/// One grant as its subject sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
pub struct PageGrant {
    /// Names of scopes, or `["*"]`.
    pub scopes: Vec<String>,
    /// What may be done in them.
    pub actions: Vec<Action>,
    /// Only memories of these kinds are released; of every kind where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kinds: Option<Vec<Kind>>,
    /// Memories above this are not released.
    pub max_sensitivity: Sensitivity,
    /// How many different memories the asker is given in 24 hours, where that is limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub daily_budget: Option<u32>,
    /// Whether the person picks what leaves each time.
    pub each_time: bool,
    /// How long it holds.
    pub duration: GrantDuration,
    /// When it ends by the clock, in RFC 3339, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
}

/// The answer to `permissions.revoke`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
pub struct RevokeResult {
    /// How many grants ended.
    pub revoked: u32,
}

/// What to look for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SearchParams {
    /// The question, in the person's or the assistant's words; 1 to 1,000 characters.
    pub query: String,
    /// How many results at most: 1 to 50, 5 if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_k: Option<u32>,
    /// What to look among.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filters: Option<Filters>,
}

/// The answer to `memory.search`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
pub struct SearchResult {
    /// The best first.
    pub results: Vec<MemoryHit>,
    /// Names the receipt that the person keeps of this release.
    pub receipt_id: String,
}

/// One memory that fits a question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
pub struct MemoryHit {
    /// The memory.
    #[serde(flatten)]
    pub memory: MemoryItem,
    /// How well it fits: 1 for the best of this answer, down to 0.
    pub score: f64,
}

/// One memory that is released.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
pub struct MemoryItem {
    /// Names the memory to this subject alone: another subject is given another id for it.
    pub id: String,
    /// The words. Data, never instructions.
    pub memory: String,
    /// Whether the person left out some of the words; `[…]` stands in their place. Absent where all are there.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub redacted: bool,
    /// What sort of thing it is.
    pub kind: Kind,
    /// The scopes it stands in, of those that are granted.
    pub scopes: Vec<String>,
    /// When it was kept, or when its source says it was, in RFC 3339.
    pub created_at: String,
    /// Since when it is so, in RFC 3339, where it says that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<String>,
    /// Until when it is so, in RFC 3339, where it says that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<String>,
    /// Where it came from.
    pub provenance: HitProvenance,
}

/// Where a released memory came from; its source is not named, as that would tell of other sites.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
pub struct HitProvenance {
    /// How it came in.
    pub source: keepsake_memory::Channel,
    /// How far it may be believed.
    pub trust: Trust,
}

/// What to put together for a prompt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ContextParams {
    /// The question, in the person's or the assistant's words; 1 to 1,000 characters.
    pub query: String,
    /// How many tokens the block may take, by the estimate of this API: 256 to 32,768.
    pub token_budget: u32,
    /// How the memories are written.
    #[serde(default)]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub format: ContextFormat,
    /// What to look among.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filters: Option<Filters>,
}

/// How the memories of a block are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ContextFormat {
    /// A line about each memory, and under it the words, each line of them behind `| `.
    #[default]
    Quoted,
    /// One line of JSON a memory.
    JsonLines,
}

/// The answer to `memory.context`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
pub struct ContextResult {
    /// The block, to be put into a prompt as it is.
    pub context: String,
    /// How many tokens it takes, by the estimate of this API; never above the budget.
    pub tokens: u32,
    /// The memories in it, in their order.
    pub ids: Vec<String>,
    /// Names the receipt that the person keeps of this release.
    pub receipt_id: String,
}

/// Which memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct GetParams {
    /// As an answer to this subject named it.
    pub id: String,
}

/// The answer to `memory.get`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
pub struct GetResult {
    /// The memory.
    pub memory: MemoryItem,
    /// Names the receipt that the person keeps of this release.
    pub receipt_id: String,
}

/// Which memories.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ListParams {
    /// Only in this scope, which must be granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// What to list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filters: Option<Filters>,
    /// Where the part before ended, as its answer said. Everything else must be as it was then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// How many at most: 1 to 100, 20 if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// The answer to `memory.list`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
pub struct ListResult {
    /// The newest first.
    pub memories: Vec<MemoryItem>,
    /// Where to go on; absent at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
    /// Names the receipt that the person keeps of this release.
    pub receipt_id: String,
}

/// What a granted subject is told without having asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum PageEvent {
    /// Its grants are others now.
    #[serde(rename = "grantchange")]
    GrantChange {
        /// Those that hold from now on.
        grants: Vec<PageGrant>,
    },
    /// The vault was locked or unlocked.
    #[serde(rename = "lockchange")]
    LockChange {
        /// Whether it is locked now.
        locked: bool,
    },
}

/// What went wrong, for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PageErrorCode {
    /// No live grant covers this. Says nothing of what the vault holds or whether it is locked.
    Unauthorized,
    /// The person said no, or closed the window.
    UserRejected,
    /// The vault is locked; only a subject with a grant is told.
    Locked,
    /// Too many calls, or too many refused requests for permission.
    RateLimited,
    /// As many different memories were given in 24 hours as the person allows.
    BudgetExceeded,
    /// The request is not in the form that the API describes.
    InvalidRequest,
    /// No such method, or not in this version.
    Unsupported,
    /// The request is longer than the limits allow.
    TooLarge,
    /// Keepsake cannot answer now.
    Unavailable,
}

/// What went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
#[error("{message}")]
pub struct PageError {
    /// For programs; stable.
    pub code: PageErrorCode,
    /// For people; may change.
    pub message: String,
    /// When to try again, in milliseconds from now, where waiting helps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}
