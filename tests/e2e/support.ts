// What a person and a page do in the end-to-end tests, each step on the real path: clicks and keys here, the page API there.
import type { Action, GrantDuration, PageError, PageMethod, PageMethods } from "../../client/src/page-api.ts";
import type { Command, OwnerError } from "../../extension/generated/messages.ts";
import {
  OWNER_PORT,
  type OwnerCall,
  type OwnerResults,
  type ReplyTo,
} from "../../extension/owner/protocol.ts";
import type { Firefox } from "../driver/firefox.ts";
import { EXTENSION_ID, extensionUrl } from "../driver/keepsake.ts";
import type { Page } from "../driver/page.ts";
import { wrote } from "./written.ts";

/** Strong enough to be taken without a further confirmation. */
export const PASSPHRASE = "seven quiet otters mend the copper bell";

const ONBOARDING = extensionUrl("pages/onboarding/index.html");
const MANAGER = extensionUrl("pages/manager/index.html");
const CONSENT = extensionUrl("pages/consent/index.html");

/** How long a page waits for an answer, the person's time for a decision included. */
const ANSWER_PATIENCE_MS = 60_000;

/** What a request came to. */
export type Answer<Result> = { readonly result: Result } | { readonly error: PageError };

/** How our pages mark what tests and screenshots look for. */
export function byTestId(id: string): string {
  return `[data-testid="${id}"]`;
}

/** Makes the vault in the tab that opens when Keepsake is installed, and answers that tab. */
export async function createVault(firefox: Firefox, passphrase = PASSPHRASE): Promise<Page> {
  wrote("passphrase", passphrase);
  const onboarding = await firefox.waitForPage(ONBOARDING);
  await onboarding.type(byTestId("passphrase"), passphrase);
  await onboarding.type(byTestId("passphrase-repeat"), passphrase);
  await onboarding.click(byTestId("create-vault"));
  await onboarding.click(byTestId("recovery-later"));
  await onboarding.see(byTestId("onboarding-done"));
  return onboarding;
}

/** Opens the toolbar popup over a tab, which is the one that it speaks of, and closes it after the deed. */
export async function withPopup<R>(
  firefox: Firefox,
  over: Page,
  act: (popup: Page) => Promise<R>,
): Promise<R> {
  await over.activate();
  const popup = await firefox.openPopup(EXTENSION_ID);
  try {
    await popup.see(`${byTestId("popup-state")}:not([data-state="loading"])`);
    return await act(popup);
  } finally {
    await firefox.closePopup();
  }
}

/** Connects a tab's site from the popup and lets Firefox give the permission; the page has its provider then. */
export async function connectSite(firefox: Firefox, page: Page): Promise<void> {
  wrote("site", new URL(await page.url()).origin);
  await withPopup(firefox, page, async (popup) => {
    await popup.click(byTestId("connect-site"));
    await firefox.answerPermissionPrompt("allow");
    await popup.see(`${byTestId("site-state")}[data-state="connected"]`);
  });
  await page.waitFor("provider in the connected page", announces);
}

/** Gives Keepsake the permission for a host behind the popup's back, as `about:addons` or a managed Firefox can. */
export function permitHost(firefox: Firefox, pattern: string): Promise<void> {
  return changePermission(firefox, "add", pattern);
}

/** Takes the permission for a host away behind the popup's back. */
export function forbidHost(firefox: Firefox, pattern: string): Promise<void> {
  return changePermission(firefox, "remove", pattern);
}

declare const ChromeUtils: { importESModule(url: string): Record<string, unknown> };
declare const WebExtensionPolicy: { getByID(id: string): { readonly extension: object } | null };

function changePermission(firefox: Firefox, change: "add" | "remove", pattern: string): Promise<void> {
  return firefox.chrome.evaluate(
    async (id, change, pattern) => {
      const { ExtensionPermissions } = ChromeUtils.importESModule(
        "resource://gre/modules/ExtensionPermissions.sys.mjs",
      ) as {
        ExtensionPermissions: Record<
          typeof change,
          (
            id: string,
            what: { permissions: string[]; origins: string[] },
            extension?: object,
          ) => Promise<void>
        >;
      };
      const extension = WebExtensionPolicy.getByID(id)?.extension;
      await ExtensionPermissions[change](id, { permissions: [], origins: [pattern] }, extension);
    },
    EXTENSION_ID,
    change,
    pattern,
  );
}

export async function disconnectSite(firefox: Firefox, page: Page): Promise<void> {
  await withPopup(firefox, page, async (popup) => {
    await popup.click(byTestId("disconnect-site"));
    await popup.see(`${byTestId("site-state")}[data-state="not_connected"]`);
  });
}

/** Locks the vault in the popup. */
export async function lockVault(firefox: Firefox, over: Page): Promise<void> {
  await withPopup(firefox, over, async (popup) => {
    await popup.click(byTestId("lock"));
    await popup.see(byTestId("unlock-passphrase"));
  });
}

/** Unlocks the vault in the popup. */
export async function unlockVault(firefox: Firefox, over: Page, passphrase = PASSPHRASE): Promise<void> {
  await withPopup(firefox, over, async (popup) => {
    await fillUnlock(popup, passphrase);
    await popup.see(byTestId("open-manager"));
  });
}

/** Fills the form that the popup, the consent and the manager show while the vault is locked. */
export async function fillUnlock(page: Page, passphrase = PASSPHRASE): Promise<void> {
  await page.retype(byTestId("unlock-passphrase"), passphrase);
  await page.click(byTestId("unlock"));
}

/** Opens the manager in a tab of its own, at one of its sections. */
export function openManager(
  firefox: Firefox,
  section: "memories" | "inbox" | "sites" | "activity" | "import" | "protection" | "backup" = "memories",
): Promise<Page> {
  return firefox.newTab(`${MANAGER}#${section}`);
}

/** Says something to the background over the port of our own pages, from one of them, and answers the result. */
export function callOwner<C extends OwnerCall>(own: Page, call: C): Promise<ResultOf<C>> {
  return own.evaluate(
    (name, call) =>
      new Promise<ResultOf<C>>((resolve, reject) => {
        const port = browser.runtime.connect({ name });
        port.onDisconnect.addListener(() => reject(new Error("the background was suspended")));
        port.onMessage.addListener((message) => {
          const answer = message as { result: ResultOf<C> } | { error: OwnerError };
          if ("error" in answer) reject(new Error(`${answer.error.code}: ${answer.error.message}`));
          else resolve(answer.result);
          port.disconnect();
        });
        port.postMessage({ id: 1, call });
      }),
    OWNER_PORT,
    call,
  );
}

/** A command to the vault, from one of our own pages. */
export function commandVault<C extends Command>(own: Page, command: C): Promise<ReplyTo<C["command"]>> {
  return callOwner(own, { op: "vault", command });
}

/** The keys of everything that the vault has stored, each byte as a character: those of fixed objects can be read. */
export function storedKeys(own: Page): Promise<string[]> {
  return own.evaluate(async () => {
    const done = <R>(request: IDBRequest<R>) =>
      new Promise<R>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const database = await done(indexedDB.open("keepsake"));
    const listings = [...database.objectStoreNames].map((name) =>
      done(database.transaction(name).objectStore(name).getAllKeys()),
    );
    const keys = (await Promise.all(listings)).flat();
    database.close();
    return keys.map((key) => String.fromCharCode(...new Uint8Array(key as ArrayBuffer)));
  });
}

type ResultOf<C extends OwnerCall> = C extends { op: "vault"; command: infer V extends Command }
  ? ReplyTo<V["command"]>
  : C extends { op: infer Op extends keyof OwnerResults }
    ? OwnerResults[Op]
    : never;

/** What a link in the page would save: the file's name and its bytes. */
export async function linkedFile(page: Page, link: string): Promise<{ name: string; bytes: Buffer }> {
  const { name, data } = await page.on(link, async (link: HTMLAnchorElement) => {
    const blob = await (await fetch(link.href)).blob();
    const data = await new Promise<string>((resolve, reject) => {
      const reader = new FileReader();
      reader.onload = () => resolve(String(reader.result));
      reader.onerror = () => reject(reader.error);
      reader.readAsDataURL(blob);
    });
    return { name: link.download, data };
  });
  return { name, bytes: Buffer.from(data.slice(data.indexOf(",") + 1), "base64") };
}

export interface WrittenMemory {
  readonly text: string;
  readonly scope: string;
  readonly sensitivity?: "normal" | "personal" | "sensitive" | "secret";
}

/** Writes a memory by hand in the manager. */
export async function addMemory(manager: Page, memory: WrittenMemory): Promise<void> {
  wrote("memory", memory.text);
  wrote("scope", memory.scope);
  const dialog = byTestId("memory-dialog");
  await manager.click(byTestId("nav-memories"));
  await manager.click(byTestId("add-memory"));
  await manager.paste(byTestId("edit-text"), memory.text);
  await manager.click(byTestId("scope-input"));
  // A new memory stands in a scope already: it goes for the one that is meant.
  await manager.press("Backspace");
  await manager.seeNothingOf(byTestId("chosen-scope"));
  await manager.type(byTestId("scope-input"), memory.scope);
  await manager.press("Enter");
  await manager.see({ css: byTestId("chosen-scope"), text: memory.scope });
  if (memory.sensitivity) await chooseByKeys(manager, byTestId("edit-sensitivity"), memory.sensitivity);
  await manager.click(byTestId("edit-save"));
  await manager.seeNothingOf(dialog);
  await manager.see({ css: byTestId("memory"), text: memory.text });
}

/** Chooses in a `<select>` with the arrow keys: the list that a click opens is closed by Escape, and the dialog with it. */
async function chooseByKeys(page: Page, select: string, value: string): Promise<void> {
  const steps = await page.on(
    select,
    (element: HTMLSelectElement, value) => {
      element.focus();
      return [...element.options].findIndex((option) => option.value === value) - element.selectedIndex;
    },
    value,
  );
  for (let step = 0; step < Math.abs(steps); step += 1) {
    await page.press(steps > 0 ? "ArrowDown" : "ArrowUp");
  }
}

/** The consent window, as soon as it is open. */
export function waitForConsent(firefox: Firefox): Promise<Page> {
  return firefox.waitForPage(CONSENT);
}

/** Waits until no consent window is open any more. */
export function waitForNoConsent(firefox: Firefox): Promise<void> {
  return firefox.waitForNoPage(CONSENT);
}

/** Closes what a failed check has left open, which the next one would take for its own. */
export async function closeConsents(firefox: Firefox): Promise<void> {
  for (const { page, url } of await firefox.pages()) if (url.startsWith(CONSENT)) await page.close();
}

/** How many consent windows are open right now. */
export async function countConsents(firefox: Firefox): Promise<number> {
  return (await firefox.pages()).filter(({ url }) => url.startsWith(CONSENT)).length;
}

/** Decides in the consent window that is open or about to open, and waits until it is gone. */
export async function answerConsent(firefox: Firefox, choice: "deny" | GrantDuration): Promise<void> {
  const consent = await waitForConsent(firefox);
  // Behind another window it would stay dead.
  await consent.activate();
  if (choice === "deny") {
    await consent.click(byTestId("deny"));
  } else {
    await consent.click(byTestId(`duration-${choice}`));
    await consent.click(byTestId("allow"));
  }
  await waitForNoConsent(firefox);
}

/** Whether a provider announces itself in the page when asked. */
export function hasProvider(page: Page): Promise<boolean> {
  return page.evaluate(announces);
}

/** Runs in the page. A provider that is there answers within the very call. */
function announces(): boolean {
  let found = false;
  addEventListener(
    "agentmemory:announce",
    () => {
      found = true;
    },
    { once: true },
  );
  dispatchEvent(new Event("agentmemory:request"));
  return found;
}

/** Asks Keepsake from a page, as a script of the page does. Throws where the page has no provider. */
export function request<M extends PageMethod>(
  page: Page,
  method: M,
  ...[params]: Record<string, never> extends PageMethods[M]["params"]
    ? [PageMethods[M]["params"]?]
    : [PageMethods[M]["params"]]
): Promise<Answer<PageMethods[M]["result"]>> {
  noteAsked(params);
  return page.evaluate(
    async (method, params, patience): Promise<Answer<PageMethods[M]["result"]>> => {
      type Provider = {
        request(asked: { method: string; params: unknown }): Promise<PageMethods[M]["result"]>;
      };
      const found: Provider[] = [];
      const hear = (event: Event) => {
        found.push((event as CustomEvent<{ provider: Provider }>).detail.provider);
      };
      addEventListener("agentmemory:announce", hear);
      dispatchEvent(new Event("agentmemory:request"));
      removeEventListener("agentmemory:announce", hear);
      const [provider] = found;
      if (!provider) throw new Error(`no provider at ${location.href}`);
      const answer = provider.request({ method, params }).then(
        (result) => ({ result }),
        (error: PageError) => ({ error }),
      );
      const late = new Promise<never>((_resolve, reject) => {
        setTimeout(() => reject(new Error(`no answer to ${method} after ${patience} ms`)), patience);
      });
      return Promise.race([answer, late]);
    },
    method,
    params ?? {},
    ANSWER_PATIENCE_MS,
  );
}

/** What a page says of the vault is no less the person's than what they type. */
function noteAsked(params: Partial<PageMethods[PageMethod]["params"]> | undefined): void {
  if (!params) return;
  if ("query" in params) wrote("query", params.query);
  if ("purpose" in params) wrote("purpose", params.purpose);
  if ("scopes" in params) wrote("scope", ...params.scopes);
  if ("memories" in params) wrote("memory", ...params.memories.map(({ text }) => text));
}

/** Asks for a grant from a page; the answer comes once the consent is decided. */
export function requestPermission(
  page: Page,
  scopes: string[],
  actions: Action[] = ["search"],
): Promise<Answer<PageMethods["permissions.request"]["result"]>> {
  return request(page, "permissions.request", { scopes, actions, purpose: "Plan your trip" });
}

/** Gives a page's site a grant: the page asks, the person allows. */
export async function grant(
  firefox: Firefox,
  page: Page,
  scopes: string[],
  { actions = ["search"], duration = "session" }: { actions?: Action[]; duration?: GrantDuration } = {},
): Promise<void> {
  const answer = requestPermission(page, scopes, actions);
  await answerConsent(firefox, duration);
  const outcome = await answer;
  if ("error" in outcome) throw new Error(`the grant was not given: ${outcome.error.message}`);
}

/** The texts that a page's search brings back, the best first; throws where it is refused. */
export async function search(page: Page, query: string): Promise<string[]> {
  const answer = await request(page, "memory.search", { query });
  if ("error" in answer) throw new Error(`${answer.error.code}: ${answer.error.message}`);
  return answer.result.results.map(({ memory }) => memory);
}

/** The code with which a request was refused, or `answered`. */
export function codeOf(answer: Answer<unknown>): PageError["code"] | "answered" {
  return "error" in answer ? answer.error.code : "answered";
}
