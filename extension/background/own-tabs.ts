// Our own pages in tabs: one tab each, brought to the front where it is open.

const PAGES = { manager: "pages/manager/index.html", onboarding: "pages/onboarding/index.html" };

/** Shows a page, at the place that the fragment names. */
export async function showPage(page: keyof typeof PAGES, fragment?: string): Promise<void> {
  const address = browser.runtime.getURL(PAGES[page]);
  const url = fragment === undefined ? address : `${address}#${fragment}`;
  const contexts = await browser.runtime.getContexts({ contextTypes: ["TAB"] });
  const open = contexts.find(({ documentUrl }) => documentUrl?.split("#")[0] === address);
  if (!open) {
    await browser.tabs.create({ url });
    return;
  }
  await browser.tabs.update(open.tabId, fragment === undefined ? { active: true } : { active: true, url });
  await browser.windows.update(open.windowId, { focused: true });
}
