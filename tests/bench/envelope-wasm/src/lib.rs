//! Envelopes by themselves for JavaScript: `bench vault` measures them against other ways to seal bytes. The vault's own
//! module offers no such way in.

use keepsake_browser::BrowserPrimitives;
use keepsake_crypto::{Context, CryptoError, Plaintext, Purpose, Sealer, SecretKey, VaultKey, open_all, seal_all};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

/// Every envelope of the benchmark stands in the same place: what it is bound to costs the same everywhere.
const CONTEXT: Context = Context { vault: [1; 16], object: [2; 16], revision: 1 };

/// One plaintext and its envelope, which stand where the vault has them: in this module's memory.
#[wasm_bindgen]
pub struct Envelopes {
    sealer: Sealer,
    primitives: BrowserPrimitives,
    plaintext: Plaintext,
    envelope: Vec<u8>,
}

#[wasm_bindgen]
impl Envelopes {
    /// For these bytes, under a new key.
    #[wasm_bindgen(constructor)]
    pub fn new(plaintext: Vec<u8>) -> Result<Envelopes, JsValue> {
        let mut primitives = BrowserPrimitives::default();
        let key = SecretKey::make(&mut primitives).map_err(to_js_error)?;
        let sealer = VaultKey::from_secret(key).derive_sealer(Purpose::Record);
        Ok(Self { sealer, primitives, plaintext: plaintext.into(), envelope: Vec::new() })
    }

    /// Seals the plaintext so many times, one after the other.
    pub async fn seal(&mut self, times: u32) -> Result<(), JsValue> {
        for _ in 0..times {
            let sealing = self.sealer.begin(&CONTEXT, &self.plaintext, &mut self.primitives).map_err(to_js_error)?;
            let sealed = seal_all(vec![sealing], &self.primitives).await.map_err(to_js_error)?;
            self.envelope = sealed.into_iter().next().unwrap_or_default();
        }
        Ok(())
    }

    /// Opens what was sealed last so many times, one after the other.
    pub async fn open(&mut self, times: u32) -> Result<(), JsValue> {
        for _ in 0..times {
            // As in the vault, which is done with one plaintext before it opens the next.
            self.plaintext = Plaintext::default();
            let mut opened = Err(CryptoError::DoesNotOpen);
            open_all(&[(&self.sealer, CONTEXT, &self.envelope)], &self.primitives, |one| opened = one).await;
            self.plaintext = opened.map_err(to_js_error)?;
        }
        Ok(())
    }

    /// The plaintext as it is now.
    pub fn plaintext(&self) -> Vec<u8> {
        self.plaintext.to_vec()
    }
}

fn to_js_error(error: CryptoError) -> JsValue {
    JsValue::from_str(&error.to_string())
}
