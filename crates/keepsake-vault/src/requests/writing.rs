//! What subjects write: proposals that wait for the person, changes of their own proposals, and what is kept unasked.

use keepsake_crypto::Primitives;
use keepsake_memory::{Channel, Draft, Kind, Memory, MemoryId, Millis, Origin, Provenance, Scope, normal_text};
use keepsake_policy::{Action, Authority, Grant, ScopeSet, Subject, authorise};

use super::question::own_name;
use super::release::spent;
use super::{Outcome, authority, scope_set};
use crate::api::*;
use crate::filter::moment;
use crate::format::{Patch, Proposal, Proposed};
use crate::open::Open;
use crate::session::Answered;
use crate::vault::{Parts, Vault};
use crate::{Clock, Space, Store};

/// The most memories of one request.
pub(super) const MAX_ADD: usize = 50;

/// The most proposals of one subject that wait at once: more would be a way to fill the disk.
const MAX_WAITING: usize = 500;

/// The most memories of one subject that are kept and that the person has not looked at.
const MAX_UNREVIEWED: usize = 5000;

/// What a memory of a request is to become.
enum Written {
    /// It waits under this id.
    Waits(MemoryId, Draft),
    /// It is kept without asking.
    Kept(Memory),
    /// It is neither, and this is why.
    Not(Added),
}

/// A change that a subject asks for, in form.
struct Change {
    text: Option<String>,
    kind: Option<Kind>,
    scopes: Option<Vec<Scope>>,
    valid_from: Option<Millis>,
    valid_to: Option<Millis>,
}

impl<S: Store, C: Clock, R: Primitives> Vault<S, C, R> {
    /// `memory.add`
    pub(super) async fn add(
        &mut self,
        subject: &Subject,
        request_id: &str,
        params: AddParams,
        effects: &mut Vec<Effect>,
    ) -> Result<Outcome, PageError> {
        if params.memories.is_empty() || params.memories.len() > MAX_ADD {
            return Err(PageError::invalid(format!("memories has 1 to {MAX_ADD} entries")));
        }
        let wanted = params.memories.into_iter().map(in_form).collect::<Result<Vec<_>, _>>()?;

        let answered = self.session.answered.clone();
        self.let_in(subject)?;
        let Ok(Parts { open, store, random, now }) = self.parts() else { return Err(PageError::unauthorized()) };
        let may = authority(open, subject, Action::Add, now)?;
        let request = open.request_name(subject, request_id);
        if let Some(outcome) = answered_before(&answered, request) {
            return Ok(outcome);
        }
        let already: Vec<_> = open.inbox.iter().filter(|(_, waiting)| waiting.request == request).collect();
        if let Some((_, first)) = already.first() {
            let results = already.iter().map(|(id, _)| open.taken(subject, AddStatus::PendingReview, **id)).collect();
            return Outcome::answer(&AddResult { results, receipt_id: hex::encode(first.receipt) });
        }

        let mut room = open.room_for(subject);
        let writer = open.writer(subject);
        let unreviewed = open.records.kept().filter(|(_, entry)| entry.unreviewed_of == Some(writer)).count();
        let mut room_kept = MAX_UNREVIEWED.saturating_sub(unreviewed);
        let (mut written, mut used): (Vec<Written>, Vec<&Grant>) = (Vec::with_capacity(wanted.len()), Vec::new());
        for (draft, scopes) in wanted {
            let scopes = match scopes {
                Some(scopes) => scopes,
                None => vec![sole_scope(&may)?],
            };
            let Some(granted) = scopes.iter().map(|scope| may.grant_for(scope)).collect::<Option<Vec<_>>>() else {
                return Err(PageError::unauthorized());
            };
            let draft = match (Draft { scopes, ..draft }).normalised() {
                Ok(draft) => draft,
                Err(error) => {
                    written.push(Written::Not(rejected(error.to_string())));
                    continue;
                }
            };
            let id = MemoryId::new(now, random.make().map_err(OwnerError::from)?);
            let same_here = written.iter().find_map(|one| match one {
                Written::Waits(id, other) if other.text == draft.text => Some(*id),
                Written::Kept(other) if other.draft.text == draft.text => Some(other.id),
                _ => None,
            });
            written.push(if let Some(id) = same_here.or_else(|| open.written_before(subject, &draft)) {
                Written::Not(open.taken(subject, AddStatus::Merged, id))
            } else if let Some(grants) = may.write_under(&draft.scopes).filter(|_| room_kept > 0) {
                room_kept -= 1;
                used.extend(grants);
                Written::Kept(Memory::new(id, draft, provenance(subject, false), now, now).map_err(OwnerError::from)?)
            } else if room == 0 {
                Written::Not(rejected(full()))
            } else {
                room -= 1;
                used.extend(granted);
                Written::Waits(id, draft)
            });
        }

        let spent = spent(&used);
        let mut transaction = open.transaction(random);
        transaction.end_decisions(&spent);
        let (mut waits, mut kept) = (Vec::new(), Vec::new());
        for one in &written {
            match one {
                Written::Waits(id, draft) => waits.push((*id, draft)),
                Written::Kept(memory) => kept.push(memory),
                Written::Not(_) => {}
            }
        }
        let entry = ReceiptEntry::Proposed {
            records: waits.iter().map(|(id, _)| *id).collect(),
            created: kept.iter().map(|memory| memory.id).collect(),
        };
        let receipt = transaction.receipt(now, subject, entry).map_err(OwnerError::from)?;
        let mut proposals = Vec::new();
        for (id, draft) in waits {
            let proposed = Proposed::New(draft.clone());
            let proposal = Proposal { id, subject: subject.clone(), proposed, received: now, request, receipt };
            let put = transaction.put(Space::Inbox, id.as_bytes(), &proposal, None).map_err(OwnerError::from)?;
            proposals.push((proposal, put));
        }
        for memory in kept {
            transaction.add_memory_of(memory, Some(writer)).map_err(OwnerError::from)?;
        }
        let committed = transaction.commit(store).await?;
        open.wait_for(proposals.into_iter().map(|(proposal, put)| (proposal, committed.stored(put))));
        let changes_memories = written.iter().any(|one| matches!(one, Written::Kept(_)));
        let results = written.into_iter().map(|one| match one {
            Written::Waits(id, _) => open.taken(subject, AddStatus::PendingReview, id),
            Written::Kept(memory) => open.taken(subject, AddStatus::Created, memory.id),
            Written::Not(added) => added,
        });
        let answer = AddResult { results: results.collect(), receipt_id: hex::encode(receipt) };
        if changes_memories {
            effects.push(Effect::Changed { topics: vec![Topic::Memories] });
        }
        self.wrote(subject, request, &answer, &spent, effects)
    }

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
                Proposed::New(draft) => *draft = change.apply(draft, &may)?,
                Proposed::Change { memory, patch, .. } => {
                    let (_, memory) = open.memory(store, *memory).await?;
                    let before = memory.draft;
                    *patch = Patch::between(&before, &change.apply(&patch.apply(&before), &may)?);
                }
                Proposed::Removal { .. } => {
                    return Err(PageError::invalid("a proposal to forget can be taken back, not changed"));
                }
            }
            return self.rewrite(subject, request_id, name, proposal, effects).await;
        }
        let id = open.visible_to_writer(subject, name, now)?;
        let (_, memory) = open.memory(store, id).await?;
        let patch = Patch::between(&memory.draft, &change.apply(&memory.draft, &may)?);
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
        let own = |waiting: &crate::open::Waiting| waiting.subject == *subject;
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

    /// Answers what was written, and remembers the answer for a request that is sent again.
    fn wrote(
        &mut self,
        subject: &Subject,
        request: [u8; 16],
        result: &impl serde::Serialize,
        spent: &[[u8; 16]],
        effects: &mut Vec<Effect>,
    ) -> Result<Outcome, PageError> {
        let outcome = Outcome::answer(result)?;
        if let Outcome::Answer(result) = &outcome {
            self.session.remember_answer(hex::encode(request), result.clone());
        }
        self.tell_spent(subject, spent, effects);
        effects.push(Effect::Changed { topics: vec![Topic::Inbox, Topic::Receipts] });
        Ok(outcome)
    }
}

impl Open {
    /// What a request is known by, for when it is sent again.
    fn request_name(&self, subject: &Subject, request_id: &str) -> [u8; 16] {
        self.keys.equality.derive_id(&[b"request", subject.to_string().as_bytes(), request_id.as_bytes()])
    }

    /// How many more proposals of the subject may wait.
    fn room_for(&self, subject: &Subject) -> usize {
        MAX_WAITING.saturating_sub(self.inbox.values().filter(|waiting| waiting.subject == *subject).count())
    }

    /// What of the subject's own says these words already, and was not looked at yet.
    fn written_before(&self, subject: &Subject, draft: &Draft) -> Option<MemoryId> {
        let words = self.keys.words.derive_id(draft.text.as_bytes());
        let writer = self.writer(subject);
        let waits = self.inbox.iter().find(|(_, waiting)| waiting.subject == *subject && waiting.words == words);
        let is_kept = |entry: &crate::catalogue::Entry| entry.unreviewed_of == Some(writer) && entry.words == words;
        let kept = || self.records.kept().find(|(_, entry)| is_kept(entry)).map(|(_, entry)| entry.id);
        waits.map(|(id, _)| *id).or_else(kept)
    }

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
        let found = self.find_named(subject, name, |slot| {
            reads.iter().any(|authority| self.is_visible(asker, authority, slot, now))
        });
        let entry = found.first().and_then(|(slot, _)| self.records.get(*slot)).ok_or_else(PageError::unauthorized)?;
        let may_write = self.records.scopes(entry).iter().any(|scope| writes.covers(scope));
        if may_write { Ok(entry.id) } else { Err(PageError::unauthorized()) }
    }

    fn taken(&self, subject: &Subject, status: AddStatus, id: MemoryId) -> Added {
        Added { status, id: Some(hex::encode(self.own_name(&subject.to_string(), &id))), reason: None }
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

    /// What a draft would say. Scopes in which the subject may not write stay.
    fn apply(&self, draft: &Draft, may: &Authority<'_>) -> Result<Draft, PageError> {
        let mut changed = draft.clone();
        changed.text = self.text.clone().unwrap_or(changed.text);
        changed.kind = self.kind.unwrap_or(changed.kind);
        changed.valid_from = self.valid_from.or(changed.valid_from);
        changed.valid_to = self.valid_to.or(changed.valid_to);
        if let Some(scopes) = &self.scopes {
            changed.scopes.retain(|scope| !may.covers(scope));
            changed.scopes.extend(scopes.iter().cloned());
        }
        changed.normalised().map_err(out_of_form)
    }
}

fn out_of_form(error: keepsake_memory::MemoryError) -> PageError {
    PageError::invalid(error.to_string())
}

/// A memory of a request, and where it is to stand. What makes no memory is told when it is known where.
fn in_form(memory: NewMemory) -> Result<(Draft, Option<Vec<Scope>>), PageError> {
    let scopes = memory.scopes.map(|names| named_scopes(names, "scopes")).transpose()?;
    let draft = Draft {
        kind: memory.kind,
        valid_from: memory.valid_from.map(|text| moment(&text, "valid_from")).transpose()?,
        valid_to: memory.valid_to.map(|text| moment(&text, "valid_to")).transpose()?,
        ..Draft::note(memory.text, Scope::general())
    };
    Ok((draft, scopes))
}

/// Where something comes from that a subject wrote.
pub(crate) fn provenance(subject: &Subject, reviewed: bool) -> Provenance {
    let channel = match subject {
        Subject::Site { .. } => Channel::Site,
        Subject::Extension { .. } => Channel::Extension,
    };
    Provenance { channel, origin: Some(Origin::new(subject.name(), None)), reviewed }
}

fn answered_before(answered: &[Answered], request: [u8; 16]) -> Option<Outcome> {
    let known = hex::encode(request);
    answered.iter().find(|one| one.request == known).map(|one| Outcome::Answer(one.result.clone()))
}

fn done(name: [u8; 16], receipt: [u8; 16]) -> ChangeResult {
    ChangeResult { status: ChangeStatus::Done, id: hex::encode(name), receipt_id: hex::encode(receipt) }
}

fn full() -> String {
    format!("{MAX_WAITING} proposals wait already: the person has to look at them first")
}

fn rejected(reason: String) -> Added {
    Added { status: AddStatus::Rejected, id: None, reason: Some(reason) }
}

/// The scope where a proposal stands that names none.
fn sole_scope(authority: &Authority<'_>) -> Result<Scope, PageError> {
    let mut granted: Vec<Scope> = Vec::new();
    for grant in authority.grants() {
        match &grant.terms.scopes {
            ScopeSet::All => return Ok(Scope::general()),
            ScopeSet::Named(scopes) => granted.extend(scopes.iter().cloned()),
        }
    }
    granted.sort();
    granted.dedup();
    match granted.as_slice() {
        [scope] => Ok(scope.clone()),
        _ => Err(PageError::invalid("scopes: say where, as more than one scope is granted")),
    }
}

fn named_scopes(names: Vec<String>, field: &str) -> Result<Vec<Scope>, PageError> {
    match scope_set(names, field)? {
        ScopeSet::Named(scopes) => Ok(scopes.into_iter().collect()),
        ScopeSet::All => Err(PageError::invalid(format!("{field}: a memory stands in named scopes, not in all"))),
    }
}
