//! Filters of subjects: checked strictly before anything is looked at, and tried on what the subject may see alone.

use keepsake_memory::{Channel, Kind, Memory, Millis, Scope, Trust, parse_moment};
use keepsake_policy::{Authority, ScopeSet};
use serde::de::DeserializeOwned;

use crate::api::{Condition, Filters, MomentTest, NameTest, PageError, TimeRange};
use crate::catalogue::Entry;
use crate::requests::scope_set;

/// How deep conditions may stand in each other.
pub(crate) const MAX_DEPTH: u32 = 8;

/// The most tests of one filter.
pub(crate) const MAX_TESTS: u32 = 64;

/// The most names of one test.
const MAX_NAMES: usize = 32;

/// The most characters to look for in a text.
const MAX_CONTAINED: usize = 200;

/// A filter in form.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    kinds: Option<Vec<Kind>>,
    /// The scopes that are looked in; every granted one where it is `None`.
    pub among: Option<ScopeSet>,
    created: Option<Span>,
    valid: Option<Span>,
    condition: Option<Checked>,
}

/// From a moment until before another.
#[derive(Debug, Clone, Copy)]
struct Span {
    from: Millis,
    to: Millis,
}

/// A condition in form.
#[derive(Debug)]
enum Checked {
    All(Vec<Checked>),
    Any(Vec<Checked>),
    Not(Box<Checked>),
    Kind(Names<Kind>),
    Scope(Names<Scope>),
    Source(Names<Channel>),
    Trust(Names<Trust>),
    Created(Moments),
    ValidFrom(Moments),
    ValidTo(Moments),
    /// In lower case.
    Contains(String),
}

#[derive(Debug)]
struct Names<T> {
    /// Of each of these lists one is there.
    one_of: Vec<Vec<T>>,
    /// None of these is there.
    none_of: Vec<T>,
}

#[derive(Debug, Default)]
struct Moments {
    eq: Option<Millis>,
    ne: Option<Millis>,
    gt: Option<Millis>,
    gte: Option<Millis>,
    lt: Option<Millis>,
    lte: Option<Millis>,
}

/// What a filter is tried on. Of a memory that is not read yet only the catalogue's part is known.
struct Facts<'a> {
    kind: Kind,
    created: Millis,
    scopes: &'a [Scope],
    authority: &'a Authority<'a>,
    memory: Option<&'a Memory>,
}

impl<'a> Facts<'a> {
    /// The scopes that the subject may know of. Worked out where a filter asks for them: most questions have none.
    fn told(&self) -> impl Iterator<Item = &'a Scope> + Clone {
        let authority = self.authority;
        self.scopes.iter().filter(move |scope| authority.covers(scope))
    }
}

impl Filter {
    /// Brings a subject's filters in form.
    pub fn check(filters: Filters) -> Result<Self, PageError> {
        let Filters { kinds, scopes, created, valid, condition } = filters;
        let mut tests = 0;
        Ok(Self {
            kinds,
            among: scopes.map(|names| scope_set(names, "filters.scopes")).transpose()?,
            created: created.map(|range| Span::check(&range, "filters.created")).transpose()?,
            valid: valid.map(|range| Span::check(&range, "filters.valid")).transpose()?,
            condition: condition.map(|condition| Checked::check(condition, 1, &mut tests)).transpose()?,
        })
    }

    /// Whether everything passes.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_none()
            && self.among.is_none()
            && self.created.is_none()
            && self.valid.is_none()
            && self.condition.is_none()
    }

    /// What a memory's entry tells: whether it passes, or `None` where that takes its words.
    pub fn on_entry(&self, entry: &Entry, scopes: &[Scope], authority: &Authority<'_>) -> Option<bool> {
        let facts = Facts { kind: entry.kind, created: entry.created, scopes, authority, memory: None };
        self.tried_on(&facts)
    }

    /// Whether a memory passes.
    pub fn on_memory(&self, memory: &Memory, authority: &Authority<'_>) -> bool {
        let (draft, created) = (&memory.draft, memory.created);
        let facts = Facts { kind: draft.kind, created, scopes: &draft.scopes, authority, memory: Some(memory) };
        self.tried_on(&facts) == Some(true)
    }

    /// Whether entries alone never tell.
    pub fn needs_memories(&self) -> bool {
        self.valid.is_some() || self.condition.as_ref().is_some_and(Checked::needs_memories)
    }

    fn tried_on(&self, facts: &Facts<'_>) -> Option<bool> {
        let known = self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&facts.kind))
            && self.among.as_ref().is_none_or(|among| facts.told().any(|scope| among.contains(scope)))
            && self.created.is_none_or(|span| span.holds(seconds(facts.created)));
        let valid = self.valid.map_or(Some(true), |span| facts.memory.map(|memory| span.meets(memory)));
        let condition = self.condition.as_ref().map_or(Some(true), |condition| condition.tried_on(facts));
        all([Some(known), valid, condition])
    }
}

/// A moment as subjects are told it: to the second.
fn seconds(at: Millis) -> Millis {
    at - at % 1000
}

impl Span {
    fn check(range: &TimeRange, field: &str) -> Result<Self, PageError> {
        if range.from.is_none() && range.to.is_none() {
            return Err(PageError::invalid(format!("{field} has from, to or both")));
        }
        let from = range.from.as_deref().map(|text| moment(text, field)).transpose()?.unwrap_or(0);
        let to = range.to.as_deref().map(|text| moment(text, field)).transpose()?.unwrap_or(Millis::MAX);
        Ok(Self { from, to })
    }

    fn holds(self, at: Millis) -> bool {
        (self.from..self.to).contains(&at)
    }

    /// Whether the memory is valid at some moment of the span.
    fn meets(self, memory: &Memory) -> bool {
        memory.draft.valid_from.is_none_or(|from| seconds(from) < self.to)
            && memory.draft.valid_to.is_none_or(|to| seconds(to) > self.from)
            && self.from < self.to
    }
}

impl Checked {
    fn check(condition: Condition, depth: u32, tests: &mut u32) -> Result<Self, PageError> {
        if depth > MAX_DEPTH {
            return Err(PageError::invalid(format!("filters.where is at most {MAX_DEPTH} deep")));
        }
        *tests += 1;
        if *tests > MAX_TESTS {
            return Err(PageError::invalid(format!("filters.where has at most {MAX_TESTS} tests")));
        }
        let several = |conditions: Vec<Condition>, tests: &mut u32| {
            if conditions.is_empty() {
                return Err(PageError::invalid("filters.where: AND and OR take at least one condition"));
            }
            conditions.into_iter().map(|one| Self::check(one, depth + 1, tests)).collect::<Result<Vec<_>, _>>()
        };
        Ok(match condition {
            Condition::And(conditions) => Self::All(several(conditions, tests)?),
            Condition::Or(conditions) => Self::Any(several(conditions, tests)?),
            Condition::Not(condition) => Self::Not(Box::new(Self::check(*condition, depth + 1, tests)?)),
            Condition::Kind(test) => Self::Kind(Names::check(test, "kind")?),
            Condition::Scope(test) => Self::Scope(Names::check(test, "scope")?),
            Condition::Source(test) => Self::Source(Names::check(test, "source")?),
            Condition::Trust(test) => Self::Trust(Names::check(test, "trust")?),
            Condition::CreatedAt(test) => Self::Created(Moments::check(&test, "created_at")?),
            Condition::ValidFrom(test) => Self::ValidFrom(Moments::check(&test, "valid_from")?),
            Condition::ValidTo(test) => Self::ValidTo(Moments::check(&test, "valid_to")?),
            Condition::Text(test) => {
                let length = test.contains.chars().count();
                if !(1..=MAX_CONTAINED).contains(&length) {
                    let message = format!("filters.where: text contains 1 to {MAX_CONTAINED} characters");
                    return Err(PageError::invalid(message));
                }
                Self::Contains(test.contains.to_lowercase())
            }
        })
    }

    fn needs_memories(&self) -> bool {
        match self {
            Self::All(conditions) | Self::Any(conditions) => conditions.iter().any(Self::needs_memories),
            Self::Not(condition) => condition.needs_memories(),
            Self::Kind(_) | Self::Scope(_) | Self::Created(_) => false,
            Self::Source(_) | Self::Trust(_) | Self::ValidFrom(_) | Self::ValidTo(_) | Self::Contains(_) => true,
        }
    }

    /// Kleene's logic: `None` is not known yet.
    fn tried_on(&self, facts: &Facts<'_>) -> Option<bool> {
        match self {
            Self::All(conditions) => all(conditions.iter().map(|condition| condition.tried_on(facts))),
            Self::Any(conditions) => {
                let not = |condition: &Self| condition.tried_on(facts).map(core::ops::Not::not);
                all(conditions.iter().map(not)).map(core::ops::Not::not)
            }
            Self::Not(condition) => condition.tried_on(facts).map(core::ops::Not::not),
            Self::Kind(names) => Some(names.hold([&facts.kind])),
            Self::Scope(names) => Some(names.hold(facts.told())),
            Self::Source(names) => facts.memory.map(|memory| names.hold([&memory.provenance.channel])),
            Self::Trust(names) => facts.memory.map(|memory| names.hold([&memory.trust()])),
            Self::Created(moments) => Some(moments.hold(Some(facts.created))),
            Self::ValidFrom(moments) => facts.memory.map(|memory| moments.hold(memory.draft.valid_from)),
            Self::ValidTo(moments) => facts.memory.map(|memory| moments.hold(memory.draft.valid_to)),
            Self::Contains(words) => facts.memory.map(|memory| memory.draft.text.to_lowercase().contains(words)),
        }
    }
}

/// False where one is false, else not known where one is not.
fn all(tried: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let mut known = Some(true);
    for one in tried {
        match one {
            Some(false) => return Some(false),
            Some(true) => {}
            None => known = None,
        }
    }
    known
}

impl<T: DeserializeOwned + PartialEq> Names<T> {
    fn check(test: NameTest, field: &str) -> Result<Self, PageError> {
        let NameTest { eq, ne, one_of, none_of } = test;
        let named = |name: String| {
            let name = serde::de::value::StringDeserializer::<serde::de::value::Error>::new(name);
            T::deserialize(name).map_err(|_| PageError::invalid(format!("filters.where: this is no {field}")))
        };
        let list = |names: Vec<String>| {
            if names.is_empty() || names.len() > MAX_NAMES {
                return Err(PageError::invalid(format!("filters.where: {field} is in 1 to {MAX_NAMES} names")));
            }
            names.into_iter().map(named).collect::<Result<Vec<_>, _>>()
        };
        if eq.is_none() && ne.is_none() && one_of.is_none() && none_of.is_none() {
            return Err(PageError::invalid(format!("filters.where: {field} takes eq, ne, in or nin")));
        }
        let one_of = one_of.into_iter().chain(eq.map(|name| vec![name])).map(list).collect::<Result<_, _>>()?;
        let none_of: Vec<Vec<T>> =
            none_of.into_iter().chain(ne.map(|name| vec![name])).map(list).collect::<Result<_, _>>()?;
        Ok(Self { one_of, none_of: none_of.into_iter().flatten().collect() })
    }

    fn hold<'a>(&self, there: impl IntoIterator<Item = &'a T> + Clone) -> bool
    where
        T: 'a,
    {
        self.one_of.iter().all(|names| there.clone().into_iter().any(|name| names.contains(name)))
            && !there.into_iter().any(|name| self.none_of.contains(name))
    }
}

impl Moments {
    fn check(test: &MomentTest, field: &str) -> Result<Self, PageError> {
        let read = |text: &Option<String>| text.as_deref().map(|text| moment(text, field)).transpose();
        let MomentTest { eq, ne, gt, gte, lt, lte } = test;
        if [eq, ne, gt, gte, lt, lte].iter().all(|text| text.is_none()) {
            return Err(PageError::invalid(format!("filters.where: {field} takes eq, ne, gt, gte, lt or lte")));
        }
        Ok(Self { eq: read(eq)?, ne: read(ne)?, gt: read(gt)?, gte: read(gte)?, lt: read(lt)?, lte: read(lte)? })
    }

    /// No test holds of a moment that is not there.
    fn hold(&self, at: Option<Millis>) -> bool {
        let Some(at) = at.map(seconds) else { return false };
        self.eq.is_none_or(|eq| at == seconds(eq))
            && self.ne.is_none_or(|ne| at != seconds(ne))
            && self.gt.is_none_or(|gt| at > gt)
            && self.gte.is_none_or(|gte| at >= gte)
            && self.lt.is_none_or(|lt| at < lt)
            && self.lte.is_none_or(|lte| at <= lte)
    }
}

/// A moment in RFC 3339.
pub(crate) fn moment(text: &str, field: &str) -> Result<Millis, PageError> {
    let wrong = || PageError::invalid(format!("{field}: a moment is in RFC 3339, such as 2026-01-15T09:30:00Z"));
    parse_moment(text).ok_or_else(wrong)
}
