// From a passphrase to a key: asks for the worker that derives it, hands the bytes over and takes the key.

import type { KdfRequest, KdfResponse, VaultResponse } from "./protocol";

/** 32 bytes, the caller's to wipe. The passphrase's bytes are gone from here afterwards. Rejects with an `OwnerError`. */
export async function deriveKek(passphrase: Uint8Array, challenge: unknown): Promise<Uint8Array> {
  const { port1: ours, port2: theirs } = new MessageChannel();
  const response = await new Promise<KdfResponse>((resolve) => {
    ours.onmessage = ({ data }: MessageEvent<KdfResponse>) => resolve(data);
    self.postMessage({ kdf: theirs } satisfies VaultResponse, { transfer: [theirs] });
    ours.postMessage({ passphrase, challenge } satisfies KdfRequest, [passphrase.buffer]);
  });
  ours.close();
  if ("kek" in response) return response.kek;
  if ("error" in response) throw response.error;
  throw new Error("the key derivation stopped before it was done");
}
