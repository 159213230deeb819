// The least that can stand behind the bridge: every request is answered at once with an empty result of a given size.
import { type AskerAnswer, type AskerMessage, SITE_PORT } from "../../../extension/content/protocol";

/** Says from now on how many bytes an answer has: `{ method: "echo.size", params: { bytes } }`. */
const SIZE = "echo.size";

const EMPTY = { result: { results: [], receipt_id: "", padding: "" } };
let answer = JSON.stringify(EMPTY);

browser.runtime.onConnect.addListener((port) => {
  if (port.name !== SITE_PORT) return;
  port.onMessage.addListener((message) => {
    const asked = message as AskerMessage;
    if (!("body" in asked)) return;
    const { method, params } = JSON.parse(asked.body) as { method: string; params: { bytes: number } };
    if (method === SIZE) {
      const padding = "x".repeat(Math.max(0, params.bytes - JSON.stringify(EMPTY).length));
      answer = JSON.stringify({ result: { ...EMPTY.result, padding } });
    }
    port.postMessage({ id: asked.id, body: answer } satisfies AskerAnswer);
  });
});
