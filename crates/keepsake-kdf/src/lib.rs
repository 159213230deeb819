#![doc = include_str!("../README.md")]

use keepsake_crypto::{CryptoError, Kdf, SALT_LEN, derive_kek};
use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

/// What is thrown; of the form of the vault's own errors.
#[derive(Serialize)]
struct Refusal {
    code: &'static str,
    message: String,
}

/// The key-encryption key of a passphrase (UTF-8): a third of a second and 64 MiB, so for a worker of its own.
#[wasm_bindgen]
pub fn derive(passphrase: Vec<u8>, challenge: JsValue) -> Result<Vec<u8>, JsValue> {
    let passphrase = Zeroizing::new(passphrase);
    let kdf: Kdf = serde_wasm_bindgen::from_value(challenge).map_err(|_| refuse(CryptoError::BadKdf))?;
    let kek = derive_kek(&passphrase, &kdf).map_err(refuse)?;
    Ok(kek.expose().to_vec())
}

/// Derives a key that nobody asked for, in the time before one is: the memory is there then, and the browser has made fast
/// code of what runs over it.
#[wasm_bindgen]
pub fn warm_up() {
    let kdf = Kdf { salt: [0; SALT_LEN], memory_kib: 64 * 1024, passes: 2, lanes: 1 };
    let _key = derive_kek(b"nobody's", &kdf);
}

fn refuse(error: CryptoError) -> JsValue {
    let code = match error {
        CryptoError::BadPassphrase => "invalid",
        CryptoError::OutOfMemory => "storage_failed",
        _ => "damaged",
    };
    let refusal = Refusal { code, message: error.to_string() };
    serde_wasm_bindgen::to_value(&refusal).unwrap_or_else(|_| JsValue::from_str(code))
}
