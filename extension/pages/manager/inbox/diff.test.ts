// The difference between two texts gives both of them back, and marks no more than what changed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { diff } from "./diff.ts";

/** The pieces in one line: `-removed-`, `+added+`. */
function marked(before: string, after: string): string {
  const marks = { same: "", removed: "-", added: "+" };
  return diff(before, after)
    .map(({ kind, text }) => `${marks[kind]}${text}${marks[kind]}`)
    .join("");
}

test("words that changed are marked, and no others", () => {
  assert.equal(marked("Drinks green tea.", "Drinks black tea."), "Drinks -green-+black+ tea.");
  assert.equal(marked("Likes tea.", "Likes tea and coffee."), "Likes tea+ and coffee+.");
  assert.equal(marked("one two three four", "one three four five"), "one -two -three four+ five+");
});

test("equal, empty and wholly different texts", () => {
  assert.equal(marked("Likes tea.", "Likes tea."), "Likes tea.");
  assert.deepEqual(diff("", ""), []);
  assert.equal(marked("", "new"), "+new+");
  assert.equal(marked("old", ""), "-old-");
});

test("words are found where no spaces stand", () => {
  assert.equal(
    marked("緑茶が好き", "紅茶が好き")
      .replace(/[-+].[-+]/gu, "")
      .includes("が好き"),
    true,
  );
});

test("texts of any length give both back, in bounded time", () => {
  const before = Array.from({ length: 4000 }, (_, n) => `old${n}`).join(" ");
  const after = Array.from({ length: 4000 }, (_, n) => `new${n % 7}`).join(" ");
  for (const [from, to] of [
    [before, after],
    [before.slice(0, 900), after.slice(100, 1000)],
  ] as const) {
    const pieces = diff(from, to);
    const without = (kind: string) =>
      pieces
        .filter((piece) => piece.kind !== kind)
        .map(({ text }) => text)
        .join("");
    assert.equal(without("added"), from);
    assert.equal(without("removed"), to);
  }
});
