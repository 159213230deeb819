// The life of the vault's worker: started by the first call, replaced after a crash, ended by a lock.

import type { Command, Effect, Reply, StrengthReport, Subject } from "../generated/messages";
import { OwnerFailure } from "../owner/failure";
import type { Opened, VaultCall, VaultResults } from "../worker/protocol";
import { awake } from "./keep-awake";
import { forgetSessionKey, loadSession, saveSessionKey } from "./session";
import { VaultEnded, VaultWorker } from "./vault-worker";

/** Whose doing effects are: an asker's request, or what the person did. */
export type Cause = "asker" | "person";

/** Carries out what the vault asks for. */
export type Perform = (effects: Effect[], cause: Cause) => Promise<void>;

export class VaultHost {
  readonly #perform: Perform;
  #worker: VaultWorker | undefined;

  constructor(perform: Perform) {
    this.#perform = perform;
  }

  /** A site's or an extension's request; its answer comes as an effect. */
  async handle(subject: Subject, requestId: string, body: string): Promise<void> {
    await this.#perform(await this.#callAcrossLocks({ op: "handle", subject, requestId, body }), "asker");
  }

  /** The asker is gone, or wants these answers no longer. */
  async withdraw(subject: Subject, requestIds: string[]): Promise<void> {
    await this.#perform(await this.#callAcrossLocks({ op: "withdraw", subject, requestIds }), "asker");
  }

  /** The window of a consent was closed without a decision. */
  async consentClosed(id: string): Promise<void> {
    await this.#perform(await this.#callAcrossLocks({ op: "consentClosed", id }), "person");
  }

  /** A command of the person's. Rejects with an `OwnerFailure`, as all below do. */
  async command(command: Command): Promise<Reply> {
    const { reply, effects } = await this.#call({ op: "command", command });
    await this.#perform(effects, "person");
    return reply;
  }

  create(passphrase: Uint8Array, acceptWeak: boolean): Promise<void> {
    return this.#open((worker) => worker.call({ op: "create", passphrase, acceptWeak }, [passphrase.buffer]));
  }

  unlock(passphrase: Uint8Array): Promise<void> {
    return this.#open((worker) => worker.call({ op: "unlock", passphrase }, [passphrase.buffer]));
  }

  assess(passphrase: Uint8Array): Promise<StrengthReport> {
    return this.#call({ op: "assess", passphrase }, [passphrase.buffer]);
  }

  suggest(): Promise<string> {
    return this.#call({ op: "suggest" });
  }

  /**
   * Ends the worker with all keys in its memory at once, whatever it is doing: a write under way is undone by IndexedDB, and
   * no lock waits behind an import. A new worker, that never sees the session key, says who is to learn of it. What sites
   * asked meanwhile is asked again of that one.
   */
  async lock(): Promise<void> {
    this.#worker?.terminate("lock");
    const worker = this.#start(forgetSessionKey().then(loadSession));
    try {
      await this.#perform(await awake(() => worker.call({ op: "lock" })), "person");
    } catch (error) {
      // Another lock came on the heels of this one and tells of both.
      if (!(error instanceof VaultEnded && error.byLock)) throw error;
    }
  }

  async #open(call: (worker: VaultWorker) => Promise<Opened>): Promise<void> {
    const worker = this.#running();
    const { session_key, error, effects } = await awake(() => call(worker));
    // Between the worker's answer and here a lock may have come, which is the last word.
    if (worker !== this.#worker) throw new VaultEnded("lock");
    if (session_key) await saveSessionKey(session_key);
    await this.#perform(effects, "person");
    if (error) throw new OwnerFailure(error);
  }

  #call<C extends VaultCall>(call: C, transfer: Transferable[] = []): Promise<VaultResults[C["op"]]> {
    return awake(() => this.#running().call(call, transfer));
  }

  /** Each of these calls may be made twice: the vault knows the request's id and answers it once. */
  async #callAcrossLocks<C extends VaultCall>(call: C): Promise<VaultResults[C["op"]]> {
    for (;;) {
      try {
        return await this.#call(call);
      } catch (error) {
        if (!(error instanceof VaultEnded && error.byLock)) throw error;
      }
    }
  }

  #running(): VaultWorker {
    return this.#worker && !this.#worker.ended ? this.#worker : this.#start(loadSession());
  }

  #start(kept: ReturnType<typeof loadSession>): VaultWorker {
    this.#worker = new VaultWorker(kept);
    return this.#worker;
  }
}
