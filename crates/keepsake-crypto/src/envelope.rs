//! Envelopes: sealed bytes that open only as what they were sealed as.
//!
//! `version (1) ‖ revision (8, big endian) ‖ nonce (24) ‖ ciphertext ‖ tag (16)`, the ciphertext being XAES-256-GCM over the
//! padded plaintext. The associated data is `"keepsake" ‖ version ‖ length of label (1) ‖ label ‖ vault (16) ‖ object (16) ‖
//! revision (8)`: an envelope that is moved, renamed or given another revision does not open.

use core::cell::Cell;
use core::pin::pin;

use futures_util::future::try_join_all;
use futures_util::{StreamExt, stream};
use xaes_256_gcm::Xaes256Gcm;
use xaes_256_gcm::aead::{Aead, AeadInOut, KeyInit, Payload};

use crate::message_key::MessageKeys;
use crate::padding::LENGTH;
use crate::{CryptoError, Plaintext, Primitives, Random, SecretKey, pad, padded_len, unpad};

/// The version of the envelopes that are made now.
pub const FORMAT_VERSION: u8 = 1;

/// Bytes that an envelope adds to the padded plaintext.
pub const ENVELOPE_OVERHEAD: usize = HEADER + TAG;

/// How many long envelopes are on their way through the browser's cipher at once: a hundred take no less time, and ten times the
/// memory.
const AT_ONCE: usize = 8;

const NONCE: usize = 24;
const TAG: usize = 16;
const HEADER: usize = 1 + 8 + NONCE;

/// How many long messages share the first half of their nonces, and with it a message key. The other halves are 96 random
/// bits: among so many messages two are alike with a probability of 2^-57.
const RUN: u32 = 1 << 20;

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
    /// A segment of the search index.
    Index,
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
    pub const ALL: [Self; 11] = [
        Self::Record,
        Self::Inbox,
        Self::Decision,
        Self::Receipt,
        Self::Catalogue,
        Self::Index,
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
            Self::Index => "index",
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
/// it; the bytes are the same. Handing over a key takes as long as sealing a page of text, so long messages share one: they
/// are given nonces with the same first half, which is what the message key is derived from.
pub struct Sealer {
    cipher: Xaes256Gcm,
    long: MessageKeys,
    run: Cell<Run>,
    purpose: Purpose,
}

/// The first half of the nonces of the next long messages.
#[derive(Clone, Copy, Default)]
struct Run {
    half: [u8; NONCE / 2],
    left: u32,
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
    padded: Plaintext,
    revision: u64,
}

impl Sealer {
    /// For this purpose, with this key.
    pub fn new(key: &SecretKey, purpose: Purpose) -> Self {
        Self {
            cipher: Xaes256Gcm::new(key.expose().into()),
            long: MessageKeys::new(key),
            run: Cell::default(),
            purpose,
        }
    }

    /// Pads and seals.
    pub fn seal(&self, context: &Context, plaintext: &[u8], random: &mut impl Random) -> Result<Vec<u8>, CryptoError> {
        let nonce: [u8; NONCE] = random.make()?;
        let mut envelope = begin_envelope(context.revision, &nonce, plaintext.len());
        pad(plaintext, &mut envelope)?;
        let aad = self.associated_data(context, FORMAT_VERSION);
        let (_, padded) = envelope.split_at_mut_checked(HEADER).ok_or(CryptoError::DoesNotOpen)?;
        let tag = self.cipher.encrypt_inout_detached(&nonce.into(), &aad, padded.into());
        envelope.extend_from_slice(&tag.map_err(|_| CryptoError::DoesNotOpen)?);
        Ok(envelope)
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
        let nonce = self.make_long_nonce(primitives)?;
        let mut padded = Plaintext::with_capacity(padded_len(plaintext.len()));
        pad(plaintext, padded.bytes_mut())?;
        Ok(Sealing::Waiting(WaitingSeal {
            key: self.long.derive(&nonce),
            nonce,
            associated: self.associated_data(context, FORMAT_VERSION),
            padded,
            revision: context.revision,
        }))
    }

    fn make_long_nonce(&self, random: &mut impl Random) -> Result<[u8; NONCE], CryptoError> {
        let mut run = self.run.get();
        if run.left == 0 {
            run = Run { half: random.make()?, left: RUN };
        }
        self.run.set(Run { left: run.left - 1, ..run });
        let rest: [u8; NONCE / 2] = random.make()?;
        let mut nonce = [0; NONCE];
        nonce.iter_mut().zip(run.half.iter().chain(&rest)).for_each(|(to, from)| *to = *from);
        Ok(nonce)
    }

    /// Opens what was sealed under this very context.
    pub fn open(&self, context: &Context, envelope: &[u8]) -> Result<Plaintext, CryptoError> {
        let (nonce, sealed) = take_apart(context, envelope)?;
        let aad = self.associated_data(context, FORMAT_VERSION);
        let padded = self
            .cipher
            .decrypt(nonce.into(), Payload { msg: sealed, aad: &aad })
            .map(Plaintext::from)
            .map_err(|_| CryptoError::DoesNotOpen)?;
        unpadded(padded)
    }

    async fn open_best<P: Primitives>(
        &self,
        context: &Context,
        envelope: &[u8],
        primitives: &P,
    ) -> Result<Plaintext, CryptoError> {
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

/// Opens many envelopes at once, each with its sealer and under its context. What comes out is handed on in their order, while
/// those behind it are still being opened.
pub async fn open_all<P: Primitives>(
    envelopes: &[(&Sealer, Context, &[u8])],
    primitives: &P,
    mut take: impl FnMut(Result<Plaintext, CryptoError>),
) {
    let opening = envelopes.iter().map(|(sealer, context, envelope)| sealer.open_best(context, envelope, primitives));
    let mut opening = pin!(stream::iter(opening).buffered(AT_ONCE));
    while let Some(opened) = opening.next().await {
        take(opened);
    }
}

/// Seals everything that waits, at once; the answer stands in the same order.
pub async fn seal_all<P: Primitives>(sealing: Vec<Sealing>, primitives: &P) -> Result<Vec<Vec<u8>>, CryptoError> {
    try_join_all(sealing.into_iter().map(async |one| match one {
        Sealing::Sealed(envelope) => Ok(envelope),
        Sealing::Waiting(WaitingSeal { key, nonce, associated, padded, revision }) => {
            let mut envelope = begin_envelope(revision, &nonce, padded.len());
            primitives.seal_gcm(&key, gcm_nonce(&nonce), &associated, &padded, &mut envelope).await?;
            Ok(envelope)
        }
    }))
    .await
}

/// What stands before the ciphertext, with room for that of so long a plaintext: what has to grow leaves a copy behind.
fn begin_envelope(revision: u64, nonce: &[u8; NONCE], length: usize) -> Vec<u8> {
    let mut envelope = Vec::with_capacity(ENVELOPE_OVERHEAD + padded_len(length));
    envelope.push(FORMAT_VERSION);
    envelope.extend_from_slice(&revision.to_be_bytes());
    envelope.extend_from_slice(nonce);
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
fn unpadded(padded: Plaintext) -> Result<Plaintext, CryptoError> {
    let length = unpad(&padded)?.len();
    Ok(padded.cut(LENGTH, length))
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
        assert_eq!(*record.open(&HERE, &envelope).unwrap(), *b"green tea");
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
            assert_eq!(&*sealer.open(&HERE, &envelope).unwrap(), plaintext);
            let mut broken = envelope.clone();
            broken[40] ^= 1;
            let many = [&envelope[..], &broken, &[1, 2]].map(|envelope| (&sealer, HERE, envelope));
            let mut opened = Vec::new();
            pollster::block_on(open_all(&many, &Eager, |one| opened.push(one)));
            assert_eq!(&**opened[0].as_ref().unwrap(), plaintext);
            assert!(opened[1].is_err() && opened[2].is_err());
        }
        let nonce = |sealer: &Sealer| match sealer.begin(&HERE, b"green tea", &mut Eager).unwrap() {
            Sealing::Waiting(waiting) => waiting.nonce,
            Sealing::Sealed(_) => unreachable!("it is long"),
        };
        let (first, second, other) = (nonce(&sealer), nonce(&sealer), nonce(&super::tests::sealer(Purpose::Catalogue)));
        assert_eq!(first[..12], second[..12], "long messages share a message key");
        assert_ne!(first[12..], second[12..]);
        assert_ne!(first[..12], other[..12], "but not with another time that the vault is open");
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
            prop_assert_eq!(&*opened, &plaintext[..]);
        }

        #[test]
        fn no_bytes_stop_the_reader(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            prop_assert!(sealer(Purpose::Record).open(&HERE, &bytes).is_err());
        }
    }
}
