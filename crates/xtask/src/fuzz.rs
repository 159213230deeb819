//! `fuzz`: throws bytes at the parsers for a while, with libFuzzer.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::layout::Layout;
use crate::progress::Progress;

const CARGO_FUZZ: &str = "cargo-fuzz@0.13.2";
/// How long each target runs where nobody says.
const SECONDS: &str = "600";

/// Runs one target, or each of them, for so many seconds.
pub fn run(layout: &Layout, progress: &mut Progress, arguments: &[&str]) -> Result<()> {
    let all = targets(layout)?;
    let (target, seconds) = match arguments {
        [] => (None, SECONDS),
        [one] if one.parse::<u32>().is_ok() => (None, *one),
        [target] => (Some(*target), SECONDS),
        [target, seconds] if seconds.parse::<u32>().is_ok() => (Some(*target), *seconds),
        _ => bail!("fuzz takes a target and a number of seconds, such as `cargo xtask fuzz envelope 60`"),
    };
    if let Some(target) = target.filter(|target| !all.iter().any(|known| known == target)) {
        bail!("no target `{target}`: there are {}", all.join(", "));
    }
    progress.step(
        "cargo-fuzz",
        "Look whether crates.io can be reached, and whether there is a C++ compiler.",
        || {
            if layout.cargo().args(["fuzz", "--version"]).read().is_ok() {
                return Ok(());
            }
            layout.cargo().args(["install", "--locked", CARGO_FUZZ]).run()
        },
    )?;
    for name in all.iter().filter(|name| target.is_none_or(|target| target == name.as_str())) {
        let advice = "The input stands in fuzz/artifacts: fuzz/README.md says what to do with it.";
        progress.step(&format!("fuzzing {name} for {seconds} s"), advice, || fuzz(layout, name, seconds))?;
    }
    Ok(())
}

/// What libFuzzer finds worth keeping goes below `target/`; the corpus in the repository is only read.
fn fuzz(layout: &Layout, target: &str, seconds: &str) -> Result<()> {
    let found = layout.target().join("fuzz/found").join(target);
    fs::create_dir_all(&found).with_context(|| format!("cannot make {}", found.display()))?;
    layout
        .cargo()
        .args(["fuzz", "run", "--fuzz-dir", "fuzz", "--target-dir"])
        .arg(layout.target().join("fuzz"))
        .arg(target)
        .arg(found)
        .arg(layout.path("fuzz/corpus").join(target))
        .args(["--", "-timeout=1", "-rss_limit_mb=256"])
        .arg(format!("-max_total_time={seconds}"))
        // The sanitizer is not to be had from a stable compiler otherwise.
        .env("RUSTC_BOOTSTRAP", "1")
        // It keeps what was freed, 256 MB of it unless told otherwise: as much as is allowed for all.
        .env("ASAN_OPTIONS", "quarantine_size_mb=64")
        .run()
}

/// The names of the targets, in their order.
fn targets(layout: &Layout) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(layout.path("fuzz/fuzz_targets")).context("cannot list fuzz/fuzz_targets")? {
        names.extend(entry?.path().file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}
