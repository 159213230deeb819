//! Finding what answers a question, among what the subject may see and nothing else.

use keepsake_memory::{Memory, MemoryId, Millis};
use keepsake_policy::{Authority, Subject};
use keepsake_search::{Query, Slot};

use super::cursor::second_of;
use super::question::{Question, What};
use super::sight::Sight;
use crate::Store;
use crate::api::PageError;
use crate::catalogue::{Entry, Writer};
use crate::open::Open;
use crate::running::Running;

/// So many memories are read before it is asked whether somebody still wants the answer.
const READ_AT_ONCE: usize = 100;

/// When memories are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Before it is settled what leaves.
    First,
    /// While it is settled what leaves and the receipt is written, where nothing in them decides that: neither then waits
    /// for the other.
    Late,
}

/// A memory that answers a question.
pub(crate) struct Candidate {
    pub slot: Slot,
    pub id: MemoryId,
    pub created: Millis,
    /// `None` where it is read late.
    pub memory: Option<Memory>,
    /// How well it fits, where that was asked.
    pub score: f64,
}

impl Candidate {
    /// Where it stands, if it is read late.
    pub fn late(&self) -> Option<Slot> {
        self.memory.is_none().then_some(self.slot)
    }
}

/// What answers a question.
#[derive(Default)]
pub(crate) struct Found {
    pub candidates: Vec<Candidate>,
    /// Whether there is more behind them.
    pub more: bool,
}

/// Who looks for what.
pub(crate) struct Looking<'a> {
    pub subject: &'a Subject,
    pub writer: Writer,
    pub authority: &'a Authority<'a>,
    pub question: &'a Question,
    pub now: Millis,
    pub reading: Reading,
    pub running: &'a Running,
}

impl Open {
    /// What answers the question; `None` where it was given up meanwhile. The index must be made for a question in words.
    pub(crate) async fn find(&self, store: &impl Store, looking: &Looking<'_>) -> Result<Option<Found>, PageError> {
        let Question { filter, limit, what, .. } = looking.question;
        let sight = Sight::new(self, looking.authority, looking.writer, looking.now);
        let passes =
            |entry: &Entry| filter.on_entry(entry, self.records.scopes(entry), looking.authority) != Some(false);
        let takes_all = filter.is_empty();
        // Whether a memory may leave and, as far as its entry tells, passes the filter.
        let may_pass = |slot| sight.sees(slot) && (takes_all || self.records.get(slot).is_some_and(passes));
        let ranked: Vec<(Slot, f64)> = match what {
            What::Fitting(query) | What::Block { query, .. } => {
                // Where only the words tell whether a memory passes, the next best ones may have to step in.
                let most = if filter.needs_memories() { usize::MAX } else { *limit };
                let query = Query::whole(query).at(looking.now);
                let found = self.records.search(&query, most, may_pass);
                found.into_iter().map(|hit| (hit.slot, hit.score)).collect()
            }
            What::One(name) => self.find_named(looking.subject, *name, may_pass),
            What::Newest(position) => {
                let from = position.map(|position| (position.second, position.name));
                let most = if filter.needs_memories() { usize::MAX } else { limit + 1 };
                self.listed(looking, may_pass, from, most).into_iter().map(|slot| (slot, 1.0)).collect()
            }
        };
        let lists = matches!(what, What::Newest(_));
        let wanted = limit + usize::from(lists);
        let is_late = looking.reading == Reading::Late
            && !filter.needs_memories()
            && matches!(what, What::Fitting(_) | What::Newest(_));
        let candidates = if is_late {
            Some(self.unread(&ranked, wanted))
        } else {
            self.read_fitting(store, looking, &ranked, wanted).await?
        };
        if looking.running.is_given_up() {
            return Ok(None);
        }
        Ok(candidates.map(|mut candidates| {
            let more = lists && candidates.len() > *limit;
            candidates.truncate(*limit);
            Found { candidates, more }
        }))
    }

    /// The first of what was ranked, to be read late.
    fn unread(&self, ranked: &[(Slot, f64)], wanted: usize) -> Vec<Candidate> {
        let unread = ranked.iter().take(wanted).filter_map(|&(slot, score)| {
            let entry = self.records.get(slot)?;
            Some(Candidate { slot, id: entry.id, created: entry.created, memory: None, score })
        });
        unread.collect()
    }

    /// The first of what was ranked and passes the filter; `None` where it was given up meanwhile.
    async fn read_fitting(
        &self,
        store: &impl Store,
        looking: &Looking<'_>,
        ranked: &[(Slot, f64)],
        wanted: usize,
    ) -> Result<Option<Vec<Candidate>>, PageError> {
        let mut candidates = Vec::with_capacity(wanted.min(ranked.len()));
        for part in ranked.chunks(READ_AT_ONCE) {
            if looking.running.is_given_up() {
                return Ok(None);
            }
            let slots: Vec<Slot> = part.iter().map(|(slot, _)| *slot).collect();
            let memories = self.memories_or_none(store, &slots).await?;
            // One that is not as it was left is not among them.
            for (&(slot, score), memory) in part.iter().zip(memories) {
                let Some(memory) = memory else { continue };
                if candidates.len() < wanted && looking.question.filter.on_memory(&memory, looking.authority) {
                    let (id, created) = (memory.id, memory.created);
                    candidates.push(Candidate { slot, id, created, memory: Some(memory), score });
                }
            }
            if candidates.len() == wanted {
                break;
            }
        }
        Ok(Some(candidates))
    }

    /// What a subject calls a record.
    pub(crate) fn own_name(&self, subject: &str, id: &MemoryId) -> [u8; 16] {
        self.keys.pairwise.derive_id(&[subject.as_bytes(), id.as_bytes()])
    }

    /// The memory that a subject calls so, of those that pass.
    pub(crate) fn find_named(
        &self,
        subject: &Subject,
        name: [u8; 16],
        passes: impl Fn(Slot) -> bool,
    ) -> Vec<(Slot, f64)> {
        let subject = subject.to_string();
        let mut kept = self.records.kept();
        let found = kept.find(|(slot, entry)| passes(*slot) && self.own_name(&subject, &entry.id) == name);
        found.into_iter().map(|(slot, _)| (slot, 1.0)).collect()
    }

    /// At least `most` of what passes, if there is as much: the newest first, behind a position. The order is one that the
    /// subject can see for itself: by the second that it is told, and by its own names.
    fn listed(
        &self,
        looking: &Looking<'_>,
        may_pass: impl Fn(Slot) -> bool,
        from: Option<(u64, [u8; 16])>,
        most: usize,
    ) -> Vec<Slot> {
        let subject = looking.subject.to_string();
        let mut passing: Vec<(u64, Slot)> = self
            .records
            .kept()
            .filter(|(slot, entry)| {
                from.is_none_or(|(second, _)| second_of(entry.created) <= second) && may_pass(*slot)
            })
            .map(|(slot, entry)| (second_of(entry.created), slot))
            .collect();
        passing.sort_unstable_by_key(|(second, _)| core::cmp::Reverse(*second));
        let mut listed = Vec::new();
        for same in passing.chunk_by(|(one, _), (other, _)| one == other) {
            if listed.len() >= most {
                break;
            }
            let named = same.iter().filter_map(|(second, slot)| {
                let name = self.own_name(&subject, &self.records.get(*slot)?.id);
                from.is_none_or(|from| *second < from.0 || name > from.1).then_some((name, *slot))
            });
            let mut named: Vec<_> = named.collect();
            named.sort_unstable();
            listed.extend(named.into_iter().map(|(_, slot)| slot));
        }
        listed
    }
}
