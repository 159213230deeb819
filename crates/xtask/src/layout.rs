//! Where things stand in the checkout, and the programs that its npm packages bring.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::command::Program;

/// The version that the workspace, the manifest and the npm packages share.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The folders of one checkout.
pub struct Layout {
    pub root: PathBuf,
}

impl Layout {
    /// The checkout in which cargo was called: asked anew each time, for the folder may have been moved since the build.
    pub fn of_this_checkout() -> Result<Self> {
        let xtask = std::env::var_os("CARGO_MANIFEST_DIR").context("call this as `cargo xtask`")?;
        let root = Path::new(&xtask).ancestors().nth(2).context("crates/xtask stands at the top of the file system")?;
        Ok(Self { root: root.to_owned() })
    }

    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    pub fn dist(&self) -> PathBuf {
        self.path("dist")
    }

    pub fn target(&self) -> PathBuf {
        self.path("target")
    }

    /// The add-on as one file, which a Firefox that keeps its add-ons over a restart wants.
    pub fn xpi(&self) -> PathBuf {
        self.target().join("keepsake.xpi")
    }

    pub fn cargo(&self) -> Program {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        Program::new(cargo, &self.root)
    }

    /// A program out of an npm package, such as `esbuild`.
    pub fn npm_program(&self, name: &str) -> Program {
        Program::new(self.path("node_modules/.bin").join(name), &self.root)
    }

    /// Node, with TypeScript understood.
    pub fn node(&self) -> Program {
        Program::new("node", &self.root).args(["--import", "tsx"])
    }
}

/// Every file below a folder whose name ends so, in the order of the names.
pub fn files_below(folder: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    collect(folder, ending, &mut found)?;
    found.sort();
    Ok(found)
}

fn collect(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
        if path.is_dir() {
            collect(&path, ending, found)?;
        } else if name.ends_with(ending) {
            found.push(path);
        }
    }
    Ok(())
}
