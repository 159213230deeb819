// What of a text leaves once parts of it are taken out.

import assert from "node:assert/strict";
import { test } from "node:test";
import { redacted, spanOf, withSpan } from "./redaction";

const TEXT = "Ann lives in Rome";

test("what stays is not in the text that leaves", () => {
  const spans = withSpan(withSpan([], { start: 13, end: 17 }), { start: 0, end: 3 });
  assert.equal(redacted(TEXT, spans), "[…] lives in […]");
  assert.equal(redacted(TEXT, []), TEXT);
});

test("spans that touch or overlap become one", () => {
  assert.deepEqual(withSpan([{ start: 2, end: 4 }], { start: 4, end: 6 }), [{ start: 2, end: 6 }]);
  assert.deepEqual(
    withSpan(
      [
        { start: 0, end: 2 },
        { start: 6, end: 8 },
      ],
      { start: 1, end: 7 },
    ),
    [{ start: 0, end: 8 }],
  );
});

test("a selection loses the blanks around it, and never splits a character", () => {
  assert.deepEqual(spanOf(TEXT, 3, 10), { start: 4, end: 9 });
  assert.equal(spanOf(TEXT, 3, 4), undefined);
  assert.equal(spanOf(TEXT, 5, 5), undefined);
  assert.deepEqual(spanOf("a👩b", 2, 3), { start: 1, end: 3 });
  assert.deepEqual(spanOf("a👩b", 1, 2), { start: 1, end: 3 });
});
