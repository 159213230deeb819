// Whether what is stored is what Keepsake wrote: the check, what it sets aside, and sealing everything under a new key.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import type { Firefox } from "../driver/firefox.ts";
import { EXTENSION_ID, launchWithKeepsake } from "../driver/keepsake.ts";
import type { Page } from "../driver/page.ts";
import { until } from "../driver/until.ts";
import {
  byTestId,
  commandVault,
  createVault,
  fillUnlock,
  openManager,
  PASSPHRASE,
  storedKeys,
} from "./support.ts";

const MEMORIES = 300;
/** So many that sealing them anew is not over before a lock comes. */
const MANY = 3000;
/** Where the key before stands while things are sealed under it. */
const FORMER_KEY = "keepsake  former";

const profile = mkdtempSync(path.join(tmpdir(), "keepsake-checking-"));
let firefox: Firefox;
let manager: Page;

before(async () => {
  firefox = await launchWithKeepsake({ profile });
  await createVault(firefox);
  manager = await openManager(firefox, "protection");
  await manager.see(byTestId("check"));
});

after(async () => {
  await firefox?.close();
  rmSync(profile, { recursive: true, force: true });
});

async function importMemories(name: string, count: number): Promise<void> {
  const lines = Array.from({ length: count }, (_, index) => ({ text: `Memory ${index} of ${name}` }));
  for (let start = 0; start < count; start += 1000) {
    await commandVault(manager, {
      command: "memory_import",
      source: name,
      scope: "general",
      kind: "fact",
      sensitivity: "normal",
      lines: lines.slice(start, start + 1000),
    });
  }
}

async function lock(): Promise<void> {
  await manager.click(byTestId("lock"));
  await manager.see(byTestId("unlock"));
}

async function unlock(): Promise<void> {
  await fillUnlock(manager);
  await manager.see(byTestId("check"));
}

/** Flips a bit in a byte of each of the first stored memories; places from the end are negative. */
function flip(...places: number[]): Promise<void> {
  return manager.evaluate(async (places) => {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open("keepsake");
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
    await new Promise<void>((resolve, reject) => {
      const transaction = database.transaction("records", "readwrite");
      const walking = transaction.objectStore("records").openCursor();
      walking.onsuccess = () => {
        const cursor = walking.result;
        const place = places.shift();
        if (!cursor || place === undefined) return;
        const bytes = new Uint8Array(cursor.value as Uint8Array);
        const at = place < 0 ? bytes.length + place : place;
        bytes[at] = (bytes[at] ?? 0) ^ 1;
        cursor.update(bytes);
        cursor.continue();
      };
      transaction.oncomplete = () => resolve();
      transaction.onerror = () => reject(transaction.error);
    });
    database.close();
  }, places);
}

/** Whether the key before is still stored, sealed under the one now. */
async function formerKeyIsStored(): Promise<boolean> {
  return (await storedKeys(manager)).includes(FORMER_KEY);
}

async function rotate(): Promise<void> {
  await manager.click(byTestId("rotate"));
  await manager.type(byTestId("rotate-passphrase"), PASSPHRASE);
  await manager.click(byTestId("rotate-start"));
}

test("a sound vault is found sound", async () => {
  await importMemories("a sound vault", 3);
  await manager.click(byTestId("check"));
  await manager.see({ css: byTestId("check-sound"), text: "3 memories" });
  assert.equal(await manager.count(byTestId("damaged")), 0);
});

test("damage is told after the unlock, found by the check, and put in order", async () => {
  await lock();
  // The end of an envelope is compared after each unlock; what is before it shows only when it is opened.
  await flip(-1, 40);
  await unlock();
  await manager.see({ css: byTestId("damaged"), text: "1 memory is set aside" });
  await manager.see(byTestId("aside"));
  await manager.click(byTestId("check"));
  await manager.see({ css: byTestId("damage-memories"), text: "1 memory" });
  await manager.see({ css: byTestId("damaged"), text: "1 stored object is damaged" });
  await manager.click(byTestId("mend"));
  await manager.see({ css: byTestId("mended"), text: "1 memory set aside" });
  await manager.see({ css: byTestId("damaged"), text: "2 memories are set aside" });
});

test("the warning leads to what is set aside, which stays so after a restart of Firefox", async () => {
  await firefox.close();
  firefox = await launchWithKeepsake({ profile });
  manager = await openManager(firefox);
  await fillUnlock(manager);
  await manager.click(byTestId("damaged-link"));
  await until("two memories set aside", async () => (await manager.count(byTestId("aside"))) === 2);
  await manager.waitFor(
    "focus on what is set aside",
    () => document.activeElement?.closest("section")?.dataset.testid === "card-aside",
  );
});

test("what is set aside is forgotten after a question, one by one or all", async () => {
  const first = `${byTestId("aside")}:first-child ${byTestId("aside-forget")}`;
  await manager.click(first);
  await manager.click(byTestId("confirm-cancel"));
  assert.equal(await manager.count(byTestId("aside")), 2);
  await manager.click(first);
  await manager.click(byTestId("confirm"));
  await until("one memory set aside", async () => (await manager.count(byTestId("aside"))) === 1);
  await manager.click(byTestId("aside-forget"));
  await manager.click(byTestId("confirm"));
  await manager.seeNothingOf(byTestId("damaged"));
  await manager.seeNothingOf(byTestId("card-aside"));
  await manager.click(byTestId("check"));
  await manager.see({ css: byTestId("check-sound"), text: "1 memory" });
});

test("everything is sealed under a new key, which ends the recovery code and leads to another", async () => {
  await importMemories("a new key", MEMORIES);
  await commandVault(manager, { command: "recovery_make" });
  await manager.see(byTestId("recovery-made"));
  const before = await commandVault(manager, { command: "protection" });
  await manager.click(byTestId("rotate"));
  await manager.type(byTestId("rotate-passphrase"), "not the passphrase");
  await manager.click(byTestId("rotate-start"));
  await manager.see({ css: byTestId("rotate-problem"), text: "not the passphrase" });
  await manager.click(byTestId("rotate-cancel"));
  await rotate();
  await manager.see(byTestId("rotation-done"));
  const { key_made, rotating, recovery_made } = await commandVault(manager, { command: "protection" });
  assert.ok(key_made > before.key_made);
  assert.equal(rotating, false);
  assert.equal(recovery_made, undefined);
  assert.equal(await formerKeyIsStored(), false);
  await manager.click(byTestId("rotation-make-code"));
  assert.equal(
    await manager.evaluate(() => (document.activeElement as HTMLElement).dataset.testid),
    "recovery-make",
  );
  await manager.click(byTestId("check"));
  await manager.see({ css: byTestId("check-sound"), text: `${MEMORIES + 1} memories` });
});

test("a lock or a kill in the middle of it loses nothing: it goes on after the next unlock", async () => {
  await importMemories("an interrupted key", MANY);
  await rotate();
  await manager.see(byTestId("rotation"));
  await lock();
  assert.equal(await formerKeyIsStored(), true);
  await firefox.kill();
  firefox = await launchWithKeepsake({ profile });
  manager = await openManager(firefox, "protection");
  await unlock();
  await manager.see(byTestId("rotation"));
  await firefox.suspendBackground(EXTENSION_ID);
  await manager.reload();
  await until(
    "end of sealing anew",
    async () => {
      const { rotation } = await commandVault(manager, { command: "status" });
      return rotation === undefined;
    },
    60_000,
  );
  assert.equal(await formerKeyIsStored(), false);
  await manager.click(byTestId("check"));
  await manager.see({
    css: byTestId("check-sound"),
    text: `${(MEMORIES + MANY + 1).toLocaleString("en")} memories`,
  });
  await lock();
  await unlock();
});

test("a check that is stopped says so and can be begun again", async () => {
  await manager.click(byTestId("check"));
  await manager.click(byTestId("check-cancel"));
  await manager.see(byTestId("check-stopped"));
  await manager.click(byTestId("check"));
  await manager.see(byTestId("check-sound"));
});

test("no error escaped", async () => {
  assert.deepEqual(await firefox.extensionErrors(), []);
});
