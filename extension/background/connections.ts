// The sites that the person connected. Firefox's host permissions say which; the bridge is registered for just those.

import { tellBridge } from "./events";
import { hostPattern } from "./subjects";

const BRIDGE = "bridge";
const SCRIPT = "/content/bridge.js";

/** Whether Firefox lets the bridge run in this origin's pages. */
export function isConnected(origin: string): Promise<boolean> {
  return browser.permissions.contains({ origins: [hostPattern(origin)] });
}

let last: Promise<void> = Promise.resolve();

/** Registers the bridge for the connected sites and no others, whatever was registered before. */
export function registerBridge(): Promise<void> {
  // One after the other, so that the last call sees the last state.
  const turn = last.then(async () => {
    const { origins: matches = [] } = await browser.permissions.getAll();
    const [registered] = await browser.scripting.getRegisteredContentScripts({ ids: [BRIDGE] });
    if (matches.length === 0) {
      if (registered) await browser.scripting.unregisterContentScripts({ ids: [BRIDGE] });
    } else if (registered) {
      await browser.scripting.updateContentScripts([{ id: BRIDGE, matches }]);
    } else {
      await browser.scripting.registerContentScripts([
        {
          id: BRIDGE,
          js: [SCRIPT],
          matches,
          runAt: "document_start",
          allFrames: false,
          persistAcrossSessions: true,
        },
      ]);
    }
  });
  last = turn.catch(() => undefined);
  return turn;
}

/** Puts the bridge into the open tabs of connected sites, so that nobody has to reload a page. */
export async function injectBridge(origins: readonly string[]): Promise<void> {
  if (origins.length === 0) return;
  const tabs = await browser.tabs.query({ url: [...origins], discarded: false });
  await Promise.all(tabs.map(({ id }) => (id === undefined ? undefined : inject(id))));
}

/** Makes the bridge fall silent in tabs whose site is no longer connected. */
export async function silenceBridges(): Promise<void> {
  // Without the permission Firefox no longer tells which tabs show the site, but the bridge in them does.
  await Promise.all(
    (await browser.tabs.query({ discarded: false })).map(async ({ id }) => {
      if (id === undefined) return;
      const origin = await tellBridge(id, { where: true });
      if (typeof origin !== "string" || (await isConnected(origin))) return;
      await tellBridge(id, { to: origin, silence: true });
    }),
  );
}

async function inject(tabId: number): Promise<void> {
  try {
    await browser.scripting.executeScript({
      target: { tabId, frameIds: [0] },
      files: [SCRIPT],
      injectImmediately: true,
    });
  } catch {
    // The tab was closed meanwhile, or shows a page that Firefox keeps to itself.
  }
}
