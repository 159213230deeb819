// Which parts of a text stay, and what is left of it.

import type { Span } from "../../generated/messages";

/** What stands in the place of words that stay; the vault writes the same. */
const LEFT_OUT = "[…]";

/** The spans with one more, in order, none touching another. */
export function withSpan(spans: readonly Span[], added: Span): Span[] {
  const merged: Span[] = [];
  for (const span of [...spans, added].sort((one, other) => one.start - other.start)) {
    const last = merged.at(-1);
    if (last && span.start <= last.end) last.end = Math.max(last.end, span.end);
    else merged.push({ ...span });
  }
  return merged;
}

/** A selection without the blanks around it and without half a character; none where nothing is left of it. */
export function spanOf(text: string, start: number, end: number): Span | undefined {
  const span = { start, end };
  if (splits(text, span.start)) span.start -= 1;
  if (splits(text, span.end)) span.end += 1;
  while (span.start < span.end && /\s/.test(text.charAt(span.start))) span.start += 1;
  while (span.end > span.start && /\s/.test(text.charAt(span.end - 1))) span.end -= 1;
  return span.start < span.end ? span : undefined;
}

/** The very text that leaves. */
export function redacted(text: string, spans: readonly Span[]): string {
  let left = "";
  let at = 0;
  for (const { start, end } of spans) {
    left += text.slice(at, start) + LEFT_OUT;
    at = end;
  }
  return left + text.slice(at);
}

/** Whether a place lies in the middle of a surrogate pair. */
function splits(text: string, at: number): boolean {
  return /^[\ud800-\udbff][\udc00-\udfff]$/.test(text.slice(at - 1, at + 1));
}
