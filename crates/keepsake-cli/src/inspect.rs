//! `inspect`: what a file is and what shows without a passphrase.

use std::collections::BTreeMap;
use std::path::Path;

use keepsake_memory::{Millis, format_rfc3339};
use keepsake_vault::Space;
use keepsake_vault::dump::{DUMP_VERSION, DumpStore};
use serde::Serialize;

use crate::failure::{Failure, Kind};
use crate::input::{self, Input, Lines};
use crate::output::{Report, size, table};
use crate::vault::open_vault;

/// What a file is.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Inspection {
    /// An export: JSON Lines in an age file, or in plaintext.
    Export(Export),
    /// A raw dump of the object stores.
    Dump(Dump),
}

#[derive(Serialize)]
pub struct Export {
    /// Whether it is an age file: then no more than its size shows.
    sealed: bool,
    bytes: u64,
    version: Option<u32>,
    lines: Option<u64>,
}

#[derive(Serialize)]
pub struct Dump {
    version: u32,
    /// Milliseconds since 1970.
    made: Millis,
    bytes: u64,
    /// By the store's name.
    stores: BTreeMap<&'static str, Stored>,
    header: Header,
}

/// What one object store holds.
#[derive(Serialize)]
struct Stored {
    objects: u64,
    bytes: u64,
}

/// What the vault's header says of how the passphrase becomes a key.
#[derive(Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
enum Header {
    /// There is none, and so no vault.
    Absent,
    /// It cannot be used.
    Unusable { error: Failure },
    /// It can be used.
    Readable { memory_kib: u32, passes: u32, lanes: u32 },
}

pub fn run(file: &Path) -> Result<Inspection, Failure> {
    let (input, bytes) = input::open(file)?;
    let lines = match input {
        Input::Sealed(_) => {
            return Ok(Inspection::Export(Export { sealed: true, bytes, version: None, lines: None }));
        }
        Input::Lines(lines) => input::read_lines(lines)?,
    };
    match lines {
        Lines::Export(export) => {
            let version = Some(export.version);
            Ok(Inspection::Export(Export { sealed: false, bytes, version, lines: Some(export.count()?) }))
        }
        Lines::Dump(reader) => {
            let made = reader.made();
            let store = DumpStore::read(reader)?;
            let stores = Space::ALL.into_iter().map(|space| {
                let (objects, bytes) = store.size_of(space);
                (space.name(), Stored { objects, bytes })
            });
            let stores = stores.collect();
            let header = header(store);
            Ok(Inspection::Dump(Dump { version: DUMP_VERSION, made, bytes, stores, header }))
        }
    }
}

fn header(store: DumpStore) -> Header {
    let kdf = open_vault(store).and_then(|vault| vault.map(|mut vault| Ok(vault.kdf()?)).transpose());
    match kdf {
        Ok(None) => Header::Absent,
        Ok(Some(kdf)) => Header::Readable { memory_kib: kdf.memory_kib, passes: kdf.passes, lanes: kdf.lanes },
        Err(error) => Header::Unusable { error },
    }
}

impl Report for Inspection {
    fn text(&self) -> String {
        match self {
            Self::Export(export) => export.text(),
            Self::Dump(dump) => dump.text(),
        }
    }

    fn sound(&self) -> bool {
        match self {
            Self::Export(_) => true,
            Self::Dump(dump) => !matches!(dump.header, Header::Unusable { error: Failure { code: Kind::Damaged, .. } }),
        }
    }
}

impl Export {
    fn text(&self) -> String {
        let what = if self.sealed { "an export, sealed: `verify` opens it" } else { "an export in plaintext" };
        let mut rows = vec![("What it is", what.to_owned()), ("Size", size(self.bytes))];
        rows.extend(self.version.map(|version| ("Version", version.to_string())));
        rows.extend(self.lines.map(|lines| ("Lines", lines.to_string())));
        table(&rows)
    }
}

impl Dump {
    fn text(&self) -> String {
        let mut rows = vec![
            ("What it is", "a dump of the object stores".to_owned()),
            ("Version", self.version.to_string()),
            ("Made", format_rfc3339(self.made).unwrap_or_else(|| format!("{} ms after 1970", self.made))),
            ("Size", size(self.bytes)),
        ];
        rows.extend(self.stores.iter().map(|(name, stored)| {
            let Stored { objects, bytes } = stored;
            (*name, format!("{objects} objects, {}", size(*bytes)))
        }));
        let header = match &self.header {
            Header::Absent => "none: there is no vault in it".to_owned(),
            Header::Unusable { error } => error.message.clone(),
            Header::Readable { memory_kib, passes, lanes } => {
                format!("Argon2id with {} MiB, passes: {passes}, lanes: {lanes}", memory_kib / 1024)
            }
        };
        rows.push(("Header", header));
        table(&rows)
    }
}
