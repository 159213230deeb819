//! The open vault: the keys, what is known of every stored object, and how objects are read.

use std::collections::BTreeMap;

use keepsake_crypto::{Context, CryptoError, Purpose, Random, VaultKey, digest, revision_of};
use keepsake_memory::{Memory, MemoryId, Millis};
use keepsake_policy::{Denial, Grant, SessionId, Subject};
use serde::de::DeserializeOwned;

use crate::api::{OwnerError, OwnerErrorCode};
use crate::format::{Decision, Header, Keyring, MANIFEST_KEY, Manifest, Proposal, Receipt, decode, encode, purpose_of};
use crate::records::{Entry, Records};
use crate::transaction::{Stored, Transaction};
use crate::{ObjectKey, Space, Store};

/// A proposal without its text.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    pub stored: Stored,
    pub subject: Subject,
    pub received: Millis,
    pub request: [u8; 16],
    pub receipt: [u8; 16],
    pub words: [u8; 16],
}

/// Everything that is known while the vault is open.
pub(crate) struct Open {
    pub vault: [u8; 16],
    pub keys: Keyring,
    pub session: SessionId,
    pub manifest: Manifest,
    pub records: Records,
    pub inbox: BTreeMap<MemoryId, Waiting>,
    pub decisions: Vec<(Stored, Decision)>,
    /// Where decisions stand that are not the ones last written.
    pub distrusted: Vec<ObjectKey>,
    /// Stored objects that did not open, or 1 where the set is not the one that the manifest commits to.
    pub damaged: u32,
}

impl Open {
    /// Reads the whole vault and checks it against its manifest. An object that does not open is counted and left where
    /// it is; it takes no other with it.
    pub async fn load(
        store: &impl Store,
        header: &Header,
        key: VaultKey,
        session: SessionId,
    ) -> Result<Self, OwnerError> {
        let keys = Keyring::new(key);
        let manifest = read_manifest(store, header, &keys).await?;
        // A header that is not the one last written opened the vault all the same: an old passphrase was put back.
        let damaged = u32::from(digest(&[&encode(header)?]) != manifest.header);
        let mut open = Self {
            vault: header.vault,
            keys,
            session,
            manifest,
            records: Records::default(),
            inbox: BTreeMap::new(),
            decisions: Vec::new(),
            distrusted: Vec::new(),
            damaged,
        };
        open.load_space(store, Space::Records, |open, memory: Memory, stored| {
            open.records.insert(&memory, stored, &open.keys.equality, None);
        })
        .await?;
        open.load_space(store, Space::Inbox, |open, proposal: Proposal, stored| {
            let waiting = open.waiting(&proposal, stored);
            open.inbox.insert(proposal.id, waiting);
        })
        .await?;
        let before = open.damaged;
        open.load_space(store, Space::Decisions, |open, decision: Decision, stored| {
            open.decisions.push((stored, decision));
        })
        .await?;
        if open.damaged > before {
            // Which of them was put back cannot be told, and a grant that was revoked must not come back: none of them holds.
            open.decisions.clear();
            open.distrusted = store.all(Space::Decisions).await?.into_iter().map(|(key, _)| key).collect();
        }
        Ok(open)
    }

    /// Takes decisions away by their ids, in the store; the caller does so in memory once that is done.
    pub fn end_decisions<R: Random>(&self, transaction: &mut Transaction<'_, R>, ids: &[[u8; 16]]) {
        for (stored, _) in self.decisions.iter().filter(|(_, decision)| ids.contains(&decision.id())) {
            transaction.delete(Space::Decisions, *stored);
        }
    }

    /// A change of this vault in the making.
    pub fn transaction<'a, R: Random>(&'a self, random: &'a mut R) -> Transaction<'a, R> {
        Transaction::new(&self.keys, self.vault, &self.manifest, random)
    }

    /// Opens one stored object.
    pub fn read<T: DeserializeOwned>(&self, space: Space, key: ObjectKey, envelope: &[u8]) -> Result<T, CryptoError> {
        decode(&self.read_bytes(space, key, envelope)?)
    }

    /// The memories of these entries, in their order; one that does not open is left out.
    pub async fn memories(&self, store: &impl Store, entries: &[&Entry]) -> Result<Vec<Memory>, OwnerError> {
        let keys: Vec<_> = entries.iter().map(|entry| entry.stored.key).collect();
        let envelopes = store.get_many(Space::Records, &keys).await?;
        let opened = entries.iter().zip(envelopes).filter_map(|(entry, envelope)| {
            let envelope = envelope?;
            // What the store holds must be what was last written, not an older revision that opens as well.
            let current = self.keys.member(Space::Records, &entry.stored.key, &envelope) == entry.stored.member;
            let memory: Memory = self.read(Space::Records, entry.stored.key, &envelope).ok()?;
            (current && memory.id == entry.id).then_some(memory)
        });
        Ok(opened.collect())
    }

    /// One memory.
    pub async fn memory(&self, store: &impl Store, id: MemoryId) -> Result<Memory, OwnerError> {
        let entry = self.records.get(id).ok_or_else(|| OwnerError::not_found("memory"))?;
        self.memories(store, &[entry]).await?.pop().ok_or_else(|| damaged("this memory"))
    }

    /// One proposal.
    pub async fn proposal(&self, store: &impl Store, id: MemoryId) -> Result<Proposal, OwnerError> {
        let waiting = self.inbox.get(&id).ok_or_else(|| OwnerError::not_found("proposal"))?;
        let envelope = store.get(Space::Inbox, waiting.stored.key).await?.ok_or_else(|| damaged("this proposal"))?;
        Ok(self.read(Space::Inbox, waiting.stored.key, &envelope)?)
    }

    /// What is kept in memory of a proposal.
    pub fn waiting(&self, proposal: &Proposal, stored: Stored) -> Waiting {
        Waiting {
            stored,
            subject: proposal.subject.clone(),
            received: proposal.received,
            request: proposal.request,
            receipt: proposal.receipt,
            words: crate::records::words_id(&self.keys.equality, &proposal.draft.text),
        }
    }

    /// Grants that hold now.
    pub fn live_grants(&self, now: Millis) -> impl Iterator<Item = &Grant> {
        self.decisions.iter().filter_map(move |(_, decision)| match decision {
            Decision::Grant(grant) if grant.validity.holds(now, self.session) => Some(grant),
            _ => None,
        })
    }

    /// Denials that hold now.
    pub fn live_denials(&self, now: Millis) -> impl Iterator<Item = &Denial> {
        self.decisions.iter().filter_map(move |(_, decision)| match decision {
            Decision::Denial(denial) if denial.validity.holds(now, self.session) => Some(denial),
            _ => None,
        })
    }

    /// Every receipt in the order of the chain, and whether the chain holds from the first link to the manifest.
    pub async fn receipts(&self, store: &impl Store) -> Result<(Vec<Receipt>, bool), OwnerError> {
        let stored: BTreeMap<_, _> = store.all(Space::Receipts).await?.into_iter().collect();
        let mut holds = stored.len() as u64 == self.manifest.receipts;
        let mut head = [0; 32];
        let mut receipts = Vec::with_capacity(stored.len());
        for number in 1..=self.manifest.receipts {
            let key = self.keys.object_key(Space::Receipts, &number.to_be_bytes());
            let opened = stored.get(&key).and_then(|envelope| self.read_bytes(Space::Receipts, key, envelope).ok());
            let receipt = opened.as_ref().and_then(|bytes| decode::<Receipt>(bytes).ok());
            let (Some(bytes), Some(receipt)) = (opened, receipt) else {
                holds = false;
                continue;
            };
            holds &= receipt.number == number && receipt.previous == head;
            head = digest(&[&bytes]);
            receipts.push(receipt);
        }
        Ok((receipts, holds && head == self.manifest.head))
    }

    fn read_bytes(
        &self,
        space: Space,
        key: ObjectKey,
        envelope: &[u8],
    ) -> Result<zeroize::Zeroizing<Vec<u8>>, CryptoError> {
        let revision = revision_of(envelope).ok_or(CryptoError::DoesNotOpen)?;
        let context = Context { vault: self.vault, object: key, revision };
        self.keys.sealer(purpose_of(space))?.open(&context, envelope)
    }

    async fn load_space<T: DeserializeOwned>(
        &mut self,
        store: &impl Store,
        space: Space,
        mut take: impl FnMut(&mut Self, T, Stored),
    ) -> Result<(), OwnerError> {
        let mut found = keepsake_crypto::SetHash::default();
        let mut broken = 0;
        for (key, envelope) in store.all(space).await? {
            let stored = Stored { key, member: self.keys.member(space, &key, &envelope) };
            found.insert(stored.member);
            match self.read::<T>(space, key, &envelope) {
                Ok(value) => take(self, value, stored),
                Err(_) => broken += 1,
            }
        }
        let committed = self.manifest.set_mut(space).copied().unwrap_or_default();
        self.damaged += if broken == 0 && found != committed { 1 } else { broken };
        Ok(())
    }
}

async fn read_manifest(store: &impl Store, header: &Header, keys: &Keyring) -> Result<Manifest, OwnerError> {
    let envelope = store.get(Space::Meta, MANIFEST_KEY).await?.ok_or_else(|| damaged("the vault's manifest"))?;
    let revision = revision_of(&envelope).ok_or(CryptoError::DoesNotOpen)?;
    let context = Context { vault: header.vault, object: MANIFEST_KEY, revision };
    let bytes = keys.sealer(Purpose::Manifest)?.open(&context, &envelope)?;
    Ok(decode(&bytes)?)
}

fn damaged(what: &str) -> OwnerError {
    OwnerError::new(OwnerErrorCode::Damaged, format!("{what} is missing or damaged"))
}
