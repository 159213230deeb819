//! `package`: dist/ as the one file that the add-on store takes, with the same bytes each time it is made.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::Path;

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::build;
use crate::layout::{Layout, VERSION, files_below};
use crate::progress::Progress;

/// What the background reads each time that it wakes lies in the file as it is: to inflate it would take longer than to read it.
const READ_AT_WAKING: [&str; 2] = ["bin", "wasm"];

/// Builds, packs, and prints the checksum by which two packages are compared.
pub fn run(layout: &Layout, progress: &mut Progress) -> Result<()> {
    build::run(layout, progress)?;
    let file = layout.target().join(format!("package/keepsake-{VERSION}.zip"));
    progress.step("the package", "Look whether target/ can be written to.", || {
        zip(&layout.dist(), &file)?;
        let bytes = fs::read(&file)?;
        println!("   {} ({} bytes)", file.display(), bytes.len());
        println!("   SHA-256 {}", hexadecimal(&Sha256::digest(&bytes)));
        Ok(())
    })
}

/// Packs a folder. Order, times and permissions are fixed: nothing of this machine or of today gets in.
pub fn zip(folder: &Path, file: &Path) -> Result<()> {
    if let Some(parent) = file.parent() {
        fs::create_dir_all(parent)?;
    }
    let options = SimpleFileOptions::default().last_modified_time(DateTime::default()).unix_permissions(0o644);
    let mut archive = ZipWriter::new(BufWriter::new(File::create(file)?));
    for path in files_below(folder, "")? {
        let name = path.strip_prefix(folder)?.to_str().context("a file name in dist/ is not UTF-8")?;
        let is_stored = path.extension().is_some_and(|ending| READ_AT_WAKING.iter().any(|stored| ending == *stored));
        let method = if is_stored { CompressionMethod::Stored } else { CompressionMethod::Deflated };
        archive.start_file(name.replace('\\', "/"), options.compression_method(method))?;
        std::io::copy(&mut File::open(&path)?, &mut archive)?;
    }
    archive.finish()?;
    Ok(())
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_has_the_same_bytes_whenever_and_in_whatever_order_its_files_were_written() {
        let folder = std::env::temp_dir().join(format!("keepsake-package-{}", std::process::id()));
        let packed = |name: &str, files: [&str; 2]| {
            let dist = folder.join(name);
            fs::create_dir_all(dist.join("pages")).unwrap();
            for file in files {
                fs::write(dist.join(file), file).unwrap();
            }
            let archive = folder.join(format!("{name}.zip"));
            zip(&dist, &archive).unwrap();
            fs::read(archive).unwrap()
        };
        let first = packed("first", ["manifest.json", "pages/main.js"]);
        let second = packed("second", ["pages/main.js", "manifest.json"]);
        fs::remove_dir_all(&folder).unwrap();
        assert!(!first.is_empty());
        assert_eq!(first, second);
    }
}
