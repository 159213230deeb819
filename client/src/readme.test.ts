// The examples of the README run, one after the other, against the fake provider that it recommends.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { FakeProvider } from "./testing.ts";

const CLIENT = path.resolve(import.meta.dirname, "..");
const FOLDER = path.join(CLIENT, "../target/client-readme");

const examples = [
  ...readFileSync(path.join(CLIENT, "README.md"), "utf8").matchAll(/^```ts\n([\s\S]*?)^```$/gm),
].map(([, text = ""]) => text);

/** What an example leaves to its reader. */
const GIVEN = `
  import { Client } from "@keepsake/client";
  const memory = new Client(globalThis.provider);
  const [showHint, wait, setBadge, render] = [() => {}, async () => {}, () => {}, () => {}];`;

/** Those that stand in an extension have no page to run in. */
const runnable = examples.filter((text) => !text.includes("connectExtension("));

test("the README has examples", () => assert.ok(runnable.length >= 5));

for (const [at, text] of runnable.entries()) {
  test(`example ${at + 1} of the README runs`, async () => {
    const page = new EventTarget();
    const provider = new FakeProvider({
      memories: [{ text: "Has dietary restrictions.", scopes: ["food"] }],
    });
    provider.grants = [
      {
        scopes: ["*"],
        actions: ["search", "add"],
        max_sensitivity: "normal",
        each_time: false,
        duration: "session",
      },
    ];
    for (const name of ["addEventListener", "removeEventListener", "dispatchEvent"] as const) {
      Object.assign(globalThis, { [name]: page[name].bind(page) });
    }
    Object.assign(globalThis, { provider });
    provider.enter();
    rmSync(FOLDER, { recursive: true, force: true });
    mkdirSync(FOLDER, { recursive: true });
    const given = /const memory =/.test(text) ? GIVEN.replace(/const memory = .*/, "") : GIVEN;
    const code = `${given.replace(/import \{ Client \}.*/, (line) => (text.includes("new Client") ? "" : line))}\n${text}`;
    const file = path.join(FOLDER, `example-${at}.ts`);
    writeFileSync(
      file,
      code
        .replaceAll('"@keepsake/client/testing"', JSON.stringify(path.join(CLIENT, "src/testing.ts")))
        .replaceAll('"@keepsake/client"', JSON.stringify(path.join(CLIENT, "src/index.ts"))),
    );
    await import(pathToFileURL(file).href);
    provider.leave();
  });
}
