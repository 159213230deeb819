//! What our own pages may say to the vault, and what it answers. No website's message is ever read as one of these.

use keepsake_memory::{Draft, Kind, ListLine, MemoryId, Millis, Scope, Sensitivity};
use keepsake_policy::{Profile, Subject, SubjectRule};
use serde::{Deserialize, Serialize};

use super::*;

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
        /// Where words are looked for: only the best, without counting the others and without saying why each was found.
        #[serde(default)]
        #[cfg_attr(feature = "typescript", tsify(optional))]
        brief: bool,
    },
    /// The memories that say what a text says, the most alike first; at most 3.
    MemoryLike {
        /// The text.
        text: String,
        /// A memory that does not count.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        except: Option<MemoryId>,
    },
    /// The scopes that memories stand in.
    Scopes,
    /// Read a text list without keeping anything.
    ListPreview {
        /// The list.
        text: String,
    },
    /// Compare the next lines of a list with what is kept and with the lines before them, without keeping anything; at most
    /// 5,000 a call.
    ListCompare {
        /// The place of the first of them in the list, from 0; 0 begins anew.
        first: u32,
        /// What they say.
        texts: Vec<String>,
        /// Whether lines follow.
        more: bool,
    },
    /// Note at memories that a list says them too; at most 5,000 a call. Absent ones are passed over.
    ListMerge {
        /// The file's name, or what else the person calls the source.
        source: String,
        /// Which lines say which.
        lines: Vec<SaidAgain>,
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
        /// Whether to keep out those who proposed it: they may write no more, and nobody is asked for them again.
        #[serde(default)]
        block: bool,
    },
    /// Drop what is proposed, and note at a memory that says the same who said it too.
    InboxMerge {
        /// What is proposed, as something new.
        id: MemoryId,
        /// The memory.
        memory: MemoryId,
    },
    /// Undo an accept, a decline or a merge: what was decided waits again, and memories are as they were.
    InboxUndo {
        /// What was decided, as `inbox_accept`, `inbox_decline`, `inbox_merge` or `list_merge` answered it.
        settled: InboxSettled,
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
    /// Narrow or extend a grant.
    GrantChange {
        /// 32 hexadecimal digits.
        id: String,
        /// What it is to allow from now on.
        settings: GrantSettings,
    },
    /// End everything of one subject.
    SubjectRevoke {
        /// Whose.
        subject: Subject,
    },
    /// Pause a subject, or ask each time that it wants something.
    SubjectRuleSet {
        /// What is to hold.
        rule: SubjectRule,
    },
    /// Answer no subject, or answer them again.
    Pause {
        /// Whether to.
        paused: bool,
    },
    /// Grants that fit at one click.
    Profiles,
    /// Who is blocked for asking too often. Also where the vault is locked.
    Blocked,
    /// Let a blocked subject ask again. Also where the vault is locked.
    BlockLift {
        /// Whom.
        subject: Subject,
    },
    /// What left and what was decided, newest first; every condition that is given must hold.
    Receipts {
        /// Of this subject.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subject: Option<Subject>,
        /// That name this memory.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        memory: Option<MemoryId>,
        /// From this moment on; milliseconds since 1970.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<Millis>,
        /// Before this moment; milliseconds since 1970.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<Millis>,
        /// How many to pass over.
        offset: u32,
        /// How many to list, at most 500.
        limit: u32,
    },
    /// A part of all receipts as a file that can be checked without the vault.
    ReceiptsExport {
        /// How many receipts the parts before had; 0 for the first part.
        done: u64,
    },
    /// What was ever released to a subject, the last released first.
    Known {
        /// To whom.
        subject: Subject,
        /// How many to pass over.
        offset: u32,
        /// How many to list, at most 500.
        limit: u32,
    },
    /// Who was ever given a memory.
    KnownBy {
        /// Which.
        id: MemoryId,
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
        /// Only of these kinds; of every kind where it is absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kinds: Option<Vec<Kind>>,
        /// Only those with these words, by fit.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        query: Option<String>,
        /// How many to pass over.
        offset: u32,
        /// How many to list, at most 500.
        limit: u32,
    },
    /// The very answer that a subject would get, where the person picks what leaves.
    ConsentAnswer {
        /// 32 hexadecimal digits.
        id: String,
    },
    /// Answer what a subject asks for.
    ConsentDecide {
        /// 32 hexadecimal digits.
        id: String,
        /// The answer.
        decision: ConsentDecision,
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
    /// What says the same, and what shows it.
    MemoryLike(Vec<Restated>),
    /// By name.
    Scopes(Vec<CountedScope>),
    /// What the list holds.
    ListPreview(ListPreview),
    /// Those of these lines that say something again.
    ListCompare(Vec<LineRestated>),
    /// The memories, as they are and as they were.
    ListMerge(InboxSettled),
    /// What was kept.
    MemoryImport(ImportReply),
    /// Whether it was kept now (`true`) or waits for the unlock (`false`).
    Capture(bool),
    /// A part of the inbox.
    Inbox(InboxPage),
    /// What was kept, changed and forgotten.
    InboxAccept(InboxSettled),
    /// What was dropped.
    InboxDecline(InboxSettled),
    /// What was dropped, and the memory as it is and as it was.
    InboxMerge(InboxSettled),
    /// How many wait again.
    InboxUndo(u32),
    /// All.
    Grants(SubjectGrants),
    /// Of one subject.
    SubjectGrants(SubjectGrants),
    /// What ended, and what had left.
    GrantRevoke(Revoked),
    /// As it is now.
    GrantChange(GrantView),
    /// What ended, and what had left.
    SubjectRevoke(Revoked),
    /// As it is now.
    SubjectRuleSet(SubjectRule),
    /// As it is now.
    Pause(bool),
    /// In the order in which they are shown.
    Profiles(Vec<Profile>),
    /// By name.
    Blocked(Vec<BlockedView>),
    /// Whether it was blocked.
    BlockLift(bool),
    /// A part of the receipts.
    Receipts(ReceiptPage),
    /// A part.
    ReceiptsExport(ExportPart),
    /// A part of it.
    Known(KnownPage),
    /// By when it was last released, the last first.
    KnownBy(Vec<KnownBy>),
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
    /// What would leave.
    ConsentAnswer(ConsentAnswer),
    /// Done; the subject has its answer.
    ConsentDecide,
}
