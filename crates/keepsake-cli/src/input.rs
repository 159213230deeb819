//! A file, told apart by how it begins: a dump, or an export, which may be sealed.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use keepsake_archive::{ArchiveError, Opener, is_archive};
use keepsake_vault::dump::{DumpFault, DumpReader, LineReader, is_dump};
use serde::Deserialize;

use crate::failure::{Failure, Kind};

/// As many bytes as it takes to know an age file.
const START: u64 = 32;
/// How much of a sealed file is opened at a time.
const PIECE: usize = 64 * 1024;
/// What the first line of an export says it is.
const EXPORT: &str = "export";

/// A file of plaintext lines, or one whose lines are sealed.
pub enum Input {
    /// The lines can be read.
    Lines(Box<dyn BufRead>),
    /// An age file; its bytes.
    Sealed(Box<dyn Read>),
}

/// What the lines of a file are.
pub enum Lines {
    /// The objects of a vault.
    Dump(DumpReader<Box<dyn BufRead>>),
    /// What a person took out of a vault.
    Export(ExportReader),
}

/// Opens a file, with a bar on the terminal that shows how far it is read.
pub fn open(file: &Path) -> Result<(Input, u64), Failure> {
    let unreadable = |error| Failure::unreadable(file, &error);
    let mut opened = File::open(file).map_err(unreadable)?;
    let length = opened.metadata().map_err(unreadable)?.len();
    let mut start = Vec::new();
    (&mut opened).take(START).read_to_end(&mut start).map_err(unreadable)?;
    let sealed = is_archive(&start);
    let all = Cursor::new(start).chain(progress(length).wrap_read(opened));
    let input = if sealed { Input::Sealed(Box::new(all)) } else { Input::Lines(Box::new(BufReader::new(all))) };
    Ok((input, length))
}

/// The lines of an age file.
pub fn unseal(sealed: Box<dyn Read>, passphrase: &[u8]) -> Result<Box<dyn BufRead>, Failure> {
    let opener = Opener::new(passphrase)?;
    Ok(Box::new(BufReader::new(ArchiveReader { sealed, opener: Some(opener), plaintext: Cursor::default() })))
}

/// Looks at the first line.
pub fn read_lines(mut input: Box<dyn BufRead>) -> Result<Lines, Failure> {
    let mut reader = LineReader::new(&mut input);
    let first = match reader.next_line() {
        Ok(line) => line.unwrap_or_default().to_vec(),
        Err(DumpFault::Io(error)) => return Err(error.into()),
        Err(_) => return Err(neither()),
    };
    if is_dump(&first) {
        let all: Box<dyn BufRead> = Box::new(Cursor::new(first).chain(input));
        return Ok(Lines::Dump(DumpReader::new(all)?));
    }
    let head: ExportHead = serde_json::from_slice(&first).map_err(|_| neither())?;
    if head.keepsake != EXPORT {
        return Err(neither());
    }
    Ok(Lines::Export(ExportReader { version: head.version, lines: LineReader::new(input), passed: 1 }))
}

fn neither() -> Failure {
    Failure::new(Kind::Invalid, "this is neither an export nor a dump of Keepsake")
}

/// What the first line of every export has.
#[derive(Deserialize)]
struct ExportHead {
    keepsake: String,
    version: u32,
}

/// The lines of an export behind the first.
pub struct ExportReader {
    pub version: u32,
    lines: LineReader<Box<dyn BufRead>>,
    passed: u64,
}

impl ExportReader {
    /// Reads to the end; answers how many lines there are in all. Fails where one of them is not a JSON object, or where the
    /// file is not whole.
    pub fn count(mut self) -> Result<u64, Failure> {
        loop {
            let number = self.passed + self.lines.number() + 1;
            let damaged = |what: &str| Failure::new(Kind::Damaged, format!("line {number}: {what}"));
            match self.lines.next_line() {
                Ok(None) => return Ok(number - 1),
                Ok(Some(line)) => {
                    let parsed = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(line);
                    parsed.map_err(|_| damaged("it is not a JSON object"))?;
                }
                Err(DumpFault::Io(error)) => return Err(error.into()),
                Err(fault) => return Err(damaged(&fault.to_string())),
            }
        }
    }
}

/// The plaintext of an age file; an error of the archive is handed on inside of an `io::Error`.
struct ArchiveReader {
    sealed: Box<dyn Read>,
    /// `None` once the file has been read to its end.
    opener: Option<Opener>,
    plaintext: Cursor<Vec<u8>>,
}

impl Read for ArchiveReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.plaintext.read(buffer)?;
            let Some(opener) = &mut self.opener else { return Ok(read) };
            if read > 0 || buffer.is_empty() {
                return Ok(read);
            }
            let mut piece = Vec::with_capacity(PIECE);
            (&mut self.sealed).take(PIECE as u64).read_to_end(&mut piece)?;
            let plaintext = if piece.is_empty() {
                self.opener.take().map_or(Ok(Vec::new()), Opener::finish)
            } else {
                opener.push(&piece)
            };
            self.plaintext = Cursor::new(plaintext.map_err(|error: ArchiveError| io::Error::other(error))?);
        }
    }
}

/// A bar on the standard error, where that is a terminal.
fn progress(length: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{wide_bar} {decimal_bytes}/{decimal_total_bytes} {eta}");
    let bar = ProgressBar::new(length);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
    .with_finish(indicatif::ProgressFinish::AndClear)
}
