// One provider with types around it: what an assistant calls.

import { type DiscoverOptions, listen } from "./discover.ts";
import { AgentMemoryError, NoProviderError } from "./errors.ts";
import type {
  AddResult,
  Capabilities,
  ChangeResult,
  ContextParams,
  ContextResult,
  GetResult,
  ListParams,
  ListResult,
  NewMemory,
  PageEvent,
  PageGrant,
  PageMethod,
  PageMethods,
  PermissionsParams,
  SearchParams,
  SearchResult,
  UpdateParams,
} from "./page-api.ts";
import type { EventName, EventOf, Provider, ProviderInfo, RequestOptions } from "./provider.ts";

export interface ConnectOptions extends DiscoverOptions {
  /** Only this provider, such as `org.keepsake`; else the first that announces itself. */
  rdns?: string;
}

/**
 * Finds the provider. Asks nobody for anything yet: that is `requestPermissions`.
 * Rejects with a `NoProviderError` where there is none, and with the signal's reason where it aborts.
 */
export async function connect(options: ConnectOptions = {}): Promise<Client> {
  let chosen: Provider | undefined;
  await listen((provider) => {
    if (options.rdns === undefined || provider.info.rdns === options.rdns) chosen ??= provider;
    return chosen !== undefined;
  }, options);
  if (!chosen) throw new NoProviderError(options.rdns);
  return new Client(chosen);
}

/** Every method rejects with an `AgentMemoryError`, or with the signal's reason where it aborts. */
export class Client {
  readonly #provider: Provider;

  constructor(provider: Provider) {
    this.#provider = provider;
  }

  get info(): ProviderInfo {
    return this.#provider.info;
  }

  /** What the provider can do, and its limits. */
  capabilities(options?: RequestOptions): Promise<Capabilities> {
    return this.request("memory.capabilities", {}, options);
  }

  /** Asks the person, unless a grant covers it already. Waits for them; answers all grants that hold then. */
  async requestPermissions(params: PermissionsParams, options?: RequestOptions): Promise<PageGrant[]> {
    return (await this.request("permissions.request", params, options)).grants;
  }

  /** The grants that hold now. */
  async queryPermissions(options?: RequestOptions): Promise<PageGrant[]> {
    return (await this.request("permissions.query", {}, options)).grants;
  }

  /** Gives all grants back; answers how many there were. */
  async revokePermissions(options?: RequestOptions): Promise<number> {
    return (await this.request("permissions.revoke", {}, options)).revoked;
  }

  /** Memories that fit a question, the best first, of those that the person lets this page see. */
  search(
    query: string,
    params: Omit<SearchParams, "query"> = {},
    options?: RequestOptions,
  ): Promise<SearchResult> {
    return this.request("memory.search", { ...params, query }, options);
  }

  /** The same as one block of text, ready for a prompt, that takes no more tokens than the budget. */
  context(
    query: string,
    token_budget: number,
    params: Omit<ContextParams, "query" | "token_budget"> = {},
    options?: RequestOptions,
  ): Promise<ContextResult> {
    return this.request("memory.context", { ...params, query, token_budget }, options);
  }

  /** One memory, by the id that an answer gave it. */
  get(id: string, options?: RequestOptions): Promise<GetResult> {
    return this.request("memory.get", { id }, options);
  }

  /** Memories, the newest first. */
  list(params: ListParams = {}, options?: RequestOptions): Promise<ListResult> {
    return this.request("memory.list", params, options);
  }

  /** Proposes memories. They wait for the person to look at them. */
  add(memories: NewMemory[], options?: RequestOptions): Promise<AddResult> {
    return this.request("memory.add", { memories }, options);
  }

  /** Changes a proposal of this page's own, or proposes to change a memory. */
  update(id: string, changes: Omit<UpdateParams, "id">, options?: RequestOptions): Promise<ChangeResult> {
    return this.request("memory.update", { ...changes, id }, options);
  }

  /** Takes a proposal of this page's own back, or proposes to forget a memory. */
  delete(id: string, options?: RequestOptions): Promise<ChangeResult> {
    return this.request("memory.delete", { id }, options);
  }

  /** Calls `listener` at each event; answers the way to stop. Only a page with a grant hears of any. */
  on<E extends EventName>(event: E, listener: (event: EventOf<E>) => void): () => void {
    const hear = (heard: PageEvent) => {
      if (heard.event === event) listener(heard as EventOf<E>);
    };
    this.#provider.on(event, hear);
    return () => this.#provider.off(event, hear);
  }

  /** Any method of the page API. */
  async request<M extends PageMethod>(
    method: M,
    params: PageMethods[M]["params"],
    { signal }: RequestOptions = {},
  ): Promise<PageMethods[M]["result"]> {
    signal?.throwIfAborted();
    try {
      // Also against a provider that knows nothing of signals.
      const answer = this.#provider.request({ method, params }, signal ? { signal } : {});
      return (await untilAborted(answer, signal)) as PageMethods[M]["result"];
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      throw AgentMemoryError.from(error);
    }
  }
}

function untilAborted<R>(promise: Promise<R>, signal: AbortSignal | undefined): Promise<R> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
