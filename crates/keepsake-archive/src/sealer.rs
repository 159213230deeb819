//! From plaintext to an age file, piece by piece.

use std::cell::RefCell;
use std::io::{self, Write};
use std::iter;
use std::rc::Rc;

use age::stream::StreamWriter;
use age::{Encryptor, scrypt};

use crate::{ArchiveError, MAX_WORK_FACTOR, secret};

/// The work that a new file asks for: scrypt with 2^n blocks of 1 KiB.
pub const WORK_FACTOR: u8 = 16;

/// Makes one age file.
pub struct Sealer {
    stream: StreamWriter<Outbox>,
    out: Outbox,
}

impl Sealer {
    /// For this passphrase (UTF-8, 1 to 1,024 bytes). Derives the key, which takes what the work factor says.
    pub fn new(passphrase: &[u8], work_factor: u8) -> Result<Self, ArchiveError> {
        if !(1..=MAX_WORK_FACTOR).contains(&work_factor) {
            return Err(ArchiveError::TooCostly(work_factor));
        }
        let mut recipient = scrypt::Recipient::new(secret(passphrase)?);
        recipient.set_work_factor(work_factor);
        let out = Outbox::default();
        let stream = Encryptor::with_recipients(iter::once(&recipient as &dyn age::Recipient))
            .map_err(|_| ArchiveError::NotSealed)?
            .wrap_output(out.clone())
            .map_err(|_| ArchiveError::NotSealed)?;
        Ok(Self { stream, out })
    }

    /// Takes more plaintext; answers the bytes to append to the file, which may be none.
    pub fn push(&mut self, plaintext: &[u8]) -> Result<Vec<u8>, ArchiveError> {
        self.stream.write_all(plaintext).map_err(|_| ArchiveError::NotSealed)?;
        Ok(self.out.take())
    }

    /// Closes the file; answers its last bytes, without which it does not open.
    pub fn finish(self) -> Result<Vec<u8>, ArchiveError> {
        self.stream.finish().map_err(|_| ArchiveError::NotSealed)?;
        Ok(self.out.take())
    }
}

/// Where the stream writes: it owns its writer and lends it to nobody, so the bytes are shared.
#[derive(Clone, Default)]
struct Outbox(Rc<RefCell<Vec<u8>>>);

impl Outbox {
    fn take(&self) -> Vec<u8> {
        self.0.take()
    }
}

impl Write for Outbox {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
