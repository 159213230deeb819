// The dedicated worker that owns the vault: carries out one call after the other, as the WebAssembly object demands.

import type { OwnerError } from "../generated/messages";
import init, { assess_passphrase, suggest_passphrase, Vault } from "../generated/wasm/keepsake.js";
import { deriveKek } from "./derive";
import { isOwnerError, type VaultCall, type VaultRequest, type VaultResponse, wasmUrl } from "./protocol";

const WEAK: OwnerError = {
  code: "weak_passphrase",
  message: "This passphrase is easy to guess: take a longer one, or confirm that you want this one.",
};

const loaded = init({ module_or_path: wasmUrl(import.meta.url) });
let queue: Promise<unknown> = loaded;
let opened: Vault | undefined;

self.onmessage = ({ data }: MessageEvent<VaultRequest>) => {
  // Neither touches the vault, and whoever types a passphrase does not wait for an import.
  const free = data.call.op === "assess" || data.call.op === "suggest";
  const turn = (free ? loaded : queue).then(() => answer(data));
  if (!free) queue = turn;
};

loaded.catch(() => post({ crashed: true }));

async function answer({ id, call }: VaultRequest): Promise<void> {
  try {
    post({ id, result: await carryOut(call) });
  } catch (error) {
    post(isOwnerError(error) ? { id, error } : { crashed: true });
  }
}

async function carryOut(call: VaultCall): Promise<unknown> {
  switch (call.op) {
    case "open":
      opened = await Vault.open(call.kept.state, call.kept.key);
      return undefined;
    case "handle":
      return vault().handle(call.subject, call.requestId, call.body);
    case "withdraw":
      return vault().withdraw(call.subject, call.requestIds);
    case "consentClosed":
      return vault().consent_closed(call.id);
    case "command":
      return vault().command(call.command);
    case "create":
      return wipeAfter(call.passphrase, async (passphrase) => {
        if (!call.acceptWeak && !assess_passphrase(passphrase).strong) throw WEAK;
        const challenge = vault().kdf_challenge();
        return wipeAfter(await deriveKek(passphrase, challenge), (kek) => vault().create(challenge, kek));
      });
    case "unlock":
      return wipeAfter(call.passphrase, async (passphrase) => {
        const challenge = vault().kdf_challenge();
        return wipeAfter(await deriveKek(passphrase, challenge), (kek) => vault().unlock(kek));
      });
    case "lock":
      return vault().lock();
    case "assess":
      return wipeAfter(call.passphrase, async (passphrase) => assess_passphrase(passphrase));
    case "suggest":
      return suggest_passphrase();
  }
}

function vault(): Vault {
  if (!opened) throw new Error("the first call to the vault must be to open it");
  return opened;
}

/** Overwrites secret bytes after use, whatever came of it; what was handed on to another worker is no longer here. */
async function wipeAfter<R>(bytes: Uint8Array, use: (bytes: Uint8Array) => Promise<R>): Promise<R> {
  try {
    return await use(bytes);
  } finally {
    bytes.fill(0);
  }
}

function post(response: VaultResponse): void {
  self.postMessage(response);
}
