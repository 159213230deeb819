// What a benchmark hands over: rows of medians, as a Markdown table to read and as JSON to compare, and whether they hold.
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
  /** The most that the ratio may be; a row without one is there to be read. */
  readonly limit?: number;
  /** How many times each was measured. */
  readonly runs: number;
}

/** The single measurements of a peer. */
export interface Peer {
  readonly name: string;
  readonly values: readonly number[];
}

/** A row from the single measurements of both. */
export function row(name: string, unit: string, ours: readonly number[], peer: Peer, limit?: number): Row {
  if (ours.length !== peer.values.length)
    throw new Error(`${name}: ${ours.length} runs of ours and ${peer.values.length} of the peer's`);
  const [a, b] = [median(ours), median(peer.values)];
  const measured = { name, unit, ours: a, peer: b, peer_name: peer.name, ratio: a / b, runs: ours.length };
  return limit === undefined ? measured : { ...measured, limit };
}

/** Of several peers the one that is the best at this: the one with the smallest median. */
export function best(peers: readonly Peer[]): Peer {
  return peers.reduce((a, b) => (median(b.values) < median(a.values) ? b : a));
}

/** Prints the table, writes target/bench/NAME.json, and throws where a row is over its limit. */
export function report(benchmark: string, rows: readonly Row[]): void {
  console.log("| what | unit | Keepsake | peer | peer's name | ratio | limit | runs |");
  console.log("| --- | --- | --- | --- | --- | --- | --- | --- |");
  for (const { name, unit, ours, peer, peer_name, ratio, limit, runs } of rows) {
    const cells = [
      name,
      unit,
      ours.toFixed(2),
      peer.toFixed(2),
      peer_name,
      ratio.toFixed(2),
      limit ?? "",
      runs,
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(path.join(FOLDER, `${benchmark}.json`), `${JSON.stringify(rows, null, 2)}\n`);
  const over = rows.filter(({ ratio, limit }) => limit !== undefined && !(ratio <= limit));
  if (over.length > 0) {
    const named = over.map(({ name, peer_name, ratio, limit }) => {
      return `  ${name}: ${ratio.toFixed(2)} times ${peer_name}, and ${limit} is the most`;
    });
    throw new Error(`over the limit:\n${named.join("\n")}`);
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  if (upper === undefined || lower === undefined) throw new Error("a median of no measurement");
  return (lower + upper) / 2;
}
