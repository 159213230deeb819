// Derives one key from one passphrase, in a worker of its own that the background ends: what Argon2id left in memory goes with it.

import init, { derive } from "../generated/wasm/kdf.js";
import { isOwnerError, type KdfRequest, type KdfResponse, wasmUrl } from "./protocol";

/** The port leads to the vault's worker; whoever started this worker learns only that it is done. */
self.onmessage = ({ data: port }: MessageEvent<MessagePort>) => {
  port.onmessage = async ({ data }: MessageEvent<KdfRequest>) => {
    const response = await answer(data);
    port.postMessage(response, "kek" in response ? [response.kek.buffer] : []);
    self.postMessage("done");
  };
};

async function answer({ passphrase, challenge }: KdfRequest): Promise<KdfResponse> {
  try {
    await init({ module_or_path: wasmUrl("kdf", import.meta.url) });
    return { kek: derive(passphrase, challenge) };
  } catch (error) {
    return isOwnerError(error) ? { error } : { crashed: true };
  } finally {
    passphrase.fill(0);
  }
}
