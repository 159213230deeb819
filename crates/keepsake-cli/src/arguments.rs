//! What can be asked on the command line, and the help that says so.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

const EXAMPLES: &str = "\
Examples:
  What is this file? No passphrase is needed.
      keepsake-cli inspect keepsake-2026-01-15.age

  Does the export open, and is it whole? Asks for the passphrase of the export.
      keepsake-cli verify keepsake-2026-01-15.age

  Is the vault in this dump sound? Asks for the passphrase of the vault.
      keepsake-cli verify keepsake-dump.jsonl

  Take everything out of a dump, into an age file that any program for age opens (by its name; .jsonl is plaintext):
      keepsake-cli export keepsake-dump.jsonl --output keepsake.age

  The same where the vault does not open any more, since its manifest or catalogue is damaged:
      keepsake-cli export keepsake-dump.jsonl --salvage --output keepsake.age

  Put the memories of an export into the vault of a dump, and write another dump:
      keepsake-cli import keepsake.age --into keepsake-dump.jsonl --output merged-dump.jsonl

  Has a receipt been changed, or taken out?
      keepsake-cli receipts keepsake-receipts.jsonl

  How well does search find what was said? For files of LoCoMo's form.
      keepsake-cli eval conversations.json --table table.bin

  The same as the second with the recovery code, for a program:
      keepsake-cli --json verify keepsake-dump.jsonl --recovery-code-file code.txt

Ends with:
  0  all is well
  1  something is damaged or missing
  2  the call or the file makes no sense
  3  the passphrase or recovery code does not open it
  4  a file cannot be read or written";

/// Reads, verifies and rescues what Keepsake saved, without a browser.
///
/// FILE is an export, as an age file or in plaintext, or a raw dump of the object stores. Which of them it is shows in how it
/// begins. It is never changed, and nothing is sent
/// anywhere.
#[derive(Parser)]
#[command(name = "keepsake-cli", version, after_help = EXAMPLES)]
pub struct Arguments {
    /// Print one JSON object instead of text, also for a failure
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub task: Task,
}

/// What to do.
#[derive(Subcommand)]
pub enum Task {
    /// Say what a file is and what it holds, as far as that shows without a passphrase
    Inspect {
        /// An export or a dump
        file: PathBuf,
    },
    /// Take everything out of a file: JSON Lines, sealed as an age file or in plaintext
    Export {
        /// A dump, or an export to seal or unseal
        file: PathBuf,
        /// Where to write it; sealed where the name ends in .age. A file that is there is not replaced
        #[arg(long, short, value_name = "FILE")]
        output: PathBuf,
        /// Take every object that opens, without the manifest and the catalogue: also what was deleted and put back
        #[arg(long)]
        salvage: bool,
        #[command(flatten)]
        secret: SecretSource,
        /// Read the new export's passphrase from this file; - is the standard input
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
    /// Put the memories of an export into the vault of a dump
    Import {
        /// An export
        file: PathBuf,
        /// The dump with the vault
        #[arg(long, value_name = "DUMP")]
        into: PathBuf,
        /// Where to write the dump with both. A file that is there is not replaced
        #[arg(long, short, value_name = "FILE")]
        output: PathBuf,
        /// Take in also what was forgotten in the vault
        #[arg(long)]
        bring_back: bool,
        /// Read the export's passphrase from this file; - is the standard input
        #[arg(long, value_name = "FILE")]
        export_passphrase_file: Option<PathBuf>,
        #[command(flatten)]
        secret: SecretSource,
    },
    /// Say whether a file with receipts is whole, link by link. It takes no passphrase
    Receipts {
        /// A file with receipts, as the add-on saves it
        file: PathBuf,
    },
    /// Measure search on conversations with questions, in LoCoMo's form: how much of the evidence is found
    Eval {
        /// A JSON file: conversations, each with questions and the turns that answer them
        file: PathBuf,
        /// By words alone, without the embedding table
        #[arg(long, conflicts_with = "table")]
        lexical: bool,
        /// Leave each ingredient of the scores out in turn: what it adds, with 95 % intervals over the questions
        #[arg(long, conflicts_with = "lexical")]
        ablate: bool,
        /// Mistype the longest word of each question: two letters in its middle are swapped
        #[arg(long, conflicts_with = "ablate")]
        mistyped: bool,
        /// The embedding table; the one that is built in where nothing is said
        #[arg(long, value_name = "FILE")]
        table: Option<PathBuf>,
    },
    /// Open a file and say whether all that should be in it is there and unchanged
    Verify {
        /// An export or a dump
        file: PathBuf,
        #[command(flatten)]
        secret: SecretSource,
    },
}

/// Where the passphrase or recovery code comes from; the passphrase, asked for at the terminal, where nothing is said.
#[derive(Args)]
#[group(multiple = false)]
pub struct SecretSource {
    /// Read the passphrase from this file (its end of line does not count); - is the standard input
    #[arg(long, value_name = "FILE")]
    pub passphrase_file: Option<PathBuf>,
    /// Ask for the vault's recovery code instead of its passphrase; for dumps alone
    #[arg(long)]
    pub recovery_code: bool,
    /// Read the recovery code from this file; - is the standard input
    #[arg(long, value_name = "FILE")]
    pub recovery_code_file: Option<PathBuf>,
}
