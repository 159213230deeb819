//! Envelopes: whatever is read as one, only the one that was sealed opens.

use std::sync::LazyLock;

use keepsake_crypto::{Context, Purpose, Sealer, SecretKey, VaultKey, pad, revision_of, unpad};

const CONTEXT: Context = Context { vault: [1; 16], object: [2; 16], revision: 3 };
const PLAINTEXT: &[u8] = b"green tea";

thread_local! {
    static SEALER: Sealer =
        VaultKey::from_secret(SecretKey::from_slice(&[9; 32]).unwrap()).derive_sealer(Purpose::Record);
}

static SEALED: LazyLock<Vec<u8>> =
    LazyLock::new(|| hex::decode(include_str!("../../../tests/vectors/envelope-v1-record.hex").trim()).unwrap());

/// An even first byte: the rest is the envelope. An odd one: the rest changes the sealed one, three bytes a change.
pub fn run(bytes: &[u8]) {
    let Some((&mode, rest)) = bytes.split_first() else { return };
    let envelope = if mode % 2 == 0 { rest.to_vec() } else { changed(rest) };
    match SEALER.with(|sealer| sealer.open(&CONTEXT, &envelope)) {
        Ok(plaintext) => assert!(plaintext[..] == *PLAINTEXT && envelope == *SEALED, "another envelope opens"),
        Err(_) => assert!(envelope != *SEALED, "the envelope does not open"),
    }
    let _revision = revision_of(&envelope);
    // Padding is read only behind the seal, but must stand on its own.
    if let Ok(plaintext) = unpad(rest) {
        let mut padded = Vec::new();
        pad(plaintext, &mut padded).unwrap();
        assert!(padded == *rest, "another form of the same plaintext is accepted");
    }
}

/// The sealed envelope with bits flipped at these places, or cut, or lengthened.
fn changed(changes: &[u8]) -> Vec<u8> {
    let mut envelope = SEALED.clone();
    for change in changes.chunks_exact(3) {
        let [high, low, bits] = *change else { continue };
        let at = usize::from(u16::from_be_bytes([high, low]));
        match envelope.get_mut(at) {
            Some(byte) => *byte ^= bits,
            None if bits % 2 == 0 => envelope.truncate(at % (envelope.len() + 1)),
            None => envelope.push(bits),
        }
    }
    envelope
}
