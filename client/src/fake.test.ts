// The fake provider plays by the rules of the page API, so that what works with it works with a real one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "./client.ts";
import { FakeProvider } from "./fake.ts";
import type { PageErrorCode } from "./page-api.ts";

const MEMORIES = [
  { text: "Drinks green tea.", scopes: ["food"] },
  { text: "Allergic to penicillin.", scopes: ["health"] },
];

test("nothing comes without a grant, and only what it covers with one", async () => {
  const memory = new Client(new FakeProvider({ memories: MEMORIES }));
  await assert.rejects(memory.search("tea"), { code: "unauthorized" });
  await memory.requestPermissions({ scopes: ["food"], actions: ["search", "read", "add"] });
  const { results } = await memory.search("tea penicillin");
  assert.deepEqual(
    results.map((each) => each.memory),
    ["Drinks green tea."],
  );
  assert.match((await memory.context("tea", 500)).context, /green tea/);
  const { memories } = await memory.list();
  assert.equal((await memory.get(memories[0]?.id ?? "")).memory.memory, "Drinks green tea.");
  await assert.rejects(memory.get("0".repeat(32)), { code: "unauthorized" });
  assert.equal(await memory.revokePermissions(), 1);
  await assert.rejects(memory.search("tea"), { code: "unauthorized" });
});

test("what is added waits, and can be changed and taken back", async () => {
  const provider = new FakeProvider({ memories: MEMORIES });
  const memory = new Client(provider);
  await memory.requestPermissions({ scopes: ["food"], actions: ["add"] });
  const { results } = await memory.add([{ text: "Likes tea." }]);
  const id = results[0]?.id ?? "";
  assert.equal(results[0]?.status, "pending_review");
  assert.equal((await memory.update(id, { text: "Likes coffee." })).status, "done");
  assert.deepEqual(provider.pending, [{ id, text: "Likes coffee." }]);
  assert.equal((await memory.delete(id)).status, "done");
  assert.deepEqual(provider.pending, []);
});

test("the person can say no, lock and revoke; whoever holds a grant hears of it", async () => {
  const provider = new FakeProvider({ decide: ({ scopes }) => !scopes.includes("health") });
  const memory = new Client(provider);
  await assert.rejects(memory.requestPermissions({ scopes: ["health"], actions: ["search"] }), {
    code: "user_rejected",
  });
  const heard: string[] = [];
  memory.on("grantchange", ({ grants }) => heard.push(`${grants.length} grants`));
  memory.on("lockchange", ({ locked }) => heard.push(locked ? "locked" : "open"));
  await memory.requestPermissions({ scopes: ["food"], actions: ["search"] });
  provider.setLocked(true);
  await assert.rejects(memory.search("tea"), { code: "locked" });
  provider.setLocked(false);
  provider.revoke();
  assert.deepEqual(heard, ["1 grants", "locked", "open", "0 grants"]);
});

test("every code can be had", async () => {
  const codes: PageErrorCode[] = [
    "unauthorized",
    "user_rejected",
    "locked",
    "rate_limited",
    "budget_exceeded",
    "invalid_request",
    "unsupported",
    "too_large",
    "unavailable",
  ];
  const provider = new FakeProvider();
  for (const code of codes) {
    provider.failNext(code);
    await assert.rejects(new Client(provider).capabilities(), { name: "AgentMemoryError", code });
  }
});
