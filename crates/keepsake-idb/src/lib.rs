#![doc = include_str!("../README.md")]

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use idb::{Factory, TransactionMode as WriteMode};
use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use keepsake_vault::{Batch, Durability, ObjectKey, Placed, Space, Store, StoreError};
use rexie::{ObjectStore, Rexie, TransactionMode};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DomException, IdbDatabase, IdbObjectStore, IdbRequest, IdbTransaction};

/// The version of the database's object stores, not of what is in them.
const VERSION: u32 = 3;

/// A database of this extension.
pub struct IdbStore {
    reads: Rexie,
    /// The same database, for what rexie has no way to say: strict writes, and many reads with one wait.
    direct: IdbDatabase,
    /// Fetches the embedding table, where the program has one.
    meanings: Option<Function>,
}

impl IdbStore {
    /// Opens the database, and makes it where there is none. Fails where Firefox gives the extension no storage, such as
    /// under “Never remember history”.
    pub async fn open(name: &str) -> Result<Self, StoreError> {
        let stores = Space::ALL.into_iter().map(|space| ObjectStore::new(space.name()));
        let builder =
            stores.fold(Rexie::builder(name).version(VERSION), |builder, store| builder.add_object_store(store));
        let reads = builder.build().await.map_err(|error| StoreError::Unavailable(describe(&error)))?;
        let request = Factory::new().and_then(|factory| factory.open(name, Some(VERSION)));
        let direct = match request {
            Ok(request) => request.await,
            Err(error) => Err(error),
        };
        let direct = direct.map_err(|error| StoreError::Unavailable(describe(&error)))?;
        Ok(Self { reads, direct: direct.into(), meanings: None })
    }

    /// With a function that fetches the embedding table: it answers a promise of a `Uint8Array`.
    #[must_use]
    pub fn with_meanings(self, fetch: Function) -> Self {
        Self { meanings: Some(fetch), ..self }
    }

    /// A transaction over all object stores; a strict one is complete only when its bytes are on the disk.
    fn transaction(&self, durability: Durability) -> Result<IdbTransaction, StoreError> {
        let names: Array = Space::ALL.into_iter().map(|space| JsValue::from(space.name())).collect();
        let options = Object::new();
        let make = || -> Result<IdbTransaction, JsValue> {
            let durability = match durability {
                Durability::Strict => "strict",
                Durability::Relaxed => "relaxed",
            };
            Reflect::set(&options, &"durability".into(), &durability.into())?;
            // web-sys has no binding with options outside of its unstable interfaces.
            let transaction: Function = Reflect::get(&self.direct, &"transaction".into())?.dyn_into()?;
            let mode = JsValue::from(WriteMode::ReadWrite);
            transaction.call3(&self.direct, &names, &mode, &options)?.dyn_into()
        };
        make().map_err(|error| failed(&error))
    }

    /// All of it or nothing. What is made on the way stays in the batch.
    async fn commit_once(
        &self,
        batch: &mut Batch,
        make: &mut impl FnMut() -> Result<Option<Placed>, StoreError>,
    ) -> Result<(), StoreError> {
        let watched = self.transaction(batch.durability)?;
        let transaction = idb::Transaction::from(watched.clone());
        // No request is awaited by itself: the transaction's end tells of them all.
        if let Err(error) = issue(&watched, batch, make) {
            // What was issued before must not be written without the rest.
            if let Ok(aborting) = transaction.abort() {
                let _aborted = aborting.await;
            }
            return Err(error);
        }
        // Said here, or the commit would begin only once every single answer had come back.
        let committing = transaction.commit().map_err(|error| write_failed(&error))?;
        match committing.await {
            Ok(result) if result.is_committed() => Ok(()),
            Ok(_) => Err(aborted(&watched)),
            Err(error) => Err(write_failed(&error)),
        }
    }
}

impl Store for IdbStore {
    async fn get(&self, space: Space, key: ObjectKey) -> Result<Option<Vec<u8>>, StoreError> {
        let transaction = self.reads.transaction(&[space.name()], TransactionMode::ReadOnly).map_err(read_failed)?;
        let store = transaction.store(space.name()).map_err(read_failed)?;
        store.get(key_value(&key)).await.map_err(read_failed)?.map(|value| bytes(&value)).transpose()
    }

    async fn get_many(&self, space: Space, keys: &[ObjectKey]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let transaction = self.direct.transaction_with_str(space.name()).map_err(|error| failed(&error))?;
        let store = transaction.object_store(space.name()).map_err(|error| failed(&error))?;
        // All requests at once, and one wait for them all: the transaction's end says that each has its result.
        let asked: Result<Vec<_>, _> = keys.iter().map(|key| store.get(&key_value(key))).collect();
        let asked = asked.map_err(|error| failed(&error))?;
        match idb::Transaction::from(transaction.clone()).await {
            Ok(result) if result.is_committed() => {}
            Ok(_) => return Err(aborted(&transaction)),
            Err(error) => return Err(StoreError::Failed(describe(&error))),
        }
        let values = asked.iter().map(|request| request.result().map_err(|error| failed(&error)));
        values.map(|value| value.and_then(|value| found(&value))).collect()
    }

    async fn all(&self, space: Space) -> Result<Vec<(ObjectKey, Vec<u8>)>, StoreError> {
        let transaction = self.reads.transaction(&[space.name()], TransactionMode::ReadOnly).map_err(read_failed)?;
        let store = transaction.store(space.name()).map_err(read_failed)?;
        // Both requests see the one transaction's state and answer in the order of the keys.
        let keys = store.get_all_keys(None, None).await.map_err(read_failed)?;
        let values = store.get_all(None, None).await.map_err(read_failed)?;
        let pairs = keys.iter().zip(values.iter()).map(|(key, value)| Ok((object_key(key)?, bytes(value)?)));
        pairs.collect()
    }

    async fn keys(&self, space: Space) -> Result<Vec<ObjectKey>, StoreError> {
        let transaction = self.reads.transaction(&[space.name()], TransactionMode::ReadOnly).map_err(read_failed)?;
        let store = transaction.store(space.name()).map_err(read_failed)?;
        let keys = store.get_all_keys(None, None).await.map_err(read_failed)?;
        keys.iter().map(object_key).collect()
    }

    async fn meanings(&self) -> Option<Vec<u8>> {
        let fetching = self.meanings.as_ref()?.call0(&JsValue::UNDEFINED).ok()?.dyn_into::<Promise>().ok()?;
        bytes(&JsFuture::from(fetching).await.ok()?).ok()
    }

    async fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        self.commit_while_made(batch, || Ok(None)).await
    }

    async fn commit_while_made(
        &self,
        mut batch: Batch,
        mut make: impl FnMut() -> Result<Option<Placed>, StoreError>,
    ) -> Result<(), StoreError> {
        match self.commit_once(&mut batch, &mut make).await {
            // The transaction after one that ran out of space may only delete, so that room can be made: Firefox takes no puts in
            // it. The next one is as any other, and shows whether there is room by now.
            Err(StoreError::Failed(why)) if why.contains("InvalidStateError") => {
                self.commit_once(&mut batch, &mut make).await
            }
            outcome => outcome,
        }
    }
}

/// Asks for every change of a batch, and for every object that is made. Firefox's parent process writes what it was asked for
/// so far while the next object is sealed here.
fn issue(
    transaction: &IdbTransaction,
    batch: &mut Batch,
    make: &mut impl FnMut() -> Result<Option<Placed>, StoreError>,
) -> Result<(), StoreError> {
    // Each object store is looked up once: there may be thousands of objects.
    let mut stores: BTreeMap<Space, IdbObjectStore> = BTreeMap::new();
    let mut in_store = |space: Space, ask: &dyn Fn(&IdbObjectStore) -> Result<IdbRequest, JsValue>| {
        let store = match stores.entry(space) {
            Entry::Occupied(store) => store.into_mut(),
            Entry::Vacant(place) => place.insert(transaction.object_store(space.name()).map_err(|e| failed(&e))?),
        };
        ask(store).map(drop).map_err(|error| failed(&error))
    };
    for space in &batch.clears {
        in_store(*space, &IdbObjectStore::clear)?;
    }
    for (space, key, value) in &batch.puts {
        in_store(*space, &|store| put(store, key, value))?;
    }
    while let Some((space, key, value)) = make()? {
        let asked = in_store(space, &|store| put(store, &key, &value));
        batch.puts.push((space, key, value));
        asked?;
    }
    for (space, key) in &batch.deletes {
        in_store(*space, &|store| store.delete(&key_value(key)))?;
    }
    Ok(())
}

fn put(store: &IdbObjectStore, key: &ObjectKey, value: &[u8]) -> Result<IdbRequest, JsValue> {
    store.put_with_key(&Uint8Array::from(value), &key_value(key))
}

fn key_value(key: &ObjectKey) -> JsValue {
    // As an ArrayBuffer: binary keys sort by their bytes.
    Uint8Array::from(key.as_slice()).buffer().into()
}

fn object_key(key: &JsValue) -> Result<ObjectKey, StoreError> {
    bytes(key)?.try_into().map_err(|_| StoreError::Failed("a key of another length".to_owned()))
}

fn bytes(value: &JsValue) -> Result<Vec<u8>, StoreError> {
    if !value.is_instance_of::<Uint8Array>() && !value.is_instance_of::<js_sys::ArrayBuffer>() {
        return Err(StoreError::Failed("something that is not bytes is stored".to_owned()));
    }
    Ok(Uint8Array::new(value).to_vec())
}

/// What a request found; nothing is `undefined`.
fn found(value: &JsValue) -> Result<Option<Vec<u8>>, StoreError> {
    if value.is_undefined() { Ok(None) } else { bytes(value).map(Some) }
}

/// Why a transaction was given up: the reason stands on it alone.
fn aborted(transaction: &IdbTransaction) -> StoreError {
    transaction.error().map_or_else(|| StoreError::Failed("aborted".to_owned()), |error| named(&error))
}

fn read_failed(error: rexie::Error) -> StoreError {
    StoreError::Failed(describe(&error))
}

fn write_failed(error: &idb::Error) -> StoreError {
    let described = describe(error);
    if described.contains("QuotaExceeded") { StoreError::Full } else { StoreError::Failed(described) }
}

/// The whole chain of causes: rexie's and idb's own words leave out the DOMException that tells what happened.
fn describe(error: &impl core::error::Error) -> String {
    format!("{error}: {error:?}").chars().take(300).collect()
}

fn failed(error: &JsValue) -> StoreError {
    match error.dyn_ref::<DomException>() {
        Some(exception) => named(exception),
        None => StoreError::Failed("the browser gave no reason".to_owned()),
    }
}

fn named(exception: &DomException) -> StoreError {
    match exception.name().as_str() {
        "QuotaExceededError" => StoreError::Full,
        name => StoreError::Failed(name.to_owned()),
    }
}
