// What a site may not see changes nothing that it is told, and a page that asks and asks gets no more than was granted.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { PageError } from "../../client/src/page-api.ts";
import type { ListLine } from "../../extension/generated/messages.ts";
import type { Firefox } from "../driver/firefox.ts";
import { launchWithKeepsake } from "../driver/keepsake.ts";
import type { Page } from "../driver/page.ts";
import { FixtureServer } from "../fixtures/server.ts";
import { command } from "./owner.ts";
import { byTestId, connectSite, createVault, grant, openManager } from "./support.ts";

const TOPICS = ["tea", "bread", "soup", "salt", "rice", "plum", "fig", "nut", "oil", "wine"];
/** The most that one command imports. */
const IMPORTED_AT_ONCE = 5000;
const QUERIES = 500;
const BUDGET = 120;
/** So many questions are asked in one go. */
const ASKED_AT_ONCE = 50;

interface Asked {
  readonly method: string;
  readonly params?: object;
}

declare global {
  interface Window {
    provider: { request(asked: unknown): Promise<unknown> };
    /** What an adaptive page has learned so far. */
    learned: { texts: Set<string>; ideas: string[]; codes: string[] };
  }
}

let server: FixtureServer;
const running: Firefox[] = [];

before(async () => {
  server = await FixtureServer.start();
  server.route(
    "/",
    `<!doctype html><title>A site</title><h1>A site</h1><script>
      addEventListener("agentmemory:announce", ({ detail }) => { window.provider = detail.provider; });
      window.learned = { texts: new Set(), ideas: ["kitchen tea clinic"], codes: [] };
    </script>`,
  );
});

after(async () => {
  await Promise.all(running.map((firefox) => firefox.close()));
  await server?.close();
});

/** Memories that are made of the same words, wherever they stand. */
function lines(place: string, count: number): ListLine[] {
  return Array.from({ length: count }, (_, n) => {
    const topic = (unit: number) => TOPICS[Math.floor(n / unit) % TOPICS.length];
    const created = Date.UTC(2024, 0, 1) + n * 3_600_000;
    return { text: `${place} ${n}: ${topic(1)} with ${topic(10)} and ${topic(100)}`, created };
  });
}

async function bring(manager: Page, scope: string, lines: readonly ListLine[]): Promise<void> {
  for (let from = 0; from < lines.length; from += IMPORTED_AT_ONCE) {
    await command(manager, {
      command: "memory_import",
      source: "list.txt",
      scope,
      kind: "note",
      sensitivity: "normal",
      lines: lines.slice(from, from + IMPORTED_AT_ONCE),
      bring_back: false,
    });
  }
}

/** A vault with so many memories in a scope of their own before and behind what the site may see. */
async function siteWith(hidden: number, visible: number): Promise<{ page: Page; manager: Page }> {
  const firefox = await launchWithKeepsake();
  running.push(firefox);
  await createVault(firefox);
  const manager = await openManager(firefox);
  await manager.see(byTestId("add-memory"));
  const clinic = lines("clinic", hidden);
  await bring(manager, "health", clinic.slice(0, hidden / 2));
  await bring(manager, "food", lines("kitchen", visible));
  await bring(manager, "health", clinic.slice(hidden / 2));
  const page = await firefox.newTab(server.url());
  await connectSite(firefox, page);
  await grant(firefox, page, ["food"], { actions: ["search", "read", "add"], duration: "until_revoked" });
  return { page, manager };
}

/**
 * Answers as JSON. Names, receipts and cursors are random: each stands there as the how manieth of what length it is, and
 * without how many tokens they make.
 */
class Answers {
  readonly all: string[] = [];
  readonly #names = new Map<string, string>();
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
  }

  async ask(asked: Asked): Promise<Record<string, unknown>> {
    const answer = await this.#page.evaluate(
      (asked) =>
        window.provider.request(asked).then(
          (result) => ({ result }),
          ({ code, message, retry_after_ms }: PageError) => ({ error: { code, message, retry_after_ms } }),
        ),
      asked,
    );
    this.all.push(
      `${asked.method} ${JSON.stringify(answer)
        .replace(/"tokens":\d+/, "")
        .replace(/[0-9a-f]{32,}/g, (name) => {
          const known = this.#names.get(name) ?? `#${this.#names.size} of ${name.length}`;
          this.#names.set(name, known);
          return known;
        })}`,
    );
    return "result" in answer ? (answer.result as Record<string, unknown>) : {};
  }
}

/** Everything that a site can ask, and what it was told. */
async function tell(page: Page): Promise<readonly string[]> {
  const answers = new Answers(page);
  const named = new Set<string>();
  for (const query of ["tea", "clinic", "kitchen 7", "plum with fig", "kitchn", "salt 9", "nothing of it"]) {
    for (const filters of [{}, { kinds: ["note"] }, { where: { text: { contains: "fig" } } }]) {
      const { results } = await answers.ask({
        method: "memory.search",
        params: { query, top_k: 20, filters },
      });
      for (const { id } of results as { id: string }[]) named.add(id);
    }
    await answers.ask({ method: "memory.context", params: { query, token_budget: 8000 } });
  }
  let cursor: unknown;
  do {
    const params = { limit: 50, ...(cursor ? { cursor } : {}) };
    cursor = (await answers.ask({ method: "memory.list", params })).next_cursor;
  } while (cursor);
  const [first = "", second = ""] = named;
  const strange = "00112233445566778899aabbccddeeff";
  for (const id of [first, second, strange]) await answers.ask({ method: "memory.get", params: { id } });
  await answers.ask({ method: "memory.list", params: { cursor: strange } });
  await answers.ask({ method: "memory.search", params: { query: "tea", filters: { scopes: ["health"] } } });
  for (const text of ["clinic 3: soup with tea and tea", "kitchen 3: soup with tea and tea", "new words"]) {
    await answers.ask({ method: "memory.add", params: { memories: [{ text, scopes: ["food"] }] } });
  }
  for (const id of [first, strange]) {
    await answers.ask({ method: "memory.update", params: { id, text: "other words" } });
    await answers.ask({ method: "memory.delete", params: { id } });
  }
  await answers.ask({ method: "permissions.query" });
  return answers.all;
}

test("two vaults that differ in what a site may not see tell it the same", async () => {
  const [alone, among] = await Promise.all(
    [0, 400].map(async (hidden) => tell((await siteWith(hidden, 200)).page)),
  );
  assert.ok(alone && among && alone.length > 40);
  assert.equal(among.length, alone.length);
  // One by one: the first difference says more than all of them.
  for (const [at, line] of alone.entries()) assert.equal(among[at], line);
});

test("an adaptive page with 500 questions gets nothing of 4,000 other memories, and no more than its budget", async () => {
  const { page, manager } = await siteWith(4000, 1000);
  const { grants } = await command(manager, { command: "grants" });
  const [given] = grants;
  assert.ok(given);
  const { scopes, actions, max_sensitivity, each_time, accepts_writes } = given;
  await command(manager, {
    command: "grant_change",
    id: given.id,
    settings: {
      scopes,
      actions,
      max_sensitivity,
      each_time,
      accepts_writes,
      duration: "until_revoked",
      daily_budget: BUDGET,
    },
  });
  for (let from = 0; from < QUERIES; from += ASKED_AT_ONCE) {
    await page.evaluate(
      async (topics, from, until) => {
        const { texts, ideas, codes } = window.learned;
        for (let n = from; n < until; n++) {
          const idea = n % 2 === 0 ? ideas.pop() : undefined;
          const query = idea ?? `${topics[n % 10]} ${topics[Math.floor(n / 10) % 10]} ${n}`;
          for (;;) {
            const asked = { method: "memory.search", params: { query, top_k: 50 } };
            const answer = await window.provider.request(asked).then(
              (result) => result as { results: { memory: string }[] },
              (error: PageError) => error,
            );
            if ("results" in answer) {
              for (const { memory } of answer.results) {
                // What it was told leads it on: the number of a memory may be that of another one elsewhere.
                if (ideas.length < 20) ideas.push(`clinic health ${memory.split(" ")[1]}`);
                texts.add(memory);
              }
              codes.push("answered");
              break;
            }
            if (answer.code !== "rate_limited") {
              codes.push(answer.code);
              break;
            }
            await new Promise((resolve) => setTimeout(resolve, answer.retry_after_ms));
          }
        }
      },
      TOPICS,
      from,
      from + ASKED_AT_ONCE,
    );
  }
  const learned = await page.evaluate(() => ({
    texts: [...window.learned.texts],
    codes: window.learned.codes,
  }));
  assert.deepEqual(
    learned.texts.filter((text) => !text.startsWith("kitchen")),
    [],
  );
  assert.equal(learned.texts.length, BUDGET, "it was stubborn enough to get all that it may");
  assert.equal(learned.codes.length, QUERIES);
  assert.deepEqual([...new Set(learned.codes)].sort(), ["answered", "budget_exceeded"]);
});
