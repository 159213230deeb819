// How much of a page's `memory.search` is Keepsake's own: against a bare echo through the same bridge, in one Firefox.

import path from "node:path";
import type { Firefox } from "../driver/firefox.ts";
import { EXTENSION_ID, extensionUrl, launchWithKeepsake } from "../driver/keepsake.ts";
import type { Page } from "../driver/page.ts";
import { command } from "../e2e/owner.ts";
import { addMemory, connectSite, createVault, grant, openManager } from "../e2e/support.ts";
import { type Conversation, readConversation } from "../fixtures/conversation.ts";
import { FixtureServer } from "../fixtures/server.ts";
import { startPageVault } from "./page-vault.ts";
import { report, row } from "./report.ts";
import { makeTexts } from "./vault-extension/texts.ts";

/** The most that a search may take, as a multiple of the echo. */
const LIMIT = 3;
/** The most that mediation may take of it: all that is done for a site and not for the person. */
const MEDIATION_LIMIT = 0.25;
const MEMORIES = 10_000;
/** Beside a conversation, which the questions are about, the vault is filled with texts of this length. */
const FILLING_BYTES = 200;
/** The most that one command imports. */
const IMPORTED_AT_ONCE = 5000;
const RUNS = 200;
const WARM_UPS = 5;
/** The vault gives a subject 10 requests a second, and 100 at once: this pace stays below. */
const PAUSE_MS = 60;
/** A document of Keepsake's that does nothing by itself. */
const QUIET = "icons/keepsake.svg";
const ECHO = path.resolve(import.meta.dirname, "../../target/bench/echo-extension");
/** In no grant: that they are there and do not come back is part of the work. */
const HEALTH = ["Allergic to penicillin", "Blood group is A positive", "Had a knee operation in 2019"];

interface Provider {
  readonly info: { readonly name: string };
  request(asked: { method: string; params: unknown }): Promise<unknown>;
}

/** Milliseconds in the vault's worker, one each run. */
interface Inside {
  /** From a site's request to its answer. */
  readonly asked: number[];
  /** The same search for the person, with the very memories read and opened. */
  readonly searched: number[];
  /** To the worker and back for next to nothing. */
  readonly hop: number[];
}

interface Measured {
  /** Milliseconds, one each run. */
  readonly ours: number[];
  readonly echo: number[];
  /** Length of an answer, which is the same for both on average. */
  readonly bytes: number;
}

/** A page whose site may search all but the memories of one scope. */
async function connectedPage(
  firefox: Firefox,
  server: FixtureServer,
  conversation: Conversation,
): Promise<{ page: Page; manager: Page }> {
  await createVault(firefox);
  const manager = await openManager(firefox);
  const turns = conversation.turns.map(({ text, day }) => ({ text, created: Date.parse(day) }));
  const filling = makeTexts(1, MEMORIES - turns.length - HEALTH.length, FILLING_BYTES);
  const lines = [...filling.map((text) => ({ text })), ...turns];
  for (let from = 0; from < lines.length; from += IMPORTED_AT_ONCE) {
    await command(manager, {
      command: "memory_import",
      source: "bench.txt",
      scope: "conversations",
      kind: "fact",
      sensitivity: "personal",
      lines: lines.slice(from, from + IMPORTED_AT_ONCE),
      bring_back: false,
    });
  }
  for (const text of HEALTH) await addMemory(manager, { text, scope: "health" });
  const page = await firefox.newTab(server.route("/page", "<!doctype html><title>A page</title>"));
  await connectSite(firefox, page);
  await grant(firefox, page, ["conversations"]);
  return { page, manager };
}

/** Measures in the page: each question goes to both, and which of them is first changes from run to run. */
function measure(page: Page, questions: readonly string[]): Promise<Measured> {
  return page.evaluate(
    async (questions, runs, warmUps, pause) => {
      const providers = new Map<string, Provider>();
      const hear = (event: Event) => {
        const { provider } = (event as CustomEvent<{ provider: Provider }>).detail;
        providers.set(provider.info.name, provider);
      };
      addEventListener("agentmemory:announce", hear);
      dispatchEvent(new Event("agentmemory:request"));
      removeEventListener("agentmemory:announce", hear);
      const [keepsake, echo] = [providers.get("Keepsake"), providers.get("Echo")];
      if (!keepsake || !echo) throw new Error(`both must be there, and there is ${[...providers.keys()]}`);

      const search = async (provider: Provider, run: number) => {
        const params = { query: questions[run % questions.length], top_k: 10 };
        const began = performance.now();
        const answer = await provider.request({ method: "memory.search", params });
        return { took: performance.now() - began, answer };
      };
      let bytes = 0;
      for (let run = 0; run < warmUps; run++) {
        const { answer } = await search(keepsake, run);
        bytes += JSON.stringify({ result: answer }).length / warmUps;
      }
      await echo.request({ method: "echo.size", params: { bytes: Math.round(bytes) } });
      for (let run = 0; run < warmUps; run++) await search(echo, run);

      const measured = { ours: [] as number[], echo: [] as number[], bytes: Math.round(bytes) };
      for (let run = 0; run < runs; run++) {
        const both = [
          { provider: keepsake, into: measured.ours },
          { provider: echo, into: measured.echo },
        ];
        for (const { provider, into } of run % 2 ? both.reverse() : both) {
          into.push((await search(provider, run)).took);
        }
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
      return measured;
    },
    questions,
    RUNS,
    WARM_UPS,
    PAUSE_MS,
  );
}

/**
 * Measures without the way to the vault, in a page of ours: in another worker that opens the same vault as the background's
 * does. What a site's search takes longer than the person's for the same ten memories is what mediation costs: to parse, to
 * authorise, to filter, to write the receipt.
 */
async function measureInside(firefox: Firefox, manager: Page, questions: readonly string[]): Promise<Inside> {
  // The journal is for one worker, and Keepsake's pages keep the background's alive.
  await manager.goto(extensionUrl(QUIET));
  await firefox.suspendBackground(EXTENSION_ID);
  // A tab in the background has its timers slowed down, and the worker would begin cold each time.
  await manager.activate();
  await startPageVault(manager, "resumed");
  return manager.evaluate(
    async (questions, runs, warmUps, pause) => {
      const { call, command, end } = globalThis.pageVault;
      const timed = async (work: () => Promise<unknown>) => {
        const began = performance.now();
        await work();
        return performance.now() - began;
      };
      const [granted] = (await command({ command: "grants" })).reply.grants;
      if (!granted) throw new Error("the site has no grant");

      const inside = { asked: [] as number[], searched: [] as number[], hop: [] as number[] };
      for (let run = -warmUps; run < runs; run++) {
        const query = questions[(run + warmUps) % questions.length] ?? "";
        const asked = () => {
          const requestId = (run + warmUps).toString(16).padStart(32, "0");
          const body = JSON.stringify({ method: "memory.search", params: { query, top_k: 10 } });
          return call({ op: "handle", subject: granted.subject, requestId, body });
        };
        const searched = () =>
          // The blank says that the last word is all there, as it is for a site.
          command({ command: "memory_list", query: `${query} `, offset: 0, limit: 10, brief: true });
        const hop = () => command({ command: "status" });
        // After the pause all is cold: the first of two pays for the second.
        const both = Object.entries({ asked, searched }) as ["asked" | "searched", () => Promise<unknown>][];
        for (const [name, work] of run % 2 ? both.toReversed() : both) {
          const took = await timed(work);
          if (run >= 0) inside[name].push(took);
        }
        const took = await timed(hop);
        if (run >= 0) inside.hop.push(took);
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
      end();
      return inside;
    },
    questions,
    RUNS,
    WARM_UPS,
    PAUSE_MS,
  );
}

/** The means of two runs each, of which one was first in one of them and the other in the other. */
function inPairs(values: readonly number[]): number[] {
  const pairs = Array.from({ length: values.length / 2 }, (_, pair) => values.slice(2 * pair, 2 * pair + 2));
  return pairs.map(([one = 0, other = 0]) => (one + other) / 2);
}

const conversation = readConversation();
const server = await FixtureServer.start();
// A page's clock is blurred, against fingerprinting; a stopwatch needs it sharp.
const firefox = await launchWithKeepsake({ preferences: { "privacy.reduceTimerPrecision": false } });
try {
  const { page, manager } = await connectedPage(firefox, server, conversation);
  await firefox.install(ECHO);
  // Firefox puts the echo's bridge into pages that load from now on.
  await page.activate();
  await page.reload();
  const questions = conversation.questions.map(({ question }) => question);
  const { ours, echo, bytes } = await measure(page, questions);
  const { asked, searched, hop } = await measureInside(firefox, manager, questions);
  const peer = { name: `echo of ${bytes} bytes`, values: echo };
  const mediation = inPairs(asked).map((took, pair) => took - (inPairs(searched)[pair] ?? 0));
  report("bridge", [
    row(`memory.search over ${MEMORIES} memories`, "ms", ours, peer, LIMIT),
    row(
      "of it mediation, with the receipt",
      "ms",
      mediation,
      { ...peer, values: inPairs(echo) },
      MEDIATION_LIMIT,
    ),
    row("of it search, with ten memories read", "ms", searched, peer),
    row("to the worker and back", "ms", hop, peer),
  ]);
} finally {
  await firefox.close();
  await server.close();
}
