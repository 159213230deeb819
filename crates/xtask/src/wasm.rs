//! The vault as WebAssembly: compiled by cargo, then given its JavaScript side by wasm-bindgen, which runs in here.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::command::Program;
use crate::layout::Layout;

pub const TARGET: &str = "wasm32-unknown-unknown";
/// Where the bindings go: for each module `NAME.js`, `NAME.d.ts` and `NAME_bg.wasm`.
pub const BINDINGS: &str = "extension/generated/wasm";

/// A WebAssembly module of the add-on and the library that becomes it.
pub struct Module {
    library: &'static str,
    pub name: &'static str,
}

/// Every module.
pub const MODULES: [Module; 4] = [
    Module { library: "keepsake_wasm", name: "keepsake" },
    Module { library: "keepsake_kdf", name: "kdf" },
    Module { library: "keepsake_passphrase", name: "passphrase" },
    Module { library: "keepsake_archive", name: "archive" },
];

/// What `bench vault` loads besides; no module of the add-on.
pub const ENVELOPES: Module = Module { library: "keepsake_bench_envelopes", name: "envelopes" };

/// What `bench search` loads; no module of the add-on.
pub const SEARCH: Module = Module { library: "keepsake_bench_search", name: "search" };

/// Compiles the modules for release.
pub fn compile(layout: &Layout) -> Result<()> {
    compile_packages(layout, &["keepsake-wasm", "keepsake-kdf", "keepsake-passphrase", "keepsake-archive"])
}

/// Compiles what a benchmark loads besides, in the same way.
pub fn compile_for_benchmark(layout: &Layout, package: &str) -> Result<()> {
    compile_packages(layout, &[package])
}

fn compile_packages(layout: &Layout, packages: &[&str]) -> Result<()> {
    layout
        .cargo()
        .args(["build", "--release", "--locked", "--target", TARGET])
        .args(packages.iter().flat_map(|package| ["--package", package]))
        .env("CARGO_ENCODED_RUSTFLAGS", reproducible_flags(layout)?)
        .run()
}

/// Writes the bindings of every module.
pub fn bind(layout: &Layout) -> Result<()> {
    let folder = layout.path(BINDINGS);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    MODULES.iter().try_for_each(|module| bind_module(layout, module, &folder))
}

/// Writes the JavaScript and the final module. Names and tool versions are left out: they cost size and help nobody.
pub fn bind_module(layout: &Layout, module: &Module, folder: &Path) -> Result<()> {
    let Module { library, name } = module;
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(layout.target().join(TARGET).join("release").join(library).with_extension("wasm"))
        .web(true)?
        .out_name(name)
        .typescript(true)
        // The worker says where the module is; a default address would be one that no bundler can follow.
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(folder)
        .with_context(|| format!("wasm-bindgen could not write the bindings of {library}"))?;
    let size = fs::metadata(folder.join(format!("{name}_bg.wasm")))?.len();
    println!("   {name}_bg.wasm: {} KB", size.div_ceil(1000));
    Ok(())
}

/// Panic messages hold the paths of source files. Folders of this machine become the same names everywhere, so that
/// the same source gives the same bytes.
fn reproducible_flags(layout: &Layout) -> Result<OsString> {
    let mut renamed = vec![(layout.root.clone(), "keepsake".to_owned())];
    let sources = cargo_home()?.join("registry/src");
    if sources.is_dir() {
        for registry in fs::read_dir(sources)? {
            renamed.push((registry?.path(), "crates".to_owned()));
        }
    }
    let sysroot = Program::new("rustc", &layout.root).args(["--print", "sysroot"]).read()?;
    renamed.push((Path::new(sysroot.trim()).to_owned(), "rust".to_owned()));
    let mut flags = OsString::new();
    for (folder, name) in renamed {
        if !flags.is_empty() {
            // What cargo has instead of a space, so that a path may hold one.
            flags.push("\u{1f}");
        }
        flags.push("--remap-path-prefix=");
        flags.push(folder);
        flags.push("=");
        flags.push(name);
    }
    Ok(flags)
}

fn cargo_home() -> Result<PathBuf> {
    if let Some(home) = std::env::var_os("CARGO_HOME") {
        return Ok(home.into());
    }
    let home = std::env::home_dir().context("no home folder, and so no cargo registry: set CARGO_HOME")?;
    Ok(home.join(".cargo"))
}
