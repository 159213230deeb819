//! Which memories may leave to a subject: the policy's decision, asked once for all memories that it cannot tell apart.

use std::cell::RefCell;

use keepsake_memory::{Kind, Millis, Sensitivity};
use keepsake_policy::Authority;
use keepsake_search::Slot;

use crate::catalogue::{Entry, Writer};
use crate::open::Open;

/// What one request of a subject sees of the vault.
pub(crate) struct Sight<'a> {
    open: &'a Open,
    authority: &'a Authority<'a>,
    /// What the subject is known by as the writer of something.
    asker: Writer,
    now: Millis,
    /// Whether the person decided on single memories.
    singles_out: bool,
    /// By the place of [`class_of`]. There are as many as sets of scopes, times a few, and thousands of memories.
    decided: RefCell<Vec<Option<bool>>>,
}

impl<'a> Sight<'a> {
    pub fn new(open: &'a Open, authority: &'a Authority<'a>, asker: Writer, now: Millis) -> Self {
        let singles_out = authority.singles_any_out();
        Self { open, authority, asker, now, singles_out, decided: RefCell::default() }
    }

    /// Whether a memory may leave, as far as no budget is used up.
    pub fn sees(&self, slot: Slot, entry: &Entry) -> bool {
        self.may_leave(entry) && self.open.is_usable(slot, entry, self.now)
    }

    fn may_leave(&self, entry: &Entry) -> bool {
        let decide = || self.authority.release_under(self.open.records.facts(entry, self.asker)).is_some();
        if self.singles_out && self.authority.singles_out(entry.id) {
            return decide();
        }
        let class = class_of(entry, self.asker);
        let mut decided = self.decided.borrow_mut();
        if decided.len() <= class {
            decided.resize(class + 1, None);
        }
        decided.get_mut(class).is_some_and(|known| *known.get_or_insert_with(decide))
    }
}

/// The same number for memories that differ in nothing but their ids, as far as the policy looks at them.
fn class_of(entry: &Entry, asker: Writer) -> usize {
    let of_scopes = entry.scopes.place() * Kind::ALL.len() + entry.kind as usize;
    (of_scopes * Sensitivity::ALL.len() + entry.sensitivity as usize) * 2 + usize::from(entry.is_unreviewed_to(asker))
}
