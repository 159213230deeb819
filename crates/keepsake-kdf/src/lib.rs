#![doc = include_str!("../README.md")]

use keepsake_crypto::{CryptoError, Kdf, derive_kek};
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

/// Gets the memory that a derivation with the parameters of a new vault takes, for the time before one is asked for.
#[wasm_bindgen]
pub fn make_room() {
    const ROOM: usize = 65 * 1024 * 1024;
    const PAGE: usize = 4096;
    let mut room = vec![0_u8; ROOM];
    // Memory that nobody has written to is not there yet.
    room.iter_mut().step_by(PAGE).for_each(|byte| *byte = 1);
    core::hint::black_box(&room);
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
