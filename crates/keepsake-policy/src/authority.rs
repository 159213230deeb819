//! The decision: what the live grants of a subject amount to, and which records that makes visible.

use keepsake_memory::{MemoryId, Millis, Scope, Sensitivity};

use crate::{Action, Grant, GrantDuration, ScopeSet, SessionId, Subject};

/// What a decision needs to know of a record.
#[derive(Debug, Clone, Copy)]
pub struct RecordFacts<'a> {
    /// Which record.
    pub id: MemoryId,
    /// Where it stands.
    pub scopes: &'a [Scope],
    /// How careful to be with it.
    pub sensitivity: Sensitivity,
}

/// What a subject may do now with one action: the live grants that allow it, at least one.
#[derive(Debug, Clone)]
pub struct Authority<'a> {
    grants: Vec<&'a Grant>,
}

/// The authority of a subject for an action, or `None` where no live grant allows it anywhere.
pub fn authorise<'a>(
    grants: impl IntoIterator<Item = &'a Grant>,
    subject: &Subject,
    action: Action,
    now: Millis,
    session: SessionId,
) -> Option<Authority<'a>> {
    let mut grants: Vec<_> = grants
        .into_iter()
        .filter(|grant| {
            grant.subject == *subject
                && grant.terms.actions.contains(&action)
                && !grant.terms.scopes.is_empty()
                && grant.validity.holds(now, session)
        })
        .collect();
    // What holds for one answer only is used where nothing else will do.
    grants.sort_by_key(|grant| grant.validity.duration == GrantDuration::Once);
    (!grants.is_empty()).then_some(Authority { grants })
}

impl<'a> Authority<'a> {
    /// The grants it rests on, at least one.
    pub fn grants(&self) -> &[&'a Grant] {
        &self.grants
    }

    /// The first grant under which the record may leave. Secret records leave under none.
    pub fn release_under(&self, record: RecordFacts<'_>) -> Option<&'a Grant> {
        if record.sensitivity == Sensitivity::Secret {
            return None;
        }
        self.grants.iter().copied().find(|grant| {
            record.sensitivity <= grant.max_sensitivity
                && !grant.except.contains(&record.id)
                && record.scopes.iter().any(|scope| grant.terms.scopes.contains(scope))
        })
    }

    /// The first grant that covers the scope.
    pub fn grant_for(&self, scope: &Scope) -> Option<&'a Grant> {
        self.grants.iter().copied().find(|grant| grant.terms.scopes.contains(scope))
    }

    /// Whether the scope may be named to the subject.
    pub fn covers(&self, scope: &Scope) -> bool {
        self.grant_for(scope).is_some()
    }

    /// Whether every scope of the set is granted, be it by several grants together.
    pub fn covers_all(&self, scopes: &ScopeSet) -> bool {
        match scopes {
            ScopeSet::All => self.grants.iter().any(|grant| grant.terms.scopes == ScopeSet::All),
            ScopeSet::Named(names) => names.iter().all(|scope| self.covers(scope)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::collection::{btree_set, vec};
    use proptest::prelude::*;

    use super::*;
    use crate::{GrantTerms, Validity};

    const NOW: Millis = 10_000_000_000;
    const SESSION: SessionId = [9; 16];

    fn subjects() -> [Subject; 2] {
        [
            Subject::site("https://a.example", "firefox-default").unwrap(),
            Subject::site("https://a.example", "firefox-container-1").unwrap(),
        ]
    }

    fn scope() -> impl Strategy<Value = Scope> {
        prop::sample::select(vec!["food", "health", "work"]).prop_map(|name| Scope::new(name).unwrap())
    }

    fn scopes() -> impl Strategy<Value = ScopeSet> {
        prop_oneof![1 => Just(ScopeSet::All), 4 => btree_set(scope(), 0..3).prop_map(ScopeSet::Named)]
    }

    fn sensitivity() -> impl Strategy<Value = Sensitivity> {
        prop::sample::select(vec![
            Sensitivity::Normal,
            Sensitivity::Personal,
            Sensitivity::Sensitive,
            Sensitivity::Secret,
        ])
    }

    fn id() -> impl Strategy<Value = MemoryId> {
        (0u8..3).prop_map(|n| MemoryId::new(1, [n; 10]))
    }

    fn grant() -> impl Strategy<Value = Grant> {
        let action = prop::sample::select(vec![Action::Search, Action::Read, Action::Add]);
        let duration =
            prop::sample::select(vec![GrantDuration::Session, GrantDuration::Week, GrantDuration::UntilRevoked]);
        let age = prop::sample::select(vec![0, 604_799_999, 604_800_000]);
        let session = prop::sample::select(vec![SESSION, [1; 16]]);
        (0usize..2, btree_set(action, 0..3), scopes(), sensitivity(), btree_set(id(), 0..2), duration, age, session)
            .prop_map(|(subject, actions, scopes, max_sensitivity, except, duration, age, session)| Grant {
                id: [0; 16],
                subject: subjects()[subject].clone(),
                terms: GrantTerms { actions, scopes },
                max_sensitivity,
                except,
                purpose: None,
                validity: Validity { duration, session, created: NOW - age },
            })
    }

    fn sees(grants: &[Grant], id: MemoryId, scopes: &[Scope], sensitivity: Sensitivity) -> bool {
        authorise(grants, &subjects()[0], Action::Search, NOW, SESSION)
            .is_some_and(|authority| authority.release_under(RecordFacts { id, scopes, sensitivity }).is_some())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn a_release_has_one_live_grant_that_says_all_of_it(
            grants in vec(grant(), 0..5), id in id(), at in vec(scope(), 1..3), sensitivity in sensitivity(),
        ) {
            let by_hand = grants.iter().any(|grant| {
                grant.subject == subjects()[0]
                    && grant.terms.actions.contains(&Action::Search)
                    && (match &grant.terms.scopes {
                        ScopeSet::All => true,
                        ScopeSet::Named(names) => at.iter().any(|scope| names.contains(scope)),
                    })
                    && sensitivity != Sensitivity::Secret
                    && sensitivity <= grant.max_sensitivity
                    && !grant.except.contains(&id)
                    && (match grant.validity.duration {
                        GrantDuration::Once | GrantDuration::Session => grant.validity.session == SESSION,
                        GrantDuration::Week => NOW - grant.validity.created < 604_800_000,
                        GrantDuration::UntilRevoked => true,
                    })
            });
            prop_assert_eq!(sees(&grants, id, &at, sensitivity), by_hand);
        }

        #[test]
        fn the_order_of_grants_does_not_matter(
            grants in vec(grant(), 0..5), id in id(), at in vec(scope(), 1..3), sensitivity in sensitivity(),
        ) {
            let reversed: Vec<_> = grants.iter().rev().cloned().collect();
            prop_assert_eq!(sees(&grants, id, &at, sensitivity), sees(&reversed, id, &at, sensitivity));
        }

        #[test]
        fn a_narrower_grant_never_releases_more(
            wide in grant(), id in id(), at in vec(scope(), 1..3), sensitivity in sensitivity(), kept in scopes(),
        ) {
            let mut narrow = wide.clone();
            narrow.terms.scopes = wide.terms.scopes.intersection(&kept);
            if sees(&[narrow], id, &at, sensitivity) {
                prop_assert!(sees(&[wide], id, &at, sensitivity));
            }
        }

        #[test]
        fn an_empty_set_of_scopes_or_actions_is_no_authority(mut grant in grant()) {
            grant.terms.scopes = ScopeSet::Named(BTreeSet::new());
            prop_assert!(authorise([&grant], &grant.subject, Action::Search, NOW, SESSION).is_none());
            grant.terms = GrantTerms { actions: BTreeSet::new(), scopes: ScopeSet::All };
            prop_assert!(authorise([&grant], &grant.subject, Action::Search, NOW, SESSION).is_none());
        }
    }
}
