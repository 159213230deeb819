//! Which memories may leave to a subject: the policy's decision, asked once for all memories that it cannot tell apart.

use keepsake_memory::Millis;
use keepsake_policy::Authority;
use keepsake_search::Slot;

use crate::catalogue::{Entry, Standing, Writer};
use crate::classes::Decided;
use crate::open::{Open, Usable};

/// What one request of a subject sees of the vault.
pub(crate) struct Sight<'a> {
    open: &'a Open,
    authority: &'a Authority<'a>,
    /// What the subject is known by as the writer of something.
    asker: Writer,
    /// Whether the person decided on single memories.
    singles_out: bool,
    decided: Decided<'a>,
    usable: Usable<'a>,
}

impl<'a> Sight<'a> {
    pub fn new(open: &'a Open, authority: &'a Authority<'a>, asker: Writer, now: Millis) -> Self {
        let singles_out = authority.singles_any_out();
        let (decided, usable) = (open.records.undecided(), open.usable(now));
        Self { open, authority, asker, singles_out, decided, usable }
    }

    /// Whether a memory may leave, as far as no budget is used up.
    pub fn sees(&self, slot: Slot) -> bool {
        self.may_leave(slot) && self.usable.has(slot)
    }

    fn may_leave(&self, slot: Slot) -> bool {
        let entry = || self.open.records.get(slot);
        if self.singles_out && entry().is_some_and(|entry| self.authority.singles_out(entry.id)) {
            return entry().is_some_and(|entry| self.decide(entry));
        }
        self.decided.of(slot, || entry().is_some_and(|entry| self.decide(entry)))
    }

    fn decide(&self, entry: &Entry) -> bool {
        let facts = self.open.records.facts(entry, self.asker);
        entry.standing == Standing::Kept && self.authority.release_under(facts).is_some()
    }
}
