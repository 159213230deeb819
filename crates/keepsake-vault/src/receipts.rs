//! Receipts, read: by subject, by memory and over time; what somebody was given; and a file that others can check.

use std::collections::BTreeMap;

use keepsake_crypto::Primitives;
use keepsake_memory::{MemoryId, Millis};
use keepsake_policy::Subject;

use crate::api::*;
use crate::commands::part;
use crate::exchange::write_receipt;
use crate::format::Receipt;
use crate::open::Open;
use crate::receipt_chain::{write_end, write_head};
use crate::vault::{Parts, Vault};
use crate::{Clock, Space, Store};

/// So many receipts stand in one part of a file.
const EXPORTED_AT_ONCE: u64 = 500;

/// Which receipts.
#[derive(Default)]
pub(crate) struct Which {
    pub subject: Option<Subject>,
    pub memory: Option<MemoryId>,
    pub from: Option<Millis>,
    pub to: Option<Millis>,
}

/// When and how often a memory left to a subject.
#[derive(Clone, Copy)]
pub(crate) struct Given {
    first: Millis,
    last: Millis,
    times: u32,
    redacted: bool,
}

impl Given {
    fn add(&mut self, at: Millis, redacted: bool) {
        self.first = self.first.min(at);
        self.last = self.last.max(at);
        self.times += 1;
        self.redacted &= redacted;
    }
}

impl Which {
    fn are(&self, receipt: &Receipt) -> bool {
        self.subject.as_ref().is_none_or(|subject| receipt.subject.as_ref() == Some(subject))
            && self.memory.is_none_or(|memory| mentions(&receipt.entry, memory))
            && self.from.is_none_or(|from| receipt.at >= from)
            && self.to.is_none_or(|to| receipt.at < to)
    }
}

fn mentions(entry: &ReceiptEntry, id: MemoryId) -> bool {
    match entry {
        ReceiptEntry::Released { records, .. } => records.contains(&id),
        ReceiptEntry::Proposed { records, created } => records.contains(&id) || created.contains(&id),
        ReceiptEntry::ChangeProposed { record, memory, .. } | ReceiptEntry::Merged { record, memory } => {
            *record == id || *memory == id
        }
        ReceiptEntry::OwnWrite { record, .. } => *record == id,
        ReceiptEntry::Reviewed { accepted, declined } => accepted.contains(&id) || declined.contains(&id),
        _ => false,
    }
}

impl<S: Store, C: Clock, R: Primitives> Vault<S, C, R> {
    pub(crate) async fn receipts(
        &mut self,
        which: &Which,
        page: core::ops::Range<usize>,
    ) -> Result<ReceiptPage, OwnerError> {
        let Parts { open, store, .. } = self.parts()?;
        let (mut receipts, intact) = open.receipts(store).await?;
        receipts.reverse();
        receipts.retain(|receipt| which.are(receipt));
        let items = part(&receipts, page).iter().map(receipt_view).collect();
        Ok(ReceiptPage { total: receipts.len() as u32, intact, items })
    }

    /// What a subject was ever given.
    pub(crate) async fn known(
        &self,
        subject: &Subject,
        page: core::ops::Range<usize>,
    ) -> Result<KnownPage, OwnerError> {
        let (open, now) = (self.opened()?, self.clock.now());
        let given = open.given_to(&self.store, subject).await?;
        let mut given: Vec<(MemoryId, Given)> = given.into_iter().collect();
        given.sort_by_key(|(id, given)| (core::cmp::Reverse(given.last), *id));
        let shown = part(&given, page);
        let slots = shown.iter().filter_map(|(id, _)| open.records.find(*id));
        let usable =
            slots.filter(|slot| open.records.get(*slot).is_some_and(|entry| open.is_usable(*slot, entry, now)));
        let usable: Vec<_> = usable.collect();
        let memories = open.memories(&self.store, &usable).await?;
        let items = shown.iter().map(|(id, Given { first, last, times, redacted })| KnownRecord {
            id: *id,
            memory: memories.iter().find(|memory| memory.id == *id).map(MemoryView::from),
            first: *first,
            last: *last,
            times: *times,
            redacted: *redacted,
        });
        Ok(KnownPage { total: given.len() as u32, items: items.collect() })
    }

    /// Who was ever given a memory.
    pub(crate) async fn known_by(&self, id: MemoryId) -> Result<Vec<KnownBy>, OwnerError> {
        let (receipts, _) = self.opened()?.receipts(&self.store).await?;
        let mut by: BTreeMap<Subject, Given> = BTreeMap::new();
        for (subject, _, at, redacted) in receipts.iter().flat_map(releases).filter(|(_, record, ..)| *record == id) {
            let fresh = Given { first: at, last: at, times: 0, redacted: true };
            by.entry(subject.clone()).or_insert(fresh).add(at, redacted);
        }
        let mut known: Vec<KnownBy> = by
            .into_iter()
            .map(|(subject, Given { first, last, times, redacted })| KnownBy { subject, first, last, times, redacted })
            .collect();
        known.sort_by_key(|known| core::cmp::Reverse(known.last));
        Ok(known)
    }

    /// A part of all receipts, as a file.
    pub(crate) async fn receipts_export(&self, done: u64) -> Result<ExportPart, OwnerError> {
        let open = self.opened()?;
        let total = open.manifest.receipts;
        let last = total.min(done.saturating_add(EXPORTED_AT_ONCE));
        let mut text = if done == 0 { write_head(self.clock.now())? } else { String::new() };
        for receipt in open.receipts_at(&self.store, done + 1..=last).await? {
            text.push_str(&write_receipt(&receipt)?);
        }
        let finished = last == total;
        if finished {
            text.push_str(&write_end(total, &open.manifest.head)?);
        }
        let progress = Progress { done: last as u32, total: total as u32 };
        Ok(ExportPart { text, progress, finished })
    }
}

impl Open {
    /// What a subject was ever given, as the receipts tell.
    pub(crate) async fn given_to(
        &self,
        store: &impl Store,
        subject: &Subject,
    ) -> Result<BTreeMap<MemoryId, Given>, OwnerError> {
        let (receipts, _) = self.receipts(store).await?;
        let mut given: BTreeMap<MemoryId, Given> = BTreeMap::new();
        for (_, record, at, redacted) in receipts.iter().flat_map(releases).filter(|(whom, ..)| *whom == subject) {
            let fresh = Given { first: at, last: at, times: 0, redacted: true };
            given.entry(record).or_insert(fresh).add(at, redacted);
        }
        Ok(given)
    }

    /// Receipts by their numbers; those that do not open are left out.
    pub(crate) async fn receipts_at(
        &self,
        store: &impl Store,
        numbers: core::ops::RangeInclusive<u64>,
    ) -> Result<Vec<Receipt>, OwnerError> {
        let keys: Vec<_> = numbers.map(|number| self.keys.object_key(Space::Receipts, &number.to_be_bytes())).collect();
        let stored = store.get_many(Space::Receipts, &keys).await?;
        let opened =
            keys.iter().zip(stored).filter_map(|(key, envelope)| self.read(Space::Receipts, *key, &envelope?).ok());
        Ok(opened.collect())
    }
}

/// Whom a receipt says that what left to.
fn releases(receipt: &Receipt) -> impl Iterator<Item = (&Subject, MemoryId, Millis, bool)> {
    let (records, redacted) = match &receipt.entry {
        ReceiptEntry::Released { records, redacted, .. } => (records.as_slice(), redacted.as_slice()),
        _ => (&[][..], &[][..]),
    };
    let each =
        move |subject| records.iter().map(move |record| (subject, *record, receipt.at, redacted.contains(record)));
    receipt.subject.iter().flat_map(each)
}

fn receipt_view(receipt: &Receipt) -> ReceiptView {
    ReceiptView {
        id: hex::encode(receipt.id),
        number: receipt.number,
        at: receipt.at,
        subject: receipt.subject.clone(),
        entry: receipt.entry.clone(),
    }
}
