//! The permanent vectors of `tests/vectors`, made by a second implementation: whatever is changed, they hold.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use std::path::Path;

use keepsake_crypto::{
    Context, IdentityKey, Kdf, Purpose, RecoveryCode, Sealer, SecretKey, VaultKey, derive_kek, digest, pad, unpad,
};
use serde_json::Value;

/// What every envelope among the vectors was sealed with.
const KEY: [u8; 32] = [9; 32];
const CONTEXT: Context = Context { vault: [1; 16], object: [2; 16], revision: 3 };
const PLAINTEXT: &[u8] = b"green tea";

fn read(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The rows of one part of `keys-v1.json`, of which there are some.
fn rows(part: &str) -> Vec<Value> {
    let keys: Value = serde_json::from_str(&read("keys-v1.json")).unwrap();
    let rows = keys[part].as_array().expect(part);
    assert!(!rows.is_empty(), "{part} has no rows");
    rows.clone()
}

fn text<'a>(row: &'a Value, field: &str) -> &'a str {
    row[field].as_str().expect(field)
}

fn bytes<const N: usize>(row: &Value, field: &str) -> [u8; N] {
    hex::decode(text(row, field)).unwrap().try_into().expect(field)
}

fn number(row: &Value, field: &str) -> usize {
    row[field].as_u64().expect(field) as usize
}

fn parts(row: &Value) -> Vec<Vec<u8>> {
    row["parts"].as_array().unwrap().iter().map(|part| hex::decode(part.as_str().unwrap()).unwrap()).collect()
}

#[test]
fn an_envelope_of_every_purpose_opens_for_ever() {
    for purpose in Purpose::ALL {
        let key = SecretKey::from_slice(&KEY).unwrap();
        let label = purpose.label();
        // A slot is sealed under the key itself, everything else under a subkey.
        let sealer = match label.starts_with("slot ") {
            true => Sealer::new(&key, purpose),
            false => VaultKey::from_secret(key).derive_sealer(purpose),
        };
        let envelope = hex::decode(read(&format!("envelope-v1-{}.hex", label.replace(' ', "-"))).trim()).unwrap();
        assert_eq!(&*sealer.open(&CONTEXT, &envelope).expect(label), PLAINTEXT);
    }
}

#[test]
fn a_passphrase_becomes_the_same_key_for_ever() {
    for row in rows("passphrases") {
        let parameter = |field| number(&row, field) as u32;
        let kdf = Kdf {
            salt: bytes(&row, "salt"),
            memory_kib: parameter("memory_kib"),
            passes: parameter("passes"),
            lanes: parameter("lanes"),
        };
        let kek = derive_kek(text(&row, "passphrase").as_bytes(), &kdf).unwrap();
        assert_eq!(*kek.expose(), bytes(&row, "key"));
    }
}

#[test]
fn a_recovery_code_becomes_the_same_key_for_ever() {
    for row in rows("recovery_codes") {
        let code = RecoveryCode::parse(text(&row, "typed")).unwrap();
        assert_eq!(*code.grouped(), text(&row, "code"));
        assert_eq!(*code.derive_kek(&bytes(&row, "vault")).unwrap().expose(), bytes(&row, "key"));
    }
}

#[test]
fn parts_have_the_same_tag_and_digest_for_ever() {
    for row in rows("tags") {
        let key = IdentityKey::from_secret(SecretKey::from_slice(&bytes::<32>(&row, "key")).unwrap());
        let ids = key.derive_id_key(text(&row, "label"));
        let (parts, tag) = (parts(&row), bytes::<32>(&row, "tag"));
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        assert_eq!(ids.derive_tag(&parts), tag);
        assert_eq!(ids.derive_id(&parts), tag[..16]);
    }
    for row in rows("digests") {
        let parts = parts(&row);
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        assert_eq!(digest(&parts), bytes(&row, "digest"));
    }
}

#[test]
fn a_length_is_padded_to_the_same_for_ever() {
    for row in rows("padding") {
        let plaintext = vec![1; number(&row, "length")];
        let mut padded = Vec::new();
        pad(&plaintext, &mut padded).unwrap();
        assert_eq!(padded.len(), number(&row, "padded"));
        assert_eq!(unpad(&padded).unwrap(), plaintext);
    }
}
