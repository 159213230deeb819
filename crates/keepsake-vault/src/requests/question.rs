//! What a subject wants to know, in form: everything that can be said of a request before the vault is looked at.

use keepsake_policy::Action;
use serde::{Deserialize, Serialize};

use super::context::TOKEN_BUDGET;
use super::cursor::Position;
use crate::api::*;
use crate::filter::Filter;

pub(super) const MAX_QUERY_CHARS: usize = 1000;
const DEFAULT_TOP_K: u32 = 5;
pub(super) const MAX_TOP_K: u32 = 50;
const DEFAULT_LIST: u32 = 20;
pub(super) const MAX_LIST: u32 = 100;

/// A request for memories as it came; kept while the person is asked what of it may leave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "method", content = "params", rename_all = "snake_case")]
pub(crate) enum Asked {
    /// `memory.search`
    Search(SearchParams),
    /// `memory.context`
    Context(ContextParams),
    /// `memory.get`
    Get(GetParams),
    /// `memory.list`
    List(ListParams),
}

/// The same in form.
pub(crate) struct Question {
    pub method: PageMethod,
    /// What a grant must allow.
    pub action: Action,
    pub filter: Filter,
    /// How many memories at most.
    pub limit: usize,
    pub what: What,
}

/// Which memories.
pub(crate) enum What {
    /// Those that fit a question best.
    Fitting(String),
    /// The same, as many as have room in a block.
    Block { query: String, format: ContextFormat, token_budget: u32 },
    /// One, by the subject's own name for it.
    One([u8; 16]),
    /// All, the newest first, from a position on.
    Newest(Option<Position>),
}

impl Question {
    /// The question in words; empty where there is none.
    pub fn query(&self) -> &str {
        match &self.what {
            What::Fitting(query) | What::Block { query, .. } => query,
            What::One(_) | What::Newest(_) => "",
        }
    }
}

impl Asked {
    /// Brings the request in form, or says why it is not.
    pub fn check(&self) -> Result<Question, PageError> {
        match self.clone() {
            Self::Search(SearchParams { query, top_k, filters }) => Ok(Question {
                method: PageMethod::Search,
                action: Action::Search,
                limit: count(top_k, DEFAULT_TOP_K, MAX_TOP_K, "top_k")?,
                filter: Filter::check(filters.unwrap_or_default())?,
                what: What::Fitting(in_words(query)?),
            }),
            Self::Context(ContextParams { query, token_budget, format, filters }) => {
                let [least, most] = TOKEN_BUDGET;
                if !(least..=most).contains(&token_budget) {
                    return Err(PageError::invalid(format!("token_budget is {least} to {most}")));
                }
                Ok(Question {
                    method: PageMethod::Context,
                    action: Action::Search,
                    limit: MAX_TOP_K as usize,
                    filter: Filter::check(filters.unwrap_or_default())?,
                    what: What::Block { query: in_words(query)?, format, token_budget },
                })
            }
            Self::Get(GetParams { id }) => Ok(Question {
                method: PageMethod::Get,
                action: Action::Read,
                limit: 1,
                filter: Filter::default(),
                what: What::One(own_name(&id)?),
            }),
            Self::List(ListParams { scope, filters, cursor, limit }) => {
                let mut filters = filters.unwrap_or_default();
                if let Some(scope) = scope {
                    if filters.scopes.is_some() {
                        return Err(PageError::invalid("say scope or filters.scopes, not both"));
                    }
                    filters.scopes = Some(vec![scope]);
                }
                Ok(Question {
                    method: PageMethod::List,
                    action: Action::Read,
                    limit: count(limit, DEFAULT_LIST, MAX_LIST, "limit")?,
                    filter: Filter::check(filters)?,
                    what: What::Newest(cursor.as_deref().map(Position::read).transpose()?),
                })
            }
        }
    }
}

/// What a subject calls a memory or a proposal.
pub(super) fn own_name(id: &str) -> Result<[u8; 16], PageError> {
    let mut name = [0; 16];
    let in_form = !id.bytes().any(|c| c.is_ascii_uppercase()) && hex::decode_to_slice(id, &mut name).is_ok();
    if in_form { Ok(name) } else { Err(PageError::invalid("id has 32 hexadecimal digits")) }
}

fn in_words(query: String) -> Result<String, PageError> {
    if query.trim().is_empty() || query.chars().count() > MAX_QUERY_CHARS {
        return Err(PageError::invalid(format!("query has 1 to {MAX_QUERY_CHARS} characters")));
    }
    Ok(query)
}

fn count(asked: Option<u32>, default: u32, most: u32, field: &str) -> Result<usize, PageError> {
    let count = asked.unwrap_or(default);
    if !(1..=most).contains(&count) {
        return Err(PageError::invalid(format!("{field} is 1 to {most}")));
    }
    Ok(count as usize)
}
