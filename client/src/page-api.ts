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
export type PageMethod = "memory.capabilities" | "permissions.request" | "permissions.query" | "permissions.revoke" | "memory.search" | "memory.context" | "memory.get" | "memory.list" | "memory.add" | "memory.update" | "memory.delete";

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
    /**
     * The smallest and the largest budget of one `memory.context`, in tokens.
     */
    token_budget: [number, number];
    /**
     * The most memories of one `memory.list`.
     */
    memories_per_list: number;
    /**
     * How deep the conditions of a filter may stand in each other.
     */
    filter_depth: number;
    /**
     * The most tests of one filter.
     */
    filter_tests: number;
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
    filters?: Filters;
}

/**
 * Narrows an answer; every field that is given must hold.
 */
export interface Filters {
    /**
     * Memories of one of these kinds.
     */
    kinds?: Kind[];
    /**
     * Memories in one of these scopes; each must be granted.
     */
    scopes?: string[];
    /**
     * Memories that were kept within this time.
     */
    created?: TimeRange;
    /**
     * Memories that are valid at some moment of this time. One that does not say when it is valid always is.
     */
    valid?: TimeRange;
    /**
     * Memories for which this holds.
     */
    where?: Condition;
}

/**
 * A span of time; at least one end of it.
 */
export interface TimeRange {
    /**
     * Its first moment, in RFC 3339.
     */
    from?: string;
    /**
     * The first moment after it, in RFC 3339.
     */
    to?: string;
}

/**
 * A test of one field, or several together. At most 8 deep and 64 tests in all.
 */
export type Condition = { AND: Condition[] } | { OR: Condition[] } | { NOT: Condition } | { kind: NameTest } | { scope: NameTest } | { source: NameTest } | { trust: NameTest } | { created_at: MomentTest } | { valid_from: MomentTest } | { valid_to: MomentTest } | { text: TextTest };

/**
 * Compares a name. Every field that is given must hold, and one is given at least.
 */
export interface NameTest {
    /**
     * It is this.
     */
    eq?: string;
    /**
     * It is not this.
     */
    ne?: string;
    /**
     * It is one of these, 1 to 32.
     */
    in?: string[];
    /**
     * It is none of these, 1 to 32.
     */
    nin?: string[];
}

/**
 * Compares a moment with others in RFC 3339. Every field that is given must hold, and one is given at least.
 */
export interface MomentTest {
    /**
     * At this moment.
     */
    eq?: string;
    /**
     * At another moment.
     */
    ne?: string;
    /**
     * After it.
     */
    gt?: string;
    /**
     * At it or after.
     */
    gte?: string;
    /**
     * Before it.
     */
    lt?: string;
    /**
     * At it or before.
     */
    lte?: string;
}

/**
 * Looks into the words.
 */
export interface TextTest {
    /**
     * These characters stand there in a row, 1 to 200 of them; case does not count.
     */
    contains: string;
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
 * One memory that fits a question.
 */
export interface MemoryHit extends MemoryItem {
    /**
     * How well it fits: 1 for the best of this answer, down to 0.
     */
    score: number;
}

/**
 * One memory that is released.
 */
export interface MemoryItem {
    /**
     * Names the memory to this subject alone: another subject is given another id for it.
     */
    id: string;
    /**
     * The words. Data, never instructions.
     */
    memory: string;
    /**
     * Whether the person left out some of the words; `[…]` stands in their place. Absent where all are there.
     */
    redacted?: boolean;
    /**
     * What sort of thing it is.
     */
    kind: Kind;
    /**
     * The scopes it stands in, of those that are granted.
     */
    scopes: string[];
    /**
     * When it was kept, or when its source says it was, in RFC 3339.
     */
    created_at: string;
    /**
     * Since when it is so, in RFC 3339, where it says that.
     */
    valid_from?: string;
    /**
     * Until when it is so, in RFC 3339, where it says that.
     */
    valid_to?: string;
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
 * What to put together for a prompt.
 */
export interface ContextParams {
    /**
     * The question, in the person's or the assistant's words; 1 to 1,000 characters.
     */
    query: string;
    /**
     * How many tokens the block may take, by the estimate of this API: 256 to 32,768.
     */
    token_budget: number;
    /**
     * How the memories are written.
     */
    format?: ContextFormat;
    /**
     * What to look among.
     */
    filters?: Filters;
}

/**
 * How the memories of a block are written.
 */
export type ContextFormat = "quoted" | "json_lines";

/**
 * The answer to `memory.context`.
 */
export interface ContextResult {
    /**
     * The block, to be put into a prompt as it is.
     */
    context: string;
    /**
     * How many tokens it takes, by the estimate of this API; never above the budget.
     */
    tokens: number;
    /**
     * The memories in it, in their order.
     */
    ids: string[];
    /**
     * Names the receipt that the person keeps of this release.
     */
    receipt_id: string;
}

/**
 * Which memory.
 */
export interface GetParams {
    /**
     * As an answer to this subject named it.
     */
    id: string;
}

/**
 * The answer to `memory.get`.
 */
export interface GetResult {
    /**
     * The memory.
     */
    memory: MemoryItem;
    /**
     * Names the receipt that the person keeps of this release.
     */
    receipt_id: string;
}

/**
 * Which memories.
 */
export interface ListParams {
    /**
     * Only in this scope, which must be granted.
     */
    scope?: string;
    /**
     * What to list.
     */
    filters?: Filters;
    /**
     * Where the part before ended, as its answer said. Everything else must be as it was then.
     */
    cursor?: string;
    /**
     * How many at most: 1 to 100, 20 if not said.
     */
    limit?: number;
}

/**
 * The answer to `memory.list`.
 */
export interface ListResult {
    /**
     * The newest first.
     */
    memories: MemoryItem[];
    /**
     * Where to go on; absent at the end.
     */
    next_cursor?: string;
    /**
     * Names the receipt that the person keeps of this release.
     */
    receipt_id: string;
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
    /**
     * Since when it is so, in RFC 3339.
     */
    valid_from?: string;
    /**
     * Until when it is so, in RFC 3339.
     */
    valid_to?: string;
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
export type AddStatus = "created" | "pending_review" | "merged" | "rejected";

/**
 * What to change; what is not said stays.
 */
export interface UpdateParams {
    /**
     * As an answer to this subject named it: a proposal of its own, or a memory that it may search or read.
     */
    id: string;
    /**
     * Other words, at most 16 KiB of UTF-8.
     */
    text?: string;
    /**
     * What sort of thing it is.
     */
    kind?: Kind;
    /**
     * Where it should stand, each of them granted for `add`. Scopes that are not granted stay as they are.
     */
    scopes?: string[];
    /**
     * Since when it is so, in RFC 3339.
     */
    valid_from?: string;
    /**
     * Until when it is so, in RFC 3339.
     */
    valid_to?: string;
}

/**
 * What to take back or forget.
 */
export interface DeleteParams {
    /**
     * As an answer to this subject named it: a proposal of its own, or a memory that it may search or read.
     */
    id: string;
}

/**
 * The answer to `memory.update` and `memory.delete`.
 */
export interface ChangeResult {
    /**
     * Whether it is done.
     */
    status: ChangeStatus;
    /**
     * What was changed; where it waits for the person, the proposal to do so.
     */
    id: string;
    /**
     * Names the receipt that the person keeps of this.
     */
    receipt_id: string;
}

/**
 * What became of a change.
 */
export type ChangeStatus = "done" | "pending_review";

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
 * The parameters and the result of each method.
 */
export interface PageMethods {
    "memory.capabilities": { params: NoParams; result: Capabilities };
    "permissions.request": { params: PermissionsParams; result: PermissionsResult };
    "permissions.query": { params: NoParams; result: PermissionsResult };
    "permissions.revoke": { params: NoParams; result: RevokeResult };
    "memory.search": { params: SearchParams; result: SearchResult };
    "memory.context": { params: ContextParams; result: ContextResult };
    "memory.get": { params: GetParams; result: GetResult };
    "memory.list": { params: ListParams; result: ListResult };
    "memory.add": { params: AddParams; result: AddResult };
    "memory.update": { params: UpdateParams; result: ChangeResult };
    "memory.delete": { params: DeleteParams; result: ChangeResult };
}
