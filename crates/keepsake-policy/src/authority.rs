//! The decision: what the live grants of a subject amount to, and which records that makes visible.

use keepsake_memory::{Kind, MemoryId, Millis, Scope, Sensitivity};

use crate::{Action, Grant, GrantDuration, ScopeSet, SessionId, Subject};

/// What a decision needs to know of a record.
#[derive(Debug, Clone, Copy)]
pub struct RecordFacts<'a> {
    /// Which record.
    pub id: MemoryId,
    /// Where it stands.
    pub scopes: &'a [Scope],
    /// What sort of thing it is.
    pub kind: Kind,
    /// How careful to be with it.
    pub sensitivity: Sensitivity,
    /// Whether somebody else wrote it and the person has not seen it yet: until then it is told to nobody but its writer.
    pub unreviewed_of_another: bool,
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

    /// The first grant under which the record may leave, as far as no budget is used up. Secret records leave under none.
    pub fn release_under(&self, record: RecordFacts<'_>) -> Option<&'a Grant> {
        self.grants_for(record).next()
    }

    /// Every grant under which the record may leave, as far as no budget is used up.
    pub(crate) fn grants_for(&self, record: RecordFacts<'_>) -> impl Iterator<Item = &'a Grant> {
        self.grants.iter().copied().filter(move |grant| {
            record.sensitivity != Sensitivity::Secret
                && !record.unreviewed_of_another
                && record.sensitivity <= grant.max_sensitivity
                && grant.kinds.as_ref().is_none_or(|kinds| kinds.contains(&record.kind))
                && !grant.except.contains(&record.id)
                && record.scopes.iter().any(|scope| grant.terms.scopes.contains(scope))
        })
    }

    /// Whether the person decided on this very record: on all others that are alike but for their ids, the decision is the
    /// same.
    pub fn singles_out(&self, record: MemoryId) -> bool {
        self.grants.iter().any(|grant| grant.except.contains(&record))
    }

    /// Whether the person decided on any single record.
    pub fn singles_any_out(&self) -> bool {
        self.grants.iter().any(|grant| !grant.except.is_empty())
    }

    /// Whether the person picks what leaves, for an answer that looks in these scopes, or in all that are granted. It does
    /// not depend on what there is: whether somebody was asked must not tell that either.
    pub fn asks_each_time(&self, among: Option<&ScopeSet>) -> bool {
        self.grants.iter().any(|grant| {
            let looked_in = among.is_none_or(|among| !among.intersection(&grant.terms.scopes).is_empty());
            grant.each_time && looked_in
        })
    }

    /// The grants under which something that stands in these scopes is kept without asking: each scope has one, or there
    /// are none.
    pub fn write_under(&self, scopes: &[Scope]) -> Option<Vec<&'a Grant>> {
        let accepting = |scope| {
            let mut grants = self.grants.iter().copied();
            grants.find(|grant| grant.accepts_writes && grant.terms.scopes.contains(scope))
        };
        scopes.iter().map(accepting).collect::<Option<Vec<_>>>().filter(|grants| !grants.is_empty())
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
    use super::*;
    use crate::proofs::{NOW, SESSION, grant, site};

    #[test]
    fn scopes_are_covered_by_several_grants_together_and_all_only_by_one_for_all() {
        let scope = |name| Scope::new(name).unwrap();
        let of = |scopes: ScopeSet| Grant { terms: crate::GrantTerms { scopes, ..grant().terms }, ..grant() };
        let (food, work) = (ScopeSet::Named([scope("food")].into()), ScopeSet::Named([scope("work")].into()));
        let grants = [of(food), Grant { each_time: true, ..of(work.clone()) }];
        let authority = authorise(&grants, &site(), Action::Search, NOW, SESSION).unwrap();
        let both = ScopeSet::Named([scope("food"), scope("work")].into());
        assert!(authority.covers_all(&both) && !authority.covers_all(&ScopeSet::All));
        assert_eq!(authority.grant_for(&scope("work")).map(|grant| grant.each_time), Some(true));
        assert!(authority.covers(&scope("food")) && !authority.covers(&scope("health")));
        assert_eq!(authority.grants().len(), 2);
        let food = ScopeSet::Named([scope("food")].into());
        assert_eq!([Some(&food), Some(&work), None].map(|among| authority.asks_each_time(among)), [false, true, true]);
        let all = [of(ScopeSet::All)];
        assert!(authorise(&all, &site(), Action::Add, NOW, SESSION).unwrap().covers_all(&ScopeSet::All));
    }
}
