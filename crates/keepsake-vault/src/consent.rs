//! Asking the person: what waits, what they are shown, and what follows from their answer.

use std::collections::BTreeSet;

use keepsake_crypto::Primitives;
use keepsake_memory::{Kind, MemoryId, Millis, Scope, Sensitivity, normal_line};
use keepsake_policy::{
    Action, Denial, Grant, GrantDuration, GrantTerms, MAX_PURPOSE_CHARS, Profile, ScopeSet, Subject, Validity, Verdict,
    authorise, missing_actions,
};
use keepsake_search::{Query, Slot};

use crate::api::*;
use crate::catalogue::Entry;
use crate::commands::part;
use crate::format::Decision;
use crate::grants::{grant_view, granted};
use crate::open::Open;
use crate::requests::{Outcome, error_body, scope_set};
use crate::session::{Ask, Pending};
use crate::vault::{Parts, Vault};
use crate::{Clock, Space, Store};

/// The most consents that wait at once, of all subjects together.
const MAX_PENDING: usize = 8;

/// The most requests that wait for one consent.
const MAX_WAITING: usize = 16;

/// What the person means to grant, as far as it decides which records leave.
pub(crate) struct Meant {
    pub scopes: Vec<String>,
    pub max_sensitivity: Sensitivity,
    pub kinds: Option<Vec<Kind>>,
}

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
        if let Some(open) = &self.open {
            // Whoever has no grant cannot tell a pause from a denial.
            if open.is_paused(subject) {
                let holds = open.live_grants(now).any(|grant| grant.subject == *subject);
                return Err(if holds { PageError::paused() } else { PageError::user_rejected() });
            }
            if is_granted(open, subject, &terms, now) {
                return Outcome::answer(&PermissionsResult { grants: self.page_grants(subject) });
            }
        }
        let ask = Ask::Permission { terms, duration: params.duration, purpose };
        self.ask_person(subject, request_id, ask, effects)
    }

    /// Asks the person, or joins what they are asked already.
    pub(crate) fn ask_person(
        &mut self,
        subject: &Subject,
        request_id: &str,
        ask: Ask,
        effects: &mut Vec<Effect>,
    ) -> Result<Outcome, PageError> {
        let now = self.clock.now();
        if let Some(pending) = self.session.pending.iter_mut().find(|pending| pending.subject == *subject) {
            // Sent again after the background was suspended: it waits already.
            if pending.requests.iter().any(|id| id == request_id) {
                return Ok(Outcome::Asked);
            }
            if !pending.ask.is_the_same(&ask) || pending.requests.len() >= MAX_WAITING {
                return Err(PageError::rate_limited("another request of yours waits for the person", 1_000));
            }
            pending.requests.push(request_id.to_owned());
            effects.push(Effect::OpenConsent { id: pending.id.clone() });
            return Ok(Outcome::Asked);
        }
        if let Verdict::Wait(wait) = self.session.throttle.consent(subject, now) {
            return Err(PageError::rate_limited("refused too often: wait before asking again", wait));
        }
        if self.session.pending.len() >= MAX_PENDING {
            return Err(PageError::rate_limited("too many requests wait for the person", 10_000));
        }
        let id = hex::encode(self.random.make::<16>().map_err(OwnerError::from)?);
        let requests = vec![request_id.to_owned()];
        self.session.pending.push(Pending { id: id.clone(), subject: subject.clone(), ask, requests });
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
    pub(crate) async fn consent_view(&self, id: &str) -> Result<ConsentView, OwnerError> {
        let open = self.opened()?;
        let pending = self.pending(id)?;
        let now = self.clock.now();
        let known = open.given_to(&self.store, &pending.subject).await?.len() as u32;
        let held: Vec<&Grant> = open.live_grants(now).filter(|grant| grant.subject == pending.subject).collect();
        let mut view = ConsentView {
            id: pending.id.clone(),
            subject: pending.subject.clone(),
            purpose: None,
            release: None,
            scopes: Vec::new(),
            wildcard: false,
            actions: Vec::new(),
            duration: GrantDuration::Once,
            granted: held.iter().map(|grant| grant_view(grant)).collect(),
            known,
            profiles: Profile::all().into(),
        };
        match &pending.ask {
            Ask::Permission { terms, duration, purpose } => {
                let counts = open.records.counted_scopes(|slot, entry| open.is_usable(slot, entry, now));
                view.wildcard = terms.scopes == ScopeSet::All;
                let asked: Vec<Scope> = match &terms.scopes {
                    ScopeSet::All => counts.keys().map(|scope| (*scope).clone()).collect(),
                    ScopeSet::Named(scopes) => scopes.iter().cloned().collect(),
                };
                let scopes = asked.into_iter().map(|name| AskedScope {
                    memories: counts.get(&name).copied().unwrap_or(0),
                    actions: missing_actions(held.iter().copied(), &terms.actions, &name).into_iter().collect(),
                    name,
                });
                // All scopes are more than those that there are: what is granted in each of them is still asked then.
                view.scopes = scopes.filter(|scope| view.wildcard || !scope.actions.is_empty()).collect();
                view.actions = terms.actions.iter().copied().collect();
                view.duration = *duration;
                view.purpose.clone_from(purpose);
            }
            Ask::Release { asked } => {
                let question = asked.check().map_err(|error| OwnerError::invalid(error.message))?;
                let query = Some(question.query().to_owned()).filter(|query| !query.is_empty());
                view.release = Some(AskedRelease { method: question.method, query });
                view.actions = vec![question.action];
                let purposes = held.iter().filter(|grant| grant.terms.actions.contains(&question.action));
                view.purpose = purposes.filter_map(|grant| grant.purpose.clone()).next_back();
            }
        }
        Ok(view)
    }

    /// A part of what would leave if the person granted what they mean to.
    pub(crate) async fn consent_records(
        &mut self,
        id: &str,
        meant: Meant,
        query: Option<&str>,
        page: core::ops::Range<usize>,
    ) -> Result<ConsentRecords, OwnerError> {
        self.opened()?;
        let (terms, ..) = self.asked_permission(id)?;
        let Parts { open, store, random, now } = self.parts()?;
        let query = query.filter(|query| !query.trim().is_empty());
        if query.is_some() {
            open.make_index(store, random).await?;
        }
        let reads = terms.actions.iter().any(|action| matches!(action, Action::Search | Action::Read));
        let Meant { scopes, max_sensitivity, kinds } = meant;
        let scopes = ScopeSet::try_from(scopes)?.intersection(&terms.scopes);
        let stands = |slot: Slot, entry: &Entry| {
            reads
                && open.records.scopes(entry).iter().any(|scope| scopes.contains(scope))
                && open.is_usable(slot, entry, now)
        };
        let leaves = |slot: Slot, entry: &Entry| {
            stands(slot, entry)
                && entry.sensitivity <= max_sensitivity
                && entry.sensitivity != Sensitivity::Secret
                && kinds.as_ref().is_none_or(|kinds| kinds.contains(&entry.kind))
        };
        let (all, slots) = open.records.newest(page.clone(), leaves);
        let withheld = open.records.newest(0..0, stands).0 - all;
        let (total, slots) = match query {
            Some(query) => {
                let leaves = |slot| open.records.get_kept(slot).is_some_and(|entry| leaves(slot, entry));
                let found = open.records.search(&Query::growing(query).at(now), usize::MAX, leaves);
                (found.len(), part(&found, page).iter().map(|hit| hit.slot).collect())
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
            ConsentDecision::Release { records } => self.let_out(id, &records, effects).await,
            ConsentDecision::Allow { duration, scopes, max_sensitivity, kinds, daily_budget, each_time, except } => {
                let settings = GrantSettings {
                    scopes,
                    actions: Vec::new(),
                    kinds,
                    max_sensitivity,
                    daily_budget,
                    each_time,
                    accepts_writes: false,
                    duration,
                };
                self.allow(id, settings, except, effects).await
            }
        }
    }

    /// What grants, denials and rules answer by now need not be asked any more: once the vault is open, and whenever they
    /// change.
    pub(crate) fn settle_pending(&mut self, effects: &mut Vec<Effect>) {
        let now = self.clock.now();
        let before = self.session.pending.len();
        for pending in core::mem::take(&mut self.session.pending) {
            match self.answer_by_now(&pending, now) {
                Some(answer) => settle(pending, answer, effects),
                None => self.session.pending.push(pending),
            }
        }
        if self.session.pending.len() < before {
            effects.push(Effect::Changed { topics: vec![Topic::Consents] });
        }
    }

    fn answer_by_now(&self, pending: &Pending, now: Millis) -> Option<Result<Outcome, PageError>> {
        let (open, subject) = (self.open.as_ref()?, &pending.subject);
        match &pending.ask {
            Ask::Permission { .. } if self.is_denied(subject, now) => Some(Err(PageError::user_rejected())),
            Ask::Permission { .. } if open.is_paused(subject) => Some(Err(PageError::user_rejected())),
            Ask::Permission { terms, .. } => is_granted(open, subject, terms, now)
                .then(|| Outcome::answer(&PermissionsResult { grants: self.page_grants(subject) })),
            // A grant that ended meanwhile also ends what was asked under it.
            Ask::Release { asked } => {
                let asks = || {
                    self.let_in(subject)?;
                    open.asks_each_time(subject, asked, &asked.check()?, now)
                };
                asks().err().map(Err)
            }
        }
    }

    async fn allow(
        &mut self,
        id: &str,
        settings: GrantSettings,
        except: Vec<MemoryId>,
        effects: &mut Vec<Effect>,
    ) -> Result<(), OwnerError> {
        self.opened()?;
        let (terms, purpose) = self.asked_permission(id)?;
        let subject = self.pending(id)?.subject.clone();
        let actions = terms.actions.iter().copied().collect();
        let settings = GrantSettings { actions, ..settings }.checked()?;
        if !terms.scopes.covers(&settings.terms.scopes) {
            return Err(OwnerError::invalid("grant at least one of the scopes that are asked for, and no other"));
        }
        let Parts { open, store, random, now } = self.parts()?;
        let grant = Grant {
            id: random.make()?,
            subject: subject.clone(),
            terms: settings.terms,
            kinds: settings.kinds,
            max_sensitivity: settings.max_sensitivity,
            daily_budget: settings.daily_budget,
            each_time: settings.each_time,
            accepts_writes: settings.accepts_writes,
            except: except.into_iter().collect(),
            purpose,
            validity: Validity { duration: settings.duration, session: open.session, created: now },
        };
        let entry = ReceiptEntry::Granted(granted(&grant));
        let decision = Decision::Grant(grant);
        let mut transaction = open.transaction(random);
        let put = transaction.put(Space::Decisions, &decision.id(), &decision, None)?;
        transaction.receipt(now, &subject, entry)?;
        let stored = transaction.commit(store).await?.stored(put);
        open.decisions.extend(stored.map(|stored| (stored, decision)));

        self.session.throttle.allowed(&subject);
        self.note_subjects();
        let grants = self.page_grants(&subject);
        let event = PageEvent::GrantChange { grants: grants.clone() };
        effects.push(Effect::Notify { subject, event });
        self.settle_one(id, Outcome::answer(&PermissionsResult { grants }), effects);
        effects.push(Effect::Changed { topics: vec![Topic::Grants, Topic::Receipts, Topic::Consents] });
        Ok(())
    }

    /// Refuses a pending request. A vault that is not open can seal neither a receipt nor a denial: then this request is
    /// refused and no more.
    async fn refuse(&mut self, id: &str, duration: GrantDuration, effects: &mut Vec<Effect>) -> Result<(), OwnerError> {
        let Pending { subject, ask, .. } = self.pending(id)?.clone();
        if let Ok(Parts { open, store, random, now }) = self.parts() {
            let entry = match ask {
                Ask::Permission { terms, .. } => ReceiptEntry::Refused(Refused {
                    scopes: terms.scopes.into(),
                    actions: terms.actions.into_iter().collect(),
                    duration,
                }),
                Ask::Release { asked } => {
                    if duration != GrantDuration::Once {
                        let message = "this answers one question: end its grant to keep it out for longer";
                        return Err(OwnerError::invalid(message));
                    }
                    let question = asked.check().map_err(|error| OwnerError::invalid(error.message))?;
                    ReceiptEntry::Withheld { method: question.method, query: question.query().to_owned() }
                }
            };
            let session = open.session;
            let mut transaction = open.transaction(random);
            transaction.receipt(now, &subject, entry)?;
            let mut lasting = None;
            if duration != GrantDuration::Once {
                let validity = Validity { duration, session, created: now };
                let denial = Denial { id: transaction.make()?, subject: subject.clone(), validity };
                let denial = Decision::Denial(denial);
                lasting = Some((transaction.put(Space::Decisions, &denial.id(), &denial, None)?, denial));
            }
            let committed = transaction.commit(store).await?;
            open.decisions.extend(lasting.and_then(|(put, denial)| Some((committed.stored(put)?, denial))));
        }
        self.session.throttle.refused(&subject, self.clock.now());
        self.note_subjects();
        self.settle_one(id, Err(PageError::user_rejected()), effects);
        effects.push(Effect::Changed { topics: vec![Topic::Grants, Topic::Receipts, Topic::Consents] });
        Ok(())
    }

    /// Takes a pending request away and answers it.
    pub(crate) fn settle_one(&mut self, id: &str, answer: Result<Outcome, PageError>, effects: &mut Vec<Effect>) {
        if let Some(at) = self.session.pending.iter().position(|pending| pending.id == id) {
            settle(self.session.pending.remove(at), answer, effects);
        }
    }

    /// What a pending request for permission asks for, and what it says it is for.
    fn asked_permission(&self, id: &str) -> Result<(GrantTerms, Option<String>), OwnerError> {
        match &self.pending(id)?.ask {
            Ask::Permission { terms, purpose, .. } => Ok((terms.clone(), purpose.clone())),
            Ask::Release { .. } => Err(OwnerError::invalid("this asks what may leave now, not for a grant")),
        }
    }

    pub(crate) fn pending(&self, id: &str) -> Result<&Pending, OwnerError> {
        let found = self.session.pending.iter().find(|pending| pending.id == id);
        found.ok_or_else(|| OwnerError::not_found("request"))
    }

    fn is_denied(&self, subject: &Subject, now: Millis) -> bool {
        match &self.open {
            Some(open) => open.live_denials(now).any(|denial| denial.subject == *subject),
            None => self.session.paused || self.session.denied.contains(subject),
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
fn settle(pending: Pending, answer: Result<Outcome, PageError>, effects: &mut Vec<Effect>) {
    let body = match answer {
        Ok(Outcome::Answer(json)) => format!("{{\"result\":{json}}}"),
        Ok(Outcome::Asked | Outcome::GivenUp) => return,
        Err(error) => error_body(&error),
    };
    for request_id in pending.requests {
        effects.push(Effect::Answer { subject: pending.subject.clone(), request_id, body: body.clone() });
    }
    effects.push(Effect::CloseConsent { id: pending.id });
}
