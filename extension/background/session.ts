// What outlives a suspended background and ends with the browser: the vault's session, in `storage.session`, in memory only.

import type { KeptSession } from "../worker/protocol";

const STATE = "sessionState";
const KEY = "sessionKey";

/** What the next worker needs to go on. */
export async function loadSession(): Promise<KeptSession> {
  const { [STATE]: state, [KEY]: key } = await browser.storage.session.get([STATE, KEY]);
  return {
    ...(typeof state === "string" ? { state } : {}),
    ...(Array.isArray(key) ? { key: Uint8Array.from(key as number[]) } : {}),
  };
}

export function saveSessionState(state: string): Promise<void> {
  return browser.storage.session.set({ [STATE]: state });
}

/** Keeps the key with which the vault opens again without its passphrase, and wipes the caller's bytes. */
export async function saveSessionKey(key: Uint8Array): Promise<void> {
  const kept = Array.from(key);
  key.fill(0);
  await browser.storage.session.set({ [KEY]: kept });
}

/** Whether a worker could open the vault without its passphrase. */
export async function hasSessionKey(): Promise<boolean> {
  return KEY in (await browser.storage.session.get(KEY));
}

export function forgetSessionKey(): Promise<void> {
  return browser.storage.session.remove(KEY);
}
