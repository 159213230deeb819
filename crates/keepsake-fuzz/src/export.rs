//! An export that is taken in: whatever it says, what is taken over is in normal form, however the bytes are cut.

use keepsake_memory::normal_text;
use keepsake_vault::Import;

/// The first byte says how long the pieces are, the rest is the file.
pub fn run(bytes: &[u8]) {
    let Some((&length, file)) = bytes.split_first() else { return };
    let whole = read(&[file]);
    let pieces: Vec<&[u8]> = file.chunks(usize::from(length) + 1).collect();
    let cut = read(&pieces);
    assert_eq!(whole.is_some(), cut.is_some(), "where a file is cut decides whether it is one");
    for import in whole.into_iter().chain(cut) {
        for memory in import.memories() {
            assert_eq!(normal_text(&memory.draft.text).as_ref(), Ok(&memory.draft.text));
            assert!(!memory.draft.scopes.is_empty() && memory.revision > 0);
        }
        let _intact = import.chain_holds();
    }
}

fn read(pieces: &[&[u8]]) -> Option<Import> {
    let mut import = Import::default();
    pieces.iter().try_for_each(|piece| import.push(piece)).ok()?;
    import.finish().ok()?;
    Some(import)
}
