//! The two functions for JavaScript.

use keepsake_crypto::{CryptoError, Random};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

struct BrowserRandom;

impl Random for BrowserRandom {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), CryptoError> {
        getrandom::fill(bytes).map_err(|_| CryptoError::NoRandomness)
    }
}

/// How hard a passphrase (UTF-8) is to guess: a `StrengthReport`.
#[wasm_bindgen]
pub fn assess_passphrase(passphrase: Vec<u8>) -> Result<JsValue, JsValue> {
    Ok(serde_wasm_bindgen::to_value(&crate::assess(&Zeroizing::new(passphrase)))?)
}

/// Six random words.
#[wasm_bindgen]
pub fn suggest_passphrase() -> Result<String, JsValue> {
    let words = crate::make_passphrase(&mut BrowserRandom).map_err(|error| JsValue::from_str(&error.to_string()))?;
    Ok(words.to_string())
}
