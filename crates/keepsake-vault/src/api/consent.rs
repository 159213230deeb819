//! What a consent shows, and what the person says to it.

use keepsake_memory::{Kind, MemoryId, Scope, Sensitivity};
use keepsake_policy::{Action, GrantDuration, Profile, Subject};
use serde::{Deserialize, Serialize};

use super::{GrantView, MemoryView, PageMethod};

/// What the person says to a consent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(tag = "decision", rename_all = "snake_case", deny_unknown_fields)]
pub enum ConsentDecision {
    /// Let it in.
    Allow {
        /// How long.
        duration: GrantDuration,
        /// Of the asked scopes, those that are granted; at least one.
        scopes: Vec<String>,
        /// Up to which sensitivity; `secret` is refused.
        max_sensitivity: Sensitivity,
        /// Only memories of these kinds; of every kind where it is absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kinds: Option<Vec<Kind>>,
        /// How many different memories it is given in 24 hours, where that is limited; at least 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        daily_budget: Option<u32>,
        /// Whether the person picks what leaves each time.
        #[serde(default)]
        each_time: bool,
        /// Records that were unticked.
        except: Vec<MemoryId>,
    },
    /// Let out what was picked, to a subject that asks each time.
    Release {
        /// What was ticked.
        records: Vec<Picked>,
    },
    /// Keep it out.
    Deny {
        /// `once` says no to this request alone; anything else stores a denial.
        duration: GrantDuration,
    },
}

/// What a subject asks for, as the consent shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct ConsentView {
    /// 32 hexadecimal digits.
    pub id: String,
    /// Who asks.
    pub subject: Subject,
    /// What it says it is for: its claim, in its words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// What it wants to know now, where the person picks what leaves; then there are no scopes to choose, and
    /// `consent_answer` tells what would leave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<AskedRelease>,
    /// What is asked and not granted yet, with what stands there; every scope of the vault where `wildcard`.
    pub scopes: Vec<AskedScope>,
    /// Whether it asks for all scopes, also those that come later.
    pub wildcard: bool,
    /// What it wants to do.
    pub actions: Vec<Action>,
    /// How long it wants it.
    pub duration: GrantDuration,
    /// What it may do already.
    pub granted: Vec<GrantView>,
    /// How many different memories it was given before.
    pub known: u32,
    /// Grants that fit at one click.
    pub profiles: Vec<Profile>,
}

/// A scope that is asked for, and how much stands in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct AskedScope {
    /// Its name.
    pub name: Scope,
    /// How many memories.
    pub memories: u32,
    /// What the subject wants to do there and may not do yet.
    pub actions: Vec<Action>,
}

/// A request whose answer the person picks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct AskedRelease {
    /// What it asked.
    pub method: PageMethod,
    /// The question, where the method has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
}

/// The answer that a subject would get if the person picked all of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct ConsentAnswer {
    /// In the order of the answer.
    pub items: Vec<MemoryView>,
    /// How many more would be in it if the daily budget allowed.
    pub over_budget: u32,
}

/// A record that the person lets out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct Picked {
    /// Which.
    pub id: MemoryId,
    /// The revision that the person looked at; a later one in the vault is a conflict.
    pub revision: u64,
    /// What of its words stays, if something does.
    #[serde(default)]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub redact: Vec<Span>,
}

/// A part of a text, in UTF-16 code units, as JavaScript counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// Where it begins.
    pub start: u32,
    /// Where it ends; behind `start`.
    pub end: u32,
}

/// A part of what would leave under a consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct ConsentRecords {
    /// How many could leave in all; with a query, how many of them hold its words.
    pub total: u32,
    /// How many stand in the scopes but stay, being above the sensitivity, of another kind or secret.
    pub withheld: u32,
    /// The part that was asked for.
    pub items: Vec<MemoryView>,
}
