//! What the person decides about a subject outside of a consent: narrowing, extending, ending, pausing, blocking.

use keepsake_crypto::Primitives;
use keepsake_memory::Sensitivity;
use keepsake_policy::{
    Action, Denial, Grant, GrantDuration, GrantTerms, ProfileName, ScopeSet, Subject, SubjectRule, Validity,
};

use crate::api::*;
use crate::commands::changed;
use crate::format::{Decision, Rule};
use crate::open::Open;
use crate::transaction::{Put, Transaction};
use crate::vault::{Parts, Vault};
use crate::{Clock, Space, Store};

/// Settings in form.
pub(crate) struct CheckedSettings {
    pub terms: GrantTerms,
    pub kinds: Option<std::collections::BTreeSet<keepsake_memory::Kind>>,
    pub max_sensitivity: Sensitivity,
    pub daily_budget: Option<u32>,
    pub each_time: bool,
    pub accepts_writes: bool,
    pub duration: GrantDuration,
}

impl GrantSettings {
    /// Brings settings in form: they allow something, and nothing that no grant can.
    pub(crate) fn checked(self) -> Result<CheckedSettings, OwnerError> {
        let scopes = ScopeSet::try_from(self.scopes)?;
        let terms = GrantTerms { actions: self.actions.into_iter().collect(), scopes };
        if terms.scopes.is_empty() || terms.actions.is_empty() {
            return Err(OwnerError::invalid("a grant has at least one scope and one action: end it instead"));
        }
        if self.max_sensitivity == Sensitivity::Secret {
            return Err(OwnerError::invalid("secret memories leave under no grant"));
        }
        if self.daily_budget == Some(0) || self.kinds.as_ref().is_some_and(Vec::is_empty) {
            return Err(OwnerError::invalid("a grant lets out at least one memory a day, of one kind: end it instead"));
        }
        Ok(CheckedSettings {
            terms,
            kinds: self.kinds.map(|kinds| kinds.into_iter().collect()),
            max_sensitivity: self.max_sensitivity,
            daily_budget: self.daily_budget,
            each_time: self.each_time,
            accepts_writes: self.accepts_writes,
            duration: self.duration,
        })
    }
}

impl<S: Store, C: Clock, R: Primitives> Vault<S, C, R> {
    pub(crate) fn decided_about(&self, of: impl Fn(&Subject) -> bool) -> Result<SubjectGrants, OwnerError> {
        let open = self.opened()?;
        let now = self.clock.now();
        let rules = open.decisions.iter().filter_map(|(_, decision)| match decision {
            Decision::Rule(Rule { rule, .. }) if of(&rule.subject) => Some(rule.clone()),
            _ => None,
        });
        Ok(SubjectGrants {
            grants: open.live_grants(now).filter(|grant| of(&grant.subject)).map(grant_view).collect(),
            denials: open.live_denials(now).filter(|denial| of(&denial.subject)).map(denial_view).collect(),
            rules: rules.collect(),
        })
    }

    pub(crate) async fn revoke_one(&mut self, id: &str, effects: &mut Vec<Effect>) -> Result<Revoked, OwnerError> {
        let open = self.opened()?;
        let found = open.decisions.iter().find(|(_, decision)| hex::encode(decision.id()) == id);
        let subject = found.map(|(_, decision)| decision.subject().clone());
        let subject = subject.ok_or_else(|| OwnerError::not_found("grant"))?;
        self.revoke(&subject, false, |decision| hex::encode(decision.id()) == id, effects).await
    }

    /// Ends what a subject holds: its grants where it gives them up itself, else its denials too.
    pub(crate) async fn revoke_all(
        &mut self,
        subject: &Subject,
        by_subject: bool,
        effects: &mut Vec<Effect>,
    ) -> Result<Revoked, OwnerError> {
        let ends = |decision: &Decision| match decision {
            Decision::Grant(_) => true,
            Decision::Denial(_) => !by_subject,
            // That the person wants to be careful with it outlives its grants.
            Decision::Rule(_) => false,
        };
        self.revoke(subject, by_subject, ends, effects).await
    }

    async fn revoke(
        &mut self,
        subject: &Subject,
        by_subject: bool,
        ends: impl Fn(&Decision) -> bool,
        effects: &mut Vec<Effect>,
    ) -> Result<Revoked, OwnerError> {
        let Parts { open, store, random, now } = self.parts()?;
        let decisions = open.decisions.iter().map(|(_, decision)| decision);
        let ending: Vec<_> =
            decisions.filter(|decision| decision.subject() == subject && ends(decision)).map(Decision::id).collect();
        // What has left cannot be called back: the person is told how much that is.
        let known = if by_subject { 0 } else { open.given_to(store, subject).await?.len() as u32 };
        if ending.is_empty() {
            return Ok(Revoked { ended: 0, known });
        }
        let mut transaction = open.transaction(random);
        transaction.end_decisions(&ending);
        for id in &ending {
            transaction.receipt(now, subject, ReceiptEntry::Revoked { decision: hex::encode(id), by_subject })?;
        }
        transaction.commit(store).await?;
        self.decisions_changed(subject, effects);
        Ok(Revoked { ended: ending.len() as u32, known })
    }

    /// Gives a grant other settings.
    pub(crate) async fn grant_change(
        &mut self,
        id: &str,
        settings: GrantSettings,
        effects: &mut Vec<Effect>,
    ) -> Result<GrantView, OwnerError> {
        let settings = settings.checked()?;
        let Parts { open, store, random, now } = self.parts()?;
        let session = open.session;
        let found = open.live_grants(now).find(|grant| hex::encode(grant.id) == id).cloned();
        let grant = found.ok_or_else(|| OwnerError::not_found("grant"))?;
        let validity = if settings.duration == grant.validity.duration {
            grant.validity
        } else {
            Validity { duration: settings.duration, session, created: now }
        };
        let changed = Grant {
            terms: settings.terms,
            kinds: settings.kinds,
            max_sensitivity: settings.max_sensitivity,
            daily_budget: settings.daily_budget,
            each_time: settings.each_time,
            accepts_writes: settings.accepts_writes,
            validity,
            ..grant
        };
        let mut transaction = open.transaction(random);
        let put = transaction.replace_decision(Decision::Grant(changed.clone()))?;
        transaction.receipt(now, &changed.subject, ReceiptEntry::GrantChanged(granted(&changed)))?;
        let committed = transaction.commit(store).await?;
        open.take_decisions(vec![put], &committed);
        let view = grant_view(&changed);
        self.decisions_changed(&changed.subject, effects);
        Ok(view)
    }

    /// Pauses a subject, or asks each time.
    pub(crate) async fn subject_rule_set(
        &mut self,
        rule: SubjectRule,
        effects: &mut Vec<Effect>,
    ) -> Result<SubjectRule, OwnerError> {
        let subject = rule.subject.clone().checked()?;
        let Parts { open, store, random, now } = self.parts()?;
        let there = open.decisions.iter().find_map(|(_, decision)| match decision {
            Decision::Rule(Rule { id, rule }) if rule.subject == subject => Some(*id),
            _ => None,
        });
        let mut transaction = open.transaction(random);
        let put = match (rule.is_void(), there) {
            (true, Some(id)) => {
                transaction.end_decisions(&[id]);
                None
            }
            (true, None) => None,
            (false, there) => {
                let id = there.map_or_else(|| transaction.make(), Ok)?;
                Some(transaction.replace_decision(Decision::Rule(Rule { id, rule: rule.clone() }))?)
            }
        };
        let entry = ReceiptEntry::RuleChanged { paused: rule.paused, each_time: rule.each_time };
        transaction.receipt(now, &subject, entry)?;
        let committed = transaction.commit(store).await?;
        open.take_decisions(put.into_iter().collect(), &committed);
        self.decisions_changed(&subject, effects);
        Ok(rule)
    }

    /// Answers no subject, or answers them again.
    pub(crate) async fn pause(&mut self, paused: bool, effects: &mut Vec<Effect>) -> Result<bool, OwnerError> {
        let Parts { open, store, random, now } = self.parts()?;
        if open.manifest.paused != paused {
            let mut transaction = open.transaction(random);
            transaction.manifest_mut().paused = paused;
            transaction.receipt_of(now, None, ReceiptEntry::Paused { paused })?;
            transaction.commit(store).await?;
            self.note_subjects();
            self.settle_pending(effects);
            effects.push(changed(&[Topic::State, Topic::Receipts]));
        }
        Ok(paused)
    }

    /// Who is blocked for asking too often.
    pub(crate) fn blocked(&self) -> Vec<BlockedView> {
        let mut blocked = self.session.throttle.blocked(self.clock.now());
        blocked.sort();
        blocked.into_iter().map(|(subject, until)| BlockedView { subject, until }).collect()
    }

    pub(crate) fn block_lift(&mut self, subject: &Subject) -> bool {
        let was_blocked = self.blocked().iter().any(|blocked| blocked.subject == *subject);
        self.session.throttle.allowed(subject);
        was_blocked
    }

    /// Tells those whom it concerns that decisions about a subject are others now.
    pub(crate) fn decisions_changed(&mut self, subject: &Subject, effects: &mut Vec<Effect>) {
        let held = self.session.granted.iter().any(|holder| holder.subject == *subject);
        self.note_subjects();
        let grants = self.page_grants(subject);
        // Whoever neither had a grant nor has one hears of nothing.
        if held || !grants.is_empty() {
            effects.push(Effect::Notify { subject: subject.clone(), event: PageEvent::GrantChange { grants } });
        }
        self.settle_pending(effects);
        effects.push(changed(&[Topic::Grants, Topic::Receipts]));
    }
}

impl Open {
    /// Takes over decisions that were written.
    pub(crate) fn take_decisions(&mut self, written: Vec<(Put, Decision)>, committed: &crate::transaction::Committed) {
        for (put, decision) in written {
            let id = decision.id();
            self.decisions.retain(|(_, other)| other.id() != id);
            self.decisions.extend(committed.stored(put).map(|stored| (stored, decision)));
        }
    }
}

impl<P: Primitives> Transaction<'_, P> {
    /// Puts a decision in the place of the one of its name, if there is one.
    pub(crate) fn replace_decision(&mut self, decision: Decision) -> Result<(Put, Decision), OwnerError> {
        let id = decision.id();
        let before = self.open.decisions.iter().find(|(_, other)| other.id() == id).map(|(stored, _)| *stored);
        let put = self.put(Space::Decisions, &id, &decision, before)?;
        Ok((put, decision))
    }

    /// Keeps a subject from writing: takes that out of its grants, and stores a denial. What was written is to be taken over
    /// with [`Open::take_decisions`].
    pub(crate) fn block_writer(
        &mut self,
        subject: &Subject,
        now: keepsake_memory::Millis,
    ) -> Result<Vec<(Put, Decision)>, OwnerError> {
        let writes = |grant: &&Grant| grant.subject == *subject && grant.terms.actions.contains(&Action::Add);
        let grants: Vec<Grant> = self.open.live_grants(now).filter(writes).cloned().collect();
        let mut written = Vec::new();
        for mut grant in grants {
            grant.terms.actions.remove(&Action::Add);
            grant.accepts_writes = false;
            if grant.terms.actions.is_empty() {
                self.end_decisions(&[grant.id]);
                let decision = hex::encode(grant.id);
                self.receipt(now, subject, ReceiptEntry::Revoked { decision, by_subject: false })?;
            } else {
                self.receipt(now, subject, ReceiptEntry::GrantChanged(granted(&grant)))?;
                written.push(self.replace_decision(Decision::Grant(grant))?);
            }
        }
        let duration = GrantDuration::UntilRevoked;
        let validity = Validity { duration, session: self.open.session, created: now };
        let denial = Denial { id: self.make()?, subject: subject.clone(), validity };
        written.push(self.replace_decision(Decision::Denial(denial))?);
        let refused = Refused { scopes: Vec::new(), actions: vec![Action::Add], duration };
        self.receipt(now, subject, ReceiptEntry::Refused(refused))?;
        Ok(written)
    }
}

/// A grant as a receipt tells of it.
pub(crate) fn granted(grant: &Grant) -> Granted {
    Granted {
        grant: hex::encode(grant.id),
        scopes: grant.terms.scopes.clone().into(),
        actions: grant.terms.actions.iter().copied().collect(),
        kinds: grant.kinds.as_ref().map(|kinds| kinds.iter().copied().collect()),
        max_sensitivity: grant.max_sensitivity,
        daily_budget: grant.daily_budget,
        each_time: grant.each_time,
        accepts_writes: grant.accepts_writes,
        duration: grant.validity.duration,
    }
}

/// A grant as our own pages show it.
pub(crate) fn grant_view(grant: &Grant) -> GrantView {
    GrantView {
        id: hex::encode(grant.id),
        subject: grant.subject.clone(),
        profile: ProfileName::of(grant),
        scopes: grant.terms.scopes.clone().into(),
        actions: grant.terms.actions.iter().copied().collect(),
        kinds: grant.kinds.as_ref().map(|kinds| kinds.iter().copied().collect()),
        max_sensitivity: grant.max_sensitivity,
        daily_budget: grant.daily_budget,
        each_time: grant.each_time,
        accepts_writes: grant.accepts_writes,
        except: grant.except.len() as u32,
        duration: grant.validity.duration,
        purpose: grant.purpose.clone(),
        created: grant.validity.created,
        expires: grant.validity.expires(),
    }
}

fn denial_view(denial: &Denial) -> DenialView {
    DenialView {
        id: hex::encode(denial.id),
        subject: denial.subject.clone(),
        duration: denial.validity.duration,
        created: denial.validity.created,
        expires: denial.validity.expires(),
    }
}
