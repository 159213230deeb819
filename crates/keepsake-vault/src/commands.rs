//! The person's commands, one function each.

use keepsake_crypto::Primitives;
use keepsake_memory::{
    Channel, Draft, Kind, ListLine, Memory, MemoryId, Millis, Origin, Provenance, Scope, parse_list,
};
use keepsake_policy::{Denial, Subject};
use keepsake_search::{Query, Slot};

use crate::api::*;
use crate::catalogue::Entry;
use crate::consent::grant_view;
use crate::format::{Decision, Proposal, Receipt};
use crate::open::Open;
use crate::records::WordsSeen;
use crate::session::Captured;
use crate::vault::{Parts, Vault};
use crate::{Clock, Space, Store};

/// The most that one page of a list holds.
const MAX_PAGE: u32 = 500;

/// The most memories that one command changes.
const MAX_BATCH: usize = 5000;

impl<S: Store, C: Clock, R: Primitives> Vault<S, C, R> {
    /// Carries out a command; where it fails nothing was changed. The effects hold also then.
    pub async fn command(&mut self, command: Command) -> (Result<Reply, OwnerError>, Vec<Effect>) {
        let mut effects = Vec::new();
        self.enforce_deadline(&mut effects);
        let (problems, checks) = (self.problems(), matches!(command, Command::Check { .. }));
        let known = self.open.as_ref().map_or(0, |open| open.problems.count());
        let reply = self.carry_out(command, &mut effects).await;
        // What a command came upon is set aside at once; where that cannot be written, it is still used for nothing. What a
        // check comes upon is shown first.
        if let Ok(Parts { open, store, random, .. }) = self.parts()
            && open.problems.count() > known
            && !checks
        {
            let _set_aside = open.set_suspects_aside(store, random).await;
        }
        if self.problems() != problems {
            effects.push(changed(&[Topic::State]));
        }
        self.watch_due(&mut effects);
        self.save(&mut effects);
        (reply, effects)
    }

    /// How much of what is stored is known not to be as it was left.
    fn problems(&self) -> usize {
        let count = |open: &Open| open.problems.count() as usize + open.records.aside();
        self.open.as_ref().map_or(0, |open| count(open))
    }

    async fn carry_out(&mut self, command: Command, effects: &mut Vec<Effect>) -> Result<Reply, OwnerError> {
        Ok(match command {
            Command::Status => Reply::Status(self.status()),
            Command::MemoryAdd { draft } => Reply::MemoryAdd(self.memory_add(draft, effects).await?),
            Command::MemoryEdit { id, revision, draft } => {
                Reply::MemoryEdit(self.memory_edit(id, revision, draft, effects).await?)
            }
            Command::MemoryDelete { ids } => Reply::MemoryDelete(self.memory_delete(ids, effects).await?),
            Command::MemoryRestore { memories } => Reply::MemoryRestore(self.memory_restore(memories, effects).await?),
            Command::MemoryGet { id } => Reply::MemoryGet(self.memory_get(id).await?),
            Command::MemoryList { query, scope, kind, offset, limit } => {
                Reply::MemoryList(self.memory_list(query, scope, kind, page(offset, limit)?).await?)
            }
            Command::Scopes => Reply::Scopes(self.scopes()?),
            Command::ListPreview { text } => Reply::ListPreview(self.list_preview(&text)?),
            Command::MemoryImport { source, scope, kind, sensitivity, lines, bring_back } => {
                let like = Draft { kind, sensitivity, ..Draft::note("", scope) };
                Reply::MemoryImport(self.memory_import(&source, &like, lines, bring_back, effects).await?)
            }
            Command::Capture { text, source, title } => {
                Reply::Capture(self.capture(Captured { text, source, title }, effects).await?)
            }
            Command::Inbox { offset, limit } => Reply::Inbox(self.inbox(page(offset, limit)?).await?),
            Command::InboxAccept { ids, draft } => Reply::InboxAccept(self.inbox_accept(ids, draft, effects).await?),
            Command::InboxDecline { ids } => Reply::InboxDecline(self.inbox_decline(ids, effects).await?),
            Command::InboxRestore { items } => Reply::InboxRestore(self.inbox_restore(items, effects).await?),
            Command::Grants => Reply::Grants(self.decisions(|_| true)?),
            Command::SubjectGrants { subject } => Reply::SubjectGrants(self.decisions(|other| *other == subject)?),
            Command::GrantRevoke { id } => Reply::GrantRevoke(self.revoke_one(&id, effects).await?),
            Command::SubjectRevoke { subject } => {
                self.opened()?;
                Reply::SubjectRevoke(self.revoke_all(&subject, false, effects).await?)
            }
            Command::Receipts { offset, limit } => Reply::Receipts(self.receipts(page(offset, limit)?).await?),
            Command::Protection => Reply::Protection(self.protection()?),
            Command::IdleChange { minutes } => Reply::IdleChange(self.idle_change(minutes, effects).await?),
            Command::RecoveryMake => Reply::RecoveryMake(self.recovery_make(effects).await?),
            Command::Retention => Reply::Retention(self.retention()?),
            Command::RetentionSet { scope, days, preview } => {
                Reply::RetentionSet(self.retention_set(scope, days, preview, effects).await?)
            }
            Command::Tidy => Reply::Tidy(self.tidy(effects).await?),
            Command::Check { restart } => Reply::Check(self.check(restart, effects).await?),
            Command::CheckMend => Reply::CheckMend(self.mend(effects).await?),
            Command::Aside { offset, limit } => Reply::Aside(self.aside(page(offset, limit)?)?),
            Command::AsideForget { ids } => Reply::AsideForget(self.aside_forget(&ids, effects).await?),
            Command::ExportStart => Reply::ExportStart(self.export_start()?),
            Command::ExportPart => Reply::ExportPart(self.export_part().await?),
            Command::ExportDone => Reply::ExportDone(self.export_done(effects).await?),
            Command::Backup => Reply::Backup(self.backup()?),
            Command::BackupRemind { days } => Reply::BackupRemind(self.backup_remind(days, effects).await?),
            Command::RestoreStart => {
                self.restore_start()?;
                Reply::RestoreStart
            }
            Command::RestorePreview => Reply::RestorePreview(self.restore_preview().await?),
            Command::RestoreStep { bring_back } => Reply::RestoreStep(self.restore_step(bring_back, effects).await?),
            Command::RestoreDrop => {
                self.restore_drop()?;
                Reply::RestoreDrop
            }
            Command::Consent { id } => Reply::Consent(self.consent_view(&id)?),
            Command::ConsentRecords { id, scopes, max_sensitivity, query, offset, limit } => {
                let page = page(offset, limit)?;
                Reply::ConsentRecords(self.consent_records(&id, scopes, max_sensitivity, query.as_deref(), page).await?)
            }
            Command::ConsentDecide { id, decision } => {
                self.consent_decide(&id, decision, effects).await?;
                Reply::ConsentDecide
            }
        })
    }

    fn status(&self) -> Status {
        let state = self.state();
        match &self.open {
            None => Status {
                state,
                memories: 0,
                inbox: 0,
                receipts: 0,
                damaged: 0,
                aside: 0,
                rotation: None,
                backup_due: false,
            },
            Some(open) => Status {
                state,
                memories: open.records.len() as u32,
                inbox: open.inbox.len() as u32,
                receipts: open.manifest.receipts as u32,
                damaged: open.problems.count(),
                aside: open.records.aside() as u32,
                rotation: open.rotation_progress(),
                backup_due: open.backup(self.clock.now()).due,
            },
        }
    }

    async fn memory_add(&mut self, draft: Draft, effects: &mut Vec<Effect>) -> Result<MemoryView, OwnerError> {
        let Parts { open, store, random, now } = self.parts()?;
        let memory = Memory::new(MemoryId::new(now, random.make()?), draft, Provenance::own(), now, now)?;
        open.add(store, random, core::slice::from_ref(&memory)).await?;
        effects.push(changed(&[Topic::Memories]));
        Ok(MemoryView::from(&memory))
    }

    async fn memory_get(&self, id: MemoryId) -> Result<MemoryView, OwnerError> {
        let open = self.opened()?;
        let (slot, memory) = open.memory(&self.store, id).await?;
        let usable = open.records.get(slot).is_some_and(|entry| open.is_usable(slot, entry, self.clock.now()));
        if usable { Ok(MemoryView::from(&memory)) } else { Err(OwnerError::not_found("memory")) }
    }

    async fn memory_edit(
        &mut self,
        id: MemoryId,
        revision: u64,
        draft: Draft,
        effects: &mut Vec<Effect>,
    ) -> Result<MemoryView, OwnerError> {
        let Parts { open, store, random, now } = self.parts()?;
        let (slot, before) = open.memory(store, id).await?;
        if before.revision != revision {
            let message = "this memory was changed in the meantime: look at it again before you change it";
            return Err(OwnerError::new(OwnerErrorCode::Conflict, message));
        }
        let after = before.revised(draft, now)?;
        let mut transaction = open.transaction(random);
        transaction.replace_memory(slot, &after, Some(&before.draft.text))?;
        transaction.commit(store).await?;
        effects.push(changed(&[Topic::Memories]));
        Ok(MemoryView::from(&after))
    }

    async fn memory_delete(
        &mut self,
        ids: Vec<MemoryId>,
        effects: &mut Vec<Effect>,
    ) -> Result<Vec<MemoryView>, OwnerError> {
        at_most(ids.len())?;
        let Parts { open, store, random, .. } = self.parts()?;
        let slots = open.records.find_all(&ids);
        let memories = open.forget(store, random, &slots).await?;
        effects.push(changed(&[Topic::Memories]));
        Ok(memories.iter().map(MemoryView::from).collect())
    }

    async fn memory_restore(&mut self, views: Vec<MemoryView>, effects: &mut Vec<Effect>) -> Result<u32, OwnerError> {
        at_most(views.len())?;
        let Parts { open, store, random, now } = self.parts()?;
        let mut memories: Vec<(Option<Slot>, Memory)> = Vec::with_capacity(views.len());
        for view in views {
            let there = memories.iter().any(|(_, memory)| memory.id == view.id);
            if !there && open.records.find(view.id).is_none() {
                memories.push((open.records.find_any(view.id), restored(view, now)?));
            }
        }
        let mut transaction = open.transaction(random);
        for (slot, memory) in &memories {
            match slot {
                Some(slot) => transaction.replace_memory(*slot, memory, None)?,
                None => transaction.add_memory(memory)?,
            }
        }
        transaction.commit(store).await?;
        effects.push(changed(&[Topic::Memories]));
        Ok(memories.len() as u32)
    }

    async fn memory_list(
        &mut self,
        query: Option<String>,
        scope: Option<Scope>,
        kind: Option<Kind>,
        page: core::ops::Range<usize>,
    ) -> Result<MemoryPage, OwnerError> {
        let Parts { open, store, now, .. } = self.parts()?;
        let query = query.filter(|query| !query.trim().is_empty());
        if query.is_some() {
            open.make_index(store).await?;
        }
        let passes = |slot: Slot, entry: &Entry| {
            scope.as_ref().is_none_or(|scope| open.records.scopes(entry).contains(scope))
                && kind.is_none_or(|kind| entry.kind == kind)
                && open.is_usable(slot, entry, now)
        };
        let (total, slots) = match query {
            Some(query) => {
                let found = open.records.search(&Query::growing(&query).at(now), usize::MAX, passes);
                (found.len(), part(&found, page).iter().map(|(slot, _)| *slot).collect())
            }
            None => open.records.newest(page, passes),
        };
        let items = open.memories(store, &slots).await?;
        Ok(MemoryPage { total: total as u32, items: items.iter().map(MemoryView::from).collect() })
    }

    fn scopes(&self) -> Result<Vec<CountedScope>, OwnerError> {
        let (open, now) = (self.opened()?, self.clock.now());
        let counts = open.records.counted_scopes(|slot, entry| open.is_usable(slot, entry, now));
        Ok(counts.into_iter().map(|(name, memories)| CountedScope { name: name.clone(), memories }).collect())
    }

    fn list_preview(&self, text: &str) -> Result<ListPreview, OwnerError> {
        let open = self.opened()?;
        let parsed = parse_list(text)?;
        let mut seen = open.records.standing_of_words();
        let lines = parsed.lines.into_iter().map(|line| {
            let words = open.keys.words.derive_id(line.text.as_bytes());
            let line = PreviewLine { line, duplicate: seen.are_kept(words), forgotten: seen.were_forgotten(words) };
            seen.note(words);
            line
        });
        Ok(ListPreview { lines: lines.collect(), skipped: parsed.skipped })
    }

    async fn memory_import(
        &mut self,
        source: &str,
        like: &Draft,
        lines: Vec<ListLine>,
        bring_back: bool,
        effects: &mut Vec<Effect>,
    ) -> Result<ImportReply, OwnerError> {
        at_most(lines.len())?;
        let Parts { open, store, random, now } = self.parts()?;
        let provenance =
            Provenance { channel: Channel::Import, origin: Some(Origin::new(source, None)), reviewed: false };
        let seen = if bring_back { WordsSeen::default() } else { open.records.standing_of_words() };
        let (mut memories, mut passed_over) = (Vec::with_capacity(lines.len()), 0);
        for line in lines {
            let id = MemoryId::new(now, random.make()?);
            let draft = Draft { text: line.text, ..like.clone() };
            let memory = Memory::new(id, draft, provenance.clone(), line.created.unwrap_or(now), now)?;
            if seen.were_forgotten(open.keys.words.derive_id(memory.draft.text.as_bytes())) {
                passed_over += 1;
            } else {
                memories.push(memory);
            }
        }
        open.add(store, random, &memories).await?;
        effects.push(changed(&[Topic::Memories]));
        Ok(ImportReply { ids: memories.iter().map(|memory| memory.id).collect(), passed_over })
    }

    async fn inbox(&self, page: core::ops::Range<usize>) -> Result<InboxPage, OwnerError> {
        let open = self.opened()?;
        let mut waiting: Vec<_> = open.inbox.iter().map(|(id, waiting)| (waiting.received, *id)).collect();
        waiting.sort_unstable();
        let mut items = Vec::new();
        for (_, id) in part(&waiting, page) {
            items.push(inbox_view(open, &open.proposal(&self.store, *id).await?));
        }
        Ok(InboxPage { total: waiting.len() as u32, items })
    }

    async fn inbox_accept(
        &mut self,
        ids: Vec<MemoryId>,
        draft: Option<Draft>,
        effects: &mut Vec<Effect>,
    ) -> Result<Vec<MemoryView>, OwnerError> {
        at_most(ids.len())?;
        if draft.is_some() && ids.len() != 1 {
            return Err(OwnerError::invalid("only one proposal at a time can be changed while it is accepted"));
        }
        let Parts { open, store, random, now } = self.parts()?;
        let proposals = proposals(open, store, ids).await?;
        let mut accepted = Vec::with_capacity(proposals.len());
        for proposal in &proposals {
            let channel = match proposal.subject {
                Subject::Site { .. } => Channel::Site,
                Subject::Extension { .. } => Channel::Extension,
            };
            let origin = Some(Origin::new(proposal.subject.name(), None));
            let provenance = Provenance { channel, origin, reviewed: true };
            let draft = draft.clone().unwrap_or_else(|| proposal.draft.clone());
            accepted.push(Memory::new(proposal.id, draft, provenance, proposal.received, now)?);
        }
        let waiting: Vec<_> = accepted.iter().filter_map(|memory| Some(open.inbox.get(&memory.id)?.stored)).collect();
        let slots: Vec<_> = accepted.iter().map(|memory| open.records.find_any(memory.id)).collect();
        let mut transaction = open.transaction(random);
        waiting.into_iter().for_each(|stored| transaction.delete(Space::Inbox, stored));
        for (memory, slot) in accepted.iter().zip(slots) {
            match slot {
                Some(slot) => transaction.replace_memory(slot, memory, None)?,
                None => transaction.add_memory(memory)?,
            }
        }
        transaction.commit(store).await?;
        accepted.iter().for_each(|memory| drop(open.inbox.remove(&memory.id)));
        effects.push(changed(&[Topic::Inbox, Topic::Memories]));
        Ok(accepted.iter().map(MemoryView::from).collect())
    }

    async fn inbox_decline(
        &mut self,
        ids: Vec<MemoryId>,
        effects: &mut Vec<Effect>,
    ) -> Result<Vec<InboxView>, OwnerError> {
        at_most(ids.len())?;
        let Parts { open, store, random, .. } = self.parts()?;
        let proposals = proposals(open, store, ids).await?;
        let waiting: Vec<_> = proposals.iter().filter_map(|one| Some(open.inbox.get(&one.id)?.stored)).collect();
        let mut transaction = open.transaction(random);
        waiting.into_iter().for_each(|stored| transaction.delete(Space::Inbox, stored));
        transaction.commit(store).await?;
        for proposal in &proposals {
            open.inbox.remove(&proposal.id);
        }
        effects.push(changed(&[Topic::Inbox]));
        Ok(proposals.iter().map(|proposal| inbox_view(open, proposal)).collect())
    }

    async fn inbox_restore(&mut self, items: Vec<InboxView>, effects: &mut Vec<Effect>) -> Result<u32, OwnerError> {
        at_most(items.len())?;
        let Parts { open, store, random, .. } = self.parts()?;
        let mut transaction = open.transaction(random);
        let mut restored: std::collections::BTreeMap<MemoryId, (Proposal, _)> = std::collections::BTreeMap::new();
        for item in items {
            if transaction.open.inbox.contains_key(&item.id)
                || transaction.open.records.find(item.id).is_some()
                || restored.contains_key(&item.id)
            {
                continue;
            }
            // Which request brought it is forgotten: that request has had its answer.
            let proposal = Proposal {
                id: item.id,
                subject: item.subject.checked()?,
                draft: item.draft.normalised()?,
                received: item.received,
                request: transaction.make()?,
                receipt: transaction.make()?,
            };
            let put = transaction.put(Space::Inbox, item.id.as_bytes(), &proposal, None)?;
            restored.insert(item.id, (proposal, put));
        }
        let committed = transaction.commit(store).await?;
        let count = restored.len() as u32;
        for (id, (proposal, put)) in restored {
            if let Some(stored) = committed.stored(put) {
                let waiting = open.waiting(&proposal, stored);
                open.inbox.insert(id, waiting);
            }
        }
        effects.push(changed(&[Topic::Inbox]));
        Ok(count)
    }

    fn decisions(&self, of: impl Fn(&Subject) -> bool) -> Result<SubjectGrants, OwnerError> {
        let open = self.opened()?;
        let now = self.clock.now();
        Ok(SubjectGrants {
            grants: open.live_grants(now).filter(|grant| of(&grant.subject)).map(grant_view).collect(),
            denials: open.live_denials(now).filter(|denial| of(&denial.subject)).map(denial_view).collect(),
        })
    }

    async fn revoke_one(&mut self, id: &str, effects: &mut Vec<Effect>) -> Result<u32, OwnerError> {
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
    ) -> Result<u32, OwnerError> {
        let ends = |decision: &Decision| !by_subject || matches!(decision, Decision::Grant(_));
        self.revoke(subject, by_subject, ends, effects).await
    }

    async fn revoke(
        &mut self,
        subject: &Subject,
        by_subject: bool,
        ends: impl Fn(&Decision) -> bool,
        effects: &mut Vec<Effect>,
    ) -> Result<u32, OwnerError> {
        let Parts { open, store, random, now } = self.parts()?;
        let decisions = open.decisions.iter().map(|(_, decision)| decision);
        let ending: Vec<_> =
            decisions.filter(|decision| decision.subject() == subject && ends(decision)).map(Decision::id).collect();
        if ending.is_empty() {
            return Ok(0);
        }
        let mut transaction = open.transaction(random);
        transaction.end_decisions(&ending);
        for id in &ending {
            transaction.receipt(now, subject, ReceiptEntry::Revoked { decision: hex::encode(id), by_subject })?;
        }
        transaction.commit(store).await?;
        self.note_subjects();
        let event = PageEvent::GrantChange { grants: self.page_grants(subject) };
        effects.push(Effect::Notify { subject: subject.clone(), event });
        effects.push(changed(&[Topic::Grants, Topic::Receipts]));
        Ok(ending.len() as u32)
    }

    async fn receipts(&mut self, page: core::ops::Range<usize>) -> Result<ReceiptPage, OwnerError> {
        let Parts { open, store, .. } = self.parts()?;
        let (mut receipts, intact) = open.receipts(store).await?;
        receipts.reverse();
        let items = part(&receipts, page).iter().map(receipt_view).collect();
        Ok(ReceiptPage { total: open.manifest.receipts as u32, intact, items })
    }
}

/// Those of the proposals that still wait, each once.
async fn proposals(open: &Open, store: &impl Store, mut ids: Vec<MemoryId>) -> Result<Vec<Proposal>, OwnerError> {
    ids.sort_unstable();
    ids.dedup();
    let mut proposals = Vec::with_capacity(ids.len());
    for id in ids {
        if open.inbox.contains_key(&id) {
            proposals.push(open.proposal(store, id).await?);
        }
    }
    Ok(proposals)
}

fn restored(view: MemoryView, now: Millis) -> Result<Memory, OwnerError> {
    let draft = Draft {
        text: view.text,
        kind: view.kind,
        scopes: view.scopes,
        sensitivity: view.sensitivity,
        expires: view.expires,
    };
    let origin = view.source.map(|source| Origin::new(&source, view.source_title.as_deref()));
    let provenance = Provenance { channel: view.channel, origin, reviewed: view.reviewed };
    // The revision goes on from where it was, so that no two envelopes of one record share one.
    let revision = view.revision.saturating_add(1);
    Ok(Memory { id: view.id, revision, draft: draft.normalised()?, provenance, created: view.created, updated: now })
}

fn inbox_view(open: &Open, proposal: &Proposal) -> InboxView {
    InboxView {
        id: proposal.id,
        subject: proposal.subject.clone(),
        draft: proposal.draft.clone(),
        received: proposal.received,
        duplicate: open.records.hold_words(open.keys.words.derive_id(proposal.draft.text.as_bytes())),
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

fn receipt_view(receipt: &Receipt) -> ReceiptView {
    ReceiptView {
        id: hex::encode(receipt.id),
        number: receipt.number,
        at: receipt.at,
        subject: receipt.subject.clone(),
        entry: receipt.entry.clone(),
    }
}

pub(crate) fn changed(topics: &[Topic]) -> Effect {
    Effect::Changed { topics: topics.to_vec() }
}

fn at_most(count: usize) -> Result<(), OwnerError> {
    if count > MAX_BATCH {
        return Err(OwnerError::invalid(format!("at most {MAX_BATCH} at a time")));
    }
    Ok(())
}

fn page(offset: u32, limit: u32) -> Result<core::ops::Range<usize>, OwnerError> {
    if limit > MAX_PAGE {
        return Err(OwnerError::invalid(format!("a page has at most {MAX_PAGE} entries")));
    }
    let offset = offset as usize;
    Ok(offset..offset.saturating_add(limit as usize))
}

/// The part of a list that a page shows; nothing past its end.
pub(crate) fn part<T>(list: &[T], page: core::ops::Range<usize>) -> &[T] {
    list.get(page.start.min(list.len())..page.end.min(list.len())).unwrap_or_default()
}
