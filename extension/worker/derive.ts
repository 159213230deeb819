// From a passphrase to a key: starts the worker that derives it, hands the bytes over and ends it.

import type { KdfRequest, KdfResponse } from "./protocol";

/** A worker that nothing but its own messages refer to may be collected while it loads, and then never answers. */
const running = new Set<Worker>();

/** 32 bytes, the caller's to wipe. The passphrase's bytes are gone from here afterwards. Rejects with an `OwnerError`. */
export async function deriveKek(passphrase: Uint8Array, challenge: unknown): Promise<Uint8Array> {
  const worker = new Worker(new URL("kdf.js", import.meta.url), { type: "module", name: "keepsake-kdf" });
  running.add(worker);
  try {
    const response = await new Promise<KdfResponse>((resolve) => {
      worker.onmessage = ({ data }: MessageEvent<KdfResponse>) => resolve(data);
      worker.onerror = () => resolve({ crashed: true });
      worker.postMessage({ passphrase, challenge } satisfies KdfRequest, [passphrase.buffer]);
    });
    if ("kek" in response) return response.kek;
    if ("error" in response) throw response.error;
    throw new Error("the key derivation stopped before it was done");
  } finally {
    running.delete(worker);
    worker.terminate();
  }
}
