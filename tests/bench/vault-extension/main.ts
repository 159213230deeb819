// What `bench vault` calls in this page: each measurement gives single values, in milliseconds unless its name says otherwise.

import { compare, timed } from "./measure";
import { type PlainMemory, plainMemory } from "./memory";
import { PeerWorker } from "./rpc";
import { makeTexts } from "./texts";
import { BenchVault, bytesAtRest, KdfWorker } from "./vault";
import type { Argon2 } from "./workers/argon2";
import type { Ciphers } from "./workers/ciphers";
import type { Encrypted } from "./workers/encrypted";
import type { Plain } from "./workers/plain";

/** Memories as most people will have them, and as the most industrious will. */
const USUAL = { count: 10_000, bytes: 1024 };
const MANY = { count: 100_000, bytes: 200 };
/** A quick typist's passphrase. */
const TYPING_MS = 1000;
const FIRST_PAGE = 50;
const PASSWORD = new TextEncoder().encode("correct horse battery staple");

const plain = new PeerWorker<Plain>("plain");
const encrypted = new PeerWorker<Encrypted>("encrypted");
const argon2 = new PeerWorker<Argon2>("argon2");
const ciphers = new PeerWorker<Ciphers>("ciphers");
const kdf = new KdfWorker();

const texts = makeTexts(1, USUAL.count, USUAL.bytes);
/** What is added one at a time, apart from what is imported. */
const further = makeTexts(2, 1000, USUAL.bytes);

let vault: BenchVault | undefined;

const bench = {
  /** All memories into a vault that is empty, and into peers that are. */
  import: (turn: number) =>
    compare(turn, 1, {
      ours: async () => {
        const made = await newVault(USUAL);
        return timed(() => made.import(texts));
      },
      idb: () => importPlain("default"),
      idbStrict: () => importPlain("strict"),
      dexie: async () => {
        await encrypted.call("empty");
        const memories = texts.map(plainMemory);
        return timed(() => encrypted.call("import", memories));
      },
    }),

  /** One memory more, until it is durable. */
  add: async (turn: number, times: number) => {
    const ours = await vaultOf(USUAL);
    await plainOf(USUAL);
    const inside: number[] = [];
    const measured = await compare(turn, times, {
      ours: () => timed(() => ours.add(oneMore())),
      put: async () => {
        const memory = plainMemory(oneMore());
        const began = performance.now();
        inside.push(await plain.call("put", memory));
        return performance.now() - began;
      },
    });
    return { ...measured, inside };
  },

  /** One memory, another each time. */
  get: async (turn: number, times: number) => {
    const ours = await vaultOf(USUAL);
    const memories = await plainOf(USUAL);
    const ids = await ours.ids(500);
    let place = turn * times;
    const another = () => place++ * 7919;
    return compare(turn, times, {
      ours: () => timed(() => ours.get(ids[another() % ids.length] ?? "")),
      get: () => timed(() => plain.call("get", memories[another() % memories.length]?.id ?? "")),
    });
  },

  /** From the passphrase to the first page and to one more memory kept. */
  unlock: (turn: number, which: "usual" | "many") => {
    const made = which === "usual" ? USUAL : MANY;
    return compare(turn, 1, {
      ours: async () => {
        const ours = await vaultOf(made);
        await ours.lock();
        await ours.prepare();
        await new Promise((resolve) => setTimeout(resolve, TYPING_MS));
        return timed(async () => {
          await ours.unlock();
          await ours.list(FIRST_PAGE);
          await ours.add(oneMore());
        });
      },
      derive: () => timed(() => kdf.derive(PASSWORD)),
    });
  },

  /** The key derivation, in workers that have done it before. */
  argon2: async (turn: number) => {
    const derived: Uint8Array[] = [];
    const measured = await compare(turn, 1, {
      ours: () => timed(async () => derived.push(await kdf.derive(PASSWORD))),
      hashWasm: () =>
        timed(async () =>
          derived.push(
            await argon2.call("derive", PASSWORD, KdfWorker.SALT, KdfWorker.MEMORY_KIB, KdfWorker.PASSES),
          ),
        ),
    });
    if (String(derived[0]) !== String(derived[1]))
      throw new Error("ours and hash-wasm derive different keys");
    return measured;
  },

  /** Bytes: what is stored of the memories and the manifest, and their texts. */
  atRest: async (_turn: number) => {
    const { plaintext } = await vaultOf(USUAL);
    return { ours: [await bytesAtRest()], plaintext: [plaintext] };
  },

  /** Microseconds for one seal or one open of so many bytes, on average over so many. */
  envelope: async (turn: number, bytes: number, times: number) => {
    const open = { oursOpen: [] as number[], subtleOpen: [] as number[], nobleOpen: [] as number[] };
    const cipher =
      (name: string, opens: number[], count = times) =>
      async () => {
        const took = await ciphers.call("measure", name, bytes, count);
        opens.push(took.open);
        return took.seal;
      };
    const seal = await compare(turn, 1, {
      oursSeal: cipher("keepsake", open.oursOpen),
      subtleSeal: cipher("subtle", open.subtleOpen),
      // JavaScript takes far longer where there is much to do: a few times are enough.
      nobleSeal: cipher("noble", open.nobleOpen, Math.ceil(times / 10)),
    });
    return { ...seal, ...open };
  },
};

export type Bench = typeof bench;
export type Measured = Record<string, number[]>;

let running: Promise<Measured> | undefined;

const remote = {
  /** Begins a measurement. */
  begin(name: keyof Bench, args: readonly unknown[]): void {
    running = (bench[name] as (...args: readonly unknown[]) => Promise<Measured>)(...args);
  },

  /** What came of it, or null where it is not done within so many milliseconds: a driver waits only so long. */
  async result(patience: number): Promise<Measured | null> {
    const overdue = new Promise<null>((resolve) => setTimeout(resolve, patience, null));
    return (await Promise.race([running, overdue])) ?? null;
  },
};

export type Remote = typeof remote;
Object.assign(globalThis, { remote });

async function newVault(made: typeof USUAL): Promise<BenchVault> {
  vault?.end();
  vault = await BenchVault.create(made);
  return vault;
}

/** The vault there is, or where it is another one, a new one so full. */
async function vaultOf(made: typeof USUAL): Promise<BenchVault> {
  if (vault?.made === made && vault.memories >= made.count) return vault;
  const fresh = await newVault(made);
  await fresh.import(made === USUAL ? texts : makeTexts(3, made.count, made.bytes));
  return fresh;
}

let stored: PlainMemory[] | undefined;

/** What the peer holds, as much as the vault. */
async function plainOf({ count }: typeof USUAL): Promise<PlainMemory[]> {
  if (stored?.length === count) return stored;
  const memories = texts.map(plainMemory);
  await plain.call("empty");
  await plain.call("import", memories, "default");
  stored = memories;
  return memories;
}

async function importPlain(durability: IDBTransactionDurability): Promise<number> {
  const memories = texts.map(plainMemory);
  stored = undefined;
  await plain.call("empty");
  return timed(() => plain.call("import", memories, durability));
}

let used = 0;

function oneMore(): string {
  used += 1;
  return further[used % further.length] ?? "";
}
