//! Receipts: what they say, and what follows from them of what a subject knows.

use keepsake_memory::{Kind, MemoryId, Millis, Sensitivity};
use keepsake_policy::{Action, GrantDuration, Subject};
use serde::{Deserialize, Serialize};

use super::{MemoryView, PageMethod};

/// A part of the receipts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct ReceiptPage {
    /// How many there are in all, of those that were asked for.
    pub total: u32,
    /// Whether every link of the whole chain holds.
    pub intact: bool,
    /// The part that was asked for.
    pub items: Vec<ReceiptView>,
}

/// One receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct ReceiptView {
    /// 32 hexadecimal digits; a release's subject knows it too.
    pub id: String,
    /// Counts the receipts, from 1.
    pub number: u64,
    /// When; milliseconds since 1970.
    pub at: Millis,
    /// Who; absent where it concerns all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// What happened.
    pub entry: ReceiptEntry,
}

/// What a receipt says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(tag = "entry", rename_all = "snake_case")]
pub enum ReceiptEntry {
    /// Records left.
    Released {
        /// In answer to what.
        method: PageMethod,
        /// What was asked; empty where the method takes no question.
        query: String,
        /// Which left; empty where nothing fitted or nothing was picked.
        records: Vec<MemoryId>,
        /// Which of them left with some of their words.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[cfg_attr(feature = "typescript", tsify(optional))]
        redacted: Vec<MemoryId>,
        /// Under which grants; 32 hexadecimal digits each.
        grants: Vec<String>,
        /// What the subject said it was for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        purpose: Option<String>,
    },
    /// The person let nothing out to a subject that asks each time.
    Withheld {
        /// What was asked.
        method: PageMethod,
        /// What was asked; empty where the method takes no question.
        query: String,
    },
    /// Proposals came in.
    Proposed {
        /// Which wait.
        records: Vec<MemoryId>,
        /// Which were kept without asking, as the person allowed.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[cfg_attr(feature = "typescript", tsify(optional))]
        created: Vec<MemoryId>,
    },
    /// A change or a removal was proposed.
    ChangeProposed {
        /// Which waits.
        record: MemoryId,
        /// The memory that it is about.
        memory: MemoryId,
        /// Whether it is to be forgotten.
        removal: bool,
    },
    /// The subject changed a proposal of its own, or took it back.
    OwnWrite {
        /// Which.
        record: MemoryId,
        /// Whether it was taken back.
        removed: bool,
    },
    /// The person decided on what a subject had proposed.
    Reviewed {
        /// What was accepted.
        accepted: Vec<MemoryId>,
        /// What was declined.
        declined: Vec<MemoryId>,
    },
    /// The person found that a proposal says what a memory says already, and noted that there.
    Merged {
        /// What was proposed.
        record: MemoryId,
        /// The memory.
        memory: MemoryId,
    },
    /// The person let the subject in.
    Granted(Granted),
    /// The person narrowed or extended what it may do.
    GrantChanged(Granted),
    /// The person kept it out.
    Refused(Refused),
    /// A grant or a denial ended before its time.
    Revoked {
        /// Which; 32 hexadecimal digits.
        decision: String,
        /// Whether the subject itself gave it up.
        by_subject: bool,
    },
    /// The person paused the subject, or wants to be asked about it each time.
    RuleChanged {
        /// Whether it is paused.
        paused: bool,
        /// Whether the person is asked each time.
        each_time: bool,
    },
    /// The person paused everything, or ended that.
    Paused {
        /// Whether no subject is answered.
        paused: bool,
    },
}

/// What was granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct Granted {
    /// 32 hexadecimal digits.
    pub grant: String,
    /// Names of scopes, or `["*"]`.
    pub scopes: Vec<String>,
    /// What may be done in them.
    pub actions: Vec<Action>,
    /// Only memories of these kinds; of every kind where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kinds: Option<Vec<Kind>>,
    /// Memories above this are not released.
    pub max_sensitivity: Sensitivity,
    /// How many different memories are given in 24 hours, where that is limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub daily_budget: Option<u32>,
    /// Whether the person picks what leaves each time.
    pub each_time: bool,
    /// Whether what the subject writes is kept without being asked.
    pub accepts_writes: bool,
    /// How long it holds.
    pub duration: GrantDuration,
}

/// What was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct Refused {
    /// Names of scopes, or `["*"]`; none where the subject was blocked for what it wrote.
    pub scopes: Vec<String>,
    /// What would have been done in them.
    pub actions: Vec<Action>,
    /// For how long it is kept out; `once` for this request alone.
    pub duration: GrantDuration,
}

/// What a subject was given, in parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct KnownPage {
    /// How many different memories in all.
    pub total: u32,
    /// The part that was asked for.
    pub items: Vec<KnownRecord>,
}

/// A memory that a subject was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct KnownRecord {
    /// Which.
    pub id: MemoryId,
    /// What it says now, which may be something else than what left; absent where it was forgotten since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<MemoryView>,
    /// When it first left; milliseconds since 1970.
    pub first: Millis,
    /// When it last left; milliseconds since 1970.
    pub last: Millis,
    /// How often it left.
    pub times: u32,
    /// Whether it only ever left with some of its words.
    pub redacted: bool,
}

/// A subject that was given a memory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct KnownBy {
    /// Who.
    pub subject: Subject,
    /// When it was first given it; milliseconds since 1970.
    pub first: Millis,
    /// When it was last given it; milliseconds since 1970.
    pub last: Millis,
    /// How often.
    pub times: u32,
    /// Whether it only ever left with some of its words.
    pub redacted: bool,
}
