//! The way out and the way back in: taking everything out, being reminded to, and taking an export in.

use std::collections::HashMap;

use keepsake_crypto::Primitives;
use keepsake_memory::{Memory, MemoryId, Millis};
use keepsake_search::Slot;

use crate::api::{Backup, Effect, ExportPart, OwnerError, Progress, RestorePreview, RestoreProgress, Topic};
use crate::catalogue::Standing;
use crate::commands::changed;
use crate::exchange::{Import, write_end, write_head, write_memory, write_receipt, write_retention};
use crate::open::Open;
use crate::records::WordsSeen;
use crate::vault::{Parts, Vault};
use crate::{Clock, Space, Store};

/// How many objects one part takes out or in.
const AT_ONCE: usize = 500;

/// A day, in milliseconds.
const DAY: Millis = 24 * 60 * 60 * 1000;

/// The longest time between two reminders, in days.
const MAX_REMIND_DAYS: u32 = 366;

/// How far everything is taken out.
#[derive(Debug, Clone, Default)]
pub(crate) struct Exporting {
    /// What there was when it began.
    memories: Vec<Slot>,
    next: usize,
    receipts: u64,
    written_memories: u64,
    written_receipts: u64,
    begun: bool,
}

/// An export that is being taken in.
#[derive(Debug, Default)]
pub(crate) struct Restoring {
    import: Import,
    read: bool,
    next_memory: usize,
    taken: u32,
    begun: bool,
    takes_receipts: bool,
}

/// What becomes of a memory of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    New,
    Newer(Slot),
    Repairs(Slot),
    Unchanged,
    /// It was forgotten here; the slot where that is noted, if it is noted under its id.
    Forgotten(Option<Slot>),
    /// It has expired.
    Expired,
}

impl<S: Store, C: Clock, R: Primitives> Vault<S, C, R> {
    pub(crate) fn export_start(&mut self) -> Result<Progress, OwnerError> {
        let Parts { open, now, .. } = self.parts()?;
        let usable = open.records.kept().filter(|(slot, entry)| open.is_usable(*slot, entry, now));
        let memories: Vec<Slot> = usable.map(|(slot, _)| slot).collect();
        let total = memories.len() as u64 + open.manifest.receipts;
        open.exporting = Some(Exporting { memories, receipts: open.manifest.receipts, ..Exporting::default() });
        Ok(Progress { done: 0, total: total as u32 })
    }

    pub(crate) async fn export_part(&mut self) -> Result<ExportPart, OwnerError> {
        let Parts { open, store, now, .. } = self.parts()?;
        let mut exporting = open.exporting.take().ok_or_else(|| OwnerError::not_found("export"))?;
        let text = open.write_part(store, &mut exporting, now).await?;
        let total = exporting.memories.len() as u64 + exporting.receipts;
        let done = exporting.next as u64 + exporting.written_receipts;
        let finished = text.finished;
        if !finished {
            open.exporting = Some(exporting);
        }
        Ok(ExportPart { text: text.text, progress: Progress { done: done as u32, total: total as u32 }, finished })
    }

    pub(crate) async fn export_done(&mut self, effects: &mut Vec<Effect>) -> Result<Backup, OwnerError> {
        let Parts { open, store, random, now } = self.parts()?;
        let mut transaction = open.transaction(random);
        transaction.manifest_mut().exported = Some(now);
        transaction.commit(store).await?;
        effects.push(changed(&[Topic::State]));
        self.backup()
    }

    pub(crate) fn backup(&self) -> Result<Backup, OwnerError> {
        Ok(self.opened()?.backup(self.clock.now()))
    }

    pub(crate) async fn backup_remind(
        &mut self,
        days: Option<u32>,
        effects: &mut Vec<Effect>,
    ) -> Result<Backup, OwnerError> {
        if days.is_some_and(|days| !(1..=MAX_REMIND_DAYS).contains(&days)) {
            return Err(OwnerError::invalid(format!("a reminder comes after 1 to {MAX_REMIND_DAYS} days")));
        }
        let Parts { open, store, random, .. } = self.parts()?;
        let mut transaction = open.transaction(random);
        transaction.manifest_mut().export_reminder = days;
        transaction.commit(store).await?;
        effects.push(changed(&[Topic::State]));
        self.backup()
    }

    pub(crate) fn restore_start(&mut self) -> Result<(), OwnerError> {
        self.parts()?.open.restoring = Some(Restoring::default());
        Ok(())
    }

    /// Takes the next bytes of an export in the clear.
    pub fn restore_read(&mut self, bytes: &[u8]) -> Result<(), OwnerError> {
        self.restoring()?.import.push(bytes)
    }

    pub(crate) async fn restore_preview(&mut self) -> Result<RestorePreview, OwnerError> {
        let restoring = self.restoring()?;
        if !restoring.read {
            restoring.import.finish()?;
            restoring.read = true;
        }
        let Parts { open, now, .. } = self.parts()?;
        let Some(restoring) = &open.restoring else { return Err(OwnerError::not_found("export")) };
        let import = &restoring.import;
        let mut preview = RestorePreview { exported: import.exported(), ..RestorePreview::default() };
        let mut here = Here::of(open);
        for memory in import.memories() {
            match here.fate(open, memory, now) {
                Fate::New => preview.new += 1,
                Fate::Newer(_) => preview.newer += 1,
                Fate::Repairs(_) => preview.repaired += 1,
                Fate::Unchanged => preview.unchanged += 1,
                Fate::Forgotten(_) | Fate::Expired => preview.forgotten += 1,
            }
            here.seen.note(open.keys.words.derive_id(memory.draft.text.as_bytes()));
        }
        let receipts = import.receipt_count() as u32;
        if open.takes_receipts(import) {
            preview.receipts = receipts;
        } else {
            preview.receipts_left = receipts;
        }
        Ok(preview)
    }

    pub(crate) async fn restore_step(
        &mut self,
        bring_back: bool,
        effects: &mut Vec<Effect>,
    ) -> Result<RestoreProgress, OwnerError> {
        if !self.restoring()?.read {
            return Err(OwnerError::invalid("look at what it would change first"));
        }
        let Parts { open, store, random, now } = self.parts()?;
        let Some(mut restoring) = open.restoring.take() else { return Err(OwnerError::not_found("export")) };
        let step = open.take_in(store, random, &mut restoring, bring_back, now).await;
        let total = restoring.import.memories().len() + restoring.import.receipt_count();
        let left = if restoring.takes_receipts {
            (restoring.import.receipt_count() as u64).saturating_sub(open.manifest.receipts) as usize
        } else {
            0
        };
        let finished = step.is_ok() && restoring.next_memory == restoring.import.memories().len() && left == 0;
        let memories_left = restoring.import.memories().len() - restoring.next_memory;
        let progress = Progress { done: (total - memories_left - left) as u32, total: total as u32 };
        let taken = restoring.taken;
        if !finished {
            open.restoring = Some(restoring);
        }
        step?;
        effects.push(changed(&[Topic::State, Topic::Memories, Topic::Receipts]));
        Ok(RestoreProgress { progress, taken, finished })
    }

    pub(crate) fn restore_drop(&mut self) -> Result<(), OwnerError> {
        self.parts()?.open.restoring = None;
        Ok(())
    }

    fn restoring(&mut self) -> Result<&mut Restoring, OwnerError> {
        self.parts()?.open.restoring.as_mut().ok_or_else(|| OwnerError::not_found("export"))
    }
}

struct Written {
    text: String,
    finished: bool,
}

/// What is known here of the memories that come in.
struct Here {
    slots: HashMap<MemoryId, Slot>,
    seen: WordsSeen,
}

impl Here {
    fn of(open: &Open) -> Self {
        let slots = open.records.all().map(|(slot, entry)| (entry.id, slot)).collect();
        Self { slots, seen: open.records.standing_of_words() }
    }

    fn fate(&self, open: &Open, memory: &Memory, now: Millis) -> Fate {
        if memory.draft.expires.is_some_and(|expires| expires <= now) {
            return Fate::Expired;
        }
        let words = open.keys.words.derive_id(memory.draft.text.as_bytes());
        let Some(&slot) = self.slots.get(&memory.id) else {
            return match (self.seen.are_kept(words), self.seen.were_forgotten(words)) {
                (true, _) => Fate::Unchanged,
                (false, true) => Fate::Forgotten(None),
                (false, false) => Fate::New,
            };
        };
        match open.records.get(slot) {
            Some(entry) if entry.standing == Standing::Forgotten => Fate::Forgotten(Some(slot)),
            Some(entry) if entry.standing == Standing::Aside => Fate::Repairs(slot),
            _ if open.problems.suspects.borrow().contains(&slot) => Fate::Repairs(slot),
            Some(entry) if entry.updated < memory.updated => Fate::Newer(slot),
            _ => Fate::Unchanged,
        }
    }
}

impl Open {
    /// When everything was last taken out, and whether it is time again.
    pub(crate) fn backup(&self, now: Millis) -> Backup {
        let since = self.manifest.exported.unwrap_or(self.manifest.created);
        let remind_days = self.manifest.export_reminder;
        let due = remind_days.is_some_and(|days| now.saturating_sub(since) >= Millis::from(days) * DAY);
        Backup { exported: self.manifest.exported, remind_days, due }
    }

    async fn write_part(
        &self,
        store: &impl Store,
        exporting: &mut Exporting,
        now: Millis,
    ) -> Result<Written, OwnerError> {
        let mut text = String::new();
        if !core::mem::replace(&mut exporting.begun, true) {
            text.push_str(&write_head(now)?);
            for (scope, days) in &self.manifest.retention {
                text.push_str(&write_retention(scope, *days)?);
            }
        }
        if exporting.next < exporting.memories.len() {
            let slots: Vec<Slot> = exporting.memories.iter().skip(exporting.next).take(AT_ONCE).copied().collect();
            exporting.next += slots.len();
            // What was deleted since it began is not taken out.
            let kept = |slot: &Slot| self.records.get(*slot).is_some_and(|entry| entry.standing == Standing::Kept);
            let slots: Vec<Slot> = slots.into_iter().filter(kept).collect();
            for memory in self.memories(store, &slots).await? {
                text.push_str(&write_memory(&memory)?);
                exporting.written_memories += 1;
            }
            return Ok(Written { text, finished: false });
        }
        let last = exporting.receipts.min(exporting.written_receipts + AT_ONCE as u64);
        for receipt in self.some_receipts(store, exporting.written_receipts + 1..=last).await? {
            text.push_str(&write_receipt(&receipt)?);
            exporting.written_receipts += 1;
        }
        // A receipt that does not open is left out, and every one behind it: the chain ends there.
        let finished = exporting.written_receipts < last || last == exporting.receipts;
        if finished {
            text.push_str(&write_end(exporting.written_memories, exporting.written_receipts)?);
        }
        Ok(Written { text, finished })
    }

    /// Whether the receipts of an export can go on the chain here: it is empty, or is their beginning.
    fn takes_receipts(&self, import: &Import) -> bool {
        let here = self.manifest.receipts as usize;
        let joint = here.checked_sub(1).map(|at| import.receipts().get(at).and_then(|receipt| receipt.digest().ok()));
        let fits = joint.is_none_or(|digest| digest == Some(self.manifest.head));
        import.receipt_count() > here && fits && import.chain_holds()
    }

    async fn take_in(
        &mut self,
        store: &impl Store,
        random: &mut impl Primitives,
        restoring: &mut Restoring,
        bring_back: bool,
        now: Millis,
    ) -> Result<(), OwnerError> {
        if !core::mem::replace(&mut restoring.begun, true) {
            restoring.takes_receipts = self.takes_receipts(&restoring.import);
            // A vault that is empty takes its rules over too; any other has its own.
            if self.records.len() == 0 && self.manifest.retention.is_empty() {
                let retention: crate::records::Retention = restoring.import.retention().iter().cloned().collect();
                let mut transaction = self.transaction(random);
                transaction.manifest_mut().retention = retention.clone();
                transaction.commit(store).await?;
                self.records.retain(retention);
            }
        }
        let memories = restoring.import.memories();
        if restoring.next_memory < memories.len() {
            let portion: Vec<&Memory> = memories.iter().skip(restoring.next_memory).take(AT_ONCE).collect();
            let taken = self.take_memories(store, random, &portion, bring_back, now).await?;
            restoring.next_memory += portion.len();
            restoring.taken += taken;
            return Ok(());
        }
        if restoring.takes_receipts {
            let next = restoring.import.receipts().iter().skip(self.manifest.receipts as usize).take(AT_ONCE);
            let mut transaction = self.transaction(random);
            for receipt in next {
                transaction.append_receipt(receipt)?;
            }
            transaction.commit(store).await?;
        }
        Ok(())
    }

    /// Takes memories in, all or none of these; answers how many changed something.
    async fn take_memories(
        &mut self,
        store: &impl Store,
        random: &mut impl Primitives,
        memories: &[&Memory],
        bring_back: bool,
        now: Millis,
    ) -> Result<u32, OwnerError> {
        let mut here = Here::of(self);
        let mut chosen: Vec<(Option<Slot>, Memory, Option<String>)> = Vec::new();
        for memory in memories {
            let slot = match here.fate(self, memory, now) {
                Fate::New => None,
                Fate::Newer(slot) | Fate::Repairs(slot) => Some(slot),
                Fate::Forgotten(slot) if bring_back => slot,
                Fate::Forgotten(_) | Fate::Expired | Fate::Unchanged => continue,
            };
            let before = match slot {
                Some(slot) => self.memories(store, &[slot]).await?.pop(),
                None => None,
            };
            // Counts on from both, so that no two envelopes of one memory have the same revision.
            let revision = match slot {
                Some(_) => memory.revision.max(before.as_ref().map_or(0, |before| before.revision)) + 1,
                None => memory.revision,
            };
            here.seen.note(self.keys.words.derive_id(memory.draft.text.as_bytes()));
            chosen.push((slot, Memory { revision, ..(*memory).clone() }, before.map(|before| before.draft.text)));
        }
        let mut transaction = self.transaction(random);
        for (slot, memory, before) in &chosen {
            match slot {
                Some(slot) => transaction.replace_memory(*slot, memory, before.as_deref()),
                None => transaction.add_memory(memory),
            }
        }
        transaction.commit(store).await?;
        for slot in chosen.iter().filter_map(|(slot, _, _)| *slot) {
            self.problems.suspects.borrow_mut().remove(&slot);
        }
        Ok(chosen.len() as u32)
    }

    /// Receipts by their numbers, up to the first that does not open.
    async fn some_receipts(
        &self,
        store: &impl Store,
        numbers: core::ops::RangeInclusive<u64>,
    ) -> Result<Vec<crate::format::Receipt>, OwnerError> {
        let keys: Vec<_> = numbers.map(|number| self.keys.object_key(Space::Receipts, &number.to_be_bytes())).collect();
        let stored = store.get_many(Space::Receipts, &keys).await?;
        let opened =
            keys.iter().zip(stored).map_while(|(key, envelope)| self.read(Space::Receipts, *key, &envelope?).ok());
        Ok(opened.collect())
    }
}
