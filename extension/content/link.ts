// The bridge's line to the background: opened by the first request, opened anew while one is unanswered.

import {
  type AskerAnswer,
  type AskerMessage,
  type Failure,
  IN_FLIGHT,
  IN_FLIGHT_WAIT_MS,
  SITE_PORT,
  TOO_MANY,
} from "./protocol";
import { makeRequestId } from "./request";

/** What the background answered. */
export type Answer = { result: unknown } | { error: Failure };

interface Unanswered {
  body: string;
  settle(answer: Answer): void;
}

/** A port that lived for less did not end because Firefox suspended the background after idle seconds. */
const SHORT_LIFE_MS = 1000;
/** So many short lives in a row, and there is nobody to talk to. */
const SHORT_LIVES = 5;
const FIRST_PAUSE_MS = 50;

const NOT_CONNECTED: Failure = { code: "unauthorized", message: "This site is not connected." };
const GONE: Failure = {
  code: "unavailable",
  message: "The extension does not answer. It may have been updated or removed: reload the page.",
};

export class Link {
  #port: browser.runtime.Port | undefined;
  #openedAt = 0;
  #shortLives = 0;
  #asleep = false;
  #silent = false;
  readonly #unanswered = new Map<string, Unanswered>();

  get silent(): boolean {
    return this.#silent;
  }

  /** Sends a request; `settle` is called once. Answers the id to withdraw it by. */
  ask(body: string, settle: (answer: Answer) => void): string {
    const id = makeRequestId();
    if (this.#silent) {
      settle({ error: NOT_CONNECTED });
    } else if (this.#unanswered.size >= IN_FLIGHT) {
      settle({ error: { code: "rate_limited", message: TOO_MANY, retry_after_ms: IN_FLIGHT_WAIT_MS } });
    } else {
      this.#unanswered.set(id, { body, settle });
      // In the back/forward cache nothing crosses; `wake` sends it.
      if (this.#port) this.#post({ id, body });
      else if (!this.#asleep) this.#connect();
    }
    return id;
  }

  /** The page no longer wants the answer. */
  withdraw(id: string): void {
    if (this.#unanswered.delete(id) && this.#port) this.#post({ id, withdraw: true });
  }

  /** The page goes into the back/forward cache: whatever waits there for the person is of no use. */
  sleep(): void {
    this.#asleep = true;
    this.#hangUp();
  }

  /** The page is back: what is unanswered is asked anew, under its id. */
  wake(): void {
    this.#asleep = false;
    this.#resume();
  }

  /** The person disconnected the site. */
  silence(): void {
    this.#silent = true;
    this.#hangUp();
    this.#fail(NOT_CONNECTED);
  }

  /** The person connected the site again. */
  speak(): void {
    this.#silent = false;
  }

  #resume(): void {
    if (!this.#port && !this.#asleep && this.#unanswered.size > 0) this.#connect();
  }

  #connect(): void {
    try {
      const port = browser.runtime.connect({ name: SITE_PORT });
      this.#port = port;
      this.#openedAt = Date.now();
      port.onMessage.addListener((message) => this.#receive(message as AskerAnswer));
      port.onDisconnect.addListener(() => this.#lost());
      for (const [id, { body }] of this.#unanswered) this.#post({ id, body });
    } catch {
      // What an updated or removed extension leaves behind in a page has no background any more.
      this.#port = undefined;
      this.#fail(GONE);
    }
  }

  #post(message: AskerMessage): void {
    this.#port?.postMessage(message);
  }

  #receive(message: AskerAnswer): void {
    if (!("id" in message)) return;
    this.#shortLives = 0;
    const unanswered = this.#unanswered.get(message.id);
    if (!unanswered) return;
    this.#unanswered.delete(message.id);
    unanswered.settle(JSON.parse(message.body) as Answer);
  }

  /** Firefox closes the port when it suspends the background; a new one wakes it. */
  #lost(): void {
    this.#port = undefined;
    this.#shortLives = Date.now() - this.#openedAt < SHORT_LIFE_MS ? this.#shortLives + 1 : 0;
    if (this.#shortLives === 0) {
      this.#resume();
    } else if (this.#shortLives <= SHORT_LIVES) {
      setTimeout(() => this.#resume(), FIRST_PAUSE_MS * 2 ** this.#shortLives);
    } else {
      this.#shortLives = 0;
      this.#fail(GONE);
    }
  }

  #hangUp(): void {
    this.#port?.disconnect();
    this.#port = undefined;
  }

  #fail(error: Failure): void {
    const unanswered = [...this.#unanswered.values()];
    this.#unanswered.clear();
    for (const { settle } of unanswered) settle({ error });
  }
}
