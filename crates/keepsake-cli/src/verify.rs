//! `verify`: whether a file opens, and all that should be in it is there and unchanged.

use std::io::BufRead;
use std::path::Path;

use keepsake_vault::api::{Command, Damage, Reply};
use keepsake_vault::dump::DumpStore;
use keepsake_vault::exchange::EXPORT_VERSION;
use serde::Serialize;

use crate::arguments::SecretSource;
use crate::failure::{Failure, Kind};
use crate::input::{self, Input, Lines};
use crate::output::{Report, table};
use crate::secret::Secret;
use crate::vault::{self, DumpVault, command, unexpected, unlocked_vault};

/// What came of it.
#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Verification {
    /// An export that opened and is whole.
    Export(Export),
    /// The vault in a dump.
    Dump(Check),
}

#[derive(Serialize)]
pub struct Export {
    sound: bool,
    sealed: bool,
    version: u32,
    memories: u64,
    receipts: u64,
    /// Whether every link of the receipts' chain holds.
    receipts_intact: bool,
}

/// What an opened vault says of itself once every object was looked at.
#[derive(Serialize)]
pub struct Check {
    sound: bool,
    memories: u32,
    inbox: u32,
    receipts: u32,
    /// Memories that are set aside.
    aside: u32,
    /// What is not as the vault left it, by kind.
    damage: Damage,
}

pub fn run(file: &Path, source: &SecretSource) -> Result<Verification, Failure> {
    let (input, _) = input::open(file)?;
    match input {
        Input::Sealed(bytes) => {
            let Secret::Passphrase(passphrase) = source.read("the export")? else { return Err(input::no_code()) };
            match input::read_lines(input::unseal(bytes, &passphrase)?)? {
                Lines::Export(export) => verify_export(export, true),
                Lines::Dump(_) => {
                    let message = "this is a dump in an age file: open it with age, and verify what comes out";
                    Err(Failure::new(Kind::Invalid, message))
                }
            }
        }
        Input::Lines(lines) => match input::read_lines(lines)? {
            Lines::Export(export) => verify_export(export, false),
            Lines::Dump(reader) => {
                let mut vault = unlocked_vault(DumpStore::read(reader)?, source)?;
                Ok(Verification::Dump(check(&mut vault)?))
            }
        },
    }
}

fn verify_export(lines: Box<dyn BufRead>, sealed: bool) -> Result<Verification, Failure> {
    let import = input::read_export(lines)?;
    let receipts_intact = import.chain_holds();
    Ok(Verification::Export(Export {
        sound: receipts_intact,
        sealed,
        version: EXPORT_VERSION,
        memories: import.memories().len() as u64,
        receipts: import.receipt_count() as u64,
        receipts_intact,
    }))
}

/// Looks through everything, with a bar.
fn check(vault: &mut DumpVault) -> Result<Check, Failure> {
    let bar = vault::bar("looking through the vault");
    let mut restart = true;
    let damage = loop {
        let Reply::Check(step) = command(vault, Command::Check { restart })? else { return Err(unexpected()) };
        vault::advance(&bar, step.progress);
        if step.finished {
            break step.found;
        }
        restart = false;
    };
    bar.finish_and_clear();
    let Reply::Status(status) = command(vault, Command::Status)? else { return Err(unexpected()) };
    Ok(Check {
        sound: damage == Damage::default() && status.aside == 0,
        memories: status.memories,
        inbox: status.inbox,
        receipts: status.receipts,
        aside: status.aside,
        damage,
    })
}

impl Report for Verification {
    fn text(&self) -> String {
        match self {
            Self::Export(export) => table(&[
                ("Result", if export.sound { "the export is whole" } else { "THE RECEIPTS DO NOT HOLD" }.to_owned()),
                ("Sealed", if export.sealed { "yes" } else { "no" }.to_owned()),
                ("Version", export.version.to_string()),
                ("Memories", export.memories.to_string()),
                ("Receipts", format!("{}, {}", export.receipts, chain(export.receipts_intact))),
            ]),
            Self::Dump(check) => check.text(),
        }
    }

    fn sound(&self) -> bool {
        match self {
            Self::Export(export) => export.sound,
            Self::Dump(check) => check.sound,
        }
    }
}

impl Check {
    fn text(&self) -> String {
        let result = if self.sound { "the vault is sound" } else { "THE VAULT IS DAMAGED" };
        let Damage { header, memories, uncatalogued, strays, proposals, decisions, receipts } = self.damage;
        let mut rows = vec![
            ("Result", result.to_owned()),
            ("Memories", self.memories.to_string()),
            ("Inbox", self.inbox.to_string()),
            ("Receipts", format!("{}, {}", self.receipts, chain(receipts == 0))),
        ];
        let found = [
            ("Set aside", self.aside),
            ("Memories damaged", memories),
            ("Memories without a place in the catalogue", uncatalogued),
            ("Objects that are nobody's", strays),
            ("Proposals damaged", proposals),
            ("Grants and denials damaged", decisions),
            ("Header put back", u32::from(header)),
        ];
        rows.extend(found.into_iter().filter(|(_, count)| *count > 0).map(|(what, count)| (what, count.to_string())));
        table(&rows)
    }
}

fn chain(intact: bool) -> &'static str {
    if intact { "every link holds" } else { "links are missing or changed" }
}
