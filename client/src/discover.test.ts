// Finding providers in a page: none, one, several, late ones, and what only pretends to be one.

import assert from "node:assert/strict";
import { afterEach, before, test } from "node:test";
import { connect } from "./client.ts";
import { discover } from "./discover.ts";
import { NoProviderError } from "./errors.ts";
import { TestProvider } from "./test-provider.ts";

const present: TestProvider[] = [];

function provider(rdns: string): TestProvider {
  const made = new TestProvider(rdns, async () => ({}));
  present.push(made);
  return made;
}

before(() => {
  // Node has EventTarget and CustomEvent; a page's global object is an EventTarget itself.
  const page = new EventTarget();
  Object.assign(globalThis, {
    addEventListener: page.addEventListener.bind(page),
    removeEventListener: page.removeEventListener.bind(page),
    dispatchEvent: page.dispatchEvent.bind(page),
  });
});

afterEach(() => {
  for (const each of present.splice(0)) each.leave();
});

test("a page without a provider is told so in words that help", async () => {
  assert.deepEqual(await discover({ timeoutMs: 5 }), []);
  await assert.rejects(connect({ timeoutMs: 5 }), (error) => {
    assert(error instanceof NoProviderError);
    assert.match(error.message, /connect this site/);
    return true;
  });
});

test("all providers that are there are found at once, each one time", async () => {
  const both = [provider("org.one"), provider("org.two")];
  for (const each of both) each.enter();
  const began = performance.now();
  assert.deepEqual(await discover({ timeoutMs: 60_000 }), both);
  assert(performance.now() - began < 10_000);
});

test("a provider can be chosen by its name", async () => {
  for (const rdns of ["org.one", "org.two"]) provider(rdns).enter();
  assert.equal((await connect()).info.rdns, "org.one");
  assert.equal((await connect({ rdns: "org.two" })).info.rdns, "org.two");
  await assert.rejects(connect({ rdns: "org.three", timeoutMs: 5 }), {
    name: "NoProviderError",
    rdns: "org.three",
  });
});

test("a provider that comes a moment later is waited for", async () => {
  const late = provider("org.late");
  const connected = connect({ timeoutMs: 60_000 });
  setImmediate(() => late.enter());
  assert.equal((await connected).info.rdns, "org.late");
});

test("what is not a provider is passed over", async () => {
  const announce = (detail: unknown) =>
    globalThis.dispatchEvent(new CustomEvent("agentmemory:announce", { detail }));
  const found = discover({ timeoutMs: 20 });
  for (const detail of [undefined, null, "x", {}, { provider: null }, { provider: { info: {} } }])
    announce(detail);
  globalThis.dispatchEvent(new Event("agentmemory:announce"));
  assert.deepEqual(await found, []);
});

test("the search for a provider can be given up", async () => {
  await assert.rejects(connect({ signal: AbortSignal.abort() }), { name: "AbortError" });
  const giveUp = new AbortController();
  const connected = connect({ timeoutMs: 60_000, signal: giveUp.signal });
  setImmediate(() => giveUp.abort());
  await assert.rejects(connected, { name: "AbortError" });
});
