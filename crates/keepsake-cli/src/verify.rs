//! `verify`: whether a file opens, and all that should be in it is there and unchanged.

use std::path::Path;
use std::time::Duration;

use indicatif::ProgressBar;
use keepsake_crypto::derive_kek;
use keepsake_vault::Proof;
use keepsake_vault::api::{Command, OwnerError, Reply};
use keepsake_vault::dump::DumpStore;
use serde::Serialize;

use crate::arguments::SecretSource;
use crate::failure::{Failure, Kind};
use crate::input::{self, Input, Lines};
use crate::output::{Report, table};
use crate::secret::Secret;
use crate::vault::{DumpVault, open_vault};

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
    lines: u64,
}

/// What an opened vault says of itself.
#[derive(Serialize)]
pub struct Check {
    sound: bool,
    memories: u32,
    inbox: u32,
    receipts: u32,
    /// Stored objects that do not open or are not as the vault left them.
    damaged: u32,
    /// Whether every link of the receipts' chain holds.
    receipts_intact: bool,
}

pub fn run(file: &Path, source: &SecretSource) -> Result<Verification, Failure> {
    let (input, _) = input::open(file)?;
    match input {
        Input::Sealed(bytes) => {
            let Secret::Passphrase(passphrase) = source.read("the export")? else {
                return Err(Failure::new(
                    Kind::Invalid,
                    "an export opens with its passphrase, not with a recovery code",
                ));
            };
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
                let store = DumpStore::read(reader)?;
                let vault = open_vault(store)?;
                let vault = vault.ok_or_else(|| Failure::new(Kind::Damaged, "there is no vault in this dump"))?;
                Ok(Verification::Dump(check(vault, source)?))
            }
        },
    }
}

fn verify_export(export: input::ExportReader, sealed: bool) -> Result<Verification, Failure> {
    let version = export.version;
    Ok(Verification::Export(Export { sound: true, sealed, version, lines: export.count()? }))
}

/// Opens the vault and asks it.
fn check(mut vault: DumpVault, source: &SecretSource) -> Result<Check, Failure> {
    unlock(&mut vault, &source.read("the vault")?)?;
    let Reply::Status(status) = command(&mut vault, Command::Status)? else { return Err(unexpected()) };
    let Reply::Receipts(receipts) = command(&mut vault, Command::Receipts { offset: 0, limit: 1 })? else {
        return Err(unexpected());
    };
    Ok(Check {
        sound: status.damaged == 0 && receipts.intact,
        memories: status.memories,
        inbox: status.inbox,
        receipts: status.receipts,
        damaged: status.damaged,
        receipts_intact: receipts.intact,
    })
}

/// What the vault writes when it is unlocked, it writes to the objects in memory: the file stays as it is.
fn unlock(vault: &mut DumpVault, secret: &Secret) -> Result<(), Failure> {
    let (result, _effects) = match secret {
        Secret::RecoveryCode(code) => pollster::block_on(vault.unlock(Proof::RecoveryCode(code))),
        Secret::Passphrase(passphrase) => {
            let kdf = vault.kdf()?;
            let spinner = ProgressBar::new_spinner().with_message("deriving the key");
            spinner.enable_steady_tick(Duration::from_millis(100));
            let kek = derive_kek(passphrase, &kdf);
            spinner.finish_and_clear();
            let kek = kek.map_err(OwnerError::from)?;
            pollster::block_on(vault.unlock(Proof::Passphrase(&kek)))
        }
    };
    result?;
    Ok(())
}

fn command(vault: &mut DumpVault, command: Command) -> Result<Reply, Failure> {
    let (reply, _effects) = pollster::block_on(vault.command(command));
    Ok(reply?)
}

fn unexpected() -> Failure {
    Failure::new(Kind::Invalid, "the vault answered another question")
}

impl Report for Verification {
    fn text(&self) -> String {
        match self {
            Self::Export(export) => table(&[
                ("Result", "the export is whole".to_owned()),
                ("Sealed", if export.sealed { "yes" } else { "no" }.to_owned()),
                ("Version", export.version.to_string()),
                ("Lines", export.lines.to_string()),
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
        let chain = if self.receipts_intact { "every link holds" } else { "links are missing or changed" };
        table(&[
            ("Result", result.to_owned()),
            ("Memories", self.memories.to_string()),
            ("Inbox", self.inbox.to_string()),
            ("Receipts", format!("{}, {chain}", self.receipts)),
            ("Damaged", self.damaged.to_string()),
        ])
    }
}
