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

  The same with the recovery code, for a program:
      keepsake-cli --json verify keepsake-dump.jsonl --recovery-code-file code.txt

Ends with:
  0  all is well
  1  something is damaged or missing
  2  the call or the file makes no sense
  3  the passphrase or recovery code does not open it
  4  a file cannot be read";

/// Reads and verifies what Keepsake saved, without a browser.
///
/// FILE is an export, as an age file or in plaintext, or a raw dump of the object stores. Which of them it is shows in how it
/// begins. It is never changed, and nothing is sent anywhere.
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
