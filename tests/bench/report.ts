// What a benchmark hands over: rows of medians, as a Markdown table to read and as JSON to compare.
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

const FOLDER = path.resolve(import.meta.dirname, "../../target/bench");

/** One thing measured twice in one run: by us and by a peer. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  /** Medians, in `unit`. */
  readonly ours: number;
  readonly peer: number;
  readonly peer_name: string;
  /** `ours / peer`. */
  readonly ratio: number;
  /** How many times each was measured. */
  readonly runs: number;
}

/** A row from the single measurements of both. */
export function row(
  name: string,
  unit: string,
  ours: readonly number[],
  peer: readonly number[],
  peer_name: string,
): Row {
  if (ours.length !== peer.length)
    throw new Error(`${ours.length} runs of ours and ${peer.length} of the peer's`);
  const [a, b] = [median(ours), median(peer)];
  return { name, unit, ours: a, peer: b, peer_name, ratio: a / b, runs: ours.length };
}

/** Prints the table and writes target/bench/NAME.json. */
export function report(benchmark: string, rows: readonly Row[]): void {
  console.log("| what | unit | Keepsake | peer | peer's name | ratio | runs |");
  console.log("| --- | --- | --- | --- | --- | --- | --- |");
  for (const { name, unit, ours, peer, peer_name, ratio, runs } of rows) {
    console.log(
      `| ${[name, unit, ours.toFixed(2), peer.toFixed(2), peer_name, ratio.toFixed(2), runs].join(" | ")} |`,
    );
  }
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(path.join(FOLDER, `${benchmark}.json`), `${JSON.stringify(rows, null, 2)}\n`);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (upper === undefined || lower === undefined) throw new Error("a median of no measurement");
  return (lower + upper) / 2;
}
