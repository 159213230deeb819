// What a client sends and how it reports what comes back.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "./client.ts";
import { AgentMemoryError } from "./errors.ts";
import type { PageEvent } from "./page-api.ts";
import { TestProvider } from "./test-provider.ts";

function answering(answer: unknown): { client: Client; provider: TestProvider } {
  const provider = new TestProvider("org.keepsake", async () => answer);
  return { client: new Client(provider), provider };
}

function refusing(rejection: unknown): Client {
  return new Client(new TestProvider("org.keepsake", () => Promise.reject(rejection)));
}

test("each method sends its name and its parameters, and unpacks the answer", async () => {
  const grants = [{ scopes: ["food"], actions: ["search"], max_sensitivity: "normal", duration: "session" }];
  const { client, provider } = answering({ grants, revoked: 2, results: [], receipt_id: "r" });
  const asked = { scopes: ["food"], actions: ["search" as const] };
  assert.deepEqual(await client.requestPermissions(asked), grants);
  assert.deepEqual(await client.queryPermissions(), grants);
  assert.equal(await client.revokePermissions(), 2);
  assert.equal((await client.search("tea", { top_k: 3 })).receipt_id, "r");
  await client.context("tea", 500, { format: "json_lines" });
  await client.get("id");
  await client.list({ limit: 2 });
  await client.add([{ text: "Likes tea." }]);
  await client.update("id", { text: "Likes coffee." });
  await client.delete("id");
  await client.capabilities();
  assert.deepEqual(provider.asked, [
    { method: "permissions.request", params: asked },
    { method: "permissions.query", params: {} },
    { method: "permissions.revoke", params: {} },
    { method: "memory.search", params: { query: "tea", top_k: 3 } },
    { method: "memory.context", params: { query: "tea", token_budget: 500, format: "json_lines" } },
    { method: "memory.get", params: { id: "id" } },
    { method: "memory.list", params: { limit: 2 } },
    { method: "memory.add", params: { memories: [{ text: "Likes tea." }] } },
    { method: "memory.update", params: { id: "id", text: "Likes coffee." } },
    { method: "memory.delete", params: { id: "id" } },
    { method: "memory.capabilities", params: {} },
  ]);
});

test("a refusal is an error with its code and when to come back", async () => {
  const rejection = {
    name: "AgentMemoryError",
    code: "rate_limited",
    message: "slow down",
    retry_after_ms: 250,
  };
  await assert.rejects(refusing(rejection).search("tea"), (error) => {
    assert(error instanceof AgentMemoryError);
    assert.deepEqual([error.code, error.message, error.retryAfterMs], ["rate_limited", "slow down", 250]);
    return true;
  });
});

test("a provider that is gone or talks nonsense is unavailable", async () => {
  const dead = new Proxy({}, { get: () => assert.fail("can't access dead object") });
  for (const rejection of [undefined, "no", new TypeError("dead"), { code: "made_up", message: "x" }, dead]) {
    await assert.rejects(refusing(rejection).search("tea"), {
      name: "AgentMemoryError",
      code: "unavailable",
    });
  }
  const throwing = new TestProvider("org.keepsake", () => {
    throw new TypeError("can't access dead object");
  });
  await assert.rejects(new Client(throwing).search("tea"), { code: "unavailable" });
});

test("an aborted request rejects with the signal's reason, and the provider is told", async () => {
  let signal: AbortSignal | undefined;
  const provider = new TestProvider("org.keepsake", (_asked, options) => {
    signal = options?.signal;
    return new Promise(() => undefined);
  });
  const giveUp = new AbortController();
  const answer = new Client(provider).search("tea", {}, { signal: giveUp.signal });
  giveUp.abort();
  await assert.rejects(answer, { name: "AbortError" });
  assert.equal(signal?.aborted, true);
});

test("a request that is aborted from the start is not sent", async () => {
  const { client, provider } = answering({});
  await assert.rejects(client.search("tea", {}, { signal: AbortSignal.abort() }), { name: "AbortError" });
  assert.deepEqual(provider.asked, []);
});

test("events arrive until one stops listening", () => {
  const { client, provider } = answering({});
  const heard: PageEvent[] = [];
  const stop = client.on("lockchange", (event) => heard.push(event));
  provider.emit({ event: "lockchange", locked: true });
  provider.emit({ event: "grantchange", grants: [] });
  stop();
  provider.emit({ event: "lockchange", locked: false });
  assert.deepEqual(heard, [{ event: "lockchange", locked: true }]);
});
