//! How the vault is protected: its passphrase, its recovery code, and when it locks by itself.

use keepsake_crypto::{Kdf, Primitives, Purpose, RecoveryCode, SecretKey};
use keepsake_memory::Millis;

use crate::api::{Effect, OwnerError, Protection, Topic};
use crate::vault::{Proof, Vault, seal_slot};
use crate::{Clock, Store};

/// The longest time that a vault stays open unattended, in minutes.
const MAX_IDLE_MINUTES: u32 = 240;

impl<S: Store, C: Clock, R: Primitives> Vault<S, C, R> {
    /// Puts another passphrase in the place of the one before, for who knows that one or the recovery code. `kek` was derived
    /// from the new passphrase with `kdf`, which [`Self::new_kdf`] made. The effects hold also where it fails.
    pub async fn change_passphrase(
        &mut self,
        proof: Proof<'_>,
        kdf: Kdf,
        kek: &SecretKey,
    ) -> (Result<(), OwnerError>, Vec<Effect>) {
        let mut effects = Vec::new();
        let now = self.clock.now();
        let result = self.replace_slot(proof, kdf, kek, Some(now), &mut effects).await;
        self.save(&mut effects);
        (result, effects)
    }

    /// Parameters for the passphrase of now, where those in the header are easier to guess than those of a new vault.
    pub fn raised_kdf(&mut self) -> Result<Option<Kdf>, OwnerError> {
        let below = self.header.as_ref().is_some_and(|header| header.kdf.is_below_default());
        Ok(if below { Some(Kdf::make(&mut self.random)?) } else { None })
    }

    /// Derives the same passphrase's key in a harder way: `before` was derived from it as the header says, `kek` with `kdf`.
    pub async fn raise_kdf(&mut self, before: &SecretKey, kdf: Kdf, kek: &SecretKey) -> Result<(), OwnerError> {
        let mut effects = Vec::new();
        self.replace_slot(Proof::Passphrase(before), kdf, kek, None, &mut effects).await
    }

    /// Parameters with a salt of their own, for a new passphrase.
    pub fn new_kdf(&mut self) -> Result<Kdf, OwnerError> {
        Ok(Kdf::make(&mut self.random)?)
    }

    pub(crate) fn protection(&self) -> Result<Protection, OwnerError> {
        let manifest = &self.opened()?.manifest;
        Ok(Protection {
            idle_minutes: manifest.idle_minutes,
            passphrase_made: manifest.passphrase_made,
            recovery_made: manifest.recovery_made,
            key_made: manifest.key_made,
            rotating: manifest.rotation.is_some(),
        })
    }

    pub(crate) async fn idle_change(
        &mut self,
        minutes: u32,
        effects: &mut Vec<Effect>,
    ) -> Result<Protection, OwnerError> {
        if !(1..=MAX_IDLE_MINUTES).contains(&minutes) {
            return Err(OwnerError::invalid(format!("the vault locks after 1 to {MAX_IDLE_MINUTES} minutes")));
        }
        let parts = self.parts()?;
        let mut transaction = parts.open.transaction(parts.random);
        transaction.manifest_mut().idle_minutes = minutes;
        transaction.commit(parts.store).await?;
        effects.push(self.watch_idle()?);
        effects.push(Effect::Changed { topics: vec![Topic::State] });
        self.protection()
    }

    pub(crate) async fn recovery_make(&mut self, effects: &mut Vec<Effect>) -> Result<String, OwnerError> {
        let code = RecoveryCode::make(&mut self.random)?;
        let mut header = self.header.clone().ok_or_else(OwnerError::no_vault)?;
        let kek = code.derive_kek(&header.vault)?;
        let parts = self.parts()?;
        let slot = seal_slot(&kek, Purpose::RecoverySlot, header.vault, &parts.open.keys.vault, parts.random)?;
        header.recovery = Some(slot);
        let mut transaction = parts.open.transaction(parts.random);
        transaction.put_header(&header)?;
        transaction.manifest_mut().recovery_made = Some(parts.now);
        transaction.commit(parts.store).await?;
        self.header = Some(header);
        effects.push(Effect::Changed { topics: vec![Topic::State] });
        Ok(code.grouped().to_string())
    }

    /// Wraps the vault key anew. `made` is when the passphrase was chosen, where it is another one.
    async fn replace_slot(
        &mut self,
        proof: Proof<'_>,
        kdf: Kdf,
        kek: &SecretKey,
        made: Option<Millis>,
        effects: &mut Vec<Effect>,
    ) -> Result<(), OwnerError> {
        self.opened()?;
        kdf.check()?;
        self.prove(proof)?;
        let mut header = self.header.clone().ok_or_else(OwnerError::no_vault)?;
        let parts = self.parts()?;
        header.kdf = kdf;
        header.slot = seal_slot(kek, Purpose::PassphraseSlot, header.vault, &parts.open.keys.vault, parts.random)?;
        let mut transaction = parts.open.transaction(parts.random);
        transaction.put_header(&header)?;
        if let Some(made) = made {
            transaction.manifest_mut().passphrase_made = made;
        }
        transaction.commit(parts.store).await?;
        // A header that somebody put back is gone with this.
        parts.open.problems.header = false;
        self.header = Some(header);
        self.session.proved();
        effects.push(Effect::Changed { topics: vec![Topic::State] });
        Ok(())
    }
}
