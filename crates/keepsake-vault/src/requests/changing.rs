//! What subjects change and take back: their own proposals at once, everything else as a proposal.

use keepsake_crypto::Primitives;
use keepsake_memory::{Kind, MemoryId, Millis, Scope, normal_text};
use keepsake_policy::{Action, Authority, Subject, authorise};

use super::question::own_name;
use super::release::spent;
use super::sight::Sight;
use super::writing::{answered_before, full, named_scopes};
use super::{Outcome, authority};
use crate::api::*;
use crate::filter::moment;
use crate::format::{Patch, Proposal, Proposed};
use crate::open::{Open, Waiting};
use crate::vault::{Parts, Vault};
use crate::{Clock, Space, Store};

/// A change that a subject asks for, in form.
struct Change {
    text: Option<String>,
    kind: Option<Kind>,
    scopes: Option<Vec<Scope>>,
    valid_from: Option<Millis>,
    valid_to: Option<Millis>,
}

impl<S: Store, C: Clock, R: Primitives> Vault<S, C, R> {
    /// `memory.update`
    pub(super) async fn update(
        &mut self,
        subject: &Subject,
        request_id: &str,
        params: UpdateParams,
        effects: &mut Vec<Effect>,
    ) -> Result<Outcome, PageError> {
        let name = own_name(&params.id)?;
        let change = Change::check(params)?;

        let answered = self.session.answered.clone();
        self.let_in(subject)?;
        let Ok(Parts { open, store, now, .. }) = self.parts() else { return Err(PageError::unauthorized()) };
        let may = authority(open, subject, Action::Add, now)?;
        if change.scopes.iter().flatten().any(|scope| !may.covers(scope)) {
            return Err(PageError::unauthorized());
        }
        if let Some(outcome) = answered_before(&answered, open.request_name(subject, request_id)) {
            return Ok(outcome);
        }
        if let Some(id) = open.own_proposal(subject, name) {
            let mut proposal = open.proposal(store, id).await?;
            match &mut proposal.proposed {
                Proposed::New(draft) => {
                    *draft = change.patch(&draft.scopes, &may).apply(draft).normalised().map_err(out_of_form)?;
                }
                Proposed::Change { memory, patch, .. } => {
                    let (_, memory) = open.memory(store, *memory).await?;
                    *patch = core::mem::take(patch).then(change.patch(&memory.draft.scopes, &may));
                }
                Proposed::Removal { .. } => {
                    return Err(PageError::invalid("a proposal to forget can be taken back, not changed"));
                }
            }
            return self.rewrite(subject, request_id, name, proposal, effects).await;
        }
        let id = open.visible_to_writer(subject, name, now)?;
        let (_, memory) = open.memory(store, id).await?;
        let patch = change.patch(&memory.draft.scopes, &may);
        let proposed = Proposed::Change { memory: id, revision: memory.revision, patch };
        self.propose(subject, request_id, proposed, effects).await
    }

    /// `memory.delete`
    pub(super) async fn delete(
        &mut self,
        subject: &Subject,
        request_id: &str,
        params: DeleteParams,
        effects: &mut Vec<Effect>,
    ) -> Result<Outcome, PageError> {
        let name = own_name(&params.id)?;

        let answered = self.session.answered.clone();
        self.let_in(subject)?;
        let Ok(Parts { open, store, random, now }) = self.parts() else { return Err(PageError::unauthorized()) };
        let may = authority(open, subject, Action::Add, now)?;
        let spent = spent(may.grants());
        let request = open.request_name(subject, request_id);
        if let Some(outcome) = answered_before(&answered, request) {
            return Ok(outcome);
        }
        let Some(id) = open.own_proposal(subject, name) else {
            let id = open.visible_to_writer(subject, name, now)?;
            let (_, memory) = open.memory(store, id).await?;
            let proposed = Proposed::Removal { memory: id, revision: memory.revision };
            return self.propose(subject, request_id, proposed, effects).await;
        };
        let stored = open.inbox.get(&id).map(|waiting| waiting.stored);
        let mut transaction = open.transaction(random);
        transaction.end_decisions(&spent);
        stored.into_iter().for_each(|stored| transaction.delete(Space::Inbox, stored));
        let entry = ReceiptEntry::OwnWrite { record: id, removed: true };
        let receipt = transaction.receipt(now, subject, entry).map_err(OwnerError::from)?;
        transaction.commit(store).await?;
        open.inbox.remove(&id);
        self.wrote(subject, request, &done(name, receipt), &spent, effects)
    }

    /// Puts a subject's own proposal in the place of what it was.
    async fn rewrite(
        &mut self,
        subject: &Subject,
        request_id: &str,
        name: [u8; 16],
        proposal: Proposal,
        effects: &mut Vec<Effect>,
    ) -> Result<Outcome, PageError> {
        let Parts { open, store, random, now } = self.parts()?;
        let request = open.request_name(subject, request_id);
        let spent = spent(authority(open, subject, Action::Add, now)?.grants());
        let before = open.inbox.get(&proposal.id).map(|waiting| waiting.stored);
        let mut transaction = open.transaction(random);
        transaction.end_decisions(&spent);
        let entry = ReceiptEntry::OwnWrite { record: proposal.id, removed: false };
        let receipt = transaction.receipt(now, subject, entry).map_err(OwnerError::from)?;
        let put = transaction.put(Space::Inbox, proposal.id.as_bytes(), &proposal, before).map_err(OwnerError::from)?;
        let committed = transaction.commit(store).await?;
        open.wait_for([(proposal, committed.stored(put))]);
        self.wrote(subject, request, &done(name, receipt), &spent, effects)
    }

    /// Puts a change or a removal in the inbox.
    async fn propose(
        &mut self,
        subject: &Subject,
        request_id: &str,
        proposed: Proposed,
        effects: &mut Vec<Effect>,
    ) -> Result<Outcome, PageError> {
        let Parts { open, store, random, now } = self.parts()?;
        let request = open.request_name(subject, request_id);
        let spent = spent(authority(open, subject, Action::Add, now)?.grants());
        let words = open.proposal_words(&proposed);
        let own = |waiting: &Waiting| waiting.subject == *subject;
        let same = open.inbox.iter().find(|(_, waiting)| own(waiting) && waiting.words == words);
        let (same, Some((memory, _))) = (same.map(|(id, _)| *id), proposed.about()) else {
            return Err(PageError::unauthorized());
        };
        if same.is_none() && open.room_for(subject) == 0 {
            return Err(PageError::rate_limited(&full(), 60_000));
        }
        let id = match same {
            Some(id) => id,
            None => MemoryId::new(now, random.make().map_err(OwnerError::from)?),
        };
        let removal = matches!(proposed, Proposed::Removal { .. });
        let mut transaction = open.transaction(random);
        transaction.end_decisions(&spent);
        let entry = ReceiptEntry::ChangeProposed { record: id, memory, removal };
        let receipt = transaction.receipt(now, subject, entry).map_err(OwnerError::from)?;
        let mut put = None;
        if same.is_none() {
            let proposal = Proposal { id, subject: subject.clone(), proposed, received: now, request, receipt };
            let stored = transaction.put(Space::Inbox, id.as_bytes(), &proposal, None).map_err(OwnerError::from)?;
            put = Some((proposal, stored));
        }
        let committed = transaction.commit(store).await?;
        open.wait_for(put.map(|(proposal, put)| (proposal, committed.stored(put))));
        let name = open.own_name(&subject.to_string(), &id);
        let (status, id, receipt_id) = (ChangeStatus::PendingReview, hex::encode(name), hex::encode(receipt));
        self.wrote(subject, request, &ChangeResult { status, id, receipt_id }, &spent, effects)
    }
}

impl Open {
    /// The subject's own proposal that it calls so.
    fn own_proposal(&self, subject: &Subject, name: [u8; 16]) -> Option<MemoryId> {
        let line = subject.to_string();
        let own = self.inbox.iter().filter(|(_, waiting)| waiting.subject == *subject);
        own.map(|(id, _)| *id).find(|id| self.own_name(&line, id) == name)
    }

    /// The memory that the subject calls so, where it may know of it and may write in one of its scopes.
    fn visible_to_writer(&self, subject: &Subject, name: [u8; 16], now: Millis) -> Result<MemoryId, PageError> {
        let writes = authority(self, subject, Action::Add, now)?;
        let asker = self.writer(subject);
        let reads: Vec<Authority<'_>> = [Action::Search, Action::Read]
            .into_iter()
            .filter_map(|action| authorise(self.live_grants(now), subject, action, now, self.session))
            .collect();
        let sights: Vec<_> = reads.iter().map(|authority| Sight::new(self, authority, asker, now)).collect();
        let found = self.find_named(subject, name, |slot| sights.iter().any(|sight| sight.sees(slot)));
        let entry = found.first().and_then(|(slot, _)| self.records.get(*slot)).ok_or_else(PageError::unauthorized)?;
        let may_write = self.records.scopes(entry).iter().any(|scope| writes.covers(scope));
        if may_write { Ok(entry.id) } else { Err(PageError::unauthorized()) }
    }
}

impl Change {
    fn check(params: UpdateParams) -> Result<Self, PageError> {
        let UpdateParams { text, kind, scopes, valid_from, valid_to, .. } = params;
        let change = Self {
            text: text.map(|text| normal_text(&text)).transpose().map_err(out_of_form)?,
            kind,
            scopes: scopes.map(|names| named_scopes(names, "scopes")).transpose()?,
            valid_from: valid_from.map(|text| moment(&text, "valid_from")).transpose()?,
            valid_to: valid_to.map(|text| moment(&text, "valid_to")).transpose()?,
        };
        let Self { text, kind, scopes, valid_from, valid_to } = &change;
        if text.is_none() && kind.is_none() && scopes.is_none() && valid_from.is_none() && valid_to.is_none() {
            return Err(PageError::invalid("say what to change: text, kind, scopes, valid_from or valid_to"));
        }
        Ok(change)
    }

    /// What it does to something that stands in these scopes; those in which the subject may not write stay. Nothing but
    /// what the subject says and may see goes in: whether words left out of an answer were guessed, or how many scopes are
    /// hidden, shows neither in what is answered nor in which proposals are the same. Where the whole is then not in form,
    /// whoever accepts it is told.
    fn patch(&self, standing: &[Scope], may: &Authority<'_>) -> Patch {
        let leaves = |asked: &Vec<Scope>| {
            let left = standing.iter().filter(|scope| may.covers(scope) && !asked.contains(scope));
            left.cloned().collect()
        };
        Patch {
            text: self.text.clone(),
            kind: self.kind,
            enters: self.scopes.clone().unwrap_or_default(),
            leaves: self.scopes.as_ref().map(leaves).unwrap_or_default(),
            valid_from: self.valid_from,
            valid_to: self.valid_to,
        }
    }
}

fn out_of_form(error: keepsake_memory::MemoryError) -> PageError {
    PageError::invalid(error.to_string())
}

fn done(name: [u8; 16], receipt: [u8; 16]) -> ChangeResult {
    ChangeResult { status: ChangeStatus::Done, id: hex::encode(name), receipt_id: hex::encode(receipt) }
}
