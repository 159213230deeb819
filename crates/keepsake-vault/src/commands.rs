//! The person's commands, one function each.

use keepsake_crypto::Primitives;
use keepsake_memory::{
    Channel, Draft, Kind, ListLine, Memory, MemoryId, Millis, Origin, Provenance, Scope, Trust, Turn, parse_list,
};
use keepsake_policy::Profile;
use keepsake_search::{Query, Slot};

use crate::api::*;
use crate::catalogue::Entry;
use crate::consent::Meant;
use crate::fits::fit;
use crate::open::Open;
use crate::receipts::Which;
use crate::records::WordsSeen;
use crate::session::Captured;
use crate::vault::{Parts, Vault};
use crate::{Clock, Store};

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
            Command::MemoryList { query, scope, kind, offset, limit, brief } => {
                Reply::MemoryList(self.memory_list(query, scope, kind, page(offset, limit)?, brief).await?)
            }
            Command::MemoryLike { text, except } => Reply::MemoryLike(self.memory_like(&text, except).await?),
            Command::Scopes => Reply::Scopes(self.scopes()?),
            Command::ListPreview { text } => Reply::ListPreview(self.list_preview(&text)?),
            Command::ListCompare { first, texts, more } => {
                Reply::ListCompare(self.list_compare(first, &texts, more).await?)
            }
            Command::ListMerge { source, lines } => Reply::ListMerge(self.list_merge(&source, &lines, effects).await?),
            Command::MemoryImport { source, scope, kind, sensitivity, lines, bring_back } => {
                let like = Draft { kind, sensitivity, ..Draft::note("", scope) };
                Reply::MemoryImport(self.memory_import(&source, &like, lines, bring_back, effects).await?)
            }
            Command::Capture { text, source, title } => {
                Reply::Capture(self.capture(Captured { text, source, title }, effects).await?)
            }
            Command::Inbox { offset, limit } => Reply::Inbox(self.inbox(page(offset, limit)?).await?),
            Command::InboxAccept { ids, draft } => Reply::InboxAccept(self.inbox_accept(ids, draft, effects).await?),
            Command::InboxDecline { ids, block } => Reply::InboxDecline(self.inbox_decline(ids, block, effects).await?),
            Command::InboxMerge { id, memory } => Reply::InboxMerge(self.inbox_merge(id, memory, effects).await?),
            Command::InboxUndo { settled } => Reply::InboxUndo(self.inbox_undo(settled, effects).await?),
            Command::Grants => Reply::Grants(self.decided_about(|_| true)?),
            Command::SubjectGrants { subject } => Reply::SubjectGrants(self.decided_about(|other| *other == subject)?),
            Command::GrantRevoke { id } => Reply::GrantRevoke(self.revoke_one(&id, effects).await?),
            Command::GrantChange { id, settings } => {
                Reply::GrantChange(self.grant_change(&id, settings, effects).await?)
            }
            Command::SubjectRevoke { subject } => {
                self.opened()?;
                Reply::SubjectRevoke(self.revoke_all(&subject, false, effects).await?)
            }
            Command::SubjectRuleSet { rule } => Reply::SubjectRuleSet(self.subject_rule_set(rule, effects).await?),
            Command::Pause { paused } => Reply::Pause(self.pause(paused, effects).await?),
            Command::Profiles => Reply::Profiles(Profile::all().into()),
            Command::Blocked => Reply::Blocked(self.blocked()),
            Command::BlockLift { subject } => Reply::BlockLift(self.block_lift(&subject)),
            Command::Receipts { subject, memory, from, to, offset, limit } => {
                let which = Which { subject, memory, from, to };
                Reply::Receipts(self.receipts(&which, page(offset, limit)?).await?)
            }
            Command::ReceiptsExport { done } => Reply::ReceiptsExport(self.receipts_export(done).await?),
            Command::Known { subject, offset, limit } => {
                Reply::Known(self.known(&subject, page(offset, limit)?).await?)
            }
            Command::KnownBy { id } => Reply::KnownBy(self.known_by(id).await?),
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
            Command::Consent { id } => Reply::Consent(self.consent_view(&id).await?),
            Command::ConsentRecords { id, scopes, max_sensitivity, kinds, query, offset, limit } => {
                let meant = Meant { scopes, max_sensitivity, kinds };
                let page = page(offset, limit)?;
                Reply::ConsentRecords(self.consent_records(&id, meant, query.as_deref(), page).await?)
            }
            Command::ConsentAnswer { id } => Reply::ConsentAnswer(self.consent_answer(&id).await?),
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
                index: None,
                backup_due: false,
                paused: false,
            },
            Some(open) => Status {
                state,
                memories: open.records.len() as u32,
                inbox: open.inbox.len() as u32,
                receipts: open.manifest.receipts as u32,
                damaged: open.problems.count(),
                aside: open.records.aside() as u32,
                rotation: open.rotation_progress(),
                index: open.index_progress(),
                backup_due: open.backup(self.clock.now()).due,
                paused: open.manifest.paused,
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
        let mut after = before.revised(draft, now)?;
        // Whoever edits a text has read it.
        after.provenance.reviewed |= before.trust() == Trust::Unreviewed;
        let mut transaction = open.transaction(random);
        transaction.replace_memory(slot, &after, Some(&before.draft.text));
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
                Some(slot) => transaction.replace_memory(*slot, memory, None),
                None => transaction.add_memory(memory),
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
        brief: bool,
    ) -> Result<MemoryPage, OwnerError> {
        let Parts { open, store, random, now } = self.parts()?;
        let query = query.filter(|query| !query.trim().is_empty());
        if query.is_some() {
            open.hurry_index(store, random).await?;
        }
        let (decided, usable) = (open.records.undecided(), open.usable(now));
        let fits_in = |entry: &Entry| {
            scope.as_ref().is_none_or(|scope| open.records.scopes(entry).contains(scope))
                && kind.is_none_or(|kind| entry.kind == kind)
        };
        let passes =
            |slot: Slot| decided.of(slot, || open.records.get_kept(slot).is_some_and(fits_in)) && usable.has(slot);
        let Some(query) = query else {
            let (total, slots) = open.records.newest(page, |slot, _| passes(slot));
            let items = open.memories(store, &slots).await?;
            let items = items.iter().map(MemoryView::from).collect();
            return Ok(MemoryPage { total: total as u32, items, fits: Vec::new() });
        };
        let query = Query::growing(&query).at(now);
        let found = open.records.search(&query, if brief { page.end } else { usize::MAX }, passes);
        let shown = part(&found, page);
        let slots: Vec<Slot> = shown.iter().map(|hit| hit.slot).collect();
        let memories = open.memories_or_none(store, &slots).await?;
        let shown: Vec<_> = shown.iter().zip(memories).filter_map(|(hit, memory)| Some((hit, memory?))).collect();
        let items = shown.iter().map(|(_, memory)| MemoryView::from(memory)).collect();
        let total = found.len() as u32;
        if brief {
            return Ok(MemoryPage { total, items, fits: Vec::new() });
        }
        let texts: Vec<&str> = shown.iter().map(|(_, memory)| memory.draft.text.as_str()).collect();
        let marks = open.records.marks(&query, &texts, passes);
        let fits = shown.iter().zip(&marks).map(|((hit, memory), marks)| fit(&memory.draft.text, &hit.parts, marks));
        Ok(MemoryPage { total, items, fits: fits.collect() })
    }

    fn scopes(&self) -> Result<Vec<CountedScope>, OwnerError> {
        let (open, now) = (self.opened()?, self.clock.now());
        let counts = open.records.counted_scopes(|slot, entry| open.is_usable(slot, entry, now));
        Ok(counts.into_iter().map(|(name, memories)| CountedScope { name: name.clone(), memories }).collect())
    }

    fn list_preview(&mut self, text: &str) -> Result<ListPreview, OwnerError> {
        let Parts { open, random, now, .. } = self.parts()?;
        let mut parsed = parse_list(text)?;
        if let Some(positions) = &parsed.positions {
            let conversation = MemoryId::new(now, random.make()?);
            for (line, position) in parsed.lines.iter_mut().zip(positions) {
                line.turn = Some(Turn { conversation, position: *position });
            }
        }
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
        let provenance = Provenance::of(Channel::Import, Some(Origin::new(source, None)), false);
        let seen = if bring_back { WordsSeen::default() } else { open.records.standing_of_words() };
        let (mut memories, mut passed_over) = (Vec::with_capacity(lines.len()), 0);
        for line in lines {
            let id = MemoryId::new(now, random.make()?);
            let draft = Draft { text: line.text, ..like.clone() };
            let provenance = Provenance { turn: line.turn, ..provenance.clone() };
            let memory = Memory::new(id, draft, provenance, line.created.unwrap_or(now), now)?;
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
}

/// A deleted memory, for it to be kept again.
pub(crate) fn restored(view: MemoryView, now: Millis) -> Result<Memory, OwnerError> {
    let origin = view.source.as_ref().map(|source| Origin::new(source, view.source_title.as_deref()));
    let mut provenance = Provenance::of(view.channel, origin, view.reviewed);
    view.also.iter().for_each(|said| provenance.note(said.clone()));
    provenance.turn = view.turn;
    // The revision goes on from where it was, so that no two envelopes of one record share one.
    let revision = view.revision.saturating_add(1);
    let (id, created) = (view.id, view.created);
    let draft = view.into_draft().normalised()?;
    Ok(Memory { id, revision, draft, provenance, created, updated: now })
}

pub(crate) fn changed(topics: &[Topic]) -> Effect {
    Effect::Changed { topics: topics.to_vec() }
}

/// Refuses more than one command may change.
pub(crate) fn at_most(count: usize) -> Result<(), OwnerError> {
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
