//! `import`: the memories of an export into the vault of a dump, and out as another dump.

use std::io::{BufWriter, Read, Write};
use std::path::Path;

use keepsake_vault::Clock;
use keepsake_vault::api::{Command, Reply, RestorePreview};
use keepsake_vault::dump::DumpStore;
use serde::Serialize;

use crate::arguments::SecretSource;
use crate::export::create;
use crate::failure::{Failure, Kind};
use crate::input::{self, Input, Lines};
use crate::output::{Report, table};
use crate::secret;
use crate::vault::{self, SystemClock, command, unexpected, unlocked_vault};

/// How much of an export is handed over at a time.
const PIECE: u64 = 1024 * 1024;

/// The export that is taken in.
pub struct Source<'a> {
    pub file: &'a Path,
    /// Where its passphrase stands.
    pub passphrase: Option<&'a Path>,
}

/// What came of it.
#[derive(Serialize)]
pub struct Imported {
    /// What was to be expected.
    preview: RestorePreview,
    /// Memories that were taken in.
    taken: u32,
    /// Memories that are in the vault now.
    memories: u32,
}

pub fn run(
    from: Source<'_>,
    into: &Path,
    output: &Path,
    bring_back: bool,
    source: &SecretSource,
) -> Result<Imported, Failure> {
    let (Input::Lines(lines), _) = input::open(into)? else { return Err(no_dump(into)) };
    let Lines::Dump(reader) = input::read_lines(lines)? else { return Err(no_dump(into)) };
    let store = DumpStore::read(reader)?;
    let mut vault = unlocked_vault(store.clone(), source)?;
    let mut lines = input::export_lines(from.file, || secret::passphrase(from.passphrase, "the export"))?;
    command(&mut vault, Command::RestoreStart)?;
    loop {
        let mut piece = Vec::new();
        (&mut lines).take(PIECE).read_to_end(&mut piece)?;
        if piece.is_empty() {
            break;
        }
        vault.restore_read(&piece)?;
    }
    let Reply::RestorePreview(preview) = command(&mut vault, Command::RestorePreview)? else {
        return Err(unexpected());
    };
    let bar = vault::bar("taking it in");
    let taken = loop {
        let Reply::RestoreStep(step) = command(&mut vault, Command::RestoreStep { bring_back })? else {
            return Err(unexpected());
        };
        vault::advance(&bar, step.progress);
        if step.finished {
            break step.taken;
        }
    };
    bar.finish_and_clear();
    let Reply::Status(status) = command(&mut vault, Command::Status)? else { return Err(unexpected()) };
    pollster::block_on(vault.lock());

    let unwritable = |error: std::io::Error| Failure::unwritable(output, &error);
    let mut file = BufWriter::new(create(output)?);
    store.write(SystemClock.now(), &mut file).and_then(|()| file.flush()).map_err(unwritable)?;
    let file = file.into_inner().map_err(|error| unwritable(error.into_error()))?;
    file.sync_all().map_err(unwritable)?;
    Ok(Imported { preview, taken, memories: status.memories })
}

fn no_dump(file: &Path) -> Failure {
    Failure::new(Kind::Invalid, format!("{} is not a dump of Keepsake", file.display()))
}

impl Report for Imported {
    fn text(&self) -> String {
        table(&[
            ("Taken in", format!("{} memories", self.taken)),
            ("Unchanged", self.preview.unchanged.to_string()),
            ("Forgotten before", self.preview.forgotten.to_string()),
            ("Receipts", self.preview.receipts.to_string()),
            ("In the vault now", format!("{} memories", self.memories)),
        ])
    }

    fn sound(&self) -> bool {
        true
    }
}
