//! Envelopes by themselves for JavaScript: `bench vault` measures them against other ways to seal bytes. The vault's own
//! module offers no such way in.

use keepsake_crypto::{Context, CryptoError, Purpose, Random, Sealer, SecretKey, VaultKey};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// Every envelope of the benchmark stands in the same place: what it is bound to costs the same everywhere.
const CONTEXT: Context = Context { vault: [1; 16], object: [2; 16], revision: 1 };

struct BrowserRandom;

impl Random for BrowserRandom {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), CryptoError> {
        getrandom::fill(bytes).map_err(|_| CryptoError::NoRandomness)
    }
}

/// Seals and opens as the vault does with its memories, under a random key.
#[wasm_bindgen]
pub struct Envelopes {
    sealer: Sealer,
}

#[wasm_bindgen]
impl Envelopes {
    /// Under a new key.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Result<Envelopes, JsValue> {
        let key = SecretKey::make(&mut BrowserRandom).map_err(to_js_error)?;
        Ok(Self { sealer: VaultKey::from_secret(key).derive_sealer(Purpose::Record) })
    }

    /// The envelope of these bytes.
    pub async fn seal(&self, plaintext: Vec<u8>) -> Result<Vec<u8>, JsValue> {
        self.sealer.seal(&CONTEXT, &plaintext, &mut BrowserRandom).map_err(to_js_error)
    }

    /// The bytes in an envelope that [`Self::seal`] made.
    pub async fn open(&self, envelope: Vec<u8>) -> Result<Vec<u8>, JsValue> {
        Ok(self.sealer.open(&CONTEXT, &envelope).map_err(to_js_error)?.to_vec())
    }
}

fn to_js_error(error: CryptoError) -> JsValue {
    JsValue::from_str(&error.to_string())
}
