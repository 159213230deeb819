// What the popup shows of the tab in front: who the page would be as a subject, or why it cannot be one.

import type { ActiveSite } from "../owner/protocol";
import { hostPattern, isTrustworthyOrigin } from "./subjects";

/** A tab as far as this matters. The URL shows once the person has clicked the toolbar button. */
export interface Tab {
  readonly url?: string | undefined;
  readonly incognito: boolean;
  readonly cookieStoreId?: string | undefined;
}

/** The hosts on this machine that `optional_host_permissions` in the manifest name. */
const LOCAL_HOSTS = ["localhost", "127.0.0.1"];

/** Everything but whether the site is connected, which only Firefox knows. */
export function describeSite(tab: Tab | undefined): Omit<ActiveSite, "connected"> {
  if (tab?.incognito) return { refusal: "private" };
  const url = tab?.url === undefined ? null : URL.parse(tab.url);
  if (!url || !tab?.cookieStoreId || !/^https?:$/.test(url.protocol)) return { refusal: "not_a_site" };
  if (!isTrustworthyOrigin(url.origin)) return { refusal: "insecure" };
  if (url.protocol === "http:" && !LOCAL_HOSTS.includes(url.hostname)) return { refusal: "not_a_site" };
  return {
    subject: { kind: "site", origin: url.origin, container: tab.cookieStoreId },
    pattern: hostPattern(url.origin),
  };
}
