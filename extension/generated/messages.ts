// Written by `cargo xtask build` from the Rust types of keepsake-vault: change those, not this.

/**
 * A UUIDv7: sorts by the time it was made. Written hyphenated, in lower case.
 */
export type MemoryId = string;

export type Millis = number;

export type Scope = string;

/**
 * What sort of thing is remembered.
 */
export type Kind = "fact" | "preference" | "instruction" | "event" | "skill" | "relationship" | "goal" | "note";

/**
 * How careful to be in releasing a memory. The order is that of the variants.
 */
export type Sensitivity = "normal" | "personal" | "sensitive" | "secret";

/**
 * How a memory came in.
 */
export type Channel = "self" | "site" | "extension" | "import";

/**
 * How far a text may be believed: derived from the channel, never declared. The order is from most to least.
 */
export type Trust = "self" | "confirmed" | "imported" | "unreviewed";

/**
 * What a writer may say of a memory; everything else is the vault's to say.
 */
export interface Draft {
    /**
     * The words to keep, at most 16 KiB of UTF-8.
     */
    text: string;
    /**
     * What sort of thing it is.
     */
    kind?: Kind;
    /**
     * The collections it stands in, 1 to 16.
     */
    scopes: Scope[];
    /**
     * How careful to be in releasing it.
     */
    sensitivity?: Sensitivity;
    /**
     * When it is to be forgotten, where it is; milliseconds since 1970.
     */
    expires?: Millis;
    /**
     * Since when it is so, where it says that; milliseconds since 1970.
     */
    valid_from?: Millis;
    /**
     * Until when it is so, where it says that; milliseconds since 1970.
     */
    valid_to?: Millis;
}

/**
 * One memory that a list holds.
 */
export interface ListLine {
    /**
     * The words, in normal form.
     */
    text: string;
    /**
     * The first moment (UTC) of the day that the line names, in milliseconds since 1970.
     */
    created?: Millis;
    /**
     * Where in a conversation it was said, if the list is one.
     */
    turn?: Turn;
}

/**
 * A line that holds no memory, and why.
 */
export interface SkippedLine {
    /**
     * Counted from 1.
     */
    line: number;
    /**
     * In words, without the content.
     */
    reason: string;
}

/**
 * What a subject wants to do.
 */
export type Action = "search" | "read" | "add";

/**
 * How long a decision holds.
 */
export type GrantDuration = "once" | "session" | "week" | "until_revoked";

/**
 * Who asks. Made from the browser's account of the sender through [`Subject::site`] or [`Subject::extension`].
 */
export type Subject = { kind: "site"; origin: string; container: string } | { kind: "extension"; id: string };

/**
 * The methods of the page API.
 */
export type PageMethod = "memory.capabilities" | "permissions.request" | "permissions.query" | "permissions.revoke" | "memory.search" | "memory.context" | "memory.get" | "memory.list" | "memory.add" | "memory.update" | "memory.delete";

/**
 * One grant as its subject sees it.
 */
export interface PageGrant {
    /**
     * Names of scopes, or `["*"]`.
     */
    scopes: string[];
    /**
     * What may be done in them.
     */
    actions: Action[];
    /**
     * Only memories of these kinds are released; of every kind where it is absent.
     */
    kinds?: Kind[];
    /**
     * Memories above this are not released.
     */
    max_sensitivity: Sensitivity;
    /**
     * How many different memories the asker is given in 24 hours, where that is limited.
     */
    daily_budget?: number;
    /**
     * Whether the person picks what leaves each time.
     */
    each_time: boolean;
    /**
     * How long it holds.
     */
    duration: GrantDuration;
    /**
     * When it ends by the clock, in RFC 3339, where it does.
     */
    expires_at?: string;
}

/**
 * What a granted subject is told without having asked.
 */
export type PageEvent = { event: "grantchange"; grants: PageGrant[] } | { event: "lockchange"; locked: boolean };

/**
 * What went wrong, for programs.
 */
export type PageErrorCode = "unauthorized" | "user_rejected" | "locked" | "rate_limited" | "budget_exceeded" | "invalid_request" | "unsupported" | "too_large" | "unavailable";

/**
 * What went wrong.
 */
export interface PageError {
    /**
     * For programs; stable.
     */
    code: PageErrorCode;
    /**
     * For people; may change.
     */
    message: string;
    /**
     * When to try again, in milliseconds from now, where waiting helps.
     */
    retry_after_ms?: number;
}

/**
 * One thing to do. The vault does none of them itself, and nothing else may be done in its name.
 */
export type Effect = { effect: "answer"; subject: Subject; request_id: string; body: string } | { effect: "notify"; subject: Subject; event: PageEvent } | { effect: "open_consent"; id: string } | { effect: "close_consent"; id: string } | { effect: "changed"; topics: Topic[] } | { effect: "watch_idle"; seconds: number } | { effect: "wake_at"; at?: Millis } | { effect: "end_worker" } | { effect: "save_session"; state: string };

/**
 * What our own pages show.
 */
export type Topic = "state" | "memories" | "inbox" | "grants" | "receipts" | "consents";

/**
 * The person's commands to an open vault; `status` and `capture` also go to a locked one.
 */
export type Command = { command: "status" } | { command: "memory_add"; draft: Draft } | { command: "memory_edit"; id: MemoryId; revision: number; draft: Draft } | { command: "memory_delete"; ids: MemoryId[] } | { command: "memory_restore"; memories: MemoryView[] } | { command: "memory_get"; id: MemoryId } | { command: "memory_list"; query?: string; scope?: Scope; kind?: Kind; offset: number; limit: number; brief?: boolean } | { command: "memory_like"; text: string; except?: MemoryId } | { command: "scopes" } | { command: "list_preview"; text: string } | { command: "list_compare"; first: number; texts: string[]; more: boolean } | { command: "list_merge"; source: string; lines: SaidAgain[] } | { command: "memory_import"; source: string; scope: Scope; kind: Kind; sensitivity: Sensitivity; lines: ListLine[]; bring_back?: boolean } | { command: "capture"; text: string; source: string; title?: string } | { command: "inbox"; offset: number; limit: number } | { command: "inbox_accept"; ids: MemoryId[]; draft?: Draft } | { command: "inbox_decline"; ids: MemoryId[]; block?: boolean } | { command: "inbox_merge"; id: MemoryId; memory: MemoryId } | { command: "inbox_undo"; settled: InboxSettled } | { command: "grants" } | { command: "subject_grants"; subject: Subject } | { command: "grant_revoke"; id: string } | { command: "grant_change"; id: string; settings: GrantSettings } | { command: "subject_revoke"; subject: Subject } | { command: "subject_rule_set"; rule: SubjectRule } | { command: "pause"; paused: boolean } | { command: "profiles" } | { command: "blocked" } | { command: "block_lift"; subject: Subject } | { command: "receipts"; subject?: Subject; memory?: MemoryId; from?: Millis; to?: Millis; offset: number; limit: number } | { command: "receipts_export"; done: number } | { command: "known"; subject: Subject; offset: number; limit: number } | { command: "known_by"; id: MemoryId } | { command: "protection" } | { command: "idle_change"; minutes: number } | { command: "recovery_make" } | { command: "retention" } | { command: "retention_set"; scope: Scope; days?: number; preview?: boolean } | { command: "tidy" } | { command: "check"; restart: boolean } | { command: "check_mend" } | { command: "aside"; offset: number; limit: number } | { command: "aside_forget"; ids: MemoryId[] } | { command: "export_start" } | { command: "export_part" } | { command: "export_done" } | { command: "backup" } | { command: "backup_remind"; days?: number } | { command: "restore_start" } | { command: "restore_preview" } | { command: "restore_step"; bring_back: boolean } | { command: "restore_drop" } | { command: "consent"; id: string } | { command: "consent_records"; id: string; scopes: string[]; max_sensitivity: Sensitivity; kinds?: Kind[]; query?: string; offset: number; limit: number } | { command: "consent_answer"; id: string } | { command: "consent_decide"; id: string; decision: ConsentDecision };

/**
 * What the person says to a consent.
 */
export type ConsentDecision = { decision: "allow"; duration: GrantDuration; scopes: string[]; max_sensitivity: Sensitivity; kinds?: Kind[]; daily_budget?: number; each_time?: boolean; except: MemoryId[] } | { decision: "release"; records: Picked[] } | { decision: "deny"; duration: GrantDuration };

/**
 * A record that the person lets out.
 */
export interface Picked {
    /**
     * Which.
     */
    id: MemoryId;
    /**
     * The revision that the person looked at; a later one in the vault is a conflict.
     */
    revision: number;
    /**
     * What of its words stays, if something does.
     */
    redact?: Span[];
}

/**
 * A part of a text, in UTF-16 code units, as JavaScript counts them.
 */
export interface Span {
    /**
     * Where it begins.
     */
    start: number;
    /**
     * Where it ends; behind `start`.
     */
    end: number;
}

/**
 * The answer to a command, under the command's name.
 */
export type Reply = { command: "status"; reply: Status } | { command: "memory_add"; reply: MemoryView } | { command: "memory_edit"; reply: MemoryView } | { command: "memory_delete"; reply: MemoryView[] } | { command: "memory_restore"; reply: number } | { command: "memory_get"; reply: MemoryView } | { command: "memory_list"; reply: MemoryPage } | { command: "memory_like"; reply: Restated[] } | { command: "scopes"; reply: CountedScope[] } | { command: "list_preview"; reply: ListPreview } | { command: "list_compare"; reply: LineRestated[] } | { command: "list_merge"; reply: InboxSettled } | { command: "memory_import"; reply: ImportReply } | { command: "capture"; reply: boolean } | { command: "inbox"; reply: InboxPage } | { command: "inbox_accept"; reply: InboxSettled } | { command: "inbox_decline"; reply: InboxSettled } | { command: "inbox_merge"; reply: InboxSettled } | { command: "inbox_undo"; reply: number } | { command: "grants"; reply: SubjectGrants } | { command: "subject_grants"; reply: SubjectGrants } | { command: "grant_revoke"; reply: Revoked } | { command: "grant_change"; reply: GrantView } | { command: "subject_revoke"; reply: Revoked } | { command: "subject_rule_set"; reply: SubjectRule } | { command: "pause"; reply: boolean } | { command: "profiles"; reply: Profile[] } | { command: "blocked"; reply: BlockedView[] } | { command: "block_lift"; reply: boolean } | { command: "receipts"; reply: ReceiptPage } | { command: "receipts_export"; reply: ExportPart } | { command: "known"; reply: KnownPage } | { command: "known_by"; reply: KnownBy[] } | { command: "protection"; reply: Protection } | { command: "idle_change"; reply: Protection } | { command: "recovery_make"; reply: string } | { command: "retention"; reply: RetentionRule[] } | { command: "retention_set"; reply: number } | { command: "tidy"; reply: boolean } | { command: "check"; reply: CheckProgress } | { command: "check_mend"; reply: Mended } | { command: "aside"; reply: AsidePage } | { command: "aside_forget"; reply: number } | { command: "export_start"; reply: Progress } | { command: "export_part"; reply: ExportPart } | { command: "export_done"; reply: Backup } | { command: "backup"; reply: Backup } | { command: "backup_remind"; reply: Backup } | { command: "restore_start" } | { command: "restore_preview"; reply: RestorePreview } | { command: "restore_step"; reply: RestoreProgress } | { command: "restore_drop" } | { command: "consent"; reply: ConsentView } | { command: "consent_records"; reply: ConsentRecords } | { command: "consent_answer"; reply: ConsentAnswer } | { command: "consent_decide" };

/**
 * Whether there is a vault and whether it can be read.
 */
export type VaultState = "none" | "locked" | "open";

/**
 * The state of the vault. The counts are 0 unless it is open.
 */
export interface Status {
    /**
     * Whether it can be read.
     */
    state: VaultState;
    /**
     * How many memories it holds.
     */
    memories: number;
    /**
     * How many proposals wait.
     */
    inbox: number;
    /**
     * How many receipts there are.
     */
    receipts: number;
    /**
     * How many stored objects did not open or were not as the vault left them; 0 in a sound vault.
     */
    damaged: number;
    /**
     * How many memories are set aside.
     */
    aside: number;
    /**
     * How far everything is sealed anew under a new key, while it is.
     */
    rotation?: Progress;
    /**
     * How many memories the search knows, while it does not know all.
     */
    index?: Progress;
    /**
     * Whether the person wanted to be reminded to take everything out, and it is time.
     */
    backup_due: boolean;
    /**
     * Whether no subject is answered, as the person wants.
     */
    paused: boolean;
}

/**
 * How far something is.
 */
export interface Progress {
    /**
     * How many objects are done.
     */
    done: number;
    /**
     * How many there are in all.
     */
    total: number;
}

/**
 * How the vault is protected.
 */
export interface Protection {
    /**
     * Minutes without keyboard and mouse after which the vault locks.
     */
    idle_minutes: number;
    /**
     * When the passphrase was chosen; milliseconds since 1970.
     */
    passphrase_made: Millis;
    /**
     * When the recovery code was made, where there is one; milliseconds since 1970.
     */
    recovery_made?: Millis;
    /**
     * When the key that everything is sealed under was made; milliseconds since 1970.
     */
    key_made: Millis;
    /**
     * Whether everything is being sealed anew.
     */
    rotating: boolean;
}

/**
 * How long the memories of a scope are kept.
 */
export interface RetentionRule {
    /**
     * The scope.
     */
    scope: Scope;
    /**
     * Days from when a memory was last written.
     */
    days: number;
}

/**
 * How far a check is.
 */
export interface CheckProgress {
    /**
     * How far.
     */
    progress: Progress;
    /**
     * Whether everything was looked at.
     */
    finished: boolean;
    /**
     * What is not as the vault left it.
     */
    found: Damage;
}

/**
 * What is not as the vault left it; all 0 and `false` in a sound vault.
 */
export interface Damage {
    /**
     * The header is an older or another one: an old passphrase may open the vault again.
     */
    header: boolean;
    /**
     * Memories that are lost, changed, or an older revision.
     */
    memories: number;
    /**
     * Memories that the catalogue lost track of.
     */
    uncatalogued: number;
    /**
     * Objects that nobody knows of.
     */
    strays: number;
    /**
     * Proposals that do not open, or 1 where one is missing or was put back.
     */
    proposals: number;
    /**
     * The same of grants and denials; none of them holds then.
     */
    decisions: number;
    /**
     * Receipts that are lost or changed.
     */
    receipts: number;
}

/**
 * What was put in order.
 */
export interface Mended {
    /**
     * Memories that are set aside now.
     */
    set_aside: number;
    /**
     * Memories that the catalogue had lost and that are there again.
     */
    recovered: number;
    /**
     * Objects that were nobody's and are erased.
     */
    erased: number;
}

/**
 * A memory that is set aside: all that is known of it.
 */
export interface AsideView {
    /**
     * Its identity in the vault.
     */
    id: MemoryId;
    /**
     * What sort of thing it is.
     */
    kind: Kind;
    /**
     * Where it stood.
     */
    scopes: Scope[];
    /**
     * How careful to be with it.
     */
    sensitivity: Sensitivity;
    /**
     * When it was kept or its source says it was; milliseconds since 1970.
     */
    created: Millis;
    /**
     * When it was last changed; milliseconds since 1970.
     */
    updated: Millis;
}

/**
 * A part of what is set aside.
 */
export interface AsidePage {
    /**
     * How many are set aside in all.
     */
    total: number;
    /**
     * The part that was asked for.
     */
    items: AsideView[];
}

/**
 * A part of what is taken out.
 */
export interface ExportPart {
    /**
     * Whole lines of JSON.
     */
    text: string;
    /**
     * How far it is.
     */
    progress: Progress;
    /**
     * Whether this was the last.
     */
    finished: boolean;
}

/**
 * When everything was last taken out.
 */
export interface Backup {
    /**
     * When, if ever; milliseconds since 1970.
     */
    exported?: Millis;
    /**
     * After how many days to remind.
     */
    remind_days?: number;
    /**
     * Whether it is time.
     */
    due: boolean;
}

/**
 * What taking in an export would change.
 */
export interface RestorePreview {
    /**
     * When it was taken out; milliseconds since 1970.
     */
    exported: Millis;
    /**
     * Memories that are not here.
     */
    new: number;
    /**
     * Memories that are here in an older revision.
     */
    newer: number;
    /**
     * Memories that are damaged here.
     */
    repaired: number;
    /**
     * Memories that are here as they are, or in a newer revision, or whose very words are here.
     */
    unchanged: number;
    /**
     * Memories that were forgotten here.
     */
    forgotten: number;
    /**
     * Receipts that come along; 0 where the vault has receipts of its own.
     */
    receipts: number;
    /**
     * Receipts that stay out, since the vault has receipts of its own or their chain does not hold.
     */
    receipts_left: number;
}

/**
 * How far an export is taken in.
 */
export interface RestoreProgress {
    /**
     * How far.
     */
    progress: Progress;
    /**
     * How many memories were taken in so far.
     */
    taken: number;
    /**
     * Whether this was the last part.
     */
    finished: boolean;
}

/**
 * A memory as our own pages show it.
 */
export interface MemoryView {
    /**
     * Its identity in the vault.
     */
    id: MemoryId;
    /**
     * Counts the edits, from 1.
     */
    revision: number;
    /**
     * The words.
     */
    text: string;
    /**
     * What sort of thing it is.
     */
    kind: Kind;
    /**
     * Where it stands.
     */
    scopes: Scope[];
    /**
     * How careful to be with it.
     */
    sensitivity: Sensitivity;
    /**
     * How it came in.
     */
    channel: Channel;
    /**
     * Whether the person saw and accepted the very text.
     */
    reviewed: boolean;
    /**
     * How far it may be believed; follows from the two above.
     */
    trust: Trust;
    /**
     * A site's origin, an extension's id or a file's name.
     */
    source?: string;
    /**
     * The source document's title.
     */
    source_title?: string;
    /**
     * Who else said it, and when they last did, the latest last.
     */
    also?: Said[];
    /**
     * Where in a conversation it was said, if it is of one.
     */
    turn?: Turn;
    /**
     * When it was kept or its source says it was; milliseconds since 1970.
     */
    created: Millis;
    /**
     * When it was last changed; milliseconds since 1970.
     */
    updated: Millis;
    /**
     * When it is to be forgotten, where it says so itself; milliseconds since 1970.
     */
    expires?: Millis;
    /**
     * Since when it is so, where it says that; milliseconds since 1970.
     */
    valid_from?: Millis;
    /**
     * Until when it is so, where it says that; milliseconds since 1970.
     */
    valid_to?: Millis;
}

/**
 * Somebody said what a memory says already. It changes neither what the memory says nor how far it is believed.
 */
export interface Said {
    /**
     * How it came in.
     */
    channel: Channel;
    /**
     * Who or what it came from.
     */
    origin?: Origin;
    /**
     * When; milliseconds since 1970.
     */
    at: Millis;
}

/**
 * A place in a conversation: what stands beside it there tells what a short answer is about.
 */
export interface Turn {
    /**
     * The conversation, by an id of its own.
     */
    conversation: MemoryId;
    /**
     * Counts its turns. Those that are further apart than the next but one are no neighbours.
     */
    position: number;
}

/**
 * The source of a memory that is not the person's own words. Every field is one line of text from elsewhere.
 */
export interface Origin {
    /**
     * A site's origin, an extension's id or a file's name.
     */
    source: string;
    /**
     * The document's title.
     */
    title?: string;
}

/**
 * A part of a list of memories.
 */
export interface MemoryPage {
    /**
     * How many there are in all.
     */
    total: number;
    /**
     * The part that was asked for.
     */
    items: MemoryView[];
    /**
     * Why each of them was found, in their order; empty where nothing was looked for, or only briefly.
     */
    fits?: Fit[];
}

/**
 * Why a memory is among those that were found.
 */
export interface Fit {
    /**
     * Where the words that were looked for stand in its text, in order.
     */
    marks: Span[];
    /**
     * What speaks for it, the most telling first.
     */
    reasons: Reason[];
    /**
     * Why it counts for less than that.
     */
    discounts: Discount[];
}

/**
 * Something that speaks for a memory.
 */
export interface Reason {
    /**
     * What.
     */
    ground: Ground;
    /**
     * Its share of all that speaks for the memory, in percent; at least 1.
     */
    percent: number;
}

/**
 * What can speak for a memory.
 */
export type Ground = "words" | "context" | "meaning" | "speaker" | "time";

/**
 * Something for which a memory counts for less.
 */
export interface Discount {
    /**
     * What.
     */
    cause: DiscountCause;
    /**
     * How much of the score it takes, in percent; at least 1.
     */
    percent: number;
}

/**
 * What can make a memory count for less.
 */
export type DiscountCause = "belief" | "question" | "past";

/**
 * A scope and how much stands in it.
 */
export interface CountedScope {
    /**
     * Its name.
     */
    name: Scope;
    /**
     * How many memories.
     */
    memories: number;
}

/**
 * What a text list holds.
 */
export interface ListPreview {
    /**
     * Its memories in its order.
     */
    lines: PreviewLine[];
    /**
     * Lines that hold none.
     */
    skipped: SkippedLine[];
}

/**
 * One memory of a list that is not kept yet.
 */
export interface PreviewLine {
    /**
     * The memory.
     */
    line: ListLine;
    /**
     * Whether the vault or the list above already holds these very words.
     */
    duplicate: boolean;
    /**
     * Whether a memory with these very words was forgotten.
     */
    forgotten: boolean;
}

/**
 * A memory that says what some text says.
 */
export interface Restated {
    /**
     * The memory.
     */
    memory: MemoryView;
    /**
     * What shows it.
     */
    evidence: Evidence;
}

/**
 * A proposal that says what one behind it says.
 */
export interface Repeated {
    /**
     * The earlier proposal's identity in the inbox.
     */
    id: MemoryId;
    /**
     * Who proposed it.
     */
    subject: Subject;
    /**
     * Its words.
     */
    text: string;
    /**
     * What shows it.
     */
    evidence: Evidence;
}

/**
 * What shows that two texts say the same.
 */
export interface Evidence {
    /**
     * The share of their words that both have, in percent.
     */
    shared_words: number;
    /**
     * How much alike they are in meaning, in percent; absent where the vault knows no meanings.
     */
    likeness?: number;
}

/**
 * A line of a list that says what something else says.
 */
export interface LineRestated {
    /**
     * Its place in the list, from 0.
     */
    place: number;
    /**
     * What says the same.
     */
    says: SaysTheSame;
    /**
     * What shows it.
     */
    evidence: Evidence;
}

/**
 * What a line says again.
 */
export type SaysTheSame = { what: "memory"; memory: MemoryView } | { what: "line"; place: number };

/**
 * A line of a list that is not kept, and the memory that says it already.
 */
export interface SaidAgain {
    /**
     * The memory.
     */
    memory: MemoryId;
    /**
     * When the line says that it was written; milliseconds since 1970.
     */
    at?: Millis;
}

/**
 * What came of an import.
 */
export interface ImportReply {
    /**
     * The new memories, in the order of the lines.
     */
    ids: MemoryId[];
    /**
     * Lines that were forgotten before and are passed over.
     */
    passed_over: number;
}

/**
 * Something about a text that the person may want to know before they keep it.
 */
export type Hint = "instruction" | "secret" | "duplicate";

/**
 * Something that waits for the person.
 */
export interface InboxView {
    /**
     * Its identity in the inbox, kept when it becomes a memory.
     */
    id: MemoryId;
    /**
     * Who proposes it.
     */
    subject: Subject;
    /**
     * What it proposes to do.
     */
    proposes: Proposes;
    /**
     * What the memory would say; what it says now, where it is to be forgotten.
     */
    draft: Draft;
    /**
     * The memory that is to be changed or forgotten.
     */
    about?: ProposedAbout;
    /**
     * When it came; milliseconds since 1970.
     */
    received: Millis;
    /**
     * What to look out for. Hints decide nothing.
     */
    hints: Hint[];
    /**
     * The memory that says the same, as the inbox shows it; absent in what was settled.
     */
    restates?: Restated;
    /**
     * Where no memory says the same: the proposal that came before and does, as the inbox shows it.
     */
    repeats?: Repeated;
}

/**
 * What a proposal would do.
 */
export type Proposes = "new" | "change" | "removal";

/**
 * The memory that a proposal is about.
 */
export interface ProposedAbout {
    /**
     * What it says now.
     */
    memory: MemoryView;
    /**
     * Its revision when the proposal came: where that is another one, the memory was changed since.
     */
    revision: number;
}

/**
 * A part of the inbox.
 */
export interface InboxPage {
    /**
     * How many wait in all.
     */
    total: number;
    /**
     * The part that was asked for.
     */
    items: InboxView[];
}

/**
 * What became of proposals, to undo it as long as nothing else was done with them.
 */
export interface InboxSettled {
    /**
     * The proposals.
     */
    items: InboxView[];
    /**
     * The memories that were kept or changed, as they are now.
     */
    kept: MemoryView[];
    /**
     * The memories that were changed or forgotten, as they were.
     */
    before: MemoryView[];
}

/**
 * Grants and denials that hold.
 */
export interface SubjectGrants {
    /**
     * Who is let in.
     */
    grants: GrantView[];
    /**
     * Who is kept out without being asked.
     */
    denials: DenialView[];
    /**
     * Who is paused, or asked about each time.
     */
    rules: SubjectRule[];
}

/**
 * What a grant allows, to be chosen by the person.
 */
export interface GrantSettings {
    /**
     * Names of scopes, or `["*"]`; at least one.
     */
    scopes: string[];
    /**
     * What may be done in them; at least one.
     */
    actions: Action[];
    /**
     * Only memories of these kinds; of every kind where it is absent.
     */
    kinds?: Kind[];
    /**
     * Memories above this are not released; `secret` is refused.
     */
    max_sensitivity: Sensitivity;
    /**
     * How many different memories are given in 24 hours, where that is limited; at least 1.
     */
    daily_budget?: number;
    /**
     * Whether the person picks what leaves each time.
     */
    each_time: boolean;
    /**
     * Whether what the subject writes is kept without being asked.
     */
    accepts_writes: boolean;
    /**
     * How long it holds; another one than before counts from now.
     */
    duration: GrantDuration;
}

/**
 * Which ready-made grant.
 */
export type ProfileName = "pick_each_time" | "preferences_only" | "everything_but_sensitive" | "custom";

/**
 * What a ready-made grant says of the records that leave; scopes, actions and duration are chosen apart from it.
 */
export interface Profile {
    /**
     * Its name.
     */
    name: ProfileName;
    /**
     * Only records of these kinds; of every kind where it is absent.
     */
    kinds?: Kind[];
    /**
     * Records above this do not leave.
     */
    max_sensitivity: Sensitivity;
    /**
     * How many different records leave in 24 hours, where that is limited.
     */
    daily_budget?: number;
    /**
     * Whether the person picks what leaves each time.
     */
    each_time: boolean;
}

/**
 * A grant as our own pages show it.
 */
export interface GrantView {
    /**
     * 32 hexadecimal digits.
     */
    id: string;
    /**
     * Whom it lets in.
     */
    subject: Subject;
    /**
     * Which ready-made grant it is.
     */
    profile: ProfileName;
    /**
     * Names of scopes, or `["*"]`.
     */
    scopes: string[];
    /**
     * What may be done in them.
     */
    actions: Action[];
    /**
     * Only memories of these kinds; of every kind where it is absent.
     */
    kinds?: Kind[];
    /**
     * Memories above this are not released.
     */
    max_sensitivity: Sensitivity;
    /**
     * How many different memories are given in 24 hours, where that is limited.
     */
    daily_budget?: number;
    /**
     * Whether the person picks what leaves each time.
     */
    each_time: boolean;
    /**
     * Whether what the subject writes is kept without being asked.
     */
    accepts_writes: boolean;
    /**
     * How many records were unticked.
     */
    except: number;
    /**
     * How long it holds.
     */
    duration: GrantDuration;
    /**
     * What the subject said it was for.
     */
    purpose?: string;
    /**
     * When it was given; milliseconds since 1970.
     */
    created: Millis;
    /**
     * When it ends by the clock; milliseconds since 1970.
     */
    expires?: Millis;
}

/**
 * A denial as our own pages show it.
 */
export interface DenialView {
    /**
     * 32 hexadecimal digits.
     */
    id: string;
    /**
     * Whom it keeps out.
     */
    subject: Subject;
    /**
     * How long it holds.
     */
    duration: GrantDuration;
    /**
     * When it was given; milliseconds since 1970.
     */
    created: Millis;
    /**
     * When it ends by the clock; milliseconds since 1970.
     */
    expires?: Millis;
}

/**
 * A rule for one subject. It narrows what grants allow, and allows nothing itself.
 */
export interface SubjectRule {
    /**
     * Whom it concerns.
     */
    subject: Subject;
    /**
     * Whether it is not answered for now; its grants stay.
     */
    paused: boolean;
    /**
     * Whether the person picks what leaves each time, whatever its grants say.
     */
    each_time: boolean;
}

/**
 * A subject that is blocked for asking too often.
 */
export interface BlockedView {
    /**
     * Who.
     */
    subject: Subject;
    /**
     * Until when; milliseconds since 1970.
     */
    until: Millis;
}

/**
 * What ended, and what cannot be called back.
 */
export interface Revoked {
    /**
     * How many grants and denials ended.
     */
    ended: number;
    /**
     * How many different memories the subject had been given by then; `known` tells which.
     */
    known: number;
}

/**
 * A part of the receipts.
 */
export interface ReceiptPage {
    /**
     * How many there are in all, of those that were asked for.
     */
    total: number;
    /**
     * Whether every link of the whole chain holds.
     */
    intact: boolean;
    /**
     * The part that was asked for.
     */
    items: ReceiptView[];
}

/**
 * One receipt.
 */
export interface ReceiptView {
    /**
     * 32 hexadecimal digits; a release's subject knows it too.
     */
    id: string;
    /**
     * Counts the receipts, from 1.
     */
    number: number;
    /**
     * When; milliseconds since 1970.
     */
    at: Millis;
    /**
     * Who; absent where it concerns all.
     */
    subject?: Subject;
    /**
     * What happened.
     */
    entry: ReceiptEntry;
}

/**
 * What a receipt says.
 */
export type ReceiptEntry = { entry: "released"; method: PageMethod; query: string; records: MemoryId[]; redacted?: MemoryId[]; grants: string[]; purpose?: string } | { entry: "withheld"; method: PageMethod; query: string } | { entry: "proposed"; records: MemoryId[]; created?: MemoryId[] } | { entry: "change_proposed"; record: MemoryId; memory: MemoryId; removal: boolean } | { entry: "own_write"; record: MemoryId; removed: boolean } | { entry: "reviewed"; accepted: MemoryId[]; declined: MemoryId[] } | { entry: "merged"; record: MemoryId; memory: MemoryId } | ({ entry: "granted" } & Granted) | ({ entry: "grant_changed" } & Granted) | ({ entry: "refused" } & Refused) | { entry: "revoked"; decision: string; by_subject: boolean } | { entry: "rule_changed"; paused: boolean; each_time: boolean } | { entry: "paused"; paused: boolean };

/**
 * What was granted.
 */
export interface Granted {
    /**
     * 32 hexadecimal digits.
     */
    grant: string;
    /**
     * Names of scopes, or `["*"]`.
     */
    scopes: string[];
    /**
     * What may be done in them.
     */
    actions: Action[];
    /**
     * Only memories of these kinds; of every kind where it is absent.
     */
    kinds?: Kind[];
    /**
     * Memories above this are not released.
     */
    max_sensitivity: Sensitivity;
    /**
     * How many different memories are given in 24 hours, where that is limited.
     */
    daily_budget?: number;
    /**
     * Whether the person picks what leaves each time.
     */
    each_time: boolean;
    /**
     * Whether what the subject writes is kept without being asked.
     */
    accepts_writes: boolean;
    /**
     * How long it holds.
     */
    duration: GrantDuration;
}

/**
 * What was refused.
 */
export interface Refused {
    /**
     * Names of scopes, or `["*"]`; none where the subject was blocked for what it wrote.
     */
    scopes: string[];
    /**
     * What would have been done in them.
     */
    actions: Action[];
    /**
     * For how long it is kept out; `once` for this request alone.
     */
    duration: GrantDuration;
}

/**
 * What a subject was given, in parts.
 */
export interface KnownPage {
    /**
     * How many different memories in all.
     */
    total: number;
    /**
     * The part that was asked for.
     */
    items: KnownRecord[];
}

/**
 * A memory that a subject was given.
 */
export interface KnownRecord {
    /**
     * Which.
     */
    id: MemoryId;
    /**
     * What it says now, which may be something else than what left; absent where it was forgotten since.
     */
    memory?: MemoryView;
    /**
     * When it first left; milliseconds since 1970.
     */
    first: Millis;
    /**
     * When it last left; milliseconds since 1970.
     */
    last: Millis;
    /**
     * How often it left.
     */
    times: number;
    /**
     * Whether it only ever left with some of its words.
     */
    redacted: boolean;
}

/**
 * A subject that was given a memory.
 */
export interface KnownBy {
    /**
     * Who.
     */
    subject: Subject;
    /**
     * When it was first given it; milliseconds since 1970.
     */
    first: Millis;
    /**
     * When it was last given it; milliseconds since 1970.
     */
    last: Millis;
    /**
     * How often.
     */
    times: number;
    /**
     * Whether it only ever left with some of its words.
     */
    redacted: boolean;
}

/**
 * What a subject asks for, as the consent shows it.
 */
export interface ConsentView {
    /**
     * 32 hexadecimal digits.
     */
    id: string;
    /**
     * Who asks.
     */
    subject: Subject;
    /**
     * What it says it is for: its claim, in its words.
     */
    purpose?: string;
    /**
     * What it wants to know now, where the person picks what leaves; then there are no scopes to choose, and
     * `consent_answer` tells what would leave.
     */
    release?: AskedRelease;
    /**
     * What is asked and not granted yet, with what stands there; every scope of the vault where `wildcard`.
     */
    scopes: AskedScope[];
    /**
     * Whether it asks for all scopes, also those that come later.
     */
    wildcard: boolean;
    /**
     * What it wants to do.
     */
    actions: Action[];
    /**
     * How long it wants it.
     */
    duration: GrantDuration;
    /**
     * What it may do already.
     */
    granted: GrantView[];
    /**
     * How many different memories it was given before.
     */
    known: number;
    /**
     * Grants that fit at one click.
     */
    profiles: Profile[];
}

/**
 * A scope that is asked for, and how much stands in it.
 */
export interface AskedScope {
    /**
     * Its name.
     */
    name: Scope;
    /**
     * How many memories.
     */
    memories: number;
    /**
     * What the subject wants to do there and may not do yet.
     */
    actions: Action[];
}

/**
 * A request whose answer the person picks.
 */
export interface AskedRelease {
    /**
     * What it asked.
     */
    method: PageMethod;
    /**
     * The question, where the method has one.
     */
    query?: string;
}

/**
 * A part of what would leave under a consent.
 */
export interface ConsentRecords {
    /**
     * How many could leave in all; with a query, how many of them hold its words.
     */
    total: number;
    /**
     * How many stand in the scopes but stay, being above the sensitivity, of another kind or secret.
     */
    withheld: number;
    /**
     * The part that was asked for.
     */
    items: MemoryView[];
}

/**
 * The answer that a subject would get if the person picked all of it.
 */
export interface ConsentAnswer {
    /**
     * In the order of the answer.
     */
    items: MemoryView[];
    /**
     * How many more would be in it if the daily budget allowed.
     */
    over_budget: number;
}

/**
 * How hard a passphrase is to guess.
 */
export interface StrengthReport {
    /**
     * zxcvbn's score: 0 (at once) to 4 (very hard to guess).
     */
    score: number;
    /**
     * Decimal logarithm of the guesses it takes, in tenths.
     */
    guesses_log10_tenths: number;
    /**
     * Whether it is strong enough to be taken without a further confirmation.
     */
    strong: boolean;
}

/**
 * What went wrong, for our own pages.
 */
export type OwnerErrorCode = "locked" | "no_vault" | "vault_exists" | "wrong_passphrase" | "wrong_recovery_code" | "mistyped_recovery_code" | "wait" | "weak_passphrase" | "invalid" | "not_found" | "conflict" | "storage_unavailable" | "storage_failed" | "storage_full" | "damaged" | "newer_format" | "wrong_archive_passphrase" | "damaged_archive" | "not_an_archive";

/**
 * What went wrong, what it happened to, and what the person can do.
 */
export interface OwnerError {
    /**
     * For programs; pages put it in the person's language.
     */
    code: OwnerErrorCode;
    /**
     * In English.
     */
    message: string;
    /**
     * When to try again, in milliseconds from now, where waiting helps.
     */
    retry_after_ms?: number;
}
