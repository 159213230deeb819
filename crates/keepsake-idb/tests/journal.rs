//! The journal beside a real IndexedDB: a real file, in a real worker of Firefox, which alone may open one so.
#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use js_sys::{Function, Promise, Reflect, Uint8Array};
use keepsake_idb::IdbStore;
use keepsake_vault::journal::manifest_place;
use keepsake_vault::{Batch, Durability, ObjectKey, Placed, Space, Store};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::FileSystemSyncAccessHandle;

wasm_bindgen_test_configure!(run_in_dedicated_worker);

/// Opens a file as `extension/worker/journal.ts` does.
async fn file(name: &str) -> JsValue {
    let body = r#"return (async () => {
        const directory = await navigator.storage.getDirectory();
        const handle = await directory.getFileHandle(name, { create: true });
        try {
            const file = await handle.createSyncAccessHandle();
            const bytes = new Uint8Array(file.getSize());
            file.read(bytes, { at: 0 });
            return { bytes, file };
        } catch {
            return { bytes: new Uint8Array(await (await handle.getFile()).arrayBuffer()) };
        }
    })()"#;
    let open = Function::new_with_args("name", body).call1(&JsValue::UNDEFINED, &name.into()).unwrap();
    JsFuture::from(open.dyn_into::<Promise>().unwrap()).await.unwrap()
}

fn handle_of(opened: &JsValue) -> Option<FileSystemSyncAccessHandle> {
    Reflect::get(opened, &"file".into()).unwrap().dyn_into().ok()
}

fn length_of(opened: &JsValue) -> f64 {
    handle_of(opened).unwrap().get_size().unwrap()
}

async fn store(name: &str, opened: &JsValue) -> IdbStore {
    IdbStore::open(name).await.unwrap().with_journal(opened).await.unwrap()
}

/// What stands in the database itself.
async fn database(name: &str) -> IdbStore {
    IdbStore::open(name).await.unwrap()
}

fn receipt_key(number: u8) -> ObjectKey {
    [number; 16]
}

fn manifest(number: u8) -> Placed {
    let (space, key) = manifest_place();
    (space, key, vec![number; 300])
}

/// What a release writes.
fn release(number: u8) -> Batch {
    let puts = vec![(Space::Receipts, receipt_key(number), vec![number; 500]), manifest(number)];
    Batch { puts, durability: Durability::Relaxed, ..Batch::default() }
}

/// Any other change.
fn change(number: u8) -> Batch {
    Batch { puts: vec![(Space::Inbox, [number; 16], vec![number]), manifest(number)], ..Batch::default() }
}

async fn manifest_in(store: &IdbStore) -> u8 {
    let (space, key) = manifest_place();
    store.get(space, key).await.unwrap().unwrap()[0]
}

async fn receipts_in(store: &IdbStore) -> Vec<u8> {
    store.keys(Space::Receipts).await.unwrap().iter().map(|key| key[0]).collect()
}

#[wasm_bindgen_test]
async fn a_release_is_in_the_journal_until_the_next_change_takes_it_into_the_database() {
    let name = "taken in";
    let opened = file(name).await;
    let store = store(name, &opened).await;
    store.commit(change(1)).await.unwrap();
    store.commit(release(2)).await.unwrap();
    store.commit(release(3)).await.unwrap();
    assert!(length_of(&opened) > 1600.0);
    let beside = database(name).await;
    assert_eq!((receipts_in(&beside).await, manifest_in(&beside).await), (vec![], 1));

    store.commit(change(4)).await.unwrap();
    assert_eq!((receipts_in(&beside).await, manifest_in(&beside).await), (vec![2, 3], 4));
    assert_eq!(length_of(&opened), 0.0);
    // And so on.
    store.commit(release(5)).await.unwrap();
    assert!(length_of(&opened) > 800.0);
    assert_eq!((receipts_in(&beside).await, receipts_in(&store).await), (vec![2, 3], vec![2, 3, 5]));
}

#[wasm_bindgen_test]
async fn what_is_in_the_journal_is_read_as_if_it_were_in_the_database() {
    let name = "read";
    let store = store(name, &file(name).await).await;
    store.commit(change(1)).await.unwrap();
    let strict = Batch { durability: Durability::Strict, ..release(9) };
    store.commit(strict).await.unwrap();
    store.commit(release(4)).await.unwrap();
    store.commit(release(2)).await.unwrap();
    assert_eq!(manifest_in(&store).await, 2);
    let all = store.all(Space::Receipts).await.unwrap();
    assert_eq!(all.iter().map(|(key, value)| (key[0], value[0])).collect::<Vec<_>>(), [(2, 2), (4, 4), (9, 9)]);
    assert_eq!(receipts_in(&store).await, [2, 4, 9]);
    let found = store.get_many(Space::Receipts, &[receipt_key(9), receipt_key(4), receipt_key(1)]).await.unwrap();
    assert_eq!(found, [Some(vec![9; 500]), Some(vec![4; 500]), None]);
    let meta = store.all(Space::Meta).await.unwrap();
    assert_eq!(meta.iter().map(|(_, value)| value[0]).collect::<Vec<_>>(), [2]);
}

#[wasm_bindgen_test]
async fn whoever_opens_next_finds_in_the_database_what_the_last_one_left_in_the_journal() {
    let name = "recovered";
    let opened = file(name).await;
    {
        let store = store(name, &opened).await;
        store.commit(change(1)).await.unwrap();
        store.commit(release(2)).await.unwrap();
        store.commit(release(3)).await.unwrap();
    }
    handle_of(&opened).unwrap().close();
    let opened = file(name).await;
    let store = store(name, &opened).await;
    let beside = database(name).await;
    assert_eq!((receipts_in(&beside).await, manifest_in(&beside).await), (vec![2, 3], 3));
    assert_eq!((receipts_in(&store).await, length_of(&opened)), (vec![2, 3], 0.0));
    // It knows what the next frame follows.
    store.commit(release(4)).await.unwrap();
    assert!(length_of(&opened) > 800.0);
}

#[wasm_bindgen_test]
async fn a_journal_that_another_worker_holds_is_read_and_not_written_to() {
    let name = "held";
    let holder = file(name).await;
    let held = store(name, &holder).await;
    held.commit(change(1)).await.unwrap();
    held.commit(release(2)).await.unwrap();
    let length = length_of(&holder);

    let second = file(name).await;
    assert!(handle_of(&second).is_none());
    let without = store(name, &second).await;
    assert_eq!((receipts_in(&without).await, manifest_in(&without).await), (vec![2], 2));
    without.commit(release(3)).await.unwrap();
    assert_eq!(length_of(&holder), length);
    let beside = database(name).await;
    assert_eq!((receipts_in(&beside).await, manifest_in(&beside).await), (vec![2, 3], 3));

    // What the first one left follows no manifest any more: nobody puts it back.
    handle_of(&holder).unwrap().close();
    let third = store(name, &file(name).await).await;
    assert_eq!((receipts_in(&third).await, manifest_in(&third).await), (vec![2, 3], 3));
}

#[wasm_bindgen_test]
async fn what_is_not_only_a_release_goes_into_the_database_at_once_and_so_does_the_first() {
    let name = "others";
    let opened = file(name).await;
    let store = store(name, &opened).await;
    // Behind which manifest it comes is not known yet.
    store.commit(release(1)).await.unwrap();
    assert_eq!(length_of(&opened), 0.0);
    let relaxed = |batch: Batch| Batch { durability: Durability::Relaxed, ..batch };
    store.commit(relaxed(change(2))).await.unwrap();
    let deletes = vec![(Space::Receipts, receipt_key(1))];
    store.commit(Batch { deletes, ..release(3) }).await.unwrap();
    assert_eq!(length_of(&opened), 0.0);
    let beside = database(name).await;
    assert_eq!((receipts_in(&beside).await, manifest_in(&beside).await), (vec![3], 3));
}

#[wasm_bindgen_test]
async fn a_full_journal_is_taken_into_the_database() {
    let name = "full";
    let opened = file(name).await;
    let store = store(name, &opened).await;
    let (space, key) = manifest_place();
    let large = |number: u8| {
        let puts = vec![(Space::Receipts, receipt_key(number), vec![number; 100_000]), (space, key, vec![number; 300])];
        Batch { puts, durability: Durability::Relaxed, ..Batch::default() }
    };
    store.commit(change(1)).await.unwrap();
    store.commit(large(2)).await.unwrap();
    store.commit(large(3)).await.unwrap();
    assert!(length_of(&opened) > 200_000.0);
    store.commit(large(4)).await.unwrap();
    let beside = database(name).await;
    assert_eq!((receipts_in(&beside).await, manifest_in(&beside).await), (vec![2, 3, 4], 4));
    assert_eq!(length_of(&opened), 0.0);
}

#[wasm_bindgen_test]
async fn what_is_cleared_away_does_not_come_back_out_of_the_journal() {
    let name = "cleared";
    let opened = file(name).await;
    let store = store(name, &opened).await;
    store.commit(change(1)).await.unwrap();
    store.commit(release(2)).await.unwrap();
    store.commit(Batch { clears: vec![Space::Receipts, Space::Meta, Space::Inbox], ..Batch::default() }).await.unwrap();
    assert_eq!(store.all(Space::Receipts).await.unwrap(), []);
    assert_eq!(store.all(Space::Meta).await.unwrap(), []);
    assert_eq!(length_of(&opened), 0.0);
    // A vault that is made anew begins behind no manifest.
    store.commit(release(7)).await.unwrap();
    assert_eq!(length_of(&opened), 0.0);
    assert_eq!(receipts_in(&database(name).await).await, [7]);
}

#[wasm_bindgen_test]
async fn a_file_with_anything_else_in_it_changes_nothing_and_is_emptied() {
    let name = "strange";
    {
        let opened = file(name).await;
        let bytes = Uint8Array::from([0xa5; 5000].as_slice());
        handle_of(&opened).unwrap().write_with_js_u8_array(&bytes).unwrap();
        handle_of(&opened).unwrap().close();
        database(name).await.commit(change(1)).await.unwrap();
    }
    let opened = file(name).await;
    let store = store(name, &opened).await;
    assert_eq!((receipts_in(&store).await, manifest_in(&store).await), (vec![], 1));
    store.commit(change(2)).await.unwrap();
    assert_eq!(length_of(&opened), 0.0);
}
