//! What can be saved where the vault does not open any more: every memory and receipt that opens under the vault key, without
//! the catalogue and the manifest that would say which of them are the ones last written.

use std::collections::BTreeMap;

use keepsake_crypto::{Context, Purpose, Sealer, SecretKey, VaultKey, revision_of};
use keepsake_memory::{Memory, MemoryId, Millis};
use serde::de::DeserializeOwned;

use crate::api::OwnerError;
use crate::exchange::{write_end, write_head, write_memory, write_receipt};
use crate::format::{FORMER_KEY, HEADER_KEY, Receipt, SealedMemory, decode, purpose_of};
use crate::vault::{Proof, open_slots, read_header};
use crate::{Space, Store};

/// What was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Salvage {
    /// An export.
    pub export: String,
    /// How many memories are in it.
    pub memories: u64,
    /// How many receipts are in it.
    pub receipts: u64,
    /// Objects that did not open.
    pub lost: u64,
}

/// Saves what opens. What was deleted and put back, or is an older revision, cannot be told from the rest.
pub async fn salvage(store: &impl Store, proof: Proof<'_>, now: Millis) -> Result<Salvage, OwnerError> {
    let header = store.get(Space::Meta, HEADER_KEY).await?.ok_or_else(OwnerError::no_vault)?;
    let header = read_header(&header)?;
    let key = open_slots(&header, proof)?;
    let mut keys = vec![];
    if let Some(envelope) = store.get(Space::Meta, FORMER_KEY).await? {
        let context = Context { vault: header.vault, object: FORMER_KEY, revision: 1 };
        let former = key.derive_sealer(Purpose::FormerKeySlot).open(&context, &envelope).ok();
        keys.extend(former.and_then(|secret| SecretKey::from_slice(&secret)).map(VaultKey::from_secret));
    }
    keys.insert(0, key);
    let mut lost = 0;
    let mut memories: BTreeMap<MemoryId, Memory> = BTreeMap::new();
    for sealed in open_space::<SealedMemory<'static>>(store, Space::Records, header.vault, &keys).await? {
        match sealed.map(Memory::from) {
            Some(memory) => drop(memories.insert(memory.id, memory)),
            None => lost += 1,
        }
    }
    let mut receipts: BTreeMap<u64, Receipt> = BTreeMap::new();
    for receipt in open_space::<Receipt>(store, Space::Receipts, header.vault, &keys).await? {
        match receipt {
            Some(receipt) => drop(receipts.insert(receipt.number, receipt)),
            None => lost += 1,
        }
    }
    let mut export = write_head(now)?;
    for memory in memories.values() {
        export.push_str(&write_memory(memory)?);
    }
    for receipt in receipts.values() {
        export.push_str(&write_receipt(receipt)?);
    }
    let (memories, receipts) = (memories.len() as u64, receipts.len() as u64);
    export.push_str(&write_end(memories, receipts)?);
    Ok(Salvage { export, memories, receipts, lost })
}

/// Opens every object of a space under one of the keys; `None` for each that opens under none.
async fn open_space<T: DeserializeOwned>(
    store: &impl Store,
    space: Space,
    vault: [u8; 16],
    keys: &[VaultKey],
) -> Result<Vec<Option<T>>, OwnerError> {
    let sealers: Vec<Sealer> = keys.iter().map(|key| key.derive_sealer(purpose_of(space))).collect();
    let objects = store.all(space).await?.into_iter().map(|(object, envelope)| {
        let context = Context { vault, object, revision: revision_of(&envelope)? };
        let plaintext = sealers.iter().find_map(|sealer| sealer.open(&context, &envelope).ok())?;
        decode(&plaintext).ok()
    });
    Ok(objects.collect())
}
