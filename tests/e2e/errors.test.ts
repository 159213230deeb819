// Every row of the error table of docs/page-api.md, produced by a real page: its code, its words, and when to come back.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import type { PageError, PageErrorCode } from "../../client/src/page-api.ts";
import type { Firefox } from "../driver/firefox.ts";
import { EXTENSION_ID, launchWithKeepsake } from "../driver/keepsake.ts";
import type { Page } from "../driver/page.ts";
import { FixtureServer } from "../fixtures/server.ts";
import { command } from "./owner.ts";
import {
  addMemory,
  answerConsent,
  connectSite,
  createVault,
  grant,
  lockVault,
  openManager,
  requestPermission,
  search,
  unlockVault,
} from "./support.ts";

const API = path.resolve(import.meta.dirname, "../../docs/page-api.md");

/** What was produced so far. */
const produced = new Map<PageErrorCode, PageError>();
let firefox: Firefox;
let server: FixtureServer;
let manager: Page;
let page: Page;

before(async () => {
  server = await FixtureServer.start();
  server.route(
    "/",
    `<!doctype html><title>A site</title><h1>A site</h1><script>
      addEventListener("agentmemory:announce", ({ detail }) => { window.provider = detail.provider; });
    </script>`,
  );
  firefox = await launchWithKeepsake();
  await createVault(firefox);
  manager = await openManager(firefox);
  await addMemory(manager, { text: "Drinks green tea", scope: "food" });
  await addMemory(manager, { text: "Bakes rye bread", scope: "food" });
  page = await firefox.newTab(server.url());
  await connectSite(firefox, page);
});

after(async () => {
  await firefox?.close();
  await server?.close();
});

declare global {
  interface Window {
    provider: { request(asked: unknown): Promise<unknown> };
  }
}

/** Asks for anything, and notes with which error it was refused. */
async function refusal(asked: unknown): Promise<PageErrorCode> {
  const error = await page.evaluate(
    (asked) =>
      window.provider.request(asked).then(
        () => null,
        (error: PageError) => error,
      ),
    asked,
  );
  return note(error ?? assert.fail("it was answered"));
}

function note(error: PageError): PageErrorCode {
  produced.set(error.code, error);
  return error.code;
}

const SEARCH = { method: "memory.search", params: { query: "tea" } };

test("no grant covers it: unauthorized", async () => {
  assert.equal(await refusal(SEARCH), "unauthorized");
});

test("the person said no: user_rejected", async () => {
  const answer = requestPermission(page, ["food"]);
  await answerConsent(firefox, "deny");
  const outcome = await answer;
  assert.ok("error" in outcome);
  assert.equal(note(outcome.error), "user_rejected");
});

test("the vault is locked, and there is a grant: locked", async () => {
  await grant(firefox, page, ["food"], { actions: ["search", "read"], duration: "until_revoked" });
  await lockVault(firefox, page);
  assert.equal(await refusal(SEARCH), "locked");
  await unlockVault(firefox, page);
});

test("not in the form that is described: invalid_request, with the field's name", async () => {
  assert.equal(
    await refusal({ method: "memory.search", params: { query: "tea", top_k: 0 } }),
    "invalid_request",
  );
  assert.match(produced.get("invalid_request")?.message ?? "", /top_k/);
});

test("no such method: unsupported", async () => {
  assert.equal(await refusal({ method: "memory.dream", params: {} }), "unsupported");
});

test("longer than the limit: too_large", async () => {
  assert.equal(
    await refusal({ method: "memory.search", params: { query: "x".repeat(300_000) } }),
    "too_large",
  );
});

test("more memories than the person allows in a day: budget_exceeded", async () => {
  const { grants } = await command(manager, { command: "grants" });
  const [held] = grants;
  assert.ok(held);
  const { id, scopes, actions, max_sensitivity, each_time, accepts_writes, duration } = held;
  const settings = { scopes, actions, max_sensitivity, each_time, accepts_writes, duration, daily_budget: 1 };
  await command(manager, { command: "grant_change", id, settings });
  assert.deepEqual(await search(page, "green tea"), ["Drinks green tea"]);
  assert.deepEqual(await search(page, "green tea"), ["Drinks green tea"], "again costs nothing");
  assert.equal(await refusal({ method: "memory.search", params: { query: "rye bread" } }), "budget_exceeded");
});

test("the person paused it: unavailable to who has a grant", async () => {
  await command(manager, { command: "pause", paused: true });
  assert.equal(await refusal(SEARCH), "unavailable");
  await command(manager, { command: "pause", paused: false });
  assert.deepEqual(await search(page, "green tea"), ["Drinks green tea"]);
});

test("too many calls: rate_limited", async () => {
  const error = await page.evaluate(async () => {
    const errors = await Promise.all(
      Array.from({ length: 200 }, () =>
        window.provider.request({ method: "memory.capabilities" }).then(
          () => null,
          (error: PageError) => error,
        ),
      ),
    );
    return errors.find((error) => error !== null) ?? null;
  });
  assert.equal(note(error ?? assert.fail("all were answered")), "rate_limited");
});

test("Keepsake was removed: unavailable", async () => {
  await page.waitFor("answer after the burst", () =>
    window.provider.request({ method: "memory.capabilities" }).then(
      () => true,
      () => false,
    ),
  );
  await firefox.uninstall(EXTENSION_ID);
  const asked = page.evaluate(async () => {
    try {
      await window.provider.request({ method: "memory.capabilities" });
      return "answered";
    } catch (error) {
      return (error as PageError).code ?? "gone";
    }
  });
  // What Firefox leaves of a removed extension in a page may be dead altogether, which the client calls unavailable too.
  assert.match(await asked, /^(unavailable|gone)$/);
});

test("that is the whole table, and each error says what it is and when to come back where that helps", () => {
  const table = readFileSync(API, "utf8").split("| `code` |")[1]?.split("\n\n")[0] ?? "";
  const rows = [...table.matchAll(/^\| `([a-z_]+)`/gm)].map(([, code]) => code);
  assert.ok(rows.length >= 9);
  assert.deepEqual([...produced.keys()].sort(), rows.sort());
  for (const [code, { message, retry_after_ms }] of produced) {
    assert.ok(message.length > 10, code);
    const waiting = code === "rate_limited" || code === "budget_exceeded";
    assert.equal((retry_after_ms ?? 0) > 0, waiting, `${code}: ${retry_after_ms}`);
  }
});
