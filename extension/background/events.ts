// Tells a site of a change in every tab that shows it, over its bridge: also when Firefox has closed the bridge's port.

import type { BridgeMessage } from "../content/protocol";
import type { PageEvent } from "../generated/messages";
import { hostPattern, type Site } from "./subjects";

let last: Promise<void> = Promise.resolve();

/** Sends an event to the site's tabs. Events arrive in the order of the calls. */
export function notifySite(site: Site, event: PageEvent): Promise<void> {
  const turn = last.then(async () => {
    const url = hostPattern(site.origin);
    for (const tab of await browser.tabs.query({ url, cookieStoreId: site.container })) {
      const here = tab.url !== undefined && URL.parse(tab.url)?.origin === site.origin;
      if (here && tab.id !== undefined) void tellBridge(tab.id, { to: site.origin, event });
    }
  });
  last = turn.catch(() => undefined);
  return turn;
}

/** Sends a message to the bridge of a tab's top document; a tab without one is passed over. */
export async function tellBridge(tabId: number, message: BridgeMessage): Promise<unknown> {
  try {
    return await browser.tabs.sendMessage(tabId, message, { frameId: 0 });
  } catch {
    return undefined;
  }
}
