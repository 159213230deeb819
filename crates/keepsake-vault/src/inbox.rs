//! The inbox: what subjects propose, as the person sees it, and what becomes of it.

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};

use keepsake_crypto::Primitives;
use keepsake_memory::{Draft, Hint, Memory, MemoryId, Millis, Scope, hints};
use keepsake_policy::Subject;
use keepsake_search::Slot;

use crate::api::*;
use crate::commands::{at_most, changed, part, restored};
use crate::format::{Patch, Proposal, Proposed};
use crate::open::Open;
use crate::requests::provenance;
use crate::transaction::{Stored, Transaction};
use crate::vault::{Parts, Vault};
use crate::{Clock, Space, Store};

/// What accepting does to a memory.
struct Deed {
    slot: Option<Slot>,
    before: Option<Memory>,
    /// What is kept; nothing where the memory is forgotten.
    after: Option<Memory>,
}

impl Deed {
    fn place<'a, P: Primitives>(&'a self, transaction: &mut Transaction<'a, P>) {
        let words = self.before.as_ref().map(|before| before.draft.text.as_str());
        match (&self.after, self.slot) {
            (Some(after), Some(slot)) => transaction.replace_memory(slot, after, words),
            (Some(after), None) => transaction.add_memory(after),
            (None, Some(slot)) => transaction.forget_memory(slot, words),
            (None, None) => {}
        }
    }
}

impl<S: Store, C: Clock, R: Primitives> Vault<S, C, R> {
    pub(crate) async fn inbox(&mut self, page: core::ops::Range<usize>) -> Result<InboxPage, OwnerError> {
        let Parts { open, store, random, now } = self.parts()?;
        let mut waiting: Vec<_> = open.inbox.iter().map(|(id, waiting)| (waiting.received, *id)).collect();
        waiting.sort_unstable();
        let mut items = Vec::new();
        // Those before the page as well: one of it may repeat what they say.
        for (_, id) in part(&waiting, 0..page.end) {
            items.push(open.inbox_view(store, &open.proposal(store, *id).await?).await?);
        }
        let start = page.start.min(items.len());
        if let Some(shown @ [_, ..]) = items.get_mut(start..) {
            open.hurry_index(store, random).await?;
            open.note_restated(store, shown, now).await?;
            open.note_repeated(&mut items);
        }
        items.drain(..start);
        Ok(InboxPage { total: waiting.len() as u32, items })
    }

    /// Does what is proposed; `draft` is what the person makes of one proposal.
    pub(crate) async fn inbox_accept(
        &mut self,
        ids: Vec<MemoryId>,
        draft: Option<Draft>,
        effects: &mut Vec<Effect>,
    ) -> Result<InboxSettled, OwnerError> {
        at_most(ids.len())?;
        if draft.is_some() && ids.len() != 1 {
            return Err(OwnerError::invalid("only one proposal at a time can be changed while it is accepted"));
        }
        let Parts { open, store, random, now } = self.parts()?;
        let proposals = open.proposals(store, ids).await?;
        let items = open.inbox_views(store, &proposals).await?;
        let mut deeds: BTreeMap<MemoryId, Deed> = BTreeMap::new();
        for proposal in &proposals {
            open.accept(store, proposal, draft.as_ref(), &mut deeds, now).await?;
        }
        let gone: BTreeSet<MemoryId> =
            deeds.iter().filter(|(_, deed)| deed.after.is_none()).map(|(id, _)| *id).collect();
        let leaving = open.leaving(proposals.iter().map(|proposal| proposal.id), &gone);
        let mut transaction = open.transaction(random);
        leaving.iter().for_each(|(_, stored)| transaction.delete(Space::Inbox, *stored));
        deeds.values().for_each(|deed| deed.place(&mut transaction));
        for (subject, accepted) in by_subject(&proposals) {
            transaction.receipt(now, subject, ReceiptEntry::Reviewed { accepted, declined: Vec::new() })?;
        }
        transaction.commit(store).await?;
        leaving.iter().for_each(|(id, _)| drop(open.inbox.remove(id)));
        effects.push(changed(&[Topic::Inbox, Topic::Memories, Topic::Receipts]));
        let views = |of: fn(&Deed) -> Option<&Memory>| deeds.values().filter_map(of).map(MemoryView::from).collect();
        Ok(InboxSettled { items, kept: views(|deed| deed.after.as_ref()), before: views(|deed| deed.before.as_ref()) })
    }

    /// Drops what is proposed; where `block` says so, those who proposed it may write no more.
    pub(crate) async fn inbox_decline(
        &mut self,
        ids: Vec<MemoryId>,
        block: bool,
        effects: &mut Vec<Effect>,
    ) -> Result<InboxSettled, OwnerError> {
        at_most(ids.len())?;
        let Parts { open, store, random, now } = self.parts()?;
        let proposals = open.proposals(store, ids).await?;
        let items = open.inbox_views(store, &proposals).await?;
        let leaving = open.leaving(proposals.iter().map(|proposal| proposal.id), &BTreeSet::new());
        let mut transaction = open.transaction(random);
        leaving.iter().for_each(|(_, stored)| transaction.delete(Space::Inbox, *stored));
        let mut written = Vec::new();
        let by_subject = by_subject(&proposals);
        for (subject, declined) in &by_subject {
            let entry = ReceiptEntry::Reviewed { accepted: Vec::new(), declined: declined.clone() };
            transaction.receipt(now, subject, entry)?;
            if block {
                written.extend(transaction.block_writer(subject, now)?);
            }
        }
        let committed = transaction.commit(store).await?;
        leaving.iter().for_each(|(id, _)| drop(open.inbox.remove(id)));
        open.take_decisions(written, &committed);
        effects.push(changed(&[Topic::Inbox, Topic::Receipts]));
        for subject in by_subject.keys().filter(|_| block) {
            self.decisions_changed(subject, effects);
        }
        Ok(InboxSettled { items, kept: Vec::new(), before: Vec::new() })
    }

    /// Undoes an accept or a decline: all of it, or nothing where a memory was changed meanwhile.
    pub(crate) async fn inbox_undo(
        &mut self,
        settled: InboxSettled,
        effects: &mut Vec<Effect>,
    ) -> Result<u32, OwnerError> {
        let InboxSettled { items, kept, before } = settled;
        at_most(items.len().max(kept.len()).max(before.len()))?;
        let Parts { open, store, random, now } = self.parts()?;
        let mut deeds: Vec<Deed> = Vec::new();
        for view in &kept {
            let (slot, memory) = open.memory(store, view.id).await?;
            if memory.revision != view.revision {
                let message = "a memory was changed since: nothing was undone";
                return Err(OwnerError::new(OwnerErrorCode::Conflict, message));
            }
            let was = before.iter().find(|was| was.id == view.id).cloned();
            let revision = view.revision;
            let after = was.map(|was| restored(MemoryView { revision, ..was }, now)).transpose()?;
            deeds.push(Deed { slot: Some(slot), before: Some(memory), after });
        }
        for was in before.into_iter().filter(|was| !kept.iter().any(|view| view.id == was.id)) {
            if open.records.find(was.id).is_none() {
                let slot = open.records.find_any(was.id);
                deeds.push(Deed { slot, before: None, after: Some(restored(was, now)?) });
            }
        }
        let mut transaction = open.transaction(random);
        deeds.iter().for_each(|deed| deed.place(&mut transaction));
        let mut proposals = Vec::new();
        let mut back: BTreeSet<MemoryId> = transaction.open.inbox.keys().copied().collect();
        for item in items {
            if back.insert(item.id) {
                // Which request brought it is forgotten: that request has had its answer.
                let proposal = Proposal {
                    id: item.id,
                    subject: item.subject.clone().checked()?,
                    received: item.received,
                    request: transaction.make()?,
                    receipt: transaction.make()?,
                    proposed: proposed_again(item)?,
                };
                let put = transaction.put(Space::Inbox, proposal.id.as_bytes(), &proposal, None)?;
                proposals.push((proposal, put));
            }
        }
        let count = proposals.len() as u32;
        let committed = transaction.commit(store).await?;
        open.wait_for(proposals.into_iter().map(|(proposal, put)| (proposal, committed.stored(put))));
        effects.push(changed(&[Topic::Inbox, Topic::Memories]));
        Ok(count)
    }
}

impl Open {
    /// Takes over proposals that were written.
    pub(crate) fn wait_for(&mut self, written: impl IntoIterator<Item = (Proposal, Option<Stored>)>) {
        for (proposal, stored) in written {
            if let Some(stored) = stored {
                let waiting = self.waiting(&proposal, stored);
                self.inbox.insert(proposal.id, waiting);
            }
        }
    }

    /// The proposals that leave the inbox: these, and all that are about memories that are gone.
    pub(crate) fn leaving(
        &self,
        ids: impl IntoIterator<Item = MemoryId>,
        gone: &BTreeSet<MemoryId>,
    ) -> Vec<(MemoryId, Stored)> {
        let ids: BTreeSet<MemoryId> = ids.into_iter().collect();
        let leaves = |id: &MemoryId, about: Option<MemoryId>| {
            ids.contains(id) || about.is_some_and(|memory| gone.contains(&memory))
        };
        let leaving = self.inbox.iter().filter(|(id, waiting)| leaves(id, waiting.about));
        leaving.map(|(id, waiting)| (*id, waiting.stored)).collect()
    }

    /// Works out what accepting a proposal does, on top of what others before it do.
    async fn accept(
        &self,
        store: &impl Store,
        proposal: &Proposal,
        draft: Option<&Draft>,
        deeds: &mut BTreeMap<MemoryId, Deed>,
        now: Millis,
    ) -> Result<(), OwnerError> {
        let reviewed = provenance(&proposal.subject, true);
        let Some((id, _)) = proposal.proposed.about() else {
            if let Proposed::New(proposed) = &proposal.proposed {
                let draft = draft.unwrap_or(proposed).clone();
                let memory = Memory::new(proposal.id, draft, reviewed, proposal.received, now)?;
                let slot = self.records.find_any(memory.id);
                deeds.insert(memory.id, Deed { slot, before: None, after: Some(memory) });
            }
            return Ok(());
        };
        let deed = match deeds.entry(id) {
            Entry::Occupied(worked_out) => worked_out.into_mut(),
            Entry::Vacant(place) => {
                let (slot, memory) = self.memory(store, id).await?;
                let after = Some(memory.clone());
                place.insert(Deed { slot: Some(slot), before: Some(memory), after })
            }
        };
        match (&proposal.proposed, &deed.before, &deed.after) {
            (Proposed::Change { patch, .. }, Some(before), Some(after)) => {
                let draft = draft.cloned().unwrap_or_else(|| patch.apply(&after.draft));
                let mut changed = before.revised(draft, now)?;
                // Other words are words of the one who proposed them.
                if changed.draft.text != before.draft.text {
                    changed.provenance = reviewed;
                }
                deed.after = Some(changed);
            }
            (Proposed::Removal { .. }, ..) => deed.after = None,
            // What one proposal forgets no other one changes.
            _ => {}
        }
        Ok(())
    }

    /// Those of the proposals that still wait, each once.
    async fn proposals(&self, store: &impl Store, ids: Vec<MemoryId>) -> Result<Vec<Proposal>, OwnerError> {
        let ids: BTreeSet<MemoryId> = ids.into_iter().collect();
        let mut proposals = Vec::with_capacity(ids.len());
        for id in ids.into_iter().filter(|id| self.inbox.contains_key(id)) {
            proposals.push(self.proposal(store, id).await?);
        }
        Ok(proposals)
    }

    async fn inbox_views(&self, store: &impl Store, proposals: &[Proposal]) -> Result<Vec<InboxView>, OwnerError> {
        let mut views = Vec::with_capacity(proposals.len());
        for proposal in proposals {
            views.push(self.inbox_view(store, proposal).await?);
        }
        Ok(views)
    }

    pub(crate) async fn inbox_view(&self, store: &impl Store, proposal: &Proposal) -> Result<InboxView, OwnerError> {
        let about = match proposal.proposed.about() {
            Some((id, revision)) => {
                // One that is damaged is shown without what it was about; accepting it says so.
                let memory = self.memory(store, id).await.ok().map(|(_, memory)| memory);
                memory.map(|memory| (memory, revision))
            }
            None => None,
        };
        let current =
            about.as_ref().map_or_else(|| Draft::note("", Scope::general()), |(memory, _)| memory.draft.clone());
        let (proposes, draft) = match &proposal.proposed {
            Proposed::New(draft) => (Proposes::New, draft.clone()),
            Proposed::Change { patch, .. } => (Proposes::Change, patch.apply(&current)),
            Proposed::Removal { .. } => (Proposes::Removal, current.clone()),
        };
        let is_new_text = proposes != Proposes::Removal && draft.text != current.text;
        let mut hints = if is_new_text { hints(&draft.text) } else { Vec::new() };
        if is_new_text && self.records.hold_words(self.keys.words.derive_id(draft.text.as_bytes())) {
            hints.push(Hint::Duplicate);
        }
        Ok(InboxView {
            id: proposal.id,
            subject: proposal.subject.clone(),
            proposes,
            draft,
            about: about.map(|(memory, revision)| ProposedAbout { memory: MemoryView::from(&memory), revision }),
            received: proposal.received,
            hints,
            restates: None,
            repeats: None,
        })
    }
}

/// What a proposal was, from what the person was shown of it.
fn proposed_again(item: InboxView) -> Result<Proposed, OwnerError> {
    let InboxView { proposes, draft, about, .. } = item;
    let draft = draft.normalised()?;
    match (proposes, about) {
        (Proposes::New, _) => Ok(Proposed::New(draft)),
        (Proposes::Change, Some(ProposedAbout { memory, revision })) => {
            let id = memory.id;
            let patch = Patch::between(&memory.into_draft(), &draft);
            Ok(Proposed::Change { memory: id, revision, patch })
        }
        (Proposes::Removal, Some(ProposedAbout { memory, revision })) => {
            Ok(Proposed::Removal { memory: memory.id, revision })
        }
        (Proposes::Change | Proposes::Removal, None) => {
            Err(OwnerError::invalid("a proposal to change or forget says which memory it is about"))
        }
    }
}

fn by_subject(proposals: &[Proposal]) -> BTreeMap<&Subject, Vec<MemoryId>> {
    let mut by_subject: BTreeMap<&Subject, Vec<MemoryId>> = BTreeMap::new();
    for proposal in proposals {
        by_subject.entry(&proposal.subject).or_default().push(proposal.id);
    }
    by_subject
}
