//! One change of the vault: sealed objects, receipts and the manifest that commits to them, all or none.

use keepsake_crypto::{Context, CryptoError, Purpose, Random, SetHash, digest};
use keepsake_memory::Millis;
use keepsake_policy::Subject;
use serde::Serialize;
use zeroize::Zeroizing;

use crate::api::{OwnerError, ReceiptEntry};
use crate::format::{HEADER_KEY, Header, Keyring, MANIFEST_KEY, Manifest, Receipt, encode, purpose_of};
use crate::{Batch, ObjectKey, Space, Store};

/// Where an object stands and what the manifest knows it by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stored {
    pub key: ObjectKey,
    pub member: [u8; 32],
}

/// A change in the making. Nothing happens until [`Self::commit`].
pub(crate) struct Transaction<'a, R> {
    keys: &'a Keyring,
    vault: [u8; 16],
    random: &'a mut R,
    manifest: Manifest,
    batch: Batch,
}

impl<'a, R: Random> Transaction<'a, R> {
    pub fn new(keys: &'a Keyring, vault: [u8; 16], manifest: &Manifest, random: &'a mut R) -> Self {
        Self { keys, vault, random, manifest: manifest.clone(), batch: Batch::default() }
    }

    /// So many random bytes.
    pub fn make<const N: usize>(&mut self) -> Result<[u8; N], CryptoError> {
        self.random.make()
    }

    /// Seals an object and puts it in the place of what stood under its id before.
    pub fn put<T: Serialize>(
        &mut self,
        space: Space,
        id: &[u8],
        revision: u64,
        value: &T,
        before: Option<Stored>,
    ) -> Result<Stored, CryptoError> {
        self.put_bytes(space, id, revision, &encode(value)?, before)
    }

    /// Takes an object away.
    pub fn delete(&mut self, space: Space, stored: Stored) {
        if let Some(set) = self.manifest.set_mut(space) {
            set.remove(stored.member);
        }
        self.batch.deletes.push((space, stored.key));
    }

    /// Starts anew without any decision: those that stand in the store are not to be trusted.
    pub fn drop_decisions(&mut self, keys: &[ObjectKey]) {
        self.manifest.decisions = SetHash::default();
        self.batch.deletes.extend(keys.iter().map(|key| (Space::Decisions, *key)));
    }

    /// Puts another header in the place of the one before.
    pub fn put_header(&mut self, header: &Header) -> Result<(), CryptoError> {
        let bytes = encode(header)?;
        self.manifest.header = digest(&[&bytes]);
        self.batch.puts.push((Space::Meta, HEADER_KEY, bytes.to_vec()));
        Ok(())
    }

    /// What the vault commits to, to change what it says besides its objects.
    pub fn manifest_mut(&mut self) -> &mut Manifest {
        &mut self.manifest
    }

    /// Adds a receipt to the chain; answers its id.
    pub fn receipt(&mut self, at: Millis, subject: &Subject, entry: ReceiptEntry) -> Result<[u8; 16], CryptoError> {
        let id = self.random.make()?;
        let number = self.manifest.receipts + 1;
        let receipt = Receipt { id, number, previous: self.manifest.head, at, subject: subject.clone(), entry };
        let bytes = encode(&receipt)?;
        self.put_bytes(Space::Receipts, &number.to_be_bytes(), 1, &bytes, None)?;
        self.manifest.receipts = number;
        self.manifest.head = digest(&[&bytes]);
        Ok(id)
    }

    /// Makes it durable; answers the manifest that now holds.
    pub async fn commit(mut self, store: &impl Store) -> Result<Manifest, OwnerError> {
        self.manifest.revision += 1;
        let manifest = encode(&self.manifest)?;
        let context = Context { vault: self.vault, object: MANIFEST_KEY, revision: self.manifest.revision };
        let envelope = self.keys.sealer(Purpose::Manifest)?.seal(&context, &manifest, self.random)?;
        self.batch.puts.push((Space::Meta, MANIFEST_KEY, envelope));
        store.commit(self.batch).await?;
        Ok(self.manifest)
    }

    fn put_bytes(
        &mut self,
        space: Space,
        id: &[u8],
        revision: u64,
        bytes: &Zeroizing<Vec<u8>>,
        before: Option<Stored>,
    ) -> Result<Stored, CryptoError> {
        let key = self.keys.object_key(space, id);
        let context = Context { vault: self.vault, object: key, revision };
        let envelope = self.keys.sealer(purpose_of(space))?.seal(&context, bytes, self.random)?;
        let member = self.keys.member(space, &key, &envelope);
        if let Some(set) = self.manifest.set_mut(space) {
            if let Some(before) = before {
                set.remove(before.member);
            }
            set.insert(member);
        }
        self.batch.puts.push((space, key, envelope));
        Ok(Stored { key, member })
    }
}
