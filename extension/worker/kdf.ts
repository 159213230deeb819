// Derives one key from one passphrase, in a worker of its own that the background ends: what Argon2id left in memory goes with it.

import init, { derive, warm_up } from "../generated/wasm/kdf.js";
import { isOwnerError, type KdfMessage, type KdfRequest, type KdfResponse, wasmUrl } from "./protocol";

const loaded = init({ module_or_path: wasmUrl("kdf", import.meta.url) });
// Whoever asks for a key is told.
loaded.catch(() => undefined);

/** The port leads to the vault's worker; whoever started this worker learns only that it is done. */
self.onmessage = async ({ data }: MessageEvent<KdfMessage>) => {
  if (data === "warm up") {
    await loaded;
    warm_up();
    return;
  }
  const port = data;
  port.onmessage = async ({ data }: MessageEvent<KdfRequest>) => {
    const response = await answer(data);
    port.postMessage(response, "kek" in response ? [response.kek.buffer] : []);
    self.postMessage("done");
  };
};

async function answer({ passphrase, challenge }: KdfRequest): Promise<KdfResponse> {
  try {
    await loaded;
    return { kek: derive(passphrase, challenge) };
  } catch (error) {
    return isOwnerError(error) ? { error } : { crashed: true };
  } finally {
    passphrase.fill(0);
  }
}
