// The vault's worker in one of Keepsake's own pages, spoken to as the background does: what is timed without the way there.

import type { Command, Reply } from "../../extension/generated/messages";
import type {
  KdfRequest,
  KdfResponse,
  VaultCall,
  VaultMessage,
  VaultResponse,
  VaultResults,
} from "../../extension/worker/protocol";
import type { Page } from "../driver/page.ts";

/** In the page, under `pageVault`. */
export interface PageVault {
  /** When the key was derived of which the last unlock was made, by the page's clock. */
  readonly derived: number;
  call<C extends VaultCall>(call: C): Promise<VaultResults[C["op"]]>;
  /** A command's reply; throws what the vault refuses. */
  command<C extends Command>(command: C): Promise<Extract<Reply, { command: C["command"] }>>;
  /** As the background does when somebody begins to type a passphrase. */
  prepare(): Promise<void>;
  end(): void;
}

declare global {
  var pageVault: PageVault;
}

/**
 * Starts a worker in a page of Keepsake's, in the place of the one before. It opens the vault that the background's has,
 * with the key that the background's session keeps or, `locked`, without.
 */
export function startPageVault(page: Page, how: "resumed" | "locked"): Promise<void> {
  return page.evaluate(async (how) => {
    globalThis.pageVault?.end();
    const start = (name: string) =>
      new Worker(browser.runtime.getURL(`worker/${name}.js`), { type: "module" });
    const worker = start("vault");
    const module = WebAssembly.compileStreaming(fetch(browser.runtime.getURL("wasm/keepsake_bg.wasm")));
    module.then((module) => worker.postMessage({ module } satisfies VaultMessage));
    let kdf: Worker | undefined;
    let derived = 0;
    /** Stands between the vault's port and the worker that derives, to see when the key comes. */
    const derive = (port: MessagePort) => {
      const { port1: ours, port2: theirs } = new MessageChannel();
      const deriving = kdf ?? start("kdf");
      kdf = undefined;
      port.onmessage = ({ data }: MessageEvent<KdfRequest>) =>
        ours.postMessage(data, [data.passphrase.buffer]);
      ours.onmessage = ({ data }: MessageEvent<KdfResponse>) => {
        derived = performance.now();
        port.postMessage(data);
        deriving.terminate();
      };
      deriving.postMessage(theirs, [theirs]);
    };
    const waiting = new Map<number, (response: VaultResponse) => void>();
    worker.onmessage = ({ data }: MessageEvent<VaultResponse>) => {
      if ("kdf" in data) derive(data.kdf);
      else if ("crashed" in data) throw new Error("the vault's worker crashed");
      else waiting.get(data.id)?.(data);
    };
    let id = 0;
    const call = <C extends VaultCall>(call: C) =>
      new Promise<VaultResults[C["op"]]>((resolve, reject) => {
        id += 1;
        waiting.set(id, (data) => {
          if ("result" in data) resolve(data.result as VaultResults[C["op"]]);
          else reject(new Error(JSON.stringify(data)));
        });
        worker.postMessage({ id, call } satisfies VaultMessage);
      });
    globalThis.pageVault = {
      get derived() {
        return derived;
      },
      call,
      async command<C extends Command>(command: C) {
        const { reply, error } = await call({ op: "command", command });
        if (!reply) throw new Error(error?.message ?? "no reply");
        return reply as Extract<Reply, { command: C["command"] }>;
      },
      async prepare() {
        kdf = start("kdf");
        kdf.postMessage("warm up");
        await call({ op: "prefetch" });
      },
      end() {
        worker.terminate();
        kdf?.terminate();
      },
    };
    const { sessionState: state, sessionKey: key } = await browser.storage.session.get();
    const kept = how === "resumed" ? { state, key: Uint8Array.from(key) } : {};
    await call({ op: "open", kept });
  }, how);
}
