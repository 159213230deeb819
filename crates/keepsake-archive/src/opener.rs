//! From an age file to its plaintext, piece by piece.
//!
//! age pulls its input from a reader. Here the input is pushed: the reader says `WouldBlock` where it has no more yet, which
//! age hands on without losing anything, and is asked again after the next push. Only the header is parsed in one go, so it
//! is gathered first.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io::{self, Read};
use std::iter;
use std::rc::Rc;

use age::stream::StreamReader;
use age::{DecryptError, Decryptor, scrypt};
use zeroize::Zeroizing;

use crate::{ArchiveError, MAX_WORK_FACTOR, secret};

/// How every age file begins, whatever its version.
const MAGIC: &[u8] = b"age-encryption.org/";
/// A header for a passphrase has less than 200 bytes, and whatever is longer than this is none. Not more, because age looks at
/// a header anew with each of its lines.
const LARGEST_HEADER: usize = 4 * 1024;
/// Bytes of plaintext that are taken from a chunk at a time.
const PIECE: usize = 16 * 1024;
/// Whether these first bytes of a file are those of an age file.
pub fn is_archive(start: &[u8]) -> bool {
    start.starts_with(MAGIC)
}

/// Reads one age file.
pub struct Opener(State);

enum State {
    /// The header has not come whole yet.
    Header { identity: scrypt::Identity, gathered: Vec<u8> },
    /// The key is derived.
    Payload(Payload),
    /// Nothing comes out any more.
    Failed(ArchiveError),
}

impl Opener {
    /// With this passphrase (UTF-8, 1 to 1,024 bytes).
    pub fn new(passphrase: &[u8]) -> Result<Self, ArchiveError> {
        let mut identity = scrypt::Identity::new(secret(passphrase)?);
        identity.set_max_work_factor(MAX_WORK_FACTOR);
        Ok(Self(State::Header { identity, gathered: Vec::new() }))
    }

    /// Takes more of the file; answers the plaintext that is certain by now, which may be none. Derives the key once the
    /// header is there. What fails once fails from then on.
    pub fn push(&mut self, sealed: &[u8]) -> Result<Vec<u8>, ArchiveError> {
        self.advance(sealed).inspect_err(|&error| self.0 = State::Failed(error))
    }

    /// The file has no more bytes; answers the last of its plaintext, or fails where it is not whole.
    pub fn finish(mut self) -> Result<Vec<u8>, ArchiveError> {
        match &mut self.0 {
            State::Header { gathered, .. } if is_archive(gathered) => Err(ArchiveError::Damaged),
            State::Header { .. } => Err(ArchiveError::NotAnArchive),
            State::Payload(payload) => {
                payload.input.end();
                payload.drain()
            }
            State::Failed(error) => Err(*error),
        }
    }

    fn advance(&mut self, sealed: &[u8]) -> Result<Vec<u8>, ArchiveError> {
        match &mut self.0 {
            State::Failed(error) => Err(*error),
            State::Payload(payload) => {
                payload.input.feed(sealed);
                payload.drain()
            }
            State::Header { identity, gathered } => {
                gathered.extend_from_slice(sealed);
                if !has_whole_header(gathered)? {
                    return Ok(Vec::new());
                }
                let mut payload = Payload::new(gathered, identity)?;
                let plaintext = payload.drain()?;
                self.0 = State::Payload(payload);
                Ok(plaintext)
            }
        }
    }
}

/// A file whose key is derived.
struct Payload {
    input: Inbox,
    stream: Box<StreamReader<Inbox>>,
    /// Where the plaintext passes through.
    piece: Zeroizing<Vec<u8>>,
}

impl Payload {
    /// Derives the key for a file of which the header has come whole.
    fn new(gathered: &[u8], identity: &scrypt::Identity) -> Result<Self, ArchiveError> {
        let input = Inbox::default();
        input.feed(gathered);
        let stream = Decryptor::new(input.clone())
            .and_then(|header| header.decrypt(iter::once(identity as &dyn age::Identity)))
            .map_err(|error| refusal(&error))?;
        Ok(Self { input, stream: Box::new(stream), piece: Zeroizing::new(vec![0; PIECE]) })
    }

    /// All the plaintext that the bytes so far give.
    fn drain(&mut self) -> Result<Vec<u8>, ArchiveError> {
        let mut plaintext = Vec::new();
        loop {
            match self.stream.read(&mut self.piece) {
                Ok(0) => return Ok(plaintext),
                Ok(length) => plaintext.extend_from_slice(self.piece.get(..length).unwrap_or_default()),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(plaintext),
                Err(_) => return Err(ArchiveError::Damaged),
            }
        }
    }
}

/// Whether the header has come whole; fails as soon as it is clear that this will never be one for a passphrase.
fn has_whole_header(gathered: &[u8]) -> Result<bool, ArchiveError> {
    if !is_archive(gathered) {
        return if MAGIC.starts_with(gathered) { Ok(false) } else { Err(ArchiveError::NotAnArchive) };
    }
    match Decryptor::new_buffered(gathered.get(..LARGEST_HEADER).unwrap_or(gathered)) {
        Ok(header) if header.is_scrypt() => Ok(true),
        Ok(_) => Err(ArchiveError::NotForPassphrase),
        Err(DecryptError::Io(error)) if error.kind() == io::ErrorKind::UnexpectedEof => {
            if gathered.len() >= LARGEST_HEADER { Err(ArchiveError::NotForPassphrase) } else { Ok(false) }
        }
        Err(error) => Err(refusal(&error)),
    }
}

fn refusal(error: &DecryptError) -> ArchiveError {
    match error {
        DecryptError::DecryptionFailed => ArchiveError::WrongPassphrase,
        DecryptError::ExcessiveWork { required, .. } => ArchiveError::TooCostly(*required),
        DecryptError::UnknownFormat => ArchiveError::UnknownVersion,
        DecryptError::NoMatchingKeys => ArchiveError::NotForPassphrase,
        _ => ArchiveError::Damaged,
    }
}

/// What was pushed and not read yet: the stream owns its reader and lends it to nobody, so the bytes are shared.
#[derive(Clone, Default)]
struct Inbox(Rc<Pushed>);

#[derive(Default)]
struct Pushed {
    bytes: RefCell<VecDeque<u8>>,
    ended: Cell<bool>,
}

impl Inbox {
    fn feed(&self, bytes: &[u8]) {
        self.0.bytes.borrow_mut().extend(bytes);
    }

    fn end(&self) {
        self.0.ended.set(true);
    }
}

impl Read for Inbox {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut bytes = self.0.bytes.borrow_mut();
        if bytes.is_empty() && !self.0.ended.get() {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        bytes.read(buffer)
    }
}
