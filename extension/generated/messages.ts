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
export type Effect = { effect: "answer"; subject: Subject; request_id: string; body: string } | { effect: "notify"; subject: Subject; event: PageEvent } | { effect: "open_consent"; id: string } | { effect: "close_consent"; id: string } | { effect: "changed"; topics: Topic[] } | { effect: "watch_idle"; seconds: number } | { effect: "end_worker" } | { effect: "save_session"; state: string };

/**
 * What our own pages show.
 */
export type Topic = "state" | "memories" | "inbox" | "grants" | "receipts" | "consents";

/**
 * The person's commands to an open vault; `status` and `capture` also go to a locked one.
 */
export type Command = { command: "status" } | { command: "memory_add"; draft: Draft } | { command: "memory_edit"; id: MemoryId; revision: number; draft: Draft } | { command: "memory_delete"; ids: MemoryId[] } | { command: "memory_restore"; memories: MemoryView[] } | { command: "memory_list"; query?: string; scope?: Scope; kind?: Kind; offset: number; limit: number } | { command: "scopes" } | { command: "list_preview"; text: string } | { command: "memory_import"; source: string; scope: Scope; kind: Kind; sensitivity: Sensitivity; lines: ListLine[] } | { command: "capture"; text: string; source: string; title?: string } | { command: "inbox"; offset: number; limit: number } | { command: "inbox_accept"; ids: MemoryId[]; draft?: Draft } | { command: "inbox_decline"; ids: MemoryId[] } | { command: "inbox_restore"; items: InboxView[] } | { command: "grants" } | { command: "subject_grants"; subject: Subject } | { command: "grant_revoke"; id: string } | { command: "subject_revoke"; subject: Subject } | { command: "receipts"; offset: number; limit: number } | { command: "protection" } | { command: "idle_change"; minutes: number } | { command: "recovery_make" } | { command: "consent"; id: string } | { command: "consent_records"; id: string; scopes: string[]; max_sensitivity: Sensitivity; query?: string; offset: number; limit: number } | { command: "consent_decide"; id: string; decision: ConsentDecision };

/**
 * What the person says to a consent.
 */
export type ConsentDecision = { decision: "allow"; duration: GrantDuration; scopes: string[]; max_sensitivity: Sensitivity; except: MemoryId[] } | { decision: "deny"; duration: GrantDuration };

/**
 * The answer to a command, under the command's name.
 */
export type Reply = { command: "status"; reply: Status } | { command: "memory_add"; reply: MemoryView } | { command: "memory_edit"; reply: MemoryView } | { command: "memory_delete"; reply: MemoryView[] } | { command: "memory_restore"; reply: number } | { command: "memory_list"; reply: MemoryPage } | { command: "scopes"; reply: CountedScope[] } | { command: "list_preview"; reply: ListPreview } | { command: "memory_import"; reply: ImportReply } | { command: "capture"; reply: boolean } | { command: "inbox"; reply: InboxPage } | { command: "inbox_accept"; reply: MemoryView[] } | { command: "inbox_decline"; reply: InboxView[] } | { command: "inbox_restore"; reply: number } | { command: "grants"; reply: SubjectGrants } | { command: "subject_grants"; reply: SubjectGrants } | { command: "grant_revoke"; reply: number } | { command: "subject_revoke"; reply: number } | { command: "receipts"; reply: ReceiptPage } | { command: "protection"; reply: Protection } | { command: "idle_change"; reply: Protection } | { command: "recovery_make"; reply: string } | { command: "consent"; reply: ConsentView } | { command: "consent_records"; reply: ConsentRecords } | { command: "consent_decide" };

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
}

/**
 * What came of an import.
 */
export interface ImportReply {
    /**
     * The new memories, in the order of the lines.
     */
    ids: MemoryId[];
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
export type OwnerErrorCode = "locked" | "no_vault" | "vault_exists" | "wrong_passphrase" | "wrong_recovery_code" | "mistyped_recovery_code" | "wait" | "weak_passphrase" | "invalid" | "not_found" | "conflict" | "storage_unavailable" | "storage_failed" | "storage_full" | "damaged" | "newer_format";

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
