#![doc = include_str!("../README.md")]

use keepsake_browser::{BrowserClock, BrowserPrimitives};
use keepsake_crypto::{Kdf, SecretKey};
use keepsake_idb::IdbStore;
use keepsake_policy::Subject;
use keepsake_vault::api::{Command, Effect, OwnerError, OwnerErrorCode, Progress, Reply};
use keepsake_vault::dump::DumpWriter;
use keepsake_vault::{Clock, ObjectKey, Proof, Running, Space, Store, StoreError, Vault};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

/// The database's name in IndexedDB.
const DATABASE: &str = "keepsake";

/// The vault in this browser's storage.
#[wasm_bindgen(js_name = Vault)]
pub struct BrowserVault {
    vault: Vault<IdbStore, BrowserClock, BrowserPrimitives>,
}

/// What came of an attempt to open the vault.
#[derive(Serialize)]
struct Opened {
    #[serde(with = "serde_wasm_bindgen::preserve")]
    session_key: JsValue,
    error: Option<OwnerError>,
    effects: Vec<Effect>,
}

#[derive(Serialize)]
struct Replied {
    reply: Option<Reply>,
    error: Option<OwnerError>,
    effects: Vec<Effect>,
}

#[wasm_bindgen(js_class = Vault)]
impl BrowserVault {
    /// Opens the database and, with what the browser's memory kept of the session, resumes it. `meanings` fetches the embedding
    /// table once it is needed: it answers a promise of a `Uint8Array`. `ahead` is what was asked for already, `journal` what
    /// stands beside the database.
    pub async fn open(
        session: Option<String>,
        session_key: Option<Vec<u8>>,
        meanings: js_sys::Function,
        ahead: JsValue,
        journal: JsValue,
    ) -> Result<BrowserVault, JsValue> {
        let key = session_key.map(Zeroizing::new).and_then(|bytes| SecretKey::from_slice(&bytes));
        let failed = |error: StoreError| to_js_error(&error.into());
        let store = IdbStore::open_with(DATABASE, &ahead).await.map_err(failed)?;
        let store = store.with_meanings(meanings).with_journal(&journal).await.map_err(failed)?;
        let vault = Vault::open(store, BrowserClock, BrowserPrimitives::default(), session.as_deref(), key).await;
        vault.map(|vault| Self { vault }).map_err(|error| to_js_error(&error))
    }

    /// Decides a request of a subject (JSON); answers effects.
    pub async fn handle(&mut self, subject: String, request_id: String, body: String) -> Result<JsValue, JsValue> {
        let subject = parsed_subject(&subject)?;
        to_js(&self.vault.handle(subject, &request_id, &body).await)
    }

    /// A handle to give up the request that is being answered.
    pub fn running(&self) -> RunningRequest {
        RunningRequest(self.vault.running())
    }

    /// The page of a subject (JSON) is gone; answers effects.
    pub fn withdraw(&mut self, subject: String, request_ids: Vec<String>) -> Result<JsValue, JsValue> {
        let subject = parsed_subject(&subject)?;
        to_js(&self.vault.withdraw(&subject, &request_ids))
    }

    /// The consent's window was closed; answers effects.
    pub async fn consent_closed(&mut self, id: String) -> Result<JsValue, JsValue> {
        to_js(&self.vault.consent_closed(&id).await.map_err(|error| to_js_error(&error))?)
    }

    /// Carries out a command; answers `{reply, effects}`, or `{error, effects}`: a failure has effects too.
    pub async fn command(&mut self, command: JsValue) -> Result<JsValue, JsValue> {
        let command: Command = from_js(command)?;
        let (result, effects) = self.vault.command(command).await;
        let (reply, error) = match result {
            Ok(reply) => (Some(reply), None),
            Err(error) => (None, Some(error)),
        };
        to_js(&Replied { reply, error, effects })
    }

    /// What `derive` needs besides the passphrase.
    pub fn kdf_challenge(&mut self) -> Result<JsValue, JsValue> {
        to_js(&self.vault.kdf().map_err(|error| to_js_error(&error))?)
    }

    /// Makes a vault; answers `{session_key, effects}`.
    pub async fn create(&mut self, challenge: JsValue, kek: Vec<u8>) -> Result<JsValue, JsValue> {
        let kek = secret(kek)?;
        let kdf: Kdf = from_js(challenge)?;
        let (key, effects) = self.vault.create(kdf, &kek).await.map_err(|error| to_js_error(&error))?;
        opened(Ok(key), effects)
    }

    /// Opens the vault; answers `{session_key, effects}`, or `{error, effects}`: a failure has effects too.
    pub async fn unlock(&mut self, kek: Vec<u8>) -> Result<JsValue, JsValue> {
        let kek = secret(kek)?;
        let (result, effects) = self.vault.unlock(Proof::Passphrase(&kek)).await;
        opened(result, effects)
    }

    /// Opens the vault with a recovery code (UTF-8); answers as `unlock` does.
    pub async fn unlock_with_code(&mut self, code: Vec<u8>) -> Result<JsValue, JsValue> {
        let code = text(code)?;
        let (result, effects) = self.vault.unlock(Proof::RecoveryCode(&code)).await;
        opened(result, effects)
    }

    /// What `derive` needs for a new passphrase.
    pub fn new_kdf_challenge(&mut self) -> Result<JsValue, JsValue> {
        to_js(&self.vault.new_kdf().map_err(|error| to_js_error(&error))?)
    }

    /// Changes the passphrase for who knows the one before; answers `{effects}` or `{error, effects}`.
    pub async fn change_passphrase(
        &mut self,
        current: Vec<u8>,
        challenge: JsValue,
        kek: Vec<u8>,
    ) -> Result<JsValue, JsValue> {
        let (current, kek) = (secret(current)?, secret(kek)?);
        let kdf: Kdf = from_js(challenge)?;
        let (result, effects) = self.vault.change_passphrase(Proof::Passphrase(&current), kdf, &kek).await;
        to_js(&Replied { reply: None, error: result.err(), effects })
    }

    /// Changes the passphrase for who knows the recovery code (UTF-8); answers as `change_passphrase` does.
    pub async fn change_passphrase_with_code(
        &mut self,
        code: Vec<u8>,
        challenge: JsValue,
        kek: Vec<u8>,
    ) -> Result<JsValue, JsValue> {
        let (code, kek) = (text(code)?, secret(kek)?);
        let kdf: Kdf = from_js(challenge)?;
        let (result, effects) = self.vault.change_passphrase(Proof::RecoveryCode(&code), kdf, &kek).await;
        to_js(&Replied { reply: None, error: result.err(), effects })
    }

    /// Reads what `unlock` will need, for the time while the key is derived.
    pub async fn prefetch(&mut self) -> Result<(), JsValue> {
        self.vault.prefetch().await.map_err(|error| to_js_error(&error))
    }

    /// What `derive` needs to derive the passphrase's key in a harder way, where the vault's way is too easy by now.
    pub fn raised_kdf_challenge(&mut self) -> Result<JsValue, JsValue> {
        to_js(&self.vault.raised_kdf().map_err(|error| to_js_error(&error))?)
    }

    /// Puts the key that was derived in the harder way in the place of the one before.
    pub async fn raise_kdf(&mut self, before: Vec<u8>, challenge: JsValue, kek: Vec<u8>) -> Result<(), JsValue> {
        let (before, kek) = (secret(before)?, secret(kek)?);
        let kdf: Kdf = from_js(challenge)?;
        self.vault.raise_kdf(&before, kdf, &kek).await.map_err(|error| to_js_error(&error))
    }

    /// Begins to seal everything anew; answers as `unlock` does.
    pub async fn rotate(&mut self, kek: Vec<u8>) -> Result<JsValue, JsValue> {
        let kek = secret(kek)?;
        let (result, effects) = self.vault.rotate(&kek).await;
        opened(result, effects)
    }

    /// Destroys the keys and then everything; answers effects.
    pub async fn forget_everything(&mut self) -> Result<JsValue, JsValue> {
        to_js(&self.vault.forget_everything().await.map_err(|error| to_js_error(&error))?)
    }

    /// Takes the next bytes of an export in the clear.
    pub fn restore_read(&mut self, bytes: Vec<u8>) -> Result<(), JsValue> {
        self.vault.restore_read(&Zeroizing::new(bytes)).map_err(|error| to_js_error(&error))
    }

    /// Forgets the keys; answers effects.
    pub async fn lock(&mut self) -> Result<JsValue, JsValue> {
        to_js(&self.vault.lock().await)
    }
}

/// What the vault is doing; to be called also while it is busy.
#[wasm_bindgen]
pub struct RunningRequest(Running);

#[wasm_bindgen]
impl RunningRequest {
    /// Gives requests of a subject (JSON) up: the one that is running stops at its next step.
    pub fn give_up(&self, subject: String, request_ids: Vec<String>) -> Result<(), JsValue> {
        let subject = parsed_subject(&subject)?;
        self.0.give_up(&subject, &request_ids);
        Ok(())
    }
}

/// Destroys a vault that does not open: its keys, and then everything.
#[wasm_bindgen]
pub async fn destroy() -> Result<(), JsValue> {
    let failed = |error: StoreError| to_js_error(&error.into());
    let store = IdbStore::open(DATABASE).await.map_err(failed)?;
    keepsake_vault::destroy(&store).await.map_err(failed)
}

/// A copy of the object stores as they are, sealed: for when the vault cannot open them.
#[wasm_bindgen]
pub struct StoreDump {
    store: IdbStore,
    writer: Option<DumpWriter>,
    /// The first line, until it is handed out.
    head: String,
    left: Vec<(Space, ObjectKey)>,
    total: u32,
}

/// So many objects stand in one part of a dump.
const DUMPED_AT_ONCE: usize = 500;

#[derive(Serialize)]
struct FilePart {
    #[serde(with = "serde_wasm_bindgen::preserve")]
    bytes: JsValue,
    progress: Progress,
    finished: bool,
}

#[wasm_bindgen]
impl StoreDump {
    /// Begins a dump. No vault has to be open, and none has to be sound.
    pub async fn begin() -> Result<StoreDump, JsValue> {
        let failed = |error: StoreError| to_js_error(&error.into());
        let store = IdbStore::open(DATABASE).await.map_err(failed)?;
        let mut left = Vec::new();
        for space in Space::ALL {
            left.extend(store.keys(space).await.map_err(failed)?.into_iter().map(|key| (space, key)));
        }
        let (writer, head) = DumpWriter::begin(BrowserClock.now());
        let total = left.len() as u32;
        left.reverse();
        Ok(Self { store, writer: Some(writer), head, left, total })
    }

    /// How far it is.
    pub fn progress(&self) -> Result<JsValue, JsValue> {
        to_js(&self.progress_of())
    }

    /// The next part: `{bytes, progress, finished}`.
    pub async fn part(&mut self) -> Result<JsValue, JsValue> {
        let mut text = core::mem::take(&mut self.head);
        for _ in 0..DUMPED_AT_ONCE.min(self.left.len()) {
            let Some((space, key)) = self.left.pop() else { break };
            let value = self.store.get(space, key).await.map_err(|error| to_js_error(&error.into()))?;
            let line = self.writer.as_mut().zip(value).and_then(|(writer, value)| writer.object(space, &key, &value));
            text.extend(line);
        }
        let finished = self.left.is_empty();
        if finished {
            text.extend(self.writer.take().map(DumpWriter::finish));
        }
        let bytes = js_sys::Uint8Array::from(text.as_bytes()).into();
        to_js(&FilePart { bytes, progress: self.progress_of(), finished })
    }

    fn progress_of(&self) -> Progress {
        Progress { done: self.total.saturating_sub(self.left.len() as u32), total: self.total }
    }
}

fn opened(result: Result<SecretKey, OwnerError>, effects: Vec<Effect>) -> Result<JsValue, JsValue> {
    let (session_key, error) = match result {
        Ok(key) => (js_sys::Uint8Array::from(key.expose().as_slice()).into(), None),
        Err(error) => (JsValue::UNDEFINED, Some(error)),
    };
    to_js(&Opened { session_key, error, effects })
}

fn secret(bytes: Vec<u8>) -> Result<SecretKey, JsValue> {
    let bytes = Zeroizing::new(bytes);
    let invalid = || to_js_error(&OwnerError::new(OwnerErrorCode::Invalid, "a key has 32 bytes"));
    SecretKey::from_slice(&bytes).ok_or_else(invalid)
}

fn text(bytes: Vec<u8>) -> Result<Zeroizing<String>, JsValue> {
    let invalid = |_| to_js_error(&OwnerError::new(OwnerErrorCode::MistypedRecoveryCode, "this is no recovery code"));
    String::from_utf8(bytes).map(Zeroizing::new).map_err(invalid)
}

fn to_js(value: &impl Serialize) -> Result<JsValue, JsValue> {
    Ok(value.serialize(&serde_wasm_bindgen::Serializer::json_compatible())?)
}

fn to_js_error(error: &OwnerError) -> JsValue {
    to_js(error).unwrap_or_else(|_| JsValue::from_str("error"))
}

/// Who asks. As text, for every request has one, and an object of JavaScript is read property by property.
fn parsed_subject(json: &str) -> Result<Subject, JsValue> {
    serde_json::from_str(json).map_err(|error| not_in_form(&error))
}

fn from_js<T: DeserializeOwned>(value: JsValue) -> Result<T, JsValue> {
    serde_wasm_bindgen::from_value(value).map_err(|error| not_in_form(&error))
}

fn not_in_form(error: &impl core::fmt::Display) -> JsValue {
    to_js_error(&OwnerError::new(OwnerErrorCode::Invalid, format!("not in form: {error}")))
}
