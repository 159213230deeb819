// Passphrases and recovery codes on their way from a field to the background: bytes at once, wiped after use.

import type { Proof } from "../owner/protocol";

/** The passphrase of a field as UTF-8. */
export function readPassphrase(field: HTMLInputElement): Uint8Array {
  return new TextEncoder().encode(field.value);
}

/** Hands `passphrase` to `use` and overwrites it afterwards, whatever came of it. */
export async function wipeAfter<R>(
  passphrase: Uint8Array,
  use: (passphrase: Uint8Array) => Promise<R>,
): Promise<R> {
  try {
    return await use(passphrase);
  } finally {
    passphrase.fill(0);
  }
}

/** The same for a proof. */
export function wipeProofAfter<R>(proof: Proof, use: (proof: Proof) => Promise<R>): Promise<R> {
  return wipeAfter("code" in proof ? proof.code : proof.passphrase, () => use(proof));
}
