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
     * Memories above this are not released.
     */
    max_sensitivity: Sensitivity;
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
export type PageErrorCode = "unauthorized" | "user_rejected" | "locked" | "rate_limited" | "invalid_request" | "unsupported" | "too_large" | "unavailable";

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
export type Command = { command: "status" } | { command: "memory_add"; draft: Draft } | { command: "memory_edit"; id: MemoryId; revision: number; draft: Draft } | { command: "memory_delete"; ids: MemoryId[] } | { command: "memory_restore"; memories: MemoryView[] } | { command: "memory_get"; id: MemoryId } | { command: "memory_list"; query?: string; scope?: Scope; kind?: Kind; offset: number; limit: number } | { command: "scopes" } | { command: "list_preview"; text: string } | { command: "memory_import"; source: string; scope: Scope; kind: Kind; sensitivity: Sensitivity; lines: ListLine[]; bring_back?: boolean } | { command: "capture"; text: string; source: string; title?: string } | { command: "inbox"; offset: number; limit: number } | { command: "inbox_accept"; ids: MemoryId[]; draft?: Draft } | { command: "inbox_decline"; ids: MemoryId[] } | { command: "inbox_restore"; items: InboxView[] } | { command: "grants" } | { command: "subject_grants"; subject: Subject } | { command: "grant_revoke"; id: string } | { command: "subject_revoke"; subject: Subject } | { command: "receipts"; offset: number; limit: number } | { command: "protection" } | { command: "idle_change"; minutes: number } | { command: "recovery_make" } | { command: "retention" } | { command: "retention_set"; scope: Scope; days?: number; preview?: boolean } | { command: "tidy" } | { command: "check"; restart: boolean } | { command: "check_mend" } | { command: "aside"; offset: number; limit: number } | { command: "aside_forget"; ids: MemoryId[] } | { command: "export_start" } | { command: "export_part" } | { command: "export_done" } | { command: "backup" } | { command: "backup_remind"; days?: number } | { command: "restore_start" } | { command: "restore_preview" } | { command: "restore_step"; bring_back: boolean } | { command: "restore_drop" } | { command: "consent"; id: string } | { command: "consent_records"; id: string; scopes: string[]; max_sensitivity: Sensitivity; query?: string; offset: number; limit: number } | { command: "consent_decide"; id: string; decision: ConsentDecision };

/**
 * What the person says to a consent.
 */
export type ConsentDecision = { decision: "allow"; duration: GrantDuration; scopes: string[]; max_sensitivity: Sensitivity; except: MemoryId[] } | { decision: "deny"; duration: GrantDuration };

/**
 * The answer to a command, under the command's name.
 */
export type Reply = { command: "status"; reply: Status } | { command: "memory_add"; reply: MemoryView } | { command: "memory_edit"; reply: MemoryView } | { command: "memory_delete"; reply: MemoryView[] } | { command: "memory_restore"; reply: number } | { command: "memory_get"; reply: MemoryView } | { command: "memory_list"; reply: MemoryPage } | { command: "scopes"; reply: CountedScope[] } | { command: "list_preview"; reply: ListPreview } | { command: "memory_import"; reply: ImportReply } | { command: "capture"; reply: boolean } | { command: "inbox"; reply: InboxPage } | { command: "inbox_accept"; reply: MemoryView[] } | { command: "inbox_decline"; reply: InboxView[] } | { command: "inbox_restore"; reply: number } | { command: "grants"; reply: SubjectGrants } | { command: "subject_grants"; reply: SubjectGrants } | { command: "grant_revoke"; reply: number } | { command: "subject_revoke"; reply: number } | { command: "receipts"; reply: ReceiptPage } | { command: "protection"; reply: Protection } | { command: "idle_change"; reply: Protection } | { command: "recovery_make"; reply: string } | { command: "retention"; reply: RetentionRule[] } | { command: "retention_set"; reply: number } | { command: "tidy"; reply: boolean } | { command: "check"; reply: CheckProgress } | { command: "check_mend"; reply: Mended } | { command: "aside"; reply: AsidePage } | { command: "aside_forget"; reply: number } | { command: "export_start"; reply: Progress } | { command: "export_part"; reply: ExportPart } | { command: "export_done"; reply: Backup } | { command: "backup"; reply: Backup } | { command: "backup_remind"; reply: Backup } | { command: "restore_start" } | { command: "restore_preview"; reply: RestorePreview } | { command: "restore_step"; reply: RestoreProgress } | { command: "restore_drop" } | { command: "consent"; reply: ConsentView } | { command: "consent_records"; reply: ConsentRecords } | { command: "consent_decide" };

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
     * Whether the person wanted to be reminded to take everything out, and it is time.
     */
    backup_due: boolean;
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
}

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
     * What it would say.
     */
    draft: Draft;
    /**
     * When it came; milliseconds since 1970.
     */
    received: Millis;
    /**
     * Whether the vault already holds these very words.
     */
    duplicate: boolean;
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
     * Names of scopes, or `["*"]`.
     */
    scopes: string[];
    /**
     * What may be done in them.
     */
    actions: Action[];
    /**
     * Memories above this are not released.
     */
    max_sensitivity: Sensitivity;
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
 * A part of the receipts.
 */
export interface ReceiptPage {
    /**
     * How many there are in all.
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
     * Who.
     */
    subject: Subject;
    /**
     * What happened.
     */
    entry: ReceiptEntry;
}

/**
 * What a receipt says.
 */
export type ReceiptEntry = { entry: "released"; query: string; records: MemoryId[]; grants: string[]; purpose?: string } | { entry: "proposed"; records: MemoryId[] } | ({ entry: "granted" } & Granted) | ({ entry: "refused" } & Refused) | { entry: "revoked"; decision: string; by_subject: boolean };

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
     * How long it holds.
     */
    duration: GrantDuration;
}

/**
 * What was refused.
 */
export interface Refused {
    /**
     * Names of scopes, or `["*"]`.
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
     * What is asked and not granted yet, with what stands there; every scope of the vault where `wildcard`.
     */
    scopes: CountedScope[];
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
     * How many stand in the scopes but stay, being above the sensitivity or secret.
     */
    withheld: number;
    /**
     * The part that was asked for.
     */
    items: MemoryView[];
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
