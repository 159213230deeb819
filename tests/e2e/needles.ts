// Looks for many strings of bytes at once: what is searched is large, and a plain search for each would take minutes.

/** Shorter ones stand everywhere by chance. */
const SHORTEST = 4;

export class Needles<Needle extends { readonly bytes: Buffer }> {
  /** The most bytes that one of them has. */
  readonly longest: number;
  /** By their first four bytes. */
  readonly #byStart = new Map<number, Needle[]>();
  /** Which last 16 bits those have: most places are passed by with one look. */
  readonly #starts = new Uint8Array(2 ** 16);

  /** Those that are too short to mean anything are left out. */
  constructor(needles: readonly Needle[]) {
    const sought = needles.filter(({ bytes }) => bytes.length >= SHORTEST);
    this.longest = Math.max(0, ...sought.map(({ bytes }) => bytes.length));
    for (const needle of sought) {
      const start = needle.bytes.readUInt32BE(0);
      this.#starts[start & 0xffff] = 1;
      this.#byStart.set(start, [...(this.#byStart.get(start) ?? []), needle]);
    }
  }

  /** Those that stand anywhere in the bytes, each once. */
  foundIn(bytes: Buffer): Set<Needle> {
    const found = new Set<Needle>();
    let start = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      start = ((start << 8) | (bytes[at] ?? 0)) >>> 0;
      if (this.#starts[start & 0xffff] === 0 || at < SHORTEST - 1) continue;
      for (const needle of this.#byStart.get(start) ?? []) {
        const from = at - SHORTEST + 1;
        if (needle.bytes.equals(bytes.subarray(from, from + needle.bytes.length))) found.add(needle);
      }
    }
    return found;
  }
}
