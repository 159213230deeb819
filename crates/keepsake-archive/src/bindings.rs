//! The two classes for JavaScript: deriving the key takes a second and blocks, so for a worker.

use serde::Serialize;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

use crate::{ArchiveError, Opener, Sealer, WORK_FACTOR};

#[wasm_bindgen(typescript_custom_section)]
const ERROR_TYPE: &str = r#"
/** What every method here throws. */
export interface ArchiveError {
    code: "wrong_passphrase" | "damaged" | "not_an_archive" | "too_costly" | "invalid";
    /** In English. */
    message: string;
}
"#;

/// Makes one age file.
#[wasm_bindgen]
pub struct ArchiveSealer {
    sealer: Sealer,
}

#[wasm_bindgen]
impl ArchiveSealer {
    /// For this passphrase (UTF-8, 1 to 1,024 bytes).
    #[wasm_bindgen(constructor)]
    pub fn new(passphrase: Vec<u8>) -> Result<ArchiveSealer, JsValue> {
        let sealer = Sealer::new(&Zeroizing::new(passphrase), WORK_FACTOR).map_err(to_js_error)?;
        Ok(Self { sealer })
    }

    /// Takes more plaintext; answers the bytes to append to the file.
    pub fn push(&mut self, plaintext: Vec<u8>) -> Result<Vec<u8>, JsValue> {
        self.sealer.push(&Zeroizing::new(plaintext)).map_err(to_js_error)
    }

    /// Closes the file; answers its last bytes.
    pub fn finish(self) -> Result<Vec<u8>, JsValue> {
        self.sealer.finish().map_err(to_js_error)
    }
}

/// Reads one age file.
#[wasm_bindgen]
pub struct ArchiveOpener {
    opener: Opener,
}

#[wasm_bindgen]
impl ArchiveOpener {
    /// With this passphrase (UTF-8, 1 to 1,024 bytes).
    #[wasm_bindgen(constructor)]
    pub fn new(passphrase: Vec<u8>) -> Result<ArchiveOpener, JsValue> {
        Ok(Self { opener: Opener::new(&Zeroizing::new(passphrase)).map_err(to_js_error)? })
    }

    /// Takes more of the file; answers the plaintext that is certain by now.
    pub fn push(&mut self, sealed: &[u8]) -> Result<Vec<u8>, JsValue> {
        self.opener.push(sealed).map_err(to_js_error)
    }

    /// The file has no more bytes; answers the last of its plaintext, and throws where it is not whole.
    pub fn finish(self) -> Result<Vec<u8>, JsValue> {
        self.opener.finish().map_err(to_js_error)
    }
}

#[derive(Serialize)]
struct Thrown {
    code: &'static str,
    message: String,
}

fn to_js_error(error: ArchiveError) -> JsValue {
    let thrown = Thrown { code: error.code(), message: error.to_string() };
    serde_wasm_bindgen::to_value(&thrown).unwrap_or_else(|_| JsValue::from_str("error"))
}
