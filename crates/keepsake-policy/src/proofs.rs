//! What holds of every decision, tried on many thousands of random grants, subjects and records.

use std::collections::BTreeSet;

use keepsake_memory::{Kind, MemoryId, Millis, Scope, Sensitivity};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;

use crate::{
    Action, Grant, GrantDuration, GrantTerms, Ledger, RecordFacts, Release, ScopeSet, SessionId, Subject, Validity,
    authorise, missing_actions,
};

pub(crate) const NOW: Millis = 10_000_000_000;
pub(crate) const SESSION: SessionId = [9; 16];

const WEEK: Millis = 604_800_000;
const ACTIONS: [Action; 3] = [Action::Search, Action::Read, Action::Add];

pub(crate) fn site() -> Subject {
    Subject::site("https://a.example", "firefox-default").unwrap()
}

/// A grant for everything that a grant can be for.
pub(crate) fn grant() -> Grant {
    Grant {
        id: [0; 16],
        subject: site(),
        terms: GrantTerms { actions: BTreeSet::from(ACTIONS), scopes: ScopeSet::Named([Scope::general()].into()) },
        kinds: None,
        max_sensitivity: Sensitivity::Sensitive,
        daily_budget: None,
        each_time: false,
        accepts_writes: false,
        except: BTreeSet::new(),
        purpose: None,
        validity: Validity { duration: GrantDuration::UntilRevoked, session: SESSION, created: NOW },
    }
}

/// A record with all that it needs to be decided on.
#[derive(Debug, Clone)]
struct Record {
    id: MemoryId,
    scopes: Vec<Scope>,
    kind: Kind,
    sensitivity: Sensitivity,
    unreviewed_of_another: bool,
}

impl Record {
    fn facts(&self) -> RecordFacts<'_> {
        let Self { id, scopes, kind, sensitivity, unreviewed_of_another } = self;
        RecordFacts {
            id: *id,
            scopes,
            kind: *kind,
            sensitivity: *sensitivity,
            unreviewed_of_another: *unreviewed_of_another,
        }
    }
}

fn subject() -> impl Strategy<Value = Subject> {
    prop::sample::select(vec![
        site(),
        Subject::site("https://a.example", "firefox-container-1").unwrap(),
        Subject::extension("a@example.org").unwrap(),
    ])
}

fn scope() -> impl Strategy<Value = Scope> {
    prop::sample::select(vec!["food", "health", "work"]).prop_map(|name| Scope::new(name).unwrap())
}

fn scopes() -> impl Strategy<Value = ScopeSet> {
    prop_oneof![1 => Just(ScopeSet::All), 4 => btree_set(scope(), 0..3).prop_map(ScopeSet::Named)]
}

fn sensitivity() -> impl Strategy<Value = Sensitivity> {
    prop::sample::select(Sensitivity::ALL.to_vec())
}

fn kind() -> impl Strategy<Value = Kind> {
    prop::sample::select(vec![Kind::Fact, Kind::Preference, Kind::Note])
}

fn id() -> impl Strategy<Value = MemoryId> {
    (0u8..4).prop_map(|n| MemoryId::new(1, [n; 10]))
}

fn record() -> impl Strategy<Value = Record> {
    (id(), vec(scope(), 1..3), kind(), sensitivity(), prop::bool::weighted(0.2)).prop_map(
        |(id, scopes, kind, sensitivity, unreviewed_of_another)| Record {
            id,
            scopes,
            kind,
            sensitivity,
            unreviewed_of_another,
        },
    )
}

fn validity() -> impl Strategy<Value = Validity> {
    let durations = vec![GrantDuration::Once, GrantDuration::Session, GrantDuration::Week, GrantDuration::UntilRevoked];
    let age = prop::sample::select(vec![0, WEEK - 1, WEEK]);
    (prop::sample::select(durations), age, prop::sample::select(vec![SESSION, [1; 16]]))
        .prop_map(|(duration, age, session)| Validity { duration, session, created: NOW - age })
}

fn actions() -> impl Strategy<Value = BTreeSet<Action>> {
    btree_set(prop::sample::select(ACTIONS.to_vec()), 0..3)
}

fn any_grant() -> impl Strategy<Value = Grant> {
    let terms = (actions(), scopes()).prop_map(|(actions, scopes)| GrantTerms { actions, scopes });
    let kinds = prop::option::of(btree_set(kind(), 0..3));
    let releases = (kinds, sensitivity(), prop::option::of(0u32..4), any::<bool>(), any::<bool>());
    (subject(), terms, releases, btree_set(id(), 0..2), validity()).prop_map(
        |(subject, terms, releases, except, validity)| {
            let (kinds, max_sensitivity, daily_budget, each_time, accepts_writes) = releases;
            Grant {
                subject,
                terms,
                kinds,
                max_sensitivity,
                daily_budget,
                each_time,
                accepts_writes,
                except,
                validity,
                ..grant()
            }
        },
    )
}

fn live() -> Validity {
    grant().validity
}

/// Whether the subject may be given the record at some moment, with no record given before.
fn sees<'a>(grants: impl IntoIterator<Item = &'a Grant>, subject: &Subject, action: Action, record: &Record) -> bool {
    authorise(grants, subject, action, NOW, SESSION).is_some_and(|authority| {
        let mut allowance = Ledger::default().allowance(subject, NOW);
        matches!(allowance.take(&authority, record.facts()), Release::Under(_))
    })
}

/// What records of a row are released, with the budgets counted.
fn released(grants: &[Grant], row: &[Record]) -> Vec<bool> {
    let Some(authority) = authorise(grants, &site(), Action::Search, NOW, SESSION) else {
        return vec![false; row.len()];
    };
    let mut allowance = Ledger::default().allowance(&site(), NOW);
    row.iter().map(|record| matches!(allowance.take(&authority, record.facts()), Release::Under(_))).collect()
}

/// The rules in other words than the code's.
fn allows(grant: &Grant, subject: &Subject, action: Action, record: &Record) -> bool {
    grant.subject == *subject
        && grant.terms.actions.contains(&action)
        && match &grant.terms.scopes {
            ScopeSet::All => true,
            ScopeSet::Named(names) => record.scopes.iter().any(|scope| names.contains(scope)),
        }
        && record.sensitivity != Sensitivity::Secret
        && !record.unreviewed_of_another
        && record.sensitivity <= grant.max_sensitivity
        && grant.kinds.as_ref().is_none_or(|kinds| kinds.contains(&record.kind))
        && !grant.except.contains(&record.id)
        && grant.daily_budget != Some(0)
        && match grant.validity.duration {
            GrantDuration::Once | GrantDuration::Session => grant.validity.session == SESSION,
            GrantDuration::Week => NOW - grant.validity.created < WEEK,
            GrantDuration::UntilRevoked => true,
        }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_release_has_one_live_grant_that_says_all_of_it(
        grants in vec(any_grant(), 0..5), subject in subject(), action in prop::sample::select(ACTIONS.to_vec()),
        record in record(),
    ) {
        let by_hand = grants.iter().any(|grant| allows(grant, &subject, action, &record));
        prop_assert_eq!(sees(&grants, &subject, action, &record), by_hand);
    }

    /// So the decision is asked once for many records.
    #[test]
    fn records_that_differ_in_their_ids_are_told_apart_only_where_one_is_singled_out(
        grants in vec(any_grant(), 0..5), action in prop::sample::select(ACTIONS.to_vec()), record in record(), other in id(),
    ) {
        let Some(authority) = authorise(&grants, &site(), action, NOW, SESSION) else { return Ok(()) };
        let other = Record { id: other, ..record.clone() };
        if ![record.id, other.id].iter().any(|id| authority.singles_out(*id)) {
            let under = |record: &Record| authority.release_under(record.facts()).map(|grant| grant.id);
            prop_assert_eq!(under(&record), under(&other));
        }
    }

    #[test]
    fn without_a_grant_there_is_no_authority_whatever_others_hold(
        grants in vec(any_grant(), 0..5), action in prop::sample::select(ACTIONS.to_vec()),
    ) {
        let nobody = Subject::site("https://nobody.example", "firefox-default").unwrap();
        prop_assert!(authorise(&grants, &nobody, action, NOW, SESSION).is_none());
        let others: Vec<_> = grants.into_iter().filter(|grant| grant.subject != site()).collect();
        prop_assert!(authorise(&others, &site(), action, NOW, SESSION).is_none());
    }

    #[test]
    fn empty_sets_release_nothing(mut grant in any_grant(), record in record()) {
        grant.validity = live();
        grant.terms = GrantTerms { actions: BTreeSet::from(ACTIONS), scopes: ScopeSet::Named(BTreeSet::new()) };
        prop_assert!(authorise([&grant], &grant.subject, Action::Search, NOW, SESSION).is_none());
        grant.terms = GrantTerms { actions: BTreeSet::new(), scopes: ScopeSet::All };
        prop_assert!(authorise([&grant], &grant.subject, Action::Search, NOW, SESSION).is_none());
        grant.terms = GrantTerms { actions: BTreeSet::from(ACTIONS), scopes: ScopeSet::All };
        grant.kinds = Some(BTreeSet::new());
        prop_assert!(!sees([&grant], &grant.subject, Action::Search, &record));
    }

    #[test]
    fn a_narrower_grant_never_releases_what_a_wider_one_would_not(
        wide in any_grant(), by in any_grant(), record in record(), action in prop::sample::select(ACTIONS.to_vec()),
    ) {
        let mut narrow = wide.clone();
        narrow.terms.scopes = wide.terms.scopes.intersection(&by.terms.scopes);
        narrow.terms.actions = wide.terms.actions.intersection(&by.terms.actions).copied().collect();
        narrow.kinds = match (&wide.kinds, by.kinds) {
            (Some(wide), Some(by)) => Some(wide.intersection(&by).copied().collect()),
            (wide, by) => wide.clone().or(by),
        };
        narrow.max_sensitivity = wide.max_sensitivity.min(by.max_sensitivity);
        narrow.daily_budget = wide.daily_budget.into_iter().chain(by.daily_budget).min();
        narrow.except.extend(by.except);
        narrow.each_time |= by.each_time;
        if sees([&narrow], &narrow.subject, action, &record) {
            prop_assert!(sees([&wide], &wide.subject, action, &record));
        }
        let asks = |grant: &Grant| {
            authorise([grant], &grant.subject, action, NOW, SESSION).is_some_and(|who| who.asks_each_time(None))
        };
        prop_assert!(!asks(&wide) || asks(&narrow) || narrow.terms.scopes.is_empty()
            || !narrow.terms.actions.contains(&action));
    }

    #[test]
    fn what_has_ended_never_holds_again(validity in validity(), earlier in 0..3 * WEEK, later in 0..3 * WEEK) {
        let (earlier, later) = (validity.created + earlier.min(later), validity.created + earlier.max(later));
        if !validity.holds(earlier, SESSION) {
            prop_assert!(!validity.holds(later, SESSION));
        }
        // A new session ends all that was not to outlive one, and no time brings it back.
        if !validity.outlives_session() {
            prop_assert!(!validity.holds(later, [7; 16]));
        }
    }

    #[test]
    fn what_is_revoked_releases_nothing_more(
        grants in vec(any_grant(), 1..5), revoked in any::<prop::sample::Index>(), record in record(),
    ) {
        let revoked = revoked.index(grants.len());
        let rest: Vec<_> = grants.iter().enumerate().filter(|(at, _)| *at != revoked).map(|(_, grant)| grant).collect();
        let by_hand = rest.iter().any(|grant| allows(grant, &site(), Action::Search, &record));
        prop_assert_eq!(sees(rest, &site(), Action::Search, &record), by_hand);
    }

    #[test]
    fn the_order_of_grants_does_not_matter(grants in vec(any_grant(), 0..5), row in vec(record(), 1..8)) {
        let reversed: Vec<_> = grants.iter().rev().cloned().collect();
        prop_assert_eq!(released(&grants, &row), released(&reversed, &row));
    }

    #[test]
    fn no_more_different_records_leave_than_the_budget(
        mut grant in any_grant(), budget in 0u32..4, row in vec(record(), 1..12),
    ) {
        grant.daily_budget = Some(budget);
        grant.subject = site();
        let out = released(&[grant], &row);
        let different: BTreeSet<_> = row.iter().zip(out).filter(|(_, out)| *out).map(|(record, _)| record.id).collect();
        prop_assert!(different.len() <= budget as usize);
    }

    #[test]
    fn asking_for_the_difference_is_asking_for_the_whole(
        held in vec(any_grant(), 0..4), mut asked in any_grant(), record in record(),
        action in prop::sample::select(ACTIONS.to_vec()), names in btree_set(scope(), 1..3),
    ) {
        // Grants that differ in nothing but their terms, as a site that asks step by step has them.
        let alike = |terms: GrantTerms| Grant { terms, ..grant() };
        let held: Vec<_> = held.into_iter().map(|held| alike(held.terms)).collect();
        asked.terms.scopes = ScopeSet::Named(names.clone());
        let whole: Vec<_> = held.iter().cloned().chain([alike(asked.terms.clone())]).collect();
        let step_by_step: Vec<_> = names
            .iter()
            .map(|scope| {
                let actions = missing_actions(&held, &asked.terms.actions, scope);
                alike(GrantTerms { actions, scopes: ScopeSet::Named([scope.clone()].into()) })
            })
            .chain(held.iter().cloned())
            .collect();
        prop_assert_eq!(sees(&whole, &site(), action, &record), sees(&step_by_step, &site(), action, &record));
        let covers = |grants: &[Grant]| {
            authorise(grants, &site(), action, NOW, SESSION).is_some_and(|who| who.covers_all(&asked.terms.scopes))
        };
        prop_assert_eq!(covers(&whole), covers(&step_by_step));
    }

    #[test]
    fn only_a_grant_that_accepts_writes_keeps_them_unasked(grants in vec(any_grant(), 0..5), record in record()) {
        let unasked = authorise(&grants, &site(), Action::Add, NOW, SESSION)
            .is_some_and(|authority| authority.write_under(&record.scopes).is_some());
        let by_hand = record.scopes.iter().all(|scope| {
            grants.iter().any(|grant| {
                let anything = Record {
                    scopes: vec![scope.clone()],
                    sensitivity: Sensitivity::Normal,
                    unreviewed_of_another: false,
                    ..record.clone()
                };
                let open = Grant { kinds: None, daily_budget: None, except: BTreeSet::new(), ..grant.clone() };
                grant.accepts_writes && allows(&open, &site(), Action::Add, &anything)
            })
        });
        prop_assert_eq!(unasked, by_hand);
    }
}
