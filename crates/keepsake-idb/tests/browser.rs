//! The store on a real IndexedDB, in a real Firefox.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use js_sys::{Function, Promise};
use keepsake_idb::IdbStore;
use keepsake_vault::{Batch, INDEX_PARTS, Space, Store};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const A: [u8; 16] = [1; 16];
const B: [u8; 16] = [2; 16];
const C: [u8; 16] = [0xff; 16];

fn puts(puts: Vec<(Space, [u8; 16], Vec<u8>)>) -> Batch {
    Batch { puts, ..Batch::default() }
}

#[wasm_bindgen_test]
async fn what_is_committed_is_read_back_in_the_order_of_the_keys() {
    let store = IdbStore::open("order").await.unwrap();
    store
        .commit(puts(vec![(Space::Records, C, vec![3]), (Space::Records, A, vec![]), (Space::Inbox, A, vec![9])]))
        .await
        .unwrap();
    store.commit(puts(vec![(Space::Records, B, vec![0; 100_000])])).await.unwrap();
    let all = store.all(Space::Records).await.unwrap();
    assert_eq!(all, [(A, vec![]), (B, vec![0; 100_000]), (C, vec![3])]);
    assert_eq!(store.get(Space::Inbox, A).await.unwrap(), Some(vec![9]));
    assert_eq!(store.get(Space::Inbox, B).await.unwrap(), None);
    assert_eq!(store.get_many(Space::Records, &[C, [7; 16], A]).await.unwrap(), [Some(vec![3]), None, Some(vec![])]);
    assert_eq!(store.get_many(Space::Records, &[]).await.unwrap(), Vec::<Option<Vec<u8>>>::new());
}

#[wasm_bindgen_test]
async fn a_put_replaces_and_a_delete_forgets() {
    let store = IdbStore::open("replace").await.unwrap();
    store.commit(puts(vec![(Space::Records, A, vec![1]), (Space::Records, B, vec![2])])).await.unwrap();
    let deletes = vec![(Space::Records, B), (Space::Records, C)];
    let puts = vec![(Space::Records, A, vec![10])];
    store.commit(Batch { puts, deletes, ..Batch::default() }).await.unwrap();
    assert_eq!(store.all(Space::Records).await.unwrap(), [(A, vec![10])]);
    assert_eq!(store.keys(Space::Records).await.unwrap(), [A]);
}

#[wasm_bindgen_test]
async fn what_is_cleared_makes_room_for_what_is_written_with_it() {
    let store = IdbStore::open("clear").await.unwrap();
    store.commit(puts(vec![(Space::Records, A, vec![1]), (Space::Inbox, A, vec![2])])).await.unwrap();
    let clears = vec![Space::Records];
    store.commit(Batch { puts: vec![(Space::Records, B, vec![3])], clears, ..Batch::default() }).await.unwrap();
    assert_eq!(store.all(Space::Records).await.unwrap(), [(B, vec![3])]);
    assert_eq!(store.keys(Space::Inbox).await.unwrap(), [A]);
}

#[wasm_bindgen_test]
async fn the_parts_of_the_index_are_all_of_it_also_where_it_changed_after_it_was_expected() {
    let store = IdbStore::open("parts").await.unwrap();
    store.commit(puts([A, B, C].map(|key| (Space::Index, key, vec![key[0]])).to_vec())).await.unwrap();
    store.expect_index();
    store.commit(Batch { deletes: vec![(Space::Index, B)], ..Batch::default() }).await.unwrap();
    let mut found = Vec::new();
    for part in 0..INDEX_PARTS {
        found.extend(store.index_part(part).await.unwrap());
    }
    assert_eq!(found, [(A, vec![1]), (C, vec![0xff])]);
}

/// Asks for two spaces as `extension/worker/ahead.ts` does.
async fn ask_ahead(name: &str) -> JsValue {
    let body = r#"return new Promise((resolve, reject) => {
        const opening = indexedDB.open(name);
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
            const database = opening.result;
            const transaction = database.transaction(["meta", "inbox"]);
            const list = (space) => {
                const store = transaction.objectStore(space);
                return { keys: store.getAllKeys(), values: store.getAll(), answered: Promise.resolve() };
            };
            const spaces = { meta: list("meta"), inbox: list("inbox") };
            transaction.oncomplete = () => resolve({ database, spaces });
        };
    })"#;
    let asked = Function::new_with_args("name", body).call1(&JsValue::UNDEFINED, &name.into()).unwrap();
    JsFuture::from(asked.unchecked_into::<Promise>()).await.unwrap()
}

#[wasm_bindgen_test]
async fn what_was_asked_for_ahead_is_of_one_moment_and_handed_out_once() {
    let other = IdbStore::open("ahead").await.unwrap();
    other.commit(puts(vec![(Space::Meta, A, vec![1]), (Space::Inbox, A, vec![2])])).await.unwrap();
    let store = IdbStore::open_with("ahead", &ask_ahead("ahead").await).await.unwrap();
    other.commit(puts(vec![(Space::Meta, B, vec![3]), (Space::Inbox, B, vec![4])])).await.unwrap();
    assert_eq!(store.all(Space::Meta).await.unwrap(), [(A, vec![1])]);
    assert_eq!(store.all(Space::Inbox).await.unwrap(), [(A, vec![2])]);
    assert_eq!(store.all(Space::Meta).await.unwrap(), [(A, vec![1]), (B, vec![3])]);
}

#[wasm_bindgen_test]
async fn what_was_asked_for_ahead_is_not_handed_out_once_the_space_was_written_to() {
    let first = IdbStore::open("ahead-of-a-write").await.unwrap();
    first.commit(puts(vec![(Space::Meta, A, vec![1]), (Space::Inbox, A, vec![2])])).await.unwrap();
    drop(first);
    let store = IdbStore::open_with("ahead-of-a-write", &ask_ahead("ahead-of-a-write").await).await.unwrap();
    store.commit(puts(vec![(Space::Inbox, B, vec![4])])).await.unwrap();
    assert_eq!(store.all(Space::Inbox).await.unwrap(), [(A, vec![2]), (B, vec![4])]);
    assert_eq!(store.all(Space::Meta).await.unwrap(), [(A, vec![1])]);
}

#[wasm_bindgen_test]
async fn what_was_committed_is_there_for_the_next_who_opens() {
    let first = IdbStore::open("again").await.unwrap();
    first.commit(puts(vec![(Space::Meta, A, vec![1, 2, 3])])).await.unwrap();
    drop(first);
    let second = IdbStore::open("again").await.unwrap();
    assert_eq!(second.get(Space::Meta, A).await.unwrap(), Some(vec![1, 2, 3]));
}

#[wasm_bindgen_test]
async fn ten_thousand_objects_go_in_at_once() {
    let store = IdbStore::open("many").await.unwrap();
    let key = |n: u32| {
        let mut key = [0; 16];
        key[..4].copy_from_slice(&n.to_be_bytes());
        key
    };
    store.commit(puts((0..10_000).map(|n| (Space::Records, key(n), vec![n as u8; 64])).collect())).await.unwrap();
    let all = store.all(Space::Records).await.unwrap();
    assert_eq!((all.len(), all[9_999].0), (10_000, key(9_999)));
}
