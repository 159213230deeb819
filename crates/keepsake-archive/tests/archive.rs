//! What goes into an age file comes out again, and nothing else does.

#![cfg(not(target_arch = "wasm32"))]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

use keepsake_archive::{ArchiveError, MAX_WORK_FACTOR, Opener, Sealer, is_archive};
use proptest::prelude::*;

const PASSPHRASE: &[u8] = b"six random words to remember";
/// As little work as there is: these tests derive a thousand keys.
const QUICK: u8 = 1;
/// What age seals at a time, without and with its tag.
const CHUNK: usize = 64 * 1024;
const SEALED_CHUNK: usize = CHUNK + 16;

fn seal_in_pieces<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut sealer = Sealer::new(PASSPHRASE, QUICK).unwrap();
    let mut file = Vec::new();
    for piece in pieces {
        file.extend(sealer.push(piece).unwrap());
    }
    file.extend(sealer.finish().unwrap());
    file
}

fn seal(plaintext: &[u8]) -> Vec<u8> {
    seal_in_pieces([plaintext])
}

fn open_in_pieces<'a>(passphrase: &[u8], pieces: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<u8>, ArchiveError> {
    let mut opener = Opener::new(passphrase)?;
    let mut plaintext = Vec::new();
    for piece in pieces {
        plaintext.extend(opener.push(piece)?);
    }
    plaintext.extend(opener.finish()?);
    Ok(plaintext)
}

fn open(file: &[u8]) -> Result<Vec<u8>, ArchiveError> {
    open_in_pieces(PASSPHRASE, [file])
}

fn plaintext(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 7 + at / 251) as u8).collect()
}

/// Where the sealed chunks begin: behind the header's last line and the nonce.
fn payload_start(file: &[u8]) -> usize {
    let end = file.windows(5).position(|window| window == b"\n--- ").unwrap() + 1;
    end + file[end..].iter().position(|&byte| byte == b'\n').unwrap() + 1 + 16
}

/// The header of a file for a passphrase with another second line.
fn with_stanza(stanza: &str) -> Vec<u8> {
    let file = String::from_utf8_lossy(&seal(b"")[..payload_start(&seal(b"")) - 16]).into_owned();
    let line = file.lines().nth(1).unwrap();
    [file.replacen(line, stanza, 1).as_bytes(), &[0; 32]].concat()
}

#[test]
fn what_is_sealed_opens_again_however_it_is_cut() {
    for length in [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK] {
        let plaintext = plaintext(length);
        for sealed_by in [1, 1000, usize::MAX] {
            let file = seal_in_pieces(plaintext.chunks(sealed_by.min(length.max(1))));
            assert!(is_archive(&file));
            for opened_by in [1, 999, SEALED_CHUNK, usize::MAX] {
                let opened = open_in_pieces(PASSPHRASE, file.chunks(opened_by.min(file.len())));
                assert!(opened.as_ref() == Ok(&plaintext), "{length} by {sealed_by} and {opened_by}");
            }
        }
    }
}

#[test]
fn plaintext_comes_while_the_file_is_still_being_read() {
    let file = seal(&plaintext(2 * CHUNK + 1));
    let mut opener = Opener::new(PASSPHRASE).unwrap();
    let second = payload_start(&file) + SEALED_CHUNK;
    assert_eq!(opener.push(&file[..second]).unwrap(), plaintext(CHUNK));
    assert_eq!(opener.push(&file[second..]).unwrap().len(), CHUNK);
    assert_eq!(opener.finish().unwrap().len(), 1);
}

#[test]
fn a_file_that_is_cut_off_does_not_open() {
    for length in [0, 100, CHUNK, CHUNK + 100] {
        let file = seal(&plaintext(length));
        let payload = payload_start(&file);
        let header = 0..payload + 40.min(file.len() - payload);
        let boundaries = [payload + SEALED_CHUNK - 1, payload + SEALED_CHUNK, payload + SEALED_CHUNK + 1];
        for cut in header.chain(boundaries).chain(file.len() - 20..file.len()).filter(|&cut| cut < file.len()) {
            let error = open(&file[..cut]).unwrap_err();
            let expected = if cut < 19 { ArchiveError::NotAnArchive } else { ArchiveError::Damaged };
            assert_eq!(error, expected, "{cut} of {}", file.len());
        }
    }
}

#[test]
fn a_file_with_something_behind_its_end_does_not_open() {
    for length in [0, 100, CHUNK] {
        let file = seal(&plaintext(length));
        assert_eq!(open(&[&file[..], b"x"].concat()), Err(ArchiveError::Damaged));
        assert_eq!(open(&[&file[..], &file[..]].concat()), Err(ArchiveError::Damaged));
    }
}

#[test]
fn every_flipped_bit_is_found() {
    let file = seal(b"green tea");
    for at in 0..file.len() {
        for bit in 0..8 {
            let mut changed = file.clone();
            changed[at] ^= 1 << bit;
            assert!(open(&changed).is_err(), "byte {at}, bit {bit}");
        }
    }
}

#[test]
fn chunks_that_change_places_are_found() {
    let mut file = seal(&plaintext(3 * CHUNK));
    let payload = payload_start(&file);
    let (first, second) = file[payload..payload + 2 * SEALED_CHUNK].split_at_mut(SEALED_CHUNK);
    first.swap_with_slice(second);
    assert_eq!(open(&file), Err(ArchiveError::Damaged));
}

#[test]
fn each_failure_has_its_name() {
    let file = seal(b"green tea");
    assert_eq!(open_in_pieces(b"something else", [&file[..]]), Err(ArchiveError::WrongPassphrase));
    for no_file in [&b""[..], b"x", b"age-encryption.com/v1\n", b"PK\x03\x04"] {
        assert_eq!(open(no_file), Err(ArchiveError::NotAnArchive));
    }
    assert_eq!(open(b"age-encryption.org/v9\nsomething"), Err(ArchiveError::UnknownVersion));
    let for_a_key = with_stanza("-> X25519 TEiF0ypqr+bpvcqXNyCVJpL7OuwPdVwPL7KQEbFDOCc");
    assert_eq!(open(&for_a_key), Err(ArchiveError::NotForPassphrase));
    let endless = [b"age-encryption.org/v1\n".to_vec(), b"-> a\n\n".repeat(1_000_000)].concat();
    assert_eq!(open(&endless), Err(ArchiveError::NotForPassphrase));
}

#[test]
fn a_failure_stays_one() {
    let mut opener = Opener::new(b"something else").unwrap();
    assert_eq!(opener.push(&seal(b"green tea")), Err(ArchiveError::WrongPassphrase));
    assert_eq!(opener.push(&seal(b"green tea")), Err(ArchiveError::WrongPassphrase));
    assert_eq!(opener.finish(), Err(ArchiveError::WrongPassphrase));
}

#[test]
fn too_much_work_is_refused_before_any_is_done() {
    let salt = "TEiF0ypqr+bpvcqXNyCVJg";
    for factor in [MAX_WORK_FACTOR + 1, 63, 255] {
        let file = with_stanza(&format!("-> scrypt {salt} {factor}"));
        assert_eq!(open(&file), Err(ArchiveError::TooCostly(factor)));
        assert_eq!(Sealer::new(PASSPHRASE, factor).err(), Some(ArchiveError::TooCostly(factor)));
    }
    assert_eq!(open(&with_stanza(&format!("-> scrypt {salt} 256"))), Err(ArchiveError::Damaged));
    assert_eq!(Sealer::new(PASSPHRASE, 0).err(), Some(ArchiveError::TooCostly(0)));
}

#[test]
fn what_is_no_passphrase_is_refused() {
    for bytes in [&b""[..], &[0xff], &[b'x'; 1025]] {
        assert_eq!(Sealer::new(bytes, QUICK).err(), Some(ArchiveError::BadPassphrase));
        assert_eq!(Opener::new(bytes).err(), Some(ArchiveError::BadPassphrase));
    }
}

#[test]
fn the_same_words_typed_otherwise_open_the_file() {
    let sealer = Sealer::new("caf\u{e9} \u{fb01}x".as_bytes(), QUICK).unwrap();
    let file = sealer.finish().unwrap();
    assert_eq!(open_in_pieces("cafe\u{301} fix".as_bytes(), [&file[..]]), Ok(Vec::new()));
}

#[test]
fn a_file_of_the_standard_tool_opens_for_ever() {
    // Made once with Debian's `age`; see tests/vectors/README.md.
    let file = include_bytes!("../../../tests/vectors/archive-v1.age");
    let plaintext: String = (1..=2100).map(|n| format!("{{\"line\":{n},\"text\":\"green tea\"}}\n")).collect();
    let opened = open_in_pieces("green tea for café".as_bytes(), file.chunks(1000)).unwrap();
    assert!(opened == plaintext.as_bytes());
}

proptest! {
    #[test]
    fn no_bytes_stop_the_opener(bytes in prop::collection::vec(any::<u8>(), 0..400), at: prop::sample::Index) {
        prop_assert!(open(&bytes).is_err());
        let mut file = seal(b"green tea");
        let at = at.index(file.len());
        file.splice(at..at, bytes.iter().copied());
        prop_assert_eq!(open(&file).is_ok(), bytes.is_empty());
    }
}
