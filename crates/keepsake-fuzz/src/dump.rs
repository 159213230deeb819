//! A raw dump of the object stores: what reads as one is written again as the same objects.

use keepsake_vault::dump::{DumpReader, DumpStore};

/// The bytes are the file.
pub fn run(bytes: &[u8]) {
    let Some(store) = read(bytes) else { return };
    let written = write(&store);
    let again = read(&written).expect("what was written reads");
    assert_eq!(write(&again), written);
}

fn read(bytes: &[u8]) -> Option<DumpStore> {
    DumpStore::read(DumpReader::new(bytes).ok()?).ok()
}

fn write(store: &DumpStore) -> Vec<u8> {
    let mut bytes = Vec::new();
    store.write(7, &mut bytes).expect("memory takes everything");
    bytes
}
