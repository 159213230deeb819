//! The journal: receipts of releases and the manifests that name them, on their way into the database, each pair a frame of
//! one file. A store writes them there so that a site's answer waits for one short write, and takes them into the database
//! with its next change.
//!
//! A frame is `u32be(length) ‖ body ‖ SHA-256(body)`. The body is CBOR, and says by its tag which manifest it follows. So a
//! frame counts only behind the manifest that it was made for: what the database holds already, what was cut off and what is
//! of another vault stays out by itself, and nothing else has to say where the journal begins.

use keepsake_crypto::{digest, tag_of};
use serde::{Deserialize, Serialize};

use crate::format::{MANIFEST_KEY, decode, encode};
use crate::{ObjectKey, Placed, Space};

/// How many bytes a digest has.
const DIGEST_BYTES: usize = 32;

/// The body of a frame.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Frame {
    /// The tag that the manifest before ends in.
    #[serde(with = "serde_bytes")]
    follows: [u8; 16],
    /// Where the receipt stands.
    #[serde(with = "serde_bytes")]
    key: ObjectKey,
    #[serde(with = "serde_bytes")]
    receipt: Vec<u8>,
    #[serde(with = "serde_bytes")]
    manifest: Vec<u8>,
}

/// The manifest that the last of some changes leaves, by its tag; `None` where they leave the one before.
pub fn manifest_of(puts: &[Placed]) -> Option<[u8; 16]> {
    puts.iter().rev().find(|(space, key, _)| (*space, *key) == (Space::Meta, MANIFEST_KEY)).map(|(.., put)| tag_of(put))
}

/// Where the manifest stands.
pub fn manifest_place() -> (Space, ObjectKey) {
    (Space::Meta, MANIFEST_KEY)
}

/// A change as a frame, behind the manifest with the tag `follows`; `None` where it is not a receipt and its manifest.
pub fn frame(puts: &[Placed], follows: [u8; 16]) -> Option<Vec<u8>> {
    let [(Space::Receipts, key, receipt), (Space::Meta, MANIFEST_KEY, manifest)] = puts else { return None };
    let frame = Frame { follows, key: *key, receipt: receipt.clone(), manifest: manifest.clone() };
    let body = encode(&frame).ok()?;
    let length = u32::try_from(body.len()).ok()?;
    Some([&length.to_be_bytes()[..], &body, &digest(&[&body])].concat())
}

/// The changes that a journal holds beyond the database, in their order. `manifest` is the one in the database.
pub fn replay(journal: &[u8], manifest: &[u8]) -> Vec<Placed> {
    let (mut left, mut follows) = (journal, tag_of(manifest));
    let mut changes = Vec::new();
    while let Some((frame, behind)) = first_frame(left).filter(|(frame, _)| frame.follows == follows) {
        left = behind;
        follows = tag_of(&frame.manifest);
        changes.push((Space::Receipts, frame.key, frame.receipt));
        changes.push((Space::Meta, MANIFEST_KEY, frame.manifest));
    }
    changes
}

/// The first frame and what is behind it; `None` where there is no whole one.
fn first_frame(bytes: &[u8]) -> Option<(Frame, &[u8])> {
    let (length, bytes) = bytes.split_first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (body, bytes) = bytes.split_at_checked(length)?;
    let (sum, behind) = bytes.split_first_chunk::<DIGEST_BYTES>()?;
    if digest(&[body]) != *sum {
        return None;
    }
    Some((decode(body).ok()?, behind))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

    use super::*;

    /// What a release writes: the receipt of this number, and a manifest.
    fn change(number: u8) -> [Placed; 2] {
        [(Space::Receipts, [number; 16], vec![number; 90]), (Space::Meta, MANIFEST_KEY, manifest(number))]
    }

    fn manifest(number: u8) -> Vec<u8> {
        vec![number; 200]
    }

    /// A journal with the changes of these numbers, each behind the one before.
    fn journal(numbers: core::ops::RangeInclusive<u8>) -> Vec<u8> {
        numbers.flat_map(|number| frame(&change(number), tag_of(&manifest(number - 1))).unwrap()).collect()
    }

    #[test]
    fn what_follows_the_databases_manifest_is_replayed_in_its_order() {
        assert_eq!(replay(&journal(1..=3), &manifest(0)), [change(1), change(2), change(3)].concat());
        assert_eq!(replay(&[], &manifest(0)), []);
    }

    #[test]
    fn what_the_database_holds_already_is_not_put_back() {
        for known in 1..=3 {
            assert_eq!(replay(&journal(1..=3), &manifest(known)), []);
        }
    }

    #[test]
    fn a_journal_that_was_cut_off_ends_with_its_last_whole_frame() {
        let whole = journal(1..=3);
        let frame = whole.len() / 3;
        for length in 0..whole.len() {
            let left = replay(&whole[..length], &manifest(0));
            assert_eq!(left.len(), length / frame * 2, "{length}");
        }
    }

    #[test]
    fn a_changed_byte_ends_it() {
        let whole = journal(1..=3);
        let frame = whole.len() / 3;
        for at in 0..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 1;
            assert_eq!(replay(&changed, &manifest(0)).len(), at / frame * 2, "{at}");
        }
    }

    #[test]
    fn frames_of_before_behind_a_new_one_are_passed_over() {
        let begun_anew = [frame(&change(9), tag_of(&manifest(3))).unwrap(), journal(2..=3)].concat();
        assert_eq!(replay(&begun_anew, &manifest(3)), change(9));
    }

    #[test]
    fn nothing_but_a_receipt_and_its_manifest_is_a_frame() {
        let [receipt, manifest] = change(1);
        let memory = (Space::Records, [1; 16], vec![1]);
        let session = (Space::Meta, crate::format::SESSION_KEY, vec![1]);
        for other in [
            vec![],
            vec![receipt.clone()],
            vec![manifest.clone()],
            vec![manifest.clone(), receipt.clone()],
            vec![memory, manifest.clone()],
            vec![receipt.clone(), session],
            vec![receipt.clone(), receipt, manifest],
        ] {
            assert_eq!(frame(&other, [0; 16]), None, "{other:?}");
        }
    }
}
