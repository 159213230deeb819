// Reading long lists of the vault in the portions that it hands out.

/** The most that the vault lists at once. */
const MOST_AT_ONCE = 500;

export interface Portion<T> {
  total: number;
  items: T[];
}

/** The first `wanted` entries of a list, and what the last portion said of the list as a whole. */
export async function firstOf<T, P extends Portion<T>>(
  wanted: number,
  list: (part: { offset: number; limit: number }) => Promise<P & Portion<T>>,
): Promise<P & Portion<T>> {
  const items: T[] = [];
  for (;;) {
    const portion = await list({
      offset: items.length,
      limit: Math.min(MOST_AT_ONCE, wanted - items.length),
    });
    items.push(...portion.items);
    if (portion.items.length === 0 || items.length >= Math.min(wanted, portion.total))
      return { ...portion, items };
  }
}
