//! What subjects write anew: proposals that wait for the person, and what is kept unasked.

use keepsake_crypto::Primitives;
use keepsake_memory::{Channel, Draft, Memory, MemoryId, Origin, Provenance, Scope};
use keepsake_policy::{Action, Authority, Grant, ScopeSet, Subject};

use super::release::spent;
use super::{Outcome, authority, scope_set};
use crate::api::*;
use crate::filter::moment;
use crate::format::{Proposal, Proposed};
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
        // What is made within one millisecond sorts by chance: in the inbox it is to stand as it was written.
        let ids = wanted.iter().map(|_| random.make().map(|bytes| MemoryId::new(now, bytes)));
        let mut ids = ids.collect::<Result<Vec<_>, _>>().map_err(OwnerError::from)?;
        ids.sort_unstable();
        for ((draft, scopes), id) in wanted.into_iter().zip(ids) {
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
            transaction.add_memory_of(memory, Some(writer));
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

    /// Answers what was written, and remembers the answer for a request that is sent again.
    pub(super) fn wrote(
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
    pub(super) fn request_name(&self, subject: &Subject, request_id: &str) -> [u8; 16] {
        self.keys.equality.derive_id(&[b"request", subject.to_string().as_bytes(), request_id.as_bytes()])
    }

    /// How many more proposals of the subject may wait.
    pub(super) fn room_for(&self, subject: &Subject) -> usize {
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

    fn taken(&self, subject: &Subject, status: AddStatus, id: MemoryId) -> Added {
        Added { status, id: Some(hex::encode(self.own_name(&subject.to_string(), &id))), reason: None }
    }
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
    Provenance::of(channel, Some(Origin::new(subject.name(), None)), reviewed)
}

pub(super) fn answered_before(answered: &[Answered], request: [u8; 16]) -> Option<Outcome> {
    let known = hex::encode(request);
    answered.iter().find(|one| one.request == known).map(|one| Outcome::Answer(one.result.clone()))
}

pub(super) fn full() -> String {
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

pub(super) fn named_scopes(names: Vec<String>, field: &str) -> Result<Vec<Scope>, PageError> {
    match scope_set(names, field)? {
        ScopeSet::Named(scopes) => Ok(scopes.into_iter().collect()),
        ScopeSet::All => Err(PageError::invalid(format!("{field}: a memory stands in named scopes, not in all"))),
    }
}
