// What the person's own pages say to the background over the port "owner", and what it answers.

import type {
  Command,
  OwnerError,
  Progress,
  Reply,
  Revoked,
  StrengthReport,
  Subject,
  Topic,
} from "../generated/messages";

/** The name of the port that only our own pages may open. */
export const OWNER_PORT = "owner";

/** The reply that belongs to a command. */
export type ReplyTo<C extends Command["command"]> =
  Extract<Reply, { command: C }> extends { reply: infer R } ? R : undefined;

/** A wish that needs more than the vault: keys, workers, windows, Firefox's own permissions. */
export type OwnerCall =
  | { op: "vault"; command: Command }
  /** Makes a vault and opens it. The passphrase is UTF-8; `acceptWeak` says that a weak one is meant. */
  | { op: "create"; passphrase: Uint8Array; acceptWeak: boolean }
  /** An unlock is about to come: what it takes can be got ready. */
  | { op: "prepareUnlock" }
  | { op: "unlock"; passphrase: Uint8Array }
  /** With a recovery code, UTF-8 as it was typed. */
  | { op: "unlockWithCode"; code: Uint8Array }
  | { op: "lock" }
  /** Another passphrase, for who knows the one before or the recovery code; all UTF-8. */
  | { op: "changePassphrase"; proof: Proof; passphrase: Uint8Array; acceptWeak: boolean }
  /** Seals everything under a new key, for who knows the passphrase. Done by and by: `status` tells how far it is. */
  | { op: "rotate"; passphrase: Uint8Array }
  | FileCall
  /** Destroys the vault for good. */
  | { op: "forgetEverything" }
  /** How strong a passphrase is. */
  | { op: "assess"; passphrase: Uint8Array }
  /** Six random words. */
  | { op: "suggest" }
  /** The page in the active tab: who it would be as a subject, and whether the bridge may run there. */
  | { op: "activeSite" }
  /** Ends every grant of the site and, with its last container, Firefox's permission for its host. */
  | { op: "disconnectSite"; subject: Subject }
  /** Opens the manager in a tab, or brings it to the front. */
  | { op: "openManager"; section?: ManagerSection }
  /** Opens the manager at what the asker of a consent was told. */
  | { op: "openAsker"; consent: string }
  /** Opens the onboarding in a tab, or brings it to the front. */
  | { op: "openOnboarding" };

/** Calls on files that are taken out or in, a part at a time: a page reads and saves them. */
export type FileCall =
  /** Begins to take everything out: as an age file for the passphrase, or in the clear without one. */
  | { op: "exportStart"; passphrase?: Uint8Array }
  /** The next bytes of it; parts are counted from 0, and the last one that was given may be asked for again. */
  | { op: "exportPart"; part: number }
  /** Begins to take in what was taken out. */
  | { op: "restoreStart"; passphrase?: Uint8Array }
  /** Takes the next bytes of it; parts are counted from 0, and one that comes twice is taken once. */
  | { op: "restorePart"; part: number; bytes: Uint8Array; last: boolean }
  | DumpCall;

/** Calls on a copy of what is stored. */
export type DumpCall =
  /** Begins to copy the object stores as they are, sealed; the vault need not open for it. */
  { op: "dumpStart" } | { op: "dumpPart"; part: number };

/** A piece of a file that the person is to save. */
export interface FilePart {
  bytes: Uint8Array;
  progress: Progress;
  finished: boolean;
}

/** What shows that it is the person who wants something. */
export type Proof = { passphrase: Uint8Array } | { code: Uint8Array };

/** The parts of the manager, as its URL's fragment names them. */
export type ManagerSection = "memories" | "inbox" | "sites" | "activity" | "import" | "backup" | "protection";

/** The fragment of the manager's URL for the asker of a consent, whose own name may not stand in an address. */
export function askerFragment(consent: string): string {
  return `asker-${consent}`;
}

/** The consent that a fragment names in this way. */
export function consentOf(hash: string): string | undefined {
  return /^#asker-([0-9a-f]{32})$/.exec(hash)?.[1];
}

/** What the popup needs to know of the active tab. */
export interface ActiveSite {
  /** Why the page cannot be connected, where it cannot. */
  refusal?: "not_a_site" | "insecure" | "private";
  /** The subject that the page would be. */
  subject?: Extract<Subject, { kind: "site" }>;
  /** The match pattern to ask Firefox for. */
  pattern?: string;
  /** Whether Firefox lets the bridge run there. */
  connected: boolean;
}

/** What became of a site that was disconnected. */
export interface Disconnected {
  /** What ended; absent where there is no vault. */
  revoked?: Revoked;
  /** Firefox's permission stays: another port or container of the host has a grant, or any site may ask. */
  shared: boolean;
}

export interface OwnerResults {
  create: undefined;
  prepareUnlock: undefined;
  unlock: undefined;
  unlockWithCode: undefined;
  lock: undefined;
  changePassphrase: undefined;
  rotate: undefined;
  exportStart: Progress;
  exportPart: FilePart;
  restoreStart: undefined;
  restorePart: undefined;
  dumpStart: Progress;
  dumpPart: FilePart;
  forgetEverything: undefined;
  assess: StrengthReport;
  suggest: string;
  activeSite: ActiveSite;
  disconnectSite: Disconnected;
  openManager: undefined;
  openAsker: undefined;
  openOnboarding: undefined;
}

/** From a page to the background. */
export interface OwnerRequest {
  id: number;
  call: OwnerCall;
}

/** From the background to a page over the port: the answer to a request. */
export type OwnerMessage = { id: number; result: unknown } | { id: number; error: OwnerError };

/**
 * From the background to every open page, over `runtime.sendMessage`: what to fetch anew. Not over the port, which Firefox
 * closes when it suspends the background: a page must learn of a lock also then.
 */
export interface News {
  changed: Topic[];
}
