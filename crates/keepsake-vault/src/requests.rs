//! The one function that decides what a subject gets, and the methods of the page API behind it.

use keepsake_crypto::Primitives;
use keepsake_memory::{Draft, MAX_SCOPES_PER_MEMORY, MAX_TEXT_BYTES, MemoryId, Scope, Sensitivity, format_rfc3339};
use keepsake_policy::{Action, Authority, Grant, GrantDuration, ScopeSet, Subject, Verdict, authorise};
use keepsake_search::{Query, Slot};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::api::*;
use crate::catalogue::Entry;
use crate::format::{Decision, Proposal};
use crate::open::Open;
use crate::records::Records;
use crate::session::Answered;
use crate::vault::{Parts, Vault};
use crate::{Clock, Space, Store};

/// The longest request, in UTF-8 bytes of its JSON form.
pub const MAX_REQUEST_BYTES: usize = 256 * 1024;

const MAX_QUERY_CHARS: usize = 1000;
const DEFAULT_TOP_K: u32 = 5;
const MAX_TOP_K: u32 = 50;
const MAX_ADD: usize = 50;

/// The most proposals of one subject that wait at once: more would be a way to fill the disk.
const MAX_WAITING: usize = 500;

/// What a method comes to.
pub(crate) enum Outcome {
    /// The answer, as JSON.
    Answer(String),
    /// The person is asked first.
    Asked,
}

impl Outcome {
    pub fn answer(result: &impl Serialize) -> Result<Self, PageError> {
        let unavailable = |_| PageError::new(PageErrorCode::Unavailable, "the answer could not be written");
        serde_json::to_string(result).map(Self::Answer).map_err(unavailable)
    }
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Request<'a> {
    method: String,
    #[serde(borrow, default)]
    params: Option<&'a RawValue>,
}

impl<S: Store, C: Clock, R: Primitives> Vault<S, C, R> {
    /// Decides a subject's request. `subject` comes from what the browser says of the sender; `request_id` (32 hexadecimal
    /// digits) and `body` (JSON) come from the sender's side and are believed in nothing.
    ///
    /// A request that is sent again under its id joins what is pending, and adds nothing twice.
    pub async fn handle(&mut self, subject: Subject, request_id: &str, body: &str) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.enforce_deadline(&mut effects);
        let answer = match self.decide(&subject, request_id, body, &mut effects).await {
            Ok(Outcome::Answer(result)) => Some(format!("{{\"result\":{result}}}")),
            Ok(Outcome::Asked) => None,
            Err(error) => Some(error_body(&error)),
        };
        if let Some(body) = answer {
            effects.push(Effect::Answer { subject, request_id: request_id.to_owned(), body });
        }
        self.save(&mut effects);
        effects
    }

    async fn decide(
        &mut self,
        subject: &Subject,
        request_id: &str,
        body: &str,
        effects: &mut Vec<Effect>,
    ) -> Result<Outcome, PageError> {
        let now = self.clock.now();
        subject.clone().checked().map_err(|_| PageError::unauthorized())?;
        if let Verdict::Wait(wait) = self.session.throttle.call(subject, now) {
            return Err(PageError::rate_limited("too many requests: slow down", wait));
        }
        if body.len() > MAX_REQUEST_BYTES {
            let message = format!("a request has at most {MAX_REQUEST_BYTES} bytes");
            return Err(PageError::new(PageErrorCode::TooLarge, message));
        }
        if request_id.len() != 32 || !request_id.bytes().all(|c| matches!(c, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(PageError::invalid("a request id has 32 hexadecimal digits"));
        }
        let request: Request<'_> = parse(body, "a request")?;
        match method(&request.method)? {
            PageMethod::Capabilities => {
                params::<NoParams>(request.params)?;
                Outcome::answer(&capabilities())
            }
            PageMethod::PermissionsRequest => {
                self.permissions_request(subject, request_id, params(request.params)?, effects)
            }
            PageMethod::PermissionsQuery => {
                params::<NoParams>(request.params)?;
                self.told_if_locked(subject)?;
                Outcome::answer(&PermissionsResult { grants: self.page_grants(subject) })
            }
            PageMethod::PermissionsRevoke => {
                params::<NoParams>(request.params)?;
                self.told_if_locked(subject)?;
                let revoked = match self.open {
                    Some(_) => self.revoke_all(subject, true, effects).await?,
                    None => 0,
                };
                Outcome::answer(&RevokeResult { revoked })
            }
            PageMethod::Search => self.search(subject, params(request.params)?, effects).await,
            PageMethod::Add => self.propose(subject, request_id, params(request.params)?, effects).await,
        }
    }

    /// A locked vault is a fact that only a subject with a grant may learn.
    pub(crate) fn told_if_locked(&self, subject: &Subject) -> Result<(), PageError> {
        let may_know = self.open.is_none() && self.session.holds_grant(subject, self.clock.now());
        if may_know { Err(PageError::locked()) } else { Ok(()) }
    }

    /// The subject's own grants that hold now; none while the vault is not open.
    pub(crate) fn page_grants(&self, subject: &Subject) -> Vec<PageGrant> {
        let Some(open) = &self.open else { return Vec::new() };
        let own = open.live_grants(self.clock.now()).filter(|grant| grant.subject == *subject);
        own.map(page_grant).collect()
    }

    /// Tells a subject that grants for one answer are used up.
    fn tell_spent(&mut self, subject: &Subject, spent: &[[u8; 16]], effects: &mut Vec<Effect>) {
        if spent.is_empty() {
            return;
        }
        self.note_subjects();
        let event = PageEvent::GrantChange { grants: self.page_grants(subject) };
        effects.push(Effect::Notify { subject: subject.clone(), event });
        effects.push(Effect::Changed { topics: vec![Topic::Grants] });
    }

    async fn search(
        &mut self,
        subject: &Subject,
        params: SearchParams,
        effects: &mut Vec<Effect>,
    ) -> Result<Outcome, PageError> {
        if params.query.trim().is_empty() || params.query.chars().count() > MAX_QUERY_CHARS {
            return Err(PageError::invalid(format!("query has 1 to {MAX_QUERY_CHARS} characters")));
        }
        let top_k = params.top_k.unwrap_or(DEFAULT_TOP_K);
        if !(1..=MAX_TOP_K).contains(&top_k) {
            return Err(PageError::invalid(format!("top_k is 1 to {MAX_TOP_K}")));
        }
        let filters = params.filters.unwrap_or_default();
        let among = filters.scopes.map(|names| scope_set(names, "filters.scopes")).transpose()?;

        self.told_if_locked(subject)?;
        let Ok(Parts { open, store, random, now }) = self.parts() else { return Err(PageError::unauthorized()) };
        authority(open, subject, Action::Search, now)?;
        open.make_index(store).await?;
        let authority = authority(open, subject, Action::Search, now)?;
        if among.as_ref().is_some_and(|among| !authority.covers_all(among)) {
            return Err(PageError::unauthorized());
        }
        let found = open.records.search(&Query::whole(&params.query).at(now), top_k as usize, |slot, entry| {
            authority.release_under(open.records.facts(entry)).is_some()
                && filters.kinds.as_ref().is_none_or(|kinds| kinds.contains(&entry.kind))
                && among
                    .as_ref()
                    .is_none_or(|among| open.records.scopes(entry).iter().any(|scope| among.contains(scope)))
                && open.is_usable(slot, entry, now)
        });

        let slots: Vec<_> = found.iter().map(|(slot, _)| *slot).collect();
        let entries: Vec<_> = slots.iter().filter_map(|slot| open.records.get(*slot)).collect();
        let memories = open.memories(store, &slots).await?;
        let best = found.first().map_or(1.0, |(_, score)| *score);
        let results = memories
            .iter()
            .filter_map(|memory| {
                let of = |(slot, _): &&(Slot, f64)| open.records.get(*slot).is_some_and(|entry| entry.id == memory.id);
                let (_, score) = found.iter().find(of)?;
                let scopes = memory.draft.scopes.iter().filter(|scope| authority.covers(scope));
                Some(MemoryHit {
                    id: pairwise_id(open, subject, memory.id),
                    memory: memory.draft.text.clone(),
                    kind: memory.draft.kind,
                    scopes: scopes.map(ToString::to_string).collect(),
                    score: score / best,
                    created_at: format_rfc3339(memory.created).unwrap_or_default(),
                    provenance: HitProvenance { source: memory.provenance.channel, trust: memory.trust() },
                })
            })
            .collect();

        let used = grants_used(&open.records, &authority, &entries);
        let entry = ReceiptEntry::Released {
            query: params.query,
            records: memories.iter().map(|memory| memory.id).collect(),
            grants: used.iter().map(|grant| hex::encode(grant.id)).collect(),
            purpose: used.iter().find_map(|grant| grant.purpose.clone()),
        };
        let spent = spent(&used);
        let mut transaction = open.transaction(random);
        transaction.end_decisions(&spent);
        let receipt = transaction.receipt(now, subject, entry).map_err(OwnerError::from)?;
        // Nothing leaves before its receipt is durable.
        transaction.commit(store).await?;

        self.tell_spent(subject, &spent, effects);
        effects.push(Effect::Changed { topics: vec![Topic::Receipts] });
        Outcome::answer(&SearchResult { results, receipt_id: hex::encode(receipt) })
    }

    async fn propose(
        &mut self,
        subject: &Subject,
        request_id: &str,
        params: AddParams,
        effects: &mut Vec<Effect>,
    ) -> Result<Outcome, PageError> {
        if params.memories.is_empty() || params.memories.len() > MAX_ADD {
            return Err(PageError::invalid(format!("memories has 1 to {MAX_ADD} entries")));
        }
        let mut wanted = Vec::with_capacity(params.memories.len());
        for memory in params.memories {
            let scopes = memory.scopes.map(|names| named_scopes(names, "scopes")).transpose()?;
            wanted.push((memory.text, memory.kind, scopes));
        }

        let answered = self.session.answered.clone();
        self.told_if_locked(subject)?;
        let Ok(Parts { open, store, random, now }) = self.parts() else { return Err(PageError::unauthorized()) };
        let authority = authority(open, subject, Action::Add, now)?;
        let request =
            open.keys.equality.derive_id(&[b"request", subject.to_string().as_bytes(), request_id.as_bytes()]);
        let known = hex::encode(request);
        if let Some(Answered { result, .. }) = answered.into_iter().find(|answered| answered.request == known) {
            return Ok(Outcome::Answer(result));
        }
        let already: Vec<_> = open.inbox.iter().filter(|(_, waiting)| waiting.request == request).collect();
        if let Some((_, first)) = already.first() {
            let results = already.iter().map(|(id, _)| taken(open, subject, AddStatus::PendingReview, **id)).collect();
            return Outcome::answer(&AddResult { results, receipt_id: hex::encode(first.receipt) });
        }

        let mut drafts: Vec<Result<(MemoryId, Draft), Added>> = Vec::with_capacity(wanted.len());
        let mut room =
            MAX_WAITING.saturating_sub(open.inbox.values().filter(|waiting| waiting.subject == *subject).count());
        for (text, kind, scopes) in wanted {
            let scopes = match scopes {
                Some(scopes) => scopes,
                None => vec![sole_scope(&authority)?],
            };
            if !scopes.iter().all(|scope| authority.covers(scope)) {
                return Err(PageError::unauthorized());
            }
            let draft = Draft { text, kind, scopes, sensitivity: Sensitivity::Normal, expires: None }.normalised();
            let draft = match draft {
                Ok(draft) => draft,
                Err(error) => {
                    drafts.push(Err(rejected(error.to_string())));
                    continue;
                }
            };
            let words = open.keys.words.derive_id(draft.text.as_bytes());
            let same = open.inbox.iter().find(|(_, waiting)| waiting.subject == *subject && waiting.words == words);
            let same_here = drafts.iter().flatten().find(|(_, other)| other.text == draft.text);
            if let Some(id) = same.map(|(id, _)| *id).or(same_here.map(|(id, _)| *id)) {
                drafts.push(Err(taken(open, subject, AddStatus::Merged, id)));
            } else if room == 0 {
                drafts.push(Err(rejected(format!(
                    "{MAX_WAITING} proposals wait already: the person has to look at them first"
                ))));
            } else {
                room -= 1;
                drafts.push(Ok((MemoryId::new(now, random.make().map_err(OwnerError::from)?), draft)));
            }
        }

        let scopes = drafts.iter().flatten().flat_map(|(_, draft)| &draft.scopes);
        let used: Vec<_> = scopes.filter_map(|scope| authority.grant_for(scope)).collect();
        let spent = spent(&used);
        let mut transaction = open.transaction(random);
        transaction.end_decisions(&spent);
        let entry = ReceiptEntry::Proposed { records: drafts.iter().flatten().map(|(id, _)| *id).collect() };
        let receipt = transaction.receipt(now, subject, entry).map_err(OwnerError::from)?;
        let mut proposals = Vec::new();
        for (id, draft) in drafts.iter().flatten() {
            let proposal =
                Proposal { id: *id, subject: subject.clone(), draft: draft.clone(), received: now, request, receipt };
            let put = transaction.put(Space::Inbox, id.as_bytes(), &proposal, None).map_err(OwnerError::from)?;
            proposals.push((proposal, put));
        }
        let committed = transaction.commit(store).await?;
        for (proposal, put) in proposals {
            if let Some(stored) = committed.stored(put) {
                let waiting = open.waiting(&proposal, stored);
                open.inbox.insert(proposal.id, waiting);
            }
        }
        let results = drafts
            .into_iter()
            .map(|draft| match draft {
                Ok((id, _)) => taken(open, subject, AddStatus::PendingReview, id),
                Err(added) => added,
            })
            .collect();
        let outcome = Outcome::answer(&AddResult { results, receipt_id: hex::encode(receipt) })?;
        if let Outcome::Answer(result) = &outcome {
            self.session.remember_answer(known, result.clone());
        }
        self.tell_spent(subject, &spent, effects);
        effects.push(Effect::Changed { topics: vec![Topic::Inbox, Topic::Receipts] });
        Ok(outcome)
    }
}

/// Of the grants that an answer rests on, those that were for one answer.
fn spent(used: &[&Grant]) -> Vec<[u8; 16]> {
    used.iter().filter(|grant| grant.validity.duration == GrantDuration::Once).map(|grant| grant.id).collect()
}

/// The body that answers with an error.
pub(crate) fn error_body(error: &PageError) -> String {
    // An error of two strings and a number has a JSON form; were it not so, the code alone would still be told.
    let error = serde_json::to_string(error).unwrap_or_else(|_| r#"{"code":"unavailable","message":""}"#.to_owned());
    format!("{{\"error\":{error}}}")
}

/// A grant as its subject sees it.
fn page_grant(grant: &Grant) -> PageGrant {
    PageGrant {
        scopes: grant.terms.scopes.clone().into(),
        actions: grant.terms.actions.iter().copied().collect(),
        max_sensitivity: grant.max_sensitivity,
        duration: grant.validity.duration,
        expires_at: grant.validity.expires().and_then(format_rfc3339),
    }
}

/// Names of scopes as a set; `["*"]` is every scope.
pub(crate) fn scope_set(names: Vec<String>, field: &str) -> Result<ScopeSet, PageError> {
    if names.is_empty() || names.len() > MAX_SCOPES_PER_MEMORY {
        return Err(PageError::invalid(format!("{field} has 1 to {MAX_SCOPES_PER_MEMORY} names")));
    }
    ScopeSet::try_from(names).map_err(|error| PageError::invalid(format!("{field}: {error}")))
}

fn named_scopes(names: Vec<String>, field: &str) -> Result<Vec<Scope>, PageError> {
    match scope_set(names, field)? {
        ScopeSet::Named(scopes) => Ok(scopes.into_iter().collect()),
        ScopeSet::All => Err(PageError::invalid(format!("{field}: a memory stands in named scopes, not in all"))),
    }
}

fn authority<'a>(open: &'a Open, subject: &Subject, action: Action, now: u64) -> Result<Authority<'a>, PageError> {
    let grants = open.decisions.iter().filter_map(|(_, decision)| match decision {
        Decision::Grant(grant) => Some(grant),
        Decision::Denial(_) => None,
    });
    authorise(grants, subject, action, now, open.session).ok_or_else(PageError::unauthorized)
}

/// The grants that an answer rests on: those under which a record leaves; where none does, all that let the question in.
fn grants_used<'a>(records: &Records, authority: &Authority<'a>, released: &[&Entry]) -> Vec<&'a Grant> {
    let mut used: Vec<&Grant> = Vec::new();
    for grant in released.iter().filter_map(|entry| authority.release_under(records.facts(entry))) {
        if !used.iter().any(|other| other.id == grant.id) {
            used.push(grant);
        }
    }
    if used.is_empty() { authority.grants().to_vec() } else { used }
}

/// What a subject knows a record by; nobody else is given the same id for it.
fn pairwise_id(open: &Open, subject: &Subject, id: MemoryId) -> String {
    hex::encode(open.keys.pairwise.derive_id(&[subject.to_string().as_bytes(), id.as_bytes()]))
}

fn taken(open: &Open, subject: &Subject, status: AddStatus, id: MemoryId) -> Added {
    Added { status, id: Some(pairwise_id(open, subject, id)), reason: None }
}

fn rejected(reason: String) -> Added {
    Added { status: AddStatus::Rejected, id: None, reason: Some(reason) }
}

/// The scope where a proposal stands that names none.
fn sole_scope(authority: &Authority<'_>) -> Result<Scope, PageError> {
    let mut granted: Vec<Scope> = Vec::new();
    for grant in authority.grants() {
        match &grant.terms.scopes {
            ScopeSet::All => return Ok(Scope::general()),
            ScopeSet::Named(scopes) => granted.extend(scopes.iter().cloned()),
        }
    }
    granted.sort();
    granted.dedup();
    match granted.as_slice() {
        [scope] => Ok(scope.clone()),
        _ => Err(PageError::invalid("scopes: say where, as more than one scope is granted")),
    }
}

fn method(name: &str) -> Result<PageMethod, PageError> {
    let name = serde::de::value::StrDeserializer::<serde::de::value::Error>::new(name);
    serde::Deserialize::deserialize(name)
        .map_err(|_| PageError::new(PageErrorCode::Unsupported, "no such method: see memory.capabilities"))
}

fn params<T: DeserializeOwned>(params: Option<&RawValue>) -> Result<T, PageError> {
    parse(params.map_or("{}", RawValue::get), "params")
}

/// Strict JSON. serde's message names fields and types, and quotes at most the name of an unknown field: it goes back to the
/// one who sent it, and nowhere else.
fn parse<'a, T: serde::Deserialize<'a>>(text: &'a str, what: &str) -> Result<T, PageError> {
    serde_json::from_str(text).map_err(|error| {
        let detail: String = error.to_string().chars().take(200).collect();
        PageError::invalid(format!("{what} is not in form: {detail}"))
    })
}

fn capabilities() -> Capabilities {
    Capabilities {
        api: 1,
        methods: vec![
            PageMethod::Capabilities,
            PageMethod::PermissionsRequest,
            PageMethod::PermissionsQuery,
            PageMethod::PermissionsRevoke,
            PageMethod::Search,
            PageMethod::Add,
        ],
        limits: Limits {
            request_bytes: MAX_REQUEST_BYTES as u32,
            query_chars: MAX_QUERY_CHARS as u32,
            top_k: MAX_TOP_K,
            memories_per_add: MAX_ADD as u32,
            memory_bytes: MAX_TEXT_BYTES as u32,
        },
    }
}
