//! Releasing memories: what of an answer may leave, the receipt for it, and the answer itself.

use std::collections::BTreeMap;

use futures_util::future::join;
use keepsake_crypto::Primitives;
use keepsake_memory::{Memory, MemoryId, Millis, format_rfc3339};
use keepsake_policy::{Authority, Grant, GrantDuration, Ledger, Release, Subject};
use keepsake_search::Slot;

use super::context::Block;
use super::cursor::{foreign, second_of};
use super::finding::{Candidate, Found, Looking, Reading};
use super::question::{Asked, Question, What};
use super::{Outcome, authority};
use crate::api::*;
use crate::open::Open;
use crate::redaction::redacted;
use crate::running::Running;
use crate::session::Ask;
use crate::vault::{Parts, Vault};
use crate::{Clock, Space, Store};

/// So many receipts are read at once where those of the last day are looked for.
const RECEIPTS_AT_ONCE: u64 = 100;

/// What of the candidates leaves.
pub(crate) struct Selection<'a> {
    pub released: Vec<Released<'a>>,
    /// How many stay since the budget is used up.
    pub over_budget: u32,
    /// How long until there is some of it again.
    wait: Millis,
    block: Option<Block>,
}

/// An answer whose receipt is kept.
struct Settled {
    /// What leaves, with its score; the best has 1.
    contents: Vec<(f64, Content)>,
    block: Option<Block>,
    next_cursor: Option<String>,
    receipt: [u8; 16],
    /// The grants that it used up.
    spent: Vec<[u8; 16]>,
}

/// A memory that leaves.
pub(crate) struct Released<'a> {
    grant: &'a Grant,
    id: MemoryId,
    created: Millis,
    score: f64,
    pub content: Content,
}

/// What is in a memory that leaves.
pub(crate) enum Content {
    /// It was read, and is told so.
    Here(Box<(Memory, MemoryItem)>),
    /// It is read meanwhile.
    Late(Slot, Shown),
}

/// What the subject is told of a memory whatever is in it.
pub(crate) struct Shown {
    id: String,
    scopes: Vec<String>,
}

impl Shown {
    /// The memory as it is told, but for the spans that are left out; `None` where it has no such spans.
    fn with(self, memory: &Memory, spans: &[Span]) -> Option<MemoryItem> {
        let Self { id, scopes } = self;
        Some(MemoryItem {
            id,
            memory: redacted(&memory.draft.text, spans)?,
            redacted: !spans.is_empty(),
            kind: memory.draft.kind,
            scopes,
            created_at: format_rfc3339(memory.created).unwrap_or_default(),
            valid_from: memory.draft.valid_from.and_then(format_rfc3339),
            valid_to: memory.draft.valid_to.and_then(format_rfc3339),
            provenance: HitProvenance { source: memory.provenance.channel, trust: memory.trust() },
        })
    }
}

impl Released<'_> {
    fn is_redacted(&self) -> bool {
        matches!(&self.content, Content::Here(here) if here.1.redacted)
    }
}

impl<S: Store, C: Clock, R: Primitives> Vault<S, C, R> {
    /// Answers a request for memories; where the person wants to pick what leaves they are asked first.
    pub(super) async fn release(
        &mut self,
        subject: &Subject,
        request_id: &str,
        asked: Asked,
        effects: &mut Vec<Effect>,
    ) -> Result<Outcome, PageError> {
        let question = asked.check()?;
        self.let_in(subject)?;
        let Ok(Parts { open, now, .. }) = self.parts() else { return Err(PageError::unauthorized()) };
        let each_time = open.asks_each_time(subject, &asked, &question, now)?;
        if each_time && !matches!(question.what, What::One(_)) {
            return self.ask_person(subject, request_id, Ask::Release { asked: Box::new(asked) }, effects);
        }
        let running = self.running.clone();
        let Ok(Parts { open, store, random, now }) = self.parts() else { return Err(PageError::unauthorized()) };
        let Some(found) = open.answer_to(store, random, subject, &question, now, Reading::Late, &running).await? else {
            return Ok(Outcome::GivenUp);
        };
        if each_time {
            // A name that is nobody's is no reason to ask; whoever has a real one was given that memory before.
            if found.candidates.is_empty() {
                return Err(PageError::unauthorized());
            }
            return self.ask_person(subject, request_id, Ask::Release { asked: Box::new(asked) }, effects);
        }
        self.hand_out(subject, &asked, &question, found, None, effects).await
    }

    /// Lets out what of the answer may leave, once its receipt is durable. `picked` is what the person chose of it, where
    /// they did.
    pub(crate) async fn hand_out(
        &mut self,
        subject: &Subject,
        asked: &Asked,
        question: &Question,
        found: Found,
        picked: Option<&[Picked]>,
        effects: &mut Vec<Effect>,
    ) -> Result<Outcome, PageError> {
        let Ok(Parts { open, store, random, now }) = self.parts() else { return Err(PageError::unauthorized()) };
        // Sealed as they are, memories are asked for first: they come while it is settled what of them leaves, and while the
        // receipt of that is written.
        let late: Vec<Slot> = found.candidates.iter().filter_map(Candidate::late).collect();
        let keys = open.record_keys(&late);
        let settling = open.settle_release(store, random, subject, asked, question, found, picked, now);
        let (envelopes, settled) = join(store.get_many(Space::Records, &keys), settling).await;
        // Nothing leaves before its receipt is kept. A memory that turns out damaged now does not leave, though its receipt
        // names it.
        let Settled { contents, block, next_cursor, receipt, spent } = settled?;
        let read: BTreeMap<Slot, Option<Vec<u8>>> =
            late.into_iter().zip(envelopes.map_err(OwnerError::from)?).collect();
        let mut memories = contents.into_iter().filter_map(|(score, content)| {
            let memory = match content {
                Content::Here(here) => here.1,
                Content::Late(slot, shown) => {
                    shown.with(&open.memory_or_none(slot, read.get(&slot)?.as_deref())?, &[])?
                }
            };
            Some(MemoryHit { memory, score })
        });
        let receipt_id = hex::encode(receipt);
        let answer = match (&question.what, block) {
            (What::Block { .. }, Some(block)) => {
                let (context, tokens) = block.finish();
                let ids = memories.map(|hit| hit.memory.id).collect();
                Outcome::answer(&ContextResult { context, tokens, ids, receipt_id })
            }
            (What::One(_), _) => match memories.next() {
                Some(MemoryHit { memory, .. }) => Outcome::answer(&GetResult { memory, receipt_id }),
                None => Err(PageError::unauthorized()),
            },
            (What::Newest(_), _) => {
                let memories = memories.map(|hit| hit.memory).collect();
                Outcome::answer(&ListResult { memories, next_cursor, receipt_id })
            }
            _ => Outcome::answer(&SearchResult { results: memories.collect(), receipt_id }),
        };
        self.tell_spent(subject, &spent, effects);
        effects.push(Effect::Changed { topics: vec![Topic::Receipts] });
        answer
    }

    /// Tells a subject that grants for one answer are used up.
    pub(super) fn tell_spent(&mut self, subject: &Subject, spent: &[[u8; 16]], effects: &mut Vec<Effect>) {
        if spent.is_empty() {
            return;
        }
        self.note_subjects();
        let event = PageEvent::GrantChange { grants: self.page_grants(subject) };
        effects.push(Effect::Notify { subject: subject.clone(), event });
        effects.push(Effect::Changed { topics: vec![Topic::Grants] });
    }
}

impl Open {
    /// Whether the person picks what leaves in answer to this; an error where nothing may leave at all.
    pub(crate) fn asks_each_time(
        &self,
        subject: &Subject,
        asked: &Asked,
        question: &Question,
        now: Millis,
    ) -> Result<bool, PageError> {
        let authority = authority(self, subject, question.action, now)?;
        let among = question.filter.among.as_ref();
        if among.is_some_and(|among| !authority.covers_all(among)) {
            return Err(PageError::unauthorized());
        }
        if let What::Newest(Some(position)) = &question.what
            && !self.cursor_is_real(subject, asked, position, now)
        {
            return Err(foreign());
        }
        Ok(self.rule(subject).is_some_and(|rule| rule.each_time) || authority.asks_each_time(among))
    }

    /// What answers the question; `None` where it was given up meanwhile.
    #[allow(clippy::too_many_arguments, reason = "each of them decides")]
    pub(crate) async fn answer_to(
        &mut self,
        store: &impl Store,
        primitives: &impl Primitives,
        subject: &Subject,
        question: &Question,
        now: Millis,
        reading: Reading,
        running: &Running,
    ) -> Result<Option<Found>, PageError> {
        if matches!(question.what, What::Fitting(_) | What::Block { .. }) {
            self.make_index(store, primitives).await?;
        }
        self.note_given(store, subject, now).await?;
        let authority = authority(self, subject, question.action, now)?;
        // What fails to be read must not use a grant for one answer up.
        let reading = if spent(authority.grants()).is_empty() { reading } else { Reading::First };
        let found = {
            let writer = self.writer(subject);
            let looking = Looking { subject, writer, authority: &authority, question, now, reading, running };
            self.find(store, &looking).await?
        };
        match found {
            // Absent, hidden and damaged answer alike.
            Some(found) if found.candidates.is_empty() && matches!(question.what, What::One(_)) => {
                Err(PageError::unauthorized())
            }
            found => Ok(found),
        }
    }

    /// Settles what of an answer leaves, and keeps the receipt for it: at the end it is durable.
    #[allow(clippy::too_many_arguments, reason = "each of them decides")]
    async fn settle_release(
        &mut self,
        store: &impl Store,
        random: &mut impl Primitives,
        subject: &Subject,
        asked: &Asked,
        question: &Question,
        found: Found,
        picked: Option<&[Picked]>,
        now: Millis,
    ) -> Result<Settled, PageError> {
        let mark = random.make().map_err(OwnerError::from)?;
        let Found { candidates, more } = found;
        let last = candidates.last().map(|candidate| (candidate.created, candidate.id));
        let authority = authority(self, subject, question.action, now)?;
        let selection = self.select(subject, &authority, question, candidates, picked, mark, now)?;
        let Selection { released, over_budget, wait, block } = selection;
        if over_budget > 0 && released.is_empty() {
            return Err(PageError::budget_exceeded(wait));
        }

        let used = grants_used(&authority, &released);
        let spent = spent(&used);
        let records: Vec<MemoryId> = released.iter().map(|one| one.id).collect();
        let entry = ReceiptEntry::Released {
            method: question.method,
            query: question.query().to_owned(),
            records: records.clone(),
            redacted: released.iter().filter(|one| one.is_redacted()).map(|one| one.id).collect(),
            grants: used.iter().map(|grant| hex::encode(grant.id)).collect(),
            purpose: used.iter().find_map(|grant| grant.purpose.clone()),
        };
        // What stays today can be listed tomorrow. And a cursor names a memory: where the person picks it is the last that
        // left, and it says nothing of whether there are others.
        let next = if over_budget > 0 || picked.is_some() {
            released.last().map(|one| (one.created, one.id))
        } else {
            last.filter(|_| more)
        };
        let next_cursor = next.and_then(|(created, id)| {
            let name = self.own_name(&subject.to_string(), &id);
            self.cursor(subject, asked, second_of(created), name, now)
        });
        let best = released.first().map_or(1.0, |one| one.score);
        let contents = released.into_iter().map(|one| (one.score / best, one.content)).collect();

        let mut transaction = self.transaction(random);
        transaction.end_decisions(&spent);
        let receipt = transaction.receipt(now, subject, entry).map_err(OwnerError::from)?;
        if spent.is_empty() {
            transaction.relax();
        }
        transaction.commit(store).await?;
        if let Some(ledger) = &mut self.ledger {
            records.iter().for_each(|record| ledger.note(subject, *record, now));
        }
        Ok(Settled { contents, block, next_cursor, receipt, spent })
    }

    /// What of the candidates leaves: what was picked, has room, and is within the budget.
    #[allow(clippy::too_many_arguments, reason = "each of them decides")]
    pub(crate) fn select<'a>(
        &self,
        subject: &Subject,
        authority: &Authority<'a>,
        question: &Question,
        candidates: Vec<Candidate>,
        picked: Option<&[Picked]>,
        mark: [u8; 16],
        now: Millis,
    ) -> Result<Selection<'a>, PageError> {
        let empty = Ledger::default();
        let mut allowance = self.ledger.as_ref().unwrap_or(&empty).allowance(subject, now);
        let mut selection = Selection { released: Vec::new(), over_budget: 0, wait: allowance.wait(now), block: None };
        if let What::Block { format, token_budget, .. } = question.what {
            selection.block = Some(Block::new(format, token_budget, hex::encode(mark)));
        }
        let (subject_line, writer) = (subject.to_string(), self.writer(subject));
        for Candidate { slot, id, created, memory, score } in candidates {
            let Some(entry) = self.records.get(slot) else { continue };
            let spans = match picked {
                Some(picked) => match picked.iter().find(|one| one.id == id) {
                    Some(one) => one.redact.as_slice(),
                    None => continue,
                },
                None => &[],
            };
            let scopes = self.records.scopes(entry).iter().filter(|scope| authority.covers(scope));
            let shown = Shown {
                id: hex::encode(self.own_name(&subject_line, &id)),
                scopes: scopes.map(ToString::to_string).collect(),
            };
            let content = match memory {
                None => Content::Late(slot, shown),
                Some(memory) => {
                    let item = shown.with(&memory, spans).ok_or_else(|| PageError::invalid("redact"))?;
                    Content::Here(Box::new((memory, item)))
                }
            };
            match (&selection.block, &content) {
                (Some(block), Content::Here(here)) if block.is_broken_by(&here.1.memory) => {
                    return Err(PageError::new(PageErrorCode::Unavailable, "ask again"));
                }
                (Some(block), Content::Here(here)) if !block.has_room_for(&here.1) => continue,
                _ => {}
            }
            match allowance.take(authority, self.records.facts(entry, writer)) {
                Release::Under(grant) => {
                    if let (Some(block), Content::Here(here)) = (&mut selection.block, &content) {
                        block.take(&here.1);
                    }
                    selection.released.push(Released { grant, id, created, score, content });
                }
                Release::OverBudget => selection.over_budget += 1,
                Release::Withheld => {}
            }
            // A list goes on where it stopped, so it must not have gaps.
            if selection.over_budget > 0 && matches!(question.what, What::Newest(_)) {
                break;
            }
        }
        Ok(selection)
    }

    /// Reads what subjects were given within the last day, where this one has a budget and it was not read yet.
    async fn note_given(&mut self, store: &impl Store, subject: &Subject, now: Millis) -> Result<(), OwnerError> {
        let is_limited = |grant: &Grant| grant.subject == *subject && grant.daily_budget.is_some();
        if let Some(ledger) = &mut self.ledger {
            ledger.forget_old(now);
        } else if self.live_grants(now).any(is_limited) {
            self.ledger = Some(self.given_lately(store, now).await?);
        }
        Ok(())
    }

    /// What subjects were given within the last day, as the receipts tell: so neither a lock nor a restart gives a budget
    /// back.
    async fn given_lately(&self, store: &impl Store, now: Millis) -> Result<Ledger, OwnerError> {
        let mut ledger = Ledger::default();
        let mut last = self.manifest.receipts;
        while last > 0 {
            let first = last.saturating_sub(RECEIPTS_AT_ONCE - 1).max(1);
            let receipts = self.receipts_at(store, first..=last).await?;
            // A clock that was set back leaves some out of order, but not as many as are read at once.
            let any_recent = receipts.iter().any(|receipt| is_recent(receipt.at, now));
            for receipt in receipts {
                if let (Some(subject), ReceiptEntry::Released { records, .. }) = (&receipt.subject, &receipt.entry) {
                    records.iter().for_each(|record| ledger.note(subject, *record, receipt.at));
                }
            }
            if !any_recent {
                break;
            }
            last = first - 1;
        }
        ledger.forget_old(now);
        Ok(ledger)
    }
}

fn is_recent(at: Millis, now: Millis) -> bool {
    at.saturating_add(keepsake_policy::BUDGET_WINDOW_MS) > now
}

/// Of the grants that an answer rests on, those that were for one answer.
pub(super) fn spent(used: &[&Grant]) -> Vec<[u8; 16]> {
    used.iter().filter(|grant| grant.validity.duration == GrantDuration::Once).map(|grant| grant.id).collect()
}

/// The grants that an answer rests on: those under which a record leaves; where none does, all that let the question in.
fn grants_used<'a>(authority: &Authority<'a>, released: &[Released<'a>]) -> Vec<&'a Grant> {
    let mut used: Vec<&Grant> = Vec::new();
    for Released { grant, .. } in released {
        if !used.iter().any(|other| other.id == grant.id) {
            used.push(grant);
        }
    }
    if used.is_empty() { authority.grants().to_vec() } else { used }
}
