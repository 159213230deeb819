#![doc = include_str!("../README.md")]

use std::cell::RefCell;
use std::collections::VecDeque;

use js_sys::{Array, Object, Promise, Reflect, Uint8Array};
use keepsake_crypto::{CryptoError, Plaintext, Primitives, Random, SecretKey};
use keepsake_vault::Clock;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
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
    /// Keys that SubtleCrypto was given, the latest last: many messages share one, and handing one over takes as long as
    /// sealing a page of text with it.
    keys: RefCell<VecDeque<(SecretKey, Promise)>>,
}

impl BrowserPrimitives {
    /// The key as SubtleCrypto's own, which does not come out of it again.
    async fn import(&self, subtle: &SubtleCrypto, key: &SecretKey) -> Result<CryptoKey, JsValue> {
        let known = self.keys.borrow().iter().find(|(known, _)| known == key).map(|(_, promise)| promise.clone());
        let promise = match known {
            Some(promise) => promise,
            None => {
                let raw = Uint8Array::from(key.expose().as_slice());
                let usages = Array::of2(&"encrypt".into(), &"decrypt".into());
                let promise = subtle.import_key_with_str("raw", &raw, "AES-GCM", false, &usages);
                // It was copied when it was handed over.
                raw.fill(0, 0, raw.length());
                let promise: Promise = promise?.unchecked_into();
                let mut keys = self.keys.borrow_mut();
                if keys.len() == KEYS {
                    keys.pop_front();
                }
                keys.push_back((key.duplicate(), promise.clone()));
                promise
            }
        };
        Ok(JsFuture::from(promise).await?.unchecked_into())
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
        let seal = async || -> Result<Uint8Array, JsValue> {
            let subtle = subtle()?;
            let key = self.import(&subtle, key).await?;
            let sealed = subtle.encrypt_with_object_and_u8_array(&gcm(nonce, associated)?, &key, plaintext)?;
            Ok(Uint8Array::new(&JsFuture::from(sealed).await?))
        };
        let sealed = seal().await.map_err(|_| CryptoError::DoesNotOpen)?;
        append(&sealed, output);
        Ok(())
    }

    async fn open_gcm(
        &self,
        key: &SecretKey,
        nonce: &[u8; 12],
        associated: &[u8],
        sealed: &[u8],
    ) -> Result<Plaintext, CryptoError> {
        let open = async || -> Result<Uint8Array, JsValue> {
            let subtle = subtle()?;
            let key = self.import(&subtle, key).await?;
            let opened = subtle.decrypt_with_object_and_u8_array(&gcm(nonce, associated)?, &key, sealed)?;
            Ok(Uint8Array::new(&JsFuture::from(opened).await?))
        };
        let opened = open().await.map_err(|_| CryptoError::DoesNotOpen)?;
        let plaintext = Plaintext::from(opened.to_vec());
        // What the browser handed over is not needed any more, and would lie about until it is collected.
        opened.fill(0, 0, opened.length());
        Ok(plaintext)
    }
}

/// SubtleCrypto, found where a worker has it: `web_sys::window` knows pages only.
fn subtle() -> Result<SubtleCrypto, JsValue> {
    Ok(Reflect::get(&js_sys::global(), &"crypto".into())?.unchecked_into::<Crypto>().subtle())
}

/// The parameters of AES-256-GCM.
fn gcm(nonce: &[u8; 12], associated: &[u8]) -> Result<Object, JsValue> {
    let algorithm = Object::new();
    Reflect::set(&algorithm, &"name".into(), &"AES-GCM".into())?;
    Reflect::set(&algorithm, &"iv".into(), &Uint8Array::from(nonce.as_slice()))?;
    Reflect::set(&algorithm, &"additionalData".into(), &Uint8Array::from(associated))?;
    Ok(algorithm)
}

fn append(bytes: &Uint8Array, output: &mut Vec<u8>) {
    let start = output.len();
    output.resize(start + bytes.length() as usize, 0);
    if let Some(place) = output.get_mut(start..) {
        bytes.copy_to(place);
    }
}
