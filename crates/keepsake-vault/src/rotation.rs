//! Another vault key: everything is sealed anew, a part at a time, and the key before is gone with the last of it.
//!
//! Between two parts each object is sealed under one of two keys, and both are there: the key before is sealed under the
//! key of now. So it may stop at any moment, and go on after the next unlock.

use keepsake_crypto::{Context, Primitives, Purpose, SecretKey, VaultKey};
use keepsake_memory::Memory;
use keepsake_search::Slot;

use crate::api::{Effect, OwnerError, OwnerErrorCode, Progress, Topic};
use crate::commands::changed;
use crate::format::{FORMER_KEY, Keyring, Rotation, SESSION_KEY};
use crate::open::Open;
use crate::vault::{Parts, Proof, Vault, seal_session, seal_slot};
use crate::{Clock, Space, Store};

/// How many objects one part seals anew.
const SEALED_AT_ONCE: usize = 250;

/// How many segments one part writes anew.
const SEGMENTS_AT_ONCE: usize = 16;

impl<S: Store, C: Clock, R: Primitives> Vault<S, C, R> {
    /// Begins to seal everything anew, for who knows the passphrase, whose key-encryption key `kek` is. Answers the session's
    /// new key. [`Command::Tidy`](crate::api::Command) does the rest. The recovery code opens nothing any more: it would have
    /// to be there to wrap the new key.
    pub async fn rotate(&mut self, kek: &SecretKey) -> (Result<SecretKey, OwnerError>, Vec<Effect>) {
        let mut effects = Vec::new();
        let result = self.begin_rotation(kek, &mut effects).await;
        self.save(&mut effects);
        (result, effects)
    }

    async fn begin_rotation(&mut self, kek: &SecretKey, effects: &mut Vec<Effect>) -> Result<SecretKey, OwnerError> {
        if self.opened()?.manifest.rotation.is_some() {
            let message = "everything is being sealed anew already: let that come to its end";
            return Err(OwnerError::new(OwnerErrorCode::Conflict, message));
        }
        self.prove(Proof::Passphrase(kek))?;
        self.session.proved();
        let mut header = self.header.clone().ok_or_else(OwnerError::no_vault)?;
        let Parts { open, store, random, now } = self.parts()?;
        let key = VaultKey::make(random)?;
        let former = key.derive_sealer(Purpose::FormerKeySlot).seal(
            &Context { vault: header.vault, object: FORMER_KEY, revision: 1 },
            open.keys.vault.secret().expose(),
            random,
        )?;
        header.slot = seal_slot(kek, Purpose::PassphraseSlot, header.vault, &key, random)?;
        header.recovery = None;
        let session_key = SecretKey::make(random)?;
        let session = seal_session(&session_key, header.vault, &key, open.session, random)?;

        let identity = open.manifest.identity.key().ok_or_else(|| crate::open::damaged("the vault's manifest"))?;
        let keys = Keyring::new(key, Some(&open.keys.vault), &identity);
        let before = core::mem::replace(&mut open.keys, keys);
        if let Err(error) = open.commit_new_key(store, random, now, &header, former, session).await {
            open.keys = before;
            return Err(error);
        }
        self.header = Some(header);
        effects.push(changed(&[Topic::State]));
        Ok(session_key)
    }

    /// Seals the next part anew; `false` where nothing is to be.
    pub(crate) async fn rotation_step(&mut self, effects: &mut Vec<Effect>) -> Result<bool, OwnerError> {
        let Parts { open, store, random, .. } = self.parts()?;
        let Some(rotation) = open.manifest.rotation else { return Ok(false) };
        open.seal_next_anew(store, random, rotation).await?;
        effects.push(changed(&[Topic::State]));
        Ok(true)
    }
}

impl Open {
    /// How far everything is sealed anew, while it is.
    pub(crate) fn rotation_progress(&self) -> Option<Progress> {
        let rotation = self.manifest.rotation?;
        let left = self.old_memories().count()
            + self.old_segments().count()
            + self.manifest.receipts.saturating_sub(rotation.receipts) as usize;
        let total = self.records.len() + self.manifest.segments.len() + self.manifest.receipts as usize + 1;
        Some(Progress { done: total.saturating_sub(left + 1) as u32, total: total as u32 })
    }

    async fn commit_new_key(
        &mut self,
        store: &impl Store,
        random: &mut impl Primitives,
        now: u64,
        header: &crate::format::Header,
        former: Vec<u8>,
        session: Vec<u8>,
    ) -> Result<(), OwnerError> {
        let mut transaction = self.transaction(random);
        transaction.put_header(header)?;
        transaction.put_meta(FORMER_KEY, former);
        transaction.put_meta(SESSION_KEY, session);
        // Its segments name memories by the envelopes that they have now.
        transaction.clear_index();
        let manifest = transaction.manifest_mut();
        manifest.key += 1;
        manifest.key_made = now;
        manifest.recovery_made = None;
        manifest.rotation = Some(Rotation::default());
        transaction.commit(store).await?;
        Ok(())
    }

    async fn seal_next_anew(
        &mut self,
        store: &impl Store,
        random: &mut impl Primitives,
        rotation: Rotation,
    ) -> Result<(), OwnerError> {
        let memories: Vec<Slot> = self.old_memories().take(SEALED_AT_ONCE).collect();
        let segments: Vec<u32> = self.old_segments().take(SEGMENTS_AT_ONCE).collect();
        if !memories.is_empty() {
            self.seal_memories_anew(store, random, &memories).await
        } else if !segments.is_empty() {
            let mut transaction = self.transaction(random);
            transaction.rewrite_segments(segments);
            transaction.commit(store).await.map(|_| ())
        } else if !rotation.small {
            self.seal_small_anew(store, random).await
        } else if rotation.receipts < self.manifest.receipts {
            self.seal_receipts_anew(store, random, rotation).await
        } else {
            let mut transaction = self.transaction(random);
            transaction.delete_meta(FORMER_KEY);
            transaction.manifest_mut().rotation = None;
            transaction.commit(store).await?;
            self.keys.drop_former();
            Ok(())
        }
    }

    /// Memories that are sealed under a key before.
    fn old_memories(&self) -> impl Iterator<Item = Slot> {
        let old = self.records.kept().filter(|(_, entry)| entry.key < self.manifest.key);
        old.map(|(slot, _)| slot)
    }

    /// Segments that are, and that are there.
    fn old_segments(&self) -> impl Iterator<Item = u32> {
        let old = self.manifest.segments.iter().filter(|segment| segment.key < self.manifest.key);
        let lost = |number: u32| self.problems.segments.iter().any(|segment| segment.number == number);
        old.map(|segment| segment.number).filter(move |number| !lost(*number))
    }

    async fn seal_memories_anew(
        &mut self,
        store: &impl Store,
        random: &mut impl Primitives,
        slots: &[Slot],
    ) -> Result<(), OwnerError> {
        let envelopes = self.envelopes(store, slots).await?;
        let read = slots.iter().zip(envelopes).map(|(slot, envelope)| self.open_memory(*slot, envelope.as_deref()));
        let memories: Vec<Option<Memory>> = read.collect();
        let mut transaction = self.transaction(random);
        for (slot, memory) in slots.iter().zip(&memories) {
            match memory {
                Some(memory) => transaction.reseal_memory(*slot, memory),
                // What does not open under the key before will open under none.
                None => transaction.set_aside(*slot),
            }
        }
        transaction.commit(store).await.map(|_| ())
    }

    async fn seal_small_anew(&mut self, store: &impl Store, random: &mut impl Primitives) -> Result<(), OwnerError> {
        let mut objects = Vec::new();
        for waiting in self.inbox.values() {
            objects.push((Space::Inbox, waiting.stored));
        }
        for (stored, _) in &self.decisions {
            objects.push((Space::Decisions, *stored));
        }
        let mut plaintexts = Vec::with_capacity(objects.len());
        for (space, stored) in &objects {
            let envelope = store.get(*space, stored.key).await?;
            plaintexts.push(envelope.and_then(|envelope| self.read_bytes(*space, stored.key, &envelope).ok()));
        }
        let mut transaction = self.transaction(random);
        let mut puts = Vec::with_capacity(objects.len());
        for ((space, stored), plaintext) in objects.iter().zip(plaintexts) {
            // What does not open stays as it is: it is damaged under either key.
            let put = plaintext.map(|bytes| transaction.reseal(*space, *stored, bytes));
            puts.push((stored.key, put));
        }
        transaction.manifest_mut().rotation = Some(Rotation { small: true, ..Rotation::default() });
        let committed = transaction.commit(store).await?;
        let now = |key| {
            let put = puts.iter().find(|(other, _)| *other == key).and_then(|(_, put)| *put);
            put.and_then(|put| committed.stored(put))
        };
        for stored in self.inbox.values_mut().map(|waiting| &mut waiting.stored) {
            *stored = now(stored.key).unwrap_or(*stored);
        }
        for (stored, _) in &mut self.decisions {
            *stored = now(stored.key).unwrap_or(*stored);
        }
        Ok(())
    }

    async fn seal_receipts_anew(
        &mut self,
        store: &impl Store,
        random: &mut impl Primitives,
        rotation: Rotation,
    ) -> Result<(), OwnerError> {
        let last = self.manifest.receipts.min(rotation.receipts + SEALED_AT_ONCE as u64);
        let numbers = rotation.receipts + 1..=last;
        let keys: Vec<_> = numbers.map(|number| self.keys.object_key(Space::Receipts, &number.to_be_bytes())).collect();
        let mut plaintexts = Vec::with_capacity(keys.len());
        for (key, envelope) in keys.iter().zip(store.get_many(Space::Receipts, &keys).await?) {
            let opened = envelope.and_then(|envelope| self.read_bytes(Space::Receipts, *key, &envelope).ok());
            plaintexts.extend(opened.map(|bytes| (*key, bytes)));
        }
        let mut transaction = self.transaction(random);
        for (key, bytes) in plaintexts {
            transaction.reseal_receipt(key, bytes);
        }
        transaction.manifest_mut().rotation = Some(Rotation { receipts: last, ..rotation });
        transaction.commit(store).await.map(|_| ())
    }
}
