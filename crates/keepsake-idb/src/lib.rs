#![doc = include_str!("../README.md")]

mod journal;

use std::cell::RefCell;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use idb::TransactionMode as WriteMode;
use idb::builder::{DatabaseBuilder, ObjectStoreBuilder};
use js_sys::{Array, ArrayBuffer, Function, Object, Promise, Reflect, Uint8Array};
use keepsake_vault::journal::manifest_place;
use keepsake_vault::{Batch, Durability, INDEX_PARTS, ObjectKey, Placed, Space, Store, StoreError};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DomException, IdbDatabase, IdbKeyRange, IdbObjectStore, IdbRequest, IdbTransaction};

use crate::journal::Journal;

/// The version of the database's object stores, not of what is in them.
const VERSION: u32 = 3;

/// A database of this extension.
pub struct IdbStore {
    database: IdbDatabase,
    /// Fetches the embedding table, where the program has one.
    meanings: Option<Function>,
    ahead: RefCell<Ahead>,
    journal: RefCell<Journal>,
}

/// What was asked for before anybody waits for it.
#[derive(Default)]
struct Ahead {
    /// Whole spaces; gone once they are handed out, or written to.
    spaces: BTreeMap<Space, Listing>,
    /// By the number of the part; `None` once it is handed out.
    index: [Option<Listing>; INDEX_PARTS],
    meanings: Option<Promise>,
}

/// The keys and the values of a range, in the same order: both requests see the one transaction's state.
struct Listing {
    keys: IdbRequest,
    values: IdbRequest,
    answered: Promise,
}

impl IdbStore {
    /// Opens the database, and makes it where there is none. Fails where Firefox gives the extension no storage, such as
    /// under “Never remember history”.
    pub async fn open(name: &str) -> Result<Self, StoreError> {
        Self::open_with(name, &JsValue::UNDEFINED).await
    }

    /// The same with what JavaScript has asked for already, as `extension/worker/ahead.ts` tells it; what is not there is asked
    /// for from here.
    pub async fn open_with(name: &str, ahead: &JsValue) -> Result<Self, StoreError> {
        let opened = part_of::<IdbDatabase>(ahead, "database").filter(|one| one.version() == f64::from(VERSION));
        let Some(database) = opened else { return Self::make(name).await };
        let mut index = [const { None }; INDEX_PARTS];
        if let Some(listings) = part_of::<Array>(ahead, "index") {
            index.iter_mut().zip(listings.iter()).for_each(|(part, listing)| *part = Listing::of(&listing));
        }
        let listings = part_of::<Object>(ahead, "spaces").unwrap_or_default();
        let listing = |space: Space| Listing::of(part_of::<Object>(&listings, space.name())?.as_ref());
        let spaces = Space::ALL.into_iter().filter_map(|space| Some((space, listing(space)?))).collect();
        let ahead = Ahead { spaces, index, meanings: part_of(ahead, "meanings") };
        Ok(Self { database, meanings: None, ahead: RefCell::new(ahead), journal: RefCell::default() })
    }

    async fn make(name: &str) -> Result<Self, StoreError> {
        let stores = Space::ALL.into_iter().map(|space| ObjectStoreBuilder::new(space.name()));
        let builder = stores.fold(DatabaseBuilder::new(name).version(VERSION), DatabaseBuilder::add_object_store);
        let database = builder.build().await.map_err(|error| StoreError::Unavailable(describe(&error)))?;
        Ok(Self { database: database.into(), meanings: None, ahead: RefCell::default(), journal: RefCell::default() })
    }

    /// With a function that fetches the embedding table: it answers a promise of a `Uint8Array`.
    #[must_use]
    pub fn with_meanings(self, fetch: Function) -> Self {
        Self { meanings: Some(fetch), ..self }
    }

    /// With a journal, as `extension/worker/journal.ts` opens it; what is left there is taken into the database. Nothing may be
    /// read before.
    pub async fn with_journal(mut self, opened: &JsValue) -> Result<Self, StoreError> {
        let (journal, left) = Journal::open(opened);
        self.journal = RefCell::new(journal);
        if !left.is_empty() {
            let (space, key) = manifest_place();
            let manifest = self.get(space, key).await?.unwrap_or_default();
            self.journal.borrow_mut().recover(&left, &manifest);
            // Where there is no room for it now it stays where it is, and is read from there.
            let _taken_in = self.commit(Batch::default()).await;
        }
        Ok(self)
    }

    /// An object store as it is now, to be read.
    fn reading(&self, space: Space) -> Result<IdbObjectStore, JsValue> {
        self.database.transaction_with_str(space.name())?.object_store(space.name())
    }

    /// Asks for every part of the index at once.
    fn ask_for_index(&self) -> Result<[Option<Listing>; INDEX_PARTS], JsValue> {
        let store = self.reading(Space::Index)?;
        let mut parts = [const { None }; INDEX_PARTS];
        for (number, part) in parts.iter_mut().enumerate() {
            let (first, last) = keepsake_vault::index_part_keys(number);
            let range = IdbKeyRange::bound(&key_value(&first), &key_value(&last))?;
            *part = Some(Listing::ask(&store, &range)?);
        }
        Ok(parts)
    }

    /// Has the embedding table fetched.
    fn ask_for_meanings(&self) -> Option<Promise> {
        self.meanings.as_ref()?.call0(&JsValue::UNDEFINED).ok()?.dyn_into().ok()
    }

    /// A transaction over these object stores; a strict one is complete only when its bytes are on the disk. What is read
    /// from other object stores need not wait for it.
    fn transaction(&self, spaces: &BTreeSet<Space>, durability: Durability) -> Result<IdbTransaction, StoreError> {
        let names: Array = spaces.iter().map(|space| JsValue::from(space.name())).collect();
        let options = Object::new();
        let make = || -> Result<IdbTransaction, JsValue> {
            let durability = match durability {
                Durability::Strict => "strict",
                Durability::Relaxed => "relaxed",
            };
            Reflect::set(&options, &"durability".into(), &durability.into())?;
            // web-sys has no binding with options outside of its unstable interfaces.
            let transaction: Function = Reflect::get(&self.database, &"transaction".into())?.dyn_into()?;
            let mode = JsValue::from(WriteMode::ReadWrite);
            transaction.call3(&self.database, &names, &mode, &options)?.dyn_into()
        };
        make().map_err(|error| failed(&error))
    }

    /// All of it or nothing. What is made on the way stays in the batch.
    async fn commit_once(
        &self,
        batch: &mut Batch,
        made: &BTreeSet<Space>,
        make: &mut impl FnMut() -> Result<Option<Placed>, StoreError>,
    ) -> Result<(), StoreError> {
        if batch.clears.contains(&Space::Index) || batch.deletes.iter().any(|(space, _)| *space == Space::Index) {
            // What was read before is no longer so.
            self.ahead.borrow_mut().index = Default::default();
        }
        let carried = self.journal.borrow().waiting(&batch.clears);
        let placed = batch
            .puts
            .iter()
            .chain(&carried)
            .map(|(space, ..)| space)
            .chain(batch.deletes.iter().map(|(space, _)| space));
        let spaces: BTreeSet<Space> = placed.chain(&batch.clears).chain(made).copied().collect();
        if spaces.is_empty() {
            return Ok(());
        }
        self.ahead.borrow_mut().spaces.retain(|space, _| !spaces.contains(space));
        let watched = self.transaction(&spaces, batch.durability)?;
        let transaction = idb::Transaction::from(watched.clone());
        // No request is awaited by itself: the transaction's end tells of them all.
        if let Err(error) = issue(&watched, &carried, batch, make) {
            // What was issued before must not be written without the rest.
            if let Ok(aborting) = transaction.abort() {
                let _aborted = aborting.await;
            }
            return Err(error);
        }
        // Said here, or the commit would begin only once every single answer had come back.
        let committing = transaction.commit().map_err(|error| write_failed(&error))?;
        match committing.await {
            Ok(result) if result.is_committed() => {
                self.journal.borrow_mut().taken_in(batch);
                Ok(())
            }
            Ok(_) => Err(aborted(&watched)),
            Err(error) => Err(write_failed(&error)),
        }
    }
}

impl Listing {
    fn ask(store: &IdbObjectStore, range: &JsValue) -> Result<Self, JsValue> {
        let (keys, values) = (store.get_all_keys_with_key(range)?, store.get_all_with_key(range)?);
        let answered = answer_to(&values);
        Ok(Self { keys, values, answered })
    }

    /// One that JavaScript asked for.
    fn of(listing: &JsValue) -> Option<Self> {
        let (keys, values) = (part_of(listing, "keys")?, part_of(listing, "values")?);
        Some(Self { keys, values, answered: part_of(listing, "answered")? })
    }

    async fn read(self) -> Result<Vec<(ObjectKey, Vec<u8>)>, JsValue> {
        let values = Array::from(&answered(&self.values, self.answered).await?);
        let keys = Array::from(&self.keys.result()?);
        keys.iter().zip(values.iter()).map(|(key, value)| Ok((object_key(&key)?, bytes(&value)?))).collect()
    }
}

impl Store for IdbStore {
    async fn get(&self, space: Space, key: ObjectKey) -> Result<Option<Vec<u8>>, StoreError> {
        let found = self.get_many(space, &[key]).await?;
        Ok(found.into_iter().next().flatten())
    }

    async fn get_many(&self, space: Space, keys: &[ObjectKey]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        let read = async || -> Result<Vec<Option<Vec<u8>>>, JsValue> {
            let store = self.reading(space)?;
            let asked = keys.iter().map(|key| store.get(&key_value(key))).collect::<Result<Vec<_>, _>>()?;
            // All requests at once, and one wait for them all: they are answered in their order.
            if let Some(last) = asked.last() {
                answered(last, answer_to(last)).await?;
            }
            asked.iter().map(|request| found(&request.result()?)).collect()
        };
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let mut read = read().await.map_err(|error| failed(&error))?;
        let journal = self.journal.borrow();
        for (key, value) in keys.iter().zip(&mut read) {
            if let Some(waiting) = journal.get(space, *key) {
                *value = Some(waiting.clone());
            }
        }
        Ok(read)
    }

    async fn all(&self, space: Space) -> Result<Vec<(ObjectKey, Vec<u8>)>, StoreError> {
        let asked = self.ahead.borrow_mut().spaces.remove(&space);
        let ahead = match asked {
            Some(asked) => asked.read().await.ok(),
            None => None,
        };
        let read = async || Listing::ask(&self.reading(space)?, &JsValue::UNDEFINED)?.read().await;
        let stored = match ahead {
            Some(ahead) => ahead,
            None => read().await.map_err(|error| failed(&error))?,
        };
        Ok(self.journal.borrow().over(space, stored))
    }

    async fn keys(&self, space: Space) -> Result<Vec<ObjectKey>, StoreError> {
        let read = async || -> Result<Vec<ObjectKey>, JsValue> {
            let request = self.reading(space)?.get_all_keys()?;
            let keys = answered(&request, answer_to(&request)).await?;
            Array::from(&keys).iter().map(|key| object_key(&key)).collect()
        };
        let mut keys: BTreeSet<ObjectKey> = read().await.map_err(|error| failed(&error))?.into_iter().collect();
        keys.extend(self.journal.borrow().of(space).map(|(key, _)| *key));
        Ok(keys.into_iter().collect())
    }

    fn expect_index(&self) {
        let mut ahead = self.ahead.borrow_mut();
        if ahead.meanings.is_none() {
            ahead.meanings = self.ask_for_meanings();
        }
        // What cannot be asked for now is asked for again by whoever needs it, and told then.
        if ahead.index.iter().all(Option::is_none)
            && let Ok(index) = self.ask_for_index()
        {
            ahead.index = index;
        }
    }

    async fn index_part(&self, number: usize) -> Result<Vec<(ObjectKey, Vec<u8>)>, StoreError> {
        let take = || self.ahead.borrow_mut().index.get_mut(number).and_then(Option::take);
        if let Some(part) = take()
            && let Ok(read) = part.read().await
        {
            return Ok(read);
        }
        let asked = self.ask_for_index().map_err(|error| failed(&error))?;
        self.ahead.borrow_mut().index = asked;
        match take() {
            Some(part) => part.read().await.map_err(|error| failed(&error)),
            None => Ok(Vec::new()),
        }
    }

    async fn meanings(&self) -> Option<Vec<u8>> {
        let asked = self.ahead.borrow_mut().meanings.take();
        if let Some(asked) = asked
            && let Ok(table) = JsFuture::from(asked).await
        {
            return bytes(&table).ok();
        }
        bytes(&JsFuture::from(self.ask_for_meanings()?).await.ok()?).ok()
    }

    async fn commit(&self, batch: Batch) -> Result<(), StoreError> {
        self.commit_while_made(batch, &BTreeSet::new(), || Ok(None)).await
    }

    async fn commit_while_made(
        &self,
        mut batch: Batch,
        made: &BTreeSet<Space>,
        mut make: impl FnMut() -> Result<Option<Placed>, StoreError>,
    ) -> Result<(), StoreError> {
        if self.journal.borrow().is_for(&batch) {
            while let Some(object) = make()? {
                batch.puts.push(object);
            }
            if self.journal.borrow_mut().append(&batch.puts) {
                self.ahead.borrow_mut().spaces.retain(|space, _| !batch.puts.iter().any(|(of, ..)| of == space));
                return Ok(());
            }
        }
        match self.commit_once(&mut batch, made, &mut make).await {
            // The transaction after one that ran out of space may only delete, so that room can be made: Firefox takes no puts in
            // it. The next one is as any other, and shows whether there is room by now.
            Err(StoreError::Failed(why)) if why.contains("InvalidStateError") => {
                self.commit_once(&mut batch, made, &mut make).await
            }
            outcome => outcome,
        }
    }
}

/// Asks for every change of a batch, behind what is carried along, and for every object that is made. Firefox's parent process
/// writes what it was asked for so far while the next object is sealed here.
fn issue(
    transaction: &IdbTransaction,
    carried: &[Placed],
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
    for (space, key, value) in carried.iter().chain(&batch.puts) {
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

fn object_key(key: &JsValue) -> Result<ObjectKey, JsValue> {
    bytes(key)?.try_into().map_err(|_| "a key of another length".into())
}

fn bytes(value: &JsValue) -> Result<Vec<u8>, JsValue> {
    if let Some(bytes) = value.dyn_ref::<Uint8Array>() {
        return Ok(bytes.to_vec());
    }
    match value.dyn_ref::<ArrayBuffer>() {
        Some(buffer) => Ok(Uint8Array::new(buffer).to_vec()),
        None => Err("something that is not bytes is stored".into()),
    }
}

/// What a request found; nothing is `undefined`.
fn found(value: &JsValue) -> Result<Option<Vec<u8>>, JsValue> {
    if value.is_undefined() { Ok(None) } else { bytes(value).map(Some) }
}

/// A property of an object, where it is there and of this kind.
fn part_of<T: JsCast>(object: &JsValue, name: &str) -> Option<T> {
    Reflect::get(object, &name.into()).ok()?.dyn_into().ok()
}

/// Settled once a request is answered, and with it every one before it in its transaction.
fn answer_to(request: &IdbRequest) -> Promise {
    Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    })
}

/// Waits for the answer to a request. A rejection is an event; what happened stands on the request.
async fn answered(request: &IdbRequest, answer: Promise) -> Result<JsValue, JsValue> {
    match JsFuture::from(answer).await {
        Ok(_) => request.result(),
        Err(event) => Err(request.error()?.map_or(event, JsValue::from)),
    }
}

/// Why a transaction was given up: the reason stands on it alone.
fn aborted(transaction: &IdbTransaction) -> StoreError {
    transaction.error().map_or_else(|| StoreError::Failed("aborted".to_owned()), |error| named(&error))
}

fn write_failed(error: &idb::Error) -> StoreError {
    let described = describe(error);
    if described.contains("QuotaExceeded") { StoreError::Full } else { StoreError::Failed(described) }
}

/// The whole chain of causes: idb's own words leave out the DOMException that tells what happened.
fn describe(error: &impl core::error::Error) -> String {
    format!("{error}: {error:?}").chars().take(300).collect()
}

fn failed(error: &JsValue) -> StoreError {
    match error.dyn_ref::<DomException>() {
        Some(exception) => named(exception),
        None => StoreError::Failed(error.as_string().unwrap_or_else(|| "the browser gave no reason".to_owned())),
    }
}

fn named(exception: &DomException) -> StoreError {
    match exception.name().as_str() {
        "QuotaExceededError" => StoreError::Full,
        name => StoreError::Failed(name.to_owned()),
    }
}
