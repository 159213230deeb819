//! An age file that is opened: no bytes stop the reader, and only the one that was sealed opens.

use std::sync::LazyLock;

use keepsake_archive::{Opener, Sealer};

const PASSPHRASE: &[u8] = b"green tea";
const PLAINTEXT: &[u8] = b"what was taken out";

/// Sealed with the least work that there is: the fuzzer has no time for more.
static SEALED: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut sealer = Sealer::new(PASSPHRASE, 1).unwrap();
    let mut sealed = sealer.push(PLAINTEXT).unwrap();
    sealed.extend(sealer.finish().unwrap());
    sealed
});

/// The first two bytes say where the sealed file is left for the rest.
pub fn run(bytes: &[u8]) {
    let Some((at, rest)) = bytes.split_first_chunk::<2>() else { return };
    let kept = usize::from(u16::from_be_bytes(*at)) % (SEALED.len() + 1);
    let file = [&SEALED[..kept], rest].concat();
    if is_costly(&file) {
        return;
    }
    let mut opener = Opener::new(PASSPHRASE).unwrap();
    let opened = opener.push(&file).and_then(|mut plaintext| {
        plaintext.extend(opener.finish()?);
        Ok(plaintext)
    });
    if let Ok(plaintext) = opened {
        assert!(plaintext == PLAINTEXT && file == *SEALED, "another file opens");
    }
}

/// A file may ask for a gibibyte of work, which is refused above that and takes seconds below.
fn is_costly(file: &[u8]) -> bool {
    let header = String::from_utf8_lossy(&file[..file.len().min(4096)]).into_owned();
    let scrypt = header.lines().filter_map(|line| line.strip_prefix("-> scrypt "));
    scrypt.filter_map(|arguments| arguments.split(' ').nth(1)?.parse::<u32>().ok()).any(|work| work > 4)
}
