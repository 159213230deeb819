// Firefox's permissions for sites: by host one by one, or for every site, so that any of them may ask.

import type { Subject } from "../generated/messages";

/** All that `optional_host_permissions` in the manifest names. */
export const EVERY_SITE: readonly string[] = ["https://*/*", "http://localhost/*", "http://127.0.0.1/*"];

/** The one of them that no single site has. */
const WHOLE_WEB = "https://*/*";

/** Whether this pattern holds for one host alone. */
export const isOfOneHost = (pattern: string): boolean => pattern !== WHOLE_WEB;

/** Whether any site may ask. */
export function mayAnySiteAsk(): Promise<boolean> {
  return browser.permissions.contains({ origins: [WHOLE_WEB] });
}

/** Whether this pattern, which knows no port, is that of the site's host. */
export function isPatternOf(pattern: string, subject: Subject): boolean {
  if (subject.kind !== "site") return false;
  const { protocol, hostname } = new URL(subject.origin);
  return pattern === `${protocol}//${hostname}/*`;
}
