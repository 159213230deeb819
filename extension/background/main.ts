// The event page: every listener stands here, at the top level, so that Firefox wakes the background for each of them.

import { SITE_PORT } from "../content/protocol";
import { OWNER_PORT } from "../owner/protocol";
import { onDue } from "./alarms";
import { Askers } from "./askers";
import { injectBridge, isConnected, registerBridge, silenceBridges } from "./connections";
import { ConsentWindows } from "./consents";
import { Effects } from "./effects";
import { createMenu, remember } from "./menus";
import { showPage } from "./own-tabs";
import { serveOwner } from "./owner-port";
import { extensionSubject, type Site, siteSubject } from "./subjects";
import { VaultHost } from "./vault-host";

const askers = new Askers();
const consents = new ConsentWindows();
const vault: VaultHost = new VaultHost(new Effects(askers, consents, () => vault.lock()).perform);
vault.wake();

browser.runtime.onConnect.addListener((port) => {
  if (port.name === OWNER_PORT) serveOwner(port, vault);
  else if (port.name === SITE_PORT) askers.serve(port, connectedSite(siteSubject(port.sender ?? {})), vault);
  else port.disconnect();
});

browser.runtime.onConnectExternal.addListener((port) => {
  if (port.name === SITE_PORT)
    askers.serve(port, Promise.resolve(extensionSubject(port.sender ?? {})), vault);
  else port.disconnect();
});

browser.windows.onRemoved.addListener(async (windowId) => {
  const consent = await consents.closedByPerson(windowId);
  if (consent !== undefined) await vault.consentClosed(consent);
});

browser.permissions.onAdded.addListener(async ({ origins = [] }) => {
  await registerBridge();
  await injectBridge(origins);
});

browser.permissions.onRemoved.addListener(async () => {
  await registerBridge();
  await silenceBridges();
  await askers.dismiss(async (subject) => subject.kind !== "site" || isConnected(subject.origin));
});

// Firefox wakes the background for it; a session that outlives a missed one ends at its deadline, which the vault checks.
browser.idle.onStateChanged.addListener(async (state) => {
  if (state !== "active") await vault.lockIfOpen();
});

onDue(() => vault.tidyUpIfOpen());

browser.commands.onCommand.addListener(async (name) => {
  if (name === "lock") await vault.lockIfOpen();
});

browser.menus.onClicked.addListener((clicked, tab) => remember(clicked, tab, vault));

browser.runtime.onInstalled.addListener(async ({ reason }) => {
  await createMenu();
  await registerBridge();
  // The bridges of the version before this one are dead.
  await injectBridge((await browser.permissions.getAll()).origins ?? []);
  if (reason === "install") await showPage("onboarding");
});

browser.runtime.onStartup.addListener(registerBridge);

/** The site, as long as the person has it connected: Firefox would let a bridge in an open tab call on. */
async function connectedSite(site: Site | undefined): Promise<Site | undefined> {
  return site && (await isConnected(site.origin)) ? site : undefined;
}
