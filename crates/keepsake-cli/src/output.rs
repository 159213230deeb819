//! How results are shown: text for people, one JSON object for programs.

use std::io::{self, Write};
use std::process::ExitCode;

use serde::Serialize;
use serde_json::json;

use crate::failure::{Failure, Kind};

/// A result that can be shown both ways.
pub trait Report: Serialize {
    /// For people; lines without an end behind the last.
    fn text(&self) -> String;

    /// Whether everything was as it should be.
    fn sound(&self) -> bool;
}

/// Shows a result on the standard output, a failure on the standard error (with `json` on the standard output too), and
/// answers how the program ends.
pub fn show<R: Report>(result: Result<R, Failure>, json: bool) -> ExitCode {
    let (shown, ends) = match &result {
        Ok(report) => {
            let text = if json { json!(report).to_string() } else { report.text() };
            (print(io::stdout(), &text), if report.sound() { ExitCode::SUCCESS } else { Kind::Damaged.into() })
        }
        Err(failure) if json => (print(io::stdout(), &json!({ "error": failure }).to_string()), failure.code.into()),
        Err(failure) => (print(io::stderr(), &format!("keepsake-cli: {}", failure.message)), failure.code.into()),
    };
    if shown.is_ok() { ends } else { Kind::Io.into() }
}

fn print(mut to: impl Write, text: &str) -> io::Result<()> {
    writeln!(to, "{text}")?;
    to.flush()
}

/// Several lines, those that look like `name: value` with the values below each other.
pub fn table(rows: &[(&str, String)]) -> String {
    let width = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
    let lines: Vec<_> = rows.iter().map(|(name, value)| format!("{name:width$}  {value}")).collect();
    lines.join("\n")
}

/// A size for people, in powers of 1000 as file managers show it.
pub fn size(bytes: u64) -> String {
    indicatif::DecimalBytes(bytes).to_string()
}
