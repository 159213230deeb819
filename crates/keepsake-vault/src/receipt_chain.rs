//! A file with all receipts, which anybody can check without the vault: each link names the one before by its digest, and
//! the last line names the last.

use std::collections::BTreeSet;
use std::io::BufRead;

use keepsake_memory::{Millis, format_moment};
use keepsake_policy::Subject;
use serde::{Deserialize, Serialize};

use crate::api::{OwnerError, OwnerErrorCode};
use crate::exchange::{MAX_LINE_BYTES, ReceiptLine, write};

/// The version of the file that is written now.
pub const CHAIN_VERSION: u32 = 1;

/// What the first line says that this is.
const CHAIN: &str = "receipts";

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    keepsake: String,
    version: u32,
    exported: String,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum Line {
    Receipt(Box<ReceiptLine>),
    End { receipts: u64, head: String },
}

/// Writes the first line.
pub(crate) fn write_head(exported: Millis) -> Result<String, OwnerError> {
    write(&Head { keepsake: CHAIN.to_owned(), version: CHAIN_VERSION, exported: format_moment(exported) })
}

/// Writes the last line.
pub(crate) fn write_end(receipts: u64, head: &[u8; 32]) -> Result<String, OwnerError> {
    write(&Line::End { receipts, head: hex::encode(head) })
}

/// What a file with receipts tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChainReport {
    /// Whether every link is there and unchanged, from the first to the last.
    pub intact: bool,
    /// When the file was made, in RFC 3339.
    pub exported: String,
    /// How many receipts the file should have.
    pub receipts: u64,
    /// How many it has.
    pub found: u64,
    /// The numbers of receipts before which a link is missing, or whose predecessor is not what it was: the first 100.
    pub broken_before: Vec<u64>,
    /// How many subjects occur.
    pub subjects: u64,
}

/// Reads a file with receipts and checks its chain. An error where it is no such file, or was cut off.
pub fn check_chain(mut lines: impl BufRead) -> Result<ChainReport, OwnerError> {
    let wrong = |line: u64, problem: &str| {
        OwnerError::new(OwnerErrorCode::Damaged, format!("line {line} is not one of a file with receipts: {problem}"))
    };
    let head: Head = serde_json::from_slice(&next_line(&mut lines, 1)?)
        .map_err(|_| OwnerError::new(OwnerErrorCode::NotAnArchive, "this is no file with receipts of Keepsake"))?;
    if head.keepsake != CHAIN || head.version != CHAIN_VERSION {
        let message = "this is no file with receipts, or a newer Keepsake wrote it: update Keepsake";
        return Err(OwnerError::new(OwnerErrorCode::NewerFormat, message));
    }
    let mut subjects: BTreeSet<Subject> = BTreeSet::new();
    let (mut found, mut digest, mut expected) = (0_u64, [0; 32], 1_u64);
    let mut broken_before = Vec::new();
    let mut number = 1;
    loop {
        number += 1;
        let line = next_line(&mut lines, number)?;
        let line: Line = serde_json::from_slice(&line).map_err(|_| wrong(number, "it is cut off or changed"))?;
        match line {
            Line::Receipt(line) => {
                let receipt = line.read().map_err(|problem| wrong(number, &problem))?;
                if (receipt.number != expected || receipt.previous != digest) && broken_before.len() < 100 {
                    broken_before.push(receipt.number);
                }
                digest = receipt.digest()?;
                expected = receipt.number.saturating_add(1);
                found += 1;
                subjects.extend(receipt.subject);
            }
            Line::End { receipts, head: last } => {
                let ends_well =
                    hex::encode(digest) == last && expected.checked_sub(1) == Some(receipts) && found == receipts;
                return Ok(ChainReport {
                    intact: ends_well && broken_before.is_empty(),
                    exported: head.exported,
                    receipts,
                    found,
                    broken_before,
                    subjects: subjects.len() as u64,
                });
            }
        }
    }
}

/// The next line without its end.
fn next_line(lines: &mut impl BufRead, number: u64) -> Result<Vec<u8>, OwnerError> {
    let mut line = Vec::new();
    let unreadable = |error| OwnerError::new(OwnerErrorCode::StorageFailed, format!("line {number}: {error}"));
    let mut limited = std::io::Read::take(lines, MAX_LINE_BYTES as u64);
    limited.read_until(b'\n', &mut line).map_err(unreadable)?;
    if line.last() != Some(&b'\n') {
        let message = format!("the file ends in line {number}: it was cut off");
        return Err(OwnerError::new(OwnerErrorCode::Damaged, message));
    }
    Ok(line)
}
