// Who may be a subject, by what Firefox says of a sender.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  extensionSubject,
  hostPattern,
  isTrustworthyOrigin,
  type Sender,
  siteSubject,
  subjectKey,
} from "./subjects";

const tab = { incognito: false, cookieStoreId: "firefox-container-1" };
const sender: Sender = { id: "keepsake@keepsake.example", frameId: 0, origin: "https://example.org", tab };

test("a top document is its origin in its container", () => {
  assert.deepEqual(siteSubject(sender), {
    kind: "site",
    origin: "https://example.org",
    container: "firefox-container-1",
  });
});

test("subframes, private windows, opaque origins and pages without a tab are nobody", () => {
  const nobody: Sender[] = [
    {},
    { ...sender, frameId: 7 },
    { ...sender, frameId: undefined },
    { ...sender, tab: undefined },
    { ...sender, tab: { ...tab, incognito: true } },
    { ...sender, tab: { incognito: false } },
    { ...sender, origin: undefined },
    { ...sender, origin: "null" },
    { ...sender, origin: "moz-extension://5eed5eed-0000-4000-8000-6b6565707361" },
  ];
  for (const each of nobody) assert.equal(siteSubject(each), undefined, JSON.stringify(each));
});

test("an origin counts where nobody on the way can answer in its name", () => {
  const good = [
    "https://example.org",
    "https://example.org:8443",
    "http://localhost",
    "http://localhost:8080",
    "http://app.localhost",
    "http://127.0.0.1:3000",
    "http://[::1]:3000",
  ];
  const bad = [
    "http://example.org",
    "http://localhost.example.org",
    "http://127.0.0.2",
    "https://example.org/",
    "https://Example.org",
    "https://user@example.org",
    "ftp://example.org",
    "file://",
    "null",
    "",
  ];
  for (const origin of good) assert(isTrustworthyOrigin(origin), origin);
  for (const origin of bad) assert(!isTrustworthyOrigin(origin), origin);
});

test("an extension is its id, wherever in it the call comes from", () => {
  assert.deepEqual(extensionSubject({ id: "helper@example.org" }), {
    kind: "extension",
    id: "helper@example.org",
  });
  assert.equal(extensionSubject({}), undefined);
  assert.equal(extensionSubject({ id: "helper@example.org", tab: { ...tab, incognito: true } }), undefined);
});

test("Firefox's permission is for a host on all its ports", () => {
  assert.equal(hostPattern("https://example.org:8443"), "https://example.org/*");
  assert.equal(hostPattern("http://localhost:8080"), "http://localhost/*");
});

test("subjects that differ in anything have keys that differ", () => {
  const keys = [
    { kind: "site", origin: "https://example.org", container: "firefox-default" },
    { kind: "site", origin: "https://example.org", container: "firefox-container-1" },
    { kind: "site", origin: "https://example.org:8443", container: "firefox-default" },
    { kind: "extension", id: "example.org" },
  ] as const;
  assert.equal(new Set(keys.map(subjectKey)).size, keys.length);
});
