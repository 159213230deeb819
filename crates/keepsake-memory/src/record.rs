//! The record itself: what a person keeps, where it came from and how far it is trusted.

use serde::{Deserialize, Serialize};

use crate::{MemoryError, MemoryId, Millis, Scope, normal_line, normal_text};

/// The most scopes that one memory stands in.
pub const MAX_SCOPES_PER_MEMORY: usize = 16;

/// Of so many sources it is kept that they said what a memory says.
pub const MAX_SAID: usize = 16;

/// What sort of thing is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Something that is so.
    Fact,
    /// What the person likes, dislikes or wants done in a certain way.
    Preference,
    /// How the person wants to be answered.
    Instruction,
    /// Something that happened or will happen.
    Event,
    /// Something the person can do.
    Skill,
    /// Who someone is to the person.
    Relationship,
    /// What the person is working towards.
    Goal,
    /// Anything else.
    #[default]
    Note,
}

impl Kind {
    /// Every kind, in an order that is part of the stored format.
    pub const ALL: [Self; 8] = [
        Self::Fact,
        Self::Preference,
        Self::Instruction,
        Self::Event,
        Self::Skill,
        Self::Relationship,
        Self::Goal,
        Self::Note,
    ];
}

/// How careful to be in releasing a memory. The order is that of the variants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Sensitivity {
    /// Nothing to hide.
    #[default]
    Normal,
    /// About the person's life.
    Personal,
    /// Health, belief, money and the like.
    Sensitive,
    /// Given to no site and no extension.
    Secret,
}

impl Sensitivity {
    /// Every sensitivity, in an order that is part of the stored format.
    pub const ALL: [Self; 4] = [Self::Normal, Self::Personal, Self::Sensitive, Self::Secret];
}

/// How a memory came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The person wrote it in Keepsake.
    #[serde(rename = "self")]
    Own,
    /// A website wrote it, or the person took it from one.
    Site,
    /// Another extension wrote it.
    Extension,
    /// The person imported it.
    Import,
}

/// How far a text may be believed: derived from the channel, never declared. The order is from most to least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify, schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Trust {
    /// The person's own words.
    #[serde(rename = "self")]
    Own,
    /// Someone else's words that the person read and accepted.
    Confirmed,
    /// Taken over in bulk.
    Imported,
    /// Nobody has looked at it yet.
    Unreviewed,
}

/// Where a memory came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// How it came in.
    pub channel: Channel,
    /// Who or what it came from: a site's origin, an extension's id, a file's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// Whether the person saw and accepted the very text.
    pub reviewed: bool,
    /// Who else said it, and when they last did, the latest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Said>,
    /// Where in a conversation it was said, if it is of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<Turn>,
}

/// A place in a conversation: what stands beside it there tells what a short answer is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct Turn {
    /// The conversation, by an id of its own.
    pub conversation: MemoryId,
    /// Counts its turns. Those that are further apart than the next but one are no neighbours.
    pub position: u32,
}

/// Somebody said what a memory says already. It changes neither what the memory says nor how far it is believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// How it came in.
    pub channel: Channel,
    /// Who or what it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// When; milliseconds since 1970.
    pub at: Millis,
}

/// The source of a memory that is not the person's own words. Every field is one line of text from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// A site's origin, an extension's id or a file's name.
    pub source: String,
    /// The document's title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

impl Origin {
    /// A source with an optional title, each cut to one line of at most 300 characters.
    pub fn new(source: &str, title: Option<&str>) -> Self {
        let short = |text: &str| normal_line(text).chars().take(300).collect::<String>();
        Self { source: short(source), title: title.map(short).filter(|title| !title.is_empty()) }
    }
}

impl Provenance {
    /// What the person typed into Keepsake.
    pub fn own() -> Self {
        Self::of(Channel::Own, None, true)
    }

    /// What came in so, and nobody else has said.
    pub fn of(channel: Channel, origin: Option<Origin>, reviewed: bool) -> Self {
        Self { channel, origin, reviewed, also: Vec::new(), turn: None }
    }

    /// Notes that it was said again. Of each source the last time counts, and of too many sources the latest.
    pub fn note(&mut self, said: Said) {
        let at = match self.also.iter().position(|one| one.channel == said.channel && one.origin == said.origin) {
            Some(at) => self.also.remove(at).at.max(said.at),
            None => said.at,
        };
        self.also.push(Said { at, ..said });
        self.also.sort_by_key(|said| said.at);
        self.also.drain(..self.also.len().saturating_sub(MAX_SAID));
    }

    /// The trust that follows.
    pub fn trust(&self) -> Trust {
        match (self.channel, self.reviewed) {
            (Channel::Own, _) => Trust::Own,
            (Channel::Import, false) => Trust::Imported,
            (Channel::Site | Channel::Extension, false) => Trust::Unreviewed,
            (_, true) => Trust::Confirmed,
        }
    }
}

/// What a writer may say of a memory; everything else is the vault's to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct Draft {
    /// The words to keep, at most 16 KiB of UTF-8.
    pub text: String,
    /// What sort of thing it is.
    #[serde(default)]
    pub kind: Kind,
    /// The collections it stands in, 1 to 16.
    pub scopes: Vec<Scope>,
    /// How careful to be in releasing it.
    #[serde(default)]
    pub sensitivity: Sensitivity,
    /// When it is to be forgotten, where it is; milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Millis>,
    /// Since when it is so, where it says that; milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Millis>,
    /// Until when it is so, where it says that; milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Millis>,
}

impl Draft {
    /// A note in one scope.
    pub fn note(text: impl Into<String>, scope: Scope) -> Self {
        Self {
            text: text.into(),
            kind: Kind::Note,
            scopes: vec![scope],
            sensitivity: Sensitivity::Normal,
            expires: None,
            valid_from: None,
            valid_to: None,
        }
    }

    /// The draft in normal form: text normalised, scopes sorted and each once.
    pub fn normalised(mut self) -> Result<Self, MemoryError> {
        self.text = normal_text(&self.text)?;
        self.scopes.sort();
        self.scopes.dedup();
        if self.scopes.is_empty() || self.scopes.len() > MAX_SCOPES_PER_MEMORY {
            return Err(MemoryError::ScopeCount);
        }
        if self.valid_from.zip(self.valid_to).is_some_and(|(from, to)| from >= to) {
            return Err(MemoryError::BadValidity);
        }
        Ok(self)
    }
}

/// One memory, as it is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// Its identity inside the vault.
    pub id: MemoryId,
    /// Counts the edits, from 1; part of what the envelope is bound to.
    pub revision: u64,
    /// What the writer said, in normal form.
    pub draft: Draft,
    /// Where it came from.
    pub provenance: Provenance,
    /// When it was first kept, or when its source says it was.
    pub created: Millis,
    /// When it was last changed.
    pub updated: Millis,
}

impl Memory {
    /// A first revision from a draft.
    pub fn new(
        id: MemoryId,
        draft: Draft,
        provenance: Provenance,
        created: Millis,
        now: Millis,
    ) -> Result<Self, MemoryError> {
        Ok(Self { id, revision: 1, draft: draft.normalised()?, provenance, created, updated: now })
    }

    /// The next revision with other words.
    pub fn revised(&self, draft: Draft, now: Millis) -> Result<Self, MemoryError> {
        Ok(Self { revision: self.revision + 1, draft: draft.normalised()?, updated: now, ..self.clone() })
    }

    /// The next revision, of which somebody has said what it says. It was not changed by that: it is as old as before.
    pub fn said_again(&self, said: Said) -> Self {
        let mut next = Self { revision: self.revision + 1, ..self.clone() };
        next.provenance.note(said);
        next
    }

    /// How far it may be believed.
    pub fn trust(&self) -> Trust {
        self.provenance.trust()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(text: &str) -> Draft {
        Draft::note(text, Scope::general())
    }

    #[test]
    fn trust_follows_from_the_channel_and_the_review() {
        let from = |channel, reviewed| Provenance::of(channel, None, reviewed).trust();
        assert_eq!(from(Channel::Own, false), Trust::Own);
        assert_eq!(from(Channel::Site, false), Trust::Unreviewed);
        assert_eq!(from(Channel::Extension, false), Trust::Unreviewed);
        assert_eq!(from(Channel::Import, false), Trust::Imported);
        assert_eq!(from(Channel::Site, true), Trust::Confirmed);
    }

    #[test]
    fn a_draft_stands_in_at_least_one_scope_and_each_once() {
        let twice = Draft { scopes: vec![Scope::general(), Scope::general()], ..draft("tea") };
        assert_eq!(twice.normalised().unwrap().scopes.len(), 1);
        let none = Draft { scopes: vec![], ..draft("tea") };
        assert_eq!(none.normalised(), Err(MemoryError::ScopeCount));
    }

    #[test]
    fn what_is_so_ends_after_it_begins() {
        let so = |from, to| Draft { valid_from: from, valid_to: to, ..draft("tea") }.normalised().map(|_| ());
        assert_eq!(so(Some(1), Some(2)), Ok(()));
        assert_eq!(so(Some(2), None), Ok(()));
        assert_eq!(so(Some(2), Some(2)), Err(MemoryError::BadValidity));
    }

    #[test]
    fn an_edit_counts_and_keeps_what_it_does_not_change() {
        let first = Memory::new(MemoryId::new(1, [0; 10]), draft("tea"), Provenance::own(), 1, 1).unwrap();
        let second = first.revised(draft("coffee"), 9).unwrap();
        assert_eq!((second.revision, second.created, second.updated), (2, 1, 9));
        assert_eq!(second.id, first.id);
    }

    #[test]
    fn each_source_is_noted_once_and_the_latest_are_kept() {
        let from = |source: &str, at| Said { channel: Channel::Import, origin: Some(Origin::new(source, None)), at };
        let first = Memory::new(MemoryId::new(1, [0; 10]), draft("tea"), Provenance::own(), 1, 1).unwrap();
        let again =
            first.said_again(from("list.txt", 5)).said_again(from("other.txt", 6)).said_again(from("list.txt", 3));
        assert_eq!(again.provenance.also, [from("list.txt", 5), from("other.txt", 6)]);
        assert_eq!((again.revision, again.updated, again.trust()), (4, 1, Trust::Own));
        let many = (0..99).fold(first, |memory, n| memory.said_again(from(&n.to_string(), n)));
        assert_eq!(many.provenance.also.len(), MAX_SAID);
        assert_eq!(many.provenance.also.last(), Some(&from("98", 98)));
    }

    #[test]
    fn a_record_survives_its_serial_form() {
        let origin = Some(Origin::new("https://example.org", Some("A\ntitle")));
        let mut provenance = Provenance::of(Channel::Site, origin, false);
        provenance.note(Said { channel: Channel::Import, origin: Some(Origin::new("list.txt", None)), at: 5 });
        let memory = Memory::new(MemoryId::new(1, [0; 10]), draft("tea"), provenance, 1, 1).unwrap();
        let mut bytes = Vec::new();
        ciborium::into_writer(&memory, &mut bytes).unwrap();
        assert_eq!(ciborium::from_reader::<Memory, _>(bytes.as_slice()).unwrap(), memory);
    }
}
