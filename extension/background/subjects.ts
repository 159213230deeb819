// Who asks, from what Firefox says of the port's sender and from nothing that the sender says itself.

import type { Subject } from "../generated/messages";

export type Site = Extract<Subject, { kind: "site" }>;
export type Extension = Extract<Subject, { kind: "extension" }>;

/** Firefox gives more of a sender than its published types say. */
export interface Sender {
  readonly id?: string | undefined;
  readonly frameId?: number | undefined;
  /** The origin of the document's principal, as the parent process has it; `null` where it is opaque. */
  readonly origin?: string | undefined;
  readonly tab?: { readonly incognito: boolean; readonly cookieStoreId?: string | undefined } | undefined;
}

/** The site whose top document runs our bridge. None for a subframe, a private window, or an origin that anyone can forge. */
export function siteSubject(sender: Sender): Site | undefined {
  const { origin, tab, frameId } = sender;
  if (!tab || tab.incognito || frameId !== 0 || !tab.cookieStoreId) return undefined;
  return origin && isTrustworthyOrigin(origin)
    ? { kind: "site", origin, container: tab.cookieStoreId }
    : undefined;
}

/** Another extension, wherever in it the call comes from. */
export function extensionSubject(sender: Sender): Extension | undefined {
  if (!sender.id || sender.tab?.incognito) return undefined;
  return { kind: "extension", id: sender.id };
}

/** Whether nobody on the way can answer in the name of this origin: https, or http on this very machine. */
export function isTrustworthyOrigin(origin: string): boolean {
  const url = URL.parse(origin);
  if (!url || url.origin !== origin) return false;
  return url.protocol === "https:" || (url.protocol === "http:" && isThisMachine(url.hostname));
}

/** The match pattern of an origin's host, on any port: Firefox gives permissions by host. */
export function hostPattern(origin: string): string {
  const { protocol, hostname } = new URL(origin);
  return `${protocol}//${hostname}/*`;
}

/** One line for one subject, as a key. */
export function subjectKey(subject: Subject): string {
  return subject.kind === "site" ? `site ${subject.origin} ${subject.container}` : `extension ${subject.id}`;
}

function isThisMachine(hostname: string): boolean {
  return ["localhost", "127.0.0.1", "[::1]"].includes(hostname) || hostname.endsWith(".localhost");
}
