//! What our own pages may say to the vault, and what it answers. No website's message is ever read as one of these.

use keepsake_memory::{
    Channel, Draft, Kind, ListLine, Memory, MemoryId, Millis, Scope, Sensitivity, SkippedLine, Trust,
};
use keepsake_policy::{Action, GrantDuration, Subject};
use serde::{Deserialize, Serialize};

/// The person's commands to an open vault; `status` and `capture` also go to a locked one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(tag = "command", rename_all = "snake_case", deny_unknown_fields)]
pub enum Command {
    /// What state the vault is in.
    Status,
    /// Keep something new.
    MemoryAdd {
        /// What to keep.
        draft: Draft,
    },
    /// Change a memory.
    MemoryEdit {
        /// Which.
        id: MemoryId,
        /// The revision that the person looked at; a later one in the vault is a conflict.
        revision: u64,
        /// What it is to say.
        draft: Draft,
    },
    /// Delete memories; absent ones are passed over.
    MemoryDelete {
        /// Which.
        ids: Vec<MemoryId>,
    },
    /// Undo a deletion.
    MemoryRestore {
        /// What was deleted, as `memory_delete` answered it.
        memories: Vec<MemoryView>,
    },
    /// One memory.
    MemoryGet {
        /// Which.
        id: MemoryId,
    },
    /// List memories, newest first, or by fit where there is a query.
    MemoryList {
        /// Words to look for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        query: Option<String>,
        /// Only in this scope.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scope: Option<Scope>,
        /// Only of this kind.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kind: Option<Kind>,
        /// How many to pass over.
        offset: u32,
        /// How many to list, at most 500.
        limit: u32,
    },
    /// The scopes that memories stand in.
    Scopes,
    /// Read a text list without keeping anything.
    ListPreview {
        /// The list.
        text: String,
    },
    /// Keep lines of a list, all or none of this call's; at most 5,000 a call.
    MemoryImport {
        /// The file's name, or what else the person calls the source.
        source: String,
        /// Where they shall stand.
        scope: Scope,
        /// What sort of thing they are.
        kind: Kind,
        /// How careful to be with them.
        sensitivity: Sensitivity,
        /// The lines, as `list_preview` answered them.
        lines: Vec<ListLine>,
        /// Whether to keep also what was forgotten before; else such lines are passed over.
        #[serde(default)]
        bring_back: bool,
    },
    /// Keep a selection of a page; a locked vault holds it until it is unlocked.
    Capture {
        /// What was selected.
        text: String,
        /// The page's origin.
        source: String,
        /// The page's title.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        title: Option<String>,
    },
    /// What waits for the person, oldest first.
    Inbox {
        /// How many to pass over.
        offset: u32,
        /// How many to list, at most 500.
        limit: u32,
    },
    /// Keep what waits.
    InboxAccept {
        /// Which.
        ids: Vec<MemoryId>,
        /// What to keep instead, for one alone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        draft: Option<Draft>,
    },
    /// Drop what waits.
    InboxDecline {
        /// Which.
        ids: Vec<MemoryId>,
    },
    /// Undo a decline.
    InboxRestore {
        /// What was declined, as `inbox_decline` answered it.
        items: Vec<InboxView>,
    },
    /// Every grant and denial that holds.
    Grants,
    /// The grants and denials of one subject.
    SubjectGrants {
        /// Whose.
        subject: Subject,
    },
    /// End one grant or lift one denial.
    GrantRevoke {
        /// 32 hexadecimal digits.
        id: String,
    },
    /// End everything of one subject.
    SubjectRevoke {
        /// Whose.
        subject: Subject,
    },
    /// What left and what was decided, newest first.
    Receipts {
        /// How many to pass over.
        offset: u32,
        /// How many to list, at most 500.
        limit: u32,
    },
    /// How the vault is protected.
    Protection,
    /// Lock after other idle minutes.
    IdleChange {
        /// 1 to 240.
        minutes: u32,
    },
    /// Make a recovery code; it takes the place of the one before, and is answered this once.
    RecoveryMake,
    /// After how many days the memories of each scope are forgotten.
    Retention,
    /// Say after how many days the memories of a scope are forgotten.
    RetentionSet {
        /// Which scope.
        scope: Scope,
        /// 1 to 36,500, counted from when a memory was last written; without it they are kept.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        days: Option<u32>,
        /// Only tell what it would forget now.
        #[serde(default)]
        preview: bool,
    },
    /// Do a little of what is to be done without being asked for: to be called until there is no more.
    Tidy,
    /// Look through everything that is stored, a part a call: to be called until it is finished.
    Check {
        /// Begin anew.
        restart: bool,
    },
    /// Put in order what the last check found: set damaged memories aside, take in memories that the catalogue lost, erase
    /// what is nobody's.
    CheckMend,
    /// Memories that are set aside, since what is stored of them is not what was written.
    Aside {
        /// How many to pass over.
        offset: u32,
        /// How many to list, at most 500.
        limit: u32,
    },
    /// Forget memories that are set aside.
    AsideForget {
        /// Which.
        ids: Vec<MemoryId>,
    },
    /// Begin to take everything out.
    ExportStart,
    /// The next part of what is taken out: to be called until it is finished.
    ExportPart,
    /// It is kept somewhere: no reminder until the next is due.
    ExportDone,
    /// When everything was last taken out, and whether to remind of it.
    Backup,
    /// Remind to take everything out.
    BackupRemind {
        /// After how many days, 1 to 366; never without it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        days: Option<u32>,
    },
    /// Begin to take in what was taken out; the bytes come apart from commands.
    RestoreStart,
    /// What taking it in would change, once all of it is read.
    RestorePreview,
    /// Take in a part: to be called until it is finished.
    RestoreStep {
        /// Whether to take in also what was forgotten here.
        bring_back: bool,
    },
    /// Forget what was read.
    RestoreDrop,
    /// What a subject asks for.
    Consent {
        /// 32 hexadecimal digits.
        id: String,
    },
    /// The records that would leave.
    ConsentRecords {
        /// 32 hexadecimal digits.
        id: String,
        /// Of the asked scopes, those that the person means to grant.
        scopes: Vec<String>,
        /// Up to which sensitivity.
        max_sensitivity: Sensitivity,
        /// Only those with these words, by fit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        query: Option<String>,
        /// How many to pass over.
        offset: u32,
        /// How many to list, at most 500.
        limit: u32,
    },
    /// Answer what a subject asks for.
    ConsentDecide {
        /// 32 hexadecimal digits.
        id: String,
        /// The answer.
        decision: ConsentDecision,
    },
}

/// What the person says to a consent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(tag = "decision", rename_all = "snake_case", deny_unknown_fields)]
pub enum ConsentDecision {
    /// Let it in.
    Allow {
        /// How long.
        duration: GrantDuration,
        /// Of the asked scopes, those that are granted; at least one.
        scopes: Vec<String>,
        /// Up to which sensitivity; `secret` is refused.
        max_sensitivity: Sensitivity,
        /// Records that were unticked.
        except: Vec<MemoryId>,
    },
    /// Keep it out.
    Deny {
        /// `once` says no to this request alone; anything else stores a denial.
        duration: GrantDuration,
    },
}

/// The answer to a command, under the command's name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(tag = "command", content = "reply", rename_all = "snake_case")]
pub enum Reply {
    /// The state.
    Status(Status),
    /// What was kept.
    MemoryAdd(MemoryView),
    /// What it says now.
    MemoryEdit(MemoryView),
    /// What was deleted.
    MemoryDelete(Vec<MemoryView>),
    /// How many are there again.
    MemoryRestore(u32),
    /// What it says.
    MemoryGet(MemoryView),
    /// A part of the list.
    MemoryList(MemoryPage),
    /// By name.
    Scopes(Vec<CountedScope>),
    /// What the list holds.
    ListPreview(ListPreview),
    /// What was kept.
    MemoryImport(ImportReply),
    /// Whether it was kept now (`true`) or waits for the unlock (`false`).
    Capture(bool),
    /// A part of the inbox.
    Inbox(InboxPage),
    /// What was kept.
    InboxAccept(Vec<MemoryView>),
    /// What was dropped.
    InboxDecline(Vec<InboxView>),
    /// How many wait again.
    InboxRestore(u32),
    /// All.
    Grants(SubjectGrants),
    /// Of one subject.
    SubjectGrants(SubjectGrants),
    /// How many ended.
    GrantRevoke(u32),
    /// How many ended.
    SubjectRevoke(u32),
    /// A part of the receipts.
    Receipts(ReceiptPage),
    /// As it is now.
    Protection(Protection),
    /// As it is now.
    IdleChange(Protection),
    /// In 7 groups of 4 characters.
    RecoveryMake(String),
    /// By scope.
    Retention(Vec<RetentionRule>),
    /// How many memories it forgets now.
    RetentionSet(u32),
    /// Whether there is more to do.
    Tidy(bool),
    /// How far it is, and what was found so far.
    Check(CheckProgress),
    /// What was done.
    CheckMend(Mended),
    /// A part of them.
    Aside(AsidePage),
    /// How many were forgotten.
    AsideForget(u32),
    /// How much there is.
    ExportStart(Progress),
    /// A part.
    ExportPart(ExportPart),
    /// As it is now.
    ExportDone(Backup),
    /// As it is now.
    Backup(Backup),
    /// As it is now.
    BackupRemind(Backup),
    /// It may come.
    RestoreStart,
    /// What it would change.
    RestorePreview(RestorePreview),
    /// How far it is.
    RestoreStep(RestoreProgress),
    /// It is forgotten.
    RestoreDrop,
    /// What is asked.
    Consent(ConsentView),
    /// A part of what would leave.
    ConsentRecords(ConsentRecords),
    /// Done; the subject has its answer.
    ConsentDecide,
}

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
    /// Whether the person wanted to be reminded to take everything out, and it is time.
    pub backup_due: bool,
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
    /// When it was kept or its source says it was; milliseconds since 1970.
    pub created: Millis,
    /// When it was last changed; milliseconds since 1970.
    pub updated: Millis,
    /// When it is to be forgotten, where it says so itself; milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Millis>,
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
            created: memory.created,
            updated: memory.updated,
            expires: memory.draft.expires,
        }
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

/// Something that waits for the person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(deny_unknown_fields)]
pub struct InboxView {
    /// Its identity in the inbox, kept when it becomes a memory.
    pub id: MemoryId,
    /// Who proposes it.
    pub subject: Subject,
    /// What it would say.
    pub draft: Draft,
    /// When it came; milliseconds since 1970.
    pub received: Millis,
    /// Whether the vault already holds these very words.
    pub duplicate: bool,
}

/// A part of the inbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct InboxPage {
    /// How many wait in all.
    pub total: u32,
    /// The part that was asked for.
    pub items: Vec<InboxView>,
}

/// Grants and denials that hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct SubjectGrants {
    /// Who is let in.
    pub grants: Vec<GrantView>,
    /// Who is kept out without being asked.
    pub denials: Vec<DenialView>,
}

/// A grant as our own pages show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct GrantView {
    /// 32 hexadecimal digits.
    pub id: String,
    /// Whom it lets in.
    pub subject: Subject,
    /// Names of scopes, or `["*"]`.
    pub scopes: Vec<String>,
    /// What may be done in them.
    pub actions: Vec<Action>,
    /// Memories above this are not released.
    pub max_sensitivity: Sensitivity,
    /// How many records were unticked.
    pub except: u32,
    /// How long it holds.
    pub duration: GrantDuration,
    /// What the subject said it was for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// When it was given; milliseconds since 1970.
    pub created: Millis,
    /// When it ends by the clock; milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Millis>,
}

/// A denial as our own pages show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct DenialView {
    /// 32 hexadecimal digits.
    pub id: String,
    /// Whom it keeps out.
    pub subject: Subject,
    /// How long it holds.
    pub duration: GrantDuration,
    /// When it was given; milliseconds since 1970.
    pub created: Millis,
    /// When it ends by the clock; milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Millis>,
}

/// A part of the receipts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct ReceiptPage {
    /// How many there are in all.
    pub total: u32,
    /// Whether every link of the whole chain holds.
    pub intact: bool,
    /// The part that was asked for.
    pub items: Vec<ReceiptView>,
}

/// One receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct ReceiptView {
    /// 32 hexadecimal digits; a release's subject knows it too.
    pub id: String,
    /// Counts the receipts, from 1.
    pub number: u64,
    /// When; milliseconds since 1970.
    pub at: Millis,
    /// Who.
    pub subject: Subject,
    /// What happened.
    pub entry: ReceiptEntry,
}

/// What a receipt says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(tag = "entry", rename_all = "snake_case")]
pub enum ReceiptEntry {
    /// Records left.
    Released {
        /// What was asked.
        query: String,
        /// Which left; empty where nothing fitted.
        records: Vec<MemoryId>,
        /// Under which grants; 32 hexadecimal digits each.
        grants: Vec<String>,
        /// What the subject said it was for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        purpose: Option<String>,
    },
    /// Proposals came in.
    Proposed {
        /// Which wait.
        records: Vec<MemoryId>,
    },
    /// The person let the subject in.
    Granted(Granted),
    /// The person kept it out.
    Refused(Refused),
    /// A grant or a denial ended before its time.
    Revoked {
        /// Which; 32 hexadecimal digits.
        decision: String,
        /// Whether the subject itself gave it up.
        by_subject: bool,
    },
}

/// What was granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct Granted {
    /// 32 hexadecimal digits.
    pub grant: String,
    /// Names of scopes, or `["*"]`.
    pub scopes: Vec<String>,
    /// What may be done in them.
    pub actions: Vec<Action>,
    /// How long it holds.
    pub duration: GrantDuration,
}

/// What was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct Refused {
    /// Names of scopes, or `["*"]`.
    pub scopes: Vec<String>,
    /// What would have been done in them.
    pub actions: Vec<Action>,
    /// For how long it is kept out; `once` for this request alone.
    pub duration: GrantDuration,
}

/// What a subject asks for, as the consent shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct ConsentView {
    /// 32 hexadecimal digits.
    pub id: String,
    /// Who asks.
    pub subject: Subject,
    /// What it says it is for: its claim, in its words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// What is asked and not granted yet, with what stands there; every scope of the vault where `wildcard`.
    pub scopes: Vec<CountedScope>,
    /// Whether it asks for all scopes, also those that come later.
    pub wildcard: bool,
    /// What it wants to do.
    pub actions: Vec<Action>,
    /// How long it wants it.
    pub duration: GrantDuration,
    /// What it may do already.
    pub granted: Vec<GrantView>,
}

/// A part of what would leave under a consent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
pub struct ConsentRecords {
    /// How many could leave in all; with a query, how many of them hold its words.
    pub total: u32,
    /// How many stand in the scopes but stay, being above the sensitivity or secret.
    pub withheld: u32,
    /// The part that was asked for.
    pub items: Vec<MemoryView>,
}

/// What went wrong, for our own pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[serde(rename_all = "snake_case")]
pub enum OwnerErrorCode {
    /// The vault is locked.
    Locked,
    /// There is no vault yet.
    NoVault,
    /// There is a vault already.
    VaultExists,
    /// The passphrase does not open the vault.
    WrongPassphrase,
    /// The recovery code is of this form but does not open the vault.
    WrongRecoveryCode,
    /// What was typed is no recovery code: a character is wrong or missing.
    MistypedRecoveryCode,
    /// Too many wrong passphrases: wait.
    Wait,
    /// The passphrase is easy to guess and nobody said that this is meant.
    WeakPassphrase,
    /// The command is not in form; the message says what is wrong.
    Invalid,
    /// No such memory, proposal, grant or consent.
    NotFound,
    /// It was changed in the meantime.
    Conflict,
    /// Firefox does not let the add-on store anything.
    StorageUnavailable,
    /// A write did not go through; nothing was changed.
    StorageFailed,
    /// The disk or the quota is full; nothing was changed.
    StorageFull,
    /// A stored object does not open or is not as the vault left it.
    Damaged,
    /// The vault was made by a newer Keepsake.
    NewerFormat,
    /// The passphrase is not the one that the file was sealed with.
    WrongArchivePassphrase,
    /// The file was cut off or changed.
    DamagedArchive,
    /// The file is none that was taken out of Keepsake.
    NotAnArchive,
}

/// What went wrong, what it happened to, and what the person can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[cfg_attr(feature = "typescript", derive(tsify::Tsify))]
#[error("{message}")]
pub struct OwnerError {
    /// For programs; pages put it in the person's language.
    pub code: OwnerErrorCode,
    /// In English.
    pub message: String,
    /// When to try again, in milliseconds from now, where waiting helps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}
