// What says the same as something kept: told to the person who writes, imports or looks into the inbox, and to nobody else.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { MemoryId, MemoryView } from "../../extension/generated/messages.ts";
import type { Firefox } from "../driver/firefox.ts";
import { launchWithKeepsake } from "../driver/keepsake.ts";
import type { Page } from "../driver/page.ts";
import { FixtureServer } from "../fixtures/server.ts";
import {
  addMemory,
  byTestId,
  commandVault,
  connectSite,
  createVault,
  grant,
  openManager,
  request,
} from "./support.ts";

const KEPT = "Allergic to peanuts, walnuts and sesame seeds";
const AGAIN = "Is allergic to walnuts, peanuts and to sesame seeds";
const AND_AGAIN = "Allergic to sesame seeds, peanuts, walnuts";
/** Words that were not deleted before, as those above are in the course of these tests. */
const LINE = "Allergic to walnuts, sesame seeds and peanuts";
const OTHER = "Plays chess on Thursdays";

let firefox: Firefox;
let server: FixtureServer;
let manager: Page;
let site: Page;

before(async () => {
  server = await FixtureServer.start();
  server.route("/", "<!doctype html><title>A site</title><h1>A site</h1>");
  firefox = await launchWithKeepsake();
  await createVault(firefox);
  manager = await openManager(firefox);
  await addMemory(manager, { text: KEPT, scope: "health" });
  site = await firefox.newTab(server.url());
  await connectSite(firefox, site);
  await grant(firefox, site, ["food"], { actions: ["add"], duration: "until_revoked" });
  await manager.activate();
});

after(async () => {
  await firefox?.close();
  await server?.close();
});

async function kept(): Promise<MemoryView[]> {
  return (await commandVault(manager, { command: "memory_list", offset: 0, limit: 10 })).items;
}

async function texts(): Promise<string[]> {
  return (await kept()).map(({ text }) => text).sort();
}

async function idOf(text: string): Promise<MemoryId> {
  const memory = (await kept()).find((memory) => memory.text === text);
  assert.ok(memory, text);
  return memory.id;
}

/** Waits until the manager shows the memories that the vault has. */
async function untilKept(...expected: string[]): Promise<void> {
  await manager.waitFor(
    "memories",
    (count) => document.querySelectorAll('[data-testid="memory"]').length === count,
    expected.length,
  );
  assert.deepEqual(await texts(), [...expected].sort());
}

test("what the person writes again is kept, and both can stay", async () => {
  await addMemory(manager, { text: AGAIN, scope: "health" });
  await manager.see({ css: byTestId("restated-text"), text: KEPT });
  assert.match(await manager.on(byTestId("restated-evidence"), (each: HTMLElement) => each.innerText), /100/);
  await manager.click(byTestId("already-keep"));
  await manager.seeNothingOf(byTestId("already"));
  await untilKept(KEPT, AGAIN);
  await commandVault(manager, { command: "memory_delete", ids: [await idOf(AGAIN)] });
  await untilKept(KEPT);
});

test("it is taken away again by the keyboard, and that is undone", async () => {
  await addMemory(manager, { text: AGAIN, scope: "health" });
  await manager.see(byTestId("already-drop"));
  await manager.on(byTestId("already-drop"), (button: HTMLElement) => button.focus());
  await manager.press("Enter");
  await untilKept(KEPT);
  await manager.click(byTestId("undo"));
  await untilKept(KEPT, AGAIN);
});

test("it takes the place of what was there, and that is undone", async () => {
  await addMemory(manager, { text: AND_AGAIN, scope: "health" });
  await manager.see(byTestId("already"));
  assert.equal(await manager.count(byTestId("restated")), 2);
  await manager.click(`${byTestId("restated")}[data-id="${await idOf(KEPT)}"] + .row > button`);
  await manager.seeNothingOf(byTestId("already"));
  await untilKept(AGAIN, AND_AGAIN);
  await manager.click(byTestId("undo"));
  await untilKept(KEPT, AGAIN, AND_AGAIN);
  const ids = [await idOf(AGAIN), await idOf(AND_AGAIN)];
  await commandVault(manager, { command: "memory_delete", ids });
  await untilKept(KEPT);
});

test("the inbox shows what says the same; merging is told to nobody, keeps the evidence and is undone", async () => {
  const memories = [{ text: AGAIN, scopes: ["food"] }];
  const answer = await request(site, "memory.add", { memories });
  assert.ok(
    "result" in answer && answer.result.results[0]?.status === "pending_review",
    "the site learns nothing",
  );
  await manager.activate();
  await manager.click(byTestId("nav-inbox"));
  await manager.see({ css: byTestId("restated-text"), text: KEPT });
  await manager.click(byTestId("restated-open"));
  await manager.see(byTestId("memory-dialog"));
  assert.equal(await manager.on(byTestId("edit-text"), (field: HTMLTextAreaElement) => field.value), KEPT);
  await manager.press("Escape");
  await manager.seeNothingOf(byTestId("memory-dialog"));
  await manager.click(byTestId("merge"));
  await manager.see(byTestId("inbox-empty"));
  const also = async () => (await kept())[0]?.also ?? [];
  const [said] = await also();
  assert.equal(said?.origin?.source, new URL(server.url()).origin);
  await manager.click(byTestId("undo"));
  await manager.see({ css: byTestId("inbox-item"), text: AGAIN });
  assert.deepEqual(await also(), []);
  await manager.click(byTestId("decline"));
  await manager.see(byTestId("inbox-empty"));
});

test("the preview of an import marks what is nearly the same, and what is left out is noted", async () => {
  await manager.click(byTestId("nav-import"));
  await manager.paste(
    byTestId("import-text"),
    [OTHER, LINE, `[2026-01-15] - ${KEPT}`, "Chess: plays on Thursdays"].join("\n"),
  );
  await manager.see(byTestId("import-restated"));
  await manager.waitFor(
    "both restated lines",
    () => document.querySelectorAll('[data-testid="import-line-restated"]').length === 2,
  );
  const ticked = () =>
    manager.evaluate(() =>
      [...document.querySelectorAll<HTMLInputElement>('[data-testid="import-tick"]')].map(
        ({ checked }) => checked,
      ),
    );
  assert.deepEqual(await ticked(), [true, true, false, true], "only the very same words are left out");
  await manager.click(byTestId("import-untick-restated"));
  assert.deepEqual(await ticked(), [true, false, false, false]);
  await manager.click(byTestId("import-run"));
  await manager.see(`${byTestId("import-done")}[data-count="1"]`);
  await manager.see(byTestId("import-merged"));
  assert.deepEqual(await texts(), [KEPT, OTHER].sort());
  const said = (await kept()).find(({ text }) => text === KEPT);
  assert.equal(said?.also?.length, 1, "both lines are from one list");
  await manager.click(byTestId("import-undo"));
  await manager.see(byTestId("import-text"));
  assert.deepEqual(
    (await kept()).map(({ text, also }) => [text, also ?? []]),
    [[KEPT, []]],
  );
});

test("a proposal that repeats one further up says so", async () => {
  const memories = ["Plays the cello on Sundays", "On Sundays plays the cello"].map((text) => ({
    text,
    scopes: ["food"],
  }));
  await request(site, "memory.add", { memories });
  await manager.activate();
  await manager.click(byTestId("nav-inbox"));
  await manager.see(byTestId("repeated"));
  const [first] = (await commandVault(manager, { command: "inbox", offset: 0, limit: 10 })).items;
  assert.ok(first);
  await manager.see({ css: `${byTestId("repeated")}[data-id="${first.id}"]`, text: first.draft.text });
  assert.equal(await manager.count(byTestId("repeated")), 1, "the first repeats nothing");
  await manager.see({ css: '[data-hint="repeats"]', text: "localhost" });
  await manager.click(`${byTestId("inbox-item")}[data-id="${first.id}"] ${byTestId("decline")}`);
  await manager.seeNothingOf(byTestId("repeated"));
  await manager.click(byTestId("decline"));
  await manager.see(byTestId("inbox-empty"));
});
