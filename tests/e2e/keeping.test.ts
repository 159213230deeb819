// How long memories are kept: dates of their own, retention of a collection, what was deleted, and the end of it all.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import type { Firefox } from "../driver/firefox.ts";
import { EXTENSION_ID, extensionUrl, launchWithKeepsake } from "../driver/keepsake.ts";
import type { Page } from "../driver/page.ts";
import { until } from "../driver/until.ts";
import {
  addMemory,
  byTestId,
  callOwner,
  commandVault,
  createVault,
  fillUnlock,
  openManager,
  PASSPHRASE,
  permitHost,
  storedKeys,
} from "./support.ts";

const TEA = "Drinks green tea in the morning";
const TRAIN = "Has a train ticket to Lyon";
const OTHER_PASSPHRASE = "nine patient herons repaint the attic door";
const DAY_MS = 86_400_000;

const profile = mkdtempSync(path.join(tmpdir(), "keepsake-keeping-"));
let firefox: Firefox;
let manager: Page;

before(async () => {
  firefox = await launchWithKeepsake({ profile });
  await createVault(firefox);
  manager = await openManager(firefox);
  await manager.see(byTestId("add-memory"));
});

after(async () => {
  await firefox?.close();
  rmSync(profile, { recursive: true, force: true });
});

/** Types a day into a date field, part by part, as American English orders them. */
async function typeDay(field: string, month: string, day: string, year: string): Promise<void> {
  await manager.on(field, (input: HTMLInputElement) => input.focus());
  for (const digit of month + day + year) await manager.press(digit);
  const held = await manager.on(field, (input: HTMLInputElement) => input.value);
  assert.equal(held, `${year}-${month}-${day}`);
}

/** Memories that were last written long ago, as restoring a file brings them. */
async function restoreOld(texts: readonly string[], scope: string, days: number): Promise<void> {
  const written = new Date(Date.now() - days * DAY_MS).toISOString();
  const memories = texts.map((text, index) => ({
    type: "memory",
    id: `01890000-0000-7000-8000-00000000000${index}`,
    revision: 1,
    text,
    kind: "note",
    scopes: [scope],
    sensitivity: "normal",
    channel: "self",
    reviewed: true,
    created: written,
    updated: written,
  }));
  const lines = [
    { keepsake: "export", version: 1, exported: new Date().toISOString() },
    ...memories,
    { type: "end", memories: memories.length, receipts: 0 },
  ];
  const file = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  await callOwner(manager, { op: "restoreStart" });
  await manager.evaluate(
    (file) =>
      new Promise((resolve) => {
        const port = browser.runtime.connect({ name: "owner" });
        port.onMessage.addListener(resolve);
        const bytes = new TextEncoder().encode(file);
        port.postMessage({ id: 1, call: { op: "restorePart", part: 0, bytes, last: true } });
      }),
    file,
  );
  await commandVault(manager, { command: "restore_preview" });
  const { taken } = await commandVault(manager, { command: "restore_step", bring_back: false });
  assert.equal(taken, texts.length);
}

async function seeOnly(...texts: string[]): Promise<void> {
  await until(`list of ${texts.length} memories`, async () => {
    const { items } = await commandVault(manager, { command: "memory_list", offset: 0, limit: 500 });
    return items.length === texts.length && items.every(({ text }) => texts.includes(text));
  });
}

async function confirmForgetting(word: string): Promise<void> {
  await manager.retype(byTestId("confirm-word"), word);
  await manager.click(byTestId("confirm"));
}

/** Makes a vault anew from the manager that shows none. */
async function beginAnew(passphrase: string): Promise<void> {
  await manager.click(byTestId("open-onboarding"));
  const onboarding = await createVault(firefox, passphrase);
  await onboarding.close();
  await manager.activate();
  await manager.see(byTestId("lock"));
}

test("a day to forget on is written with a memory, shown, and kept when the words change", async () => {
  const year = String(new Date().getFullYear() + 1);
  await manager.click(byTestId("add-memory"));
  await manager.paste(byTestId("edit-text"), TRAIN);
  await typeDay(byTestId("edit-expires"), "05", "03", "2001");
  await manager.click(byTestId("edit-save"));
  await manager.see({ css: byTestId("memory-expires-problem"), text: "past" });
  await typeDay(byTestId("edit-expires"), "05", "03", year);
  await manager.click(byTestId("edit-save"));
  await manager.see({ css: byTestId("memory-expires"), text: `until May 3, ${year}` });
  await manager.click(byTestId("memory-edit"));
  await manager.retype(byTestId("edit-text"), `${TRAIN} and back`);
  await manager.click(byTestId("edit-save"));
  await manager.see({ css: byTestId("memory"), text: `${TRAIN} and back` });
  await manager.see({ css: byTestId("memory-expires"), text: `until May 3, ${year}` });
  const { items } = await commandVault(manager, { command: "memory_list", offset: 0, limit: 1 });
  assert.equal(items[0]?.expires, new Date(Number(year), 4, 4).getTime() - 1);
});

test("a memory whose time has come goes out of the open list by itself, also with the background suspended", async () => {
  const expires = Date.now() + 4000;
  await commandVault(manager, {
    command: "memory_add",
    draft: { text: "Gone in a moment", scopes: ["general"], expires },
  });
  await manager.see({ css: byTestId("memory"), text: "Gone in a moment" });
  await firefox.suspendBackground(EXTENSION_ID);
  await manager.seeNothingOf({ css: byTestId("memory"), text: "Gone in a moment" });
  assert.ok(Date.now() >= expires);
  assert.equal(await manager.count(byTestId("memory")), 1);
});

test("what was deleted is marked in a list, is not imported by itself, and comes back when it is ticked", async () => {
  await addMemory(manager, { text: TEA, scope: "food" });
  await manager.on(
    `${byTestId("memory")}:first-child ${byTestId("memory-delete")}`,
    (button: HTMLButtonElement) => button.click(),
  );
  await manager.seeNothingOf({ css: byTestId("memory"), text: TEA });
  await manager.click(byTestId("nav-import"));
  await manager.paste(byTestId("import-text"), `${TEA}\nSpeaks Breton\n`);
  await manager.see({ css: byTestId("import-forgotten"), text: "1 was deleted before" });
  await manager.see({ css: byTestId("import-line"), text: "Deleted before" });
  await manager.click(byTestId("import-run"));
  await manager.see(`${byTestId("import-done")}[data-count="1"]`);
  await seeOnly(`${TRAIN} and back`, "Speaks Breton");
  await manager.click(byTestId("import-again"));
  await manager.paste(byTestId("import-text"), `${TEA}\n`);
  await manager.click(byTestId("import-tick"));
  await manager.click(byTestId("import-run"));
  await manager.see(`${byTestId("import-done")}[data-count="1"]`);
  assert.equal(await manager.count(byTestId("import-passed-over")), 0);
  await seeOnly(`${TRAIN} and back`, "Speaks Breton", TEA);
});

test("how long a collection is kept is set after a look at what it forgets", async () => {
  await restoreOld(["Once lived in Riga", "Once lived in Turku"], "past", 40);
  await manager.click(byTestId("nav-protection"));
  await manager.see(byTestId("retention-none"));
  await manager.click(byTestId("retention-add"));
  await manager.type(byTestId("retention-scope"), "Past");
  await manager.click(byTestId("retention-set"));
  await manager.see({ css: byTestId("retention-due"), text: "2 memories older" });
  await manager.click(byTestId("confirm-cancel"));
  assert.deepEqual(await commandVault(manager, { command: "retention" }), []);
  await manager.choose(byTestId("retention-days"), "90");
  await manager.click(byTestId("retention-set"));
  await manager.see({ css: byTestId("retention-rule"), text: "past is kept for 90 days" });
  await seeOnly(`${TRAIN} and back`, "Speaks Breton", TEA, "Once lived in Riga", "Once lived in Turku");
});

test("a rule is changed to a number of days of one's own, and taken away", async () => {
  await manager.click(byTestId("retention-change"));
  await manager.choose(byTestId("retention-days"), "custom");
  await manager.type(byTestId("retention-custom"), "0");
  await manager.click(byTestId("retention-set"));
  await manager.see({ css: byTestId("retention-custom-problem"), text: "whole number" });
  await manager.retype(byTestId("retention-custom"), "39");
  await manager.click(byTestId("retention-set"));
  await manager.see({ css: byTestId("retention-due"), text: "2 memories older" });
  await manager.click(byTestId("confirm"));
  await manager.see({ css: byTestId("retention-rule"), text: "past is kept for 39 days" });
  await manager.see({ css: byTestId("toast"), text: "2 memories were forgotten" });
  await seeOnly(`${TRAIN} and back`, "Speaks Breton", TEA);
  await manager.click(byTestId("retention-remove"));
  await manager.see(byTestId("retention-none"));
});

test("everything is forgotten once the word is typed, and the page says how to begin anew", async () => {
  await permitHost(firefox, "http://localhost/*");
  await manager.click(byTestId("forget-everything"));
  await confirmForgetting("yes");
  await manager.see({ css: byTestId("confirm-problem"), text: "FORGET" });
  await manager.press("Escape");
  await manager.seeNothingOf(byTestId("confirm-dialog"));
  await manager.click(byTestId("forget-everything"));
  await confirmForgetting("forget");
  await manager.see(byTestId("all-forgotten"));
  await manager.see(byTestId("no-vault"));
  assert.deepEqual(await storedKeys(manager), []);
  assert.deepEqual(await manager.evaluate(async () => (await browser.permissions.getAll()).origins), []);
});

test("a new vault is made then, knows nothing, and opens with its own passphrase alone", async () => {
  await beginAnew(OTHER_PASSPHRASE);
  await seeOnly();
  await addMemory(manager, { text: TEA, scope: "food" });
  await manager.click(byTestId("lock"));
  await fillUnlock(manager, PASSPHRASE);
  await manager.see({ css: byTestId("unlock-problem"), text: "not the passphrase" });
});

test("who can no longer open the vault starts over in front of it", async () => {
  await manager.click(byTestId("start-over"));
  await manager.click(byTestId("forget-everything"));
  await confirmForgetting("FORGET");
  await manager.see(byTestId("all-forgotten"));
  assert.deepEqual(await storedKeys(manager), []);
});

test("after a restart of Firefox there is nothing, and onboarding works again", async () => {
  assert.deepEqual(await firefox.extensionErrors(), []);
  await firefox.close();
  firefox = await launchWithKeepsake({ profile });
  manager = await firefox.newTab(extensionUrl("pages/manager/index.html"));
  await manager.see(byTestId("no-vault"));
  assert.equal(await manager.count(byTestId("all-forgotten")), 0);
  await beginAnew(PASSPHRASE);
  await seeOnly();
});
