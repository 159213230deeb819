//! Every input that a fuzzer found worth keeping, replayed.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use keepsake_fuzz::TARGETS;

/// As libFuzzer's `-timeout=1`.
const LONGEST: Duration = Duration::from_secs(1);

fn names_in(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned()).collect()
}

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

#[test]
fn every_target_has_a_corpus_and_stands_in_the_fuzzer() {
    let targets: BTreeSet<_> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names_in(&fuzz().join("corpus")), targets);
    assert_eq!(names_in(&fuzz().join("fuzz_targets")), targets);
}

#[test]
fn every_input_of_the_corpus_passes_within_a_second() {
    for (name, target) in TARGETS {
        let folder = fuzz().join("corpus").join(name);
        // The first input pays for the vault that all of them meet.
        target(b"");
        let mut inputs = 0;
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let bytes = fs::read(&path).unwrap();
            let started = Instant::now();
            target(&bytes);
            assert!(started.elapsed() < LONGEST, "{} takes too long", path.display());
            inputs += 1;
        }
        assert!(inputs > 0, "{} is empty", folder.display());
    }
}
