// A request that is given up in the queue is not carried out; the same one asked again is.

import assert from "node:assert/strict";
import { test } from "node:test";
import type { Subject } from "../generated/messages";
import { GivenUp } from "./given-up";

const site = (origin: string): Subject => ({ kind: "site", origin, container: "firefox-default" });

test("only the subject that gave it up has given it up, until the vault was told", () => {
  const givenUp = new GivenUp();
  givenUp.add(site("https://a.example"), ["1", "2"]);
  assert(givenUp.has(site("https://a.example"), "1"));
  assert(!givenUp.has(site("https://b.example"), "1"));
  assert(!givenUp.has(site("https://a.example"), "3"));
  givenUp.delete(site("https://a.example"), ["1"]);
  assert(!givenUp.has(site("https://a.example"), "1"));
  assert(givenUp.has(site("https://a.example"), "2"));
});
