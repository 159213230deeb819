// The vault locks by itself and on a key, whether the background is awake or not.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Firefox } from "../driver/firefox.ts";
import { EXTENSION_ID, launchWithKeepsake } from "../driver/keepsake.ts";
import type { Page } from "../driver/page.ts";
import { FixtureServer } from "../fixtures/server.ts";
import {
  addMemory,
  answerConsent,
  byTestId,
  createVault,
  fillUnlock,
  lockVault,
  openManager,
  permitHost,
  requestPermission,
  waitForConsent,
} from "./support.ts";

const MINUTE_MS = 60_000;
const TEA = "Drinks green tea in the morning";

let firefox: Firefox;
let manager: Page;
let server: FixtureServer;

before(async () => {
  firefox = await launchWithKeepsake();
  await createVault(firefox);
  manager = await openManager(firefox);
  await manager.see(byTestId("add-memory"));
});

after(async () => {
  await firefox?.close();
  await server?.close();
});

async function unlockAgain(): Promise<void> {
  await manager.see(byTestId("unlock-passphrase"));
  await fillUnlock(manager);
  await manager.see(byTestId("add-memory"));
}

test("a vault that is in use stays open", async () => {
  await firefox.chrome.pretendIdle(14 * MINUTE_MS);
  await manager.click(byTestId("nav-activity"));
  await manager.see(byTestId("activity-empty"));
  await manager.click(byTestId("nav-memories"));
});

test("after fifteen idle minutes it is locked, and the open page shows it", async () => {
  await firefox.chrome.pretendIdle(15 * MINUTE_MS + 1000);
  await unlockAgain();
});

test("also when the background is suspended at that moment", async () => {
  await firefox.suspendBackground(EXTENSION_ID);
  await firefox.chrome.pretendIdle(15 * MINUTE_MS + 1000);
  await unlockAgain();
});

test("a key locks it at once", async () => {
  await firefox.chrome.pressShortcut(EXTENSION_ID, "alt,shift", "L");
  await unlockAgain();
});

test("a lock takes every memory out of every open page, and each shows how to open the vault again", async () => {
  server = await FixtureServer.start();
  server.route("/", { body: "<!doctype html><title>A site</title><h1>A site</h1>" });
  await permitHost(firefox, "http://localhost/*");
  await addMemory(manager, { text: TEA, scope: "food" });
  await manager.click(byTestId("memory-edit"));
  await manager.see(byTestId("memory-dialog"));
  const site = await firefox.newTab(server.url());
  const answer = requestPermission(site, ["food"]);
  const consent = await waitForConsent(firefox);
  await consent.see({ css: "ks-memory-text", text: TEA });
  await lockVault(firefox, site);
  for (const page of [manager, consent]) {
    await page.see(byTestId("unlock-passphrase"));
    assert.equal(
      await page.evaluate((text) => document.documentElement.outerHTML.includes(text), TEA),
      false,
    );
    const held = await page.evaluate(() =>
      [...document.querySelectorAll("input, textarea")].map((field) => (field as HTMLInputElement).value),
    );
    assert.ok(held.every((value) => value === ""));
  }
  await manager.activate();
  await unlockAgain();
  await answerConsent(firefox, "deny");
  await answer;
});

test("no error escaped", async () => {
  assert.deepEqual(await firefox.extensionErrors(), []);
});
