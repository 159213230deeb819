// “Remember this” in the context menu of a selection, and the sign that it was done.

import { OwnerFailure } from "../owner/failure";
import { showPage } from "./own-tabs";
import type { VaultHost } from "./vault-host";

const REMEMBER = "remember";
const SIGN_MS = 4000;

/** Firefox keeps the entry until the extension is updated or removed. */
export async function createMenu(): Promise<void> {
  await browser.menus.removeAll();
  browser.menus.create({
    id: REMEMBER,
    title: browser.i18n.getMessage("menuRemember"),
    contexts: ["selection"],
  });
}

/** Keeps the selected text, and shows on the toolbar button what came of it. */
export async function remember(
  { menuItemId, selectionText, frameUrl, pageUrl }: browser.menus.OnClickData,
  tab: browser.tabs.Tab | undefined,
  vault: VaultHost,
): Promise<void> {
  if (menuItemId !== REMEMBER || !selectionText) return;
  const source = sourceOf(frameUrl ?? pageUrl ?? tab?.url);
  const title = tab?.title ? { title: tab.title } : {};
  try {
    const reply = await vault.command({ command: "capture", text: selectionText, source, ...title });
    const kept = reply.command === "capture" && reply.reply;
    if (!kept) await showPage("manager");
    await show(tab, kept ? "✓" : "…", kept ? "menuKept" : "menuHeld");
  } catch (error) {
    if (error instanceof OwnerFailure && error.code === "no_vault") await showPage("onboarding");
    await show(tab, "!", "menuFailed");
  }
}

/** The origin of a web page; the scheme of what has none, such as a file. */
export function sourceOf(address: string | undefined): string {
  const url = address === undefined ? null : URL.parse(address);
  if (!url) return "unknown";
  return url.origin === "null" ? url.protocol.replace(":", "") : url.origin;
}

/** A sign on the button in this tab. It goes by itself, and with the tab's next page also if Firefox suspends us before. */
async function show(tab: browser.tabs.Tab | undefined, text: string, message: string): Promise<void> {
  if (tab?.id === undefined) return;
  const tabId = tab.id;
  const sign = async (text: string | null, title: string | null) => {
    await browser.action.setBadgeText({ tabId, text });
    await browser.action.setTitle({ tabId, title });
  };
  await sign(text, browser.i18n.getMessage(message));
  // The tab may have been closed by then.
  setTimeout(() => void sign(null, null).catch(() => undefined), SIGN_MS);
}
