// A memory for tests: the page API over a list in memory, with the person's decisions made by the test.

import type {
  ContextParams,
  ListParams,
  MemoryItem,
  NewMemory,
  PageErrorCode,
  PageGrant,
  PermissionsParams,
  SearchParams,
  UpdateParams,
} from "./page-api.ts";
import { type Asked, TestProvider } from "./test-provider.ts";

export interface FakeMemory {
  text: string;
  scopes?: string[];
  kind?: MemoryItem["kind"];
}

export interface FakeOptions {
  memories?: FakeMemory[];
  /** What the person says to a request for permission; yes to everything if left out. */
  decide?: (asked: PermissionsParams) => boolean;
  rdns?: string;
}

/**
 * Behaves as a provider does to a page that plays by the rules: nothing without a grant, `locked` while it is locked, what
 * is added waits. It knows no filters, budgets or picking; search compares words.
 */
export class FakeProvider extends TestProvider {
  grants: PageGrant[] = [];
  /** What was added and waits for the person. */
  readonly pending: { id: string; text: string }[] = [];
  readonly #memories: MemoryItem[];
  readonly #decide: (asked: PermissionsParams) => boolean;
  #locked = false;
  #next: PageErrorCode[] = [];
  #ids = 0;

  constructor({ memories = [], decide = () => true, rdns = "org.keepsake" }: FakeOptions = {}) {
    super(rdns, (asked) => this.#answer(asked));
    this.#decide = decide;
    this.#memories = memories.map(({ text, scopes = ["general"], kind = "note" }) => ({
      id: this.#id(),
      memory: text,
      kind,
      scopes,
      created_at: "2026-01-15T09:30:00Z",
      provenance: { source: "self", trust: "self" },
    }));
  }

  /** Makes the next request fail so. */
  failNext(code: PageErrorCode): void {
    this.#next.push(code);
  }

  setLocked(locked: boolean): void {
    this.#locked = locked;
    if (this.grants.length > 0) this.emit({ event: "lockchange", locked });
  }

  /** Ends all grants, as the person does in the provider's own pages. */
  revoke(): number {
    const ended = this.grants.length;
    this.grants = [];
    if (ended > 0) this.emit({ event: "grantchange", grants: [] });
    return ended;
  }

  async #answer({ method, params = {} }: Asked): Promise<unknown> {
    const code = this.#next.shift();
    if (code) throw failure(code);
    switch (method) {
      case "memory.capabilities":
        return { api: 1, methods: METHODS, limits: LIMITS };
      case "permissions.request":
        return this.#ask(params as PermissionsParams);
      case "permissions.query":
        return { grants: this.#granted() };
      case "permissions.revoke":
        return { revoked: this.revoke() };
      case "memory.search": {
        const { query, top_k = 5 } = params as SearchParams;
        return { results: this.#search(query).slice(0, top_k), receipt_id: this.#id() };
      }
      case "memory.context": {
        const { query } = params as ContextParams;
        const found = this.#search(query);
        const context = found.map(({ memory }, at) => `[${at + 1}]\n| ${memory}\n`).join("");
        const tokens = Math.ceil(context.length / 4);
        return { context, tokens, ids: found.map(({ id }) => id), receipt_id: this.#id() };
      }
      case "memory.get": {
        const { id } = params as { id: string };
        const memory = this.#within("read").find((each) => each.id === id);
        if (!memory) throw failure("unauthorized");
        return { memory, receipt_id: this.#id() };
      }
      case "memory.list": {
        const { scope, limit = 20 } = params as ListParams;
        const listed = this.#within("read").filter(
          ({ scopes }) => scope === undefined || scopes.includes(scope),
        );
        return { memories: listed.slice(0, limit), receipt_id: this.#id() };
      }
      case "memory.add": {
        this.#within("add");
        const added = (params as { memories: NewMemory[] }).memories.map(({ text }) => ({
          id: this.#id(),
          text,
        }));
        this.pending.push(...added);
        return { results: added.map(({ id }) => ({ status: "pending_review", id })), receipt_id: this.#id() };
      }
      case "memory.update":
      case "memory.delete":
        return this.#change(params as UpdateParams, method === "memory.delete");
      default:
        throw failure("unsupported");
    }
  }

  #ask({ scopes, actions, duration = "session" }: PermissionsParams): unknown {
    if (!this.#decide({ scopes, actions, duration })) throw failure("user_rejected");
    this.grants.push({ scopes, actions, max_sensitivity: "personal", each_time: false, duration });
    this.emit({ event: "grantchange", grants: this.grants });
    return { grants: this.grants };
  }

  #change({ id, text }: UpdateParams, removal: boolean): unknown {
    this.#within("add");
    const own = this.pending.findIndex((each) => each.id === id);
    if (own < 0 && !this.#memories.some((each) => each.id === id)) throw failure("unauthorized");
    const [found] = this.pending.slice(own, own + 1);
    if (own >= 0 && removal) this.pending.splice(own, 1);
    else if (found && text !== undefined) found.text = text;
    return {
      status: own < 0 ? "pending_review" : "done",
      id: own < 0 ? this.#id() : id,
      receipt_id: this.#id(),
    };
  }

  #search(query: string): (MemoryItem & { score: number })[] {
    const asked = wordsOf(query);
    return this.#within("search")
      .map((memory) => ({
        ...memory,
        score: wordsOf(memory.memory).filter((word) => asked.includes(word)).length,
      }))
      .filter(({ score }) => score > 0)
      .sort((a, b) => b.score - a.score);
  }

  #granted(): PageGrant[] {
    if (this.#locked && this.grants.length > 0) throw failure("locked");
    return this.grants;
  }

  /** The memories that the grants for an action cover. */
  #within(action: PageGrant["actions"][number]): MemoryItem[] {
    const scopes = this.#granted()
      .filter(({ actions }) => actions.includes(action))
      .flatMap((grant) => grant.scopes);
    if (scopes.length === 0) throw failure("unauthorized");
    return this.#memories.filter((memory) =>
      memory.scopes.some((each) => scopes.includes(each) || scopes[0] === "*"),
    );
  }

  #id(): string {
    this.#ids += 1;
    return this.#ids.toString(16).padStart(32, "0");
  }
}

const METHODS = [
  "memory.capabilities",
  "permissions.request",
  "permissions.query",
  "permissions.revoke",
  "memory.search",
  "memory.context",
  "memory.get",
  "memory.list",
  "memory.add",
  "memory.update",
  "memory.delete",
];

const LIMITS = {
  request_bytes: 262_144,
  query_chars: 1000,
  top_k: 50,
  memories_per_add: 50,
  memory_bytes: 16_384,
  token_budget: [256, 32_768],
  memories_per_list: 100,
  filter_depth: 8,
  filter_tests: 64,
};

function failure(code: PageErrorCode): object {
  const waiting = code === "rate_limited" || code === "budget_exceeded" ? { retry_after_ms: 1000 } : {};
  return {
    name: "AgentMemoryError",
    code,
    message: `the test asked for ${code}, or the rules do`,
    ...waiting,
  };
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}
