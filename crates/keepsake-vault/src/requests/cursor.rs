//! Where a list goes on: what a cursor holds the subject knows already, and nobody but the vault can make one.

use keepsake_memory::Millis;
use keepsake_policy::{Action, Grant, Subject};

use super::question::Asked;
use crate::api::{ListParams, PageError};
use crate::format::encode;
use crate::open::Open;

/// A position in a list: the moment of a memory as it is told, and the subject's own name for it. Behind it stand older ones,
/// and of the same moment those with a higher name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    /// In seconds since 1970.
    pub second: u64,
    pub name: [u8; 16],
    /// What shows that the vault made it; not looked at yet.
    seal: [u8; 16],
}

impl Position {
    /// Reads a cursor's form; whether it is a real one, [`Open::cursor_is_real`] tells.
    pub fn read(cursor: &str) -> Result<Self, PageError> {
        let mut bytes = [0; 40];
        hex::decode_to_slice(cursor, &mut bytes).map_err(|_| foreign())?;
        let (second, rest) = bytes.split_first_chunk::<8>().ok_or_else(foreign)?;
        let (name, seal) = rest.split_first_chunk::<16>().ok_or_else(foreign)?;
        Ok(Self { second: u64::from_be_bytes(*second), name: *name, seal: seal.try_into().map_err(|_| foreign())? })
    }
}

/// What a cursor that does not belong here is answered with.
pub(super) fn foreign() -> PageError {
    PageError::invalid("cursor: this list has changed, or it is another one: begin anew without a cursor")
}

/// The second in which a memory was kept, as subjects are told it.
pub(super) fn second_of(created: Millis) -> u64 {
    created / 1000
}

impl Open {
    /// Whether a cursor was made for this list, this subject, these grants and this session.
    pub(super) fn cursor_is_real(&self, subject: &Subject, asked: &Asked, position: &Position, now: Millis) -> bool {
        let Position { second, name, seal } = position;
        let real = self.seal_cursor(subject, asked, *second, name, now);
        // Over all bytes, so that how long it takes does not tell how many of them were guessed.
        real.is_some_and(|real| real.iter().zip(seal).fold(0, |differs, (one, other)| differs | (one ^ other)) == 0)
    }

    /// A cursor behind a memory.
    pub(super) fn cursor(
        &self,
        subject: &Subject,
        asked: &Asked,
        second: u64,
        name: [u8; 16],
        now: Millis,
    ) -> Option<String> {
        let seal = self.seal_cursor(subject, asked, second, &name, now)?;
        Some(hex::encode([&second.to_be_bytes()[..], &name, &seal].concat()))
    }

    fn seal_cursor(
        &self,
        subject: &Subject,
        asked: &Asked,
        second: u64,
        name: &[u8; 16],
        now: Millis,
    ) -> Option<[u8; 16]> {
        let Asked::List(params) = asked else { return None };
        // The next part may be longer or shorter; all else is the same list.
        let list = encode(&ListParams { cursor: None, limit: None, ..params.clone() }).ok()?;
        let reads = |grant: &&Grant| grant.subject == *subject && grant.terms.actions.contains(&Action::Read);
        let mut grants: Vec<&Grant> = self.live_grants(now).filter(reads).collect();
        grants.sort_by_key(|grant| grant.id);
        let grants = encode(&grants).ok()?;
        let subject = subject.to_string();
        let parts: [&[u8]; 7] =
            [b"cursor", subject.as_bytes(), &self.session, &list, &grants, &second.to_be_bytes(), name];
        Some(self.keys.pairwise.derive_id(&parts))
    }
}
