// How long the first answer takes after a suspension or an unlock, how soon what is added can be found, and how large the
// index is at rest: against an extension that only answers, a bare put and the bytes themselves, in one Firefox.

import path from "node:path";
import type { Subject } from "../../extension/generated/messages";
import type { Firefox } from "../driver/firefox.ts";
import { EXTENSION_ID, extensionUrl, launchWithKeepsake } from "../driver/keepsake.ts";
import type { Page } from "../driver/page.ts";
import { atRest } from "../driver/process-rest.ts";
import { command } from "../e2e/owner.ts";
import { connectSite, createVault, grant, openManager, PASSPHRASE } from "../e2e/support.ts";
import { FixtureServer } from "../fixtures/server.ts";
import { startPageVault } from "./page-vault.ts";
import { type Row, report, row } from "./report.ts";
import { makeTexts } from "./vault-extension/texts.ts";

/** How many memories, and the most that waking may take, as a multiple of the peer's. */
const VAULTS = [
  { memories: 10_000, limit: 3 },
  { memories: 100_000, limit: 8 },
];
/** The most that one more memory may take until it can be found, as a multiple of a bare put. */
const ADD_LIMIT = 3;
/** The most that the sealed index may take of the bytes of texts and embeddings as they are. */
const REST_LIMIT = 0.6;
const TEXT_BYTES = 200;
/** 192 numbers of half a byte, and the square of their length in two, as they are kept. */
const EMBEDDING_BYTES = 192 / 2 + 2;
const RUNS = 9;
const ADDS = 40;
/** The most that one command imports. */
const IMPORTED_AT_ONCE = 5000;
const SCOPE = "notes";
/** The peers: one loads a small module, the other one as large as the vault's. */
const ECHOES = {
  Echo: { folder: "echo-extension", id: "echo@keepsake.example" },
  "Large echo": { folder: "large-echo-extension", id: "large-echo@keepsake.example" },
};
type Echo = keyof typeof ECHOES;
/** A document of Keepsake's that does nothing by itself. */
const QUIET = "icons/keepsake.svg";

interface Provider {
  readonly info: { readonly name: string };
  request(asked: { method: string; params: unknown }): Promise<unknown>;
}

/** Asks in the page as a site does, and answers how many milliseconds the answer took. */
function ask(
  page: Page,
  name: string,
  method: string,
  params: object,
): Promise<{ took: number; length: number }> {
  return page.evaluate(
    async (name, method, params) => {
      const providers = new Map<string, Provider>();
      const hear = (event: Event) => {
        const { provider } = (event as CustomEvent<{ provider: Provider }>).detail;
        providers.set(provider.info.name, provider);
      };
      addEventListener("agentmemory:announce", hear);
      dispatchEvent(new Event("agentmemory:request"));
      removeEventListener("agentmemory:announce", hear);
      const provider = providers.get(name);
      if (!provider) throw new Error(`${name} must be there, and there is ${[...providers.keys()]}`);
      const began = performance.now();
      const result = await provider.request({ method, params });
      return { took: performance.now() - began, length: JSON.stringify({ result }).length };
    },
    name,
    method,
    params,
  );
}

/** Queries of three words, another one each time. */
function queries(texts: readonly string[], count: number): string[] {
  const longest = (text: string) =>
    text
      .match(/[a-z]+/gi)
      ?.toSorted((one, other) => other.length - one.length)
      .slice(0, 3) ?? [];
  return Array.from({ length: count }, (_, at) => longest(texts[at * 97] ?? "").join(" "));
}

/** Fills the vault, and has it write everything down. */
async function fill(manager: Page, texts: readonly string[]): Promise<void> {
  for (let from = 0; from < texts.length; from += IMPORTED_AT_ONCE) {
    await command(manager, {
      command: "memory_import",
      source: "bench.txt",
      scope: SCOPE,
      kind: "fact",
      sensitivity: "personal",
      lines: texts.slice(from, from + IMPORTED_AT_ONCE).map((text) => ({ text })),
      bring_back: false,
    });
  }
  while (await command(manager, { command: "tidy" })) {
    // There is more to do.
  }
  const { index } = await command(manager, { command: "status" });
  if (index) throw new Error(`the index knows ${index.done} of ${index.total} memories`);
}

/** Bytes of keys and values of the index as it is stored. */
function indexAtRest(own: Page): Promise<number> {
  return own.evaluate(async () => {
    const settled = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const database = await settled(indexedDB.open("keepsake"));
    const store = database.transaction("index").objectStore("index");
    const stored = await Promise.all([settled(store.getAllKeys()), settled(store.getAll())]);
    database.close();
    return (stored.flat() as (ArrayBuffer | Uint8Array)[]).reduce(
      (sum, { byteLength }) => sum + byteLength,
      0,
    );
  });
}

/** Milliseconds of the first answer after a suspension. */
async function wake(firefox: Firefox, page: Page, who: "Keepsake" | Echo, query: string): Promise<number> {
  const extension = who === "Keepsake" ? EXTENSION_ID : ECHOES[who].id;
  await firefox.suspendBackground(extension);
  // All live in one process, which clears away what another one left there. In life that is half a minute ago.
  await atRest(await firefox.chrome.extensionProcess());
  const { took } = await ask(page, who, "memory.search", { query, top_k: 10 });
  // What it does by itself from here on is no part of what is measured next.
  await firefox.suspendBackground(extension);
  return took;
}

/** Milliseconds from the derived key to the first answer, in a worker that has been told that somebody types. */
async function unlock(own: Page, subject: Subject, query: string): Promise<number> {
  await startPageVault(own, "locked");
  return own.evaluate(
    async (passphrase, subject, query) => {
      const vault = globalThis.pageVault;
      await vault.prepare();
      const { error } = await vault.call({ op: "unlock", passphrase: new TextEncoder().encode(passphrase) });
      if (error) throw new Error(error.message);
      const body = JSON.stringify({ method: "memory.search", params: { query, top_k: 10 } });
      const effects = await vault.call({ op: "handle", subject, requestId: "0".repeat(32), body });
      const took = performance.now() - vault.derived;
      const answer = effects.find((effect) => effect.effect === "answer");
      if (!answer?.body.includes('"memory"')) throw new Error(`no memory in ${JSON.stringify(effects)}`);
      return took;
    },
    PASSPHRASE,
    subject,
    query,
  );
}

/** Milliseconds of one memory more until it can be found, and of a bare put of as much, each durable. */
function add(
  own: Page,
  texts: readonly string[],
): Promise<{ ours: number[]; put: number[]; found: number[] }> {
  return own.evaluate(
    async (texts, scope) => {
      const vault = globalThis.pageVault;
      const timed = async (work: () => Promise<unknown>) => {
        const began = performance.now();
        await work();
        return performance.now() - began;
      };
      const settled = <T>(request: IDBRequest<T>) =>
        new Promise<T>((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const opening = indexedDB.open("bare");
      opening.onupgradeneeded = () => opening.result.createObjectStore("memories", { keyPath: "id" });
      const database = await settled(opening);
      const bare = (text: string) =>
        new Promise<void>((resolve, reject) => {
          const transaction = database.transaction("memories", "readwrite", { durability: "strict" });
          transaction.oncomplete = () => resolve();
          transaction.onabort = () => reject(transaction.error);
          transaction.objectStore("memories").put({ id: crypto.randomUUID(), text, created: Date.now() });
        });
      const measured = { ours: [] as number[], put: [] as number[], found: [] as number[] };
      for (const [run, text] of texts.entries()) {
        const ours = async () => {
          const took = await timed(() =>
            vault.command({ command: "memory_add", draft: { text, kind: "fact", scopes: [scope] } }),
          );
          measured.ours.push(took);
          const looked = await timed(async () => {
            const command = { command: "memory_list", query: text, offset: 0, limit: 1 } as const;
            const { reply } = await vault.command(command);
            if (reply.items[0]?.text !== text) throw new Error(`what was added is not found: ${text}`);
          });
          measured.found.push(took + looked);
          // As the background does by and by.
          while ((await vault.command({ command: "tidy" })).reply);
        };
        const put = async () => measured.put.push(await timed(() => bare(text)));
        for (const measure of run % 2 ? [ours, put] : [put, ours]) await measure();
      }
      database.close();
      return measured;
    },
    texts,
    SCOPE,
  );
}

async function measure(memories: number, limit: number): Promise<Row[]> {
  const server = await FixtureServer.start();
  // A page's clock is blurred, against fingerprinting; a stopwatch needs it sharp.
  const firefox = await launchWithKeepsake({ preferences: { "privacy.reduceTimerPrecision": false } });
  try {
    const onboarding = await createVault(firefox);
    const own = await openManager(firefox);
    const texts = makeTexts(1, memories, TEXT_BYTES);
    await fill(own, texts);
    const page = await firefox.newTab(server.route("/page", "<!doctype html><title>A page</title>"));
    await connectSite(firefox, page);
    await grant(firefox, page, [SCOPE], { duration: "until_revoked" });
    const [granted] = (await command(own, { command: "grants" })).grants;
    if (!granted) throw new Error("the site has no grant");
    // Keepsake's own pages would ask for news with each answer.
    await onboarding.close();
    await own.goto(extensionUrl(QUIET));
    for (const { folder } of Object.values(ECHOES)) {
      await firefox.install(path.resolve(import.meta.dirname, "../../target/bench", folder));
    }
    // Firefox puts the echoes' bridges into pages that load from now on.
    await page.activate();
    await page.reload();

    const plain = texts.reduce((sum, text) => sum + text.length + EMBEDDING_BYTES, 0);
    const rest = [await indexAtRest(own)];
    const asked = queries(texts, 1 + 2 * RUNS);
    const { length } = await ask(page, "Keepsake", "memory.search", { query: asked[0], top_k: 10 });
    await firefox.suspendBackground(EXTENSION_ID);
    for (const echo of Object.keys(ECHOES)) await ask(page, echo, "echo.size", { bytes: length });

    /** In turns, each first in every other run. */
    const besideEchoes = async (first: number, ours: (query: string) => Promise<number>) => {
      const took = { ours: [] as number[], Echo: [] as number[], "Large echo": [] as number[] };
      for (let run = 0; run < RUNS; run++) {
        const query = asked[first + run] ?? "";
        const all = [
          async () => took.ours.push(await ours(query)),
          async () => took.Echo.push(await wake(firefox, page, "Echo", query)),
          async () => took["Large echo"].push(await wake(firefox, page, "Large echo", query)),
        ];
        for (const one of run % 2 ? all.toReversed() : all) await one();
      }
      return took;
    };
    const woken = await besideEchoes(1, (query) => wake(firefox, page, "Keepsake", query));
    const unlocked = await besideEchoes(1 + RUNS, (query) => unlock(own, granted.subject, query));
    const added = await add(own, makeTexts(2, ADDS, TEXT_BYTES));
    const many = memories.toLocaleString("en");
    const echo = (values: number[]) => ({ name: "waking an echo with a small module", values });
    const large = (values: number[]) => ({ name: "waking an echo with a module as large", values });
    const put = { name: "bare strict put", values: added.put };
    return [
      row(`woken, first answer, ${many} memories`, "ms", woken.ours, echo(woken.Echo), limit),
      row(`woken, first answer, ${many} memories`, "ms", woken.ours, large(woken["Large echo"])),
      row(`derived key to first answer, ${many}`, "ms", unlocked.ours, echo(unlocked.Echo), limit),
      row(`derived key to first answer, ${many}`, "ms", unlocked.ours, large(unlocked["Large echo"])),
      row(`one more that can be found, to ${many}`, "ms", added.ours, put, ADD_LIMIT),
      row(`one more and a search that finds it, ${many}`, "ms", added.found, put),
      row(
        `index at rest, ${many}`,
        "bytes",
        rest,
        { name: "texts and embeddings", values: [plain] },
        REST_LIMIT,
      ),
    ];
  } finally {
    await firefox.close();
    await server.close();
  }
}

/** The vaults, or those of as many memories as `KEEPSAKE_BENCH_ONLY` names, such as `10000`. */
const only = process.env.KEEPSAKE_BENCH_ONLY?.split(",").map(Number);
const rows: Row[] = [];
for (const { memories, limit } of VAULTS.filter(({ memories }) => only?.includes(memories) ?? true)) {
  rows.push(...(await measure(memories, limit)));
}
report("wake", rows);
