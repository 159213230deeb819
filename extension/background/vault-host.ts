// The life of the vault's worker: started by the first call, replaced after a crash, ended by a lock.

import type { Command, Effect, Reply, StrengthReport, Subject } from "../generated/messages";
import { OwnerFailure } from "../owner/failure";
import type { DumpCall, FileCall, Proof } from "../owner/protocol";
import type { Opened, Replied, VaultCall, VaultResults } from "../worker/protocol";
import { awake } from "./keep-awake";
import { forgetSessionKey, hasSessionKey, loadSession, saveSessionKey } from "./session";
import { VaultEnded, VaultUnopened, VaultWorker } from "./vault-worker";

/** Whose doing effects are: an asker's request, or what the person did. */
export type Cause = "asker" | "person";

/** Carries out what the vault asks for. */
export type Perform = (effects: Effect[], cause: Cause) => Promise<void>;

/** So long after a release its receipt outlives also a power cut, and after waking it goes on with what was interrupted. */
const SOON_MS = 1000;

export class VaultHost {
  readonly #perform: Perform;
  #tidying = false;
  #soon: number | undefined;
  #worker: VaultWorker | undefined;
  /** Copies what is stored as it is. */
  #copier: VaultWorker | undefined;
  /** What the person decided on consents and is still being carried out. */
  readonly #decisions = new Set<Promise<unknown>>();

  constructor(perform: Perform) {
    this.#perform = perform;
  }

  /** Something has woken the background, and is about to ask the vault for something: it opens meanwhile. */
  wake(): void {
    this.#running();
  }

  /** A site's or an extension's request; its answer comes as an effect. */
  async handle(subject: Subject, requestId: string, body: string): Promise<void> {
    const effects = await this.#callAcrossLocks({ op: "handle", subject, requestId, body });
    await this.#perform(effects, "asker");
    this.#tidyAfter(effects);
  }

  /** The asker is gone, or wants these answers no longer. */
  async withdraw(subject: Subject, requestIds: string[]): Promise<void> {
    await this.#perform(await this.#callAcrossLocks({ op: "withdraw", subject, requestIds }), "asker");
  }

  /** The window of a consent was closed without a decision. */
  consentClosed(id: string): Promise<void> {
    return this.#decide(async () => {
      await this.#perform(await this.#callAcrossLocks({ op: "consentClosed", id }), "person");
    });
  }

  /** Done once those who waited for the decisions that are under way have their answers. */
  async decided(): Promise<void> {
    await Promise.allSettled(this.#decisions);
  }

  /** A command of the person's. Rejects with an `OwnerFailure`, as all below do. */
  async command(command: Command): Promise<Reply> {
    const carriedOut = () => this.#carryOut({ op: "command", command });
    const { reply } = await (command.command === "consent_decide" ? this.#decide(carriedOut) : carriedOut());
    if (!reply) throw new Error("the vault answered neither with a reply nor with an error");
    return reply;
  }

  create(passphrase: Uint8Array, acceptWeak: boolean): Promise<void> {
    return this.#open((worker) => worker.call({ op: "create", passphrase, acceptWeak }, [passphrase.buffer]));
  }

  /** Somebody begins to type a passphrase. */
  async prepareUnlock(): Promise<void> {
    await this.#running().prepare();
  }

  unlock(passphrase: Uint8Array): Promise<void> {
    return this.#open((worker) => worker.call({ op: "unlock", passphrase }, [passphrase.buffer]));
  }

  unlockWithCode(code: Uint8Array): Promise<void> {
    return this.#open((worker) => worker.call({ op: "unlockWithCode", code }, [code.buffer]));
  }

  async changePassphrase(proof: Proof, passphrase: Uint8Array, acceptWeak: boolean): Promise<void> {
    const known = "code" in proof ? proof.code : proof.passphrase;
    const call = { op: "changePassphrase", proof, passphrase, acceptWeak } as const;
    await this.#carryOut(call, [known.buffer, passphrase.buffer]);
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

  /** Begins to seal everything under a new key; what follows is done by and by. */
  rotate(passphrase: Uint8Array): Promise<void> {
    return this.#open((worker) => worker.call({ op: "rotate", passphrase }, [passphrase.buffer]));
  }

  /** Destroys the vault. The worker that held the keys ends first; a new one never had them. */
  async forgetEverything(): Promise<void> {
    this.#worker?.terminate("lock");
    this.#copier?.terminate("lock");
    const worker = this.#start(forgetSessionKey().then(loadSession));
    try {
      await this.#perform(await awake(() => worker.call({ op: "forgetEverything" })), "person");
    } catch (error) {
      if (!(error instanceof VaultUnopened)) throw error;
      await this.#destroy();
    }
  }

  /** What does not open is destroyed all the same. */
  async #destroy(): Promise<void> {
    const destroyer = new VaultWorker();
    try {
      await awake(() => destroyer.call({ op: "destroy" }));
    } finally {
      destroyer.terminate("lock");
    }
    await this.#perform([{ effect: "changed", topics: ["state"] }], "person");
  }

  /** A call on a file that is taken out or in, a part at a time. */
  file<C extends Exclude<FileCall, DumpCall>>(call: C): Promise<VaultResults[C["op"]]> {
    return this.#call(call);
  }

  /**
   * A call on a copy of what is stored, sealed as it is. It has a worker of its own, which opens no vault: where the vault
   * does not open, the copy is needed most. That worker stays until the next copy, for who asks for the last part again.
   */
  async dump<C extends DumpCall>(call: C): Promise<VaultResults[C["op"]]> {
    if (call.op === "dumpStart") {
      this.#copier?.terminate("crash");
      // The latest receipts stand beside the database until the vault takes them in. One that does not open did so before.
      if (await hasSessionKey()) await this.command({ command: "tidy" }).catch(() => undefined);
    }
    if (!this.#copier || this.#copier.ended) this.#copier = new VaultWorker();
    const copier = this.#copier;
    return awake(() => copier.call(call));
  }

  /** Does what is to be done without being asked for, if the vault is open. */
  async tidyUpIfOpen(): Promise<void> {
    if (await hasSessionKey()) await this.#tidyUp();
  }

  /** Locks what is open; what is not is left in peace. */
  async lockIfOpen(): Promise<void> {
    if (await hasSessionKey()) await this.lock();
  }

  async #decide<R>(carryOut: () => Promise<R>): Promise<R> {
    const decision = carryOut();
    this.#decisions.add(decision);
    try {
      return await decision;
    } finally {
      this.#decisions.delete(decision);
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
    void this.#tidyUp();
  }

  /** A little at a time, so that whoever wants something waits for no more than one step. A lock ends it. */
  async #tidyUp(): Promise<void> {
    if (this.#tidying) return;
    this.#tidying = true;
    try {
      for (;;) {
        const reply = await this.command({ command: "tidy" });
        if (reply.command !== "tidy" || !reply.reply) break;
      }
    } catch (error) {
      // The vault was locked, or cannot write: the next unlock begins again where this stopped.
      if (!(error instanceof OwnerFailure)) throw error;
    } finally {
      this.#tidying = false;
    }
  }

  /** The search index takes in and writes down what changed, and receipts that are kept get to the disk. */
  #tidyAfter(effects: readonly Effect[]): void {
    const changed = new Set(effects.flatMap((effect) => (effect.effect === "changed" ? effect.topics : [])));
    if (changed.has("memories")) {
      void this.#tidyUp();
    } else if (changed.has("receipts")) {
      // One write for all that is asked within this time.
      this.#tidySoon();
    }
  }

  #tidySoon(): void {
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      void this.tidyUpIfOpen();
    }, SOON_MS);
  }

  /** What the vault asks for is done also where it refuses. */
  async #carryOut(
    call: Extract<VaultCall, { op: "command" | "changePassphrase" }>,
    transfer: Transferable[] = [],
  ): Promise<Replied> {
    const replied = await this.#call(call, transfer);
    await this.#perform(replied.effects, "person");
    this.#tidyAfter(replied.effects);
    if (replied.error) throw new OwnerFailure(replied.error);
    return replied;
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
    if (this.#worker && !this.#worker.ended) return this.#worker;
    const worker = this.#start(loadSession());
    // What a suspension interrupted goes on, behind what the background was woken for.
    this.#tidySoon();
    return worker;
  }

  #start(kept: ReturnType<typeof loadSession>): VaultWorker {
    this.#worker = new VaultWorker(kept);
    return this.#worker;
  }
}
