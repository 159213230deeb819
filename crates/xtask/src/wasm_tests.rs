//! The tests that need a browser: built by cargo, each test program a page that Firefox opens.
//!
//! `wasm-bindgen-test-runner` would do this through a WebDriver program of its own. What a page needs is little, and
//! Firefox is driven here anyway.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use wasm_bindgen_cli_support::Bindgen;

use crate::firefox::Firefox;
use crate::layout::Layout;
use crate::wasm::TARGET;

/// The crates that have a part which only a browser can run.
pub const CRATES: [&str; 4] = ["keepsake-archive", "keepsake-idb", "keepsake-passphrase", "keepsake-wasm"];
/// Each exported test begins so; wasm-bindgen-test names them.
const TEST_EXPORT: &str = "__wbgt_";
/// The section in which `wasm_bindgen_test_configure!` says where its tests want to run.
const PLACE_SECTION: &[u8] = b"__wasm_bindgen_test_unstable";
const IN_DEDICATED_WORKER: u8 = 2;
const PAGE: &str = "<!doctype html>\n<meta charset=\"utf-8\">\n<title>tests</title>\n<pre id=\"output\"></pre>\n\
    <script type=\"module\" src=\"run.js\"></script>\n";
const RUN: &str = include_str!("wasm_tests.js");

/// Builds every test program, and has Firefox run them.
pub fn run(layout: &Layout, firefox: &Firefox) -> Result<()> {
    let folder = layout.target().join("wasm-tests");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let mut names = Vec::new();
    for TestProgram { name, file } in compile(layout)? {
        if write_page(&file, &folder.join(&name))? {
            names.push(name);
        }
    }
    if names.is_empty() {
        bail!("there is no wasm_bindgen_test in {}", CRATES.join(" or "));
    }
    layout
        .node()
        .arg("tests/driver/run-wasm-tests.ts")
        .arg(&folder)
        .args(&names)
        .env("KEEPSAKE_FIREFOX", &firefox.program)
        .run()
}

/// The tests of a crate's library, or one file of its folder tests/.
struct TestProgram {
    name: String,
    file: PathBuf,
}

/// Builds the test programs; cargo names them in its messages.
fn compile(layout: &Layout) -> Result<Vec<TestProgram>> {
    let mut cargo = layout.cargo().args([
        "test",
        "--no-run",
        "--locked",
        "--target",
        TARGET,
        "--message-format=json-render-diagnostics",
    ]);
    for name in CRATES {
        cargo = cargo.args(["--package", name]);
    }
    let mut programs = Vec::new();
    for line in cargo.read()?.lines() {
        let message: Value = serde_json::from_str(line).context("cargo printed a message that is not JSON")?;
        let (file, name) = (message.get("executable"), message.pointer("/target/name"));
        if let (Some(file), Some(name)) = (file.and_then(Value::as_str), name.and_then(Value::as_str)) {
            programs.push(TestProgram { name: name.to_owned(), file: file.into() });
        }
    }
    Ok(programs)
}

/// Writes one program as a page that runs it; answers whether it has any tests.
fn write_page(program: &Path, folder: &Path) -> Result<bool> {
    let module = fs::read(program)?;
    // wasm-bindgen cannot read a program without tests, and cargo makes one for each library that has none.
    if after(&module, TEST_EXPORT.as_bytes()).is_none() {
        return Ok(false);
    }
    let in_worker = after(&module, PLACE_SECTION).is_some_and(|place| place.first() == Some(&IN_DEDICATED_WORKER));
    let mut output = Bindgen::new()
        .input_bytes("tests", module)
        .web(true)?
        .debug(true)
        .export_wasm(true)
        .emit_start(false)
        .typescript(false)
        .generate_output()
        .with_context(|| format!("wasm-bindgen could not read {}", program.display()))?;
    let tests: Vec<String> = output
        .wasm()
        .exports
        .iter()
        .filter(|export| export.name.starts_with(TEST_EXPORT))
        .map(|export| export.name.clone())
        .collect();
    fs::create_dir_all(folder)?;
    output.emit(folder)?;
    fs::write(folder.join("index.html"), PAGE)?;
    fs::write(folder.join("run.js"), RUN)?;
    let plan = format!("export const tests = {};\nexport const inWorker = {in_worker};\n", json!(tests));
    fs::write(folder.join("plan.js"), plan)?;
    Ok(true)
}

/// What follows the first place where these bytes stand.
fn after<'module>(module: &'module [u8], bytes: &[u8]) -> Option<&'module [u8]> {
    let place = module.windows(bytes.len()).position(|window| window == bytes)?;
    module.get(place + bytes.len()..)
}
