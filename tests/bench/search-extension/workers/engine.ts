// One search engine in a worker, as the vault's is: filled, asked and timed in here.

import { serve } from "../../vault-extension/rpc";
import { ENGINES, type Engine, type EngineName, type Memory, SEGMENT } from "../engines";
import { grow } from "../memories";

const WARM_UP = 3000;

let engine: Engine | undefined;
let filled = 0;

const methods = {
  /** Starts anew with so many memories made from these; answers how many milliseconds taking them in took. */
  async fill(name: EngineName, turns: Memory[], count: number): Promise<number> {
    // One that nobody asks warms up the compilers.
    const warming = await ENGINES[name]();
    await warming.addAll(turns.slice(0, Math.min(count, WARM_UP)), 0);
    warming.end?.();
    engine = await ENGINES[name]();
    let took = 0;
    filled = 0;
    for (const memories of grow(turns, count, SEGMENT)) {
      const began = performance.now();
      await engine.addAll(memories, filled);
      took += performance.now() - began;
      filled += memories.length;
    }
    engine.settle?.();
    return took;
  },

  /** Milliseconds for each query among the memories that `every` divides. */
  async time(queries: string[], every: number): Promise<number[]> {
    const took = [];
    for (const query of queries) {
      const began = performance.now();
      await there().search(query, 10, every);
      took.push(performance.now() - began);
    }
    return took;
  },

  /** The best for each query. */
  async answer(queries: string[], limit: number): Promise<number[][]> {
    const answers = [];
    for (const query of queries) answers.push(await there().search(query, limit, 1));
    return answers;
  },

  /** Milliseconds for each memory more, until it can be found. */
  async add(memories: Memory[]): Promise<number[]> {
    const took = [];
    for (const memory of memories) {
      const began = performance.now();
      there().add?.(filled, memory);
      filled += 1;
      await there().search(memory.text, 1, 1);
      took.push(performance.now() - began);
    }
    return took;
  },

  /** Bytes of the memory of the engine's module. */
  heap: (): number => there().heap?.() ?? 0,

  /** Writes the index into a file, where it can be; answers the bytes of each segment. */
  async store(): Promise<number[]> {
    const file = await (await stored()).createWritable();
    const lengths = [];
    for (let from = 0; from < filled; from += SEGMENT) {
      const segment = there().segment?.(from, from + SEGMENT);
      if (!segment) break;
      await file.write(new Uint8Array(segment));
      lengths.push(segment.length);
    }
    await file.close();
    return lengths;
  },

  /** Starts anew with what was written. */
  async restore(name: EngineName, lengths: number[]): Promise<void> {
    engine = await ENGINES[name]();
    const file = await (await stored()).getFile();
    let at = 0;
    for (const [place, length] of lengths.entries()) {
      const segment = await file.slice(at, at + length).bytes();
      at += length;
      engine.load?.(segment, place * SEGMENT, (place + 1) * SEGMENT);
    }
  },
};

export type EngineWorker = typeof methods;
serve(methods);

async function stored(): Promise<FileSystemFileHandle> {
  const folder = await navigator.storage.getDirectory();
  return folder.getFileHandle("index", { create: true });
}

function there(): Engine {
  if (!engine) throw new Error("no engine is filled");
  return engine;
}
