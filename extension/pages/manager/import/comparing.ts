// The lines of a list that say what a memory or another line says, found part by part while the person looks at the list.

import { owner } from "../../../components/owner";
import type { InboxSettled, LineRestated, ListPreview, SaidAgain } from "../../../generated/messages";

/** So many lines are compared at once: between two parts others get their answers. */
const COMPARED_AT_ONCE = 500;

/** By its place, what a line says again. */
export type Restatements = ReadonlyMap<number, LineRestated>;

/** Compares every line with what is kept and with the lines before it. */
export async function* compared({ lines }: ListPreview): AsyncGenerator<[number, LineRestated][]> {
  for (let first = 0; first < lines.length; first += COMPARED_AT_ONCE) {
    const texts = lines.slice(first, first + COMPARED_AT_ONCE).map(({ line }) => line.text);
    const more = first + COMPARED_AT_ONCE < lines.length;
    const found = await owner.command({ command: "list_compare", first, texts, more });
    yield found.map((one) => [one.place, one]);
  }
}

/** The places of the lines that say something again in other words, and were not deleted before. */
export function restatedLines({ lines }: ListPreview, restated: Restatements): number[] {
  return [...restated.keys()].filter((place) => !lines[place]?.duplicate && !lines[place]?.forgotten);
}

/** The lines that are left out and that memories say already, in the same words or in others. What was deleted stays so. */
export function mergeable(
  { lines }: ListPreview,
  restated: Restatements,
  ticked: ReadonlySet<number>,
): SaidAgain[] {
  return [...restated].flatMap(([place, { says }]) => {
    const { line, duplicate, forgotten } = lines[place] ?? {};
    if (says.what !== "memory" || ticked.has(place) || (forgotten && !duplicate)) return [];
    const at = line?.created;
    return [{ memory: says.memory.id, ...(at === undefined ? {} : { at }) }];
  });
}

/** Notes at memories that a list says them too; answers what takes that back. */
export function notedAt(source: string, lines: SaidAgain[]): Promise<InboxSettled> {
  return owner.command({ command: "list_merge", source, lines });
}
