// What the bridge makes of the objects that a page hands it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isLonger, makeRequestId, rebuild } from "./request";

function code(asked: unknown): string {
  const rebuilt = rebuild(asked);
  return "failure" in rebuilt ? rebuilt.failure.code : "none";
}

test("method and params cross, and nothing else does", () => {
  assert.deepEqual(rebuild({ method: "memory.search", params: { query: "tea" }, id: "x", subject: {} }), {
    body: '{"method":"memory.search","params":{"query":"tea"}}',
  });
  assert.deepEqual(rebuild({ method: 'a"b' }), { body: '{"method":"a\\"b","params":{}}' });
});

test("an own __proto__ crosses as the plain name that it is, for the vault to refuse", () => {
  const params = JSON.parse('{"__proto__":{"query":"tea"}}');
  assert.deepEqual(rebuild({ method: "memory.search", params }), {
    body: '{"method":"memory.search","params":{"__proto__":{"query":"tea"}}}',
  });
});

test("what is no request is refused", () => {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  const deep: unknown[] = [];
  for (let level = 0, at = deep; level < 100_000; level++) {
    const next: unknown[] = [];
    at.push(next);
    at = next;
  }
  const wrong: unknown[] = [
    undefined,
    null,
    7,
    "memory.search",
    {},
    { method: 7 },
    { method: "x".repeat(65) },
    { method: "m", params: () => 1 },
    { method: "m", params: Symbol("s") },
    { method: "m", params: 1n },
    { method: "m", params: cycle },
    { method: "m", params: deep },
  ];
  for (const [number, each] of wrong.entries()) assert.equal(code(each), "invalid_request", `case ${number}`);
});

test("a request has at most 256 KiB", () => {
  const around = '{"method":"m","params":""}'.length;
  assert.equal(code({ method: "m", params: "x".repeat(256 * 1024 - around) }), "none");
  assert.equal(code({ method: "m", params: "x".repeat(256 * 1024 - around + 1) }), "too_large");
  assert.equal(code({ method: "m", params: "é".repeat(128 * 1024) }), "too_large");
  assert.equal(code({ method: "m", params: "x".repeat(10_000_000) }), "too_large");
});

test("length is counted in UTF-8", () => {
  for (const [text, bytes] of [
    ["abc", 3],
    ["é", 2],
    ["€", 3],
    ["🙂", 4],
    ["\ud800", 3],
  ] as const) {
    assert(!isLonger(text, bytes), text);
    assert(isLonger(text, bytes - 1), text);
  }
});

test("a request's id is 128 random bits", () => {
  const ids = new Set(Array.from({ length: 100 }, makeRequestId));
  assert.equal(ids.size, 100);
  for (const id of ids) assert.match(id, /^[0-9a-f]{32}$/);
});
