//! `setup`: what a fresh clone lacks. Each part looks first and does nothing where nothing is missing.

use std::fs;
use std::time::SystemTime;

use anyhow::{Context, Result, bail};

use crate::command::Program;
use crate::debian;
use crate::firefox::{self, Firefox};
use crate::layout::Layout;
use crate::progress::Progress;

const TARGET: &str = "wasm32-unknown-unknown";
const NODE: (u32, u32) = (20, 19);

/// Brings the checkout to where everything else works, and tells which Firefox that is with.
pub fn run(layout: &Layout, progress: &mut Progress) -> Result<Firefox> {
    progress.step(
        "WebAssembly target",
        "Install Rust with rustup (https://rustup.rs), or give your Rust the target wasm32-unknown-unknown.",
        || add_target(layout),
    )?;
    progress.step(
        "npm packages",
        "Install Node 20.19 or later with npm, and look whether the npm registry can be reached.",
        || install_packages(layout),
    )?;
    progress.step("the program age", "Install age, or leave it: one test is skipped then.", || {
        look_for_age(layout);
        Ok(())
    })?;
    progress.step("Firefox", firefox::ADVICE, || firefox::find_or_install(layout))
}

/// A test has the stock program open an export: that alone shows that nobody needs Keepsake for it.
fn look_for_age(layout: &Layout) {
    let version = || Program::new("age", &layout.root).arg("--version").read();
    if version().is_err()
        && debian::can_install(layout)
        && let Err(error) = debian::install(layout, &["age"])
    {
        println!("   {error:#}");
    }
    match version() {
        Ok(version) => println!("   age {}", version.trim()),
        Err(_) => println!("   it is not there: the test that opens an export with it is skipped"),
    }
}

fn add_target(layout: &Layout) -> Result<()> {
    let libraries = Program::new("rustc", &layout.root)
        .args(["--print", "target-libdir", "--target", TARGET])
        .read()
        .unwrap_or_default();
    if !libraries.trim().is_empty() && fs::exists(libraries.trim())? {
        println!("   {TARGET} is there");
        return Ok(());
    }
    Program::new("rustup", &layout.root).args(["target", "add", TARGET]).run()
}

fn install_packages(layout: &Layout) -> Result<()> {
    let version = Program::new("node", &layout.root).arg("--version").read()?;
    let mut numbers = version.trim().trim_start_matches('v').split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    if (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) < NODE {
        bail!("node is {}, and {}.{} or later is needed", version.trim(), NODE.0, NODE.1);
    }
    // npm writes this file last: an installation that was cut off does not have it.
    let installed = modified(layout, "node_modules/.package-lock.json");
    if installed.is_some() && installed >= modified(layout, "package-lock.json") {
        println!("   node_modules/ is as new as package-lock.json");
        return Ok(());
    }
    Program::new("npm", &layout.root).args(["ci", "--no-progress"]).run().context("npm could not install")
}

fn modified(layout: &Layout, file: &str) -> Option<SystemTime> {
    fs::metadata(layout.path(file)).and_then(|metadata| metadata.modified()).ok()
}
