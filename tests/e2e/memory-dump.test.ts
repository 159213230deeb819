// What the memory of Firefox's extension process holds after a lock: no key, and what of the words that were shown before.
import assert from "node:assert/strict";
import { after, before, type TestContext, test } from "node:test";
import type { Firefox } from "../driver/firefox.ts";
import { EXTENSION_ID, launchWithKeepsake } from "../driver/keepsake.ts";
import type { Page } from "../driver/page.ts";
import { memoryOf, unreadable } from "../driver/process-memory.ts";
import { until } from "../driver/until.ts";
import { FixtureServer } from "../fixtures/server.ts";
import { Needles } from "./needles.ts";
import {
  addMemory,
  codeOf,
  createVault,
  grant,
  openManager,
  PASSPHRASE,
  permitHost,
  request,
  search,
} from "./support.ts";
import { deriveKeys } from "./vault-key.ts";

/** None of them stands anywhere else. */
const MEMORIES = [
  "Keeps the quorlbach orchid on the eastern sill",
  "Sings with the vexliporth choir on Tuesdays",
  "Is allergic to drumblewick pollen",
];
const QUERY = "vexliporth choir";
let firefox: Firefox;
let server: FixtureServer;
let onboarding: Page;
let manager: Page;
let site: Page;

interface Sought {
  readonly what: string;
  readonly bytes: Buffer;
}
let needles: Needles<Sought>;

before(async () => {
  server = await FixtureServer.start();
  server.route("/", "<!doctype html><title>A site</title><h1>A site</h1>");
  firefox = await launchWithKeepsake();
  onboarding = await createVault(firefox);
  await permitHost(firefox, "http://localhost/*");
  site = await firefox.newTab(server.url());
  manager = await openManager(firefox);
});

after(async () => {
  await firefox?.close();
  await server?.close();
});

test("while the vault is open its key and its words are found, so that a search can fail", async (t) => {
  for (const text of MEMORIES) await addMemory(manager, { text, scope: "food" });
  await grant(firefox, site, ["food"], { duration: "until_revoked" });
  assert.deepEqual(await search(site, QUERY), [MEMORIES[1]]);
  needles = new Needles(await whatToSeek());
  const reason = unreadable(await firefox.chrome.extensionProcess());
  if (reason) return t.skip(reason);
  const held = await found();
  assert.ok(held.includes("the vault key"), held.join("; "));
  for (const text of MEMORIES) {
    assert.ok(
      held.includes(`“${text}” in UTF-8`) || held.includes(`“${text}” in UTF-16`),
      `“${text}” is found`,
    );
  }
});

test("after a lock no key is left; what is left of words and of the passphrase is told", async (t) => {
  const reason = unreadable(await firefox.chrome.extensionProcess());
  if (reason) return t.skip(reason);
  await onboarding.close();
  await manager.close();
  await firefox.chrome.pressShortcut(EXTENSION_ID, "alt,shift", "L");
  await until(
    "lock",
    async () => codeOf(await request(site, "memory.search", { query: "any" })) === "locked",
  );
  await holdsNoKey(t, "after the lock");
  // As it is after half a minute without anything to do.
  await firefox.suspendBackground(EXTENSION_ID);
  await holdsNoKey(t, "with the background suspended");
  await firefox.chrome.minimizeMemory();
  await holdsNoKey(t, "with memory usage minimized");
});

/**
 * Strings of JavaScript stay where they were until Firefox uses the place anew: see “What memory holds” in the threat model.
 * Firefox keeps a string of ASCII in one byte a letter, so what was in a form's field looks like the bytes that are wiped.
 */
async function holdsNoKey(t: TestContext, when: string): Promise<void> {
  const held = await found();
  t.diagnostic(`${when}: ${held.length === 0 ? "nothing" : held.join("; ")}`);
  const keys = ["the vault key", "the key-encryption key"];
  assert.deepEqual(
    held.filter((what) => keys.includes(what)),
    [],
    when,
  );
}

/** The keys are derived here: what the test read from Keepsake's own code it would have put into memory itself. */
async function whatToSeek(): Promise<Sought[]> {
  const header = await manager.evaluate(async () => {
    const open = indexedDB.open("keepsake");
    await new Promise((resolve, reject) => {
      open.onsuccess = resolve;
      open.onerror = reject;
    });
    const get = open.result
      .transaction("meta")
      .objectStore("meta")
      .get(new TextEncoder().encode("keepsake  header").buffer);
    await new Promise((resolve, reject) => {
      get.onsuccess = resolve;
      get.onerror = reject;
    });
    open.result.close();
    return [...(get.result as Uint8Array)];
  });
  const { kek, vaultKey } = await deriveKeys(PASSPHRASE, Buffer.from(header));
  const texts = (text: string): Sought[] => [
    { what: `“${text}” in UTF-8`, bytes: Buffer.from(text) },
    { what: `“${text}” in UTF-16`, bytes: Buffer.from(text, "utf16le") },
  ];
  return [
    { what: "the vault key", bytes: vaultKey },
    { what: "the key-encryption key", bytes: kek },
    ...texts(PASSPHRASE),
    ...MEMORIES.flatMap(texts),
  ];
}

/** What of it stands in the memory of the process that all of Keepsake's code runs in. */
async function found(): Promise<string[]> {
  const pid = await firefox.chrome.extensionProcess();
  const all = new Set<string>();
  for (const part of memoryOf(pid, needles.longest)) {
    for (const { what } of needles.foundIn(part)) all.add(what);
  }
  return [...all].sort();
}
