// What pages try against the consent: covering it, stealing its focus, clicking through it, flooding it, asking again for
// what was asked, and hiding behind another site. Each gets nothing.

import assert from "node:assert/strict";
import path from "node:path";
import { after, afterEach, before, test } from "node:test";
import type { Firefox } from "../driver/firefox.ts";
import { EXTENSION_ID, extensionUrl, launchWithKeepsake } from "../driver/keepsake.ts";
import type { Page } from "../driver/page.ts";
import { until } from "../driver/until.ts";
import { FixtureServer } from "../fixtures/server.ts";
import { command } from "./owner.ts";
import {
  addMemory,
  answerConsent,
  byTestId,
  closeConsents,
  codeOf,
  countConsents,
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
} from "./support.ts";

const COMPANION = path.resolve(import.meta.dirname, "../../target/companion-extension");
const COMPANION_ID = "sidekick@example.org";
const COMPANION_HOST = "5eed5eed-0000-4000-8000-736964656b69";

const DOCUMENT = `<!doctype html><title>A site</title><h1>A site</h1><button id="go">Go</button>`;
const TEA = "Drinks green tea in the morning";
const ALLERGY = "Allergic to penicillin";
const OPEN = `${byTestId("allow")}:not([aria-disabled])`;
const DEAD = `${byTestId("allow")}[aria-disabled="true"]`;

declare global {
  interface Window {
    /** For how long the consent's “Allow” was dead, each time. */
    deadFor: number[];
  }
}

const servers: FixtureServer[] = [];
let firefox: Firefox;
let manager: Page;
let site: FixtureServer;
let page: Page;

before(async () => {
  firefox = await launchWithKeepsake({ extensionHosts: { [COMPANION_ID]: COMPANION_HOST } });
  await createVault(firefox);
  manager = await openManager(firefox);
  await addMemory(manager, { text: TEA, scope: "food" });
  await addMemory(manager, { text: ALLERGY, scope: "health" });
  await permitHost(firefox, "http://localhost/*");
  site = await newSite();
  page = await firefox.newTab(site.url());
  await grant(firefox, page, ["food"], { actions: ["search", "read"], duration: "until_revoked" });
});

after(async () => {
  await firefox?.close();
  await Promise.all(servers.map((server) => server.close()));
});

afterEach(async () => {
  if (firefox.isRunning) await closeConsents(firefox);
});

async function newSite(): Promise<FixtureServer> {
  const server = await FixtureServer.start();
  server.route("/", DOCUMENT);
  servers.push(server);
  return server;
}

test("a page that takes the focus, the whole screen or the pointer gives the person half a second once they are back at the consent", async () => {
  const hostile = await firefox.newTab((await newSite()).url());
  await hostile.evaluate(() => {
    // With the activation of a real click a page may do most.
    document.querySelector("#go")?.addEventListener("click", () => {
      void document.documentElement.requestFullscreen().catch(() => undefined);
      document.body.requestPointerLock();
      open("about:blank", "cover", "popup,width=1280,height=900");
      setInterval(() => window.focus(), 20);
    });
  });
  const answer = requestPermission(hostile, ["food"]);
  const consent = await waitForConsent(firefox);
  await consent.activate();
  await consent.see(OPEN);
  await hostile.activate();
  await hostile.click("#go");
  await consent.evaluate(() => {
    const spans: number[] = [];
    window.deadFor = spans;
    let since = 0;
    const allow = document.querySelector('[data-testid="allow"]');
    new MutationObserver(() => {
      if (allow?.getAttribute("aria-disabled") === "true") since = performance.now();
      else spans.push(performance.now() - since);
    }).observe(allow as Element, { attributeFilter: ["aria-disabled"] });
  });
  await consent.activate();
  const deadFor = await consent.waitFor("half a second that begins with the focus", () => window.deadFor[0]);
  assert.ok(deadFor >= 450, `dead for ${deadFor} ms`);
  await consent.see(OPEN);
  assert.equal(await countConsents(firefox), 1);
  await answerConsent(firefox, "deny");
  assert.equal(codeOf(await answer), "user_rejected");
  for (const { page: each, url } of await firefox.pages()) if (url === "about:blank") await each.close();
  await hostile.close();
});

test("a double click that was meant for the page decides nothing in the consent that opens under it", async () => {
  const hostile = await firefox.newTab((await newSite()).url());
  const answer = requestPermission(hostile, ["food"]);
  const consent = await waitForConsent(firefox);
  await consent.see(byTestId("allow"));
  // Its half second begins anew, as when it opens, and lasts for as long as the clicks take.
  await consent.evaluate(() => {
    setInterval(() => dispatchEvent(new Event("resize")), 20);
  });
  await consent.see(DEAD);
  await consent.doubleClickAnyway(byTestId("allow"));
  assert.equal(await countConsents(firefox), 1);
  await consent.click(byTestId("deny"));
  await waitForNoConsent(firefox);
  assert.equal(codeOf(await answer), "user_rejected");
  await hostile.close();
});

test("at most eight consents wait, of however many sites, and each site is told", async () => {
  const tabs = await Promise.all(
    Array.from({ length: 9 }, async () => firefox.newTab((await newSite()).url())),
  );
  const [last, ...others] = tabs;
  assert.ok(last);
  // A tab that is closed while it asks has no answer to give.
  const asked = others.map((tab) => requestPermission(tab, ["food"]).catch(() => undefined));
  await until("eight windows", async () => (await countConsents(firefox)) === 8);
  const refused = await requestPermission(last, ["food"]);
  assert.equal(codeOf(refused), "rate_limited");
  assert.ok("error" in refused && (refused.error.retry_after_ms ?? 0) > 0);
  for (const tab of tabs) await tab.close();
  await waitForNoConsent(firefox);
  await Promise.all(asked);
});

test("a cursor is of no use to another asker, changed, or with other parameters", async () => {
  const part = await request(page, "memory.list", { limit: 1, scope: "food" });
  assert.ok("result" in part, codeOf(part));
  await command(manager, { command: "memory_add", draft: { text: "Bakes rye bread", scopes: ["food"] } });
  const first = await request(page, "memory.list", { limit: 1, scope: "food" });
  assert.ok("result" in first && first.result.next_cursor !== undefined);
  const cursor = first.result.next_cursor;
  const changed = `${cursor.slice(0, -1)}${cursor.endsWith("0") ? "1" : "0"}`;
  for (const params of [
    { scope: "food", cursor: changed },
    { cursor },
    { scope: "food", cursor: "0".repeat(80) },
  ]) {
    assert.equal(codeOf(await request(page, "memory.list", params)), "invalid_request");
  }
  const other = await firefox.newTab((await newSite()).url());
  await grant(firefox, other, ["food"], { actions: ["read"] });
  assert.equal(codeOf(await request(other, "memory.list", { scope: "food", cursor })), "invalid_request");
  const next = await request(page, "memory.list", { scope: "food", cursor, limit: 1 });
  assert.ok("result" in next);
  assert.deepEqual(
    next.result.memories.map(({ memory }) => memory),
    [TEA],
  );
  await other.close();
});

test("a request that is sent again under its id is carried out once", async () => {
  await firefox.install(COMPANION);
  const companion = await firefox.newTab(`moz-extension://${COMPANION_HOST}/page.html`);
  await companion.see(`${byTestId("status")}[data-state="connected"]`);
  await companion.click(byTestId("ask-permission"));
  await answerConsent(firefox, "until_revoked");
  const answers = await companion.evaluate(async (keepsake) => {
    const id = "0123456789abcdef0123456789abcdef";
    const body = JSON.stringify({
      method: "memory.add",
      params: { memories: [{ text: "Once", scopes: ["food"] }] },
    });
    const ask = () =>
      new Promise<string>((resolve) => {
        const port = browser.runtime.connect(keepsake, { name: "site" });
        port.onMessage.addListener((message) => {
          if ("body" in message) resolve((message as { body: string }).body);
        });
        port.postMessage({ id, body });
        port.postMessage({ id, body });
      });
    return [await ask(), await ask()];
  }, EXTENSION_ID);
  for (const answer of answers) assert.match(answer, /pending_review|merged/);
  const { total } = await command(manager, { command: "inbox", offset: 0, limit: 10 });
  assert.equal(total, 1);
  await companion.close();
  await firefox.uninstall(COMPANION_ID);
});

test("a page that navigates away or closes while it asks takes its consent with it", async () => {
  const leaving = await firefox.newTab((await newSite()).url());
  for (const leave of [() => leaving.goto("about:blank"), () => leaving.close()]) {
    await leaving.goto((await newSite()).url());
    const asked = requestPermission(leaving, ["food"]).catch(() => undefined);
    await waitForConsent(firefox);
    await leave();
    await waitForNoConsent(firefox);
    await asked;
  }
});

test("the same site in another container asks as another subject, and the consent says in which container", async () => {
  const contained = await firefox.newTab(site.url(), { container: await firefox.newContainer() });
  const answer = requestPermission(contained, ["food"]);
  const consent = await waitForConsent(firefox);
  await consent.see({ css: byTestId("asker"), text: site.origin() });
  await consent.see(byTestId("container"));
  await answerConsent(firefox, "deny");
  assert.equal(codeOf(await answer), "user_rejected");
  assert.deepEqual(await search(page, "green tea"), [TEA], "the grant of the other one is as it was");
  await contained.close();
});

test("a granted site in a frame of a hostile one is nobody", async () => {
  const hostile = await newSite();
  hostile.route("/framing", `${DOCUMENT}<iframe src="${site.url()}" allow="fullscreen *"></iframe>`);
  const framing = await firefox.newTab(hostile.url("/framing"));
  const [frame] = await framing.frames();
  assert.ok(frame);
  assert.equal(await frame.evaluate(() => origin), site.origin());
  assert.equal(await hasProvider(frame), false);
  assert.equal(codeOf(await request(framing, "memory.search", { query: "tea" })), "unauthorized");
  await framing.close();
});

test("a service worker of a granted site has no provider, and reaches nothing of the extension's", async () => {
  site.route("/worker.js", {
    headers: { "content-type": "text/javascript" },
    body: `addEventListener("message", async ({ data, source }) => {
      let heard = 0;
      addEventListener("agentmemory:announce", () => { heard += 1; });
      dispatchEvent(new Event("agentmemory:request"));
      const fetched = await fetch(data, { mode: "no-cors" }).then(() => "fetched", () => "refused");
      source.postMessage({ heard, fetched, browser: typeof browser });
    });`,
  });
  const outcome = await page.evaluate(async (file) => {
    const registration = await navigator.serviceWorker.register("/worker.js");
    const { active } = await navigator.serviceWorker.ready;
    const told = new Promise((resolve) => {
      navigator.serviceWorker.addEventListener("message", ({ data }) => resolve(data), { once: true });
    });
    active?.postMessage(file);
    const outcome = await told;
    await registration.unregister();
    return outcome;
  }, extensionUrl("pages/manager/index.html"));
  assert.deepEqual(outcome, { heard: 0, fetched: "refused", browser: "undefined" });
});

test("after all this no code of Keepsake's let an error escape, and nothing has left that was not granted", async () => {
  const errors = (await firefox.extensionErrors()).filter(({ text }) => !text.startsWith("Security Error:"));
  assert.deepEqual(errors, []);
  const { items } = await command(manager, {
    command: "memory_list",
    query: "penicillin",
    offset: 0,
    limit: 1,
  });
  assert.deepEqual(await command(manager, { command: "known_by", id: items[0]?.id ?? "" }), []);
});
