// What state the vault is in, kept up to date, and what a page shows as long as it cannot be read.

import { html, type ReactiveController, type ReactiveControllerHost, type TemplateResult } from "lit";
import type { Status, Topic } from "../generated/messages";
import { t } from "./i18n";
import { icon } from "./icons";
import { explain, failed, owner } from "./owner";
import { coalesce } from "./refresh";
import "./unlock";

/** Follows the vault's state for an element and tells it what else changed. */
export class VaultWatch implements ReactiveController {
  /** What the vault last said; none before its first answer. */
  status: Status | undefined;
  /** Why there is no answer. */
  failure: unknown;
  readonly refresh: () => Promise<void>;
  /** Fetches the state anew and tells the element what else changed. */
  readonly news: (topics: Topic[]) => void;
  #stop: (() => void) | undefined;

  constructor(host: ReactiveControllerHost, changed: (topics: Topic[]) => void = () => undefined) {
    this.news = (topics) => {
      void this.refresh();
      changed(topics);
    };
    this.refresh = coalesce(async () => {
      try {
        this.status = await owner.command({ command: "status" });
        this.failure = undefined;
      } catch (error) {
        this.failure = error;
      }
      host.requestUpdate();
    });
    host.addController(this);
  }

  get open(): boolean {
    return this.failure === undefined && this.status?.state === "open";
  }

  hostConnected(): void {
    this.#stop = owner.onChanged(this.news);
    void this.refresh();
  }

  hostDisconnected(): void {
    this.#stop?.();
  }
}

/** What to show in place of a page's content, and nothing once the vault is open. */
export function closedVault(vault: VaultWatch): TemplateResult | undefined {
  if (vault.failure !== undefined) return failurePanel(vault.failure, () => void vault.refresh());
  switch (vault.status?.state) {
    case undefined:
      return waiting(t("loading"));
    case "open":
      return undefined;
    case "locked":
      return html`<ks-unlock @unlocked=${() => vault.news(["state"])}></ks-unlock>`;
    case "none":
      return html`<div class="nothing" data-testid="no-vault">
        ${icon("key")}
        <h2>${t("noVaultTitle")}</h2>
        <p class="soft">${t("noVaultText")}</p>
        <button class="primary" data-testid="open-onboarding" @click=${openOnboarding}>${t("noVaultButton")}</button>
      </div>`;
  }
}

/** Whether what is stored is such that no passphrase opens it, as far as this failure tells. */
export function doesNotOpen(error: unknown): boolean {
  return failed(error, "damaged", "newer_format", "storage_failed");
}

/** That something is under way. */
export function waiting(text: string): TemplateResult {
  return html`<div class="waiting" role="status" data-testid="waiting">
    <span class="spinner"></span><span>${text}</span>
  </div>`;
}

/** That something failed, and a way to try again. */
export function failurePanel(error: unknown, again?: () => void): TemplateResult {
  return html`<div class="notice danger" role="alert" data-testid="failure">
    ${icon("alert")}
    <div class="stack tight">
      <p>${explain(error)}</p>
      ${again ? html`<div><button class="small" data-testid="try-again" @click=${again}>${t("tryAgain")}</button></div>` : ""}
    </div>
  </div>`;
}

function openOnboarding(): void {
  void owner.call({ op: "openOnboarding" }).then(() => {
    // The popup is in the way of the tab that opened; a tab or window stays.
    if (browser.extension.getViews({ type: "popup" }).includes(window)) window.close();
  });
}
