//! The journal's file, beside the database: a change that need not be on the disk at once is one short write there, where
//! IndexedDB would hand it from thread to thread. The next change takes it into the database; what is in a frame and when it
//! counts is said in `keepsake_vault::journal`.

use std::collections::BTreeMap;

use js_sys::Uint8Array;
use keepsake_vault::journal::{frame, manifest_of, replay};
use keepsake_vault::{Batch, Durability, ObjectKey, Placed, Space};
use wasm_bindgen::JsValue;
use web_sys::{FileSystemReadWriteOptions, FileSystemSyncAccessHandle};

use crate::part_of;

/// No longer than this: what comes then goes into the database, with all that is here.
const MOST_BYTES: usize = 256 * 1024;

/// The file, and what is in it.
#[derive(Default)]
pub(crate) struct Journal {
    /// Nothing where there is none, or another worker writes there.
    file: Option<FileSystemSyncAccessHandle>,
    /// Where the next frame goes.
    end: usize,
    /// What is in it and not in the database yet.
    waiting: BTreeMap<(Space, ObjectKey), Vec<u8>>,
    /// The tag of the manifest that was written last, once this store has written one: until then, what is in the file may not
    /// be in the database, and nothing may be put behind it.
    manifest: Option<[u8; 16]>,
}

impl Journal {
    /// The file as `extension/worker/journal.ts` opens it, and what is in it.
    pub fn open(opened: &JsValue) -> (Self, Vec<u8>) {
        let bytes = part_of::<Uint8Array>(opened, "bytes").map_or_else(Vec::new, |bytes| bytes.to_vec());
        (Self { file: part_of(opened, "file"), end: bytes.len(), ..Self::default() }, bytes)
    }

    /// Has what a file holds beyond the database's manifest wait for the next change.
    pub fn recover(&mut self, bytes: &[u8], manifest: &[u8]) {
        self.waiting.extend(replay(bytes, manifest).into_iter().map(|(space, key, value)| ((space, key), value)));
    }

    /// Whether a change may go here, once all of it is made.
    pub fn is_for(&self, batch: &Batch) -> bool {
        let Batch { deletes, clears, durability, .. } = batch;
        *durability == Durability::Relaxed
            && deletes.is_empty()
            && clears.is_empty()
            && self.file.is_some()
            && self.manifest.is_some()
    }

    /// Writes a change down; `false` where it did not, and nothing has changed.
    pub fn append(&mut self, puts: &[Placed]) -> bool {
        let Some(framed) = self.manifest.and_then(|follows| frame(puts, follows)) else { return false };
        let Some(file) = self.file.as_ref().filter(|_| self.end + framed.len() <= MOST_BYTES) else { return false };
        let place = FileSystemReadWriteOptions::new();
        place.set_at(self.end as f64);
        // A frame of which only a part is there counts for nothing, and the next one takes its place.
        let written = file.write_with_u8_array_and_options(&framed, &place);
        if !written.is_ok_and(|count| count == framed.len() as f64) {
            return false;
        }
        self.end += framed.len();
        self.waiting.extend(puts.iter().map(|(space, key, value)| ((*space, *key), value.clone())));
        self.manifest = manifest_of(puts);
        true
    }

    /// What waits for the next change, but for what that clears away.
    pub fn waiting(&self, clears: &[Space]) -> Vec<Placed> {
        let waiting = self.waiting.iter().filter(|((space, _), _)| !clears.contains(space));
        waiting.map(|((space, key), value)| (*space, *key, value.clone())).collect()
    }

    /// What waits of a space, by its keys.
    pub fn of(&self, space: Space) -> impl Iterator<Item = (&ObjectKey, &Vec<u8>)> {
        self.waiting.range((space, [0; 16])..=(space, [0xff; 16])).map(|((_, key), value)| (key, value))
    }

    /// What waits under a key.
    pub fn get(&self, space: Space, key: ObjectKey) -> Option<&Vec<u8>> {
        self.waiting.get(&(space, key))
    }

    /// What is stored in a space, with what waits in its place.
    pub fn over(&self, space: Space, stored: Vec<(ObjectKey, Vec<u8>)>) -> Vec<(ObjectKey, Vec<u8>)> {
        if self.of(space).next().is_none() {
            return stored;
        }
        let mut all: BTreeMap<ObjectKey, Vec<u8>> = stored.into_iter().collect();
        all.extend(self.of(space).map(|(key, value)| (*key, value.clone())));
        all.into_iter().collect()
    }

    /// A change was made in the database, and took all that waited along.
    pub fn taken_in(&mut self, batch: &Batch) {
        let last = manifest_of(&batch.puts).or_else(|| manifest_of(&self.waiting(&[]))).or(self.manifest);
        self.manifest = last.filter(|_| !batch.clears.contains(&Space::Meta));
        self.waiting.clear();
        if self.end > 0 {
            self.end = 0;
            // What stays where this fails follows no manifest any more.
            let _emptied = self.file.as_ref().map(|file| file.truncate_with_u32(0));
        }
    }
}
