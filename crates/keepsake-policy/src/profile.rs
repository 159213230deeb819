//! Ready-made grants: what most people mean, at one click.

use keepsake_memory::{Kind, Sensitivity};
use serde::{Deserialize, Serialize};

use crate::Grant;

/// Which ready-made grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum ProfileName {
    /// Only what the person picks each time.
    PickEachTime,
    /// Preferences only.
    PreferencesOnly,
    /// Everything but what is sensitive.
    EverythingButSensitive,
    /// Something else.
    Custom,
}

/// What a ready-made grant says of the records that leave; scopes, actions and duration are chosen apart from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct Profile {
    /// Its name.
    pub name: ProfileName,
    /// Only records of these kinds; of every kind where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kinds: Option<Vec<Kind>>,
    /// Records above this do not leave.
    pub max_sensitivity: Sensitivity,
    /// How many different records leave in 24 hours, where that is limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub daily_budget: Option<u32>,
    /// Whether the person picks what leaves each time.
    pub each_time: bool,
}

impl Profile {
    /// Every profile, in the order in which they are shown.
    pub fn all() -> [Self; 3] {
        [
            Self {
                name: ProfileName::PickEachTime,
                kinds: None,
                // The person sees each of them before it leaves.
                max_sensitivity: Sensitivity::Sensitive,
                daily_budget: None,
                each_time: true,
            },
            Self {
                name: ProfileName::PreferencesOnly,
                kinds: Some(vec![Kind::Preference]),
                max_sensitivity: Sensitivity::Personal,
                daily_budget: Some(50),
                each_time: false,
            },
            Self {
                name: ProfileName::EverythingButSensitive,
                kinds: None,
                max_sensitivity: Sensitivity::Personal,
                daily_budget: Some(200),
                each_time: false,
            },
        ]
    }

    fn fits(&self, grant: &Grant) -> bool {
        let kinds = self.kinds.as_ref().map(|kinds| kinds.iter().copied().collect());
        kinds == grant.kinds
            && self.max_sensitivity == grant.max_sensitivity
            && self.daily_budget == grant.daily_budget
            && self.each_time == grant.each_time
    }
}

impl ProfileName {
    /// What a grant is called.
    pub fn of(grant: &Grant) -> Self {
        Profile::all().iter().find(|profile| profile.fits(grant)).map_or(Self::Custom, |profile| profile.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_is_known_by_the_profile_that_made_it() {
        for profile in Profile::all() {
            let grant = Grant {
                kinds: profile.kinds.clone().map(|kinds| kinds.into_iter().collect()),
                max_sensitivity: profile.max_sensitivity,
                daily_budget: profile.daily_budget,
                each_time: profile.each_time,
                ..crate::proofs::grant()
            };
            assert_eq!(ProfileName::of(&grant), profile.name);
            assert_eq!(ProfileName::of(&Grant { daily_budget: Some(7), ..grant }), ProfileName::Custom);
        }
    }
}
