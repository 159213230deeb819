//! Envelopes: sealed bytes that open only as what they were sealed as.
//!
//! `version (1) ‖ revision (8, big endian) ‖ nonce (24) ‖ ciphertext ‖ tag (16)`, the ciphertext being XAES-256-GCM over the
//! padded plaintext. The associated data is `"keepsake" ‖ version ‖ length of label (1) ‖ label ‖ vault (16) ‖ object (16) ‖
//! revision (8)`: an envelope that is moved, renamed or given another revision does not open.

use futures_util::future::try_join_all;
use xaes_256_gcm::Xaes256Gcm;
use xaes_256_gcm::aead::{Aead, KeyInit, Payload};
use zeroize::Zeroizing;

use crate::message_key::MessageKeys;
use crate::{CryptoError, Primitives, Random, SecretKey, pad, unpad};

/// The version of the envelopes that are made now.
pub const FORMAT_VERSION: u8 = 1;

/// Bytes that an envelope adds to the padded plaintext.
pub const ENVELOPE_OVERHEAD: usize = HEADER + TAG;

const NONCE: usize = 24;
const TAG: usize = 16;
const HEADER: usize = 1 + 8 + NONCE;

/// What an envelope holds; each has a key of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Purpose {
    /// A memory.
    Record,
    /// A proposal that waits for the person.
    Inbox,
    /// A grant or a denial.
    Decision,
    /// A receipt.
    Receipt,
    /// A segment of the catalogue: what is known of memories without their words.
    Catalogue,
    /// What the vault commits to.
    Manifest,
    /// The vault key, wrapped by what a passphrase derives to.
    PassphraseSlot,
    /// The vault key, wrapped by what the recovery code derives to.
    RecoverySlot,
    /// The vault key, wrapped by the session's key.
    SessionSlot,
    /// The vault key before, wrapped by the one now, while everything is sealed anew.
    FormerKeySlot,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 10] = [
        Self::Record,
        Self::Inbox,
        Self::Decision,
        Self::Receipt,
        Self::Catalogue,
        Self::Manifest,
        Self::PassphraseSlot,
        Self::RecoverySlot,
        Self::SessionSlot,
        Self::FormerKeySlot,
    ];

    /// Its name in key derivation and associated data; part of the format.
    pub fn label(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Inbox => "inbox",
            Self::Decision => "decision",
            Self::Receipt => "receipt",
            Self::Catalogue => "catalogue",
            Self::Manifest => "manifest",
            Self::PassphraseSlot => "slot passphrase",
            Self::RecoverySlot => "slot recovery",
            Self::SessionSlot => "slot session",
            Self::FormerKeySlot => "slot former",
        }
    }
}

/// What an envelope is bound to besides its purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Context {
    /// The vault's random id.
    pub vault: [u8; 16],
    /// The key under which the object is stored.
    pub object: [u8; 16],
    /// Counts the object's changes.
    pub revision: u64,
}

/// Seals and opens the envelopes of one purpose.
///
/// Short plaintexts are sealed here and now. What has [`Primitives::LONG`] bytes or more is handed to whoever is faster at
/// it; the bytes are the same.
pub struct Sealer {
    cipher: Xaes256Gcm,
    long: MessageKeys,
    purpose: Purpose,
}

/// A plaintext on its way into an envelope.
pub enum Sealing {
    /// It is in.
    Sealed(Vec<u8>),
    /// It is long: [`seal_all`] does it.
    Waiting(WaitingSeal),
}

/// A long plaintext with all that sealing it takes.
pub struct WaitingSeal {
    key: SecretKey,
    nonce: [u8; NONCE],
    associated: Vec<u8>,
    padded: Zeroizing<Vec<u8>>,
    revision: u64,
}

impl Sealer {
    /// For this purpose, with this key.
    pub fn new(key: &SecretKey, purpose: Purpose) -> Self {
        Self { cipher: Xaes256Gcm::new(key.expose().into()), long: MessageKeys::new(key), purpose }
    }

    /// Pads and seals.
    pub fn seal(&self, context: &Context, plaintext: &[u8], random: &mut impl Random) -> Result<Vec<u8>, CryptoError> {
        let nonce: [u8; NONCE] = random.make()?;
        let padded = pad(plaintext)?;
        let aad = self.associated_data(context, FORMAT_VERSION);
        let sealed = self
            .cipher
            .encrypt(&nonce.into(), Payload { msg: &padded, aad: &aad })
            .map_err(|_| CryptoError::DoesNotOpen)?;
        Ok(assemble(context.revision, &nonce, &sealed))
    }

    /// Pads, and seals where that is best done here.
    pub fn begin<P: Primitives>(
        &self,
        context: &Context,
        plaintext: &[u8],
        primitives: &mut P,
    ) -> Result<Sealing, CryptoError> {
        if plaintext.len() < P::LONG {
            return self.seal(context, plaintext, primitives).map(Sealing::Sealed);
        }
        let nonce: [u8; NONCE] = primitives.make()?;
        Ok(Sealing::Waiting(WaitingSeal {
            key: self.long.derive(&nonce),
            nonce,
            associated: self.associated_data(context, FORMAT_VERSION),
            padded: pad(plaintext)?,
            revision: context.revision,
        }))
    }

    /// Opens what was sealed under this very context.
    pub fn open(&self, context: &Context, envelope: &[u8]) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let (nonce, sealed) = take_apart(context, envelope)?;
        let aad = self.associated_data(context, FORMAT_VERSION);
        let padded = self
            .cipher
            .decrypt(nonce.into(), Payload { msg: sealed, aad: &aad })
            .map(Zeroizing::new)
            .map_err(|_| CryptoError::DoesNotOpen)?;
        unpadded(padded)
    }

    /// Opens many envelopes at once, each under its context; the answer stands in their order.
    pub async fn open_all<P: Primitives>(
        &self,
        envelopes: &[(Context, Vec<u8>)],
        primitives: &P,
    ) -> Vec<Result<Zeroizing<Vec<u8>>, CryptoError>> {
        let opening = envelopes.iter().map(|(context, envelope)| self.open_one(context, envelope, primitives));
        futures_util::future::join_all(opening).await
    }

    async fn open_one<P: Primitives>(
        &self,
        context: &Context,
        envelope: &[u8],
        primitives: &P,
    ) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        if envelope.len() < P::LONG {
            return self.open(context, envelope);
        }
        let (nonce, sealed) = take_apart(context, envelope)?;
        let aad = self.associated_data(context, FORMAT_VERSION);
        let padded = primitives.open_gcm(&self.long.derive(nonce), gcm_nonce(nonce), &aad, sealed).await?;
        unpadded(padded)
    }

    fn associated_data(&self, context: &Context, version: u8) -> Vec<u8> {
        let label = self.purpose.label().as_bytes();
        let mut aad = Vec::with_capacity(8 + 2 + label.len() + 16 + 16 + 8);
        aad.extend_from_slice(b"keepsake");
        aad.extend_from_slice(&[version, label.len() as u8]);
        aad.extend_from_slice(label);
        aad.extend_from_slice(&context.vault);
        aad.extend_from_slice(&context.object);
        aad.extend_from_slice(&context.revision.to_be_bytes());
        aad
    }
}

/// Seals everything that waits, at once; the answer stands in the same order.
pub async fn seal_all<P: Primitives>(sealing: Vec<Sealing>, primitives: &P) -> Result<Vec<Vec<u8>>, CryptoError> {
    try_join_all(sealing.into_iter().map(async |one| match one {
        Sealing::Sealed(envelope) => Ok(envelope),
        Sealing::Waiting(WaitingSeal { key, nonce, associated, padded, revision }) => {
            let sealed = primitives.seal_gcm(&key, gcm_nonce(&nonce), &associated, &padded).await?;
            Ok(assemble(revision, &nonce, &sealed))
        }
    }))
    .await
}

fn assemble(revision: u64, nonce: &[u8; NONCE], sealed: &[u8]) -> Vec<u8> {
    let mut envelope = Vec::with_capacity(HEADER + sealed.len());
    envelope.push(FORMAT_VERSION);
    envelope.extend_from_slice(&revision.to_be_bytes());
    envelope.extend_from_slice(nonce);
    envelope.extend_from_slice(sealed);
    envelope
}

/// The nonce and the sealed part of an envelope that says it is of this version and revision.
fn take_apart<'a>(context: &Context, envelope: &'a [u8]) -> Result<(&'a [u8; NONCE], &'a [u8]), CryptoError> {
    let (&version, rest) = envelope.split_first().ok_or(CryptoError::DoesNotOpen)?;
    if version != FORMAT_VERSION {
        return Err(CryptoError::UnknownVersion(version));
    }
    let (revision, rest) = rest.split_first_chunk::<8>().ok_or(CryptoError::DoesNotOpen)?;
    let (nonce, sealed) = rest.split_first_chunk::<NONCE>().ok_or(CryptoError::DoesNotOpen)?;
    if u64::from_be_bytes(*revision) != context.revision {
        return Err(CryptoError::DoesNotOpen);
    }
    Ok((nonce, sealed))
}

/// The plaintext where it stands: another copy would have to be wiped too.
fn unpadded(mut padded: Zeroizing<Vec<u8>>) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
    let length = unpad(&padded)?.len();
    padded.copy_within(4..4 + length, 0);
    padded.truncate(length);
    Ok(padded)
}

/// XAES-256-GCM spends the first half of its nonce on the message key, and the second half in GCM.
fn gcm_nonce(nonce: &[u8; NONCE]) -> &[u8; 12] {
    nonce.last_chunk().unwrap_or(&[0; 12])
}

/// The 16 bytes that end an envelope. Nobody without the key can make another envelope that ends in them and opens.
pub fn tag_of(envelope: &[u8]) -> [u8; TAG] {
    envelope.last_chunk().copied().unwrap_or_default()
}

/// The revision that an envelope says it has; true only once it has opened under it.
pub fn revision_of(envelope: &[u8]) -> Option<u64> {
    envelope.get(1..9)?.try_into().ok().map(u64::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::VaultKey;
    use proptest::prelude::*;

    struct System;
    impl Random for System {
        fn fill(&mut self, bytes: &mut [u8]) -> Result<(), CryptoError> {
            getrandom::fill(bytes).map_err(|_| CryptoError::NoRandomness)
        }
    }

    const HERE: Context = Context { vault: [1; 16], object: [2; 16], revision: 3 };

    fn sealer(purpose: Purpose) -> Sealer {
        VaultKey::from_secret(SecretKey::from_slice(&[9; 32]).unwrap()).derive_sealer(purpose)
    }

    #[test]
    fn an_envelope_opens_only_as_what_it_was_sealed_as() {
        let record = sealer(Purpose::Record);
        let envelope = record.seal(&HERE, b"green tea", &mut System).unwrap();
        assert_eq!(record.open(&HERE, &envelope).unwrap().as_slice(), b"green tea");
        for elsewhere in
            [Context { vault: [7; 16], ..HERE }, Context { object: [7; 16], ..HERE }, Context { revision: 4, ..HERE }]
        {
            assert_eq!(record.open(&elsewhere, &envelope).err(), Some(CryptoError::DoesNotOpen));
        }
        for purpose in Purpose::ALL.into_iter().filter(|&purpose| purpose != Purpose::Record) {
            assert!(sealer(purpose).open(&HERE, &envelope).is_err());
        }
    }

    #[test]
    fn every_flipped_bit_is_found() {
        let sealer = sealer(Purpose::Record);
        let envelope = sealer.seal(&HERE, b"green tea", &mut System).unwrap();
        for at in 0..envelope.len() {
            for bit in 0..8 {
                let mut changed = envelope.clone();
                changed[at] ^= 1 << bit;
                assert!(sealer.open(&HERE, &changed).is_err(), "byte {at}, bit {bit}");
            }
        }
    }

    #[test]
    fn what_another_implementation_seals_or_opens_is_the_same_envelope() {
        // Long for this one is what has 4 bytes or more: the same code runs as with the browser's cipher.
        struct Eager;
        impl Random for Eager {
            fn fill(&mut self, bytes: &mut [u8]) -> Result<(), CryptoError> {
                System.fill(bytes)
            }
        }
        impl Primitives for Eager {
            const LONG: usize = 4;
        }
        let sealer = sealer(Purpose::Catalogue);
        for plaintext in [&b"tea"[..], b"green tea", &[7; 5000]] {
            let sealing = vec![sealer.begin(&HERE, plaintext, &mut Eager).unwrap()];
            let envelope = pollster::block_on(seal_all(sealing, &Eager)).unwrap().remove(0);
            assert_eq!(sealer.open(&HERE, &envelope).unwrap().as_slice(), plaintext);
            let mut broken = envelope.clone();
            broken[40] ^= 1;
            let many = [(HERE, envelope), (HERE, broken), (HERE, vec![1, 2])];
            let opened = pollster::block_on(sealer.open_all(&many, &Eager));
            assert_eq!(opened[0].as_ref().unwrap().as_slice(), plaintext);
            assert!(opened[1].is_err() && opened[2].is_err());
        }
    }

    #[test]
    fn a_cut_envelope_does_not_open() {
        let sealer = sealer(Purpose::Record);
        let envelope = sealer.seal(&HERE, b"green tea", &mut System).unwrap();
        for length in 0..envelope.len() {
            assert!(sealer.open(&HERE, &envelope[..length]).is_err());
        }
    }

    #[test]
    fn the_same_plaintext_is_never_sealed_to_the_same_bytes() {
        let sealer = sealer(Purpose::Record);
        let seal = || sealer.seal(&HERE, b"green tea", &mut System).unwrap();
        assert_ne!(seal(), seal());
    }

    proptest! {
        #[test]
        fn what_is_sealed_opens_again(plaintext in prop::collection::vec(any::<u8>(), 0..2000), revision: u64) {
            let context = Context { revision, ..HERE };
            let sealer = sealer(Purpose::Inbox);
            let envelope = sealer.seal(&context, &plaintext, &mut System).unwrap();
            prop_assert_eq!(revision_of(&envelope), Some(revision));
            let opened = sealer.open(&context, &envelope).unwrap();
            prop_assert_eq!(opened.as_slice(), &plaintext[..]);
        }

        #[test]
        fn no_bytes_stop_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(sealer(Purpose::Record).open(&HERE, &bytes).is_err());
        }
    }
}
