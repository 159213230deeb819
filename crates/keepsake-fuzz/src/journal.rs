//! The journal, which stands outside of every seal: what is taken out of it is pairs of a receipt and a manifest, each behind
//! the manifest that it was made for.

use keepsake_crypto::{digest, tag_of};
use keepsake_vault::Space;
use keepsake_vault::journal::{frame, replay};

/// The first 16 bytes are the manifest of the database, the rest is a journal, or bodies of frames.
pub fn run(bytes: &[u8]) {
    let (manifest, journal) = bytes.split_at_checked(16).unwrap_or((bytes, &[]));
    look_at(manifest, journal);
    look_at(manifest, &with_sums(journal));
}

fn look_at(manifest: &[u8], journal: &[u8]) {
    let mut before = manifest.to_vec();
    for change in replay(journal, manifest).chunks(2) {
        assert_eq!(change[0].0, Space::Receipts);
        let framed = frame(change, tag_of(&before)).expect("what a frame held can be framed");
        // CBOR spells the same values in several ways: whichever was there, it held these two and nothing else.
        assert_eq!(replay(&framed, &before), change);
        before.clone_from(&change[1].2);
    }
}

/// Bodies as frames, since nobody guesses a digest: each has its length before it, in 2 bytes.
fn with_sums(mut bodies: &[u8]) -> Vec<u8> {
    let mut journal = Vec::new();
    while let Some((length, left)) = bodies.split_first_chunk() {
        let length = usize::from(u16::from_be_bytes(*length)).min(left.len());
        let (body, left) = left.split_at(length);
        journal.extend_from_slice(&(length as u32).to_be_bytes());
        journal.extend_from_slice(body);
        journal.extend_from_slice(&digest(&[body]));
        bodies = left;
    }
    journal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_corpus_holds_journals_that_say_something() {
        let of = |name| std::fs::read(format!("{}/../../fuzz/corpus/journal/{name}", env!("CARGO_MANIFEST_DIR")));
        for (name, changes) in [("one", 2), ("two", 4), ("cut-off", 2), ("garbage-behind", 2), ("wrong-sum", 0)] {
            let bytes = of(name).unwrap();
            assert_eq!(replay(&bytes[16..], &bytes[..16]).len(), changes, "{name}");
        }
        let bytes = of("bodies").unwrap();
        assert_eq!(replay(&with_sums(&bytes[16..]), &bytes[..16]).len(), 4);
    }
}
