// Texts like those that people keep, the same for the same seed: a few words often and most of them seldom (Zipf's law), in
// sentences, with the endings of English, so that an index meets what it is made for.

const FUNCTION_WORDS =
  "the of and to a in is that it was for on with as he be at by i this had not are but from or have an they which one you " +
  "were her all she there would their we him been has when who will more no if out so said what up its about into than " +
  "them can only other new some could time these two may then do first any my now such like our over me even most made " +
  "after also did many before must through back years where much your way well down should because each just those";
const ONSETS =
  "b bl br c ch cl cr d dr f fl fr g gl gr h j k l m n p pl pr qu r s sc sh sl sp st str t th tr v w".split(
    " ",
  );
const VOWELS = "a e i o u ai ea ee ou oa".split(" ");
const CODAS = " b ck d g l ll m mp n nd nt p r rd rn s sh st t x".split(" ");
const ENDINGS = " s ed ing er ly ness ment able".split(" ");
const VOCABULARY = 6000;

/** A source of numbers from 0 to below 1, the same for the same seed (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** Words in the order of how often they are used: real ones first, then made-up ones that get longer. */
function makeVocabulary(): readonly string[] {
  const next = numbers(1);
  const pick = (from: readonly string[]) => from[Math.floor(next() * from.length)] ?? "";
  const words = new Set(FUNCTION_WORDS.split(" "));
  while (words.size < VOCABULARY) {
    const syllables = 1 + Math.floor(next() * (1 + (2 * words.size) / VOCABULARY));
    let word = "";
    for (let syllable = 0; syllable < syllables; syllable++) word += pick(ONSETS) + pick(VOWELS);
    words.add(word + pick(CODAS) + pick(ENDINGS));
  }
  return [...words];
}

const vocabulary = makeVocabulary();
/** For each word, how often it or one before it is used. */
const cumulated: number[] = [];
for (let rank = 1, sum = 0; rank <= vocabulary.length; rank++) {
  sum += 1 / (rank + 2.7);
  cumulated.push(sum);
}

function word(next: () => number): string {
  const wanted = next() * (cumulated.at(-1) ?? 0);
  let [low, high] = [0, cumulated.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cumulated[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return vocabulary[low] ?? "";
}

/** One text of `bytes` bytes or a word less, all of them ASCII. */
function text(next: () => number, bytes: number): string {
  let written = "";
  let left = 0;
  for (;;) {
    const begins = left === 0;
    if (begins) left = 6 + Math.floor(next() * 12);
    let part = word(next);
    if (begins) part = part.charAt(0).toUpperCase() + part.slice(1);
    left -= 1;
    if (left === 0) part += ".";
    else if (next() < 0.06) part += ",";
    if (written.length + 1 + part.length > bytes) return written;
    written += written === "" ? part : ` ${part}`;
  }
}

/** `count` texts, no two of them alike. */
export function makeTexts(seed: number, count: number, bytes: number): string[] {
  const next = numbers(seed);
  const made = new Set<string>();
  while (made.size < count) made.add(text(next, bytes));
  return [...made];
}
