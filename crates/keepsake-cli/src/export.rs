//! `export`: everything out of a dump or another export, sealed or in plaintext.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufWriter, Write};
use std::path::Path;

use keepsake_archive::{Sealer, WORK_FACTOR};
use keepsake_vault::api::{Command, Reply};
use keepsake_vault::dump::DumpStore;
use keepsake_vault::salvage;
use serde::Serialize;

use crate::arguments::SecretSource;
use crate::failure::{Failure, Kind};
use crate::input::{self, Input, Lines};
use crate::output::{Report, table};
use crate::secret::{self, Secret};
use crate::vault::{self, SystemClock, command, open_vault, unexpected, unlocked_vault};

/// What was written.
#[derive(Serialize)]
pub struct Exported {
    sealed: bool,
    memories: u64,
    receipts: u64,
    /// Objects that did not open and are not in it.
    lost: u64,
}

pub fn run(
    file: &Path,
    output: &Path,
    salvaged: bool,
    source: &SecretSource,
    new_passphrase: Option<&Path>,
) -> Result<Exported, Failure> {
    let sealed = output.extension().is_some_and(|extension| extension == "age");
    let (input, _) = input::open(file)?;
    let lines = match input {
        Input::Sealed(bytes) => match source.read("the export")? {
            Secret::Passphrase(passphrase) => input::read_lines(input::unseal(bytes, &passphrase)?)?,
            Secret::RecoveryCode(_) => return Err(input::no_code()),
        },
        Input::Lines(lines) => input::read_lines(lines)?,
    };
    let (text, lost) = match lines {
        Lines::Export(lines) => (whole(lines)?, 0),
        Lines::Dump(reader) => {
            let store = DumpStore::read(reader)?;
            if salvaged { salvage_dump(store, source)? } else { export_dump(store, source)? }
        }
    };
    // What is written is read first: a file of ours is never one that cannot be taken in again.
    let import = input::read_export(Box::new(std::io::Cursor::new(text.clone().into_bytes())))?;
    write(output, text.as_bytes(), sealed, new_passphrase)?;
    let (memories, receipts) = (import.memories().len() as u64, import.receipt_count() as u64);
    Ok(Exported { sealed, memories, receipts, lost })
}

fn whole(mut lines: Box<dyn BufRead>) -> Result<String, Failure> {
    let mut text = String::new();
    lines.read_to_string(&mut text)?;
    Ok(text)
}

fn export_dump(store: DumpStore, source: &SecretSource) -> Result<(String, u64), Failure> {
    let mut vault = unlocked_vault(store, source)?;
    let bar = vault::bar("taking everything out");
    let Reply::ExportStart(_) = command(&mut vault, Command::ExportStart)? else { return Err(unexpected()) };
    let mut text = String::new();
    loop {
        let Reply::ExportPart(part) = command(&mut vault, Command::ExportPart)? else { return Err(unexpected()) };
        text.push_str(&part.text);
        vault::advance(&bar, part.progress);
        if part.finished {
            break;
        }
    }
    bar.finish_and_clear();
    let Reply::Status(status) = command(&mut vault, Command::Status)? else { return Err(unexpected()) };
    Ok((text, u64::from(status.damaged) + u64::from(status.aside)))
}

fn salvage_dump(store: DumpStore, source: &SecretSource) -> Result<(String, u64), Failure> {
    let vault = open_vault(store.clone())?;
    let mut vault = vault.ok_or_else(|| Failure::new(Kind::Damaged, "there is no vault in this dump"))?;
    let kdf = vault.kdf()?;
    let now = keepsake_vault::Clock::now(&SystemClock);
    let saved = source.read("the vault")?.prove(&kdf, |proof| pollster::block_on(salvage(&store, proof, now)))??;
    Ok((saved.export, saved.lost))
}

/// Writes a file that was not there; it is whole or it is not there.
fn write(output: &Path, text: &[u8], sealed: bool, new_passphrase: Option<&Path>) -> Result<(), Failure> {
    let unwritable = |error: std::io::Error| Failure::unwritable(output, &error);
    let created = create(output)?;
    let written = (|| {
        let mut file = BufWriter::new(created);
        if sealed {
            let passphrase = secret::new_passphrase(new_passphrase)?;
            let mut sealer = Sealer::new(&passphrase, WORK_FACTOR)?;
            file.write_all(&sealer.push(text)?).map_err(unwritable)?;
            file.write_all(&sealer.finish()?).map_err(unwritable)?;
        } else {
            file.write_all(text).map_err(unwritable)?;
        }
        let file = file.into_inner().map_err(|error| unwritable(error.into_error()))?;
        file.sync_all().map_err(unwritable)
    })();
    if written.is_err() {
        // A file that could not be written whole is of no use to anybody.
        let _removed = std::fs::remove_file(output);
    }
    written
}

/// Makes a file that only its owner can read.
pub fn create(output: &Path) -> Result<File, Failure> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(output).map_err(|error| Failure::unwritable(output, &error))
}

impl Report for Exported {
    fn text(&self) -> String {
        let mut rows = vec![
            ("Written", if self.sealed { "an age file" } else { "plaintext, for everybody to read" }.to_owned()),
            ("Memories", self.memories.to_string()),
            ("Receipts", self.receipts.to_string()),
        ];
        if self.lost > 0 {
            rows.push(("Lost", format!("{} objects did not open and are not in it", self.lost)));
        }
        table(&rows)
    }

    fn sound(&self) -> bool {
        self.lost == 0
    }
}
