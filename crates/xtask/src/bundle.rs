//! TypeScript and web pages into what a browser loads: esbuild bundles, everything else is copied as it is.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::layout::{Layout, VERSION, files_below};
use crate::lit;
use crate::wasm::{self, BINDINGS, MODULES};

const ECHO: &str = "tests/bench/echo-extension";
const VAULT_BENCH: &str = "tests/bench/vault-extension";
const SEARCH_BENCH: &str = "tests/bench/search-extension";
const EMBEDDING_TABLE: &str = "crates/keepsake-search/data/meanings.bin";
const ASSISTANT: &str = "tests/fixtures/assistant";
const COMPANION: &str = "tests/fixtures/companion-extension";

/// How a script is loaded.
#[derive(Clone, Copy)]
enum Format {
    Module,
    /// Content scripts are no modules: everything in one function.
    ContentScript,
}

/// Makes dist/ anew. What this puts there ships, and nothing else.
pub fn extension(layout: &Layout) -> Result<()> {
    let dist = empty(layout.dist())?;
    for manifest in ["manifest.json", "package.json", "client/package.json"] {
        check_version(layout, manifest)?;
    }
    let mut modules = vec![
        ("background".to_owned(), layout.path("extension/background/main.ts")),
        ("worker/vault".to_owned(), layout.path("extension/worker/vault.ts")),
        ("worker/kdf".to_owned(), layout.path("extension/worker/kdf.ts")),
    ];
    for page in pages(layout)? {
        modules.push((format!("pages/{page}/main"), layout.path(&format!("extension/pages/{page}/main.ts"))));
    }
    scripts(layout, Format::Module, &modules, &dist)?;
    scripts(layout, Format::ContentScript, &[bridge(layout)], &dist)?;

    fs::copy(layout.path("manifest.json"), dist.join("manifest.json"))?;
    for folder in ["pages", "components", "icons", "_locales"] {
        copy_static(&layout.path("extension"), &layout.path("extension").join(folder), &dist)?;
    }
    for module in MODULES {
        let file = layout.path(BINDINGS).join(format!("{}_bg.wasm", module.name));
        copy_below(&layout.path("extension/generated"), &file, &dist)?;
    }
    fs::create_dir_all(dist.join("search"))?;
    fs::copy(layout.path(EMBEDDING_TABLE), dist.join("search/meanings.bin"))?;
    Ok(())
}

/// The npm package `@keepsake/client`: a module for pages and extensions, one for their tests, and the types of both.
pub fn client(layout: &Layout) -> Result<()> {
    let dist = empty(layout.path("client/dist"))?;
    let modules = ["index", "testing"].map(|name| (name.to_owned(), layout.path(&format!("client/src/{name}.ts"))));
    scripts(layout, Format::Module, &modules, &dist)?;
    layout.npm_program("tsc").args(["--project", "client/tsconfig.json"]).run()
}

/// The assistant page that the end-to-end tests and `start` serve.
pub fn assistant(layout: &Layout) -> Result<()> {
    let folder = empty(layout.target().join("assistant"))?;
    scripts(layout, Format::Module, &[("main".to_owned(), layout.path(ASSISTANT).join("main.ts"))], &folder)?;
    copy_static(&layout.path(ASSISTANT), &layout.path(ASSISTANT), &folder)
}

/// The second extension of the end-to-end tests, an assistant in the browser.
pub fn companion(layout: &Layout) -> Result<()> {
    let folder = empty(layout.target().join("companion-extension"))?;
    let source = layout.path(COMPANION);
    scripts(layout, Format::Module, &[("main".to_owned(), source.join("main.ts"))], &folder)?;
    copy_static(&source, &source, &folder)
}

/// The peer of `bench bridge` and `bench wake`: our own bridge before a background that loads a module and only answers.
pub fn echo_extension(layout: &Layout) -> Result<()> {
    let manifest = fs::read_to_string(layout.path(ECHO).join("manifest.json"))?;
    // Two of them: one loads a small module, the other one as large as the vault's.
    let large = manifest.replace("\"Echo\"", "\"Large echo\"").replace("echo@", "large-echo@");
    for (name, manifest, modules) in
        [("echo", &manifest, &["kdf"][..]), ("large-echo", &large, &["kdf", "keepsake"][..])]
    {
        let folder = empty(layout.target().join(format!("bench/{name}-extension")))?;
        let background = ("background".to_owned(), layout.path(ECHO).join("background.ts"));
        scripts(layout, Format::Module, &[background], &folder)?;
        scripts(layout, Format::ContentScript, &[bridge(layout)], &folder)?;
        for module in modules {
            let file = layout.path(BINDINGS).join(format!("{module}_bg.wasm"));
            copy_below(&layout.path("extension/generated"), &file, &folder)?;
        }
        fs::write(folder.join("manifest.json"), manifest)?;
    }
    Ok(())
}

/// The page of `bench vault`: the workers and modules of dist/ as they ship, and beside them the peers' workers.
pub fn vault_bench(layout: &Layout) -> Result<()> {
    let folder = empty(layout.target().join("bench/vault-extension"))?;
    let source = layout.path(VAULT_BENCH);
    let mut modules = vec![("main".to_owned(), source.join("main.ts"))];
    for worker in files_below(&source.join("workers"), ".ts")? {
        let name = worker.file_stem().and_then(|name| name.to_str()).context("a worker's name is not UTF-8")?;
        modules.push((format!("workers/{name}"), worker.clone()));
    }
    scripts(layout, Format::Module, &modules, &folder)?;
    copy_static(&source, &source, &folder)?;
    for part in ["worker", "wasm", "search"] {
        for file in files_below(&layout.dist().join(part), "")? {
            copy_below(&layout.dist(), &file, &folder)?;
        }
    }
    wasm::bind_module(layout, &wasm::ENVELOPES, &folder.join("envelopes"))
}

/// The page of `bench search`: the index as WebAssembly with its table, and the libraries beside it.
pub fn search_bench(layout: &Layout) -> Result<()> {
    let folder = empty(layout.target().join("bench/search-extension"))?;
    let source = layout.path(SEARCH_BENCH);
    let modules = [("main", "main.ts"), ("workers/engine", "workers/engine.ts")];
    let modules = modules.map(|(name, file)| (name.to_owned(), source.join(file)));
    scripts(layout, Format::Module, &modules, &folder)?;
    copy_static(&source, &source, &folder)?;
    fs::copy(layout.path(EMBEDDING_TABLE), folder.join("meanings.bin"))?;
    wasm::bind_module(layout, &wasm::SEARCH, &folder.join("search"))
}

fn bridge(layout: &Layout) -> (String, PathBuf) {
    ("content/bridge".to_owned(), layout.path("extension/content/bridge.ts"))
}

/// Every folder of extension/pages is a page, with a document and a script.
fn pages(layout: &Layout) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(layout.path("extension/pages"))? {
        let folder = entry?.path();
        if !folder.is_dir() {
            continue;
        }
        for part in ["index.html", "main.ts"] {
            if !folder.join(part).is_file() {
                bail!("{} has no {part}: a page is an index.html and a main.ts", folder.display());
            }
        }
        names.push(folder.file_name().and_then(|name| name.to_str()).context("a page's name is not UTF-8")?.to_owned());
    }
    names.sort();
    Ok(names)
}

/// Bundles each script to `NAME.js` in a folder. Not minified: whoever reviews the add-on reads what runs.
fn scripts(layout: &Layout, format: Format, entries: &[(String, PathBuf)], folder: &Path) -> Result<()> {
    let format = match format {
        Format::Module => "esm",
        Format::ContentScript => "iife",
    };
    let lit = lit::prepare(layout)?;
    layout
        .npm_program("esbuild")
        .args(["--bundle", "--target=firefox142", "--charset=utf8", "--legal-comments=inline", "--log-level=warning"])
        .arg(format!("--alias:lit-html={}", lit.display()))
        .arg(format!("--format={format}"))
        .arg(format!("--outdir={}", folder.display()))
        .args(entries.iter().map(|(name, source)| format!("{name}={}", source.display())))
        .run()
}

fn empty(folder: PathBuf) -> Result<PathBuf> {
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("cannot empty {}", folder.display()))?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Copies what a browser loads as it is.
fn copy_static(from: &Path, folder: &Path, to: &Path) -> Result<()> {
    for ending in [".html", ".css", ".svg", ".json"] {
        for file in files_below(folder, ending)? {
            if file.file_name().is_some_and(|name| name != "tsconfig.json") {
                copy_below(from, &file, to)?;
            }
        }
    }
    Ok(())
}

/// Copies a file to where it stands below another folder.
fn copy_below(from: &Path, file: &Path, to: &Path) -> Result<()> {
    let copy = to.join(file.strip_prefix(from)?);
    if let Some(folder) = copy.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::copy(file, &copy).with_context(|| format!("cannot copy {}", file.display()))?;
    Ok(())
}

fn check_version(layout: &Layout, file: &str) -> Result<()> {
    let text = fs::read_to_string(layout.path(file)).with_context(|| format!("cannot read {file}"))?;
    let manifest: Value = serde_json::from_str(&text).with_context(|| format!("{file} is not JSON"))?;
    let version = manifest.get("version").and_then(Value::as_str).unwrap_or("none");
    if version != VERSION {
        bail!("the version in {file} is {version}, and in Cargo.toml {VERSION}: they are one");
    }
    Ok(())
}
