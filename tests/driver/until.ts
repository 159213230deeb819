// Waiting for a state instead of for a time: asks until the answer is there, or says what it saw last.

/** Long enough for a loaded two-core machine; what needs more says so where it waits. */
export const PATIENCE_MS = 15_000;
const PAUSE_MS = 25;

/** Asks `probe` until it answers something truthy. A probe that throws has not answered yet. */
export async function until<T>(
  what: string,
  probe: () => Promise<T>,
  patience = PATIENCE_MS,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + patience;
  let seen: unknown;
  for (;;) {
    try {
      const answer = await probe();
      if (answer) return answer;
      seen = answer;
    } catch (error) {
      seen = error;
    }
    if (Date.now() >= deadline)
      throw new Error(`after ${patience} ms: no ${what}; last seen: ${describe(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

function describe(seen: unknown): string {
  if (seen instanceof Error) return seen.message;
  return JSON.stringify(seen) ?? "nothing";
}
