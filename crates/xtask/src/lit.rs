//! Lit without the one line that the add-on store's linter warns of.
//!
//! lit-html hands the fixed parts of a template to `innerHTML` of a `<template>` that is in no document. That is safe, but
//! the linter cannot tell it from an unsafe use. Here the same text goes through `DOMParser`, into a document that runs
//! nothing. Everything else of the package is as npm has it.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::layout::{Layout, files_below};

const WARNED_OF: &str = r#"const s=l.createElement("template");return s.innerHTML=t,s"#;
const INSTEAD: &str =
    r#"return new DOMParser().parseFromString(`<template>${t}</template>`,"text/html").head.firstChild"#;

/// Writes the changed package below target/, and answers where: what imports `lit-html` is to get it from there.
pub fn prepare(layout: &Layout) -> Result<PathBuf> {
    let package = layout.path("node_modules/lit-html");
    let copy = layout.target().join("lit-html");
    for ending in [".js", "package.json"] {
        for file in files_below(&package, ending)? {
            let to = copy.join(file.strip_prefix(&package)?);
            if let Some(folder) = to.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::copy(&file, &to)?;
        }
    }
    let code =
        fs::read_to_string(package.join("lit-html.js")).context("cannot read node_modules/lit-html/lit-html.js")?;
    if code.matches("innerHTML").count() != 1 || !code.contains(WARNED_OF) {
        bail!("this version of lit-html sets innerHTML elsewhere than expected: look there, and mend xtask/src/lit.rs");
    }
    fs::write(copy.join("lit-html.js"), code.replace(WARNED_OF, INSTEAD))?;
    Ok(copy)
}
