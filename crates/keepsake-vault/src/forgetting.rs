//! Forgetting: what is due, what a scope retains, and everything at once.

use keepsake_crypto::Primitives;
use keepsake_memory::{Memory, Millis, Scope};
use keepsake_search::Slot;

use crate::api::{Effect, OwnerError, PageEvent, RetentionRule, Topic};
use crate::commands::changed;
use crate::format::{FORMER_KEY, HEADER_KEY, MANIFEST_KEY, SESSION_KEY};
use crate::open::Open;
use crate::session::Session;
use crate::vault::{Parts, Vault};
use crate::{Batch, Clock, Space, Store, StoreError};

/// The longest retention, in days.
const MAX_RETENTION_DAYS: u32 = 36_500;

/// The most memories that one transaction forgets.
const FORGOTTEN_AT_ONCE: usize = 1000;

impl<S: Store, C: Clock, R: Primitives> Vault<S, C, R> {
    pub(crate) fn retention(&self) -> Result<Vec<RetentionRule>, OwnerError> {
        let rules = self.opened()?.manifest.retention.iter();
        Ok(rules.map(|(scope, days)| RetentionRule { scope: scope.clone(), days: *days }).collect())
    }

    pub(crate) async fn retention_set(
        &mut self,
        scope: Scope,
        days: Option<u32>,
        preview: bool,
        effects: &mut Vec<Effect>,
    ) -> Result<u32, OwnerError> {
        if days.is_some_and(|days| !(1..=MAX_RETENTION_DAYS).contains(&days)) {
            return Err(OwnerError::invalid(format!("memories are kept for 1 to {MAX_RETENTION_DAYS} days")));
        }
        let Parts { open, store, random, now } = self.parts()?;
        let mut retention = open.manifest.retention.clone();
        match days {
            Some(days) => drop(retention.insert(scope, days)),
            None => drop(retention.remove(&scope)),
        }
        if preview {
            let before = open.manifest.retention.clone();
            open.records.retain(retention);
            let due = open.records.due_by(now).len();
            open.records.retain(before);
            return Ok(due as u32);
        }
        let mut transaction = open.transaction(random);
        transaction.manifest_mut().retention = retention.clone();
        transaction.commit(store).await?;
        open.records.retain(retention);
        effects.push(changed(&[Topic::Memories]));
        self.forget_due(effects).await
    }

    /// Forgets what is due by now.
    pub(crate) async fn forget_due(&mut self, effects: &mut Vec<Effect>) -> Result<u32, OwnerError> {
        let Parts { open, store, random, now } = self.parts()?;
        let forgotten = open.forget_due(store, random, now).await?;
        if forgotten > 0 {
            effects.push(changed(&[Topic::Memories]));
        }
        self.watch_due(effects);
        Ok(forgotten)
    }

    /// Destroys the keys, and then what they opened. Whether the vault is open does not matter, nor whether it can be read:
    /// whoever has lost the passphrase begins anew with this.
    pub async fn forget_everything(&mut self) -> Result<Vec<Effect>, OwnerError> {
        destroy(&self.store).await?;
        let granted = core::mem::take(&mut self.session.granted);
        self.open = None;
        self.header = None;
        self.session = Session::default();
        let told = granted.into_iter().map(|holder| Effect::Notify {
            subject: holder.subject,
            event: PageEvent::GrantChange { grants: Vec::new() },
        });
        let mut effects: Vec<_> = told.collect();
        let topics = vec![Topic::State, Topic::Memories, Topic::Inbox, Topic::Grants, Topic::Receipts, Topic::Consents];
        effects.push(Effect::Changed { topics });
        effects.push(Effect::WakeAt { at: None });
        self.save(&mut effects);
        Ok(effects)
    }
}

/// Destroys a vault, whether or not it can be opened or even read: its keys first, so that nothing that is stored can be
/// opened from then on, whatever becomes of the rest.
pub async fn destroy(store: &impl Store) -> Result<(), StoreError> {
    let keys = [HEADER_KEY, SESSION_KEY, FORMER_KEY, MANIFEST_KEY];
    let deletes = keys.into_iter().map(|key| (Space::Meta, key)).collect();
    store.commit(Batch { deletes, ..Batch::default() }).await?;
    store.commit(Batch { clears: Space::ALL.to_vec(), ..Batch::default() }).await
}

impl Open {
    /// Forgets what is due by now; answers how much that was.
    pub(crate) async fn forget_due(
        &mut self,
        store: &impl Store,
        random: &mut impl Primitives,
        now: Millis,
    ) -> Result<u32, OwnerError> {
        let due = self.records.due_by(now);
        let mut forgotten = 0;
        for slots in due.chunks(FORGOTTEN_AT_ONCE) {
            forgotten += self.forget(store, random, slots).await?.len() as u32;
        }
        Ok(forgotten)
    }

    /// Forgets memories, all or none; answers what they said.
    pub(crate) async fn forget(
        &mut self,
        store: &impl Store,
        random: &mut impl Primitives,
        slots: &[Slot],
    ) -> Result<Vec<Memory>, OwnerError> {
        let envelopes = self.envelopes(store, slots).await?;
        let read = slots.iter().zip(envelopes).map(|(slot, envelope)| self.open_memory(*slot, envelope.as_deref()));
        let memories: Vec<Option<Memory>> = read.collect();
        let gone = slots.iter().filter_map(|slot| Some(self.records.get(*slot)?.id)).collect();
        let leaving = self.leaving([], &gone);
        let mut transaction = self.transaction(random);
        // A proposal to change it may repeat what it said.
        leaving.iter().for_each(|(_, stored)| transaction.delete(Space::Inbox, *stored));
        for (slot, memory) in slots.iter().zip(&memories) {
            transaction.forget_memory(*slot, memory.as_ref().map(|memory| memory.draft.text.as_str()));
        }
        transaction.commit(store).await?;
        leaving.iter().for_each(|(id, _)| drop(self.inbox.remove(id)));
        self.problems.suspects.borrow_mut().retain(|slot| !slots.contains(slot));
        Ok(memories.into_iter().flatten().collect())
    }
}
