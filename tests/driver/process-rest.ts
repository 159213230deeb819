// When a process has come to rest, by the processor's time that it takes: what is timed next is not slowed down by the last.

import { readFileSync } from "node:fs";
import { setTimeout as pass } from "node:timers/promises";

/** In so many milliseconds a process at rest takes no more than a tick, a hundredth of a second. */
const WINDOW_MS = 250;
const MOST_TICKS = 1;
const PATIENCE_MS = 20_000;

/** Waits until a process and the one that started it are at rest. */
export async function atRest(pid: number): Promise<void> {
  const both = [pid, statusOf(pid).parent];
  const until = Date.now() + PATIENCE_MS;
  for (let before = ticks(both); ; ) {
    await pass(WINDOW_MS);
    const now = ticks(both);
    if (now - before <= MOST_TICKS) return;
    if (Date.now() > until) throw new Error(`process ${pid} does not come to rest`);
    before = now;
  }
}

function ticks(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => sum + statusOf(pid).ticks, 0);
}

function statusOf(pid: number): { parent: number; ticks: number } {
  const status = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name before them may have spaces and brackets in it.
  const [, parent, , , , , , , , , , user, system] = status
    .slice(status.lastIndexOf(")") + 2)
    .split(" ")
    .map(Number);
  if (parent === undefined || user === undefined || system === undefined) {
    throw new Error(`the status of process ${pid} is not as proc(5) says`);
  }
  return { parent, ticks: user + system };
}
