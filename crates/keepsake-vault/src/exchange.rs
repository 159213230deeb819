//! The open format in which everything is taken out and taken in again: JSON Lines, one object a line.
//!
//! The first line says what it is, the last one that nothing is missing behind it. `docs/formats.md` has every field.

use keepsake_memory::{
    Channel, Draft, Kind, Memory, MemoryId, Millis, Origin, Provenance, Said, Scope, Sensitivity, Turn, format_moment,
    parse_moment,
};
use keepsake_policy::Subject;
use serde::{Deserialize, Serialize};

use crate::api::{OwnerError, OwnerErrorCode, ReceiptEntry};
use crate::format::Receipt;

/// The version of the format that is written.
pub const EXPORT_VERSION: u32 = 1;

/// The longest line, in bytes.
pub const MAX_LINE_BYTES: usize = 1024 * 1024;

/// The most lines of one kind.
const MAX_LINES: usize = 1_000_000;

/// The first line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    /// [`EXPORT`].
    keepsake: String,
    version: u32,
    exported: String,
}

/// Every other line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum Line {
    /// After how many days a scope forgets.
    Retention { scope: Scope, days: u32 },
    /// A memory.
    Memory(MemoryLine),
    /// A receipt, in the order of the chain.
    Receipt(ReceiptLine),
    /// The last line: so much was before it.
    End { memories: u64, receipts: u64 },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MemoryLine {
    id: String,
    revision: u64,
    text: String,
    kind: Kind,
    scopes: Vec<Scope>,
    sensitivity: Sensitivity,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    valid_from: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    valid_to: Option<String>,
    channel: Channel,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source_title: Option<String>,
    reviewed: bool,
    created: String,
    updated: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    also: Vec<SaidLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    turn: Option<Turn>,
}

/// Somebody who said it too.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SaidLine {
    channel: Channel,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source_title: Option<String>,
    at: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReceiptLine {
    id: String,
    number: u64,
    previous: String,
    at: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    subject: Option<Subject>,
    event: ReceiptEntry,
}

impl ReceiptLine {
    /// The receipt, or what is wrong with the line.
    pub(crate) fn read(self) -> Result<Receipt, String> {
        let mut receipt = Receipt {
            id: [0; 16],
            number: self.number,
            previous: [0; 32],
            at: parse_moment(&self.at).ok_or("a moment is not in the form 2026-01-15T00:00:00.000Z")?,
            subject: self.subject.map(Subject::checked).transpose().map_err(|error| error.to_string())?,
            entry: self.event,
        };
        let wrong = |_| "an id or a digest is not hexadecimal";
        hex::decode_to_slice(&self.id, &mut receipt.id).map_err(wrong)?;
        hex::decode_to_slice(&self.previous, &mut receipt.previous).map_err(wrong)?;
        Ok(receipt)
    }
}

/// What the first line says that this is.
const EXPORT: &str = "export";

/// Writes the first line.
pub(crate) fn write_head(exported: Millis) -> Result<String, OwnerError> {
    write(&Head { keepsake: EXPORT.to_owned(), version: EXPORT_VERSION, exported: format_moment(exported) })
}

/// Writes how long a scope's memories are kept.
pub(crate) fn write_retention(scope: &Scope, days: u32) -> Result<String, OwnerError> {
    write(&Line::Retention { scope: scope.clone(), days })
}

/// Writes a memory.
pub(crate) fn write_memory(memory: &Memory) -> Result<String, OwnerError> {
    let Memory { id, revision, draft, provenance, created, updated } = memory;
    let origin = provenance.origin.as_ref();
    write(&Line::Memory(MemoryLine {
        id: id.to_string(),
        revision: *revision,
        text: draft.text.clone(),
        kind: draft.kind,
        scopes: draft.scopes.clone(),
        sensitivity: draft.sensitivity,
        expires: draft.expires.map(format_moment),
        valid_from: draft.valid_from.map(format_moment),
        valid_to: draft.valid_to.map(format_moment),
        channel: provenance.channel,
        source: origin.map(|origin| origin.source.clone()),
        source_title: origin.and_then(|origin| origin.title.clone()),
        reviewed: provenance.reviewed,
        created: format_moment(*created),
        updated: format_moment(*updated),
        also: provenance.also.iter().map(write_said).collect(),
        turn: provenance.turn,
    }))
}

fn write_said(Said { channel, origin, at }: &Said) -> SaidLine {
    SaidLine {
        channel: *channel,
        source: origin.as_ref().map(|origin| origin.source.clone()),
        source_title: origin.as_ref().and_then(|origin| origin.title.clone()),
        at: format_moment(*at),
    }
}

/// Writes a receipt.
pub(crate) fn write_receipt(receipt: &Receipt) -> Result<String, OwnerError> {
    write(&Line::Receipt(ReceiptLine {
        id: hex::encode(receipt.id),
        number: receipt.number,
        previous: hex::encode(receipt.previous),
        at: format_moment(receipt.at),
        subject: receipt.subject.clone(),
        event: receipt.entry.clone(),
    }))
}

/// Writes the last line.
pub(crate) fn write_end(memories: u64, receipts: u64) -> Result<String, OwnerError> {
    write(&Line::End { memories, receipts })
}

pub(crate) fn write(line: &impl Serialize) -> Result<String, OwnerError> {
    let unwritable = |_| OwnerError::invalid("this has no form as JSON");
    serde_json::to_string(line).map(|json| json + "\n").map_err(unwritable)
}

/// Whether a first line is that of an export, of whatever version.
pub fn is_export(first_line: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Kind {
        keepsake: String,
    }
    serde_json::from_slice(first_line).is_ok_and(|Kind { keepsake }| keepsake == EXPORT)
}

/// What an export holds, read strictly from bytes that come in pieces.
#[derive(Debug, Default)]
pub struct Import {
    rest: Vec<u8>,
    line: u64,
    exported: Option<Millis>,
    ended: bool,
    memories: Vec<Memory>,
    receipts: Vec<Receipt>,
    retention: Vec<(Scope, u32)>,
}

impl Import {
    /// Takes the next bytes. Where they are not in form everything before is worth nothing either.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), OwnerError> {
        let mut pieces = bytes.split(|&byte| byte == b'\n');
        let last = pieces.next_back().unwrap_or_default();
        for piece in pieces {
            self.rest.extend_from_slice(piece);
            let line = core::mem::take(&mut self.rest);
            self.take(&line)?;
        }
        self.rest.extend_from_slice(last);
        if self.rest.len() > MAX_LINE_BYTES {
            return Err(self.wrong("the line is too long"));
        }
        Ok(())
    }

    /// How many lines were read.
    pub fn lines(&self) -> u64 {
        self.line
    }

    /// All of it, once nothing more comes.
    pub fn finish(&mut self) -> Result<(), OwnerError> {
        let line = core::mem::take(&mut self.rest);
        if !line.is_empty() {
            self.take(&line)?;
        }
        if self.ended { Ok(()) } else { Err(self.wrong("the end is missing: the file was cut off")) }
    }

    /// When it was taken out.
    pub fn exported(&self) -> Millis {
        self.exported.unwrap_or_default()
    }

    /// The memories, in the order of the file.
    pub fn memories(&self) -> &[Memory] {
        &self.memories
    }

    /// How many receipts there are.
    pub fn receipt_count(&self) -> usize {
        self.receipts.len()
    }

    pub(crate) fn receipts(&self) -> &[Receipt] {
        &self.receipts
    }

    pub(crate) fn retention(&self) -> &[(Scope, u32)] {
        &self.retention
    }

    /// Whether every receipt is the one that follows the one before; and, for a chain, the digest of the last.
    pub fn chain_holds(&self) -> bool {
        let mut head = [0; 32];
        (1..).zip(&self.receipts).all(|(number, receipt)| {
            let holds = receipt.number == number && receipt.previous == head;
            head = receipt.digest().unwrap_or_default();
            holds
        })
    }

    fn take(&mut self, line: &[u8]) -> Result<(), OwnerError> {
        self.line += 1;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        if line.len() > MAX_LINE_BYTES {
            return Err(self.wrong("the line is too long"));
        }
        let Some(_) = self.exported else { return self.take_head(line) };
        // serde's message may quote what stands there: it is not passed on.
        let line: Line = serde_json::from_slice(line).map_err(|_| self.wrong("this is no line of an export"))?;
        if self.ended {
            return Err(self.wrong("something stands behind the end"));
        }
        match line {
            Line::Retention { scope, days } => self.retention.push((scope, days)),
            Line::Memory(memory) => {
                let memory = self.memory(memory)?;
                self.memories.push(memory);
            }
            Line::Receipt(receipt) => {
                let receipt = self.receipt(receipt)?;
                self.receipts.push(receipt);
            }
            Line::End { memories, receipts } => {
                if memories != self.memories.len() as u64 || receipts != self.receipts.len() as u64 {
                    return Err(self.wrong("lines are missing before the end"));
                }
                self.ended = true;
            }
        }
        if self.memories.len().max(self.receipts.len()).max(self.retention.len()) > MAX_LINES {
            return Err(self.wrong("there are too many lines"));
        }
        Ok(())
    }

    fn take_head(&mut self, line: &[u8]) -> Result<(), OwnerError> {
        /// What every version has.
        #[derive(Deserialize)]
        struct Version {
            keepsake: String,
            version: u32,
        }
        let foreign = |_| self.wrong("this is not an export of Keepsake");
        let Version { keepsake, version } = serde_json::from_slice(line).map_err(foreign)?;
        if keepsake != EXPORT {
            return Err(self.wrong("this is not an export of Keepsake"));
        }
        if version != EXPORT_VERSION {
            let message =
                format!("this export has version {version}, which this Keepsake does not know: update Keepsake");
            return Err(OwnerError::new(OwnerErrorCode::NewerFormat, message));
        }
        let Head { exported, .. } = serde_json::from_slice(line).map_err(foreign)?;
        self.exported = Some(self.moment(&exported)?);
        Ok(())
    }

    fn memory(&self, line: MemoryLine) -> Result<Memory, OwnerError> {
        let id: MemoryId = line.id.parse().map_err(|_| self.wrong("the id is no UUID"))?;
        if line.revision == 0 || line.revision > u64::from(u32::MAX) {
            return Err(self.wrong("the revision is out of bounds"));
        }
        let expires = line.expires.map(|moment| self.moment(&moment)).transpose()?;
        let valid_from = line.valid_from.map(|moment| self.moment(&moment)).transpose()?;
        let valid_to = line.valid_to.map(|moment| self.moment(&moment)).transpose()?;
        let MemoryLine { text, kind, scopes, sensitivity, .. } = line;
        let draft = Draft { text, kind, scopes, sensitivity, expires, valid_from, valid_to };
        let origin =
            |source: Option<String>, title: Option<String>| source.map(|source| Origin::new(&source, title.as_deref()));
        let mut provenance = Provenance::of(line.channel, origin(line.source, line.source_title), line.reviewed);
        provenance.turn = line.turn;
        for SaidLine { channel, source, source_title, at } in line.also {
            provenance.note(Said { channel, origin: origin(source, source_title), at: self.moment(&at)? });
        }
        Ok(Memory {
            id,
            revision: line.revision,
            draft: draft.normalised().map_err(|error| self.wrong(&error.to_string()))?,
            provenance,
            created: self.moment(&line.created)?,
            updated: self.moment(&line.updated)?,
        })
    }

    fn receipt(&self, line: ReceiptLine) -> Result<Receipt, OwnerError> {
        line.read().map_err(|problem| self.wrong(&problem))
    }

    fn moment(&self, text: &str) -> Result<Millis, OwnerError> {
        parse_moment(text).ok_or_else(|| self.wrong("a moment is not in the form 2026-01-15T00:00:00.000Z"))
    }

    fn wrong(&self, what: &str) -> OwnerError {
        OwnerError::invalid(format!("line {}: {what}", self.line))
    }
}
