//! `test`: every check that stands between a change and main, the quick ones first.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::firefox::Firefox;
use crate::layout::{Layout, files_below};
use crate::progress::Progress;
use crate::wasm::TARGET;
use crate::{build, declarations, setup, wasm_tests};

/// What the store and the person downloading it are spared.
/// Half of it is the embedding table, which may have 8 MB and is loaded only while a vault is open, a quarter the dictionaries
/// and the age format, which are loaded only where a passphrase is chosen or a file is taken out or in.
const LARGEST_DIST: u64 = 14_500_000;
/// One for each place where TypeScript runs.
const TYPESCRIPT_PROJECTS: [&str; 4] = ["extension", "extension/worker", "client", "tests"];
/// A test that waits for what never comes must end, and say where.
const LONGEST_TEST_FILE_MS: u32 = 600_000;
const END_TO_END: &str = "tests/e2e";

/// Runs every check, and stops at the first that fails.
pub fn run(layout: &Layout, progress: &mut Progress) -> Result<()> {
    let firefox = setup::run(layout, progress)?;
    source(layout, progress)?;
    build::make(layout, progress)?;
    types(layout, progress)?;
    progress.step("TypeScript unit tests", "Mend the code or the test that is named above.", || {
        let mut files = Vec::new();
        for folder in ["extension", "client", "tests"] {
            files.extend(files_below(&layout.path(folder), ".test.ts")?);
        }
        // They need Firefox and come last.
        files.retain(|file| !file.starts_with(layout.path(END_TO_END)));
        node_tests(layout, &firefox, &files)
    })?;
    progress.step("wasm tests in Firefox", "Mend the code or the test that is named above.", || {
        wasm_tests::run(layout, &firefox)
    })?;
    add_on(layout, progress)?;
    progress.step("keepsake-cli, which opens what the add-on saves", "Mend what the compiler names above.", || {
        layout.cargo().args(["build", "--locked", "--package", "keepsake-cli"]).run()
    })?;
    progress.step(
        "end-to-end tests in Firefox",
        "Run one alone: `node --import tsx --test tests/e2e/NAME.test.ts`.",
        || node_tests(layout, &firefox, &files_below(&layout.path(END_TO_END), ".test.ts")?),
    )
}

/// What can be said of the sources before anything is built.
fn source(layout: &Layout, progress: &mut Progress) -> Result<()> {
    progress.step("generated files are up to date", "Run `cargo xtask build` and commit what it wrote.", || {
        declarations::check(layout)
    })?;
    progress.step("formatting of Rust", "Run `cargo fmt --all`.", || {
        layout.cargo().args(["fmt", "--all", "--check"]).run()
    })?;
    progress.step("formatting and lints of TypeScript", "Run `node_modules/.bin/biome check --write`.", || {
        layout.npm_program("biome").args(["ci", "--colors=off", "--error-on-warnings"]).run()
    })?;
    progress.step("clippy", "Mend what clippy names above.", || {
        layout.cargo().args(["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]).run()
    })?;
    progress.step("clippy for WebAssembly", "Mend what clippy names above.", || {
        let mut clippy = layout.cargo().args(["clippy", "--locked", "--all-targets", "--target", TARGET]);
        for name in wasm_tests::CRATES {
            clippy = clippy.args(["--package", name]);
        }
        clippy.args(["--", "-D", "warnings"]).run()
    })?;
    progress.step("native tests", "Mend the code or the test that is named above.", || {
        layout.cargo().args(["test", "--locked", "--workspace"]).run()
    })
}

fn types(layout: &Layout, progress: &mut Progress) -> Result<()> {
    progress.step("TypeScript types", "Mend what the compiler names above.", || {
        for project in TYPESCRIPT_PROJECTS {
            layout.npm_program("tsc").args(["--noEmit", "--project", project]).run()?;
        }
        Ok(())
    })
}

/// What the add-on store will look at.
fn add_on(layout: &Layout, progress: &mut Progress) -> Result<()> {
    progress.step("lint of the add-on", "Mend what web-ext names above: the store refuses it too.", || {
        layout.npm_program("web-ext").args(["lint", "--warnings-as-errors"]).run()
    })?;
    progress.step("size of the add-on", "Look in dist/ for what has grown.", || {
        let mut size = 0;
        for file in files_below(&layout.dist(), "")? {
            size += file.metadata()?.len();
        }
        println!("   dist/ has {} KB", size.div_ceil(1000));
        if size > LARGEST_DIST {
            bail!("dist/ has {size} bytes, and {LARGEST_DIST} is the most");
        }
        Ok(())
    })
}

/// Node's test runner over these files. No file is a failure: a check that checks nothing must not look green.
fn node_tests(layout: &Layout, firefox: &Firefox, files: &[PathBuf]) -> Result<()> {
    if files.is_empty() {
        bail!("there is no *.test.ts to run");
    }
    layout
        .node()
        // One Firefox at a time: two on two cores make each other's time limits fail.
        .args(["--test", "--test-concurrency=1", "--test-reporter=spec"])
        .arg(format!("--test-timeout={LONGEST_TEST_FILE_MS}"))
        .args(files)
        .env("KEEPSAKE_FIREFOX", &firefox.program)
        .run()
}
