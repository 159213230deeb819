// The pages' way to the background: one port, one promise a call, and news of what changed.

import type { Command, Topic } from "../generated/messages";
import { OwnerFailure } from "./failure";
import {
  type News,
  OWNER_PORT,
  type OwnerCall,
  type OwnerMessage,
  type OwnerResults,
  type ReplyTo,
} from "./protocol";

export { OwnerFailure };

interface Waiting {
  call: OwnerCall;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/**
 * Firefox closes the port when it suspends the background. Nothing is lost by that: what is unanswered is sent again on a
 * new port, which wakes the background; without anything to say the port is opened anew only by the next call, so an open
 * page does not keep the background awake. A call that was under way may therefore be carried out twice; every command
 * is written so that the second time does no harm or fails with `conflict` or `vault_exists`.
 */
export class OwnerClient {
  #port: browser.runtime.Port | undefined;
  #next = 1;
  readonly #waiting = new Map<number, Waiting>();

  /** Carries out a command on the vault. Rejects with an `OwnerFailure`. */
  async command<C extends Command>(command: C): Promise<ReplyTo<C["command"]>> {
    return (await this.#send({ op: "vault", command })) as ReplyTo<C["command"]>;
  }

  /** Any other call. Rejects with an `OwnerFailure`. */
  async call<C extends Exclude<OwnerCall, { op: "vault" }>>(call: C): Promise<OwnerResults[C["op"]]> {
    return (await this.#send(call)) as OwnerResults[C["op"]];
  }

  /** Calls `listener` with what to fetch anew; answers the way to stop. */
  onChanged(listener: (topics: Topic[]) => void): () => void {
    const receive = (message: unknown, sender: browser.runtime.MessageSender) => {
      // What the background says to the bridges in tabs reaches our own pages in tabs too.
      const { changed } = message as Partial<News>;
      if (sender.id === browser.runtime.id && changed) listener(changed);
    };
    browser.runtime.onMessage.addListener(receive);
    return () => browser.runtime.onMessage.removeListener(receive);
  }

  #send(call: OwnerCall): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = this.#next++;
      this.#waiting.set(id, { call, resolve, reject });
      (this.#port ?? this.#connect()).postMessage({ id, call });
    });
  }

  #connect(): browser.runtime.Port {
    const port = browser.runtime.connect({ name: OWNER_PORT });
    this.#port = port;
    port.onMessage.addListener((message) => this.#receive(message as OwnerMessage));
    port.onDisconnect.addListener(() => {
      this.#port = undefined;
      if (this.#waiting.size === 0) return;
      const again = this.#connect();
      for (const [id, { call }] of this.#waiting) again.postMessage({ id, call });
    });
    return port;
  }

  #receive(message: OwnerMessage): void {
    const waiting = this.#waiting.get(message.id);
    if (!waiting) return;
    this.#waiting.delete(message.id);
    if ("error" in message) waiting.reject(new OwnerFailure(message.error));
    else waiting.resolve(message.result);
  }
}
