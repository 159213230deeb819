// How much of a page's `memory.search` is Keepsake's own: against a bare echo through the same bridge, in one Firefox.
import path from "node:path";
import { launchWithKeepsake } from "../driver/keepsake.ts";
import type { Page } from "../driver/page.ts";
import { FixtureServer } from "../fixtures/server.ts";
import { report, row } from "./report.ts";

/** The most that a search may take, as a multiple of the echo. */
const LIMIT = 5;
const RUNS = 80;
const WARM_UPS = 5;
/** The vault gives a subject 10 requests a second, and 100 at once: this pace stays below. */
const PAUSE_MS = 60;
const ECHO = path.resolve(import.meta.dirname, "../../target/bench/echo-extension");

interface Provider {
  readonly info: { readonly name: string };
  request(asked: { method: string; params: unknown }): Promise<unknown>;
}

/** Measures in the page: each question goes to both, and which of them is first changes from turn to turn. */
async function measure(page: Page, questions: readonly string[]): Promise<{ ours: number[]; echo: number[]; bytes: number }> {
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

      const search = (turn: number) => ({
        method: "memory.search",
        params: { query: questions[turn % questions.length], top_k: 10 },
      });
      const timed = async (provider: Provider, turn: number) => {
        const began = performance.now();
        const answer = await provider.request(search(turn));
        return { took: performance.now() - began, answer };
      };
      let bytes = 0;
      for (let turn = 0; turn < warmUps; turn++) {
        const { answer } = await timed(keepsake, turn);
        bytes += JSON.stringify({ result: answer }).length / warmUps;
      }
      await echo.request({ method: "echo.size", params: { bytes: Math.round(bytes) } });
      for (let turn = 0; turn < warmUps; turn++) await timed(echo, turn);

      const times = { ours: [] as number[], echo: [] as number[], bytes: Math.round(bytes) };
      for (let turn = 0; turn < runs; turn++) {
        const inOrder = [
          { provider: keepsake, into: times.ours },
          { provider: echo, into: times.echo },
        ];
        for (const { provider, into } of turn % 2 ? inOrder.reverse() : inOrder) {
          into.push((await timed(provider, turn)).took);
        }
        await new Promise((resolve) => setTimeout(resolve, pause));
      }
      return times;
    },
    questions,
    RUNS,
    WARM_UPS,
    PAUSE_MS,
  );
}
