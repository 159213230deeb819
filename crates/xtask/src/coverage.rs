//! `coverage`: how much of what decides over a request is run by its tests, line by line.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::command::Program;
use crate::layout::Layout;
use crate::progress::Progress;

const CARGO_LLVM_COV: &str = "cargo-llvm-cov@0.9.1";
/// The least of each part's lines that have to be run, in hundredths.
const LEAST: usize = 95;
/// The packages whose tests are run.
const PACKAGES: [&str; 2] = ["keepsake-policy", "keepsake-vault"];
/// What has to be covered: the decision, and the engine's way from a request to its answer.
const PARTS: [(&str, &[&str]); 2] = [
    ("keepsake-policy", &["crates/keepsake-policy/src"]),
    (
        "the request path of keepsake-vault",
        &[
            "crates/keepsake-vault/src/requests",
            "crates/keepsake-vault/src/consent.rs",
            "crates/keepsake-vault/src/filter.rs",
            "crates/keepsake-vault/src/grants.rs",
            "crates/keepsake-vault/src/picking.rs",
            "crates/keepsake-vault/src/redaction.rs",
        ],
    ),
];
/// A file that holds tests and nothing else.
const PROOFS: &str = "crates/keepsake-policy/src/proofs.rs";

/// How often each line of a file was run, by its number.
type Lines = BTreeMap<usize, u64>;

/// Runs the tests and counts; fails where a part is covered too little.
pub fn run(layout: &Layout, progress: &mut Progress) -> Result<()> {
    progress.step("cargo-llvm-cov", "Look whether crates.io and rustup's server can be reached.", || {
        // LLVM's own tools, of the version that the compiler has.
        Program::new("rustup", &layout.root).args(["component", "add", "llvm-tools"]).run()?;
        if layout.cargo().args(["llvm-cov", "--version"]).read().is_ok() {
            return Ok(());
        }
        layout.cargo().args(["install", "--locked", CARGO_LLVM_COV]).run()
    })?;
    let report = layout.target().join("coverage.lcov");
    progress.step("tests that note which lines they run", "Mend the code or the test that is named above.", || {
        let mut tests = layout.cargo().args(["llvm-cov", "--locked", "--lcov", "--output-path"]).arg(&report);
        for package in PACKAGES {
            tests = tests.args(["--package", package]);
        }
        tests.run()
    })?;
    progress.step("coverage", "Write tests that run the lines that are named above.", || {
        let files = read(layout, &report)?;
        let mut short = Vec::new();
        for (name, places) in PARTS {
            let within = |file: &str| places.iter().any(|place| Path::new(file).starts_with(place));
            let part: BTreeMap<_, _> = files.iter().filter(|(file, _)| within(file)).collect();
            let (covered, all) = part.values().fold((0, 0), |sum, lines| {
                (sum.0 + lines.values().filter(|times| **times > 0).count(), sum.1 + lines.len())
            });
            for (file, lines) in &part {
                let never: Vec<_> =
                    lines.iter().filter(|(_, times)| **times == 0).map(|(n, _)| n.to_string()).collect();
                if !never.is_empty() {
                    println!("   {file}: not run: {}", never.join(", "));
                }
            }
            println!("   {name}: {covered} of {all} lines, {:.1} %", 100.0 * covered as f64 / all.max(1) as f64);
            // A part without lines is a part that is looked for in the wrong place.
            if all == 0 || covered * 100 < all * LEAST {
                short.push(name);
            }
        }
        if !short.is_empty() {
            bail!("less than {LEAST} % of the lines are run in {}", short.join(" and in "));
        }
        Ok(())
    })
}

/// The report's files, by their paths in the checkout, without the tests that stand in them.
fn read(layout: &Layout, report: &Path) -> Result<BTreeMap<String, Lines>> {
    let text = fs::read_to_string(report).with_context(|| format!("cannot read {}", report.display()))?;
    let mut files = BTreeMap::new();
    let (mut file, mut end, mut lines) = (None, usize::MAX, Lines::new());
    for line in text.lines() {
        if let Some(path) = line.strip_prefix("SF:") {
            file = Path::new(path).strip_prefix(&layout.root).ok().and_then(Path::to_str).map(str::to_owned);
            end = first_line_of_tests(path)?;
        } else if let Some((number, times)) = line.strip_prefix("DA:").and_then(|counted| counted.split_once(',')) {
            let number = number.parse().with_context(|| format!("`{line}` has no line number"))?;
            if number < end {
                lines.insert(number, times.parse().with_context(|| format!("`{line}` has no count"))?);
            }
        } else if line == "end_of_record" {
            let lines = std::mem::take(&mut lines);
            if let Some(file) = file.take().filter(|file| file != PROOFS) {
                files.insert(file, lines);
            }
        }
    }
    Ok(files)
}

fn first_line_of_tests(path: &str) -> Result<usize> {
    let source = fs::read_to_string(path).with_context(|| format!("cannot read {path}"))?;
    Ok(source.lines().position(|line| line == "#[cfg(test)]").map_or(usize::MAX, |at| at + 1))
}
