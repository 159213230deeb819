// A real Firefox for a test: started, driven and stopped by WebDriver BiDi, with no driver program in between.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { BidiConnection } from "./bidi.ts";
import { Chrome, type ConsoleError } from "./chrome.ts";
import { Page, type Target } from "./page.ts";
import { until } from "./until.ts";

export interface LaunchOptions {
  /** A profile folder that is kept; without one, a new folder that goes away with `close`. */
  readonly profile?: string;
  /** Language of Firefox and of extensions in it, such as `fr`: needs Firefox's language pack. */
  readonly locale?: string;
  readonly colorScheme?: "light" | "dark";
  /** Fixed `moz-extension:` host names by extension id, so that addresses and stored data survive a restart. */
  readonly extensionHosts?: Readonly<Record<string, string>>;
  readonly preferences?: Readonly<Record<string, boolean | number | string>>;
}

export interface TabOptions {
  /** From `newContainer`. */
  readonly container?: string;
}

const START_PATIENCE_MS = 60_000;
const STOP_PATIENCE_MS = 10_000;

/** A quiet Firefox that asks nothing at start, runs unsigned add-ons and shows the same thing each time. */
const PREFERENCES = {
  "app.normandy.enabled": false,
  "browser.aboutwelcome.enabled": false,
  "browser.sessionstore.resume_from_crash": false,
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.homepage": "about:blank",
  "browser.startup.page": 0,
  "browser.tabs.warnOnClose": false,
  "browser.warnOnQuit": false,
  "datareporting.policy.dataSubmissionEnabled": false,
  "extensions.update.enabled": false,
  // Where Firefox takes unsigned add-ons only for one run, what they stored must outlive that run.
  "extensions.webextensions.keepStorageOnUninstall": true,
  "extensions.webextensions.keepUuidOnUninstall": true,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "privacy.userContext.enabled": true,
  "remote.prefs.recommended": true,
  // A prompt's buttons are dead for a moment, against accidental clicks.
  "security.notification_enable_delay": 0,
  // A Firefox that was killed three times would ask whether to start in its safe mode.
  "toolkit.startup.max_resumed_crashes": -1,
  "toolkit.telemetry.reportingpolicy.firstRun": false,
  "ui.prefersReducedMotion": 1,
  "xpinstall.signatures.required": false,
} as const;

// What is to happen at exit happens also where a signal ends the test.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

export class Firefox {
  readonly profile: string;
  readonly chrome: Chrome;
  readonly #bidi: BidiConnection;
  readonly #process: ChildProcess;
  readonly #exited: Promise<void>;
  readonly #ownsProfile: boolean;

  private constructor(
    bidi: BidiConnection,
    chrome: Chrome,
    process: ChildProcess,
    profile: string,
    owns: boolean,
  ) {
    this.#bidi = bidi;
    this.chrome = chrome;
    this.#process = process;
    this.#exited = exit(process);
    this.profile = profile;
    this.#ownsProfile = owns;
  }

  /** Starts Firefox without a display: `KEEPSAKE_FIREFOX`, `firefox` or `firefox-esr`, whichever is there first. */
  static async launch(options: LaunchOptions = {}): Promise<Firefox> {
    const owns = options.profile === undefined;
    const profile = options.profile ?? mkdtempSync(path.join(tmpdir(), "keepsake-firefox-"));
    mkdirSync(profile, { recursive: true });
    writeFileSync(path.join(profile, "user.js"), userPreferences(options));
    const child = spawn(
      findFirefox(),
      [
        "--headless",
        "--no-remote",
        "--profile",
        profile,
        "--remote-debugging-port=0",
        "--remote-allow-system-access",
        "about:blank",
      ],
      {
        stdio: ["ignore", "ignore", "pipe"],
        // A process group of its own, so that it can be killed with all the processes that it has started.
        detached: true,
        env: {
          ...process.env,
          MOZ_CRASHREPORTER_DISABLE: "1",
          MOZ_HEADLESS_HEIGHT: "900",
          MOZ_HEADLESS_WIDTH: "1280",
        },
      },
    );
    // A test that dies takes its Firefox with it.
    const killWithUs = () => killAll(child);
    process.once("exit", killWithUs);
    child.once("exit", () => process.removeListener("exit", killWithUs));
    try {
      const bidi = await BidiConnection.open(await listening(child));
      return new Firefox(bidi, await Chrome.open(bidi), child, profile, owns);
    } catch (error) {
      killAll(child);
      throw error;
    }
  }

  get isRunning(): boolean {
    return isRunning(this.#process);
  }

  /** Installs a folder or an `.xpi` for this run, or for good, which needs an `.xpi`. Answers the extension's id. */
  async install(
    file: string,
    options: { permanent?: boolean; privateBrowsing?: boolean } = {},
  ): Promise<string> {
    const packed = /\.(xpi|zip)$/.test(file);
    const { extension } = await this.#bidi.send<{ extension: string }>("webExtension.install", {
      extensionData: { type: packed ? "archivePath" : "path", path: path.resolve(file) },
      "moz:permanent": options.permanent ?? false,
      "moz:allowPrivateBrowsing": options.privateBrowsing ?? false,
    });
    return extension;
  }

  isInstalled(extension: string): Promise<boolean> {
    return this.chrome.isInstalled(extension);
  }

  /** Whether an add-on without Mozilla's signature can be installed for good: in release Firefox it cannot. */
  takesUnsignedAddOns(): Promise<boolean> {
    return this.chrome.takesUnsignedAddOns();
  }

  async uninstall(extension: string): Promise<void> {
    await this.#bidi.send("webExtension.uninstall", { extension });
  }

  /** Every tab of every window, those of the extension's own windows among them. */
  async pages(): Promise<{ page: Page; url: string }[]> {
    const { contexts } = await this.#bidi.send<{ contexts: { context: string; url: string }[] }>(
      "browsingContext.getTree",
    );
    return contexts.map(({ context, url }) => ({ page: new Page(this.#bidi, context), url }));
  }

  /** The tab or window whose URL begins so, as soon as there is one: how a window that the extension opens is met. */
  async waitForPage(prefix: string): Promise<Page> {
    return until(`page at ${prefix}`, async () => {
      const pages = await this.pages();
      const found = pages.find(({ url }) => url.startsWith(prefix));
      if (!found) throw new Error(pages.map(({ url }) => url).join(" "));
      const complete = await found.page.evaluate(() => document.readyState === "complete");
      return complete ? found.page : null;
    });
  }

  /** Waits until no tab or window shows a URL that begins so. */
  async waitForNoPage(prefix: string): Promise<void> {
    await until(`end of the page at ${prefix}`, async () =>
      (await this.pages()).every(({ url }) => !url.startsWith(prefix)),
    );
  }

  async newTab(url?: string, options: TabOptions = {}): Promise<Page> {
    const { context } = await this.#bidi.send<{ context: string }>("browsingContext.create", {
      type: "tab",
      ...(options.container ? { userContext: options.container } : {}),
    });
    const page = new Page(this.#bidi, context);
    if (url) await page.goto(url);
    return page;
  }

  /** A container of its own: cookies and origins in it are apart from every other's. */
  async newContainer(): Promise<string> {
    const { userContext } = await this.#bidi.send<{ userContext: string }>("browser.createUserContext");
    return userContext;
  }

  /** The first tab of a new private window. */
  async newPrivateTab(url: string): Promise<Page> {
    const before = new Set((await this.pages()).map(({ page }) => page.context));
    await this.chrome.openPrivateWindow(url);
    return until(`private window at ${url}`, async () => {
      const opened = (await this.pages()).find(({ page }) => !before.has(page.context));
      const loaded =
        opened?.url === url && (await opened.page.evaluate(() => document.readyState === "complete"));
      return loaded ? opened.page : null;
    });
  }

  openPopup(extension: string): Promise<Page> {
    return this.chrome.openPopup(extension);
  }

  closePopup(): Promise<void> {
    return this.chrome.closePopup();
  }

  answerPermissionPrompt(answer: "allow" | "deny"): Promise<string> {
    return this.chrome.answerPermissionPrompt(answer);
  }

  /** Right-clicks an element of a page and chooses an entry of the menu that opens. */
  async chooseContextMenu(page: Page, target: Target, label: string): Promise<void> {
    await page.activate();
    await page.rightClick(target);
    await this.chrome.chooseContextMenu(label);
  }

  suspendBackground(extension: string): Promise<void> {
    return this.chrome.suspendBackground(extension);
  }

  backgroundState(extension: string): Promise<string> {
    return this.chrome.backgroundState(extension);
  }

  extensionErrors(): Promise<ConsoleError[]> {
    return this.chrome.extensionErrors();
  }

  /** What pages and extensions see as the person's choice between light and dark, from now on. */
  async setColorScheme(scheme: "light" | "dark"): Promise<void> {
    for (const [name, value] of Object.entries(schemePreferences(scheme))) {
      await this.chrome.setPreference(name, value);
    }
  }

  /** Quits as a person does, so that Firefox writes down what it still holds. */
  async close(): Promise<void> {
    await this.#bidi.send("browser.close").catch(() => killAll(this.#process));
    const overdue = setTimeout(() => killAll(this.#process), STOP_PATIENCE_MS);
    await this.#exited;
    clearTimeout(overdue);
    this.#dispose();
  }

  /** Ends all of Firefox's processes at once, as a crash does: nothing is written that is not written yet. */
  async kill(): Promise<void> {
    killAll(this.#process);
    await this.#exited;
    this.#dispose();
  }

  #dispose(): void {
    this.#bidi.close();
    if (this.#ownsProfile) rmSync(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

function findFirefox(): string {
  const candidates = [process.env.KEEPSAKE_FIREFOX, "firefox", "firefox-esr"].filter(
    (name) => name !== undefined,
  );
  for (const candidate of candidates) {
    try {
      execFileSync(candidate, ["--version"], { stdio: "ignore" });
      return candidate;
    } catch {
      // Not this one.
    }
  }
  throw new Error(
    `no Firefox among ${candidates.join(", ")}: run \`cargo xtask setup\` or set KEEPSAKE_FIREFOX`,
  );
}

function userPreferences(options: LaunchOptions): string {
  const all: Record<string, boolean | number | string> = {
    ...PREFERENCES,
    ...schemePreferences(options.colorScheme ?? "light"),
    "intl.locale.requested": options.locale ?? "en-US",
    "extensions.webextensions.uuids": JSON.stringify(options.extensionHosts ?? {}),
    ...options.preferences,
  };
  return Object.entries(all)
    .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
    .join("");
}

function schemePreferences(scheme: "light" | "dark"): Record<string, number> {
  return {
    "ui.systemUsesDarkTheme": scheme === "dark" ? 1 : 0,
    "layout.css.prefers-color-scheme.content-override": scheme === "dark" ? 0 : 1,
  };
}

/** SIGKILL to Firefox and to every process that it has started. */
function killAll(firefox: ChildProcess): void {
  if (firefox.pid !== undefined && isRunning(firefox)) process.kill(-firefox.pid, "SIGKILL");
}

function isRunning(firefox: ChildProcess): boolean {
  return firefox.exitCode === null && firefox.signalCode === null;
}

function exit(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => child.once("exit", () => resolve()));
}

/** The address that Firefox prints once it listens. */
function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    const overdue = setTimeout(
      () => reject(new Error(`Firefox did not listen:\n${said}`)),
      START_PATIENCE_MS,
    );
    child.stderr?.on("data", (chunk) => {
      said += chunk;
      const address = /WebDriver BiDi listening on (ws:\/\/\S+)/.exec(said)?.[1];
      if (!address) return;
      clearTimeout(overdue);
      resolve(address);
    });
    child.once("error", reject);
    child.once("exit", (code) =>
      reject(new Error(`Firefox ended with ${code} before it listened:\n${said}`)),
    );
  });
}
