// Tells our own open pages what to fetch anew.

import type { Topic } from "../generated/messages";
import type { News } from "../owner/protocol";

const gathered = new Set<Topic>();

/** Gathers what changed and says it once the task at hand is done: whoever waits for an answer has it by then. */
export function tellOwnPages(changed: readonly Topic[]): void {
  if (gathered.size === 0) setTimeout(() => void send());
  for (const topic of changed) gathered.add(topic);
}

async function send(): Promise<void> {
  const changed = [...gathered];
  gathered.clear();
  try {
    await browser.runtime.sendMessage({ changed } satisfies News);
  } catch {
    // Firefox calls it an error that no page is open.
  }
}
