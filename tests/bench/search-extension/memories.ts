// As many memories as are wanted, made from the turns of conversations: the turns themselves, then further ones that put
// parts of turns together, the same for the same seed. So words come as often as people say them.

import type { Memory } from "./engines";

const SEED = 1;
/** So many turns a made-up conversation has. */
const TURNS = 20;
/** So long a made-up memory is, in characters. */
const LENGTH = 200;

/** A source of whole numbers below a bound, the same for the same seed (mulberry32). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * below);
  };
}

/** So many memories, in lists of no more than `most`: all at once would take more memory than an index of them. */
export function* grow(turns: readonly Memory[], count: number, most: number): Generator<Memory[]> {
  const next = numbers(SEED);
  const words = turns.map(({ text }) => text.split(" "));
  const first = 1 + Math.max(...turns.map(({ conversation }) => conversation));
  const made = (place: number): Memory => {
    let text = words[next(words.length)]?.[0] ?? "";
    while (text.length < LENGTH) {
      const turn = words[next(words.length)] ?? [];
      const from = 1 + next(Math.max(1, turn.length - 4));
      text += ` ${turn.slice(from, from + 8).join(" ")}`;
    }
    const conversation = first + Math.floor(place / TURNS);
    return { text: text.slice(0, LENGTH), conversation, position: place % TURNS };
  };
  for (let at = 0; at < count; at += most) {
    const numbered = Array.from({ length: Math.min(most, count - at) }, (_, place) => at + place);
    yield numbered.map((number) => turns[number] ?? made(number - turns.length));
  }
}
