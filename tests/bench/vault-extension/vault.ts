// Keepsake's vault in this page, as its background has it: the workers that ship, and the messages that they are sent.

import { VaultWorker } from "../../../extension/background/vault-worker";
import type { Command, Reply } from "../../../extension/generated/messages";
import type { KdfRequest, KdfResponse } from "../../../extension/worker/protocol";

const DATABASE = "keepsake";
/** The object stores that hold memories and what the vault commits to. */
const MEASURED_STORES = ["records", "catalogue", "meta"];
const PASSPHRASE = new TextEncoder().encode("correct horse battery staple");
/** The most that one command imports. */
const IMPORTED_AT_ONCE = 5000;

export const SCOPE = "bench";

type ReplyTo<C extends Command> =
  Extract<Reply, { command: C["command"] }> extends { reply: infer R } ? R : undefined;

/** A vault with its own worker, and a count of what it was given. */
export class BenchVault {
  readonly made: { count: number; bytes: number };
  /** How many memories it holds, and how many bytes of text. */
  memories = 0;
  plaintext = 0;
  #worker = start();

  private constructor(made: { count: number; bytes: number }) {
    this.made = made;
  }

  /** Makes a vault in the place of the last one, whose worker is no more. It says for how many memories it was made. */
  static async create(made: { count: number; bytes: number }): Promise<BenchVault> {
    await settled(indexedDB.deleteDatabase(DATABASE));
    const vault = new BenchVault(made);
    const passphrase = PASSPHRASE.slice();
    const { error } = await vault.#worker.call({ op: "create", passphrase, acceptWeak: true }, [
      passphrase.buffer,
    ]);
    if (error) throw new Error(error.message);
    // The index is made when the first question is asked; from then on every memory goes into it.
    await vault.command({ command: "memory_list", query: "anything", offset: 0, limit: 1 });
    return vault;
  }

  async command<C extends Command>(command: C): Promise<ReplyTo<C>> {
    const { reply, error } = await this.#worker.call({ op: "command", command });
    if (error || !reply) throw new Error(error?.message ?? "no reply");
    return ("reply" in reply ? reply.reply : undefined) as ReplyTo<C>;
  }

  /** Keeps every text, and resolves when the last one is durable. */
  async import(texts: readonly string[]): Promise<void> {
    for (let from = 0; from < texts.length; from += IMPORTED_AT_ONCE) {
      const lines = texts.slice(from, from + IMPORTED_AT_ONCE).map((text) => ({ text }));
      await this.command({
        command: "memory_import",
        source: "bench.txt",
        scope: SCOPE,
        kind: "fact",
        sensitivity: "personal",
        lines,
        bring_back: false,
      });
    }
    this.#count(texts);
  }

  async add(text: string): Promise<void> {
    await this.command({ command: "memory_add", draft: { text, kind: "fact", scopes: [SCOPE] } });
    this.#count([text]);
  }

  /** The ids of the newest memories. */
  async ids(limit: number): Promise<string[]> {
    const { items } = await this.command({ command: "memory_list", offset: 0, limit });
    return items.map(({ id }) => id);
  }

  /** Reads one memory. */
  async get(id: string): Promise<void> {
    const memory = await this.command({ command: "memory_get", id });
    if (memory.id !== id) throw new Error(`${memory.id} instead of ${id}`);
  }

  async list(limit: number): Promise<void> {
    const { items } = await this.command({ command: "memory_list", offset: 0, limit });
    if (items.length !== limit) throw new Error(`${items.length} memories instead of ${limit}`);
  }

  /** Ends the worker as a lock does, and waits until another one has opened what is stored. */
  async lock(): Promise<void> {
    this.end();
    this.#worker = start();
    const { state } = await this.command({ command: "status" });
    if (state !== "locked") throw new Error(`the vault is ${state}`);
  }

  /** As the unlock form does when the person begins to type. */
  prepare(): Promise<void> {
    return this.#worker.prepare();
  }

  async unlock(): Promise<void> {
    const passphrase = PASSPHRASE.slice();
    const { error } = await this.#worker.call({ op: "unlock", passphrase }, [passphrase.buffer]);
    if (error) throw new Error(error.message);
  }

  end(): void {
    this.#worker.terminate("lock");
  }

  #count(texts: readonly string[]): void {
    const encoder = new TextEncoder();
    this.memories += texts.length;
    for (const text of texts) this.plaintext += encoder.encode(text).length;
  }
}

/** The worker that derives keys, kept running as no vault keeps it: what is measured of it is the derivation alone. */
export class KdfWorker {
  static readonly MEMORY_KIB = 64 * 1024;
  static readonly PASSES = 3;
  static readonly SALT = new Uint8Array(16).fill(7);
  readonly #worker = new Worker("worker/kdf.js", { type: "module", name: "kdf" });
  readonly #port: MessagePort;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#worker.postMessage(port2, [port2]);
  }

  derive(password: Uint8Array<ArrayBuffer>): Promise<Uint8Array> {
    const { MEMORY_KIB: memory_kib, PASSES: passes, SALT } = KdfWorker;
    const challenge = { salt: [...SALT], memory_kib, passes, lanes: 1 };
    const passphrase = password.slice();
    return new Promise((resolve, reject) => {
      this.#port.onmessage = ({ data }: MessageEvent<KdfResponse>) => {
        if ("kek" in data) resolve(data.kek);
        else reject(new Error("error" in data ? data.error.message : "the derivation crashed"));
      };
      this.#port.postMessage({ passphrase, challenge } satisfies KdfRequest, [passphrase.buffer]);
    });
  }

  end(): void {
    this.#worker.terminate();
  }
}

/** Bytes of keys and values in the stores that hold memories and the manifest. */
export async function bytesAtRest(): Promise<number> {
  const database = await settled(indexedDB.open(DATABASE));
  let sum = 0;
  for (const name of MEASURED_STORES) {
    const store = database.transaction(name).objectStore(name);
    const [keys, values] = await Promise.all([settled(store.getAllKeys()), settled(store.getAll())]);
    for (const bytes of [...keys, ...values] as (ArrayBuffer | Uint8Array)[]) sum += bytes.byteLength;
  }
  database.close();
  return sum;
}

function start(): VaultWorker {
  return new VaultWorker(Promise.resolve({}));
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
