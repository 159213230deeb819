//! Whether what is stored is what the vault left, and what to do where it is not.
//!
//! After each unlock everything is looked through quickly: is an object there for each memory, and does it end in the tag
//! that the catalogue knows? A thorough check opens every object as well.

use std::collections::HashSet;

use keepsake_crypto::{Primitives, SetHash, digest, revision_of};
use keepsake_memory::{Memory, MemoryId};
use keepsake_search::Slot;

use crate::api::{AsidePage, AsideView, CheckProgress, Damage, Effect, Mended, OwnerError, Progress, Topic};
use crate::catalogue::Standing;
use crate::commands::{changed, part};
use crate::format::{Decision, HEADER_KEY, MANIFEST_KEY, Manifest, Proposal, SealedMemory};
use crate::open::{Fetched, Open, Problems};
use crate::vault::{Parts, Vault};
use crate::{Clock, Space, Store};

/// How many memories one step looks at.
const LOOKED_AT_ONCE: usize = 500;

/// How far the vault is looked through.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Walk {
    thorough: bool,
    next: Slot,
    /// Memories without an object.
    missing: u64,
    /// Memories whose objects are not what was written, whatever was done with them since.
    unsound: u32,
    finished: bool,
}

impl Walk {
    fn new(thorough: bool) -> Self {
        Self { thorough, next: 0, missing: 0, unsound: 0, finished: false }
    }
}

impl<S: Store, C: Clock, R: Primitives> Vault<S, C, R> {
    /// One step of what is to be done without being asked for; whether there is more.
    pub(crate) async fn tidy(&mut self, effects: &mut Vec<Effect>) -> Result<bool, OwnerError> {
        let Parts { open, store, random, .. } = self.parts()?;
        open.settle(store, random).await?;
        self.forget_due(effects).await?;
        if self.rotation_step(effects).await? {
            return Ok(true);
        }
        if self.session.looked_through {
            return self.index_step(effects).await;
        }
        let Parts { open, store, random, .. } = self.parts()?;
        let before = open.problems.count();
        let mut walk = open.walk.unwrap_or(Walk::new(false));
        open.step(store, &mut walk).await?;
        open.walk = Some(walk);
        if walk.finished {
            open.set_suspects_aside(store, random).await?;
            self.session.looked_through = true;
        }
        if walk.finished || self.opened()?.problems.count() != before {
            effects.push(changed(&[Topic::State, Topic::Memories]));
        }
        Ok(true)
    }

    async fn index_step(&mut self, effects: &mut Vec<Effect>) -> Result<bool, OwnerError> {
        let Parts { open, store, random, .. } = self.parts()?;
        let before = open.index_progress();
        let more = open.index_step(store, random).await?;
        match (before, open.index_progress()) {
            (Some(_), None) => effects.push(changed(&[Topic::State, Topic::Memories])),
            (before, now) if before != now => effects.push(changed(&[Topic::State])),
            _ => {}
        }
        Ok(more)
    }

    pub(crate) async fn check(
        &mut self,
        restart: bool,
        effects: &mut Vec<Effect>,
    ) -> Result<CheckProgress, OwnerError> {
        let Parts { open, store, .. } = self.parts()?;
        let kept = open.check.filter(|_| !restart);
        let mut walk = kept.unwrap_or(Walk::new(true));
        if !walk.finished {
            open.step(store, &mut walk).await?;
        }
        open.check = Some(walk);
        if walk.finished {
            effects.push(changed(&[Topic::State]));
        }
        let total = open.records.all().count() as u32 + 1;
        let done = if walk.finished { total } else { walk.next };
        Ok(CheckProgress {
            progress: Progress { done, total },
            finished: walk.finished,
            found: open.problems.damage(walk.unsound),
        })
    }

    pub(crate) async fn mend(&mut self, effects: &mut Vec<Effect>) -> Result<Mended, OwnerError> {
        let Parts { open, store, random, .. } = self.parts()?;
        let mut mended = Mended { set_aside: open.set_suspects_aside(store, random).await?, ..Mended::default() };
        mended.erased += open.mend_small(store, random).await?;
        open.mend_strays(store, random, &mut mended).await?;
        effects.push(changed(&[Topic::State, Topic::Memories, Topic::Inbox, Topic::Grants]));
        Ok(mended)
    }

    pub(crate) fn aside(&self, page: core::ops::Range<usize>) -> Result<AsidePage, OwnerError> {
        let open = self.opened()?;
        let aside = open.records.all().filter(|(_, entry)| entry.standing == Standing::Aside);
        let mut entries: Vec<_> = aside.map(|(_, entry)| entry).collect();
        entries.sort_by_key(|entry| core::cmp::Reverse((entry.created, entry.id)));
        let items = part(&entries, page).iter().map(|entry| AsideView {
            id: entry.id,
            kind: entry.kind,
            scopes: open.records.scopes(entry).to_vec(),
            sensitivity: entry.sensitivity,
            created: entry.created,
            updated: entry.updated,
        });
        Ok(AsidePage { total: entries.len() as u32, items: items.collect() })
    }

    pub(crate) async fn aside_forget(
        &mut self,
        ids: &[MemoryId],
        effects: &mut Vec<Effect>,
    ) -> Result<u32, OwnerError> {
        let Parts { open, store, random, .. } = self.parts()?;
        let chosen =
            open.records.all().filter(|(_, entry)| entry.standing == Standing::Aside && ids.contains(&entry.id));
        let slots: Vec<Slot> = chosen.map(|(slot, _)| slot).collect();
        open.forget(store, random, &slots).await?;
        effects.push(changed(&[Topic::State]));
        Ok(slots.len() as u32)
    }
}

impl Open {
    /// Looks at the next memories; after the last of them at everything else.
    async fn step(&mut self, store: &impl Store, walk: &mut Walk) -> Result<(), OwnerError> {
        let all = self.records.all().skip(walk.next as usize).take(LOOKED_AT_ONCE);
        let slots: Vec<Slot> = all.map(|(slot, _)| slot).collect();
        if slots.is_empty() {
            self.look_at_the_rest(store, walk).await?;
            walk.finished = true;
            return Ok(());
        }
        let there = |slot: &Slot| self.records.get(*slot).is_some_and(|entry| entry.standing != Standing::Forgotten);
        let expected: Vec<Slot> = slots.iter().copied().filter(there).collect();
        for (slot, envelope) in expected.iter().zip(self.envelopes(store, &expected).await?) {
            walk.missing += u64::from(envelope.is_none());
            let Some(entry) = self.records.get(*slot).filter(|entry| entry.standing == Standing::Kept) else {
                continue;
            };
            let sound = match envelope.as_deref() {
                Some(envelope) if walk.thorough => self.open_memory(*slot, Some(envelope)).is_some(),
                Some(envelope) => keepsake_crypto::tag_of(envelope) == entry.tag,
                None => false,
            };
            if !sound {
                walk.unsound += 1;
                self.problems.suspects.borrow_mut().insert(*slot);
            }
        }
        walk.next += slots.len() as Slot;
        Ok(())
    }

    async fn look_at_the_rest(&mut self, store: &impl Store, walk: &Walk) -> Result<(), OwnerError> {
        let stored = store.keys(Space::Records).await?.len() as u64;
        let expected = self.records.all().filter(|(_, entry)| entry.standing != Standing::Forgotten).count() as u64;
        self.problems.strays = stored.saturating_sub(expected.saturating_sub(walk.missing));
        if !walk.thorough {
            return Ok(());
        }
        let header = store.get(Space::Meta, HEADER_KEY).await?.unwrap_or_default();
        let manifest = store.get(Space::Meta, MANIFEST_KEY).await?.unwrap_or_default();
        let current = self.read::<Manifest>(Space::Meta, MANIFEST_KEY, &manifest);
        self.problems.header |= digest(&[&header]) != self.manifest.header
            || revision_of(&manifest) != Some(self.manifest.revision)
            || current.is_err();
        let fetched = Fetched::from(store).await?;
        self.check_catalogue(&fetched);
        self.problems.inbox = self.check_space::<Proposal>(Space::Inbox, fetched.inbox());
        self.problems.decisions = self.check_space::<Decision>(Space::Decisions, fetched.decisions());
        let (receipts, intact) = self.receipts(store).await?;
        let lost = self.manifest.receipts.saturating_sub(receipts.len() as u64) as u32;
        self.problems.receipts = if intact { 0 } else { lost.max(1) };
        Ok(())
    }

    /// Sets memories aside whose objects are not what was written; answers how many.
    pub(crate) async fn set_suspects_aside(
        &mut self,
        store: &impl Store,
        random: &mut impl Primitives,
    ) -> Result<u32, OwnerError> {
        let suspects: Vec<Slot> = self.problems.suspects.borrow().iter().copied().collect();
        if suspects.is_empty() {
            return Ok(0);
        }
        let mut transaction = self.transaction(random);
        suspects.iter().for_each(|slot| transaction.set_aside(*slot));
        transaction.commit(store).await?;
        self.problems.suspects.borrow_mut().clear();
        Ok(suspects.len() as u32)
    }

    /// Gives up segments, proposals and decisions that are lost, and erases what is nobody's; answers how many objects.
    async fn mend_small(&mut self, store: &impl Store, random: &mut impl Primitives) -> Result<u32, OwnerError> {
        let Problems { segments, stray_segments, inbox, decisions, .. } = &self.problems;
        if segments.is_empty() && stray_segments.is_empty() && *inbox == 0 && *decisions == 0 {
            return Ok(0);
        }
        // A segment that was read before it was lost is written again; of another one nothing is left.
        let (here, lost): (Vec<_>, Vec<_>) =
            segments.iter().copied().partition(|segment| self.records.has_segment(segment.number));
        let mut stray_segments = stray_segments.clone();
        stray_segments.extend(lost.iter().map(|segment| self.segment_key(segment.number)));
        let mut proposals = SetHash::default();
        self.inbox.values().for_each(|waiting| proposals.insert(waiting.stored.member));
        let known: HashSet<_> = self.inbox.values().map(|waiting| waiting.stored.key).collect();
        let broken = store.keys(Space::Inbox).await?.into_iter().filter(|key| !known.contains(key));
        let broken: Vec<_> = broken.collect();
        let mut transaction = self.transaction(random);
        let manifest = transaction.manifest_mut();
        manifest.segments.retain(|segment| !lost.contains(segment));
        manifest.inbox = proposals;
        transaction.rewrite_segments(here.iter().map(|segment| segment.number));
        transaction.delete_strays(Space::Catalogue, &stray_segments);
        transaction.delete_strays(Space::Inbox, &broken);
        transaction.drop_distrusted();
        transaction.commit(store).await?;
        self.distrusted.clear();
        self.problems = Problems {
            header: self.problems.header,
            receipts: self.problems.receipts,
            strays: self.problems.strays,
            ..Problems::default()
        };
        Ok((stray_segments.len() + broken.len()) as u32)
    }

    /// What stands among the memories and in no segment: a memory that the catalogue lost is taken in again, one that was
    /// forgotten and put back is erased, and so is what does not open.
    async fn mend_strays(
        &mut self,
        store: &impl Store,
        random: &mut impl Primitives,
        mended: &mut Mended,
    ) -> Result<(), OwnerError> {
        let there = self.records.all().filter(|(_, entry)| entry.standing != Standing::Forgotten);
        let expected: HashSet<_> = there.map(|(_, entry)| self.record_key(entry)).collect();
        let known: HashSet<_> = self.records.all().map(|(_, entry)| entry.id).collect();
        let keys = store.keys(Space::Records).await?.into_iter().filter(|key| !expected.contains(key));
        for keys in keys.collect::<Vec<_>>().chunks(LOOKED_AT_ONCE) {
            let (mut lost, mut erased): (Vec<Memory>, _) = (Vec::new(), Vec::new());
            for (key, envelope) in keys.iter().zip(store.get_many(Space::Records, keys).await?) {
                let sealed =
                    envelope.and_then(|bytes| self.read::<SealedMemory<'_>>(Space::Records, *key, &bytes).ok());
                match sealed.map(Memory::from).filter(|memory| !known.contains(&memory.id)) {
                    Some(memory) => lost.push(memory),
                    None => erased.push(*key),
                }
            }
            let mut transaction = self.transaction(random);
            for memory in &lost {
                transaction.add_memory(memory);
            }
            transaction.delete_strays(Space::Records, &erased);
            transaction.commit(store).await?;
            mended.recovered += lost.len() as u32;
            mended.erased += erased.len() as u32;
        }
        self.problems.strays = 0;
        Ok(())
    }
}

impl Problems {
    /// For the person, with so many memories that are not what was written.
    fn damage(&self, memories: u32) -> Damage {
        Damage {
            header: self.header,
            memories,
            uncatalogued: self.segments.iter().map(|segment| segment.entries).sum(),
            strays: self.strays as u32 + self.stray_segments.len() as u32,
            proposals: self.inbox,
            decisions: self.decisions,
            receipts: self.receipts,
        }
    }
}
