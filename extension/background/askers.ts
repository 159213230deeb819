// Who waits for which answer: the ports of sites and extensions, and the requests under way on each.

import {
  type AskerAnswer,
  IN_FLIGHT,
  IN_FLIGHT_WAIT_MS,
  REQUEST_BYTES,
  TOO_LARGE,
  TOO_MANY,
} from "../content/protocol";
import { isLonger } from "../content/request";
import type { Effect, PageErrorCode, PageEvent, Subject } from "../generated/messages";
import { readAskerMessage } from "./asker-message";
import { subjectKey } from "./subjects";
import type { VaultHost } from "./vault-host";
import { VaultUnopened } from "./vault-worker";

/** What the vault does for those who ask. */
export type AskedVault = Pick<VaultHost, "handle" | "withdraw" | "decided">;

/** The very words of the vault for a subject without a grant, so that nobody can tell who spoke. */
const UNAUTHORIZED = "no grant covers this: ask with permissions.request";

/** As many decisions may come before those who wait for them are back from a suspension of the background. */
const MAX_HELD = 128;

export class Askers {
  readonly #askers = new Set<Asker>();
  /** Answers to what was asked before the background was suspended, by subject and request. */
  readonly #held = new Map<string, string>();

  /** Serves a port. Who it is may take a moment to find out; for a port without a subject everything is `unauthorized`. */
  serve(port: browser.runtime.Port, subject: Promise<Subject | undefined>, vault: AskedVault): void {
    const asker = new Asker(port, vault, this.#held);
    this.#askers.add(asker);
    port.onDisconnect.addListener(() => {
      this.#askers.delete(asker);
      asker.leave();
    });
    const known = subject.then((subject) => {
      asker.subject = subject;
    });
    port.onMessage.addListener(async (message) => {
      await known;
      asker.receive(message);
    });
  }

  /**
   * Hands an answer to the port that waits for it. What the person decides may come before the asker's bridge is back from a
   * suspension of the background: then it waits for that (`held`), as the vault gives an answer once.
   */
  answer({ subject, request_id, body }: Extract<Effect, { effect: "answer" }>, held: boolean): void {
    for (const asker of this.#askers) if (asker.answer(subject, request_id, body)) return;
    if (held && this.#held.size < MAX_HELD) this.#held.set(requestKey(subject, request_id), body);
  }

  /** Tells each open port of an extension; sites are told through their bridge. */
  notify(subject: Subject, event: PageEvent): void {
    for (const asker of this.#askers) asker.notify(subject, event);
  }

  /** Hangs up on the sites that are no longer to be served. */
  async dismiss(isServed: (subject: Subject) => Promise<boolean>): Promise<void> {
    for (const asker of [...this.#askers]) {
      if (!asker.subject || (await isServed(asker.subject))) continue;
      this.#askers.delete(asker);
      asker.dismiss();
    }
  }
}

class Asker {
  /** Who it is, once that is known; nobody whose requests are to be carried out, if it stays unset. */
  subject: Subject | undefined;
  readonly #port: browser.runtime.Port;
  readonly #vault: AskedVault;
  readonly #held: Map<string, string>;
  readonly #unanswered = new Set<string>();
  #gone = false;

  constructor(port: browser.runtime.Port, vault: AskedVault, held: Map<string, string>) {
    this.#port = port;
    this.#vault = vault;
    this.#held = held;
  }

  receive(message: unknown): void {
    // It may have left while it was found out who it is.
    if (this.#gone) return;
    const { subject } = this;
    const read = readAskerMessage(message);
    if (!read) {
      this.#port.disconnect();
      this.leave();
    } else if (!subject) {
      this.#refuse(read.id, "unauthorized", UNAUTHORIZED);
    } else if ("withdraw" in read) {
      if (this.#unanswered.delete(read.id)) void this.#withdraw(subject, [read.id]);
    } else if (isLonger(read.body, REQUEST_BYTES)) {
      this.#refuse(read.id, "too_large", TOO_LARGE);
    } else if (this.#unanswered.size >= IN_FLIGHT) {
      this.#refuse(read.id, "rate_limited", TOO_MANY, IN_FLIGHT_WAIT_MS);
    } else if (!this.#unanswered.has(read.id)) {
      void this.#ask(subject, read.id, read.body);
    }
  }

  /** Whether this port waited for it. */
  answer(subject: Subject, requestId: string, body: string): boolean {
    if (!this.#is(subject) || !this.#unanswered.delete(requestId)) return false;
    this.#post({ id: requestId, body });
    return true;
  }

  notify(subject: Subject, event: PageEvent): void {
    if (this.#is(subject)) this.#post({ event });
  }

  /** The port is gone, and with it whoever wanted these answers. */
  leave(): void {
    this.#gone = true;
    if (this.subject && this.#unanswered.size > 0) void this.#withdraw(this.subject, [...this.#unanswered]);
    this.#unanswered.clear();
  }

  dismiss(): void {
    for (const id of this.#unanswered) this.#refuse(id, "unauthorized", UNAUTHORIZED);
    this.#port.disconnect();
    this.leave();
  }

  async #ask(subject: Subject, id: string, body: string): Promise<void> {
    this.#unanswered.add(id);
    // A decision under way may be the answer. The vault gives it once: asked after that, it would ask the person again.
    await this.#vault.decided();
    if (!this.#unanswered.has(id)) return;
    const held = this.#held.get(requestKey(subject, id));
    if (held !== undefined) {
      this.#held.delete(requestKey(subject, id));
      this.answer(subject, id, held);
      return;
    }
    try {
      await this.#vault.handle(subject, id, body);
    } catch (error) {
      if (!this.#unanswered.delete(id)) return;
      // A vault that does not open is one more reason that no site may learn of.
      if (error instanceof VaultUnopened) this.#refuse(id, "unauthorized", UNAUTHORIZED);
      else
        this.#refuse(
          id,
          "unavailable",
          "The request was not carried out by a fault of Keepsake's: try again.",
        );
    }
  }

  async #withdraw(subject: Subject, ids: string[]): Promise<void> {
    try {
      await this.#vault.withdraw(subject, ids);
    } catch {
      // A vault that does not open, or whose worker failed, holds nothing to withdraw.
    }
  }

  #is(subject: Subject): boolean {
    return this.subject !== undefined && subjectKey(this.subject) === subjectKey(subject);
  }

  #refuse(id: string, code: PageErrorCode, message: string, retryAfterMs?: number): void {
    const error =
      retryAfterMs === undefined ? { code, message } : { code, message, retry_after_ms: retryAfterMs };
    this.#post({ id, body: JSON.stringify({ error }) });
  }

  #post(answer: AskerAnswer): void {
    try {
      this.#port.postMessage(answer);
    } catch {
      // The port closed a moment ago; its `onDisconnect` says the rest.
    }
  }
}

function requestKey(subject: Subject, requestId: string): string {
  return `${requestId} ${subjectKey(subject)}`;
}
