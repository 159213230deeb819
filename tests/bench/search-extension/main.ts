// What `bench search` calls in this page: fills an engine in a worker of its own, and asks it.

import { PeerWorker } from "../vault-extension/rpc";
import type { EngineName, Memory } from "./engines";
import type { EngineWorker } from "./workers/engine";

let worker: PeerWorker<EngineWorker> | undefined;
let running: Promise<unknown> | undefined;

function there(): PeerWorker<EngineWorker> {
  if (!worker) throw new Error("no engine is filled");
  return worker;
}

const bench = {
  /** Fills an engine with so many memories made from these; answers milliseconds. */
  fill: (name: EngineName, turns: Memory[], count: number) => {
    worker?.end();
    worker = new PeerWorker<EngineWorker>("engine");
    return worker.call("fill", name, turns, count);
  },
  time: (queries: string[], every: number) => there().call("time", queries, every),
  answer: (queries: string[], limit: number) => there().call("answer", queries, limit),
  add: (memories: Memory[]) => there().call("add", memories),
  heap: () => there().call("heap"),
  store: () => there().call("store"),
  /** Another worker reads what one wrote. */
  restore: (name: EngineName, lengths: number[]) => {
    worker?.end();
    worker = new PeerWorker<EngineWorker>("engine");
    return worker.call("restore", name, lengths);
  },
};

export type SearchBench = typeof bench;

const remote = {
  /** Begins what is to be measured. */
  begin(name: keyof SearchBench, args: readonly unknown[]): void {
    running = (bench[name] as (...args: readonly unknown[]) => Promise<unknown>)(...args);
    // Whoever asks for the result hears of it.
    running.catch(() => {});
  },

  /** What came of it, in a list, or null where it is not done within so many milliseconds. */
  async result(patience: number): Promise<[unknown] | null> {
    const overdue = new Promise<null>((resolve) => setTimeout(resolve, patience, null));
    return Promise.race([running?.then((result): [unknown] => [result]) ?? null, overdue]);
  },
};

export type SearchRemote = typeof remote;
Object.assign(globalThis, { remote });
