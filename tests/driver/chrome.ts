// What is Firefox's own and not a page's: the toolbar popup, permission prompts, the context menu, the background's life.
import type { BidiConnection } from "./bidi.ts";
import { Page } from "./page.ts";
import { until } from "./until.ts";

/** The part of Firefox's privileged globals that the functions below use inside the browser window. */
interface Browser extends Element {
  permanentKey?: object;
  readonly currentURI?: { readonly spec: string };
  readonly webProgress?: { readonly isLoadingDocument: boolean };
}
interface Panel extends Element {
  readonly state: string;
  hidePopup(): void;
  activateItem(item: Element): void;
}
interface Command extends Element {
  doCommand(): void;
}
interface PermissionPrompt extends Element {
  readonly button: HTMLElement;
  readonly secondaryButton: HTMLElement;
}
interface BackgroundHost {
  readonly backgroundState: string;
  terminateBackground(options: { disableResetIdleForTest: boolean }): Promise<void>;
}
interface ScriptMessage {
  readonly errorMessage?: string;
  readonly sourceName?: string;
  readonly lineNumber?: number;
  readonly flags?: number;
  QueryInterface(of: unknown): void;
}
declare const Services: {
  readonly wm: { getEnumerator(type: string): Iterable<Window> };
  readonly prefs: {
    setBoolPref(name: string, value: boolean): void;
    setIntPref(name: string, value: number): void;
    setStringPref(name: string, value: string): void;
  };
  readonly console: { getMessageArray(): ScriptMessage[] };
  readonly obs: { notifyObservers(subject: null, topic: string, data: string): void };
};
declare const WebExtensionPolicy: { getByID(id: string): { readonly extension: BackgroundHost } | null };
declare const ChromeUtils: {
  importESModule(url: string): Record<string, unknown>;
  requestProcInfo(): Promise<{ children: { type: string; pid: number }[] }>;
};
interface IdleService {
  resetIdleTimeOut(sinceLastInputMs: number): void;
}
declare const Ci: Record<string, unknown>;
declare const Cc: Record<string, unknown>;
declare const CustomizableUI: { addWidgetToArea(widget: string, area: string): void };
declare const openTrustedLinkIn: (url: string, where: "window", options: { private: boolean }) => void;

/** An error that no extension code caught: Firefox writes it to the browser console. */
export interface ConsoleError {
  readonly text: string;
  readonly source: string;
  readonly line: number;
}

export class Chrome {
  readonly #bidi: BidiConnection;
  /** The browser window that was there first; Firefox shows it as a document that can be scripted as a page can. */
  readonly #window: Page;

  private constructor(bidi: BidiConnection, window: Page) {
    this.#bidi = bidi;
    this.#window = window;
  }

  static async open(bidi: BidiConnection): Promise<Chrome> {
    const context = await until("browser window", async () => {
      const { contexts } = await bidi.send<{ contexts: { context: string; url: string }[] }>(
        "browsingContext.getTree",
        { "moz:scope": "chrome" },
      );
      return contexts.find(({ url }) => url.endsWith("/browser.xhtml"))?.context;
    });
    return new Chrome(bidi, new Page(bidi, context));
  }

  /** Runs a function inside the browser window, with all of Firefox's own privileges. */
  evaluate<Args extends readonly unknown[], R>(fn: (...args: Args) => R, ...args: Args): Promise<Awaited<R>> {
    return this.#window.evaluate(fn, ...args);
  }

  /** Opens the toolbar button's popup by a click on the button, and answers the document in it. */
  async openPopup(extension: string): Promise<Page> {
    await this.#window.waitFor(
      `toolbar button of ${extension}`,
      (widget) => {
        const button = document.getElementById(`${widget}-BAP`);
        // Without `default_area` in its manifest, the button waits in the extensions panel until it is pinned.
        if (button) button.click();
        else CustomizableUI.addWidgetToArea(`${widget}-browser-action`, "nav-bar");
        return button !== null;
      },
      widget(extension),
    );
    const context = await this.#window.waitFor("open toolbar popup", () => {
      const browser = document.querySelector<Browser>(".webextension-popup-browser");
      const loaded =
        browser?.currentURI?.spec.startsWith("moz-extension:") &&
        browser.webProgress?.isLoadingDocument === false;
      const panel = browser?.closest("panel") as Panel | null | undefined;
      if (!browser || !loaded || panel?.state !== "open") return null;
      // BiDi knows tabs only. Its registry hands out ids for any <browser>, but finds only tabs by them: have it find this too.
      const { NavigableManager } = ChromeUtils.importESModule(
        "chrome://remote/content/shared/NavigableManager.sys.mjs",
      ) as {
        NavigableManager: {
          getBrowserById(id: string): Element | null;
          getIdForBrowser(browser: Element): string;
          popups?: Map<string, Element>;
        };
      };
      if (!NavigableManager.popups) {
        const popups = new Map<string, Element>();
        const tabById = NavigableManager.getBrowserById.bind(NavigableManager);
        NavigableManager.getBrowserById = (id) => {
          const popup = popups.get(id);
          return tabById(id) ?? (popup?.isConnected ? popup : null);
        };
        NavigableManager.popups = popups;
      }
      browser.permanentKey ??= {};
      const id = NavigableManager.getIdForBrowser(browser);
      NavigableManager.popups.set(id, browser);
      return id;
    });
    return new Page(this.#bidi, context);
  }

  /** Closes the toolbar popup as a click beside it does. */
  async closePopup(): Promise<void> {
    await this.#window.waitFor("closed toolbar popup", () => {
      const popup = document.querySelector(".webextension-popup-browser");
      (popup?.closest("panel") as Panel | null)?.hidePopup();
      return popup === null;
    });
  }

  /** Answers the permission prompt that is open in any window, and tells what it said. */
  async answerPermissionPrompt(answer: "allow" | "deny"): Promise<string> {
    return this.#window.waitFor(
      "open permission prompt",
      (answer) => {
        for (const window of Services.wm.getEnumerator("navigator:browser")) {
          const panel = window.document.getElementById("notification-popup") as Panel | null;
          const prompt = panel?.querySelector<PermissionPrompt>("popupnotification:not([hidden])");
          if (panel?.state !== "open" || !prompt) continue;
          const text = (prompt.textContent ?? "").replace(/\s+/g, " ").trim();
          (answer === "allow" ? prompt.button : prompt.secondaryButton).click();
          return text;
        }
        return null;
      },
      answer,
    );
  }

  /** Chooses an entry of the page's context menu, which a right click has to have opened. */
  async chooseContextMenu(label: string): Promise<void> {
    await this.#window.waitFor(
      `entry “${label}” in the open context menu`,
      (label) => {
        const menu = document.getElementById("contentAreaContextMenu") as Panel | null;
        if (menu?.state !== "open") return false;
        const entry = [...menu.querySelectorAll("menuitem")].find(
          (item) => item.getAttribute("label") === label,
        );
        if (!entry)
          throw new Error(
            [...menu.querySelectorAll("menuitem")].map((item) => item.getAttribute("label")).join(" | "),
          );
        menu.activateItem(entry);
        return true;
      },
      label,
    );
  }

  /** `running`, `starting`, `suspending` or `stopped`. */
  async backgroundState(extension: string): Promise<string> {
    return this.#window.evaluate((id) => {
      const policy = WebExtensionPolicy.getByID(id);
      if (!policy) throw new Error(`no extension ${id} is installed`);
      return policy.extension.backgroundState;
    }, extension);
  }

  /** Suspends the event page as thirty idle seconds do, whatever it is doing. Whoever waits for it may wake it at once. */
  async suspendBackground(extension: string): Promise<void> {
    await this.#window.waitFor(
      "suspended background",
      async (id) => {
        const host = WebExtensionPolicy.getByID(id)?.extension;
        // An event that comes just then makes Firefox think better of it.
        if (host?.backgroundState !== "stopped")
          await host?.terminateBackground({ disableResetIdleForTest: true });
        return host?.backgroundState === "stopped";
      },
      extension,
    );
  }

  /** The id of the process in which the code of extensions runs. */
  async extensionProcess(): Promise<number> {
    return this.#window.waitFor("process of extensions", async () => {
      const { children } = await ChromeUtils.requestProcInfo();
      return children.find(({ type }) => type === "extension")?.pid;
    });
  }

  /** Has all of Firefox's processes give back what memory they can, as “Minimize memory usage” in about:memory does. */
  async minimizeMemory(): Promise<void> {
    await this.#window.evaluate(() => Services.obs.notifyObservers(null, "memory-pressure", "heap-minimize"));
  }

  async isInstalled(extension: string): Promise<boolean> {
    return this.#window.evaluate((id) => WebExtensionPolicy.getByID(id) !== null, extension);
  }

  async takesUnsignedAddOns(): Promise<boolean> {
    return this.#window.evaluate(() => {
      const { AppConstants } = ChromeUtils.importESModule("resource://gre/modules/AppConstants.sys.mjs") as {
        AppConstants: { MOZ_REQUIRE_SIGNING: boolean };
      };
      return !AppConstants.MOZ_REQUIRE_SIGNING;
    });
  }

  /** Sets a preference in the running Firefox. */
  async setPreference(name: string, value: boolean | number | string): Promise<void> {
    await this.#window.evaluate(
      (name, value) => {
        if (typeof value === "boolean") Services.prefs.setBoolPref(name, value);
        else if (typeof value === "number") Services.prefs.setIntPref(name, value);
        else Services.prefs.setStringPref(name, value);
      },
      name,
      value,
    );
  }

  /**
   * Does what a shortcut of an extension does, such as `alt,shift` with `L`: BiDi's keys go to pages and never to the
   * browser window, where Firefox listens for them.
   */
  async pressShortcut(extension: string, modifiers: string, key: string): Promise<void> {
    await this.#window.waitFor(
      `shortcut ${modifiers} ${key} of ${extension}`,
      (keyset, modifiers, key) => {
        const found = document.querySelector<Command>(
          `#${keyset} key[modifiers="${modifiers}"][key="${key}"]`,
        );
        found?.doCommand();
        return found !== null;
      },
      `ext-keyset-id-${widget(extension)}`,
      modifiers,
      key,
    );
  }

  /** Has Firefox believe that nobody has touched keyboard or mouse for so long. */
  async pretendIdle(milliseconds: number): Promise<void> {
    await this.#window.evaluate((milliseconds) => {
      const service = Cc["@mozilla.org/widget/useridleservice;1"] as { getService(of: unknown): IdleService };
      service.getService(Ci.nsIUserIdleServiceInternal).resetIdleTimeOut(milliseconds);
    }, milliseconds);
  }

  async openPrivateWindow(url: string): Promise<void> {
    await this.#window.evaluate((url) => openTrustedLinkIn(url, "window", { private: true }), url);
  }

  /** The errors, not the warnings, that extension code has let escape since Firefox started. */
  async extensionErrors(): Promise<ConsoleError[]> {
    return this.#window.evaluate(() => {
      const warningFlag = 1;
      const errors: { text: string; source: string; line: number }[] = [];
      for (const message of Services.console.getMessageArray()) {
        try {
          message.QueryInterface(Ci.nsIScriptError);
        } catch {
          continue;
        }
        const { errorMessage = "", sourceName = "", lineNumber = 0, flags = 0 } = message;
        if (flags & warningFlag) continue;
        errors.push({ text: errorMessage, source: sourceName, line: lineNumber });
      }
      // Firefox's own note that a suspension came in the middle of a call to it is nobody's mistake.
      const isNote = (text: string) => /^Promise (resolved|rejected) after context unloaded/.test(text);
      return errors.filter(
        ({ text, source }) =>
          (source.startsWith("moz-extension:") || text.includes("moz-extension:")) && !isNote(text),
      );
    });
  }
}

/** The id of an extension as Firefox writes it in the ids of its buttons and menu entries. */
function widget(extension: string): string {
  return extension.toLowerCase().replace(/[^a-z0-9_-]/g, "_");
}
