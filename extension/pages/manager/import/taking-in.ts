// Takes lines of a list in, portion by portion, so that the person sees how far it is and can stop it.

import { explain, owner } from "../../../components/owner";
import type {
  InboxSettled,
  Kind,
  ListLine,
  ListPreview,
  MemoryId,
  SaidAgain,
  Sensitivity,
} from "../../../generated/messages";
import { notedAt } from "./comparing";

const AT_ONCE = 100;

/** What of a list is in the vault. */
export interface TakenIn {
  ids: MemoryId[];
  /** What was noted at memories that say it already. */
  merged: InboxSettled[];
  passedOver: number;
}

/** What is to be taken in, and how. */
interface Wanted {
  preview: ListPreview;
  /** The places of the lines to keep. */
  ticked: ReadonlySet<number>;
  /** Lines that are left out, for the memories that say them already. */
  noting: readonly SaidAgain[];
  like: { source: string; scope: string; kind: Kind; sensitivity: Sensitivity };
  /** Whether lines keep their places in a conversation. */
  converses: boolean;
  /** What an earlier run took in. */
  before: TakenIn;
}

/**
 * Notes first what is left out, then keeps the ticked lines. Lines that were deleted before come last, in portions of their
 * own: only these are brought back. `goesOn` is told how many are done, and answers whether to go on.
 */
export async function takeIn(
  { preview, ticked, noting, like, converses, before }: Wanted,
  goesOn: (done: number) => boolean,
): Promise<TakenIn & { left: number[]; problem: string }> {
  const inOrder = [...ticked].sort((a, b) => a - b);
  const forgotten = (place: number) => preview.lines[place]?.forgotten ?? false;
  const fresh = inOrder.filter((place) => !forgotten(place));
  const places = [...fresh, ...inOrder.filter(forgotten)];
  const ids = [...before.ids];
  const merged = [...before.merged];
  let { passedOver } = before;
  let done = 0;
  let problem = "";
  try {
    for (let start = 0; start < noting.length && goesOn(done); start += AT_ONCE) {
      merged.push(await notedAt(like.source, noting.slice(start, start + AT_ONCE)));
    }
    while (done < places.length && goesOn(done)) {
      const bring_back = done >= fresh.length;
      const end = bring_back ? places.length : fresh.length;
      const portion = places.slice(done, Math.min(end, done + AT_ONCE));
      const lines = portion.flatMap((place) => taken(preview.lines[place]?.line, converses));
      const reply = await owner.command({ command: "memory_import", ...like, lines, bring_back });
      ids.push(...reply.ids);
      passedOver += reply.passed_over;
      done += portion.length;
    }
  } catch (error) {
    problem = explain(error);
  }
  return { ids, merged, passedOver, left: places.slice(done), problem };
}

function taken(line: ListLine | undefined, converses: boolean): ListLine[] {
  if (!line) return [];
  if (converses) return [line];
  const { turn: _, ...alone } = line;
  return [alone];
}
