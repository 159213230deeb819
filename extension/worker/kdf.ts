// Derives one key from one passphrase, in a worker of its own. Whoever started it ends it, and what Argon2id left in memory with it.

import init, { derive } from "../generated/wasm/keepsake.js";
import { isOwnerError, type KdfRequest, type KdfResponse, wasmUrl } from "./protocol";

self.onmessage = async ({ data: { passphrase, challenge } }: MessageEvent<KdfRequest>) => {
  try {
    await init({ module_or_path: wasmUrl("keepsake", import.meta.url) });
    const kek = derive(passphrase, challenge);
    answer({ kek }, [kek.buffer]);
  } catch (error) {
    answer(isOwnerError(error) ? { error } : { crashed: true });
  } finally {
    passphrase.fill(0);
  }
};

function answer(response: KdfResponse, transfer: Transferable[] = []): void {
  self.postMessage(response, { transfer });
}
