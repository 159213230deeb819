// What an asker may send over its port, and what hangs it up.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readAskerMessage } from "./asker-message";

const id = "0123456789abcdef0123456789abcdef";

test("a request and its withdrawal are read", () => {
  assert.deepEqual(readAskerMessage({ id, body: "{}" }), { id, body: "{}" });
  assert.deepEqual(readAskerMessage({ id, withdraw: true }), { id, withdraw: true });
});

test("whatever is not exactly that is nothing", () => {
  const wrong: unknown[] = [
    undefined,
    null,
    "x",
    [],
    {},
    { id },
    { body: "{}" },
    { id: 7, body: "{}" },
    { id: id.toUpperCase(), body: "{}" },
    { id: `${id}0`, body: "{}" },
    { id: `${id}\n`, body: "{}" },
    { id, body: {} },
    { id, withdraw: false },
    { id, withdraw: "true" },
    { id, body: "{}", subject: { kind: "extension", id: "x" } },
    { id, body: "{}", withdraw: true },
    JSON.parse(`{"id":"${id}","__proto__":{"body":"{}"}}`),
  ];
  for (const each of wrong) assert.equal(readAskerMessage(each), undefined, JSON.stringify(each));
});
