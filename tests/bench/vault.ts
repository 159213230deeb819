// What the vault costs against doing without it: storing, reading, unlocking, deriving keys and sealing, in one Firefox.

import path from "node:path";
import { Firefox } from "../driver/firefox.ts";
import type { Page } from "../driver/page.ts";
import { best, type Peer, type Row, report, row } from "./report.ts";
import type { Bench, Measured, Remote } from "./vault-extension/main.ts";

const EXTENSION = path.resolve(import.meta.dirname, "../../target/bench/vault-extension");
const EXTENSION_ID = "bench@keepsake.example";
const EXTENSION_HOST = "5eed5eed-0000-4000-8000-000062656e63";

/** Below the driver's patience with one answer. */
const ANSWER_WITHIN_MS = 60_000;
/** The peers' own times differ by half and more from one run to the next: of five, chance decides what the median is. */
const RUNS = 15;
/** What is quick is measured so many times in each run. */
const QUICK_TIMES = 20;
const MEMORIES = "10,000 memories of 1 KiB";
const SIZES = [
  { size: "256 B", bytes: 256, times: 400 },
  { size: "1 KiB", bytes: 1024, times: 400 },
  { size: "64 KiB", bytes: 64 * 1024, times: 400 },
  { size: "1 MiB", bytes: 1024 * 1024, times: 40 },
];

type Samples<Name extends keyof Bench> = Awaited<ReturnType<Bench[Name]>>;
type Rest<Name extends keyof Bench> = Parameters<Bench[Name]> extends [number, ...infer R] ? R : never;

/** The single values of `runs` calls of a measurement, after one that only warms up. */
async function measure<Name extends keyof Bench>(
  page: Page,
  name: Name,
  runs: number,
  ...rest: Rest<Name>
): Promise<Samples<Name>> {
  await call(page, name, [0, ...rest]);
  const all: Measured = {};
  for (let turn = 1; turn <= runs; turn++) {
    const measured = await call(page, name, [turn, ...rest]);
    for (const [who, values] of Object.entries(measured)) all[who] = [...(all[who] ?? []), ...values];
  }
  return all as Samples<Name>;
}

/** Nothing is asked of the page while it measures, for minutes where it takes minutes. */
async function call(page: Page, name: keyof Bench, args: readonly unknown[]): Promise<Measured> {
  await page.evaluate(
    (name, args) => (globalThis as unknown as { remote: Remote }).remote.begin(name, args),
    name,
    args,
  );
  for (;;) {
    const result = await page.evaluate(
      (patience) => (globalThis as unknown as { remote: Remote }).remote.result(patience),
      ANSWER_WITHIN_MS,
    );
    if (result) return result;
  }
}

/** In this order: what comes first leaves a full vault for those after it. */
const GROUPS: Record<string, (page: Page) => Promise<Row[]>> = {
  async import(page) {
    const { ours, idb, idbStrict, dexie } = await measure(page, "import", RUNS);
    const name = `import of ${MEMORIES}`;
    return [
      row(name, "ms", ours, { name: "idb, one transaction", values: idb }, 1.5),
      row(name, "ms", ours, { name: "idb, one strict transaction", values: idbStrict }),
      row(name, "ms", ours, { name: "Dexie with dexie-encrypted", values: dexie }, 1),
    ];
  },

  async rest(page) {
    const { ours, plaintext } = await measure(page, "atRest", 1);
    return [row(`stored of ${MEMORIES}`, "bytes", ours, { name: "their texts", values: plaintext }, 1.35)];
  },

  async add(page) {
    const { ours, put, inside } = await measure(page, "add", RUNS, QUICK_TIMES);
    const name = "one add, to 10,000";
    return [
      row(name, "ms", ours, { name: "strict put in a worker", values: put }, 2),
      row(name, "ms", ours, { name: "strict put, without the way to the worker", values: inside }),
    ];
  },

  async get(page) {
    const { ours, get } = await measure(page, "get", RUNS, QUICK_TIMES);
    return [row("one memory read, of 10,000", "ms", ours, { name: "get in a worker", values: get }, 2)];
  },

  async unlock(page) {
    const { ours, derive } = await measure(page, "unlock", RUNS, "usual");
    const peer = { name: "Argon2id alone, warm", values: derive };
    return [row(`from Enter: unlock, list 50, add one: ${MEMORIES}`, "ms", ours, peer, 1.15)];
  },

  async "unlock-many"(page) {
    const { ours, derive } = await measure(page, "unlock", RUNS, "many");
    const peer = { name: "Argon2id alone, warm", values: derive };
    return [
      row("from Enter: unlock, list 50, add one: 100,000 memories of 200 bytes", "ms", ours, peer, 1.3),
    ];
  },

  async argon2(page) {
    const { ours, hashWasm } = await measure(page, "argon2", RUNS);
    return [row("Argon2id, 64 MiB, 3 passes", "ms", ours, { name: "hash-wasm", values: hashWasm }, 1.1)];
  },

  async envelope(page) {
    const rows: Row[] = [];
    for (const { size, bytes, times } of SIZES) {
      const all = await measure(page, "envelope", RUNS, bytes, times);
      const peers = (subtle: number[], noble: number[]): Peer[] => [
        { name: "SubtleCrypto", values: subtle },
        { name: "@noble/ciphers", values: noble },
      ];
      rows.push(
        row(`seal ${size}`, "µs", all.oursSeal, best(peers(all.subtleSeal, all.nobleSeal)), 1.1),
        row(`open ${size}`, "µs", all.oursOpen, best(peers(all.subtleOpen, all.nobleOpen)), 1.1),
      );
    }
    return rows;
  },
};

/** All groups, or those that `KEEPSAKE_BENCH_ONLY` names, such as `import,add`. */
function chosen(): (keyof typeof GROUPS)[] {
  const only = process.env.KEEPSAKE_BENCH_ONLY?.split(",");
  for (const name of only ?? []) {
    if (!(name in GROUPS)) throw new Error(`no measurement ${name} among ${Object.keys(GROUPS).join(", ")}`);
  }
  return Object.keys(GROUPS).filter((name) => only?.includes(name) ?? true);
}

const firefox = await Firefox.launch({
  extensionHosts: { [EXTENSION_ID]: EXTENSION_HOST },
  // A page's clock is blurred, against fingerprinting; a stopwatch needs it sharp.
  preferences: { "privacy.reduceTimerPrecision": false },
});
try {
  await firefox.install(EXTENSION);
  const page = await firefox.newTab(`moz-extension://${EXTENSION_HOST}/index.html`);
  await page.activate();
  await page.waitFor("page with its measurements", () => "remote" in globalThis);
  const rows: Row[] = [];
  for (const name of chosen()) {
    const began = performance.now();
    rows.push(...((await GROUPS[name]?.(page)) ?? []));
    console.log(`${name}: measured in ${((performance.now() - began) / 1000).toFixed(0)} s`);
  }
  report("vault", rows);
} finally {
  await firefox.close();
}
