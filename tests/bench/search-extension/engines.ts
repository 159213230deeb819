// The search libraries that the index is measured beside, each in the configuration that found the most on LoCoMo.

import { create, insertMultiple, search } from "@orama/orama";
import { Charset, Encoder, Index as FlexIndex } from "flexsearch";
import englishOfFlexSearch from "flexsearch/lang/en";
import lunr from "lunr";
import MiniSearch from "minisearch";

/** So many memories the vault puts into a segment, and so many an engine is given at once. */
export const SEGMENT = 2048;

/** A memory, and where it stands in a conversation. */
export interface Memory {
  text: string;
  conversation: number;
  position: number;
}

/** Memories under their numbers, and what fits a query best. */
export interface Engine {
  /** Takes in some under the numbers from one on. */
  addAll(memories: readonly Memory[], from: number): void | Promise<void>;
  /** The numbers of the best, among those that `every` divides. */
  search(query: string, limit: number, every: number): number[] | Promise<number[]>;
  /** Is told once everything it is to be measured with is taken in. */
  settle?(): void;
  /** Takes in one more. */
  add?(number: number, memory: Memory): void;
  /** These memories of the index as they are stored, where it is. */
  segment?(from: number, to: number): Uint8Array;
  /** Takes them in. */
  load?(segment: Uint8Array, from: number, to: number): void;
  /** The memory that a module of its own takes. */
  heap?(): number;
  /** Gives back the memory that no garbage collector sees. */
  end?(): void;
}

const STOP_WORDS = new Set(
  (
    "a about after all also am an and any are as at be because been before being but by can could did do does doing " +
    "for from had has have having he her here hers him his how i if in into is it its just me more most my no nor " +
    "not now of off on once only or other our out over own same she should so some such than that the their them " +
    "then there these they this those through to too under until up very was we were what when where which while " +
    "who whom why will with would you your"
  ).split(" "),
);

/** The module that `cargo xtask bench search` puts here. */
interface SearchModule {
  default(options: { module_or_path: URL }): Promise<{ memory: WebAssembly.Memory }>;
  BenchIndex: new (
    table: Uint8Array,
  ) => {
    add(slot: number, text: string, conversation: number, position: number): void;
    search(query: string, limit: number, every: number): Float64Array;
    segment(from: number, to: number): Uint8Array;
    load(bytes: Uint8Array, from: number, to: number): void;
    settle(): void;
    free(): void;
  };
}

async function keepsake(withTable: boolean): Promise<Engine> {
  const folder = new URL("../search/", import.meta.url);
  const module = (await import(new URL("search.js", folder).href)) as SearchModule;
  const { memory } = await module.default({ module_or_path: new URL("search_bg.wasm", folder) });
  const table = withTable
    ? await (await fetch(new URL("../meanings.bin", import.meta.url))).bytes()
    : new Uint8Array();
  const index = new module.BenchIndex(table);
  const add = (number: number, { text, conversation, position }: Memory) =>
    index.add(number, text, conversation, position);
  return {
    addAll: (memories, from) => {
      for (const [place, memory] of memories.entries()) add(from + place, memory);
      // What fills a segment the vault writes at once, the rest when nothing else is to be done.
      if (memories.length === SEGMENT) index.segment(from, from + SEGMENT);
    },
    settle: () => index.settle(),
    add,
    search: (query, limit, every) =>
      [...index.search(query, limit, every)].filter((_, place) => place % 2 === 0),
    segment: (from, to) => index.segment(from, to),
    load: (segment, from, to) => index.load(segment, from, to),
    heap: () => memory.buffer.byteLength,
    end: () => index.free(),
  };
}

function miniSearch(): Engine {
  const index = new MiniSearch<{ id: number; text: string }>({
    fields: ["text"],
    processTerm: (term) => (STOP_WORDS.has(term.toLowerCase()) ? null : term.toLowerCase()),
    searchOptions: { prefix: true, fuzzy: 0.2 },
  });
  return {
    addAll: (memories, from) => index.addAll(memories.map(({ text }, place) => ({ id: from + place, text }))),
    add: (id, { text }) => index.add({ id, text }),
    search: (query, limit, every) =>
      index
        .search(query, every === 1 ? {} : { filter: ({ id }) => id % every === 0 })
        .slice(0, limit)
        .map(({ id }) => id),
  };
}

function flexSearch(): Engine {
  const encoder = new Encoder(Charset.LatinSimple);
  encoder.assign(englishOfFlexSearch);
  const index = new FlexIndex({ tokenize: "strict", encoder });
  return {
    addAll: (memories, from) => memories.forEach(({ text }, place) => void index.add(from + place, text)),
    add: (id, { text }) => void index.add(id, text),
    // It has no filter: what may not be seen is taken out of a longer list.
    search: (query, limit, every) =>
      (index.search(query, { suggest: true, limit: limit * every * 2 }) as number[])
        .filter((id) => id % every === 0)
        .slice(0, limit),
  };
}

function lunrIndex(): Engine {
  let index: lunr.Index | undefined;
  return {
    // It is made once, and takes in no more.
    addAll: (memories) => {
      index = lunr(function () {
        this.field("text");
        memories.forEach(({ text }, id) => void this.add({ id, text }));
      });
    },
    search: (text, limit, every) => {
      // Its own language of queries would take punctuation for operators.
      const words = lunr.tokenizer(text.replaceAll(/[^\p{L}\p{N}]+/gu, " "));
      const found = index?.query((query) => query.term(words.filter(lunr.stopWordFilter), {})) ?? [];
      const ids = found.map(({ ref }) => Number(ref)).filter((id) => id % every === 0);
      return ids.slice(0, limit);
    },
  };
}

function orama(): Engine {
  const tokenizer = { language: "english" as const, stemming: true, stopWords: [...STOP_WORDS] };
  const database = create({ schema: { text: "string" } as const, components: { tokenizer } });
  return {
    addAll: async (memories, from) => {
      await insertMultiple(
        database,
        memories.map(({ text }, place) => ({ id: String(from + place), text })),
      );
    },
    search: async (term, limit, every) => {
      const { hits } = await search(database, { term, limit: limit * every });
      const ids = hits.map(({ id }) => Number(id)).filter((id) => id % every === 0);
      return ids.slice(0, limit);
    },
  };
}

/** What there is besides an engine: it keeps nothing. */
const nothing: Engine = { addAll: () => {}, search: () => [] };

export const ENGINES = {
  nothing: async () => nothing,
  Keepsake: () => keepsake(true),
  "Keepsake, by words alone": () => keepsake(false),
  MiniSearch: async () => miniSearch(),
  FlexSearch: async () => flexSearch(),
  lunr: async () => lunrIndex(),
  Orama: async () => orama(),
} satisfies Record<string, () => Promise<Engine>>;

export type EngineName = keyof typeof ENGINES;
