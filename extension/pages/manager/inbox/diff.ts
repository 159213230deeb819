// What changed between two texts, word by word.

/** A run of words that both texts have, or one of them alone. */
export interface Piece {
  kind: "same" | "removed" | "added";
  text: string;
}

/** So many pairs of words are compared at most: what differs in more is shown as one text in the place of another. */
const MAX_PAIRS = 1_000_000;

const words = new Intl.Segmenter(undefined, { granularity: "word" });

/** The pieces in reading order; without the added ones they are the old text, without the removed ones the new. */
export function diff(before: string, after: string): Piece[] {
  const from = split(before);
  const to = split(after);
  let start = 0;
  while (start < from.length && start < to.length && from[start] === to[start]) start += 1;
  let end = 0;
  while (end < Math.min(from.length, to.length) - start && from.at(-1 - end) === to.at(-1 - end)) end += 1;
  const pieces: Piece[] = [];
  const add = (kind: Piece["kind"], ...texts: string[]) => {
    const last = pieces.at(-1);
    if (last?.kind === kind) last.text += texts.join("");
    else if (texts.length > 0) pieces.push({ kind, text: texts.join("") });
  };
  add("same", ...from.slice(0, start));
  compare(from.slice(start, from.length - end), to.slice(start, to.length - end), add);
  add("same", ...from.slice(from.length - end));
  return pieces;
}

function split(text: string): string[] {
  return Array.from(words.segment(text), ({ segment }) => segment);
}

/** Finds the longest common subsequence by dynamic programming, and tells it from the front. */
function compare(
  from: readonly string[],
  to: readonly string[],
  add: (kind: Piece["kind"], ...texts: string[]) => void,
): void {
  if (from.length * to.length > MAX_PAIRS) {
    add("removed", ...from);
    add("added", ...to);
    return;
  }
  const width = to.length + 1;
  // How many words the rests from (i, j) on have in common.
  const common = new Uint16Array((from.length + 1) * width);
  const at = (i: number, j: number): number => common[i * width + j] ?? 0;
  for (let i = from.length - 1; i >= 0; i -= 1) {
    for (let j = to.length - 1; j >= 0; j -= 1) {
      common[i * width + j] = from[i] === to[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  let i = 0;
  let j = 0;
  while (i < from.length || j < to.length) {
    if (i < from.length && j < to.length && from[i] === to[j]) {
      add("same", from[i] ?? "");
      i += 1;
      j += 1;
    } else if (j >= to.length || (i < from.length && at(i + 1, j) >= at(i, j + 1))) {
      add("removed", from[i] ?? "");
      i += 1;
    } else {
      add("added", to[j] ?? "");
      j += 1;
    }
  }
}
