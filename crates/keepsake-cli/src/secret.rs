//! The passphrase or recovery code: asked for at the terminal, or read from a file.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

use crate::arguments::SecretSource;
use crate::failure::{Failure, Kind};

/// A passphrase has at most 1,024 bytes; a file that has more than this is another file.
const LARGEST_FILE: u64 = 4096;

/// What opens something.
pub enum Secret {
    /// UTF-8, not checked yet.
    Passphrase(Zeroizing<Vec<u8>>),
    /// As it was typed.
    RecoveryCode(Zeroizing<String>),
}

impl SecretSource {
    /// Reads what the source has; `of` says in the question what it opens.
    pub fn read(&self, of: &str) -> Result<Secret, Failure> {
        if let Some(file) = &self.recovery_code_file {
            return recovery_code(read_file(file)?);
        }
        if self.recovery_code {
            return recovery_code(ask(&format!("Recovery code of {of}: "))?);
        }
        match &self.passphrase_file {
            Some(file) => read_file(file),
            None => ask(&format!("Passphrase of {of}: ")),
        }
        .map(Secret::Passphrase)
    }
}

fn recovery_code(bytes: Zeroizing<Vec<u8>>) -> Result<Secret, Failure> {
    let text = str::from_utf8(&bytes).map_err(|_| Failure::new(Kind::WrongSecret, "this is no recovery code"))?;
    Ok(Secret::RecoveryCode(Zeroizing::new(text.to_owned())))
}

fn ask(question: &str) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let no_terminal = |error: io::Error| {
        Failure::new(Kind::Invalid, format!("cannot ask at the terminal ({error}): use --passphrase-file"))
    };
    let typed = rpassword::prompt_password(question).map_err(no_terminal)?;
    Ok(Zeroizing::new(typed.into_bytes()))
}

fn read_file(file: &Path) -> Result<Zeroizing<Vec<u8>>, Failure> {
    // With room reserved no unwiped copy is left behind by growing.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LARGEST_FILE as usize + 1));
    let read = if file == Path::new("-") {
        io::stdin().take(LARGEST_FILE + 1).read_to_end(&mut bytes)
    } else {
        File::open(file).and_then(|opened| opened.take(LARGEST_FILE + 1).read_to_end(&mut bytes))
    };
    let length = read.map_err(|error| Failure::unreadable(file, &error))?;
    if length as u64 > LARGEST_FILE {
        let message = format!("{} is too large to hold a passphrase", file.display());
        return Err(Failure::new(Kind::Invalid, message));
    }
    for end in [b'\n', b'\r'] {
        if bytes.last() == Some(&end) {
            bytes.pop();
        }
    }
    Ok(bytes)
}
