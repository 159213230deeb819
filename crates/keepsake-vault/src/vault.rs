//! The vault's life: opened on a store, created, unlocked, resumed, locked.

use std::collections::BTreeMap;

use futures_util::future::{join, try_join};
use keepsake_crypto::{
    Context, CryptoError, IdentityKey, Kdf, Primitives, Purpose, Random, RecoveryCode, Sealer, SecretKey, VaultKey,
    digest,
};
use keepsake_memory::{Channel, Draft, Memory, MemoryId, Millis, Origin, Provenance, Scope};
use keepsake_policy::{SessionId, Subject};
use zeroize::Zeroizing;

use crate::api::{Effect, OwnerError, OwnerErrorCode, PageEvent, Topic, VaultState};
use crate::format::{
    Decision, HEADER_KEY, Header, Identity, MANIFEST_KEY, Manifest, Rule, SESSION_KEY, STORE_VERSION, decode, encode,
};
use crate::open::{Fetched, Open};
use crate::running::Running;
use crate::session::{Captured, Holder, Session};
use crate::{Batch, Clock, Space, Store};

/// Minutes without keyboard and mouse after which a new vault locks.
const DEFAULT_IDLE_MINUTES: u32 = 15;

/// A vault on a store. One object lives for one unlock at most: to lock is to drop the memory it lives in.
pub struct Vault<S, C, R> {
    pub(crate) store: S,
    pub(crate) clock: C,
    pub(crate) random: R,
    pub(crate) header: Option<Header>,
    pub(crate) open: Option<Box<Open>>,
    pub(crate) session: Session,
    /// What was read for an unlock that is under way.
    fetched: Option<Fetched>,
    /// When the browser was last asked to wake the vault.
    watched: Option<Millis>,
    saved: String,
    pub(crate) running: Running,
}

impl<S: Store, C: Clock, R: Primitives> Vault<S, C, R> {
    /// Looks at what the store holds. `session` is the state that was last saved by an effect; with the session's key the
    /// vault resumes where it was, without it (or if it is not the right one) the vault is locked.
    pub async fn open(
        store: S,
        clock: C,
        random: R,
        session: Option<&str>,
        session_key: Option<SecretKey>,
    ) -> Result<Self, OwnerError> {
        let session = Session::from_json(session);
        let saved = session.to_json();
        // A session that is over is not resumed: the key goes unused.
        let session_key = session_key.filter(|_| session.is_within_deadline(clock.now()));
        let (header, resuming) = match session_key {
            Some(key) => {
                let (header, resuming) = read_to_resume(&store).await?;
                (header, Some((key, resuming)))
            }
            None => (store.get(Space::Meta, HEADER_KEY).await?, None),
        };
        let header = header.map(|bytes| read_header(&bytes)).transpose()?;
        let mut open = None;
        if let (Some(header), Some((key, (slot, fetched)))) = (&header, resuming)
            && let Some((vault_key, session)) = open_session_slot(header, &key, slot.as_deref())
        {
            open = Some(Box::new(Open::load(fetched, header, vault_key, session, &random).await?));
        }
        Ok(Self {
            store,
            clock,
            random,
            header,
            open,
            session,
            fetched: None,
            watched: None,
            saved,
            running: Running::default(),
        })
    }

    /// A handle to give up the request that is being answered.
    pub fn running(&self) -> Running {
        self.running.clone()
    }

    /// Whether there is a vault and whether it can be read.
    pub fn state(&self) -> VaultState {
        match (&self.header, &self.open) {
            (None, _) => VaultState::None,
            (Some(_), None) => VaultState::Locked,
            (Some(_), Some(_)) => VaultState::Open,
        }
    }

    /// How to derive the key-encryption key: the header's parameters, or new ones where there is no vault yet. Refused
    /// while it is too early for another attempt.
    pub fn kdf(&mut self) -> Result<Kdf, OwnerError> {
        if let Some(wait) = self.session.unlock_wait(self.clock.now()) {
            return Err(OwnerError::wait(wait));
        }
        match &self.header {
            Some(header) => Ok(header.kdf),
            None => Ok(Kdf::make(&mut self.random)?),
        }
    }

    /// Makes a vault under a key that was derived with `kdf`, and opens it. Answers the session's key.
    pub async fn create(&mut self, kdf: Kdf, kek: &SecretKey) -> Result<(SecretKey, Vec<Effect>), OwnerError> {
        if self.header.is_some() {
            return Err(OwnerError::new(OwnerErrorCode::VaultExists, "there is a vault already: unlock it"));
        }
        kdf.check()?;
        let vault_key = VaultKey::make(&mut self.random)?;
        let vault = self.random.make()?;
        let slot = seal_slot(kek, Purpose::PassphraseSlot, vault, &vault_key, &mut self.random)?;
        let header = Header { version: STORE_VERSION, vault, kdf, slot, recovery: None };
        let now = self.clock.now();
        let header_bytes = encode(&header)?;
        let manifest = Manifest {
            revision: 1,
            created: now,
            identity: Identity::of(&IdentityKey::make(&mut self.random)?),
            key: 1,
            key_made: now,
            header: digest(&[&header_bytes]),
            passphrase_made: now,
            idle_minutes: DEFAULT_IDLE_MINUTES,
            ..Manifest::default()
        };
        let sealed = vault_key.derive_sealer(Purpose::Manifest).seal(
            &Context { vault, object: MANIFEST_KEY, revision: 1 },
            &encode(&manifest)?,
            &mut self.random,
        )?;
        let puts = vec![(Space::Meta, HEADER_KEY, header_bytes.to_vec()), (Space::Meta, MANIFEST_KEY, sealed)];
        // What a vault before this one left behind where it was forgotten in a hurry goes with the first write.
        self.store.commit(Batch { puts, clears: Space::ALL.to_vec(), ..Batch::default() }).await?;
        self.header = Some(header);
        self.fetched = None;
        self.begin_session(vault_key).await
    }

    /// Reads what an unlock will need, for the time while the key is derived.
    pub async fn prefetch(&mut self) -> Result<(), OwnerError> {
        if self.open.is_none() && self.header.is_some() && self.fetched.is_none() {
            self.fetched = Some(Fetched::from(&self.store).await?);
            self.store.expect_index();
        }
        Ok(())
    }

    /// Opens the vault. Answers the session's key. The effects hold also where it fails.
    pub async fn unlock(&mut self, proof: Proof<'_>) -> (Result<SecretKey, OwnerError>, Vec<Effect>) {
        let mut effects = Vec::new();
        let result = match self.try_unlock(proof).await {
            Ok((key, mut opened)) => {
                effects.append(&mut opened);
                Ok(key)
            }
            Err(error) => Err(error),
        };
        self.save(&mut effects);
        (result, effects)
    }

    /// Forgets the keys. What waits for the person goes on waiting; subjects with a grant are told. Also for a vault whose
    /// worker was ended without being asked: who has to be told stands in the session's state.
    pub async fn lock(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.shut(&mut effects);
        self.save(&mut effects);
        // The slot's key is gone from the browser's memory by now, so a slot that cannot be deleted opens nothing: a full disk
        // is no reason not to lock.
        let _deleted = self.store.commit(Batch { deletes: vec![(Space::Meta, SESSION_KEY)], ..Batch::default() }).await;
        effects
    }

    /// Forgets the keys and says who is to learn of it.
    pub(crate) fn shut(&mut self, effects: &mut Vec<Effect>) {
        self.open = None;
        if core::mem::take(&mut self.session.open) {
            for Holder { subject, .. } in self.session.granted.clone() {
                effects.push(Effect::Notify { subject, event: PageEvent::LockChange { locked: true } });
            }
            effects.push(Effect::Changed { topics: vec![Topic::State] });
        }
    }

    /// No session lives beyond its deadline, whatever timers did or did not do: asked before every request and command.
    pub(crate) fn enforce_deadline(&mut self, effects: &mut Vec<Effect>) {
        if self.open.is_some() && !self.session.is_within_deadline(self.clock.now()) {
            self.shut(effects);
            effects.push(Effect::EndWorker);
        }
    }

    /// Asks to be woken when the next memory is to be forgotten, where that is another moment than before.
    pub(crate) fn watch_due(&mut self, effects: &mut Vec<Effect>) {
        let due = self.open.as_ref().and_then(|open| open.records.next_due());
        if self.open.is_some() && due != self.watched {
            self.watched = due;
            effects.push(Effect::WakeAt { at: due });
        }
    }

    /// Keeps a selection, or holds it until the vault is open; `true` where it was kept.
    pub(crate) async fn capture(&mut self, captured: Captured, effects: &mut Vec<Effect>) -> Result<bool, OwnerError> {
        keepsake_memory::normal_text(&captured.text)?;
        match self.state() {
            VaultState::None => Err(OwnerError::no_vault()),
            VaultState::Locked => {
                // Held in the browser's memory alone, so not without end.
                if self.session.captures.len() >= 20 {
                    return Err(OwnerError::locked());
                }
                self.session.captures.push(captured);
                Ok(false)
            }
            VaultState::Open => {
                self.keep_capture(&captured).await?;
                effects.push(Effect::Changed { topics: vec![Topic::Memories] });
                Ok(true)
            }
        }
    }

    /// The vault's keys and knowledge, or why there are none.
    pub(crate) fn opened(&self) -> Result<&Open, OwnerError> {
        match (&self.open, &self.header) {
            (Some(open), _) => Ok(open),
            (None, Some(_)) => Err(OwnerError::locked()),
            (None, None) => Err(OwnerError::no_vault()),
        }
    }

    /// As [`Self::opened`], with all that a change needs.
    pub(crate) fn parts(&mut self) -> Result<Parts<'_, S, R>, OwnerError> {
        let now = self.clock.now();
        match (&mut self.open, &self.header) {
            (Some(open), _) => Ok(Parts { open, store: &self.store, random: &mut self.random, now }),
            (None, Some(_)) => Err(OwnerError::locked()),
            (None, None) => Err(OwnerError::no_vault()),
        }
    }

    /// Asks for the session's state to be saved where it changed.
    pub(crate) fn save(&mut self, effects: &mut Vec<Effect>) {
        let state = self.session.to_json();
        if state != self.saved {
            self.saved.clone_from(&state);
            effects.push(Effect::SaveSession { state });
        }
    }

    /// Notes which subjects have a live grant or denial, for the time when that cannot be read.
    pub(crate) fn note_subjects(&mut self) {
        let Some(open) = &self.open else { return };
        let now = self.clock.now();
        let mut holders: BTreeMap<Subject, Holder> = BTreeMap::new();
        for grant in open.live_grants(now) {
            let holder = || Holder { subject: grant.subject.clone(), beyond: false, until: Some(now) };
            let holder = holders.entry(grant.subject.clone()).or_insert_with(holder);
            if grant.validity.outlives_session() {
                holder.beyond = true;
                holder.until = holder.until.zip(grant.validity.expires()).map(|(one, other)| one.max(other));
            }
        }
        self.session.granted = holders.into_values().collect();
        let lasting = open.live_denials(now).filter(|denial| denial.validity.outlives_session());
        let paused = open.decisions.iter().filter_map(|(_, decision)| match decision {
            Decision::Rule(Rule { rule, .. }) if rule.paused => Some(&rule.subject),
            _ => None,
        });
        self.session.denied = lasting.map(|denial| &denial.subject).chain(paused).cloned().collect();
        self.session.paused = open.manifest.paused;
        self.session.denied.sort();
        self.session.denied.dedup();
    }

    async fn try_unlock(&mut self, proof: Proof<'_>) -> Result<(SecretKey, Vec<Effect>), OwnerError> {
        let vault_key = self.prove(proof)?;
        self.begin_session(vault_key).await
    }

    /// The vault key, for who knows the passphrase or the recovery code; a wrong one is counted.
    pub(crate) fn prove(&mut self, proof: Proof<'_>) -> Result<VaultKey, OwnerError> {
        let now = self.clock.now();
        if let Some(wait) = self.session.unlock_wait(now) {
            return Err(OwnerError::wait(wait));
        }
        let header = self.header.as_ref().ok_or_else(OwnerError::no_vault)?;
        open_slots(header, proof).map_err(|error| {
            // A code that is mistyped was no attempt.
            if error.code != OwnerErrorCode::MistypedRecoveryCode {
                self.session.unlock_failed(now);
            }
            OwnerError { retry_after_ms: self.session.unlock_wait(now), ..error }
        })
    }

    /// Opens the vault for a new session: what held for the last one is cleared away.
    async fn begin_session(&mut self, vault_key: VaultKey) -> Result<(SecretKey, Vec<Effect>), OwnerError> {
        let header = self.header.as_ref().ok_or_else(OwnerError::no_vault)?;
        let session: SessionId = self.random.make()?;
        let session_key = SecretKey::make(&mut self.random)?;
        let sealed = seal_session(&session_key, header.vault, &vault_key, session, &mut self.random)?;
        let fetched = match self.fetched.take() {
            Some(fetched) => fetched,
            None => Fetched::from(&self.store).await?,
        };
        let batch = Batch { puts: vec![(Space::Meta, SESSION_KEY, sealed)], ..Batch::default() };
        let loading = Open::load(fetched, header, vault_key, session, &self.random);
        let (open, committed) = join(loading, self.store.commit(batch)).await;
        let mut open = open?;
        committed?;
        let now = self.clock.now();
        open.clear_ended(&self.store, &mut self.random, now).await?;
        // What came due while nobody was there goes before anybody can ask for it. Where it cannot, it is still not shown.
        let _forgotten = open.forget_due(&self.store, &mut self.random, now).await;
        self.open = Some(Box::new(open));
        self.session.unlocked(self.clock.now());
        self.note_subjects();

        let mut effects = vec![self.watch_idle()?];
        self.watched = None;
        self.watch_due(&mut effects);
        for Holder { subject, .. } in self.session.granted.clone() {
            effects.push(Effect::Notify { subject, event: PageEvent::LockChange { locked: false } });
        }
        while let Some(captured) = self.session.captures.first().cloned() {
            // What cannot be kept now stays held, and is no reason to keep the vault shut.
            if self.keep_capture(&captured).await.is_err() {
                break;
            }
            self.session.captures.remove(0);
        }
        self.settle_pending(&mut effects);
        let topics = vec![Topic::State, Topic::Memories, Topic::Inbox, Topic::Grants, Topic::Receipts, Topic::Consents];
        effects.push(Effect::Changed { topics });
        self.save(&mut effects);
        Ok((session_key, effects))
    }

    /// When the browser is to lock the vault by itself.
    pub(crate) fn watch_idle(&self) -> Result<Effect, OwnerError> {
        Ok(Effect::WatchIdle { seconds: self.opened()?.manifest.idle_minutes.saturating_mul(60) })
    }

    async fn keep_capture(&mut self, captured: &Captured) -> Result<(), OwnerError> {
        let Parts { open, store, random, now } = self.parts()?;
        let id = MemoryId::new(now, random.make()?);
        let draft = Draft::note(captured.text.clone(), Scope::general());
        // The person read and chose these words, but they are a website's.
        let origin = Some(Origin::new(&captured.source, captured.title.as_deref()));
        let provenance = Provenance::of(Channel::Site, origin, true);
        let memory = Memory::new(id, draft, provenance, now, now)?;
        open.add(store, random, &[memory]).await
    }
}

/// What shows that it is the person who wants in.
#[derive(Clone, Copy)]
pub enum Proof<'a> {
    /// What the passphrase derives to with the parameters of [`Vault::kdf`].
    Passphrase(&'a SecretKey),
    /// A recovery code as it was typed.
    RecoveryCode(&'a str),
}

/// The vault key in an envelope of its own, bound to the vault.
pub(crate) fn seal_slot(
    kek: &SecretKey,
    purpose: Purpose,
    vault: [u8; 16],
    key: &VaultKey,
    random: &mut impl Random,
) -> Result<Vec<u8>, CryptoError> {
    let context = Context { vault, object: HEADER_KEY, revision: 1 };
    Sealer::new(kek, purpose).seal(&context, key.secret().expose(), random)
}

/// The vault key out of the slot that a proof is for.
pub(crate) fn open_slots(header: &Header, proof: Proof<'_>) -> Result<VaultKey, OwnerError> {
    match proof {
        Proof::Passphrase(kek) => {
            open_slot(kek, Purpose::PassphraseSlot, header.vault, &header.slot).ok_or_else(|| {
                let message = "this passphrase does not open the vault: try again";
                OwnerError::new(OwnerErrorCode::WrongPassphrase, message)
            })
        }
        Proof::RecoveryCode(typed) => {
            let code = RecoveryCode::parse(typed).ok_or_else(|| {
                let message = "this is not a whole recovery code: compare it with what you wrote down";
                OwnerError::new(OwnerErrorCode::MistypedRecoveryCode, message)
            })?;
            let kek = code.derive_kek(&header.vault)?;
            let slot = header.recovery.as_deref();
            slot.and_then(|slot| open_slot(&kek, Purpose::RecoverySlot, header.vault, slot)).ok_or_else(|| {
                let message = "this recovery code does not open the vault: it was replaced, or is for another vault";
                OwnerError::new(OwnerErrorCode::WrongRecoveryCode, message)
            })
        }
    }
}

fn open_slot(kek: &SecretKey, purpose: Purpose, vault: [u8; 16], slot: &[u8]) -> Option<VaultKey> {
    let context = Context { vault, object: HEADER_KEY, revision: 1 };
    let secret = Sealer::new(kek, purpose).open(&context, slot).ok()?;
    SecretKey::from_slice(&secret).map(VaultKey::from_secret)
}

/// What a change of an open vault needs.
pub(crate) struct Parts<'a, S, R> {
    pub open: &'a mut Open,
    pub store: &'a S,
    pub random: &'a mut R,
    pub now: Millis,
}

impl Open {
    /// Keeps new memories, all or none.
    pub(crate) async fn add(
        &mut self,
        store: &impl Store,
        random: &mut impl Primitives,
        memories: &[Memory],
    ) -> Result<(), OwnerError> {
        let mut transaction = self.transaction(random);
        for memory in memories {
            transaction.add_memory(memory);
        }
        transaction.commit(store).await?;
        Ok(())
    }

    /// Takes decisions away that will never hold again.
    async fn clear_ended(
        &mut self,
        store: &impl Store,
        random: &mut impl Primitives,
        now: Millis,
    ) -> Result<(), OwnerError> {
        let session = self.session;
        let holds = |decision: &Decision| match decision {
            Decision::Grant(grant) => grant.validity.holds(now, session),
            Decision::Denial(denial) => denial.validity.holds(now, session),
            Decision::Rule(_) => true,
        };
        let decisions = self.decisions.iter().map(|(_, decision)| decision);
        let ended: Vec<_> = decisions.filter(|decision| !holds(decision)).map(Decision::id).collect();
        if ended.is_empty() && self.distrusted.is_empty() {
            return Ok(());
        }
        let mut transaction = self.transaction(random);
        transaction.end_decisions(&ended);
        transaction.drop_distrusted();
        transaction.commit(store).await?;
        self.distrusted.clear();
        Ok(())
    }
}

pub(crate) fn read_header(bytes: &[u8]) -> Result<Header, OwnerError> {
    /// The one field that every version has.
    #[derive(serde::Deserialize)]
    struct Version {
        version: u32,
    }
    let unreadable = |_| OwnerError::new(OwnerErrorCode::Damaged, "the vault's header is damaged");
    let Version { version } = decode(bytes).map_err(unreadable)?;
    if version != STORE_VERSION {
        let message = format!("this vault has format {version}, which this Keepsake does not know: update Keepsake");
        return Err(OwnerError::new(OwnerErrorCode::NewerFormat, message));
    }
    let header: Header = decode(bytes).map_err(unreadable)?;
    header.kdf.check().map_err(unreadable)?;
    // The manifest commits to the header as it is written, and CBOR spells the same header in several ways.
    if *encode(&header)? != *bytes {
        return Err(unreadable(CryptoError::DoesNotOpen));
    }
    Ok(header)
}

/// The session's slot: the vault key (32) ‖ the session (16).
pub(crate) fn seal_session(
    session_key: &SecretKey,
    vault: [u8; 16],
    vault_key: &VaultKey,
    session: SessionId,
    random: &mut impl Random,
) -> Result<Vec<u8>, CryptoError> {
    let slot = Zeroizing::new([&vault_key.secret().expose()[..], &session].concat());
    let context = Context { vault, object: SESSION_KEY, revision: 1 };
    Sealer::new(session_key, Purpose::SessionSlot).seal(&context, &slot, random)
}

/// The header, and the session's slot with what an open vault needs: all read at once, since whoever woke the vault waits for
/// all of it. What the first question needs besides is on its way then.
async fn read_to_resume(store: &impl Store) -> Result<(Option<Vec<u8>>, (Option<Vec<u8>>, Fetched)), OwnerError> {
    let index = async {
        store.expect_index();
        Ok(())
    };
    let (fetched, ()) = try_join(Fetched::from(store), index).await?;
    let [header, slot] = [HEADER_KEY, SESSION_KEY].map(|key| fetched.meta(key).map(<[u8]>::to_vec));
    Ok((header, (slot, fetched)))
}

/// The vault key out of the session's slot.
fn open_session_slot(header: &Header, key: &SecretKey, envelope: Option<&[u8]>) -> Option<(VaultKey, SessionId)> {
    let context = Context { vault: header.vault, object: SESSION_KEY, revision: 1 };
    // Another session's key: the browser was restarted in between, and the vault is simply locked.
    let slot = Sealer::new(key, Purpose::SessionSlot).open(&context, envelope?).ok()?;
    let (key, session) = slot.split_first_chunk::<32>()?;
    Some((VaultKey::from_secret(SecretKey::from_slice(key)?), session.try_into().ok()?))
}
