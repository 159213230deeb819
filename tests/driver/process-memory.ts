// The memory of a process, as a debugger's core dump would have it, but only what is there: of Firefox's tens of gigabytes
// of addresses all but a few hundred megabytes are reserved and empty.
import { closeSync, openSync, readFileSync, readSync } from "node:fs";

const PAGE = 4096;
/** In /proc/PID/pagemap: the page is in memory, or swapped out. */
const PRESENT_OR_SWAPPED = 0xc0;
/** How much is read at once. */
const MOST = 16 * 1024 * 1024;

/** Why the memory of processes that we have started cannot be read here, where it cannot. */
export function unreadable(pid: number): string | false {
  try {
    closeSync(openSync(`/proc/${pid}/mem`, "r"));
    return false;
  } catch (error) {
    return `no memory to look into: ${error instanceof Error ? error.message : error}`;
  }
}

/**
 * Stops a process and answers all that it holds in memory, in stretches of which one overlaps the next by `overlap` bytes
 * where there is no gap between them. The process goes on afterwards.
 */
export function* memoryOf(pid: number, overlap: number): Generator<Buffer> {
  process.kill(pid, "SIGSTOP");
  const memory = openSync(`/proc/${pid}/mem`, "r");
  const pagemap = openSync(`/proc/${pid}/pagemap`, "r");
  try {
    const buffer = Buffer.alloc(MOST + overlap);
    for (const [start, end] of filled(pid, pagemap)) {
      for (let at = start; at < end; at += MOST) {
        const from = Math.max(start, at - overlap);
        const length = readSync(memory, buffer, 0, Math.min(end, at + MOST) - from, from);
        yield buffer.subarray(0, length);
      }
    }
  } finally {
    closeSync(memory);
    closeSync(pagemap);
    process.kill(pid, "SIGCONT");
  }
}

/** How many bytes a process has in memory that no other one shares. */
export function privateBytes(pid: number): number {
  const kilobytes = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8").matchAll(/^Private_\w+: +(\d+) kB$/gm);
  return [...kilobytes].reduce((sum, [, size]) => sum + 1024 * Number(size), 0);
}

/** The addresses from and to which there is something in memory. */
function* filled(pid: number, pagemap: number): Generator<[number, number]> {
  for (const [start, end] of readable(pid)) {
    const pages = Buffer.alloc(((end - start) / PAGE) * 8);
    readSync(pagemap, pages, 0, pages.length, (start / PAGE) * 8);
    let from: number | undefined;
    for (let page = 0; page * 8 < pages.length; page += 1) {
      const address = start + page * PAGE;
      if (pages.readUInt8(page * 8 + 7) & PRESENT_OR_SWAPPED) {
        from ??= address;
      } else if (from !== undefined) {
        yield [from, address];
        from = undefined;
      }
    }
    if (from !== undefined) yield [from, end];
  }
}

/** The stretches of addresses that the process may read itself; those of the kernel's own are none of its memory. */
function readable(pid: number): [number, number][] {
  return readFileSync(`/proc/${pid}/maps`, "utf8")
    .split("\n")
    .flatMap((line): [number, number][] => {
      const [, start, end] = /^([0-9a-f]+)-([0-9a-f]+) r(?!.*\[v)/.exec(line) ?? [];
      return start && end ? [[Number.parseInt(start, 16), Number.parseInt(end, 16)]] : [];
    });
}
