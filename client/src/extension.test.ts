// The transport for extensions: what crosses the port, and what happens when the browser closes it.

import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { connectExtension, type ExtensionPort, type ExtensionRuntime } from "./extension.ts";
import type { PageEvent } from "./page-api.ts";

const ID = "keepsake@keepsake.example";

type Sent = { id: string; body?: string; withdraw?: boolean };

/** The other side of the ports that were opened. */
class Other implements ExtensionRuntime {
  readonly ports: Port[] = [];
  answers = true;

  connect(id: string, { name }: { name: string }): ExtensionPort {
    assert.deepEqual([id, name], [ID, "site"]);
    const port = new Port((sent) => {
      const { method } = JSON.parse(sent.body ?? "{}") as { method?: string };
      if (this.answers && method === "memory.capabilities") {
        port.say({ id: sent.id, body: JSON.stringify({ result: { api: 1, methods: [], limits: {} } }) });
      }
    });
    this.ports.push(port);
    return port;
  }

  get last(): Port {
    const port = this.ports.at(-1);
    assert(port);
    return port;
  }
}

class Port implements ExtensionPort {
  readonly sent: Sent[] = [];
  readonly #hear: (sent: Sent) => void;
  #message: (message: unknown) => void = () => undefined;
  #end: () => void = () => undefined;
  readonly onMessage = {
    addListener: (listener: (message: unknown) => void) => {
      this.#message = listener;
    },
  };
  readonly onDisconnect = {
    addListener: (listener: () => void) => {
      this.#end = listener;
    },
  };

  constructor(hear: (sent: Sent) => void) {
    this.#hear = hear;
  }

  postMessage(message: object): void {
    this.sent.push(message as Sent);
    queueMicrotask(() => this.#hear(message as Sent));
  }

  disconnect(): void {}

  say(message: unknown): void {
    this.#message(message);
  }

  close(): void {
    this.#end();
  }
}

test("requests cross as text under random ids, and answers come back as results and errors", async () => {
  const other = new Other();
  const memory = await connectExtension(ID, { runtime: other });
  assert.equal(memory.info.rdns, ID);
  const found = memory.search("tea");
  const refused = memory.add([{ text: "x" }]);
  const [first, second] = other.last.sent;
  assert.match(first?.id ?? "", /^[0-9a-f]{32}$/);
  assert.deepEqual(JSON.parse(first?.body ?? ""), { method: "memory.search", params: { query: "tea" } });
  other.last.say({
    id: second?.id,
    body: '{"error":{"code":"rate_limited","message":"m","retry_after_ms":5}}',
  });
  other.last.say({ id: first?.id, body: '{"result":{"results":[],"receipt_id":"r"}}' });
  assert.deepEqual(await found, { results: [], receipt_id: "r" });
  await assert.rejects(refused, { name: "AgentMemoryError", code: "rate_limited", retryAfterMs: 5 });
});

test("what is unanswered when the browser suspends the other side is asked anew under its id", async () => {
  mock.timers.enable({ apis: ["Date"], now: 0 });
  const other = new Other();
  const memory = await connectExtension(ID, { runtime: other });
  const found = memory.search("tea");
  const before = other.ports.length;
  const [asked] = other.last.sent;
  mock.timers.setTime(31_000);
  other.last.close();
  assert.equal(other.ports.length, before + 1);
  assert.deepEqual(other.last.sent, [asked]);
  other.last.say({ id: asked?.id, body: '{"result":{"results":[],"receipt_id":"r"}}' });
  assert.equal((await found).receipt_id, "r");
  mock.timers.setTime(62_000);
  other.last.close();
  assert.equal(other.ports.length, before + 1, "nothing waits, so nobody is woken");
  mock.timers.reset();
});

test("nobody under that id is no provider, after a few tries", async () => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  const other = new Other();
  other.answers = false;
  const connected = connectExtension(ID, { runtime: other });
  const refused = assert.rejects(connected, { name: "NoProviderError", rdns: ID });
  for (let tries = 1; tries <= 5; tries += 1) {
    assert.equal(other.ports.length, tries);
    other.last.close();
    mock.timers.tick(900);
  }
  await refused;
  mock.timers.reset();
});

test("a request that is given up is withdrawn", async () => {
  const other = new Other();
  const memory = await connectExtension(ID, { runtime: other });
  const giveUp = new AbortController();
  const found = memory.search("tea", {}, { signal: giveUp.signal });
  giveUp.abort();
  await assert.rejects(found, { name: "AbortError" });
  const [asked, withdrawn] = other.last.sent;
  assert.deepEqual(withdrawn, { id: asked?.id, withdraw: true });
});

test("events come over the port", async () => {
  const other = new Other();
  const memory = await connectExtension(ID, { runtime: other });
  const heard: PageEvent[] = [];
  memory.on("lockchange", (event) => heard.push(event));
  const found = memory.search("tea");
  other.last.say({ event: { event: "lockchange", locked: true } });
  assert.deepEqual(heard, [{ event: "lockchange", locked: true }]);
  other.last.say({ id: other.last.sent[0]?.id, body: '{"error":{"code":"locked","message":"m"}}' });
  await assert.rejects(found, { code: "locked" });
});
