//! What the vault takes from the browser: its clock, its randomness, and its AES-256-GCM where that is the faster one.

use js_sys::{Function, Object, Promise, Reflect, Uint8Array};
use keepsake_crypto::{CryptoError, Primitives, Random, SecretKey};
use keepsake_vault::Clock;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use zeroize::Zeroizing;

/// The browser's clock.
pub struct BrowserClock;

impl Clock for BrowserClock {
    fn now(&self) -> u64 {
        js_sys::Date::now() as u64
    }
}

/// The browser's cryptography.
pub struct BrowserPrimitives;

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
    ) -> Result<Vec<u8>, CryptoError> {
        let sealed = subtle("encrypt", key, nonce, associated, plaintext).await;
        sealed.map(|bytes| bytes.to_vec()).map_err(|_| CryptoError::DoesNotOpen)
    }

    async fn open_gcm(
        &self,
        key: &SecretKey,
        nonce: &[u8; 12],
        associated: &[u8],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let opened = subtle("decrypt", key, nonce, associated, sealed).await.map_err(|_| CryptoError::DoesNotOpen)?;
        let bytes = Zeroizing::new(opened.to_vec());
        // What the browser handed over is not needed any more, and would lie about until it is collected.
        opened.fill(0, 0, opened.length());
        Ok(bytes)
    }
}

/// One call of SubtleCrypto with a key that is for this message alone. Bound by name: what is called differs in its name
/// only, and a worker has no `window` for web-sys to find it on.
async fn subtle(
    operation: &str,
    key: &SecretKey,
    nonce: &[u8; 12],
    associated: &[u8],
    bytes: &[u8],
) -> Result<Uint8Array, JsValue> {
    let crypto = Reflect::get(&js_sys::global(), &"crypto".into())?;
    let subtle = Reflect::get(&crypto, &"subtle".into())?;
    let raw = Uint8Array::from(key.expose().as_slice());
    let usages = js_sys::Array::of1(&operation.into());
    let import: Function = Reflect::get(&subtle, &"importKey".into())?.dyn_into()?;
    let arguments = js_sys::Array::of5(&"raw".into(), &raw, &"AES-GCM".into(), &false.into(), &usages);
    let imported = JsFuture::from(import.apply(&subtle, &arguments)?.dyn_into::<Promise>()?).await;
    raw.fill(0, 0, 32);
    let algorithm = Object::new();
    Reflect::set(&algorithm, &"name".into(), &"AES-GCM".into())?;
    Reflect::set(&algorithm, &"iv".into(), &Uint8Array::from(nonce.as_slice()))?;
    Reflect::set(&algorithm, &"additionalData".into(), &Uint8Array::from(associated))?;
    let call: Function = Reflect::get(&subtle, &operation.into())?.dyn_into()?;
    let input = Uint8Array::from(bytes);
    let done = JsFuture::from(call.call3(&subtle, &algorithm, &imported?, &input)?.dyn_into::<Promise>()?).await;
    input.fill(0, 0, input.length());
    Ok(Uint8Array::new(&done?))
}
