//! The TypeScript types and the JSON Schema that are written from the Rust types, so that no message is described twice.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::layout::Layout;

struct Declarations {
    file: &'static str,
    text: String,
}

fn all() -> [Declarations; 3] {
    [
        Declarations { file: "extension/generated/messages.ts", text: keepsake_vault::typescript::messages() },
        Declarations { file: "client/src/page-api.ts", text: keepsake_vault::typescript::page_api() },
        Declarations { file: "docs/page-api.schema.json", text: keepsake_vault::schema::page_api() },
    ]
}

/// Writes what differs, and leaves the rest alone, so that no tool sees a change where there is none.
pub fn write(layout: &Layout) -> Result<()> {
    for Declarations { file, text } in all() {
        let path = layout.path(file);
        if fs::read_to_string(&path).is_ok_and(|there| there == text) {
            continue;
        }
        println!("   {file} is written anew: commit it");
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, text).with_context(|| format!("cannot write {file}"))?;
    }
    Ok(())
}

/// Fails where the committed text is not what the Rust types say.
pub fn check(layout: &Layout) -> Result<()> {
    for Declarations { file, text } in all() {
        if !fs::read_to_string(layout.path(file)).is_ok_and(|there| there == text) {
            bail!("{file} is not what the Rust types say");
        }
    }
    Ok(())
}
