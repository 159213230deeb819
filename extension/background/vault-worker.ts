// One running worker with the vault in it: a promise for each call, and a clear end for those that it can no longer answer.

import type { OwnerError } from "../generated/messages";
import { OwnerFailure } from "../owner/failure";
import type {
  KdfMessage,
  KeptSession,
  VaultCall,
  VaultMessage,
  VaultResponse,
  VaultResults,
} from "../worker/protocol";
import { vaultModule } from "./vault-module";

/** The vault did not open: Firefox lets nothing be stored, or what is stored does not open. */
export class VaultUnopened extends OwnerFailure {}

/** The worker ended before it had answered: by a lock, or because it failed. */
export class VaultEnded extends OwnerFailure {
  readonly byLock: boolean;

  constructor(reason: "lock" | "crash") {
    super(reason === "lock" ? LOCKED : CRASHED);
    this.byLock = reason === "lock";
  }
}

const LOCKED: OwnerError = {
  code: "locked",
  message: "The vault was locked while this was under way: unlock it and see what was done.",
};
const CRASHED: OwnerError = {
  code: "storage_failed",
  message:
    "The vault stopped by a fault of Keepsake's while this was under way: see what was done, and try again.",
};

interface Waiting {
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/** Longer than a passphrase takes to type. */
const PREPARED_FOR_MS = 60_000;

export class VaultWorker {
  readonly #worker: Worker;
  readonly #opened: Promise<unknown>;
  readonly #waiting = new Map<number, Waiting>();
  readonly #deriving = new Set<Worker>();
  /** The one of them that nobody has asked for a key yet. */
  #prepared: Worker | undefined;
  #nextId = 1;
  #end: VaultEnded | undefined;

  /** Starts a worker. It opens the vault as the session has it, once that is read; without a session it opens none. */
  constructor(kept?: Promise<KeptSession>) {
    this.#worker = new Worker(browser.runtime.getURL("worker/vault.js"), {
      type: "module",
      name: "keepsake-vault",
    });
    this.#worker.onmessage = ({ data }: MessageEvent<VaultResponse>) => this.#receive(data);
    this.#worker.onerror = () => this.terminate("crash");
    vaultModule().then(
      (module) => this.#worker.postMessage({ module } satisfies VaultMessage),
      () => this.terminate("crash"),
    );
    this.#opened = kept ? this.#open(kept) : Promise.resolve();
    // Each call reports it; a worker without a call has nobody to report to.
    this.#opened.catch(() => undefined);
  }

  /** Whether it takes no more calls. */
  get ended(): boolean {
    return this.#end !== undefined;
  }

  /** Carries out one call after those that came before it. Rejects with an `OwnerFailure`. */
  async call<C extends VaultCall>(call: C, transfer: Transferable[] = []): Promise<VaultResults[C["op"]]> {
    await this.#opened;
    return (await this.#post(call, transfer)) as VaultResults[C["op"]];
  }

  /** Ends the worker at once, with all that it holds in memory. */
  terminate(reason: "lock" | "crash"): void {
    if (this.#end) return;
    this.#end = new VaultEnded(reason);
    this.#worker.terminate();
    for (const kdf of this.#deriving) kdf.terminate();
    this.#deriving.clear();
    for (const { reject } of this.#waiting.values()) reject(this.#end);
    this.#waiting.clear();
  }

  async #open(kept: Promise<KeptSession>): Promise<void> {
    try {
      await this.#post({ op: "open", kept: await kept });
    } catch (error) {
      this.#unopened(error);
    }
  }

  #post(call: VaultCall, transfer: Transferable[] = []): Promise<unknown> {
    if (this.#end) return Promise.reject(this.#end);
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, call } satisfies VaultMessage, transfer);
    });
  }

  #receive(response: VaultResponse): void {
    if ("crashed" in response) {
      this.terminate("crash");
      return;
    }
    if ("kdf" in response) {
      this.#derive(response.kdf);
      return;
    }
    const waiting = this.#waiting.get(response.id);
    this.#waiting.delete(response.id);
    if ("error" in response) waiting?.reject(new OwnerFailure(response.error));
    else waiting?.resolve(response.result);
  }

  /**
   * For an unlock that is about to come: starts the worker that will derive the key, and has the vault read what it will need.
   * Both are forgotten where no unlock comes.
   */
  async prepare(): Promise<void> {
    if (this.#end || this.#prepared) return;
    const kdf = this.#startKdf();
    this.#prepared = kdf;
    kdf.postMessage("warm up" satisfies KdfMessage);
    setTimeout(() => {
      if (this.#prepared !== kdf) return;
      this.#prepared = undefined;
      this.#endKdf(kdf);
    }, PREPARED_FOR_MS);
    await this.call({ op: "prefetch" });
  }

  /** Has one key derived for the vault's worker, and ends the worker that did it. */
  #derive(port: MessagePort): void {
    const kdf = this.#prepared ?? this.#startKdf();
    this.#prepared = undefined;
    kdf.postMessage(port satisfies KdfMessage, [port]);
  }

  #startKdf(): Worker {
    const kdf = new Worker(browser.runtime.getURL("worker/kdf.js"), { type: "module", name: "keepsake-kdf" });
    this.#deriving.add(kdf);
    kdf.onmessage = () => this.#endKdf(kdf);
    kdf.onerror = () => this.terminate("crash");
    return kdf;
  }

  #endKdf(kdf: Worker): void {
    this.#deriving.delete(kdf);
    kdf.terminate();
  }

  #unopened(error: unknown): never {
    if (error instanceof VaultEnded) throw error;
    this.terminate("crash");
    throw error instanceof OwnerFailure ? new VaultUnopened(error.toOwnerError()) : error;
  }
}
