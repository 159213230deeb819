// A provider whose answers the test writes: an object in the page that announces itself and tells what it was asked.

import type { PageEvent } from "./page-api.ts";
import type { EventName, Provider, ProviderInfo, RequestOptions } from "./provider.ts";

export interface Asked {
  method: string;
  params?: unknown;
}

export class TestProvider implements Provider {
  readonly info: ProviderInfo;
  readonly asked: Asked[] = [];
  readonly #answer: (asked: Asked, options?: RequestOptions) => Promise<unknown>;
  readonly #listeners = new Map<EventName, Set<(event: PageEvent) => void>>();
  readonly #announce = () =>
    globalThis.dispatchEvent(new CustomEvent("agentmemory:announce", { detail: { provider: this } }));

  constructor(rdns: string, answer: (asked: Asked, options?: RequestOptions) => Promise<unknown>) {
    this.info = { name: "Test", rdns, version: "1.0", api: 1 };
    this.#answer = answer;
  }

  /** Puts the provider into the page: announces it now and whenever a page asks. */
  enter(): void {
    globalThis.addEventListener("agentmemory:request", this.#announce);
    this.#announce();
  }

  leave(): void {
    globalThis.removeEventListener("agentmemory:request", this.#announce);
  }

  emit(event: PageEvent): void {
    for (const listener of this.#listeners.get(event.event) ?? []) listener(event);
  }

  request(asked: Asked, options?: RequestOptions): Promise<unknown> {
    this.asked.push(asked);
    return this.#answer(asked, options);
  }

  on(event: EventName, listener: (event: PageEvent) => void): void {
    this.#listeners.set(event, (this.#listeners.get(event) ?? new Set()).add(listener));
  }

  off(event: EventName, listener: (event: PageEvent) => void): void {
    this.#listeners.get(event)?.delete(listener);
  }
}
