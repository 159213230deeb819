//! What our own pages are shown of the vault and its memories.

use keepsake_memory::{
    Channel, Draft, Kind, ListLine, Memory, MemoryId, Millis, Said, Scope, Sensitivity, SkippedLine, Trust, Turn,
};
use serde::{Deserialize, Serialize};

use super::Fit;

/// Whether there is a vault and whether it can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum VaultState {
    /// There is none yet.
    None,
    /// There is one, and its key is not here.
    Locked,
    /// It can be read.
    Open,
}

/// The state of the vault. The counts are 0 unless it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct Status {
    /// Whether it can be read.
    pub state: VaultState,
    /// How many memories it holds.
    pub memories: u32,
    /// How many proposals wait.
    pub inbox: u32,
    /// How many receipts there are.
    pub receipts: u32,
    /// How many stored objects did not open or were not as the vault left them; 0 in a sound vault.
    pub damaged: u32,
    /// How many memories are set aside.
    pub aside: u32,
    /// How far everything is sealed anew under a new key, while it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation: Option<Progress>,
    /// How many memories the search knows, while it does not know all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<Progress>,
    /// Whether the person wanted to be reminded to take everything out, and it is time.
    pub backup_due: bool,
    /// Whether no subject is answered, as the person wants.
    pub paused: bool,
}

/// How far something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct Progress {
    /// How many objects are done.
    pub done: u32,
    /// How many there are in all.
    pub total: u32,
}

/// How long the memories of a scope are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct RetentionRule {
    /// The scope.
    pub scope: Scope,
    /// Days from when a memory was last written.
    pub days: u32,
}

/// How far a check is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct CheckProgress {
    /// How far.
    pub progress: Progress,
    /// Whether everything was looked at.
    pub finished: bool,
    /// What is not as the vault left it.
    pub found: Damage,
}

/// What is not as the vault left it; all 0 and `false` in a sound vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct Damage {
    /// The header is an older or another one: an old passphrase may open the vault again.
    pub header: bool,
    /// Memories that are lost, changed, or an older revision.
    pub memories: u32,
    /// Memories that the catalogue lost track of.
    pub uncatalogued: u32,
    /// Objects that nobody knows of.
    pub strays: u32,
    /// Proposals that do not open, or 1 where one is missing or was put back.
    pub proposals: u32,
    /// The same of grants and denials; none of them holds then.
    pub decisions: u32,
    /// Receipts that are lost or changed.
    pub receipts: u32,
}

/// What was put in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct Mended {
    /// Memories that are set aside now.
    pub set_aside: u32,
    /// Memories that the catalogue had lost and that are there again.
    pub recovered: u32,
    /// Objects that were nobody's and are erased.
    pub erased: u32,
}

/// A memory that is set aside: all that is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct AsideView {
    /// Its identity in the vault.
    pub id: MemoryId,
    /// What sort of thing it is.
    pub kind: Kind,
    /// Where it stood.
    pub scopes: Vec<Scope>,
    /// How careful to be with it.
    pub sensitivity: Sensitivity,
    /// When it was kept or its source says it was; milliseconds since 1970.
    pub created: Millis,
    /// When it was last changed; milliseconds since 1970.
    pub updated: Millis,
}

/// A part of what is set aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct AsidePage {
    /// How many are set aside in all.
    pub total: u32,
    /// The part that was asked for.
    pub items: Vec<AsideView>,
}

/// A part of what is taken out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct ExportPart {
    /// Whole lines of JSON.
    pub text: String,
    /// How far it is.
    pub progress: Progress,
    /// Whether this was the last.
    pub finished: bool,
}

/// When everything was last taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct Backup {
    /// When, if ever; milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exported: Option<Millis>,
    /// After how many days to remind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remind_days: Option<u32>,
    /// Whether it is time.
    pub due: bool,
}

/// What taking in an export would change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct RestorePreview {
    /// When it was taken out; milliseconds since 1970.
    pub exported: Millis,
    /// Memories that are not here.
    pub new: u32,
    /// Memories that are here in an older revision.
    pub newer: u32,
    /// Memories that are damaged here.
    pub repaired: u32,
    /// Memories that are here as they are, or in a newer revision, or whose very words are here.
    pub unchanged: u32,
    /// Memories that were forgotten here.
    pub forgotten: u32,
    /// Receipts that come along; 0 where the vault has receipts of its own.
    pub receipts: u32,
    /// Receipts that stay out, since the vault has receipts of its own or their chain does not hold.
    pub receipts_left: u32,
}

/// How far an export is taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct RestoreProgress {
    /// How far.
    pub progress: Progress,
    /// How many memories were taken in so far.
    pub taken: u32,
    /// Whether this was the last part.
    pub finished: bool,
}

/// How the vault is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct Protection {
    /// Minutes without keyboard and mouse after which the vault locks.
    pub idle_minutes: u32,
    /// When the passphrase was chosen; milliseconds since 1970.
    pub passphrase_made: Millis,
    /// When the recovery code was made, where there is one; milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovery_made: Option<Millis>,
    /// When the key that everything is sealed under was made; milliseconds since 1970.
    pub key_made: Millis,
    /// Whether everything is being sealed anew.
    pub rotating: bool,
}

/// A memory as our own pages show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct MemoryView {
    /// Its identity in the vault.
    pub id: MemoryId,
    /// Counts the edits, from 1.
    pub revision: u64,
    /// The words.
    pub text: String,
    /// What sort of thing it is.
    pub kind: Kind,
    /// Where it stands.
    pub scopes: Vec<Scope>,
    /// How careful to be with it.
    pub sensitivity: Sensitivity,
    /// How it came in.
    pub channel: Channel,
    /// Whether the person saw and accepted the very text.
    pub reviewed: bool,
    /// How far it may be believed; follows from the two above.
    pub trust: Trust,
    /// A site's origin, an extension's id or a file's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The source document's title.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_title: Option<String>,
    /// Who else said it, and when they last did, the latest last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub also: Vec<Said>,
    /// Where in a conversation it was said, if it is of one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub turn: Option<Turn>,
    /// When it was kept or its source says it was; milliseconds since 1970.
    pub created: Millis,
    /// When it was last changed; milliseconds since 1970.
    pub updated: Millis,
    /// When it is to be forgotten, where it says so itself; milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Millis>,
    /// Since when it is so, where it says that; milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<Millis>,
    /// Until when it is so, where it says that; milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Millis>,
}

impl From<&Memory> for MemoryView {
    fn from(memory: &Memory) -> Self {
        let origin = memory.provenance.origin.as_ref();
        Self {
            id: memory.id,
            revision: memory.revision,
            text: memory.draft.text.clone(),
            kind: memory.draft.kind,
            scopes: memory.draft.scopes.clone(),
            sensitivity: memory.draft.sensitivity,
            channel: memory.provenance.channel,
            reviewed: memory.provenance.reviewed,
            trust: memory.trust(),
            source: origin.map(|origin| origin.source.clone()),
            source_title: origin.and_then(|origin| origin.title.clone()),
            also: memory.provenance.also.clone(),
            turn: memory.provenance.turn,
            created: memory.created,
            updated: memory.updated,
            expires: memory.draft.expires,
            valid_from: memory.draft.valid_from,
            valid_to: memory.draft.valid_to,
        }
    }
}

impl MemoryView {
    /// What it says, to be written again.
    pub(crate) fn into_draft(self) -> Draft {
        let Self { text, kind, scopes, sensitivity, expires, valid_from, valid_to, .. } = self;
        Draft { text, kind, scopes, sensitivity, expires, valid_from, valid_to }
    }
}

/// A part of a list of memories.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct MemoryPage {
    /// How many there are in all.
    pub total: u32,
    /// The part that was asked for.
    pub items: Vec<MemoryView>,
    /// Why each of them was found, in their order; empty where nothing was looked for, or only briefly.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "typescript", tsify(optional))]
    pub fits: Vec<Fit>,
}

/// A scope and how much stands in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct CountedScope {
    /// Its name.
    pub name: Scope,
    /// How many memories.
    pub memories: u32,
}

/// What a text list holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct ListPreview {
    /// Its memories in its order.
    pub lines: Vec<PreviewLine>,
    /// Lines that hold none.
    pub skipped: Vec<SkippedLine>,
}

/// One memory of a list that is not kept yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct PreviewLine {
    /// The memory.
    pub line: ListLine,
    /// Whether the vault or the list above already holds these very words.
    pub duplicate: bool,
    /// Whether a memory with these very words was forgotten.
    pub forgotten: bool,
}

/// What came of an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct ImportReply {
    /// The new memories, in the order of the lines.
    pub ids: Vec<MemoryId>,
    /// Lines that were forgotten before and are passed over.
    pub passed_over: u32,
}
