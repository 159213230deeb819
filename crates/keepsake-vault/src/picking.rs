//! Where the person picks what leaves: the very answer that a subject would get, and what of it they let out.

use keepsake_crypto::Primitives;
use keepsake_memory::MemoryId;

use crate::api::*;
use crate::redaction::redacted;
use crate::requests::{Asked, Content, Found, Reading, authority};
use crate::session::{Ask, Pending};
use crate::vault::{Parts, Vault};
use crate::{Clock, Store};

impl<S: Store, C: Clock, R: Primitives> Vault<S, C, R> {
    /// The answer that a subject would get if the person picked all of it.
    pub(crate) async fn consent_answer(&mut self, id: &str) -> Result<ConsentAnswer, OwnerError> {
        self.opened()?;
        let (Pending { subject, .. }, asked) = self.asked_release(id)?;
        let question = asked.check().map_err(moot)?;
        let Some(Found { candidates, .. }) = self.found(&subject, &asked).await? else {
            return Ok(ConsentAnswer { items: Vec::new(), over_budget: 0 });
        };
        let Parts { open, random, now, .. } = self.parts()?;
        let mark = random.make()?;
        let authority = authority(open, &subject, question.action, now).map_err(moot)?;
        let selection = open.select(&subject, &authority, &question, candidates, None, mark, now).map_err(moot)?;
        let items = selection.released.iter().filter_map(|one| match &one.content {
            Content::Here(here) => Some(MemoryView::from(&here.0)),
            Content::Late(..) => None,
        });
        let items = items.collect();
        Ok(ConsentAnswer { items, over_budget: selection.over_budget })
    }

    /// Lets out what was picked.
    pub(crate) async fn let_out(
        &mut self,
        id: &str,
        picked: &[Picked],
        effects: &mut Vec<Effect>,
    ) -> Result<(), OwnerError> {
        self.opened()?;
        let (Pending { subject, .. }, asked) = self.asked_release(id)?;
        let question = asked.check().map_err(moot)?;
        let found = self.found(&subject, &asked).await?.unwrap_or_default();
        for one in picked {
            let looked_at = found.candidates.iter().filter_map(|candidate| candidate.memory.as_ref());
            match looked_at.into_iter().find(|memory| memory.id == one.id) {
                Some(memory) if memory.revision == one.revision => {
                    if redacted(&memory.draft.text, &one.redact).is_none() {
                        return Err(OwnerError::invalid("what is left out is not a part of the memory's words"));
                    }
                }
                _ => {
                    let message = "this memory was changed in the meantime: look at the answer again";
                    return Err(OwnerError::new(OwnerErrorCode::Conflict, message));
                }
            }
        }
        if has_doubles(picked) {
            return Err(OwnerError::invalid("a memory is picked once"));
        }
        let answer = self.hand_out(&subject, &asked, &question, found, Some(picked), effects).await;
        // Whatever fails inside keeps the question open: nothing has left.
        if let Err(PageError { code: PageErrorCode::Unavailable, message, .. }) = &answer {
            return Err(OwnerError::new(OwnerErrorCode::StorageFailed, message.clone()));
        }
        self.session.throttle.allowed(&subject);
        self.settle_one(id, answer, effects);
        effects.push(Effect::Changed { topics: vec![Topic::Consents] });
        Ok(())
    }

    async fn found(&mut self, subject: &keepsake_policy::Subject, asked: &Asked) -> Result<Option<Found>, OwnerError> {
        let question = asked.check().map_err(moot)?;
        let running = crate::Running::default();
        let Parts { open, store, random, now } = self.parts()?;
        open.answer_to(store, random, subject, &question, now, Reading::First, &running).await.map_err(moot)
    }

    fn asked_release(&self, id: &str) -> Result<(Pending, Asked), OwnerError> {
        let pending = self.pending(id)?;
        match &pending.ask {
            Ask::Release { asked } => Ok((pending.clone(), Asked::clone(asked))),
            Ask::Permission { .. } => Err(OwnerError::invalid("this asks for a grant, not what may leave now")),
        }
    }
}

/// What was asked cannot be answered any more.
fn moot(error: PageError) -> OwnerError {
    OwnerError::new(OwnerErrorCode::Conflict, format!("this request is moot: {}", error.message))
}

fn has_doubles(picked: &[Picked]) -> bool {
    let mut ids: Vec<MemoryId> = picked.iter().map(|one| one.id).collect();
    ids.sort_unstable();
    ids.windows(2).any(|pair| pair.first() == pair.last())
}
