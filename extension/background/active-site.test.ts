// What the popup is told of the page in front.

import assert from "node:assert/strict";
import { test } from "node:test";
import { describeSite } from "./active-site";

const tab = { incognito: false, cookieStoreId: "firefox-default" };

test("a site is named with what to ask Firefox for", () => {
  assert.deepEqual(describeSite({ ...tab, url: "https://example.org:8443/chat?q=1#x" }), {
    subject: { kind: "site", origin: "https://example.org:8443", container: "firefox-default" },
    pattern: "https://example.org/*",
  });
  assert.equal(describeSite({ ...tab, url: "http://localhost:8080/" }).pattern, "http://localhost/*");
});

test("what cannot be connected says why", () => {
  const refusals = [
    ["http://example.org/", "insecure"],
    ["about:blank", "not_a_site"],
    ["file:///etc/hosts", "not_a_site"],
    ["moz-extension://abc/page.html", "not_a_site"],
    ["http://app.localhost/", "not_a_site"],
    ["", "not_a_site"],
  ] as const;
  for (const [url, refusal] of refusals) assert.deepEqual(describeSite({ ...tab, url }), { refusal }, url);
  assert.deepEqual(describeSite(tab), { refusal: "not_a_site" });
  assert.deepEqual(describeSite(undefined), { refusal: "not_a_site" });
  assert.deepEqual(describeSite({ ...tab, url: "https://example.org/", incognito: true }), {
    refusal: "private",
  });
});
