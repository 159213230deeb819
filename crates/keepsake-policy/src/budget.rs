//! How many different records a subject is given within a day: what was given lately, and what another answer may add.

use std::collections::{HashMap, HashSet};

use keepsake_memory::{MemoryId, Millis};

use crate::{Authority, Grant, RecordFacts, Subject};

/// The time over which records are counted, in milliseconds.
pub const BUDGET_WINDOW_MS: Millis = 24 * 60 * 60 * 1000;

/// What each subject was given, and when last.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    given: HashMap<Subject, HashMap<MemoryId, Millis>>,
}

impl Ledger {
    /// Notes that a subject was given a record.
    pub fn note(&mut self, subject: &Subject, record: MemoryId, at: Millis) {
        let last = self.given.entry(subject.clone()).or_default().entry(record).or_default();
        *last = at.max(*last);
    }

    /// What another answer to the subject may hold.
    pub fn allowance(&self, subject: &Subject, now: Millis) -> Allowance {
        let given = self.given.get(subject).into_iter().flatten();
        // What was given in the future was given before the clock was set back: it counts.
        let recent = given.filter(|(_, at)| at.saturating_add(BUDGET_WINDOW_MS) > now);
        let given: HashMap<MemoryId, Millis> = recent.map(|(record, at)| (*record, *at)).collect();
        Allowance { given, taken: HashSet::new() }
    }

    /// Forgets what no longer counts.
    pub fn forget_old(&mut self, now: Millis) {
        for records in self.given.values_mut() {
            records.retain(|_, at| at.saturating_add(BUDGET_WINDOW_MS) > now);
        }
        self.given.retain(|_, records| !records.is_empty());
    }
}

/// What one answer may still hold.
#[derive(Debug, Clone)]
pub struct Allowance {
    given: HashMap<MemoryId, Millis>,
    taken: HashSet<MemoryId>,
}

/// Whether a record may be in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release<'a> {
    /// It may, under this grant.
    Under(&'a Grant),
    /// It may not today.
    OverBudget,
    /// It may not.
    Withheld,
}

impl Allowance {
    /// Decides on a record, and counts it where it may leave. A record that the subject was given within the day costs
    /// nothing.
    pub fn take<'a>(&mut self, authority: &Authority<'a>, record: RecordFacts<'_>) -> Release<'a> {
        let counted = self.given.contains_key(&record.id) || self.taken.contains(&record.id);
        let count = (self.given.len() + self.taken.len()) as u64;
        let mut withheld = Release::Withheld;
        for grant in authority.grants_for(record) {
            if counted || grant.daily_budget.is_none_or(|budget| count < u64::from(budget)) {
                if !counted {
                    self.taken.insert(record.id);
                }
                return Release::Under(grant);
            }
            withheld = Release::OverBudget;
        }
        withheld
    }

    /// How long until something that was given counts no more.
    pub fn wait(&self, now: Millis) -> Millis {
        let first = self.given.values().min().copied().unwrap_or(now);
        first.saturating_add(BUDGET_WINDOW_MS).saturating_sub(now).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proofs::{NOW, SESSION, grant, site};
    use crate::{Action, authorise};
    use keepsake_memory::{Kind, Scope, Sensitivity};

    fn facts(n: u8, scopes: &[Scope]) -> RecordFacts<'_> {
        RecordFacts {
            id: MemoryId::new(1, [n; 10]),
            scopes,
            kind: Kind::Note,
            sensitivity: Sensitivity::Normal,
            unreviewed_of_another: false,
        }
    }

    #[test]
    fn so_many_different_records_leave_within_a_day_and_the_same_ones_again() {
        let scopes = [Scope::general()];
        let grant = Grant { daily_budget: Some(2), ..grant() };
        let authority = authorise([&grant], &site(), Action::Search, NOW, SESSION).unwrap();
        let mut ledger = Ledger::default();
        ledger.note(&site(), MemoryId::new(1, [1; 10]), NOW - 1_000);
        let mut allowance = ledger.allowance(&site(), NOW);
        let taken: Vec<_> =
            [1, 2, 2, 3, 1].map(|n| allowance.take(&authority, facts(n, &scopes)) == Release::Under(&grant)).into();
        assert_eq!(taken, [true, true, true, false, true]);
        assert_eq!(allowance.take(&authority, facts(3, &scopes)), Release::OverBudget);
        assert_eq!(allowance.take(&authority, facts(3, &[Scope::new("other").unwrap()])), Release::Withheld);
        assert_eq!(allowance.wait(NOW), BUDGET_WINDOW_MS - 1_000);
        ledger.forget_old(NOW - 1_000 + BUDGET_WINDOW_MS - 1);
        assert_eq!(ledger.given.len(), 1);
        ledger.forget_old(NOW - 1_000 + BUDGET_WINDOW_MS);
        assert!(ledger.given.is_empty());
    }

    #[test]
    fn another_subject_and_another_day_count_anew_and_a_clock_set_back_does_not() {
        let scopes = [Scope::general()];
        let grant = Grant { daily_budget: Some(1), ..grant() };
        let authority = authorise([&grant], &site(), Action::Search, NOW, SESSION).unwrap();
        let mut ledger = Ledger::default();
        let room = |ledger: &Ledger, subject: &Subject, now| {
            ledger.allowance(subject, now).take(&authority, facts(2, &scopes)) == Release::Under(&grant)
        };
        ledger.note(&site(), MemoryId::new(1, [1; 10]), NOW);
        assert!(!room(&ledger, &site(), NOW + BUDGET_WINDOW_MS - 1));
        assert!(room(&ledger, &site(), NOW + BUDGET_WINDOW_MS));
        assert!(!room(&ledger, &site(), NOW - 10 * BUDGET_WINDOW_MS));
        assert!(room(&ledger, &Subject::extension("a@example.org").unwrap(), NOW));
    }
}
