//! What says the same as something kept: found for the person alone, and noted where they say so. It decides nothing.

use std::collections::{BTreeMap, BTreeSet};

use keepsake_crypto::Primitives;
use keepsake_memory::{Channel, Hint, Memory, MemoryId, Millis, Origin, Said};
use keepsake_search::{Facts, Index, Restatement, Slot};

use crate::api::*;
use crate::commands::{at_most, changed};
use crate::fits::percent;
use crate::format::Proposed;
use crate::open::Open;
use crate::requests::provenance;
use crate::vault::{Parts, Vault};
use crate::{Clock, Space, Store};

/// So many memories are shown beside one that says the same.
const MOST_SHOWN: usize = 3;

/// What a line says again.
enum Found {
    Memory(Restatement),
    Line(Restatement),
}

impl Found {
    /// Where the memory stands, if it is one.
    fn slot(&self) -> Option<Slot> {
        match self {
            Self::Memory(kept) => Some(kept.slot),
            Self::Line(_) => None,
        }
    }
}

/// The lines of a list that were compared so far, each under its place.
pub(crate) struct Compared {
    lines: Index,
    next: u32,
}

impl<S: Store, C: Clock, R: Primitives> Vault<S, C, R> {
    /// The memories that say what a text says, the most alike first.
    pub(crate) async fn memory_like(
        &mut self,
        text: &str,
        except: Option<MemoryId>,
    ) -> Result<Vec<Restated>, OwnerError> {
        let Parts { open, store, random, now } = self.parts()?;
        open.hurry_index(store, random).await?;
        let found = open.restated_by(text, except, now);
        open.forget_words_looked_at();
        let mut restated = Vec::new();
        for found in found.into_iter().take(MOST_SHOWN) {
            restated.extend(open.restated(store, &found).await?);
        }
        Ok(restated)
    }

    /// Compares the next lines of a list with what is kept, and with the lines before them.
    pub(crate) async fn list_compare(
        &mut self,
        first: u32,
        texts: &[String],
        more: bool,
    ) -> Result<Vec<LineRestated>, OwnerError> {
        at_most(texts.len())?;
        let Parts { open, store, random, now } = self.parts()?;
        open.hurry_index(store, random).await?;
        let mut compared = match open.compared.take() {
            Some(compared) if first > 0 && compared.next == first => compared,
            _ if first == 0 => Compared { lines: open.records.empty_index(), next: 0 },
            _ => return Err(OwnerError::invalid("the lines before these were not compared: begin with the first")),
        };
        let mut found: Vec<(u32, Found)> = Vec::new();
        for (place, text) in (first..).zip(texts) {
            let learnt = compared.lines.learn(text);
            let kept = open.restated_by(text, None, now).into_iter().next().map(Found::Memory);
            let before = || compared.lines.restatements(&learnt, |_| true).into_iter().next().map(Found::Line);
            found.extend(kept.or_else(before).map(|found| (place, found)));
            compared.lines.insert(place, learnt, Facts::default());
        }
        compared.next = first.saturating_add(texts.len() as u32);
        open.compared = Some(compared).filter(|_| more);
        open.forget_words_looked_at();
        let slots: Vec<Slot> = found.iter().filter_map(|(_, found)| found.slot()).collect();
        let mut memories = open.memories_or_none(store, &slots).await?.into_iter();
        let mut restated = Vec::with_capacity(found.len());
        for (place, found) in found {
            let (says, found) = match found {
                Found::Memory(kept) => match memories.next().flatten() {
                    Some(memory) => (SaysTheSame::Memory { memory: Box::new(MemoryView::from(&memory)) }, kept),
                    // One that is not as it was left.
                    None => continue,
                },
                Found::Line(line) => (SaysTheSame::Line { place: line.slot }, line),
            };
            restated.push(LineRestated { place, says, evidence: evidence(&found) });
        }
        Ok(restated)
    }

    /// Notes at memories that a list says them too; answers them as they were and as they are, for an undo.
    pub(crate) async fn list_merge(
        &mut self,
        source: &str,
        lines: &[SaidAgain],
        effects: &mut Vec<Effect>,
    ) -> Result<InboxSettled, OwnerError> {
        at_most(lines.len())?;
        let Parts { open, store, random, now } = self.parts()?;
        let origin = Some(Origin::new(source, None));
        let mut said: BTreeMap<MemoryId, Millis> = BTreeMap::new();
        for SaidAgain { memory, at } in lines {
            let latest = said.entry(*memory).or_default();
            *latest = at.unwrap_or(now).max(*latest);
        }
        let slots = open.records.find_all(&said.keys().copied().collect::<Vec<_>>());
        let before = open.memories_or_none(store, &slots).await?;
        let changes: Vec<(Slot, Memory, Memory)> = slots
            .into_iter()
            .zip(before)
            .filter_map(|(slot, before)| {
                let before = before?;
                let at = said.get(&before.id).copied().unwrap_or(now);
                let after = before.said_again(Said { channel: Channel::Import, origin: origin.clone(), at });
                Some((slot, before, after))
            })
            .collect();
        let mut transaction = open.transaction(random);
        for (slot, before, after) in &changes {
            transaction.replace_memory(*slot, after, Some(&before.draft.text));
        }
        transaction.commit(store).await?;
        effects.push(changed(&[Topic::Memories]));
        Ok(InboxSettled {
            items: Vec::new(),
            kept: changes.iter().map(|(_, _, after)| MemoryView::from(after)).collect(),
            before: changes.iter().map(|(_, before, _)| MemoryView::from(before)).collect(),
        })
    }

    /// Drops a proposal that says what a memory says, and notes there who said it too. Its subject is told as much as of one
    /// that is declined: nothing.
    pub(crate) async fn inbox_merge(
        &mut self,
        id: MemoryId,
        memory: MemoryId,
        effects: &mut Vec<Effect>,
    ) -> Result<InboxSettled, OwnerError> {
        let Parts { open, store, random, now } = self.parts()?;
        let proposal = open.proposal(store, id).await?;
        if !matches!(proposal.proposed, Proposed::New(_)) {
            return Err(OwnerError::invalid("only what is proposed as new can be merged into a memory"));
        }
        let items = vec![open.inbox_view(store, &proposal).await?];
        let (slot, before) = open.memory(store, memory).await?;
        let by = provenance(&proposal.subject, true);
        let after = before.said_again(Said { channel: by.channel, origin: by.origin, at: proposal.received });
        let leaving = open.leaving([id], &BTreeSet::new());
        let mut transaction = open.transaction(random);
        leaving.iter().for_each(|(_, stored)| transaction.delete(Space::Inbox, *stored));
        transaction.replace_memory(slot, &after, Some(&before.draft.text));
        transaction.receipt(now, &proposal.subject, ReceiptEntry::Merged { record: id, memory })?;
        transaction.commit(store).await?;
        leaving.iter().for_each(|(id, _)| drop(open.inbox.remove(id)));
        effects.push(changed(&[Topic::Inbox, Topic::Memories, Topic::Receipts]));
        Ok(InboxSettled { items, kept: vec![MemoryView::from(&after)], before: vec![MemoryView::from(&before)] })
    }
}

impl Open {
    /// Says of what waits which memory says the same. The index must be made.
    pub(crate) async fn note_restated(
        &mut self,
        store: &impl Store,
        items: &mut [InboxView],
        now: Millis,
    ) -> Result<(), OwnerError> {
        for item in items.iter_mut().filter(|item| item.says_something_new()) {
            let about = item.about.as_ref().map(|about| about.memory.id);
            let Some(found) = self.restated_by(&item.draft.text, about, now).into_iter().next() else { continue };
            item.restates = self.restated(store, &found).await?;
            if item.restates.is_some() && !item.hints.contains(&Hint::Duplicate) {
                item.hints.push(Hint::Duplicate);
            }
        }
        self.forget_words_looked_at();
        Ok(())
    }

    /// Says of what waits, and restates no memory, which of those before it says the same.
    pub(crate) fn note_repeated(&self, items: &mut [InboxView]) {
        let mut before = self.records.empty_index();
        for place in 0..items.len() {
            let Some((earlier, [item, ..])) = items.split_at_mut_checked(place) else { continue };
            if !item.says_something_new() {
                continue;
            }
            let learnt = before.learn(&item.draft.text);
            let found = before.restatements(&learnt, |_| true).into_iter().next().filter(|_| item.restates.is_none());
            item.repeats = found.and_then(|found| {
                let InboxView { id, subject, draft, .. } = earlier.get(found.slot as usize)?;
                let (subject, text) = (subject.clone(), draft.text.clone());
                Some(Repeated { id: *id, subject, text, evidence: evidence(&found) })
            });
            before.insert(place as Slot, learnt, Facts::default());
        }
    }

    /// Where memories stand that say what a text says, the most alike first.
    fn restated_by(&mut self, text: &str, except: Option<MemoryId>, now: Millis) -> Vec<Restatement> {
        let Some(learnt) = self.records.indexed_mut().as_mut().map(|indexed| indexed.index.learn(text)) else {
            return Vec::new();
        };
        let usable = self.usable(now);
        let is_other = |slot| self.records.get_kept(slot).is_some_and(|entry| Some(entry.id) != except);
        let passes = |slot: Slot| is_other(slot) && usable.has(slot);
        self.records.restatements(&learnt, passes)
    }

    /// A memory that was found; nothing where it is not as it was left.
    async fn restated(&self, store: &impl Store, found: &Restatement) -> Result<Option<Restated>, OwnerError> {
        let memory = self.memories(store, &[found.slot]).await?.pop();
        Ok(memory.map(|memory| Restated { memory: MemoryView::from(&memory), evidence: evidence(found) }))
    }

    /// What was only compared is kept nowhere.
    fn forget_words_looked_at(&mut self) {
        if let Some(indexed) = self.records.indexed_mut() {
            indexed.index.sweep();
        }
    }
}

impl InboxView {
    /// Whether it brings words that are not those of the memory it is about.
    fn says_something_new(&self) -> bool {
        let current = self.about.as_ref().map(|about| about.memory.text.as_str());
        self.proposes != Proposes::Removal && current != Some(self.draft.text.as_str())
    }
}

fn evidence(found: &Restatement) -> Evidence {
    // Packed meanings are a little off: of two that are the same, the likeness comes out as up to 1.01.
    let likeness = found.likeness.map(|likeness| percent(likeness.min(1.0)));
    Evidence { shared_words: percent(found.shared_words), likeness }
}
