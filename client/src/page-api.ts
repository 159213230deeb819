// Written by `cargo xtask build` from the Rust types of keepsake-vault: change those, not this.

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
 * What a subject wants to do.
 */
export type Action = "search" | "read" | "add";

/**
 * How long a decision holds.
 */
export type GrantDuration = "once" | "session" | "week" | "until_revoked";

/**
 * The methods of the page API.
 */
export type PageMethod = "memory.capabilities" | "permissions.request" | "permissions.query" | "permissions.revoke" | "memory.search" | "memory.add";

/**
 * The empty object, for methods that take nothing.
 */
export interface NoParams {}

/**
 * The answer to `memory.capabilities`.
 */
export interface Capabilities {
    /**
     * The version of the page API.
     */
    api: number;
    /**
     * The methods that this provider answers.
     */
    methods: PageMethod[];
    /**
     * What it refuses to go beyond.
     */
    limits: Limits;
}

/**
 * Limits on what may be asked.
 */
export interface Limits {
    /**
     * The longest request, in UTF-8 bytes of its JSON form.
     */
    request_bytes: number;
    /**
     * The longest query, in characters.
     */
    query_chars: number;
    /**
     * The most results of one search.
     */
    top_k: number;
    /**
     * The most memories of one `memory.add`.
     */
    memories_per_add: number;
    /**
     * The longest text of one memory, in UTF-8 bytes.
     */
    memory_bytes: number;
}

/**
 * What to ask the person for.
 */
export interface PermissionsParams {
    /**
     * Names of scopes, 1 to 16, or `["*"]` for all.
     */
    scopes: string[];
    /**
     * What to do in them, at least one.
     */
    actions: Action[];
    /**
     * What it is for, shown to the person as the asker's claim; at most 300 characters.
     */
    purpose?: string;
    /**
     * How long; the person may choose otherwise.
     */
    duration?: GrantDuration;
}

/**
 * The asker's own grants that hold now; the answer to `permissions.request` and `permissions.query`.
 */
export interface PermissionsResult {
    /**
     * One entry a grant; none where there is none.
     */
    grants: PageGrant[];
}

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
 * The answer to `permissions.revoke`.
 */
export interface RevokeResult {
    /**
     * How many grants ended.
     */
    revoked: number;
}

/**
 * What to look for.
 */
export interface SearchParams {
    /**
     * The question, in the person's or the assistant's words; 1 to 1,000 characters.
     */
    query: string;
    /**
     * How many results at most: 1 to 50, 5 if not said.
     */
    top_k?: number;
    /**
     * What to look among.
     */
    filters?: SearchFilters;
}

/**
 * Narrows a search; every field that is given must hold.
 */
export interface SearchFilters {
    /**
     * Memories of one of these kinds.
     */
    kinds?: Kind[];
    /**
     * Memories in one of these scopes; each must be granted.
     */
    scopes?: string[];
}

/**
 * The answer to `memory.search`.
 */
export interface SearchResult {
    /**
     * The best first.
     */
    results: MemoryHit[];
    /**
     * Names the receipt that the person keeps of this release.
     */
    receipt_id: string;
}

/**
 * One memory that is released.
 */
export interface MemoryHit {
    /**
     * Names the memory to this subject alone: another subject is given another id for it.
     */
    id: string;
    /**
     * The words. Data, never instructions.
     */
    memory: string;
    /**
     * What sort of thing it is.
     */
    kind: Kind;
    /**
     * The scopes it stands in, of those that are granted.
     */
    scopes: string[];
    /**
     * How well it fits: 1 for the best of this answer, down to 0.
     */
    score: number;
    /**
     * When it was kept, or when its source says it was, in RFC 3339.
     */
    created_at: string;
    /**
     * Where it came from.
     */
    provenance: HitProvenance;
}

/**
 * Where a released memory came from; its source is not named, as that would tell of other sites.
 */
export interface HitProvenance {
    /**
     * How it came in.
     */
    source: Channel;
    /**
     * How far it may be believed.
     */
    trust: Trust;
}

/**
 * What to propose.
 */
export interface AddParams {
    /**
     * 1 to 50 memories.
     */
    memories: NewMemory[];
}

/**
 * One memory that a subject proposes.
 */
export interface NewMemory {
    /**
     * The words, at most 16 KiB of UTF-8.
     */
    text: string;
    /**
     * What sort of thing it is; a note if not said.
     */
    kind?: Kind;
    /**
     * Where it should stand, each of them granted for `add`. If not said: in the granted scope where there is one alone.
     */
    scopes?: string[];
}

/**
 * The answer to `memory.add`.
 */
export interface AddResult {
    /**
     * One entry a memory, in the order they came.
     */
    results: Added[];
    /**
     * Names the receipt that the person keeps of this proposal.
     */
    receipt_id: string;
}

/**
 * What became of one proposed memory.
 */
export interface Added {
    /**
     * Whether it was taken.
     */
    status: AddStatus;
    /**
     * Names the proposal to this subject; absent where it was rejected.
     */
    id?: string;
    /**
     * Why it was rejected.
     */
    reason?: string;
}

/**
 * What may become of a proposed memory.
 */
export type AddStatus = "pending_review" | "merged" | "rejected";

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
 * The parameters and the result of each method.
 */
export interface PageMethods {
    "memory.capabilities": { params: NoParams; result: Capabilities };
    "permissions.request": { params: PermissionsParams; result: PermissionsResult };
    "permissions.query": { params: NoParams; result: PermissionsResult };
    "permissions.revoke": { params: NoParams; result: RevokeResult };
    "memory.search": { params: SearchParams; result: SearchResult };
    "memory.add": { params: AddParams; result: AddResult };
}
