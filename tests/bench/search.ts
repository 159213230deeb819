// How well and how fast the index finds memories, beside MiniSearch, FlexSearch, lunr and Orama, in one Firefox.

import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { Firefox } from "../driver/firefox.ts";
import type { Page } from "../driver/page.ts";
import { privateBytes } from "../driver/process-memory.ts";
import { LOCOMO } from "../fixtures/conversation.ts";
import { readVaults, scores, type Vault } from "./locomo.ts";
import { type Row, report, row } from "./report.ts";
import type { EngineName, Memory } from "./search-extension/engines.ts";
import type { SearchBench, SearchRemote } from "./search-extension/main.ts";

const TARGET = path.resolve(import.meta.dirname, "../../target/bench");
const EXTENSION = path.join(TARGET, "search-extension");
const EXTENSION_ID = "search-bench@keepsake.example";
const EXTENSION_HOST = "5eed5eed-0000-4000-8000-5ea2c4be9c40";

/** Below the driver's patience with one answer. */
const ANSWER_WITHIN_MS = 60_000;
const ALL: EngineName[] = [
  "Keepsake",
  "Keepsake, by words alone",
  "MiniSearch",
  "FlexSearch",
  "lunr",
  "Orama",
];
/** Those that are measured as the number of memories grows; the others take minutes to fill with the most. */
const GROWING: EngineName[] = ["Keepsake", "MiniSearch", "FlexSearch"];
const COUNTS = [1000, 10_000, 100_000];
/** So many that most are answered by code that the browser has compiled well by then, in WebAssembly as in JavaScript. */
const QUERIES = 200;
/** A filter lets one of so many through. */
const ONE_OF = 10;
const ADDED = 20;

type Result<Name extends keyof SearchBench> = Awaited<ReturnType<SearchBench[Name]>>;

/** Nothing is asked of the page while it measures, for minutes where it takes minutes. */
async function call<Name extends keyof SearchBench>(
  page: Page,
  name: Name,
  ...args: Parameters<SearchBench[Name]>
): Promise<Result<Name>> {
  await page.evaluate(
    (name, args) => (globalThis as unknown as { remote: SearchRemote }).remote.begin(name, args),
    name,
    args as readonly unknown[],
  );
  for (;;) {
    const result = await page.evaluate(
      (patience) => (globalThis as unknown as { remote: SearchRemote }).remote.result(patience),
      ANSWER_WITHIN_MS,
    );
    if (result) return result[0] as Result<Name>;
  }
}

/** What an engine finds of what answers each question, in percent. */
async function quality(page: Page, engine: EngineName, vaults: readonly Vault[]) {
  const found: number[][] = [];
  for (const { turns, questions } of vaults) {
    await call(page, "fill", engine, turns, turns.length);
    found.push(
      ...(await call(
        page,
        "answer",
        questions.map(({ text }) => text),
        10,
      )),
    );
  }
  return scores(
    found,
    vaults.flatMap(({ questions }) => questions.map(({ evidence }) => evidence)),
  );
}

interface Measured {
  query: number[];
  filtered: number[];
  /** Milliseconds for each memory on average. */
  fill: number;
  add: number[];
  /** Bytes that the process of the extension has more than where an engine was filled that keeps nothing. */
  memory: number;
  /** Of them, what the engine's own module takes. */
  heap: number;
  /** Of an index that can be written down: its bytes then, and what was measured in a worker that read it. */
  rest?: { bytes: number; query: number[]; memory: number };
}

/** How often in a row memory has to be no less than before to count as settled, and how long is waited in between. */
const STILL = 4;
const BETWEEN_MS = 500;

/**
 * Bytes that the extension's process holds by itself once they no longer fall. Each time Firefox is told to free what it
 * can, which collects the garbage of every worker, and gives empty pages back; that takes a while, and what one collection
 * finds the next one frees. So every engine is measured by what it keeps, not by when a collector last ran.
 */
async function settledMemory(firefox: Firefox): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let still = 0; still < STILL; still++) {
    await firefox.chrome.minimizeMemory();
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_MS));
    const now = privateBytes(await firefox.chrome.extensionProcess());
    if (now < least - 1e6) still = -1;
    least = Math.min(least, now);
  }
  return least;
}

async function speed(
  page: Page,
  firefox: Firefox,
  engine: EngineName,
  turns: Memory[],
  queries: string[],
  count: number,
) {
  // What the memories leave behind on their way to an engine is none of its memory.
  await call(page, "fill", "nothing", turns, count);
  const before = await settledMemory(firefox);
  const fill = (await call(page, "fill", engine, turns, count)) / count;
  // The first ones warm up.
  await call(page, "time", queries, 1);
  const query = await call(page, "time", queries, 1);
  const filtered = await call(page, "time", queries, ONE_OF);
  const add = await call(page, "add", turns.slice(0, ADDED));
  const memory = (await settledMemory(firefox)) - before;
  const heap = await call(page, "heap");
  const measured: Measured = { query, filtered, fill, add, memory, heap };
  const segments = await call(page, "store");
  if (segments.length > 0) {
    await call(page, "restore", "nothing", segments);
    const before = await settledMemory(firefox);
    await call(page, "restore", engine, segments);
    // Each with words that nobody has asked for yet.
    const query = await call(page, "time", queries, 1);
    await call(page, "time", queries, ONE_OF);
    const bytes = segments.reduce((sum, length) => sum + length, 0);
    measured.rest = { bytes, query, memory: (await settledMemory(firefox)) - before };
  }
  return measured;
}

/** The value that so many of 100 stay below. */
function percentile(values: readonly number[], of: number): number {
  return (
    values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor((values.length * of) / 100))] ?? 0
  );
}

/** Each value again for every run of the other: what was measured once is compared with as many. */
const once = (value: number) => [value];

function rows(measured: Map<EngineName, Map<number, Measured>>): Row[] {
  const of = (engine: EngineName, count: number) => {
    const found = measured.get(engine)?.get(count);
    if (!found) throw new Error(`${engine} was not measured at ${count}`);
    return found;
  };
  return COUNTS.flatMap((count) => {
    const [ours, mini, flex] = [of("Keepsake", count), of("MiniSearch", count), of("FlexSearch", count)];
    const at = `of ${count.toLocaleString("en")}`;
    const peer = (values: readonly number[], name = "MiniSearch") => ({ name, values });
    const most = count >= 100_000 ? 0.1 : count >= 10_000 ? 0.2 : undefined;
    const p95 = (values: readonly number[]) => once(percentile(values, 95));
    return [
      row(`a query, ${at}`, "ms", ours.query, peer(mini.query), most),
      row(`a query, 95th percentile, ${at}`, "ms", p95(ours.query), peer(p95(mini.query)), most),
      row(`a query, ${at}`, "ms", ours.query, peer(flex.query, "FlexSearch"), most && 1),
      row(
        `a query with a filter that hides 90 %, ${at}`,
        "ms",
        ours.filtered,
        peer(ours.query, "no filter"),
        2,
      ),
      row(`indexing, per memory, ${at}`, "ms", once(ours.fill), peer(once(mini.fill)), most && 0.5),
      row(`one more, searchable, ${at}`, "ms", ours.add, peer(mini.add)),
      row(
        `memory, ${at}`,
        "MB",
        once(ours.memory / 1e6),
        peer(once(mini.memory / 1e6)),
        count >= 100_000 ? 1 / 3 : undefined,
      ),
      ...(ours.rest
        ? [
            row(
              `a first query, read from rest, ${at}`,
              "ms",
              ours.rest.query,
              peer(flex.query, "FlexSearch"),
            ),
            row(
              `memory, read from rest, ${at}`,
              "MB",
              once(ours.rest.memory / 1e6),
              peer(once(mini.memory / 1e6)),
              count >= 100_000 ? 1 / 3 : undefined,
            ),
          ]
        : []),
    ];
  });
}

/** For the curves in docs/. */
function growth(measured: Map<EngineName, Map<number, Measured>>) {
  const quantity = (name: string, title: string, unit: string, of: (measured: Measured) => number) => {
    const points = ([engine, by]: [EngineName, Map<number, Measured>]) =>
      [engine, [...by].map(([count, one]) => [count, Math.max(of(one), 1e-3)])] as const;
    return { name, title, unit, engines: Object.fromEntries([...measured].map(points)) };
  };
  return [
    quantity("query", "Median time of a query", "ms", ({ query }) => percentile(query, 50)),
    quantity("indexing", "Time to index one memory", "ms", ({ fill }) => fill),
    quantity("memory", "Memory of the index", "MB", ({ memory }) => memory / 1e6),
  ];
}

const vaults = readVaults(LOCOMO);
const turns = vaults.flatMap(({ turns }, vault) =>
  turns.map((turn) => ({ ...turn, conversation: vault * 1000 + turn.conversation })),
);
const asked = vaults.flatMap(({ questions }) => questions.map(({ text }) => text));
const queries = asked.filter((_, place) => place % Math.floor(asked.length / QUERIES) === 0);

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
  console.log("| LoCoMo | recall@10 | nDCG@10 |\n| --- | --- | --- |");
  for (const engine of ALL) {
    const { recall, ndcg } = await quality(page, engine, vaults);
    console.log(`| ${engine} | ${recall.toFixed(1)} | ${ndcg.toFixed(1)} |`);
  }
  const measured = new Map<EngineName, Map<number, Measured>>(GROWING.map((engine) => [engine, new Map()]));
  for (const count of COUNTS) {
    for (const engine of GROWING) {
      const one = await speed(page, firefox, engine, turns, queries, count);
      measured.get(engine)?.set(count, one);
      console.log(
        `${engine}, ${count}: query ${percentile(one.query, 50).toFixed(2)} ms, p95 ${percentile(one.query, 95).toFixed(2)}, ` +
          `filtered ${percentile(one.filtered, 50).toFixed(2)}, indexing ${(one.fill * 1000).toFixed(1)} µs, ` +
          `memory ${(one.memory / 1e6).toFixed(0)} MB (module ${(one.heap / 1e6).toFixed(0)})`,
      );
    }
  }
  mkdirSync(TARGET, { recursive: true });
  writeFileSync(path.join(TARGET, "search-growth.json"), `${JSON.stringify(growth(measured), null, 2)}\n`);
  report("search", rows(measured));
} finally {
  await firefox.close();
}
