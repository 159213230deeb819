//! Envelopes by themselves for JavaScript: `bench vault` measures them against other ways to seal bytes. The vault's own
//! module offers no such way in.

use keepsake_browser::BrowserPrimitives;
use keepsake_crypto::{Context, CryptoError, Purpose, Sealer, SecretKey, VaultKey, seal_all};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// Every envelope of the benchmark stands in the same place: what it is bound to costs the same everywhere.
const CONTEXT: Context = Context { vault: [1; 16], object: [2; 16], revision: 1 };

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
        let key = SecretKey::make(&mut BrowserPrimitives).map_err(to_js_error)?;
        Ok(Self { sealer: VaultKey::from_secret(key).derive_sealer(Purpose::Record) })
    }

    /// The envelope of these bytes.
    pub async fn seal(&self, plaintext: Vec<u8>) -> Result<Vec<u8>, JsValue> {
        let sealing = self.sealer.begin(&CONTEXT, &plaintext, &mut BrowserPrimitives).map_err(to_js_error)?;
        let sealed = seal_all(vec![sealing], &BrowserPrimitives).await.map_err(to_js_error)?;
        Ok(sealed.into_iter().next().unwrap_or_default())
    }

    /// The bytes in an envelope that [`Self::seal`] made.
    pub async fn open(&self, envelope: Vec<u8>) -> Result<Vec<u8>, JsValue> {
        let opened = self.sealer.open_all(&[(CONTEXT, envelope)], &BrowserPrimitives).await;
        let plaintext = opened.into_iter().next().unwrap_or(Err(CryptoError::DoesNotOpen)).map_err(to_js_error)?;
        Ok(plaintext.to_vec())
    }
}

fn to_js_error(error: CryptoError) -> JsValue {
    JsValue::from_str(&error.to_string())
}
