// The least that can stand behind the bridge: a background that loads a WebAssembly module, and answers every request with an
// empty result of a given size.
import { type AskerAnswer, type AskerMessage, SITE_PORT } from "../../../extension/content/protocol";
import init from "../../../extension/generated/wasm/kdf.js";

/** Says from now on how many bytes an answer has: `{ method: "echo.size", params: { bytes } }`. */
const SIZE = "echo.size";

const EMPTY = { result: { results: [], receipt_id: "", padding: "" } };
let answer = JSON.stringify(EMPTY);

/** A small real one: what an extension of this kind cannot do without before it answers. */
const small = init({ module_or_path: new URL("wasm/kdf_bg.wasm", import.meta.url) });
/** “Large echo” has one as large as the vault's besides: the vault's. */
const large =
  browser.runtime.getManifest().name === "Large echo"
    ? WebAssembly.compileStreaming(fetch(new URL("wasm/keepsake_bg.wasm", import.meta.url)))
    : undefined;
const loaded = Promise.all([small, large]);

browser.runtime.onConnect.addListener((port) => {
  if (port.name !== SITE_PORT) return;
  port.onMessage.addListener(async (message) => {
    const asked = message as AskerMessage;
    if (!("body" in asked)) return;
    const { method, params } = JSON.parse(asked.body) as { method: string; params: { bytes: number } };
    if (method === SIZE) {
      const padding = "x".repeat(Math.max(0, params.bytes - JSON.stringify(EMPTY).length));
      answer = JSON.stringify({ result: { ...EMPTY.result, padding } });
    }
    await loaded;
    port.postMessage({ id: asked.id, body: answer } satisfies AskerAnswer);
  });
});
