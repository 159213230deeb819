// The object that a page gets: made in the page's own world, frozen, and each value in it a copy.

import type { PageEvent } from "../generated/messages";
import type { Link } from "./link";
import type { Failure } from "./protocol";
import { rebuild } from "./request";

/** Firefox's ways from a content script into the page; the page sees what is made so as its own. */
declare function cloneInto<T>(value: T, world: Window, options?: { cloneFunctions: boolean }): T;
declare function exportFunction<F extends (...args: never[]) => unknown>(fn: F, world: Window): F;

type PageFunction = (value: unknown) => void;
type EventName = PageEvent["event"];
const EVENTS: readonly unknown[] = ["grantchange", "lockchange"] satisfies EventName[];

/** Who announces itself. */
interface Info {
  name: string;
  rdns: string;
  version: string;
  api: number;
}

/** The natives of the page's own world, whatever the page has put in their place. */
const { Promise: PagePromise, DOMException: PageException } = window as unknown as {
  Promise: PromiseConstructor;
  DOMException: typeof DOMException;
};

export class Provider {
  /** What `agentmemory:announce` carries: `{ info, provider }`, frozen. */
  readonly detail: object;
  readonly #link: Link;
  readonly #listeners = new Map<unknown, Set<PageFunction>>();

  constructor(link: Link, info: Info) {
    this.#link = link;
    const provider = {
      info,
      request: (asked: unknown, options: unknown) => this.#request(asked, options),
      on: (event: unknown, listener: unknown) => this.#on(event, listener),
      off: (event: unknown, listener: unknown) => this.#off(event, listener),
    };
    this.detail = cloneInto({ info, provider }, window, { cloneFunctions: true });
    freezeInPage(this.detail);
  }

  /** Calls the page's listeners. */
  emit(event: PageEvent): void {
    for (const listener of this.#listeners.get(event.event) ?? []) {
      try {
        listener(cloneInto(event, window));
      } catch (error) {
        // A fault of the page's own, which the page hears of as of any other.
        window.reportError(error);
      }
    }
  }

  #request(asked: unknown, options: unknown): Promise<unknown> {
    const start = (resolve: PageFunction, reject: PageFunction) => {
      const refuse = ({ code, message, retry_after_ms }: Failure) => {
        const error = { name: "AgentMemoryError", code, message };
        reject(cloneInto(retry_after_ms === undefined ? error : { ...error, retry_after_ms }, window));
      };
      const rebuilt = rebuild(asked);
      if ("failure" in rebuilt) return refuse(rebuilt.failure);
      const signal = signalOf(options);
      if (signal?.aborted) return reject(reasonOf(signal));
      const abort = () => {
        this.#link.withdraw(id);
        if (signal) reject(reasonOf(signal));
      };
      const id = this.#link.ask(rebuilt.body, (answer) => {
        signal?.removeEventListener("abort", abort);
        if ("error" in answer) refuse(answer.error);
        else resolve(cloneInto(answer.result, window));
      });
      signal?.addEventListener("abort", abort, { once: true });
    };
    return new PagePromise(exportFunction(start, window));
  }

  #on(event: unknown, listener: unknown): void {
    if (!EVENTS.includes(event) || typeof listener !== "function") return;
    const listeners = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, listeners.add(listener as PageFunction));
  }

  #off(event: unknown, listener: unknown): void {
    this.#listeners.get(event)?.delete(listener as PageFunction);
  }
}

/** The `AbortSignal` among the options; whatever else stands there is none. */
function signalOf(options: unknown): AbortSignal | undefined {
  if (typeof options !== "object" || options === null) return undefined;
  const { signal } = options as { signal?: unknown };
  return signal instanceof AbortSignal ? signal : undefined;
}

/** Why a signal aborted. The browser's own exceptions belong to no page until one makes them its own. */
function reasonOf({ reason }: AbortSignal): unknown {
  return reason instanceof DOMException ? new PageException(reason.message, reason.name) : reason;
}

/** Through an Xray wrapper only the wrapper would be frozen: this freezes the page's own objects, all the way down. */
function freezeInPage(value: object): void {
  const waived = (value as { wrappedJSObject?: object }).wrappedJSObject ?? value;
  Object.freeze(waived);
  for (const each of Object.values(waived)) {
    // Not `instanceof`: the page's objects have the page's `Object` above them.
    if (Object(each) === each && !Object.isFrozen(each)) freezeInPage(each);
  }
}
