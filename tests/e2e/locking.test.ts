// The vault locks by itself and on a key, whether the background is awake or not.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Firefox } from "../driver/firefox.ts";
import { EXTENSION_ID, launchWithKeepsake } from "../driver/keepsake.ts";
import type { Page } from "../driver/page.ts";
import { byTestId, createVault, fillUnlock, openManager } from "./support.ts";

const MINUTE_MS = 60_000;

let firefox: Firefox;
let manager: Page;

before(async () => {
  firefox = await launchWithKeepsake();
  await createVault(firefox);
  manager = await openManager(firefox);
  await manager.see(byTestId("add-memory"));
});

after(() => firefox?.close());

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

test("no error escaped", async () => {
  assert.deepEqual(await firefox.extensionErrors(), []);
});
