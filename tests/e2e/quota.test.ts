// No space left: a write is refused with words that help, what was there stays, and with room again writes go on.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import type { Firefox } from "../driver/firefox.ts";
import { launchWithKeepsake } from "../driver/keepsake.ts";
import type { Page } from "../driver/page.ts";
import { attempt, command, everyPart } from "./owner.ts";
import { addMemory, byTestId, createVault, fillUnlock, openManager } from "./support.ts";

/** What all websites and extensions together may store, in KB; it is reckoned anew at each start. */
const LIMIT = "dom.quotaManager.temporaryStorage.fixedLimit";
const LITTLE_KB = 3 * 1024;
const MUCH_KB = 1024 * 1024;

/** As long as a memory may be, so that it does not fit into what is left over in the files. */
const PADDING = "x".repeat(16_000);
const REFUSED = `Written when there was no room ${PADDING}`;

const profile = mkdtempSync(path.join(tmpdir(), "keepsake-quota-"));
const kept = new Set<string>();
let firefox: Firefox;
let manager: Page;

after(async () => {
  await firefox?.close();
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
});

function launch(kilobytes: number): Promise<Firefox> {
  return launchWithKeepsake({ profile, preferences: { [LIMIT]: kilobytes } });
}

async function restart(kilobytes: number): Promise<void> {
  await firefox.close();
  firefox = await launch(kilobytes);
  manager = await openManager(firefox);
  await fillUnlock(manager);
  await manager.see(byTestId("add-memory"));
}

async function everythingIsThere(): Promise<void> {
  assert.equal((await command(manager, { command: "status" })).damaged, 0, "nothing is damaged");
  const memories = await everyPart((part) => command(manager, { command: "memory_list", ...part }));
  assert.deepEqual(memories.map(({ text }) => text).sort(), [...kept].sort());
  const found = await command(manager, { command: "memory_list", query: "memory", offset: 0, limit: 1 });
  assert.equal(found.total, kept.size, "and is found");
}

test("a memory that finds no room is refused in words that say what to do, and stays in the form", async () => {
  firefox = await launch(LITTLE_KB);
  await createVault(firefox);
  manager = await openManager(firefox);
  // Firefox finds a little room again after the first refusals, where it tidies up its files.
  for (let refusals = 0; refusals < 5; ) {
    const text = `The memory ${kept.size} of a full disk ${PADDING}`;
    const outcome = await attempt(manager, { command: "memory_add", draft: { text, scopes: ["food"] } });
    if ("result" in outcome) kept.add(text);
    else assert.equal(outcome.error.code, "storage_full", outcome.error.message);
    refusals = "result" in outcome ? 0 : refusals + 1;
  }
  assert.ok(kept.size > 10, `${kept.size} memories found room`);
  await manager.click(byTestId("add-memory"));
  await manager.paste(byTestId("edit-text"), REFUSED);
  await manager.click(byTestId("edit-save"));
  await manager.see({ css: byTestId("edit-failure"), text: "Free some space on the disk and try again" });
  assert.equal(await manager.on(byTestId("edit-text"), (field: HTMLTextAreaElement) => field.value), REFUSED);
});

test("what was there before is whole and is found", everythingIsThere);

test("a vault on a full disk still locks, and opens after a restart", async () => {
  await manager.click(byTestId("edit-cancel"));
  await manager.click(byTestId("lock"));
  await manager.see(byTestId("unlock-passphrase"));
  await restart(LITTLE_KB);
  await everythingIsThere();
});

test("with room again it takes writes", async () => {
  await restart(MUCH_KB);
  await everythingIsThere();
  const text = "The memory of the day when there was room again";
  await addMemory(manager, { text, scope: "food" });
  kept.add(text);
  await everythingIsThere();
  assert.deepEqual(await firefox.extensionErrors(), []);
});
