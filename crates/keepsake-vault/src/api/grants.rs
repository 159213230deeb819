//! Grants, denials and what else the person decided about a subject, as our own pages show it.

use keepsake_memory::{Kind, Millis, Sensitivity};
use keepsake_policy::{Action, GrantDuration, ProfileName, Subject, SubjectRule};
use serde::{Deserialize, Serialize};

/// Grants and denials that hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct SubjectGrants {
    /// Who is let in.
    pub grants: Vec<GrantView>,
    /// Who is kept out without being asked.
    pub denials: Vec<DenialView>,
    /// Who is paused, or asked about each time.
    pub rules: Vec<SubjectRule>,
}

/// What a grant allows, to be chosen by the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct GrantSettings {
    /// Names of scopes, or `["*"]`; at least one.
    pub scopes: Vec<String>,
    /// What may be done in them; at least one.
    pub actions: Vec<Action>,
    /// Only memories of these kinds; of every kind where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kinds: Option<Vec<Kind>>,
    /// Memories above this are not released; `secret` is refused.
    pub max_sensitivity: Sensitivity,
    /// How many different memories are given in 24 hours, where that is limited; at least 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub daily_budget: Option<u32>,
    /// Whether the person picks what leaves each time.
    pub each_time: bool,
    /// Whether what the subject writes is kept without being asked.
    pub accepts_writes: bool,
    /// How long it holds; another one than before counts from now.
    pub duration: GrantDuration,
}

/// A grant as our own pages show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct GrantView {
    /// 32 hexadecimal digits.
    pub id: String,
    /// Whom it lets in.
    pub subject: Subject,
    /// Which ready-made grant it is.
    pub profile: ProfileName,
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
    /// How many records were unticked.
    pub except: u32,
    /// How long it holds.
    pub duration: GrantDuration,
    /// What the subject said it was for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// When it was given; milliseconds since 1970.
    pub created: Millis,
    /// When it ends by the clock; milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Millis>,
}

/// A denial as our own pages show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct DenialView {
    /// 32 hexadecimal digits.
    pub id: String,
    /// Whom it keeps out.
    pub subject: Subject,
    /// How long it holds.
    pub duration: GrantDuration,
    /// When it was given; milliseconds since 1970.
    pub created: Millis,
    /// When it ends by the clock; milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Millis>,
}

/// A subject that is blocked for asking too often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct BlockedView {
    /// Who.
    pub subject: Subject,
    /// Until when; milliseconds since 1970.
    pub until: Millis,
}

/// What ended, and what cannot be called back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct Revoked {
    /// How many grants and denials ended.
    pub ended: u32,
    /// How many different memories the subject had been given by then; `known` tells which.
    pub known: u32,
}
