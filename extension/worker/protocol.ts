// What the background says to the worker that owns the vault, and what comes back.

import type {
  Command,
  Effect,
  OwnerError,
  Progress,
  Reply,
  StrengthReport,
  Subject,
} from "../generated/messages";
import type { FileCall, FilePart, Proof } from "../owner/protocol";

/** What `storage.session` keeps of a vault, so that the next worker goes on where the last one stopped. */
export interface KeptSession {
  state?: string;
  key?: Uint8Array;
}

/** One thing to do. `open` comes first and once; passphrases are UTF-8 and are wiped by whoever gets them. */
export type VaultCall =
  | { op: "open"; kept: KeptSession }
  | { op: "handle"; subject: Subject; requestId: string; body: string }
  | { op: "withdraw"; subject: Subject; requestIds: string[] }
  | { op: "consentClosed"; id: string }
  | { op: "command"; command: Command }
  | { op: "create"; passphrase: Uint8Array; acceptWeak: boolean }
  /** Reads what an unlock will need. */
  | { op: "prefetch" }
  | { op: "unlock"; passphrase: Uint8Array }
  | { op: "unlockWithCode"; code: Uint8Array }
  | { op: "changePassphrase"; proof: Proof; passphrase: Uint8Array; acceptWeak: boolean }
  | { op: "rotate"; passphrase: Uint8Array }
  | FileCall
  | { op: "forgetEverything" }
  /** The same for a vault that does not open; for a worker that was not asked to open it. */
  | { op: "destroy" }
  | { op: "lock" }
  | { op: "assess"; passphrase: Uint8Array }
  | { op: "suggest" };

/** What came of an attempt to open the vault: a key that opens it again while the browser runs, or why not. */
export interface Opened {
  session_key?: Uint8Array;
  error?: OwnerError | null;
  /** To be carried out in both cases: a wrong passphrase counts. */
  effects: Effect[];
}

/** What came of a command. */
export interface Replied {
  reply?: Reply | null;
  error?: OwnerError | null;
  /** To be carried out in both cases. */
  effects: Effect[];
}

export interface VaultResults {
  open: undefined;
  handle: Effect[];
  withdraw: Effect[];
  consentClosed: Effect[];
  command: Replied;
  create: Opened;
  prefetch: undefined;
  unlock: Opened;
  unlockWithCode: Opened;
  changePassphrase: Replied;
  rotate: Opened;
  exportStart: Progress;
  exportPart: FilePart;
  restoreStart: undefined;
  restorePart: undefined;
  dumpStart: Progress;
  dumpPart: FilePart;
  forgetEverything: Effect[];
  destroy: undefined;
  lock: Effect[];
  assess: StrengthReport;
  suggest: string;
}

export interface VaultRequest {
  id: number;
  call: VaultCall;
}

/** What the worker is sent: calls, which wait for the module, and the vault's module, compiled. */
export type VaultMessage = VaultRequest | { module: WebAssembly.Module };

/**
 * `kdf` asks for a worker that derives one key and answers over the port: a worker that is started from within another
 * sometimes never starts in Firefox, so the background starts it. Neither passphrase nor key passes through there.
 * `crashed` says that the WebAssembly instance is not to be trusted any more: this worker answers nothing after it.
 */
export type VaultResponse =
  | { id: number; result: unknown }
  | { id: number; error: OwnerError }
  | { kdf: MessagePort }
  | { crashed: true };

/** What the worker that derives a key is told: the port to whoever wants one, or that somebody is about to. */
export type KdfMessage = MessagePort | "warm up";

/** What the worker asks of the one that derives a key, and what that answers before it ends. */
export interface KdfRequest {
  passphrase: Uint8Array;
  challenge: unknown;
}
export type KdfResponse = { kek: Uint8Array } | { error: OwnerError } | { crashed: true };

/** The address of a WebAssembly module, from a script in the folder `worker/`. */
export function wasmUrl(module: "archive" | "kdf" | "passphrase", script: string): URL {
  return new URL(`../wasm/${module}_bg.wasm`, script);
}

/** Whether the vault refused in its own words; anything else that is thrown is a fault of ours. */
export function isOwnerError(thrown: unknown): thrown is OwnerError {
  if (typeof thrown !== "object" || thrown === null || thrown instanceof Error) return false;
  const { code, message } = thrown as Partial<OwnerError>;
  return typeof code === "string" && typeof message === "string";
}
