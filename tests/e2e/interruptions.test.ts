// What comes between a request and its answer: suspension, a lock, closed tabs and windows, no vault, no storage.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, afterEach, before, test } from "node:test";
import type { Firefox } from "../driver/firefox.ts";
import { EXTENSION_ID, extensionUrl, launchWithKeepsake } from "../driver/keepsake.ts";
import type { Page } from "../driver/page.ts";
import { until } from "../driver/until.ts";
import { FixtureServer } from "../fixtures/server.ts";
import { findWritten } from "./profile-scan.ts";
import {
  addMemory,
  answerConsent,
  byTestId,
  closeConsents,
  codeOf,
  countConsents,
  createVault,
  fillUnlock,
  grant,
  hasProvider,
  lockVault,
  openManager,
  permitHost,
  request,
  requestPermission,
  search,
  unlockVault,
  waitForConsent,
  waitForNoConsent,
  withPopup,
} from "./support.ts";
import { wrote } from "./written.ts";

const DOCUMENT = "<!doctype html><title>A site</title><h1>A site</h1>";
const LOCALHOST = "http://localhost/*";
const TEA = "Drinks green tea in the morning";

const profile = mkdtempSync(path.join(tmpdir(), "keepsake-interruptions-"));
const servers: FixtureServer[] = [];
let firefox: Firefox;
let manager: Page;

before(async () => {
  firefox = await launchWithKeepsake({ profile });
  await permitHost(firefox, LOCALHOST);
});

after(async () => {
  await firefox?.close();
  await Promise.all(servers.map((server) => server.close()));
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
});

afterEach(async () => {
  if (firefox.isRunning) await closeConsents(firefox);
});

/** A page of a site that Keepsake knows nothing of yet: a port of its own is an origin of its own. */
async function newSite(where = firefox): Promise<Page> {
  const server = await FixtureServer.start();
  // Kept for going back to, as most pages are.
  server.route("/", { body: DOCUMENT, headers: { "cache-control": "max-age=60" } });
  servers.push(server);
  wrote("site", server.origin());
  return where.newTab(server.url());
}

/** The consent, once it shows who asks. */
async function shownConsent(): Promise<Page> {
  const consent = await waitForConsent(firefox);
  await consent.see(byTestId("asker"));
  return consent;
}

test("a site that asks before there is a vault waits for the person to make one, and is answered then", async () => {
  const page = await newSite();
  const answer = requestPermission(page, ["food"]);
  const consent = await waitForConsent(firefox);
  await consent.see(byTestId("no-vault"));
  await createVault(firefox);
  // A tab that is opened now would stand in the window that is in front.
  await page.activate();
  manager = await openManager(firefox);
  await addMemory(manager, { text: TEA, scope: "food" });
  await consent.see(byTestId("asker"));
  await answerConsent(firefox, "session");
  assert.equal(codeOf(await answer), "answered");
  assert.deepEqual(await search(page, "green tea"), [TEA]);
  await page.close();
});

test("a page gets its answer though the background was suspended while the person thought", async () => {
  const page = await newSite();
  const answer = requestPermission(page, ["food"]);
  await shownConsent();
  for (let round = 0; round < 3; round += 1) await firefox.suspendBackground(EXTENSION_ID);
  await answerConsent(firefox, "session");
  assert.equal(codeOf(await answer), "answered");
  assert.deepEqual(await search(page, "green tea"), [TEA]);
  await page.close();
});

test("a consent window that is closed while the background is suspended means deny, and no other one opens", async () => {
  for (let round = 0; round < 3; round += 1) {
    const page = await newSite();
    const answer = requestPermission(page, ["food"]);
    const consent = await shownConsent();
    await firefox.suspendBackground(EXTENSION_ID);
    await consent.close();
    assert.equal(codeOf(await answer), "user_rejected");
    assert.equal(codeOf(await request(page, "memory.capabilities")), "answered");
    await waitForNoConsent(firefox);
    await page.close();
  }
});

test("a decision that the person makes before the page's bridge is back still reaches the page", async () => {
  const page = await newSite();
  const answer = requestPermission(page, ["food"]);
  const consent = await shownConsent();
  // Each time that its port lives for a moment only, the bridge waits twice as long before it opens the next.
  for (let round = 0; round < 3; round += 1) {
    await firefox.suspendBackground(EXTENSION_ID);
    await until(
      "port of the bridge",
      async () => (await firefox.backgroundState(EXTENSION_ID)) === "running",
    );
  }
  await firefox.suspendBackground(EXTENSION_ID);
  await consent.click(byTestId("deny"));
  assert.equal(codeOf(await answer), "user_rejected");
  await waitForNoConsent(firefox);
  await page.close();
});

test("a search after a suspension asks for no passphrase, and the grant still holds", async () => {
  const page = await newSite();
  await grant(firefox, page, ["food"]);
  for (let round = 0; round < 3; round += 1) {
    await firefox.suspendBackground(EXTENSION_ID);
    assert.deepEqual(await search(page, "green tea"), [TEA]);
  }
  await withPopup(firefox, page, (popup) => popup.see(byTestId("open-manager")));
  await page.close();
});

test("what a site adds while the background is being suspended is added once", async () => {
  const page = await newSite();
  await grant(firefox, page, ["food"], { actions: ["add"] });
  const rounds = 5;
  for (let round = 0; round < rounds; round += 1) {
    const [answer] = await Promise.all([
      request(page, "memory.add", { memories: [{ text: `Eats at ${round} o'clock` }] }),
      firefox.suspendBackground(EXTENSION_ID),
    ]);
    assert.equal(codeOf(answer), "answered");
  }
  await withPopup(firefox, page, (popup) => popup.see({ css: byTestId("inbox-count"), text: `${rounds}` }));
  await page.close();
});

test("a vault that is locked while a consent is open: first the passphrase, then the consent, then the answer", async () => {
  const page = await newSite();
  const answer = requestPermission(page, ["food"]);
  const consent = await shownConsent();
  await lockVault(firefox, page);
  await consent.see(byTestId("unlock-passphrase"));
  assert.equal(await consent.count(byTestId("allow")), 0);
  assert.equal(
    await consent.count({ css: "body", text: TEA }),
    0,
    "nothing of the vault is left in the window",
  );
  await fillUnlock(consent);
  await consent.see({ css: byTestId("record"), text: TEA });
  await answerConsent(firefox, "session");
  assert.equal(codeOf(await answer), "answered");
  assert.deepEqual(await search(page, "green tea"), [TEA]);
  await page.close();
});

test("a consent that opens on a locked vault and is closed means deny", async () => {
  const page = await newSite();
  await lockVault(firefox, page);
  const answer = requestPermission(page, ["food"]);
  const consent = await waitForConsent(firefox);
  await consent.see(byTestId("unlock-passphrase"));
  await consent.click(byTestId("deny"));
  assert.equal(codeOf(await answer), "user_rejected");
  await unlockVault(firefox, page);
  await page.close();
});

test("a locked vault says so to a site with a lasting grant, and answers it again once unlocked", async () => {
  const page = await newSite();
  const stranger = await newSite();
  await grant(firefox, page, ["food"], { duration: "week" });
  await lockVault(firefox, page);
  assert.equal(codeOf(await request(page, "memory.search", { query: "tea" })), "locked");
  assert.equal(codeOf(await request(stranger, "memory.search", { query: "tea" })), "unauthorized");
  await unlockVault(firefox, page);
  assert.deepEqual(await search(page, "green tea"), [TEA]);
  await page.close();
  await stranger.close();
});

test("two tabs of one site that ask at once get one window, and both the answer", async () => {
  const first = await newSite();
  const second = await firefox.newTab(await first.url());
  const answers = [requestPermission(first, ["food"]), requestPermission(second, ["food"])];
  await shownConsent();
  assert.equal(await countConsents(firefox), 1);
  await answerConsent(firefox, "session");
  assert.deepEqual((await Promise.all(answers)).map(codeOf), ["answered", "answered"]);
  assert.deepEqual(await search(second, "green tea"), [TEA]);
  await first.close();
  await second.close();
});

test("the consent stays while one of the tabs that wait for it is there, and goes with the last", async () => {
  const first = await newSite();
  const second = await firefox.newTab(await first.url());
  for (const page of [first, second]) await startRequest(page);
  await shownConsent();
  await first.close();
  assert.equal(codeOf(await request(second, "memory.capabilities")), "answered");
  assert.equal(await countConsents(firefox), 1);
  await second.close();
  await waitForNoConsent(firefox);
});

test("a page that takes its request back takes the consent window with it", async () => {
  const page = await newSite();
  await startRequest(page);
  await shownConsent();
  await page.evaluate(() => window.waiting?.abort("changed my mind"));
  await waitForNoConsent(firefox);
  assert.equal(await page.waitFor("end of the request", () => window.outcome), "changed my mind");
  await page.close();
});

test("a page that is left takes the consent window with it, and asks anew when the person comes back", async () => {
  const page = await newSite();
  const address = await page.url();
  await startRequest(page);
  await shownConsent();
  await page.goto("about:blank");
  await waitForNoConsent(firefox);
  await page.evaluate(() => history.back());
  const consent = await shownConsent();
  assert.equal(await page.url(), address);
  await consent.see(byTestId("allow"));
  await answerConsent(firefox, "session");
  assert.equal(await page.waitFor("answer", () => window.outcome), "answered");
  await page.close();
});

declare global {
  interface Window {
    /** Ends the request that `startRequest` left in the page. */
    waiting?: AbortController;
    /** How it ended. */
    outcome: unknown;
  }
}

/** Has the page ask for a grant without the test waiting for it, so that the page may go away before it is answered. */
function startRequest(page: Page): Promise<void> {
  return page.evaluate(() => {
    const waiting = new AbortController();
    window.waiting = waiting;
    addEventListener(
      "agentmemory:announce",
      (event) => {
        const { provider } = (event as CustomEvent).detail;
        const asked = { method: "permissions.request", params: { scopes: ["food"], actions: ["search"] } };
        provider.request(asked, { signal: waiting.signal }).then(
          () => {
            window.outcome = "answered";
          },
          (reason: unknown) => {
            window.outcome = reason;
          },
        );
      },
      { once: true },
    );
    dispatchEvent(new Event("agentmemory:request"));
  });
}

test("no memory was lost in all this, and no code of Keepsake's let an error escape", async () => {
  await manager.reload();
  await manager.see({ css: byTestId("memory"), text: TEA });
  assert.equal(await manager.count(byTestId("damaged")), 0);
  assert.deepEqual(await firefox.extensionErrors(), []);
});

test("nothing readable of all this stands in the profile", async () => {
  await firefox.close();
  assert.deepEqual(findWritten(profile), []);
});

test("where Firefox gives no storage, the person is told what to do and sites are unauthorized", async () => {
  const profile = mkdtempSync(path.join(tmpdir(), "keepsake-no-storage-"));
  // A file in the place of the folder in which Firefox keeps every database.
  writeFileSync(path.join(profile, "storage"), "");
  const without = await launchWithKeepsake({ profile });
  try {
    const onboarding = await without.waitForPage(extensionUrl("pages/onboarding/index.html"));
    await onboarding.see({ css: byTestId("failure"), text: "no place to store" });
    assert.equal(await onboarding.count(byTestId("create-vault")), 0);
    await permitHost(without, LOCALHOST);
    const page = await newSite(without);
    await withPopup(without, page, (popup) =>
      popup.see({ css: byTestId("failure"), text: "Never remember history" }),
    );
    const answers = [
      await request(page, "memory.search", { query: "tea" }),
      await request(page, "memory.add", { memories: [{ text: "x" }] }),
      await requestPermission(page, ["food"]),
    ];
    assert.deepEqual(answers.map(codeOf), ["unauthorized", "unauthorized", "unauthorized"]);
    assert.equal(await countConsents(without), 0);
    assert.deepEqual(await without.extensionErrors(), []);
  } finally {
    await without.close();
    rmSync(profile, { recursive: true, force: true });
  }
});

test("under “Never remember history” Keepsake's pages say what to do, and sites get nothing", async () => {
  const forgetful = await launchWithKeepsake({ preferences: { "browser.privatebrowsing.autostart": true } });
  try {
    const page = await newSite(forgetful);
    await permitHost(forgetful, LOCALHOST);
    await page.reload();
    assert.equal(await hasProvider(page), false);
    for (const name of ["manager", "onboarding"]) {
      const own = await forgetful.newTab(extensionUrl(`pages/${name}/index.html`));
      await own.see({ css: byTestId("kept-out"), text: "Never remember history" });
    }
  } finally {
    await forgetful.close();
  }
});
