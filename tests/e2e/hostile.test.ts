// What pages, frames, private windows and other extensions try against Keepsake, and what they get: nothing.
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, afterEach, before, test } from "node:test";
import type { Firefox } from "../driver/firefox.ts";
import { EXTENSION_ID, extensionUrl, INSECURE_HOST, launchWithKeepsake } from "../driver/keepsake.ts";
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
  connectSite,
  countConsents,
  createVault,
  disconnectSite,
  forbidHost,
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

/** Hears the announcements from the document's first moment on. */
const LISTENER = `<script>
  window.heard = 0;
  addEventListener("agentmemory:announce", ({ detail }) => {
    window.heard += 1;
    window.announced = detail;
  });
  dispatchEvent(new Event("agentmemory:request"));
</script>`;
const DOCUMENT = `<!doctype html><title>A site</title><h1>A site</h1>${LISTENER}`;

/** The companion extension, which behaves here as one that was taken over. */
const STRANGER = "sidekick@example.org";
const STRANGER_HOST = "5eed5eed-0000-4000-8000-736964656b69";
const STRANGER_FOLDER = path.resolve(import.meta.dirname, "../../target/companion-extension");

const TEA = "Drinks green tea in the morning";
const ALLERGY = "Allergic to penicillin";

/** The provider as a script may call it: with anything. */
interface Provider {
  readonly info: object;
  request(asked: unknown, options?: unknown): Promise<unknown>;
  on(event: unknown, listener: unknown): unknown;
  off(event: unknown, listener: unknown): unknown;
}

declare global {
  interface Window {
    /** How many announcements there were. */
    heard: number;
    /** The last of them. */
    announced: { readonly provider: Provider };
    /** What a script of the page leaves for the test to read. */
    outcome: unknown;
  }
}

const profile = mkdtempSync(path.join(tmpdir(), "keepsake-hostile-"));
const servers: FixtureServer[] = [];
let firefox: Firefox;
let manager: Page;
/** A site with a grant for “food”, and the page of it that most checks use. */
let site: FixtureServer;
let page: Page;

before(async () => {
  firefox = await launchWithKeepsake({ profile, extensionHosts: { [STRANGER]: STRANGER_HOST } });
  wrote("extension", STRANGER);
  site = await newSite();
});

after(async () => {
  await firefox?.close();
  await Promise.all(servers.map((server) => server.close()));
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
});

afterEach(async () => {
  if (firefox.isRunning) await closeConsents(firefox);
});

/** A port of its own is an origin of its own: Keepsake knows nothing of it yet, but Firefox's permission is for the host. */
async function newSite(): Promise<FixtureServer> {
  const server = await FixtureServer.start();
  server.route("/", DOCUMENT);
  servers.push(server);
  wrote("site", server.origin(), server.origin("127.0.0.1"));
  return server;
}

test("a site that is not connected has no provider, and nothing of the extension's", async () => {
  page = await firefox.newTab(site.url());
  assert.equal(await hasProvider(page), false);
  const seen = await page.evaluate(() => ({
    heard: window.heard,
    browser: "browser" in window,
    runtime: "chrome" in window,
  }));
  assert.deepEqual(seen, { heard: 0, browser: false, runtime: false });
});

test("without a grant an absent, a locked and an open vault answer in the very same bytes", async () => {
  await permitHost(firefox, "http://localhost/*");
  await page.waitFor("provider", () => window.heard > 0);
  const absent = await answersWithoutGrant();
  await createVault(firefox);
  manager = await openManager(firefox);
  await addMemory(manager, { text: TEA, scope: "food" });
  await addMemory(manager, { text: ALLERGY, scope: "health" });
  const open = await answersWithoutGrant();
  await lockVault(firefox, page);
  const locked = await answersWithoutGrant();
  await unlockVault(firefox, page);
  assert.deepEqual(
    absent.map((answer) => (JSON.parse(answer) as { code?: string }).code),
    ["unauthorized", "unauthorized", "unauthorized", undefined, undefined, undefined],
  );
  assert.deepEqual(open, absent);
  assert.deepEqual(locked, absent);
});

/** Every answer that needs no person, as text. */
function answersWithoutGrant(): Promise<string[]> {
  return page.evaluate(async () => {
    const { provider } = window.announced;
    const answers: string[] = [];
    for (const asked of [
      { method: "memory.search", params: { query: "green tea" } },
      { method: "memory.search", params: { query: "tea", filters: { scopes: ["food"] } } },
      { method: "memory.add", params: { memories: [{ text: "x", scopes: ["food"] }] } },
      { method: "permissions.query" },
      { method: "permissions.revoke" },
      { method: "memory.capabilities" },
    ]) {
      answers.push(
        JSON.stringify(
          await provider.request(asked).then(
            (result) => result,
            (error) => error,
          ),
        ),
      );
    }
    return answers;
  });
}

test("a granted site gets what stands in its scope, and nothing of the rest", async () => {
  await grant(firefox, page, ["food"], { actions: ["search", "add"], duration: "until_revoked" });
  assert.deepEqual(await search(page, "green tea"), [TEA]);
  assert.deepEqual(await search(page, "penicillin"), []);
});

test("malformed and oversized requests are refused by name, and no code of the page runs meanwhile", async () => {
  const { wrong, touched } = await page.evaluate(async () => {
    const { provider } = window.announced;
    const touched: string[] = [];
    const trap = (name: string) => () => {
      touched.push(name);
      return "tea";
    };
    const handler = (name: string): ProxyHandler<object> => ({
      get: trap(`${name}: get`),
      has: () => Boolean(trap(`${name}: has`)()),
      ownKeys: () => [trap(`${name}: ownKeys`)()],
      getOwnPropertyDescriptor: () => {
        trap(`${name}: descriptor`)();
        return undefined;
      },
    });
    const cycle: Record<string, unknown> = { query: "tea" };
    cycle.filters = cycle;
    let deep: unknown = "tea";
    for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    const searchFor = (params: unknown) => ({ method: "memory.search", params });
    const cases: [name: string, asked: unknown, code: string, options?: unknown][] = [
      ["nothing", undefined, "invalid_request"],
      ["null", null, "invalid_request"],
      ["a number", 7, "invalid_request"],
      ["a string", "memory.search", "invalid_request"],
      ["a list", ["memory.search"], "invalid_request"],
      ["a function", () => "memory.search", "invalid_request"],
      ["a symbol", Symbol("memory.search"), "invalid_request"],
      ["an empty object", {}, "invalid_request"],
      ["a number as method", { method: 7 }, "invalid_request"],
      ["a String object as method", { method: new String("memory.search") }, "invalid_request"],
      ["a method that converts itself", { method: { toString: trap("toString") } }, "invalid_request"],
      ["a getter as method", Object.defineProperty({}, "method", { get: trap("method") }), "invalid_request"],
      ["an inherited method", Object.create({ method: "memory.capabilities" }), "invalid_request"],
      ["a long method", { method: "m".repeat(65) }, "invalid_request"],
      ["a method of 10 MB", { method: "m".repeat(10_000_000) }, "invalid_request"],
      ["a proxy", new Proxy({}, handler("request")), "invalid_request"],
      ["a revoked proxy", revoked.proxy, "invalid_request"],
      ["the window", window, "invalid_request"],
      ["no params", { method: "memory.search" }, "invalid_request"],
      ["null params", searchFor(null), "invalid_request"],
      ["a number as params", searchFor(7), "invalid_request"],
      ["a string as params", searchFor("tea"), "invalid_request"],
      ["a list as params", searchFor([{ query: "tea" }]), "invalid_request"],
      ["a function as params", searchFor(trap("params")), "invalid_request"],
      ["a proxy as params", searchFor(new Proxy({}, handler("params"))), "invalid_request"],
      ["the window as params", searchFor(window), "invalid_request"],
      ["an element as params", searchFor(document.body), "invalid_request"],
      ["a map as params", searchFor(new Map([["query", "tea"]])), "invalid_request"],
      ["a cycle", searchFor(cycle), "invalid_request"],
      ["a hundred thousand levels", searchFor({ query: deep }), "invalid_request"],
      ["a big integer", searchFor({ query: 7n }), "invalid_request"],
      ["a number as query", searchFor({ query: 7 }), "invalid_request"],
      ["a function as query", searchFor({ query: trap("query") }), "invalid_request"],
      ["an empty query", searchFor({ query: "" }), "invalid_request"],
      ["half a character", searchFor({ query: "\ud800" }), "invalid_request"],
      [
        "a getter as query",
        searchFor(Object.defineProperty({}, "query", { enumerable: true, get: trap("query") })),
        "invalid_request",
      ],
      ["a toJSON of its own", searchFor({ toJSON: trap("toJSON") }), "invalid_request"],
      ["a fraction of a result", searchFor({ query: "tea", top_k: 1.5 }), "invalid_request"],
      ["too many results", searchFor({ query: "tea", top_k: 51 }), "invalid_request"],
      [
        "a field too many",
        searchFor({ query: "tea", subject: { kind: "extension", id: "x" } }),
        "invalid_request",
      ],
      // Firefox does not let such a property into the bridge's world.
      [
        "a __proto__ of its own",
        searchFor(JSON.parse('{"query":"tea","__proto__":{"top_k":99}}')),
        "answered",
      ],
      ["a constructor", searchFor({ query: "tea", constructor: { prototype: {} } }), "answered"],
      ["a query of 10 MB", searchFor({ query: "x".repeat(10_000_000) }), "too_large"],
      [
        "a million fields",
        searchFor(Object.fromEntries(Array.from({ length: 1e5 }, (_, n) => [n, n]))),
        "too_large",
      ],
      ["150,000 characters of two bytes", searchFor({ query: "é".repeat(150_000) }), "too_large"],
      ["a command of the owner's", { method: "status" }, "unsupported"],
      ["a method of a later version", { method: "memory.dream", params: { id: "x" } }, "unsupported"],
      ["a method called __proto__", { method: "__proto__" }, "unsupported"],
      ["a method called constructor", { method: "constructor" }, "unsupported"],
      ["an empty method", { method: "" }, "unsupported"],
      [
        "an unknown scope of all",
        { method: "permissions.request", params: { scopes: [], actions: ["search"] } },
        "invalid_request",
      ],
      [
        "an action of the owner's",
        { method: "permissions.request", params: { scopes: ["food"], actions: ["own"] } },
        "invalid_request",
      ],
      [
        "a memory that trusts itself",
        { method: "memory.add", params: { memories: [{ text: "x", trust: "self" }] } },
        "invalid_request",
      ],
      [
        "fields beside the params",
        { method: "memory.capabilities", id: "0".repeat(32), body: "x" },
        "answered",
      ],
      ["an inherited __proto__", { method: "memory.capabilities", __proto__: { params: 7 } }, "answered"],
      ["a signal that is none", { method: "memory.capabilities" }, "answered", { signal: { aborted: true } }],
      ["options that are none", { method: "memory.capabilities" }, "answered", 7],
      [
        "a proxy as options",
        { method: "memory.capabilities" },
        "answered",
        new Proxy({}, handler("options")),
      ],
    ];
    const wrong: string[] = [];
    for (const [name, asked, expected, options] of cases) {
      const code = await provider.request(asked, options).then(
        () => "answered",
        (error: { name: string; code: string; message: string }) =>
          error.name === "AgentMemoryError" && error.message.length > 10 ? error.code : `no error: ${error}`,
      );
      if (code !== expected) wrong.push(`${name}: ${code} instead of ${expected}`);
    }
    for (const event of ["grantchange", "lockchange", "__proto__", {}, null, undefined, Symbol("x")]) {
      for (const listener of [undefined, null, 7, {}, new Proxy({}, handler("listener"))]) {
        provider.on(event, listener);
        provider.off(event, listener);
      }
    }
    return { wrong, touched };
  });
  assert.deepEqual(wrong, []);
  assert.deepEqual(touched, []);
  assert.deepEqual(await search(page, "green tea"), [TEA]);
});

test("an aborted request ends with the page's own reason", async () => {
  const reasons = await page.evaluate(async () => {
    const { provider } = window.announced;
    const controller = new AbortController();
    const asked = { method: "memory.search", params: { query: "tea" } };
    const early = provider.request(asked, { signal: AbortSignal.abort() });
    const late = provider.request(asked, { signal: controller.signal });
    controller.abort("changed my mind");
    return Promise.all(
      [early, late].map((answer) =>
        answer.then(
          () => "answered",
          (reason) => (reason instanceof DOMException ? reason.name : reason),
        ),
      ),
    );
  });
  assert.deepEqual(reasons, ["AbortError", "changed my mind"]);
});

test("the provider cannot be changed by the page", async () => {
  const changed = await page.evaluate(async () => {
    const { provider } = window.announced;
    return [window.announced, provider, provider.info].filter((each) => {
      const before = JSON.stringify(each);
      Reflect.set(each, "name", "Evil");
      Reflect.set(each, "provider", {});
      Reflect.set(each, "request", () => "evil");
      Reflect.setPrototypeOf(each, { evil: true });
      return (
        JSON.stringify(each) !== before || "evil" in each || provider.request.toString().includes("evil")
      );
    }).length;
  });
  assert.equal(changed, 0);
});

test("of 1,000 calls in a burst most are told to wait, and afterwards the page is answered again", async () => {
  const busy = await firefox.newTab((await newSite()).url());
  const codes = await busy.evaluate(async () => {
    const { provider } = window.announced;
    const counts: Record<string, number> = {};
    await Promise.all(
      Array.from({ length: 1000 }, async () => {
        const code = await provider.request({ method: "memory.capabilities" }).then(
          () => "answered",
          (error: { code: string; retry_after_ms?: number }) =>
            error.retry_after_ms === undefined ? `${error.code} without a time` : error.code,
        );
        counts[code] = (counts[code] ?? 0) + 1;
      }),
    );
    return counts;
  });
  assert.deepEqual(Object.keys(codes).sort(), ["answered", "rate_limited"]);
  assert.equal((codes.answered ?? 0) + (codes.rate_limited ?? 0), 1000);
  assert.ok((codes.rate_limited ?? 0) > 800, `most are told to wait: ${JSON.stringify(codes)}`);
  assert.deepEqual(await search(page, "green tea"), [TEA], "other sites do not feel it");
  await until(
    "answer after the burst",
    async () => codeOf(await request(busy, "memory.capabilities")) === "answered",
  );
  await busy.close();
});

test("1,000 requests for a consent in a burst open one window, and each is answered", async () => {
  const eager = await firefox.newTab((await newSite()).url());
  const answers = eager.evaluate(async () => {
    const { provider } = window.announced;
    const counts: Record<string, number> = {};
    await Promise.all(
      Array.from({ length: 1000 }, async () => {
        const asked = { method: "permissions.request", params: { scopes: ["food"], actions: ["search"] } };
        const code = await provider.request(asked).then(
          () => "answered",
          (error: { code: string }) => error.code,
        );
        counts[code] = (counts[code] ?? 0) + 1;
      }),
    );
    return counts;
  });
  const consent = await waitForConsent(firefox);
  await consent.see(byTestId("asker"));
  assert.equal(await countConsents(firefox), 1);
  await answerConsent(firefox, "deny");
  const counts = await answers;
  assert.equal((counts.user_rejected ?? 0) + (counts.rate_limited ?? 0), 1000);
  assert.ok((counts.user_rejected ?? 0) > 0);
  assert.equal(await countConsents(firefox), 0);
  await eager.close();
});

test("imitated announcements and requests confuse neither the client nor the bridge", async () => {
  site.route("/client.js", {
    body: readFileSync(path.resolve(import.meta.dirname, "../../client/dist/index.js"), "utf8"),
    headers: { "content-type": "text/javascript" },
  });
  const mimic = await firefox.newTab(site.url());
  const outcome = await mimic.evaluate(async () => {
    const stranger = { info: { name: "Evil", rdns: "org.evil", version: "1", api: 1 } };
    const nested = { provider: { provider: { provider: {} } } };
    const fakes = [
      undefined,
      null,
      7,
      "provider",
      {},
      [],
      nested,
      { provider: null },
      { provider: stranger },
      { provider: { ...stranger, request: 7, on: 7, off: 7 } },
      { provider: { info: null, request() {}, on() {}, off() {} } },
    ];
    const mimicAll = () => {
      for (const detail of fakes) {
        for (const name of ["agentmemory:announce", "agentmemory:request"]) {
          dispatchEvent(detail === undefined ? new Event(name) : new CustomEvent(name, { detail }));
          document.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
        }
      }
      dispatchEvent(new MessageEvent("agentmemory:request", { data: { id: "0".repeat(32), body: "{}" } }));
      postMessage({ id: "0".repeat(32), body: '{"result":{}}' }, "*");
    };
    // Asking again from within each announcement would never end if the bridge let it.
    let echoes = 0;
    const echo = () => {
      echoes += 1;
      if (echoes < 100_000) dispatchEvent(new Event("agentmemory:request"));
    };
    addEventListener("agentmemory:announce", echo);
    mimicAll();
    removeEventListener("agentmemory:announce", echo);

    addEventListener("agentmemory:request", mimicAll, { once: true });
    const address = "/client.js";
    const { connect } = (await import(address)) as typeof import("../../client/src/index.ts");
    const client = await connect();
    const found = await client.search("green tea");
    return { echoes, rdns: client.info.rdns, memories: found.results.map(({ memory }) => memory) };
  });
  assert.ok(outcome.echoes < 1000, `${outcome.echoes} announcements`);
  assert.deepEqual([outcome.rdns, outcome.memories], ["org.keepsake", [TEA]]);
  await mimic.close();
});

/** Puts spies in the place of all that a careless bridge would use, asks, takes them away and tells what they saw. */
const SPYING_PAGE = `<!doctype html><title>A spying site</title><script>
  const seen = {};
  const undo = [];
  const listen = addEventListener.bind(window);
  const ask = dispatchEvent.bind(window, new Event("agentmemory:request"));
  const { then } = Promise.prototype;
  const { apply, defineProperty, deleteProperty, getOwnPropertyDescriptor } = Reflect;
  const tell = (what) => defineProperty(seen, what, { value: true, enumerable: true });
  const last = (list, value) => defineProperty(list, list.length, { value });
  const spyOn = (holder, name, spy) => {
    const original = getOwnPropertyDescriptor(holder, name);
    defineProperty(holder, name, { configurable: true, ...spy });
    last(undo, () => (original ? defineProperty(holder, name, original) : deleteProperty(holder, name)));
  };
  const replace = (holder, name, label) => spyOn(holder, name, { writable: true, value() { tell(label); return "evil"; } });
  const fields = ["detail", "provider", "info", "request", "method", "params", "signal", "id", "body", "result", "results",
    "memory", "receipt_id", "grants", "error", "code", "message", "retry_after_ms", "event", "to"];
  const members = [
    [JSON, "parse", "stringify"],
    [Object, "freeze", "keys", "values", "entries", "assign", "isFrozen", "defineProperty"],
    [Array, "from", "isArray"],
    [Map.prototype, "get", "set", "delete"],
    [Set.prototype, "add", "delete"],
    [Function.prototype, "call", "apply", "bind"],
    [String.prototype, "padStart", "toString", "toJSON"],
    [Object.prototype, "toJSON"],
    [Number.prototype, "toJSON"],
    [Promise, "resolve", "reject", "all"],
    [Promise.prototype, "then", "catch", "finally"],
    [EventTarget.prototype, "addEventListener", "removeEventListener", "dispatchEvent"],
    [Crypto.prototype, "getRandomValues"],
    [TextEncoder.prototype, "encode"],
    [window, "Promise", "CustomEvent", "Event", "DOMException", "AbortSignal", "Map", "Set", "Uint8Array", "TextEncoder",
      "setTimeout", "reportError", "structuredClone", "addEventListener", "dispatchEvent"],
    [Array.prototype, "push", "map", "forEach", "includes", "filter", "toJSON", Symbol.iterator],
  ];
  for (let at = 0; at < members.length; at += 1)
    for (let next = 1; next < members[at].length; next += 1)
      replace(members[at][0], members[at][next], at + " " + String(members[at][next]));
  for (let at = 0; at < fields.length; at += 1)
    spyOn(Object.prototype, fields[at], { get() { return undefined; }, set() { tell("set " + fields[at]); } });

  const finish = (answers) => {
    for (let at = 0; at < undo.length; at += 1) undo[at]();
    window.outcome = { seen: Object.keys(seen), answers };
    location.hash = "done";
  };
  let begun = false;
  listen("agentmemory:announce", ({ detail }) => {
    if (begun) return;
    begun = true;
    const answers = [];
    const next = (method, params, go) => {
      const keep = (answer) => { last(answers, answer); go(); };
      apply(then, detail.provider.request({ method, params }), [keep, keep]);
    };
    next("memory.search", { query: "green tea" }, () =>
      next("memory.search", { query: 7 }, () =>
        next("permissions.query", {}, () => finish(answers))));
  });
  ask();
</script>`;

test("a page that replaces the language's own functions sees nothing of the bridge, and is answered", async () => {
  const pattern = "http://127.0.0.1/*";
  await permitHost(firefox, pattern);
  const spyOrigin = await newSite();
  spyOrigin.route("/spy", SPYING_PAGE);
  const address = spyOrigin.url("/spy", "127.0.0.1");
  const tab = await firefox.newTab(spyOrigin.url("/", "127.0.0.1"));
  await grant(firefox, tab, ["food"], { duration: "until_revoked" });
  await forbidHost(firefox, pattern);

  const outcomes = [];
  // Once with the bridge put into the page that is there, once with the bridge there first.
  await tab.goto(address);
  await permitHost(firefox, pattern);
  outcomes.push(await spied(address));
  await tab.goto("about:blank");
  await tab.goto(address);
  outcomes.push(await spied(address));
  for (const { seen, answers } of outcomes) {
    assert.deepEqual(seen, []);
    const [found, refused, queried] = answers as [
      { results: { memory: string }[] },
      { code: string },
      { grants: { scopes: string[] }[] },
    ];
    assert.deepEqual(
      found.results.map(({ memory }) => memory),
      [TEA],
    );
    assert.equal(refused.code, "invalid_request");
    assert.deepEqual(
      queried.grants.map(({ scopes }) => scopes),
      [["food"]],
    );
  }
  await tab.goto(spyOrigin.url("/", "127.0.0.1"));
  // Of the sites of one host none must hold a grant when another is disconnected.
  assert.deepEqual(await request(tab, "permissions.revoke"), { result: { revoked: 1 } });
  await tab.close();
});

async function spied(address: string): Promise<{ seen: string[]; answers: unknown[] }> {
  // The driver's own questions to the page would go through the spies: the page says by its address that they are gone.
  const page = await firefox.waitForPage(`${address}#done`);
  return page.evaluate(() => window.outcome as { seen: string[]; answers: unknown[] });
}

test("a page under a strict content security policy is answered", async () => {
  const address = site.route("/strict", {
    headers: {
      "content-security-policy":
        "default-src 'none'; script-src 'nonce-a'; require-trusted-types-for 'script'; trusted-types 'none'",
    },
    body: `<!doctype html><title>A strict site</title><script nonce="a">
      addEventListener("agentmemory:announce", async ({ detail }) => {
        const found = await detail.provider.request({ method: "memory.search", params: { query: "green tea" } });
        window.outcome = found.results.map(({ memory }) => memory);
        location.hash = "done";
      }, { once: true });
      dispatchEvent(new Event("agentmemory:request"));
    </script>`,
  });
  const strict = await firefox.newTab(address);
  const done = await firefox.waitForPage(`${address}#done`);
  assert.deepEqual(await done.evaluate(() => window.outcome), [TEA]);
  await strict.close();
});

test("a subframe gets no provider, of the same site as of another one", async () => {
  site.route(
    "/frames",
    `${DOCUMENT}
    <iframe src="${site.url("/")}"></iframe>
    <iframe src="${site.url("/", "127.0.0.1")}"></iframe>
    <iframe srcdoc='${LISTENER}'></iframe>`,
  );
  const framing = await firefox.newTab(site.url("/frames"));
  assert.equal(await hasProvider(framing), true);
  const frames = await framing.frames();
  assert.equal(frames.length, 3);
  for (const frame of frames) {
    assert.equal(await hasProvider(frame), false);
    assert.equal(await frame.evaluate(() => window.heard), 0);
  }
  const answers = await askAsContentScript(site.url("/frames"), "site");
  assert.deepEqual(
    answers.map(({ answer }) => answer.includes("unauthorized")),
    [false, true, true, true],
    "a bridge in a frame would be refused too",
  );
  await framing.close();
});

test("an opaque origin gets nothing: a sandboxed frame, a sandboxed document, a data: address", async () => {
  site.route("/sandboxing", `${DOCUMENT}<iframe sandbox="allow-scripts" src="${site.url("/")}"></iframe>`);
  const sandboxed = site.route("/sandboxed", {
    body: DOCUMENT,
    headers: { "content-security-policy": "sandbox allow-scripts" },
  });
  const tab = await firefox.newTab(site.url("/sandboxing"));
  for (const frame of await tab.frames()) {
    assert.equal(await frame.evaluate(() => window.origin), "null");
    assert.equal(await hasProvider(frame), false);
  }
  await tab.goto(sandboxed);
  assert.equal(await tab.evaluate(() => window.origin), "null");
  assert.equal(await hasProvider(tab), false);
  for (const { answer } of await askAsContentScript(sandboxed, "site")) {
    assert.match(answer, /unauthorized/, "a bridge in it would be refused too");
  }
  await tab.goto(`data:text/html,${encodeURIComponent(DOCUMENT)}`);
  assert.equal(await hasProvider(tab), false);
  assert.equal(await tab.evaluate(() => window.heard), 0);
  await tab.close();
});

test("a site over plain http cannot be connected, and gets nothing even where Firefox's permission is given", async () => {
  const address = site.url("/", INSECURE_HOST);
  const insecure = await firefox.newTab(address);
  await withPopup(firefox, insecure, async (popup) => {
    await popup.see(`${byTestId("site-state")}[data-state="insecure"]`);
    assert.equal(await popup.count(byTestId("connect-site")), 0);
  });
  await permitHost(firefox, `http://${INSECURE_HOST}/*`);
  await manager.waitFor(
    "bridge registered for the insecure site",
    async (host) => {
      const scripts = await browser.scripting.getRegisteredContentScripts();
      return scripts.some(({ matches }) => matches?.some((pattern) => pattern.includes(host)));
    },
    INSECURE_HOST,
  );
  await insecure.reload();
  assert.equal(await hasProvider(insecure), false);
  assert.equal(await insecure.evaluate(() => window.heard), 0);
  const [asked] = await askAsContentScript(address, "site");
  assert.match(asked?.answer ?? "", /unauthorized/, "a bridge in it would be refused too");
  await forbidHost(firefox, `http://${INSECURE_HOST}/*`);
  await insecure.close();
});

/** Asks over a port of that name out of every frame of a tab, as a bridge that has been taken over would. */
function askAsContentScript(url: string, port: string): Promise<{ origin: string; answer: string }[]> {
  return manager.evaluate(
    async (url, port) => {
      const tab = (await browser.tabs.query({})).find((tab) => tab.url === url);
      if (tab?.id === undefined) throw new Error(`no tab at ${url}`);
      const outcomes = await browser.scripting.executeScript({
        target: { tabId: tab.id, allFrames: true },
        args: [port],
        func: (name: string) =>
          new Promise((resolve) => {
            const opened = browser.runtime.connect({ name });
            opened.onMessage.addListener((message) =>
              resolve({ origin: window.origin, answer: JSON.stringify(message) }),
            );
            opened.onDisconnect.addListener(() => resolve({ origin: window.origin, answer: "closed" }));
            opened.postMessage(
              name === "site"
                ? { id: "0123456789abcdef0123456789abcdef", body: '{"method":"memory.capabilities"}' }
                : { id: 1, call: { op: "vault", command: { command: "status" } } },
            );
          }),
      });
      return outcomes.map(({ result }) => result as unknown as { origin: string; answer: string });
    },
    url,
    port,
  );
}

test("a content script cannot open the owner's port, nor one of any other name", async () => {
  for (const port of ["owner", "", "Owner", "vault"]) {
    assert.deepEqual(await askAsContentScript(site.url(), port), [
      { origin: site.origin(), answer: "closed" },
    ]);
  }
  assert.match((await askAsContentScript(site.url(), "site"))[0]?.answer ?? "", /capabilities/);
});

test("a content script reaches nobody by a message", async () => {
  const answers = await manager.evaluate(async (url) => {
    const tab = (await browser.tabs.query({})).find((tab) => tab.url === url);
    const outcomes = await browser.scripting.executeScript({
      target: { tabId: tab?.id ?? -1 },
      func: async () => {
        const answers = [];
        for (const message of [
          { id: 1, call: { op: "vault", command: { command: "status" } } },
          { op: "lock" },
          { changed: ["state"] },
        ]) {
          answers.push(
            await browser.runtime.sendMessage(message).then(
              (answer: unknown) => String(answer),
              () => "nobody",
            ),
          );
        }
        return answers;
      },
    });
    return outcomes[0]?.result as unknown as string[];
  }, site.url());
  for (const answer of answers) assert.match(answer, /^(undefined|nobody)$/);
  await manager.see(`${byTestId("vault-state")}[data-state="open"]`);
});

test("a page can neither read, frame nor open Keepsake's own pages", async () => {
  const files = ["pages/consent/index.html", "pages/manager/index.html", "icons/keepsake.svg"].map(
    extensionUrl,
  );
  const reached = await page.evaluate(async (files) => {
    const reached: string[] = [];
    for (const file of files) {
      await fetch(file, { mode: "no-cors" }).then(
        () => reached.push(`fetch ${file}`),
        () => undefined,
      );
      const image = new Image();
      image.src = file;
      await image.decode().then(
        () => reached.push(`image ${file}`),
        () => undefined,
      );
      try {
        if (window.open(file)) reached.push(`open ${file}`);
      } catch {
        // Firefox refuses it.
      }
    }
    return reached;
  }, files);
  assert.deepEqual(reached, []);
  site.route("/covering", files.map((file) => `<iframe src="${file}"></iframe>`).join(""));
  const covering = await firefox.newTab(site.url("/covering"));
  const frames = await covering.frames();
  assert.equal(frames.length, files.length);
  for (const frame of frames) assert.doesNotMatch(await frame.url(), /^moz-extension:/);
  await covering.close();
});

test("scripted clicks and keys do nothing in the consent; real ones do", async () => {
  const asking = await firefox.newTab((await newSite()).url());
  const answer = requestPermission(asking, ["food"]);
  const consent = await waitForConsent(firefox);
  await consent.see(`${byTestId("allow")}:not([aria-disabled])`);
  const before = await consentState(consent);
  await consent.evaluate(() => {
    for (const control of document.querySelectorAll<HTMLElement>("button, input, label, summary")) {
      control.click();
      for (const type of ["pointerdown", "mousedown", "mouseup", "click", "dblclick"]) {
        control.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true, composed: true }));
      }
      for (const key of ["Enter", " ", "Escape"]) {
        for (const type of ["keydown", "keyup"]) {
          control.dispatchEvent(new KeyboardEvent(type, { key, bubbles: true, cancelable: true }));
        }
      }
      for (const type of ["input", "change", "submit"]) {
        control.dispatchEvent(new Event(type, { bubbles: true, cancelable: true }));
      }
    }
  });
  assert.deepEqual(await consentState(consent), before);
  assert.equal(await countConsents(firefox), 1);
  await consent.click(byTestId("duration-once"));
  assert.match(await consentState(consent), /duration-once true/);
  await answerConsent(firefox, "deny");
  assert.equal(codeOf(await answer), "user_rejected");
  await asking.close();
});

/** What is ticked and chosen. */
function consentState(consent: Page): Promise<string> {
  return consent.evaluate(() =>
    [...document.querySelectorAll<HTMLInputElement>("input")]
      .map((input) => `${input.dataset.testid} ${input.checked}`)
      .join("\n"),
  );
}

test("everything but “Deny” is dead for half a second after the consent shows, and while its window changes", async () => {
  const asking = await firefox.newTab((await newSite()).url());
  const answer = requestPermission(asking, ["food"]);
  const consent = await waitForConsent(firefox);
  await consent.see(`${byTestId("allow")}:not([aria-disabled])`);
  const aliveAt = await consent.evaluate(() => performance.now());
  assert.ok(aliveAt >= 500, `alive after ${aliveAt} ms`);

  await consent.evaluate(() => {
    const changes: { dead: boolean; at: number }[] = [];
    window.outcome = changes;
    const allow = document.querySelector('[data-testid="allow"]');
    new MutationObserver(() =>
      changes.push({ dead: allow?.getAttribute("aria-disabled") === "true", at: performance.now() }),
    ).observe(allow as Element, { attributeFilter: ["aria-disabled"] });
  });
  await consent.setViewport(500, 700);
  await consent.waitFor("consent that is alive again", () =>
    (window.outcome as { dead: boolean }[]).some(({ dead }) => !dead),
  );
  const changes = await consent.evaluate(() => window.outcome as { dead: boolean; at: number }[]);
  assert.deepEqual(
    changes.map(({ dead }) => dead),
    [true, false],
  );
  const deadFor = (changes[1]?.at ?? 0) - (changes[0]?.at ?? 0);
  assert.ok(deadFor >= 450, `dead for ${deadFor} ms`);

  // A window that keeps changing keeps its half second, for as long as the real clicks below take.
  await consent.evaluate(() => {
    window.outcome = setInterval(() => dispatchEvent(new Event("resize")), 20);
  });
  await consent.see(`${byTestId("allow")}[aria-disabled="true"]`);
  const before = await consentState(consent);
  for (const label of ["duration-until_revoked", "sensitivity-sensitive", "scope-0"]) {
    await consent.click(`label[for="${label}"]`);
  }
  await consent.on(byTestId("allow"), (allow: HTMLElement) => allow.focus());
  for (const key of ["Enter", "Space"]) await consent.press(key);
  assert.equal(await consentState(consent), before);
  assert.equal(await countConsents(firefox), 1);
  await consent.click(byTestId("deny"));
  await waitForNoConsent(firefox);
  assert.equal(codeOf(await answer), "user_rejected", "“Deny” works at any time");
  await asking.close();
});

test("a closed consent window means deny, and after three refusals no window opens", async () => {
  const insistent = await firefox.newTab((await newSite()).url());
  for (let refusal = 0; refusal < 3; refusal += 1) {
    const answer = requestPermission(insistent, ["food"]);
    const consent = await waitForConsent(firefox);
    await consent.see(byTestId("deny"));
    await consent.close();
    assert.equal(codeOf(await answer), "user_rejected");
    await waitForNoConsent(firefox);
  }
  const refused = await requestPermission(insistent, ["food"]);
  assert.equal(codeOf(refused), "rate_limited");
  assert.ok("error" in refused && (refused.error.retry_after_ms ?? 0) > 0);
  assert.equal(await countConsents(firefox), 0);
  await insistent.close();
});

test("another extension reaches neither the owner's port nor a listener, and is a subject without a grant", async () => {
  await firefox.install(STRANGER_FOLDER);
  const stranger = await firefox.newTab(`moz-extension://${STRANGER_HOST}/page.html`);
  const ask = (name: string, ...messages: unknown[]) =>
    stranger.evaluate(
      (id, name, messages) =>
        new Promise<string>((resolve) => {
          const port = browser.runtime.connect(id, { name });
          port.onMessage.addListener((message) => resolve(JSON.stringify(message)));
          port.onDisconnect.addListener(() => resolve("closed"));
          for (const message of messages) port.postMessage(message as object);
        }),
      EXTENSION_ID,
      name,
      messages,
    );
  const id = "0123456789abcdef0123456789abcdef";
  for (const name of ["owner", "", "vault"]) {
    assert.equal(await ask(name, { id: 1, call: { op: "vault", command: { command: "status" } } }), "closed");
  }
  for (const message of [
    7,
    null,
    "status",
    { id: 7, body: "{}" },
    { id: "short", body: "{}" },
    { id, body: 7 },
    { id, body: "{}", subject: { kind: "site" } },
    { id, call: { op: "lock" } },
  ]) {
    assert.equal(await ask("site", message), "closed", JSON.stringify(message));
  }
  const searching = { id, body: '{"method":"memory.search","params":{"query":"tea"}}' };
  assert.match(await ask("site", searching), /unauthorized/);
  assert.match(await ask("site", { id, body: "x".repeat(300_000) }), /too_large/);
  const sent = await stranger.evaluate(
    (id) =>
      browser.runtime.sendMessage(id, { id: 1, call: { op: "lock" } }).then(
        (answer: unknown) => String(answer),
        () => "nobody",
      ),
    EXTENSION_ID,
  );
  assert.match(sent, /^(undefined|nobody)$/);
  await manager.see(`${byTestId("vault-state")}[data-state="open"]`);

  const asking = ask("site", {
    id,
    body: '{"method":"permissions.request","params":{"scopes":["food"],"actions":["search"]}}',
  });
  const consent = await waitForConsent(firefox);
  await consent.see({ css: byTestId("asker"), text: STRANGER });
  await answerConsent(firefox, "deny");
  assert.match(await asking, /user_rejected/);
  await stranger.close();
  await firefox.uninstall(STRANGER);
});

test("the same site in another container is another subject", async () => {
  const contained = await firefox.newTab(site.url(), { container: await firefox.newContainer() });
  assert.equal(codeOf(await request(contained, "memory.search", { query: "tea" })), "unauthorized");
  assert.deepEqual(await request(contained, "permissions.query"), { result: { grants: [] } });
  assert.deepEqual(await search(page, "green tea"), [TEA]);
  await contained.close();
});

test("a granted site that loses Firefox's permission falls silent in its open tabs, and can be connected again", async () => {
  const leaving = await firefox.newTab(site.url("/", "127.0.0.1"));
  await grant(firefox, leaving, ["food"], { duration: "until_revoked" });
  assert.deepEqual(await search(leaving, "green tea"), [TEA]);
  await forbidHost(firefox, "http://127.0.0.1/*");
  await waitForSilence(leaving);
  assert.equal(await searchWithKeptProvider(leaving), "unauthorized");
  await connectSite(firefox, leaving);
  assert.deepEqual(await search(leaving, "green tea"), [TEA], "the person took back no grant");
  assert.deepEqual(await request(leaving, "permissions.revoke"), { result: { revoked: 1 } });
  await leaving.close();
});

test("a site that is disconnected in the popup falls silent and keeps no grant", async () => {
  const leaving = await firefox.newTab(site.url("/", "127.0.0.1"));
  await grant(firefox, leaving, ["food"], { duration: "until_revoked" });
  assert.deepEqual(await search(leaving, "green tea"), [TEA]);
  await disconnectSite(firefox, leaving);
  await waitForSilence(leaving);
  assert.equal(await searchWithKeptProvider(leaving), "unauthorized");
  await connectSite(firefox, leaving);
  assert.equal(codeOf(await request(leaving, "memory.search", { query: "tea" })), "unauthorized");
  await leaving.close();
});

/** What a provider says that the page has kept from when it was connected. */
function searchWithKeptProvider(page: Page): Promise<string> {
  return page.evaluate(() =>
    window.announced.provider.request({ method: "memory.search", params: { query: "tea" } }).then(
      () => "answered",
      (error: { code: string }) => error.code,
    ),
  );
}

function waitForSilence(page: Page): Promise<boolean> {
  return page.waitFor("page without provider", () => {
    window.heard = 0;
    dispatchEvent(new Event("agentmemory:request"));
    return window.heard === 0;
  });
}

test("a private window gets nothing", async () => {
  const hidden = await firefox.newPrivateTab(site.url());
  assert.equal(await hasProvider(hidden), false);
  assert.equal(await hidden.evaluate(() => window.heard), 0);
  await hidden.close();
});

test("after all this the vault is whole, and no code of Keepsake's let an error escape", async () => {
  assert.deepEqual(await search(page, "green tea"), [TEA]);
  await manager.reload();
  await manager.see({ css: byTestId("memory-count"), text: "2" });
  assert.equal(await manager.count(byTestId("damaged")), 0);
  // That a page was kept out of the extension's files is Firefox's own message.
  const errors = (await firefox.extensionErrors()).filter(({ text }) => !text.startsWith("Security Error:"));
  assert.deepEqual(errors, []);
});

test("nothing readable of all this stands in the profile", async () => {
  await firefox.close();
  assert.deepEqual(findWritten(profile), []);
});
