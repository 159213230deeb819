//! `receipts`: whether a file with receipts is whole, link by link. It takes neither the vault nor a passphrase.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use keepsake_vault::receipt_chain::{ChainReport, check_chain};

use crate::failure::Failure;
use crate::output::{Report, table};

pub fn run(file: &Path) -> Result<ChainReport, Failure> {
    let opened = File::open(file).map_err(|error| Failure::unreadable(file, &error))?;
    Ok(check_chain(BufReader::new(opened))?)
}

impl Report for ChainReport {
    fn text(&self) -> String {
        let broken: Vec<String> = self.broken_before.iter().map(u64::to_string).collect();
        let mut rows = vec![
            ("Result", if self.intact { "every link holds" } else { "LINKS ARE MISSING OR CHANGED" }.to_owned()),
            ("Made", self.exported.clone()),
            ("Receipts", format!("{} of {}", self.found, self.receipts)),
            ("Subjects", self.subjects.to_string()),
        ];
        if !broken.is_empty() {
            rows.push(("Broken before", broken.join(", ")));
        }
        table(&rows)
    }

    fn sound(&self) -> bool {
        self.intact
    }
}
