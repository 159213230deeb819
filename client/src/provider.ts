// What a provider looks like to a page: the object that `agentmemory:announce` carries. Other extensions may offer one too.

import type { PageEvent } from "./page-api.ts";

/** Who a provider is. Says nothing of whether there is a vault, or what is in it. */
export interface ProviderInfo {
  /** For people. */
  readonly name: string;
  /** For programs: a domain name in reverse, such as `org.keepsake`. */
  readonly rdns: string;
  readonly version: string;
  /** The version of the page API. */
  readonly api: number;
}

export interface RequestOptions {
  /** Ends the request: its answer is no longer wanted, and a question to the person is taken back. */
  readonly signal?: AbortSignal | undefined;
}

export type EventName = PageEvent["event"];
export type EventOf<E extends EventName> = Extract<PageEvent, { event: E }>;

/** The raw interface. `Client` is what to use. */
export interface Provider {
  readonly info: ProviderInfo;
  /** Rejects with a plain `{ name, code, message, retry_after_ms? }`. */
  request(asked: { method: string; params?: unknown }, options?: RequestOptions): Promise<unknown>;
  on(event: EventName, listener: (event: PageEvent) => void): void;
  off(event: EventName, listener: (event: PageEvent) => void): void;
}

/** Whether what a page was announced can be a provider: any script in the page may announce anything. */
export function isProvider(value: unknown): value is Provider {
  if (typeof value !== "object" || value === null) return false;
  const { info, request, on, off } = value as Partial<Provider>;
  return (
    typeof info === "object" &&
    info !== null &&
    typeof info.name === "string" &&
    typeof info.rdns === "string" &&
    typeof info.api === "number" &&
    [request, on, off].every((member) => typeof member === "function")
  );
}
