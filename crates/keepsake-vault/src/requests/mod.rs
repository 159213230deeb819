//! The one function that decides what a subject gets, and the methods of the page API behind it.

mod changing;
mod context;
mod cursor;
mod finding;
mod question;
mod release;
mod sight;
mod writing;

use keepsake_crypto::Primitives;
use keepsake_memory::{MAX_SCOPES_PER_MEMORY, MAX_TEXT_BYTES, format_rfc3339};
use keepsake_policy::{Action, Authority, Grant, ScopeSet, Subject, SubjectRule, Verdict, authorise};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

pub(crate) use self::finding::{Found, Reading};
pub(crate) use self::question::Asked;
pub(crate) use self::release::Content;
pub(crate) use self::writing::provenance;
use crate::api::*;
use crate::filter::{MAX_DEPTH, MAX_TESTS};
use crate::format::Decision;
use crate::open::Open;
use crate::vault::Vault;
use crate::{Clock, Store};

/// The longest request, in UTF-8 bytes of its JSON form.
pub const MAX_REQUEST_BYTES: usize = 256 * 1024;

/// What a method comes to.
pub(crate) enum Outcome {
    /// The answer, as JSON.
    Answer(String),
    /// The person is asked first.
    Asked,
    /// Nobody wants the answer any more.
    GivenUp,
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
        self.running.begin(&subject, request_id);
        let answer = match self.decide(&subject, request_id, body, &mut effects).await {
            Ok(Outcome::Answer(result)) => Some(format!("{{\"result\":{result}}}")),
            Ok(Outcome::Asked | Outcome::GivenUp) => None,
            Err(error) => Some(error_body(&error)),
        };
        self.running.end();
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
                let grants = self.page_grants(subject);
                if !grants.is_empty() {
                    self.let_in(subject)?;
                }
                Outcome::answer(&PermissionsResult { grants })
            }
            PageMethod::PermissionsRevoke => {
                params::<NoParams>(request.params)?;
                self.told_if_locked(subject)?;
                let revoked = match self.open {
                    Some(_) => self.revoke_all(subject, true, effects).await?.ended,
                    None => 0,
                };
                Outcome::answer(&RevokeResult { revoked })
            }
            PageMethod::Search => {
                let asked = Asked::Search(params(request.params)?);
                self.release(subject, request_id, asked, effects).await
            }
            PageMethod::Context => {
                let asked = Asked::Context(params(request.params)?);
                self.release(subject, request_id, asked, effects).await
            }
            PageMethod::Get => {
                let asked = Asked::Get(params(request.params)?);
                self.release(subject, request_id, asked, effects).await
            }
            PageMethod::List => {
                let asked = Asked::List(params(request.params)?);
                self.release(subject, request_id, asked, effects).await
            }
            PageMethod::Add => self.add(subject, request_id, params(request.params)?, effects).await,
            PageMethod::Update => self.update(subject, request_id, params(request.params)?, effects).await,
            PageMethod::Delete => self.delete(subject, request_id, params(request.params)?, effects).await,
        }
    }

    /// Whether a subject may go on to what its grants say. A locked vault and a pause are facts that only a subject with a
    /// grant may learn.
    pub(crate) fn let_in(&self, subject: &Subject) -> Result<(), PageError> {
        self.told_if_locked(subject)?;
        match &self.open {
            Some(open) if open.is_paused(subject) => {
                let holds = open.live_grants(self.clock.now()).any(|grant| grant.subject == *subject);
                Err(if holds { PageError::paused() } else { PageError::unauthorized() })
            }
            _ => Ok(()),
        }
    }

    /// A locked vault is a fact that only a subject with a grant may learn.
    fn told_if_locked(&self, subject: &Subject) -> Result<(), PageError> {
        let may_know = self.open.is_none() && self.session.holds_grant(subject, self.clock.now());
        if may_know { Err(PageError::locked()) } else { Ok(()) }
    }

    /// The subject's own grants that hold now; none while the vault is not open.
    pub(crate) fn page_grants(&self, subject: &Subject) -> Vec<PageGrant> {
        let Some(open) = &self.open else { return Vec::new() };
        let own = open.live_grants(self.clock.now()).filter(|grant| grant.subject == *subject);
        let each_time = open.rule(subject).is_some_and(|rule| rule.each_time);
        own.map(|grant| page_grant(grant, each_time)).collect()
    }
}

impl Open {
    /// The rule for a subject, where there is one.
    pub(crate) fn rule(&self, subject: &Subject) -> Option<&SubjectRule> {
        self.decisions.iter().find_map(|(_, decision)| match decision {
            Decision::Rule(rule) if rule.rule.subject == *subject => Some(&rule.rule),
            _ => None,
        })
    }

    /// Whether the subject is not answered for now.
    pub(crate) fn is_paused(&self, subject: &Subject) -> bool {
        self.manifest.paused || self.rule(subject).is_some_and(|rule| rule.paused)
    }
}

/// The body that answers with an error.
pub(crate) fn error_body(error: &PageError) -> String {
    // An error of two strings and a number has a JSON form; were it not so, the code alone would still be told.
    let error = serde_json::to_string(error).unwrap_or_else(|_| r#"{"code":"unavailable","message":""}"#.to_owned());
    format!("{{\"error\":{error}}}")
}

/// A grant as its subject sees it.
fn page_grant(grant: &Grant, each_time: bool) -> PageGrant {
    PageGrant {
        scopes: grant.terms.scopes.clone().into(),
        actions: grant.terms.actions.iter().copied().collect(),
        kinds: grant.kinds.as_ref().map(|kinds| kinds.iter().copied().collect()),
        max_sensitivity: grant.max_sensitivity,
        daily_budget: grant.daily_budget,
        each_time: grant.each_time || each_time,
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

/// What a subject may do with an action now; an error where that is nothing.
pub(crate) fn authority<'a>(
    open: &'a Open,
    subject: &Subject,
    action: Action,
    now: u64,
) -> Result<Authority<'a>, PageError> {
    let grants = open.decisions.iter().filter_map(|(_, decision)| match decision {
        Decision::Grant(grant) => Some(grant),
        Decision::Denial(_) | Decision::Rule(_) => None,
    });
    authorise(grants, subject, action, now, open.session).ok_or_else(PageError::unauthorized)
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
        methods: PageMethod::ALL.into(),
        limits: Limits {
            request_bytes: MAX_REQUEST_BYTES as u32,
            query_chars: question::MAX_QUERY_CHARS as u32,
            top_k: question::MAX_TOP_K,
            memories_per_add: writing::MAX_ADD as u32,
            memory_bytes: MAX_TEXT_BYTES as u32,
            token_budget: context::TOKEN_BUDGET,
            memories_per_list: question::MAX_LIST,
            filter_depth: MAX_DEPTH,
            filter_tests: MAX_TESTS,
        },
    }
}
