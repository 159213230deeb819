//! A vault in memory, with a clock and a store that tests can turn and break.

#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use keepsake_crypto::{CryptoError, Primitives, Random, SecretKey};
use keepsake_memory::{Draft, Scope, Sensitivity};
use keepsake_policy::{GrantDuration, Subject};
use keepsake_vault::api::*;
use keepsake_vault::{Batch, Clock, Durability, ObjectKey, Proof, Space, Store, StoreError, Vault};
use serde_json::{Value, json};

pub type Objects = BTreeMap<(Space, ObjectKey), Vec<u8>>;

/// What outlives a vault: shared by everyone who clones it, as a database is.
#[derive(Clone, Default)]
pub struct Disk {
    pub objects: Rc<RefCell<Objects>>,
    /// What was there before what a power cut would take away.
    pub settled: Rc<RefCell<Option<Objects>>>,
    /// Commits that succeed before the store breaks; `None` for ever.
    pub commits_left: Rc<Cell<Option<u32>>>,
    /// What happens elsewhere while memories are read.
    pub on_read: Rc<RefCell<Option<Happening>>>,
    /// Whether reading memories fails.
    pub is_unreadable: Rc<Cell<bool>>,
    /// How many memories were read so far.
    pub records_read: Rc<Cell<usize>>,
}

/// Something that happens elsewhere.
pub type Happening = Box<dyn Fn()>;

impl Store for Disk {
    async fn get(&self, space: Space, key: ObjectKey) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.objects.borrow().get(&(space, key)).cloned())
    }

    async fn get_many(&self, space: Space, keys: &[ObjectKey]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        self.on_read.borrow().iter().for_each(|happens| happens());
        if space == Space::Records && self.is_unreadable.get() {
            return Err(StoreError::Failed("a test's doing".into()));
        }
        self.records_read.set(self.records_read.get() + if space == Space::Records { keys.len() } else { 0 });
        Ok(keys.iter().map(|key| self.objects.borrow().get(&(space, *key)).cloned()).collect())
    }

    async fn all(&self, space: Space) -> Result<Vec<(ObjectKey, Vec<u8>)>, StoreError> {
        let objects = self.objects.borrow();
        Ok(objects.iter().filter(|((at, _), _)| *at == space).map(|((_, key), value)| (*key, value.clone())).collect())
    }

    async fn keys(&self, space: Space) -> Result<Vec<ObjectKey>, StoreError> {
        Ok(self.all(space).await?.into_iter().map(|(key, _)| key).collect())
    }

    async fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        match self.commits_left.get() {
            Some(0) => return Err(StoreError::Full),
            Some(left) => self.commits_left.set(Some(left - 1)),
            None => {}
        }
        let mut objects = self.objects.borrow_mut();
        let mut settled = self.settled.borrow_mut();
        match batch.durability {
            Durability::Strict => *settled = None,
            Durability::Relaxed if settled.is_none() => *settled = Some(objects.clone()),
            Durability::Relaxed => {}
        }
        if !batch.clears.is_empty() {
            objects.retain(|(space, _), _| !batch.clears.contains(space));
        }
        for (space, key, value) in batch.puts {
            objects.insert((space, key), value);
        }
        for (space, key) in batch.deletes {
            objects.remove(&(space, key));
        }
        Ok(())
    }
}

#[derive(Clone)]
pub struct HandClock(pub Rc<Cell<u64>>);

impl Clock for HandClock {
    fn now(&self) -> u64 {
        self.0.get()
    }
}

pub struct System;

thread_local! {
    /// Where the pseudo-random numbers of this thread stand, for tests that want the same ones twice.
    static STREAM: Cell<Option<u64>> = const { Cell::new(None) };
}

impl Random for System {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), CryptoError> {
        if let Some(mut state) = STREAM.get() {
            for byte in bytes {
                // SplitMix64.
                state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                *byte = ((mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb) >> 56) as u8;
            }
            STREAM.set(Some(state));
            return Ok(());
        }
        getrandom::fill(bytes).map_err(|_| CryptoError::NoRandomness)
    }
}

impl Primitives for System {}

pub type TestVault = Vault<Disk, HandClock, System>;

/// A vault and the browser around it: what effects asked for is kept here.
pub struct World {
    pub disk: Disk,
    pub clock: HandClock,
    pub vault: TestVault,
    pub session_state: Option<String>,
    pub session_key: Option<Vec<u8>>,
    pub effects: Vec<Effect>,
    pub requests: u128,
}

pub fn kek(byte: u8) -> SecretKey {
    SecretKey::from_slice(&[byte; 32]).unwrap()
}

pub fn site() -> Subject {
    Subject::site("https://assistant.example", "firefox-default").unwrap()
}

pub fn other_site() -> Subject {
    Subject::site("https://other.example", "firefox-default").unwrap()
}

pub fn draft(text: &str, scope: &str) -> Draft {
    Draft::note(text, Scope::new(scope).unwrap())
}

impl World {
    /// A store with nothing on it.
    pub fn empty() -> Self {
        let disk = Disk::default();
        let clock = HandClock(Rc::new(Cell::new(1_768_435_200_000)));
        let vault = pollster::block_on(Vault::open(disk.clone(), clock.clone(), System, None, None)).unwrap();
        Self { disk, clock, vault, session_state: None, session_key: None, effects: Vec::new(), requests: 0 }
    }

    /// A new vault, open.
    pub fn new() -> Self {
        let mut world = Self::empty();
        let kdf = world.vault.kdf().unwrap();
        let (key, effects) = pollster::block_on(world.vault.create(kdf, &kek(7))).unwrap();
        world.session_key = Some(key.expose().to_vec());
        world.take(effects);
        world
    }

    /// A new vault, open, with pseudo-random numbers from a seed on.
    pub fn seeded(seed: u64) -> Self {
        STREAM.set(Some(seed << 32));
        Self::new()
    }

    /// Begins other pseudo-random numbers, or those of the system again.
    pub fn seed(&self, seed: impl Into<Option<u64>>) {
        STREAM.set(seed.into().map(|seed| seed << 32));
    }

    pub fn pass(&self, milliseconds: u64) {
        self.clock.0.set(self.clock.0.get() + milliseconds);
    }

    /// Ends the worker without a word, as a suspension does, and starts another with what the browser kept.
    pub fn suspend(&mut self) {
        let key = self.session_key.as_deref().and_then(SecretKey::from_slice);
        self.vault = self.reopened(self.session_state.clone(), key);
    }

    /// Ends the browser, and with it everything that is not on the disk.
    pub fn restart(&mut self) {
        self.session_state = None;
        self.session_key = None;
        self.vault = self.reopened(None, None);
    }

    /// Cuts the power, which takes what is not on the disk yet.
    pub fn cut_power(&mut self) {
        let settled = self.disk.settled.take();
        settled.into_iter().for_each(|objects| drop(self.disk.objects.replace(objects)));
        self.restart();
    }

    pub fn reopened(&self, state: Option<String>, key: Option<SecretKey>) -> TestVault {
        let open = Vault::open(self.disk.clone(), self.clock.clone(), System, state.as_deref(), key);
        pollster::block_on(open).unwrap()
    }

    pub fn unlock(&mut self) {
        let (result, effects) = pollster::block_on(self.vault.unlock(Proof::Passphrase(&kek(7))));
        self.session_key = Some(result.unwrap().expose().to_vec());
        self.take(effects);
    }

    pub fn lock(&mut self) -> Vec<Effect> {
        let effects = pollster::block_on(self.vault.lock());
        self.session_key = None;
        self.take(effects.clone());
        effects
    }

    /// Locks, and unlocks anew, as after hours.
    pub fn unlock_after_lock(&mut self) {
        self.lock();
        self.unlock();
    }

    pub fn command(&mut self, command: Command) -> Result<Reply, OwnerError> {
        let (reply, effects) = pollster::block_on(self.vault.command(command));
        self.take(effects);
        reply
    }

    pub fn add(&mut self, text: &str, scope: &str) -> MemoryView {
        match self.command(Command::MemoryAdd { draft: draft(text, scope) }).unwrap() {
            Reply::MemoryAdd(view) => view,
            other => panic!("{other:?}"),
        }
    }

    pub fn list(&mut self) -> Vec<MemoryView> {
        let command = Command::MemoryList { query: None, scope: None, kind: None, offset: 0, limit: 500, brief: false };
        match self.command(command).unwrap() {
            Reply::MemoryList(page) => page.items,
            other => panic!("{other:?}"),
        }
    }

    pub fn texts(&mut self) -> Vec<String> {
        let mut texts: Vec<_> = self.list().into_iter().map(|memory| memory.text).collect();
        texts.sort();
        texts
    }

    pub fn receipts(&mut self) -> ReceiptPage {
        let (subject, memory, from, to) = (None, None, None, None);
        match self.command(Command::Receipts { subject, memory, from, to, offset: 0, limit: 500 }).unwrap() {
            Reply::Receipts(page) => page,
            other => panic!("{other:?}"),
        }
    }

    pub fn status(&mut self) -> Status {
        match self.command(Command::Status).unwrap() {
            Reply::Status(status) => status,
            other => panic!("{other:?}"),
        }
    }

    /// Does what is to be done without being asked for, as the background does after an unlock.
    pub fn tidy(&mut self) {
        while self.command(Command::Tidy).unwrap() == Reply::Tidy(true) {}
    }

    /// Looks through everything.
    pub fn check(&mut self) -> Damage {
        let mut restart = true;
        loop {
            match self.command(Command::Check { restart }).unwrap() {
                Reply::Check(CheckProgress { finished: true, found, .. }) => return found,
                _ => restart = false,
            }
        }
    }

    /// Everything that the vault takes out.
    pub fn export(&mut self) -> String {
        self.command(Command::ExportStart).unwrap();
        let mut text = String::new();
        loop {
            let Reply::ExportPart(part) = self.command(Command::ExportPart).unwrap() else { panic!() };
            text.push_str(&part.text);
            if part.finished {
                return text;
            }
        }
    }

    /// A request id that was not used before.
    pub fn next_request(&mut self) -> String {
        self.requests += 1;
        format!("{:032x}", self.requests)
    }

    /// Sends a request; answers its effects.
    pub fn send(&mut self, subject: &Subject, id: &str, method: &str, params: Value) -> Vec<Effect> {
        self.send_body(subject, id, &json!({"method": method, "params": params}).to_string())
    }

    pub fn send_body(&mut self, subject: &Subject, id: &str, body: &str) -> Vec<Effect> {
        let effects = pollster::block_on(self.vault.handle(subject.clone(), id, body));
        self.take(effects.clone());
        effects
    }

    /// Sends a request that is answered at once.
    pub fn ask(&mut self, subject: &Subject, method: &str, params: Value) -> Value {
        let id = self.next_request();
        let effects = self.send(subject, &id, method, params);
        answer_to(&effects, &id).unwrap_or_else(|| panic!("{method} was not answered: {effects:?}"))
    }

    /// Asks for permission; answers the request's id and the consent's.
    pub fn request(&mut self, subject: &Subject, scopes: &[&str], actions: &[&str]) -> (String, String) {
        let id = self.next_request();
        let params = json!({"scopes": scopes, "actions": actions, "purpose": "Plan your trip"});
        let effects = self.send(subject, &id, "permissions.request", params);
        let consent = effects.iter().find_map(|effect| match effect {
            Effect::OpenConsent { id } => Some(id.clone()),
            _ => None,
        });
        (id, consent.unwrap_or_else(|| panic!("no consent: {effects:?}")))
    }

    pub fn decide(&mut self, consent: &str, decision: ConsentDecision) -> Vec<Effect> {
        let command = Command::ConsentDecide { id: consent.into(), decision };
        let (reply, effects) = pollster::block_on(self.vault.command(command));
        reply.unwrap();
        self.take(effects.clone());
        effects
    }

    /// Closes the consent's window.
    pub fn close(&mut self, consent: &str) -> Vec<Effect> {
        let effects = pollster::block_on(self.vault.consent_closed(consent)).unwrap();
        self.take(effects.clone());
        effects
    }

    /// Asks, and lets in as `change` says.
    pub fn grant_with(
        &mut self,
        subject: &Subject,
        scopes: &[&str],
        actions: &[&str],
        change: impl Fn(&mut GrantSettings),
    ) -> String {
        self.grant(subject, scopes, actions, GrantDuration::UntilRevoked);
        let view = self.grants().grants.into_iter().rfind(|grant| grant.subject == *subject).unwrap();
        let mut settings = settings_of(&view);
        change(&mut settings);
        self.command(Command::GrantChange { id: view.id.clone(), settings }).unwrap();
        view.id
    }

    pub fn grants(&mut self) -> SubjectGrants {
        match self.command(Command::Grants).unwrap() {
            Reply::Grants(grants) => grants,
            other => panic!("{other:?}"),
        }
    }

    pub fn inbox(&mut self) -> Vec<InboxView> {
        match self.command(Command::Inbox { offset: 0, limit: 500 }).unwrap() {
            Reply::Inbox(page) => page.items,
            other => panic!("{other:?}"),
        }
    }

    /// Sends a request that waits for the person; answers its id and the consent's.
    pub fn ask_person(&mut self, subject: &Subject, method: &str, params: Value) -> (String, String) {
        let id = self.next_request();
        let effects = self.send(subject, &id, method, params);
        let consent = effects.iter().find_map(|effect| match effect {
            Effect::OpenConsent { id } => Some(id.clone()),
            _ => None,
        });
        (id, consent.unwrap_or_else(|| panic!("no consent: {effects:?}")))
    }

    /// Asks and lets in.
    pub fn grant(&mut self, subject: &Subject, scopes: &[&str], actions: &[&str], duration: GrantDuration) {
        let (_, consent) = self.request(subject, scopes, actions);
        self.decide(&consent, allow(scopes, duration));
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in &effects {
            if let Effect::SaveSession { state } = effect {
                self.session_state = Some(state.clone());
            }
        }
        self.effects.extend(effects);
    }
}

pub fn allow(scopes: &[&str], duration: GrantDuration) -> ConsentDecision {
    ConsentDecision::Allow {
        duration,
        scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
        max_sensitivity: Sensitivity::Personal,
        kinds: None,
        daily_budget: None,
        each_time: false,
        except: Vec::new(),
    }
}

/// The settings that a grant has.
pub fn settings_of(view: &GrantView) -> GrantSettings {
    GrantSettings {
        scopes: view.scopes.clone(),
        actions: view.actions.clone(),
        kinds: view.kinds.clone(),
        max_sensitivity: view.max_sensitivity,
        daily_budget: view.daily_budget,
        each_time: view.each_time,
        accepts_writes: view.accepts_writes,
        duration: view.duration,
    }
}

/// The answer to a request among effects.
pub fn answer_to(effects: &[Effect], request: &str) -> Option<Value> {
    effects.iter().find_map(|effect| match effect {
        Effect::Answer { request_id, body, .. } if request_id == request => serde_json::from_str(body).ok(),
        _ => None,
    })
}

/// The code of an answer that is an error.
pub fn code(answer: &Value) -> &str {
    answer["error"]["code"].as_str().unwrap_or_else(|| panic!("no error: {answer}"))
}

/// The texts of a search's answer.
pub fn found(answer: &Value) -> Vec<String> {
    let results = answer["result"]["results"].as_array().unwrap_or_else(|| panic!("no results: {answer}"));
    results.iter().map(|hit| hit["memory"].as_str().unwrap().to_owned()).collect()
}
