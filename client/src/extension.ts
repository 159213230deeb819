// The provider from another extension's side: the page API over a port, opened anew whenever the browser has closed it.

import { Client } from "./client.ts";
import { AgentMemoryError, NoProviderError } from "./errors.ts";
import type { PageEvent } from "./page-api.ts";
import type { EventName, Provider, ProviderInfo, RequestOptions } from "./provider.ts";

/** The name of the port. */
const PORT = "site";
/** A port that lived for less did not end because the browser suspended the other side after idle seconds. */
const SHORT_LIFE_MS = 1000;
/** So many short lives in a row, and there is nobody to talk to. */
const SHORT_LIVES = 4;
const FIRST_PAUSE_MS = 50;

const GONE = {
  code: "unavailable",
  message: "The extension does not answer. It may have been updated, disabled or removed: try again later.",
};

/** What of a port is used. */
export interface ExtensionPort {
  postMessage(message: object): void;
  disconnect(): void;
  readonly onMessage: { addListener(listener: (message: unknown) => void): void };
  readonly onDisconnect: { addListener(listener: () => void): void };
}

/** What of `browser.runtime` is used. */
export interface ExtensionRuntime {
  connect(id: string, options: { name: string }): ExtensionPort;
}

export interface ConnectExtensionOptions extends RequestOptions {
  /** In place of `browser.runtime`. */
  runtime?: ExtensionRuntime;
}

/**
 * Finds the memory that another extension keeps, from an extension: `keepsake@keepsake.example` is Keepsake's id. Asks the
 * person for nothing yet. Rejects with a `NoProviderError` where nobody answers under that id.
 */
export async function connectExtension(
  id: string,
  { runtime = ownRuntime(), signal }: ConnectExtensionOptions = {},
): Promise<Client> {
  const info = { name: id, rdns: id, version: "", api: 1 };
  try {
    const { api } = await new Client(new ExtensionProvider(runtime, id, info)).capabilities({ signal });
    return new Client(new ExtensionProvider(runtime, id, { ...info, api }));
  } catch (error) {
    if (error instanceof AgentMemoryError && error.code === "unavailable")
      throw new NoProviderError(id, "extension");
    throw error;
  }
}

interface Unanswered {
  readonly body: string;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

class ExtensionProvider implements Provider {
  readonly info: ProviderInfo;
  readonly #runtime: ExtensionRuntime;
  readonly #id: string;
  readonly #listeners = new Map<EventName, Set<(event: PageEvent) => void>>();
  readonly #unanswered = new Map<string, Unanswered>();
  #port: ExtensionPort | undefined;
  #openedAt = 0;
  #shortLives = 0;

  constructor(runtime: ExtensionRuntime, id: string, info: ProviderInfo) {
    this.#runtime = runtime;
    this.#id = id;
    this.info = info;
  }

  request(asked: { method: string; params?: unknown }, { signal }: RequestOptions = {}): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = makeRequestId();
      signal?.addEventListener("abort", () => this.#withdraw(id, signal.reason), { once: true });
      this.#unanswered.set(id, { body: JSON.stringify(asked), resolve, reject });
      if (this.#port) this.#send(id);
      else this.#connect();
    });
  }

  on(event: EventName, listener: (event: PageEvent) => void): void {
    this.#listeners.set(event, (this.#listeners.get(event) ?? new Set()).add(listener));
  }

  off(event: EventName, listener: (event: PageEvent) => void): void {
    this.#listeners.get(event)?.delete(listener);
  }

  /** Opens the port and sends all that is unanswered, under the ids it was sent under before. */
  #connect(): void {
    if (this.#unanswered.size === 0) return;
    try {
      const port = this.#runtime.connect(this.#id, { name: PORT });
      this.#port = port;
      this.#openedAt = Date.now();
      port.onMessage.addListener((message) => this.#receive(message));
      port.onDisconnect.addListener(() => this.#lost());
      for (const id of this.#unanswered.keys()) this.#send(id);
    } catch {
      this.#fail();
    }
  }

  #send(id: string): void {
    const { body } = this.#unanswered.get(id) ?? {};
    this.#port?.postMessage({ id, body });
  }

  #withdraw(id: string, reason: unknown): void {
    const unanswered = this.#unanswered.get(id);
    if (!unanswered) return;
    this.#unanswered.delete(id);
    this.#port?.postMessage({ id, withdraw: true });
    unanswered.reject(reason);
  }

  #receive(message: unknown): void {
    const { id, body, event } = message as { id?: unknown; body?: unknown; event?: PageEvent };
    this.#shortLives = 0;
    if (event) {
      for (const listener of this.#listeners.get(event.event) ?? []) listener(event);
      return;
    }
    const unanswered = this.#unanswered.get(String(id));
    if (!unanswered) return;
    this.#unanswered.delete(String(id));
    const answer = JSON.parse(String(body)) as { result: unknown } | { error: unknown };
    if ("error" in answer) unanswered.reject(answer.error);
    else unanswered.resolve(answer.result);
  }

  /** The browser closes the port when it suspends the other side; opening another wakes it. */
  #lost(): void {
    this.#port = undefined;
    this.#shortLives = Date.now() - this.#openedAt < SHORT_LIFE_MS ? this.#shortLives + 1 : 0;
    if (this.#shortLives === 0) this.#connect();
    else if (this.#shortLives <= SHORT_LIVES) {
      setTimeout(() => this.#port ?? this.#connect(), FIRST_PAUSE_MS * 2 ** this.#shortLives);
    } else this.#fail();
  }

  #fail(): void {
    this.#port = undefined;
    this.#shortLives = 0;
    const unanswered = [...this.#unanswered.values()];
    this.#unanswered.clear();
    for (const { reject } of unanswered) reject(GONE);
  }
}

function makeRequestId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function ownRuntime(): ExtensionRuntime {
  const { browser, chrome } = globalThis as {
    browser?: { runtime?: ExtensionRuntime };
    chrome?: { runtime?: ExtensionRuntime };
  };
  const runtime = browser?.runtime ?? chrome?.runtime;
  if (!runtime?.connect) throw new NoProviderError(undefined, "extension");
  return runtime;
}
