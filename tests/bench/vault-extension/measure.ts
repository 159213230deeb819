// Stopwatches.

/** How many milliseconds something takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Measures each candidate so many times; who comes first changes from one time to the next, beginning with `turn`. */
export async function compare<Name extends string>(
  turn: number,
  times: number,
  candidates: Record<Name, () => Promise<number>>,
): Promise<Record<Name, number[]>> {
  const all = Object.entries(candidates) as [Name, () => Promise<number>][];
  const measured = Object.fromEntries(all.map(([name]) => [name, []])) as unknown as Record<Name, number[]>;
  for (let time = 0; time < times; time++) {
    for (const [name, measure] of (turn + time) % 2 ? all.toReversed() : all) {
      measured[name].push(await measure());
    }
  }
  return measured;
}
