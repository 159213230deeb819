// What the person decides in the consent, the manager and the popup, and what a site then gets.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, afterEach, before, test } from "node:test";
import type { Draft } from "../../extension/generated/messages.ts";
import type { Firefox } from "../driver/firefox.ts";
import { launchWithKeepsake } from "../driver/keepsake.ts";
import type { Page } from "../driver/page.ts";
import { until } from "../driver/until.ts";
import { FixtureServer } from "../fixtures/server.ts";
import { command } from "./owner.ts";
import {
  answerConsent,
  byTestId,
  closeConsents,
  codeOf,
  createVault,
  grant,
  hasProvider,
  openManager,
  permitHost,
  request,
  requestPermission,
  search,
  waitForConsent,
  waitForNoConsent,
  withPopup,
} from "./support.ts";
import { wrote } from "./written.ts";

const TEA = "Drinks green tea in the morning";
const OVEN = "Bakes tea cakes on Sundays";
const TICKET = "Booked tea tasting under the name of Ann Weaver";
const ALLERGY = "Avoids tea with bergamot for an allergy";

const MEMORIES: readonly Draft[] = [
  { text: TEA, kind: "preference", scopes: ["food"] },
  { text: OVEN, kind: "fact", scopes: ["food"] },
  { text: TICKET, kind: "event", scopes: ["travel"], sensitivity: "personal" },
  { text: ALLERGY, kind: "fact", scopes: ["food"], sensitivity: "sensitive" },
];

const profile = mkdtempSync(path.join(tmpdir(), "keepsake-mediation-"));
const servers: FixtureServer[] = [];
let firefox: Firefox;
let manager: Page;

before(async () => {
  firefox = await launchWithKeepsake({ profile });
  await createVault(firefox);
  manager = await openManager(firefox, "sites");
  await manager.see(byTestId("sites-empty"));
  for (const draft of MEMORIES) {
    wrote("memory", draft.text);
    await command(manager, { command: "memory_add", draft });
  }
  await permitHost(firefox, "http://localhost/*");
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
async function newSite(): Promise<Page> {
  const server = await FixtureServer.start();
  server.route("/", "<!doctype html><title>A site</title><h1>A site</h1>");
  servers.push(server);
  wrote("site", server.origin());
  return firefox.newTab(server.url());
}

/** The consent window in front, once its half second is over. */
async function livingConsent(): Promise<Page> {
  const consent = await waitForConsent(firefox);
  await consent.activate();
  await consent.see(`${byTestId("allow")}:not([aria-disabled])`);
  return consent;
}

/** What stands in the manager of a page's site: the part with this test id. */
async function ofSite(page: Page, part: string): Promise<string> {
  const { origin } = new URL(await page.url());
  return `[data-subject="${origin}"] ${byTestId(part)}`;
}

function shownRecords(consent: Page): Promise<string[]> {
  return consent.evaluate(() =>
    [...document.querySelectorAll('[data-testid="record"] [data-testid="memory-text"]')]
      .map((text) => text.textContent ?? "")
      .sort(),
  );
}

test("a profile is one click: its preview shows just what may leave, and just that leaves", async () => {
  const page = await newSite();
  const answer = requestPermission(page, ["food", "travel"]);
  const consent = await livingConsent();
  await consent.see(`${byTestId("told-before")}[data-count="0"]`);
  await consent.see(`${byTestId("total")}[data-count="3"]`);
  assert.deepEqual(await shownRecords(consent), [OVEN, TICKET, TEA]);
  await consent.click(byTestId("profile-preferences_only"));
  await consent.see(`${byTestId("total")}[data-count="1"]`);
  assert.deepEqual(await shownRecords(consent), [TEA]);
  await consent.click(byTestId("allow"));
  await waitForNoConsent(firefox);
  const outcome = await answer;
  assert.ok("result" in outcome);
  const [given] = outcome.result.grants;
  assert.deepEqual(
    [given?.kinds, given?.max_sensitivity, given?.daily_budget],
    [["preference"], "personal", 50],
  );
  assert.deepEqual(await search(page, "tea"), [TEA]);
});

test("a grant is narrowed in the manager, the site hears of it, and it can be undone", async () => {
  const page = await newSite();
  await grant(firefox, page, ["food", "travel"]);
  assert.equal((await search(page, "tea")).length, 3);
  await manager.activate();
  await manager.click(await ofSite(page, "grant-change"));
  const dialog = byTestId("grant-dialog");
  await manager.click(`${dialog} button[aria-label="Remove the collection travel"]`);
  await manager.click(`${dialog} ${byTestId("sensitivity-normal")}`);
  await manager.click(byTestId("grant-save"));
  await manager.seeNothingOf(dialog);
  const left = await search(page, "tea");
  assert.ok(left.length === 2 && left.includes(TEA) && left.includes(OVEN), left.join(" | "));
  await manager.click(byTestId("undo"));
  await manager.see({ css: await ofSite(page, "scope-chip"), text: "travel" });
  assert.equal((await search(page, "tea")).length, 3);
});

test("a daily budget of one's own is counted and holds", async () => {
  const page = await newSite();
  const answer = requestPermission(page, ["food", "travel"]);
  const consent = await livingConsent();
  await consent.click(byTestId("profile-custom"));
  await consent.retype(byTestId("daily-budget"), "0");
  await consent.see({ css: byTestId("budget-problem"), text: "whole number" });
  await consent.see(`${byTestId("allow")}[aria-disabled="true"]`);
  await consent.retype(byTestId("daily-budget"), "1");
  await consent.see(byTestId("a-day"));
  await consent.click(byTestId("allow"));
  await waitForNoConsent(firefox);
  assert.equal(codeOf(await answer), "answered");
  assert.deepEqual(await search(page, "green tea morning"), [TEA]);
  assert.equal(codeOf(await request(page, "memory.search", { query: "cakes Sundays" })), "budget_exceeded");
  assert.deepEqual(await search(page, "green tea morning"), [TEA], "what it was given it may be given again");
});

test("a pause of one site and of all answers nobody, and takes nothing away", async () => {
  const page = await newSite();
  await grant(firefox, page, ["food"]);
  await withPopup(firefox, page, async (popup) => {
    await popup.click(byTestId("site-pause"));
    await popup.see(byTestId("site-paused"));
  });
  assert.equal(codeOf(await request(page, "memory.search", { query: "tea" })), "unavailable");
  await manager.activate();
  await manager.see(await ofSite(page, "subject-paused"));
  await manager.click(await ofSite(page, "subject-pause"));
  await manager.seeNothingOf(await ofSite(page, "subject-paused"));
  assert.equal((await search(page, "tea")).length, 2);
  await manager.click(byTestId("pause-all"));
  await manager.see(byTestId("paused"));
  assert.equal(codeOf(await request(page, "memory.search", { query: "tea" })), "unavailable");
  const stranger = await newSite();
  assert.equal(codeOf(await request(stranger, "memory.search", { query: "tea" })), "unauthorized");
  await withPopup(firefox, page, async (popup) => {
    await popup.see(byTestId("paused"));
    await popup.click(byTestId("resume-all"));
    await popup.seeNothingOf(byTestId("paused"));
  });
  assert.equal((await search(page, "tea")).length, 2);
});

test("where the person picks each time, only what they tick leaves, without the words they take out", async () => {
  const page = await newSite();
  const asked = requestPermission(page, ["food", "travel"]);
  const consent = await livingConsent();
  await consent.click(byTestId("profile-pick_each_time"));
  await consent.see(byTestId("each-time-note"));
  await consent.click(byTestId("allow"));
  await waitForNoConsent(firefox);
  assert.equal(codeOf(await asked), "answered");

  const answer = request(page, "memory.search", { query: "tea tasting booked" });
  const picking = await livingConsent();
  await picking.see({ css: byTestId("question"), text: "tea tasting booked" });
  await picking.see(`${byTestId("total")}[data-count="0"]`);
  const ticket = await picking.evaluate(
    (words) =>
      [...document.querySelectorAll<HTMLElement>('[data-testid="record"]')].find((record) =>
        record.textContent?.includes(words),
      )?.dataset.id ?? "",
    TICKET,
  );
  const record = `[data-id="${ticket}"]`;
  await picking.click(`${record} ${byTestId("record-tick")}`);
  await picking.click(`${record} ${byTestId("redact")}`);
  await picking.on(
    byTestId("redact-text"),
    (field: HTMLTextAreaElement, name) => {
      const at = field.value.indexOf(name);
      field.setSelectionRange(at, at + name.length);
    },
    "Ann Weaver",
  );
  await picking.click(byTestId("redact-selection"));
  await picking.see({ css: byTestId("left-out"), text: "Ann Weaver" });
  await picking.see({ css: `${record} ${byTestId("memory-text")}`, text: "under the name of […]" });
  await picking.click(byTestId("allow"));
  await waitForNoConsent(firefox);
  const outcome = await answer;
  assert.ok("result" in outcome, codeOf(outcome));
  const [hit, ...others] = outcome.result.results;
  assert.equal(hit?.memory, "Booked tea tasting under the name of […]");
  assert.equal(hit?.redacted, true);
  assert.deepEqual(others, []);

  const refused = request(page, "memory.search", { query: "tea" });
  await answerConsent(firefox, "deny");
  assert.equal(codeOf(await refused), "user_rejected");
});

test("“ask every time” holds for a site whatever its grants say", async () => {
  const page = await newSite();
  await grant(firefox, page, ["food"]);
  await manager.activate();
  await manager.click(await ofSite(page, "subject-ask"));
  await manager.see(await ofSite(page, "subject-each-time"));
  const answer = request(page, "memory.search", { query: "tea" });
  const consent = await livingConsent();
  await consent.see(`${byTestId("total")}[data-count="0"]`);
  assert.equal(await consent.count(byTestId("record")), 2);
  await consent.click(byTestId("allow"));
  const outcome = await answer;
  assert.ok("result" in outcome && outcome.result.results.length === 0, "nothing was ticked");
});

test("an incremental request shows only the difference, and what the site was told before", async () => {
  const page = await newSite();
  await grant(firefox, page, ["food"]);
  assert.equal((await search(page, "tea")).length, 2);
  const answer = requestPermission(page, ["food", "travel"]);
  const consent = await livingConsent();
  assert.equal(await consent.count(byTestId("scope-food")), 0);
  await consent.see(byTestId("scope-travel"));
  await consent.see(`${byTestId("told-before")}[data-count="2"]`);
  assert.deepEqual(await shownRecords(consent), [TICKET]);

  await consent.click(byTestId("see-told"));
  await manager.see(`${byTestId("known-total")}[data-count="2"]`);
  await manager.see({ css: byTestId("known-record"), text: TEA });
  // Firefox keeps addresses: it names nobody.
  assert.equal(await manager.evaluate(() => location.hash), "#activity");
  await manager.click(byTestId("nav-sites"));

  await consent.activate();
  await consent.click(byTestId("allow"));
  await waitForNoConsent(firefox);
  assert.equal(codeOf(await answer), "answered");
  assert.equal((await search(page, "tea")).length, 3);
});

test("revoking a grant shows what had already left", async () => {
  const page = await newSite();
  await grant(firefox, page, ["food"]);
  await search(page, "tea");
  await manager.activate();
  await manager.click(await ofSite(page, "grant-revoke"));
  await manager.see(byTestId("left-dialog"));
  await manager.see({ css: byTestId("left-record"), text: TEA });
  assert.equal(await manager.count(byTestId("left-record")), 2);
  await manager.click(byTestId("left-close"));
  await manager.seeNothingOf(byTestId("left-dialog"));
  assert.equal(codeOf(await request(page, "memory.search", { query: "tea" })), "unauthorized");
});

test("who asks too often is shown as blocked, and let ask again", async () => {
  const page = await newSite();
  for (let refusal = 0; refusal < 3; refusal += 1) {
    const answer = requestPermission(page, ["food"]);
    await answerConsent(firefox, "deny");
    assert.equal(codeOf(await answer), "user_rejected");
  }
  assert.equal(codeOf(await requestPermission(page, ["food"])), "rate_limited");
  await manager.activate();
  await manager.click(await ofSite(page, "block-lift"));
  await manager.seeNothingOf(byTestId("blocked"));
  const answer = requestPermission(page, ["food"]);
  await answerConsent(firefox, "deny");
  assert.equal(codeOf(await answer), "user_rejected");
});

test("disconnecting in the popup says what other ports of the host keep", async () => {
  const page = await newSite();
  await grant(firefox, page, ["food"]);
  await withPopup(firefox, page, async (popup) => {
    await popup.see(byTestId("others-keep"));
    await popup.click(byTestId("disconnect-site"));
    await popup.see({ css: byTestId("popup-told"), text: "also serves others" });
    await popup.see(byTestId("no-grants"));
  });
  assert.equal(codeOf(await request(page, "memory.search", { query: "tea" })), "unauthorized");
});

test("any site may ask while the person wants that, and no longer", async () => {
  const server = await FixtureServer.start();
  server.route("/", "<!doctype html><title>A site</title><h1>A site</h1>");
  servers.push(server);
  wrote("site", server.origin("127.0.0.1"));
  const page = await firefox.newTab(server.url("/", "127.0.0.1"));
  assert.equal(await hasProvider(page), false);
  await manager.activate();
  await manager.see(`${byTestId("any-site")}[data-on="false"]`);
  await manager.click(byTestId("any-site-on"));
  await firefox.answerPermissionPrompt("deny");
  await manager.see(byTestId("any-site-refused"));
  assert.equal(await hasProvider(page), false);
  await manager.click(byTestId("any-site-on"));
  await firefox.answerPermissionPrompt("allow");
  await manager.see(`${byTestId("any-site")}[data-on="true"]`);
  await page.activate();
  await until("a provider in a page that was never connected", () => hasProvider(page));
  assert.equal(codeOf(await request(page, "memory.search", { query: "tea" })), "unauthorized");
  await manager.activate();
  await manager.click(byTestId("any-site-off"));
  await manager.see(`${byTestId("any-site")}[data-on="false"]`);
  await until("silence in the page", async () => !(await hasProvider(page)));
});

test("after all this no code of Keepsake's let an error escape", async () => {
  assert.deepEqual(await firefox.extensionErrors(), []);
});
