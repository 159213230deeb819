//! Asking the person: what waits, what they are shown, and what follows from their answer.

use std::collections::BTreeSet;

use keepsake_crypto::Primitives;
use keepsake_memory::{MemoryId, Millis, Sensitivity, normal_line};
use keepsake_policy::{
    Action, Denial, Grant, GrantDuration, GrantTerms, MAX_PURPOSE_CHARS, ScopeSet, Subject, Validity, Verdict,
    authorise,
};
use keepsake_search::{Query, Slot};

use crate::api::*;
use crate::catalogue::Entry;
use crate::commands::part;
use crate::format::Decision;
use crate::open::Open;
use crate::requests::{Outcome, error_body, scope_set};
use crate::session::Pending;
use crate::vault::{Parts, Vault};
use crate::{Clock, Space, Store};

/// The most consents that wait at once, of all subjects together.
const MAX_PENDING: usize = 8;

/// The most requests that wait for one consent.
const MAX_WAITING: usize = 16;

impl<S: Store, C: Clock, R: Primitives> Vault<S, C, R> {
    /// `permissions.request`: answered at once where a grant covers it or a denial forbids it, else by the person. While the
    /// vault is not open nobody can know which, so the person is asked to open it, and the subject cannot tell.
    pub(crate) fn permissions_request(
        &mut self,
        subject: &Subject,
        request_id: &str,
        params: PermissionsParams,
        effects: &mut Vec<Effect>,
    ) -> Result<Outcome, PageError> {
        let now = self.clock.now();
        let actions: BTreeSet<Action> = params.actions.iter().copied().collect();
        if actions.is_empty() || params.actions.len() > 3 {
            return Err(PageError::invalid("actions has 1 to 3 of search, read and add"));
        }
        let terms = GrantTerms { actions, scopes: scope_set(params.scopes, "scopes")? };
        let purpose = params.purpose.map(|purpose| normal_line(&purpose)).filter(|purpose| !purpose.is_empty());
        if purpose.as_ref().is_some_and(|purpose| purpose.chars().count() > MAX_PURPOSE_CHARS) {
            return Err(PageError::invalid(format!("purpose has at most {MAX_PURPOSE_CHARS} characters")));
        }

        if self.is_denied(subject, now) {
            return Err(PageError::user_rejected());
        }
        if self.open.as_ref().is_some_and(|open| is_granted(open, subject, &terms, now)) {
            return Outcome::answer(&PermissionsResult { grants: self.page_grants(subject) });
        }
        if let Some(pending) = self.session.pending.iter_mut().find(|pending| pending.subject == *subject) {
            // Sent again after the background was suspended: it waits already.
            if pending.requests.iter().any(|id| id == request_id) {
                return Ok(Outcome::Asked);
            }
            if pending.terms != terms || pending.requests.len() >= MAX_WAITING {
                return Err(PageError::rate_limited("another request for permission waits for the person", 1_000));
            }
            pending.requests.push(request_id.to_owned());
            effects.push(Effect::OpenConsent { id: pending.id.clone() });
            return Ok(Outcome::Asked);
        }
        if let Verdict::Wait(wait) = self.session.throttle.consent(subject, now) {
            return Err(PageError::rate_limited("refused too often: wait before asking again", wait));
        }
        if self.session.pending.len() >= MAX_PENDING {
            return Err(PageError::rate_limited("too many requests for permission wait for the person", 10_000));
        }
        let id = hex::encode(self.random.make::<16>().map_err(OwnerError::from)?);
        self.session.pending.push(Pending {
            id: id.clone(),
            subject: subject.clone(),
            terms,
            duration: params.duration,
            purpose,
            requests: vec![request_id.to_owned()],
        });
        effects.push(Effect::OpenConsent { id });
        effects.push(Effect::Changed { topics: vec![Topic::Consents] });
        Ok(Outcome::Asked)
    }

    /// The asker's page is gone: what only it waited for is not asked any more.
    pub fn withdraw(&mut self, subject: &Subject, request_ids: &[String]) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut gone = Vec::new();
        for pending in self.session.pending.iter_mut().filter(|pending| pending.subject == *subject) {
            let before = pending.requests.len();
            pending.requests.retain(|id| !request_ids.contains(id));
            if before > 0 && pending.requests.is_empty() {
                gone.push(pending.id.clone());
            }
        }
        self.session.pending.retain(|pending| !gone.contains(&pending.id));
        if !gone.is_empty() {
            effects.push(Effect::Changed { topics: vec![Topic::Consents] });
            effects.extend(gone.into_iter().map(|id| Effect::CloseConsent { id }));
        }
        self.save(&mut effects);
        effects
    }

    /// The consent's window was closed: that means no, to this request alone.
    pub async fn consent_closed(&mut self, id: &str) -> Result<Vec<Effect>, OwnerError> {
        let mut effects = Vec::new();
        if self.session.pending.iter().any(|pending| pending.id == id) {
            self.refuse(id, GrantDuration::Once, &mut effects).await?;
        }
        self.save(&mut effects);
        Ok(effects)
    }

    /// What the consent shows.
    pub(crate) fn consent_view(&self, id: &str) -> Result<ConsentView, OwnerError> {
        let open = self.opened()?;
        let pending = self.pending(id)?;
        let now = self.clock.now();
        let counts = open.records.counted_scopes(|slot, entry| open.is_usable(slot, entry, now));
        let wildcard = pending.terms.scopes == ScopeSet::All;
        let asked: Vec<_> = match &pending.terms.scopes {
            ScopeSet::All => counts.keys().map(|scope| (*scope).clone()).collect(),
            ScopeSet::Named(scopes) => scopes.iter().cloned().collect(),
        };
        let missing = asked.into_iter().filter(|scope| {
            let terms =
                GrantTerms { actions: pending.terms.actions.clone(), scopes: ScopeSet::Named([scope.clone()].into()) };
            wildcard || !is_granted(open, &pending.subject, &terms, now)
        });
        Ok(ConsentView {
            id: pending.id.clone(),
            subject: pending.subject.clone(),
            purpose: pending.purpose.clone(),
            scopes: missing
                .map(|name| CountedScope { memories: counts.get(&name).copied().unwrap_or(0), name })
                .collect(),
            wildcard,
            actions: pending.terms.actions.iter().copied().collect(),
            duration: pending.duration,
            granted: open.live_grants(now).filter(|grant| grant.subject == pending.subject).map(grant_view).collect(),
        })
    }

    /// A part of what would leave if the person granted these scopes up to this sensitivity.
    pub(crate) async fn consent_records(
        &mut self,
        id: &str,
        scopes: Vec<String>,
        max_sensitivity: Sensitivity,
        query: Option<&str>,
        page: core::ops::Range<usize>,
    ) -> Result<ConsentRecords, OwnerError> {
        self.opened()?;
        let terms = self.pending(id)?.terms.clone();
        let Parts { open, store, now, .. } = self.parts()?;
        let query = query.filter(|query| !query.trim().is_empty());
        if query.is_some() {
            open.make_index(store).await?;
        }
        let reads = terms.actions.iter().any(|action| matches!(action, Action::Search | Action::Read));
        let scopes = ScopeSet::try_from(scopes)?.intersection(&terms.scopes);
        let stands = |slot: Slot, entry: &Entry| {
            reads
                && open.records.scopes(entry).iter().any(|scope| scopes.contains(scope))
                && open.is_usable(slot, entry, now)
        };
        let leaves = |slot: Slot, entry: &Entry| {
            stands(slot, entry) && entry.sensitivity <= max_sensitivity && entry.sensitivity != Sensitivity::Secret
        };
        let (all, slots) = open.records.newest(page.clone(), leaves);
        let withheld = open.records.newest(0..0, stands).0 - all;
        let (total, slots) = match query {
            Some(query) => {
                let found = open.records.search(&Query::growing(query).at(now), usize::MAX, leaves);
                (found.len(), part(&found, page).iter().map(|(slot, _)| *slot).collect())
            }
            None => (all, slots),
        };
        let items = open.memories(store, &slots).await?;
        Ok(ConsentRecords {
            total: total as u32,
            withheld: withheld as u32,
            items: items.iter().map(MemoryView::from).collect(),
        })
    }

    /// What the person said.
    pub(crate) async fn consent_decide(
        &mut self,
        id: &str,
        decision: ConsentDecision,
        effects: &mut Vec<Effect>,
    ) -> Result<(), OwnerError> {
        match decision {
            ConsentDecision::Deny { duration } => {
                self.opened()?;
                self.pending(id)?;
                self.refuse(id, duration, effects).await
            }
            ConsentDecision::Allow { duration, scopes, max_sensitivity, except } => {
                self.allow(id, duration, scopes, max_sensitivity, except, effects).await
            }
        }
    }

    /// Once the vault is open: what a grant or a denial already answers need not be asked.
    pub(crate) fn settle_pending(&mut self, effects: &mut Vec<Effect>) {
        let now = self.clock.now();
        for pending in core::mem::take(&mut self.session.pending) {
            let granted =
                self.open.as_ref().is_some_and(|open| is_granted(open, &pending.subject, &pending.terms, now));
            if self.is_denied(&pending.subject, now) {
                settle(pending, &Err(PageError::user_rejected()), effects);
            } else if granted {
                let grants = self.page_grants(&pending.subject);
                settle(pending, &Ok(PermissionsResult { grants }), effects);
            } else {
                self.session.pending.push(pending);
            }
        }
    }

    async fn allow(
        &mut self,
        id: &str,
        duration: GrantDuration,
        scopes: Vec<String>,
        max_sensitivity: Sensitivity,
        except: Vec<MemoryId>,
        effects: &mut Vec<Effect>,
    ) -> Result<(), OwnerError> {
        self.opened()?;
        let pending = self.pending(id)?.clone();
        let scopes = ScopeSet::try_from(scopes)?;
        if scopes.is_empty() || !pending.terms.scopes.covers(&scopes) {
            return Err(OwnerError::invalid("grant at least one of the scopes that are asked for, and no other"));
        }
        if max_sensitivity == Sensitivity::Secret {
            return Err(OwnerError::invalid("secret memories leave under no grant"));
        }
        let Parts { open, store, random, now } = self.parts()?;
        let grant = Grant {
            id: random.make()?,
            subject: pending.subject.clone(),
            terms: GrantTerms { actions: pending.terms.actions.clone(), scopes },
            max_sensitivity,
            except: except.into_iter().collect(),
            purpose: pending.purpose.clone(),
            validity: Validity { duration, session: open.session, created: now },
        };
        let entry = ReceiptEntry::Granted(Granted {
            grant: hex::encode(grant.id),
            scopes: grant.terms.scopes.clone().into(),
            actions: grant.terms.actions.iter().copied().collect(),
            duration,
        });
        let decision = Decision::Grant(grant);
        let mut transaction = open.transaction(random);
        let put = transaction.put(Space::Decisions, &decision.id(), &decision, None)?;
        transaction.receipt(now, &pending.subject, entry)?;
        let stored = transaction.commit(store).await?.stored(put);
        open.decisions.extend(stored.map(|stored| (stored, decision)));

        self.session.throttle.allowed(&pending.subject);
        self.session.pending.retain(|other| other.id != id);
        self.note_subjects();
        let grants = self.page_grants(&pending.subject);
        let event = PageEvent::GrantChange { grants: grants.clone() };
        effects.push(Effect::Notify { subject: pending.subject.clone(), event });
        settle(pending, &Ok(PermissionsResult { grants }), effects);
        effects.push(Effect::Changed { topics: vec![Topic::Grants, Topic::Receipts, Topic::Consents] });
        Ok(())
    }

    /// Refuses a pending request. A vault that is not open can seal neither a receipt nor a denial: then this request is
    /// refused and no more.
    async fn refuse(&mut self, id: &str, duration: GrantDuration, effects: &mut Vec<Effect>) -> Result<(), OwnerError> {
        let pending = self.pending(id)?.clone();
        if let Ok(Parts { open, store, random, now }) = self.parts() {
            let entry = ReceiptEntry::Refused(Refused {
                scopes: pending.terms.scopes.clone().into(),
                actions: pending.terms.actions.iter().copied().collect(),
                duration,
            });
            let session = open.session;
            let mut transaction = open.transaction(random);
            transaction.receipt(now, &pending.subject, entry)?;
            let mut lasting = None;
            if duration != GrantDuration::Once {
                let id = transaction.make()?;
                let subject = pending.subject.clone();
                let denial =
                    Decision::Denial(Denial { id, subject, validity: Validity { duration, session, created: now } });
                lasting = Some((transaction.put(Space::Decisions, &id, &denial, None)?, denial));
            }
            let committed = transaction.commit(store).await?;
            open.decisions.extend(lasting.and_then(|(put, denial)| Some((committed.stored(put)?, denial))));
        }
        self.session.throttle.refused(&pending.subject, self.clock.now());
        self.session.pending.retain(|other| other.id != id);
        self.note_subjects();
        settle(pending, &Err(PageError::user_rejected()), effects);
        effects.push(Effect::Changed { topics: vec![Topic::Grants, Topic::Receipts, Topic::Consents] });
        Ok(())
    }

    fn pending(&self, id: &str) -> Result<&Pending, OwnerError> {
        let found = self.session.pending.iter().find(|pending| pending.id == id);
        found.ok_or_else(|| OwnerError::not_found("request for permission"))
    }

    fn is_denied(&self, subject: &Subject, now: Millis) -> bool {
        match &self.open {
            Some(open) => open.live_denials(now).any(|denial| denial.subject == *subject),
            None => self.session.denied.contains(subject),
        }
    }
}

/// Whether every asked action is granted in every asked scope.
fn is_granted(open: &Open, subject: &Subject, terms: &GrantTerms, now: Millis) -> bool {
    terms.actions.iter().all(|&action| {
        authorise(open.live_grants(now), subject, action, now, open.session)
            .is_some_and(|authority| authority.covers_all(&terms.scopes))
    })
}

/// Answers everyone who waits, and closes the window.
fn settle(pending: Pending, result: &Result<PermissionsResult, PageError>, effects: &mut Vec<Effect>) {
    let body = match result.as_ref().map_err(Clone::clone).and_then(Outcome::answer) {
        Ok(Outcome::Answer(json)) => format!("{{\"result\":{json}}}"),
        Ok(Outcome::Asked) => return,
        Err(error) => error_body(&error),
    };
    for request_id in pending.requests {
        effects.push(Effect::Answer { subject: pending.subject.clone(), request_id, body: body.clone() });
    }
    effects.push(Effect::CloseConsent { id: pending.id });
}

/// A grant as our own pages show it.
pub(crate) fn grant_view(grant: &Grant) -> GrantView {
    GrantView {
        id: hex::encode(grant.id),
        subject: grant.subject.clone(),
        scopes: grant.terms.scopes.clone().into(),
        actions: grant.terms.actions.iter().copied().collect(),
        max_sensitivity: grant.max_sensitivity,
        except: grant.except.len() as u32,
        duration: grant.validity.duration,
        purpose: grant.purpose.clone(),
        created: grant.validity.created,
        expires: grant.validity.expires(),
    }
}
