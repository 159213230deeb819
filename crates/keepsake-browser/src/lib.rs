#![doc = include_str!("../README.md")]

use std::cell::{OnceCell, RefCell};
use std::collections::VecDeque;

use js_sys::{Array, ArrayBuffer, Object, Promise, Reflect, Uint8Array};
use keepsake_crypto::{CryptoError, Plaintext, Primitives, Random, SecretKey};
use keepsake_vault::Clock;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Crypto, CryptoKey, SubtleCrypto};

/// How many keys SubtleCrypto holds for us at once: one for each run of long messages that is being read or written.
const KEYS: usize = 32;

/// The browser's clock.
pub struct BrowserClock;

impl Clock for BrowserClock {
    fn now(&self) -> u64 {
        js_sys::Date::now() as u64
    }
}

/// The browser's cryptography.
#[derive(Default)]
pub struct BrowserPrimitives {
    subtle: OnceCell<Subtle>,
    /// Keys that SubtleCrypto was given, the latest last: many messages share one, and handing one over takes as long as
    /// sealing a page of text with it.
    keys: RefCell<VecDeque<(SecretKey, Key)>>,
}

/// SubtleCrypto with the parameters of AES-256-GCM, which it has copied by the time that a call returns.
struct Subtle {
    crypto: SubtleCrypto,
    parameters: Object,
    nonce: Uint8Array,
    associated: JsValue,
}

/// A key that does not come out of SubtleCrypto again.
#[derive(Clone)]
enum Key {
    Coming(Promise),
    Here(CryptoKey),
}

impl BrowserPrimitives {
    fn subtle(&self) -> Result<&Subtle, JsValue> {
        if let Some(subtle) = self.subtle.get() {
            return Ok(subtle);
        }
        // `web_sys::window` knows pages only, and the vault lives in a worker.
        let crypto = Reflect::get(&js_sys::global(), &"crypto".into())?.unchecked_into::<Crypto>().subtle();
        let (parameters, nonce) = (Object::new(), Uint8Array::new_with_length(12));
        Reflect::set(&parameters, &"name".into(), &"AES-GCM".into())?;
        Reflect::set(&parameters, &"iv".into(), &nonce)?;
        let subtle = Subtle { crypto, parameters, nonce, associated: "additionalData".into() };
        Ok(self.subtle.get_or_init(|| subtle))
    }

    async fn import(&self, subtle: &Subtle, key: &SecretKey) -> Result<CryptoKey, JsValue> {
        let known = self.keys.borrow().iter().find(|(known, _)| known == key).map(|(_, held)| held.clone());
        let promise = match known {
            Some(Key::Here(key)) => return Ok(key),
            Some(Key::Coming(promise)) => promise,
            None => self.begin_import(subtle, key)?,
        };
        let imported: CryptoKey = JsFuture::from(promise).await?.unchecked_into();
        if let Some((_, held)) = self.keys.borrow_mut().iter_mut().find(|(known, _)| known == key) {
            *held = Key::Here(imported.clone());
        }
        Ok(imported)
    }

    fn begin_import(&self, subtle: &Subtle, key: &SecretKey) -> Result<Promise, JsValue> {
        let raw = Uint8Array::from(key.expose().as_slice());
        let usages = Array::of2(&"encrypt".into(), &"decrypt".into());
        let promise = subtle.crypto.import_key_with_str("raw", &raw, "AES-GCM", false, &usages);
        // It was copied when it was handed over.
        raw.fill(0, 0, raw.length());
        let promise: Promise = promise?.unchecked_into();
        let mut keys = self.keys.borrow_mut();
        if keys.len() == KEYS {
            keys.pop_front();
        }
        keys.push_back((key.duplicate(), Key::Coming(promise.clone())));
        Ok(promise)
    }
}

impl Subtle {
    fn parameters(&self, nonce: &[u8; 12], associated: &[u8]) -> Result<&Object, JsValue> {
        self.nonce.copy_from(nonce);
        Reflect::set(&self.parameters, &self.associated, &Uint8Array::from(associated))?;
        Ok(&self.parameters)
    }
}

impl Random for BrowserPrimitives {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), CryptoError> {
        getrandom::fill(bytes).map_err(|_| CryptoError::NoRandomness)
    }
}

impl Primitives for BrowserPrimitives {
    /// Below this the way to SubtleCrypto and back costs more than it saves; measured by `cargo xtask bench vault`.
    const LONG: usize = 4096;

    async fn seal_gcm(
        &self,
        key: &SecretKey,
        nonce: &[u8; 12],
        associated: &[u8],
        plaintext: &[u8],
        output: &mut Vec<u8>,
    ) -> Result<(), CryptoError> {
        let seal = async || -> Result<JsValue, JsValue> {
            let subtle = self.subtle()?;
            let key = self.import(subtle, key).await?;
            let parameters = subtle.parameters(nonce, associated)?;
            JsFuture::from(subtle.crypto.encrypt_with_object_and_u8_array(parameters, &key, plaintext)?).await
        };
        let take = |sealed: &Uint8Array| append(sealed, output);
        seal().await.and_then(|sealed| drain(sealed, take)).map_err(|_| CryptoError::DoesNotOpen)
    }

    async fn open_gcm(
        &self,
        key: &SecretKey,
        nonce: &[u8; 12],
        associated: &[u8],
        sealed: &[u8],
    ) -> Result<Plaintext, CryptoError> {
        let open = async || -> Result<JsValue, JsValue> {
            let subtle = self.subtle()?;
            let key = self.import(subtle, key).await?;
            let parameters = subtle.parameters(nonce, associated)?;
            JsFuture::from(subtle.crypto.decrypt_with_object_and_u8_array(parameters, &key, sealed)?).await
        };
        let opened = open().await.and_then(|opened| drain(opened, Uint8Array::to_vec));
        opened.map(Plaintext::from).map_err(|_| CryptoError::DoesNotOpen)
    }
}

/// Takes what the browser handed over. It is wiped there, and its memory given back, as soon as this task waits for something:
/// SubtleCrypto, on a thread of its own, is at the next message by then. Left to lie about until it is collected, every message
/// would take fresh memory, which costs a third of opening 64 KiB.
fn drain<R>(answer: JsValue, take: impl FnOnce(&Uint8Array) -> R) -> Result<R, JsValue> {
    let buffer: ArrayBuffer = answer.unchecked_into();
    let bytes = Uint8Array::new(&buffer);
    let taken = take(&bytes);
    spawn_local(async move {
        bytes.fill(0, 0, bytes.length());
        drop(buffer.transfer_with_length(0));
    });
    Ok(taken)
}

fn append(bytes: &Uint8Array, output: &mut Vec<u8>) {
    let start = output.len();
    output.resize(start + bytes.length() as usize, 0);
    if let Some(place) = output.get_mut(start..) {
        bytes.copy_to(place);
    }
}
