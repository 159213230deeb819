// How much of a page's `memory.search` is Keepsake's own: against a bare echo through the same bridge, in one Firefox.

import path from "node:path";
import type { Firefox } from "../driver/firefox.ts";
import { launchWithKeepsake } from "../driver/keepsake.ts";
import type { Page } from "../driver/page.ts";
import { addMemory, byTestId, connectSite, createVault, grant, openManager } from "../e2e/support.ts";
import { asList, type Conversation, readConversation } from "../fixtures/conversation.ts";
import { FixtureServer } from "../fixtures/server.ts";
import { report, row } from "./report.ts";

/** The most that a search may take, as a multiple of the echo. */
const LIMIT = 5;
const RUNS = 80;
const WARM_UPS = 5;
/** The vault gives a subject 10 requests a second, and 100 at once: this pace stays below. */
const PAUSE_MS = 60;
const ECHO = path.resolve(import.meta.dirname, "../../target/bench/echo-extension");
/** In no grant: that they are there and do not come back is part of the work. */
const HEALTH = ["Allergic to penicillin", "Blood group is A positive", "Had a knee operation in 2019"];

interface Provider {
  readonly info: { readonly name: string };
  request(asked: { method: string; params: unknown }): Promise<unknown>;
}

interface Measured {
  /** Milliseconds, one each run. */
  readonly ours: number[];
  readonly echo: number[];
  /** Length of an answer, which is the same for both on average. */
  readonly bytes: number;
}

/** A page whose site may search the scope of the conversation; the vault holds more than that. */
async function connectedPage(
  firefox: Firefox,
  server: FixtureServer,
  conversation: Conversation,
): Promise<Page> {
  await createVault(firefox);
  const manager = await openManager(firefox, "import");
  await manager.paste(byTestId("import-text"), asList(conversation));
  await manager.retype(byTestId("import-scope"), "conversations");
  await manager.click(byTestId("import-run"));
  await manager.see(byTestId("import-done"));
  for (const text of HEALTH) await addMemory(manager, { text, scope: "health" });
  const page = await firefox.newTab(server.route("/page", "<!doctype html><title>A page</title>"));
  await connectSite(firefox, page);
  await grant(firefox, page, ["conversations"]);
  return page;
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

const conversation = readConversation();
const server = await FixtureServer.start();
// A page's clock is blurred, against fingerprinting; a stopwatch needs it sharp.
const firefox = await launchWithKeepsake({ preferences: { "privacy.reduceTimerPrecision": false } });
try {
  const page = await connectedPage(firefox, server, conversation);
  await firefox.install(ECHO);
  // Firefox puts the echo's bridge into pages that load from now on.
  await page.activate();
  await page.reload();
  const { ours, echo, bytes } = await measure(
    page,
    conversation.questions.map(({ question }) => question),
  );
  const memories = conversation.turns.length + HEALTH.length;
  const peer = { name: `echo of ${bytes} bytes`, values: echo };
  report("bridge", [row(`memory.search over ${memories} memories`, "ms", ours, peer, LIMIT)]);
} finally {
  await firefox.close();
  await server.close();
}
