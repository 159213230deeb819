// The manager: one tab with the memories, the inbox, who is let in, what left, the import, the backup and the protection.

import { html, nothing } from "lit";
import { PageElement } from "../../components/element";
import { counted, formatNumber, nameDocument, t } from "../../components/i18n";
import { type IconName, icon } from "../../components/icons";
import { explain, failed, owner } from "../../components/owner";
import "../../components/forget-everything";
import type { Unlocked } from "../../components/unlock";
import { closedVault, doesNotOpen, VaultWatch } from "../../components/vault";
import type { Topic } from "../../generated/messages";
import { consentOf, type ManagerSection } from "../../owner/protocol";
import "../../components/toast";
import type { Toast } from "../../components/toast";
import "./activity";
import type { Activity } from "./activity";
import { LOOK_INTO, type Look, lookInto } from "./activity/look";
import "./backup";
import "./backup/raw-copy";
import { isToBeSaid } from "./backup/reminders";
import "./import";
import "./inbox";
import "./memories";
import type { Memories } from "./memories";
import type { Section } from "./section";
import "./protection";
import type { ProtectionSection } from "./protection";
import "./sites";
import { type Deed, Undo } from "./undo";

const SECTIONS: readonly { name: ManagerSection; icon: IconName }[] = [
  { name: "memories", icon: "list" },
  { name: "inbox", icon: "inbox" },
  { name: "sites", icon: "plug" },
  { name: "activity", icon: "receipt" },
  { name: "import", icon: "tray" },
  { name: "backup", icon: "archive" },
  { name: "protection", icon: "shield" },
];

const BRAND = html`<img src="../../icons/keepsake.svg" alt="" />${t("extName")}`;

class Manager extends PageElement {
  static override properties = {
    section: { state: true },
    openedWithCode: { state: true },
    broken: { state: true },
  };
  declare section: ManagerSection;
  /** The vault was opened here with the recovery code: the passphrase may be forgotten. */
  declare openedWithCode: boolean;
  /** What is stored did not open when the person tried. */
  declare broken: boolean;
  readonly #vault: VaultWatch;
  readonly #undo = new Undo();
  #shown: HTMLElement | null = null;
  #hadVault = false;
  #gone = false;

  constructor() {
    super();
    this.section = sectionOf(location.hash);
    this.openedWithCode = false;
    this.broken = false;
    this.#vault = new VaultWatch(this, (topics) => this.#changed(topics));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener("hashchange", this.#moved);
    window.addEventListener("keydown", this.#key);
    this.addEventListener("done", this.#done as EventListener);
    this.addEventListener("failed", this.#failed as EventListener);
    this.addEventListener(LOOK_INTO, this.#lookInto as EventListener);
    this.addEventListener("unlocked", this.#unlocked as EventListener);
    this.addEventListener("unlockfailed", this.#unlockFailed as EventListener);
    this.addEventListener("passphrasechanged", this.#passphraseKnown);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener("hashchange", this.#moved);
    window.removeEventListener("keydown", this.#key);
  }

  protected override render(): unknown {
    nameDocument(t("managerTitle", t(`section_${this.section}`)));
    const closed = closedVault(this.#vault);
    // What a locked vault must not leave behind: undoing holds memories.
    if (closed) this.#undo.forget();
    this.#noteState();
    return html`<header class="top">
        ${closed ? nothing : html`<a class="skip button" href="#${this.section}" @click=${this.#skip}>${t("skipToContent")}</a>`}
        ${closed ? html`<h1 class="brand">${BRAND}</h1>` : html`<span class="brand">${BRAND}</span>`}
        ${closed ? nothing : this.#tools()}
      </header>
      ${closed ? this.#closed(closed) : this.#open()}
      <ks-toast></ks-toast>`;
  }

  #closed(closed: unknown): unknown {
    const locked = this.#vault.failure === undefined && this.#vault.status?.state === "locked";
    return html`<main class="closed">
      <div class="card panel stack">
        <div role="status">
          ${this.#gone ? html`<p class="notice" data-testid="all-forgotten">${icon("check")}<span>${t("allForgotten")}</span></p>` : nothing}
        </div>
        ${closed} ${locked ? html`<ks-forget-everything locked></ks-forget-everything>` : nothing}
      </div>
      ${this.#rescue()}
    </main>`;
  }

  /** Whether there was a vault and is none any more. */
  #noteState(): void {
    const { failure, status } = this.#vault;
    if (failure !== undefined || status === undefined) return;
    this.#gone = status.state === "none" && (this.#gone || this.#hadVault);
    this.#hadVault = status.state !== "none";
  }

  /** What is left to do where the vault does not open. */
  #rescue(): unknown {
    if (!this.broken && !doesNotOpen(this.#vault.failure)) return nothing;
    return html`<section class="card panel stack" aria-labelledby="rescue-heading" data-testid="rescue">
      <h2 id="rescue-heading">${t("rescueTitle")}</h2>
      <p>${t("rescueText")}</p>
      <ks-raw-copy></ks-raw-copy>
      <p class="small soft">${t("rescueBackup")}</p>
      ${doesNotOpen(this.#vault.failure) ? html`<ks-forget-everything locked></ks-forget-everything>` : nothing}
    </section>`;
  }

  #tools(): unknown {
    return html`<div class="row tools">
      <button class="quiet icon-only" popovertarget="help" aria-label=${t("helpTitle")} title=${t("helpTitle")} data-testid="help">
        ${icon("help")}
      </button>
      <div id="help" popover class="card help">
        <h2>${t("helpTitle")}</h2>
        <dl>
          <dt><kbd>/</kbd></dt>
          <dd>${t("helpSearch")}</dd>
          <dt><kbd>n</kbd></dt>
          <dd>${t("helpNew")}</dd>
          <dt><kbd>${t("keyControl")}</kbd> <kbd>Z</kbd></dt>
          <dd>${t("helpUndo")}</dd>
        </dl>
      </div>
      <span class="chip accent" data-testid="vault-state" data-state="open">${t("stateOpen")}</span>
      <button class="small" data-testid="lock" @click=${this.#lock}>${icon("lock")}${t("lock")}</button>
    </div>`;
  }

  #open(): unknown {
    const { inbox = 0 } = this.#vault.status ?? {};
    return html`<nav class="sections" aria-label=${t("sections")}>
        ${SECTIONS.map(
          ({ name, icon: drawing }) =>
            html`<a
              href="#${name}"
              data-testid="nav-${name}"
              aria-current=${this.section === name ? "page" : nothing}
            >
              ${icon(drawing)}<span>${t(`section_${name}`)}</span>
              ${
                name === "inbox" && inbox > 0
                  ? html`<span class="count" data-testid="inbox-count" aria-label=${counted("inboxWaits", inbox)}>${formatNumber(inbox)}</span>`
                  : nothing
              }
            </a>`,
        )}
      </nav>
      <main id="content" tabindex="-1">
        ${this.#warning()}
        ${this.openedWithCode ? this.#suggestPassphrase() : nothing}
        ${
          isToBeSaid(this.#vault.status, this.section)
            ? html`<p class="notice backup-due" role="status" data-testid="backup-due">
                ${icon("archive")}<span>${t("backupDue")} <a href="#backup" data-testid="go-backup">${t("backupDueLink")}</a></span>
              </p>`
            : nothing
        }
        <ks-memories ?hidden=${this.section !== "memories"} .active=${this.section === "memories"}></ks-memories>
        <ks-inbox ?hidden=${this.section !== "inbox"} .active=${this.section === "inbox"}></ks-inbox>
        <ks-sites ?hidden=${this.section !== "sites"} .active=${this.section === "sites"}></ks-sites>
        <ks-activity ?hidden=${this.section !== "activity"} .active=${this.section === "activity"}></ks-activity>
        <ks-import ?hidden=${this.section !== "import"} .active=${this.section === "import"}></ks-import>
        <ks-backup ?hidden=${this.section !== "backup"} .active=${this.section === "backup"}></ks-backup>
        <ks-protection
          ?hidden=${this.section !== "protection"}
          .active=${this.section === "protection"}
          .openedWithCode=${this.openedWithCode}
        ></ks-protection>
      </main>`;
  }

  #warning(): unknown {
    const { damaged = 0, aside = 0 } = this.#vault.status ?? {};
    if (damaged === 0 && aside === 0) return nothing;
    return html`<div class="notice danger warning" role="alert" data-testid="damaged">
      ${icon("alert")}
      <div class="stack tight">
        ${damaged > 0 ? html`<p>${counted("damaged", damaged)}</p>` : nothing}
        ${aside > 0 ? html`<p>${counted("setAside", aside)}</p>` : nothing}
        <p>
          <a href="#protection" data-testid="damaged-link" @click=${this.#toDamage}>${t(damaged > 0 ? "checkVault" : "setAsideLink")}</a>
        </p>
      </div>
    </div>`;
  }

  #suggestPassphrase(): unknown {
    return html`<div class="notice suggest-passphrase" data-testid="opened-with-code" role="status">
      ${icon("key")}
      <p>
        ${t("openedWithCode")}
        ${this.section === "protection" ? nothing : html`<a href="#protection" data-testid="go-protection">${t("openedWithCodeLink")}</a>`}
      </p>
      <button class="quiet icon-only" aria-label=${t("closeMessage")} @click=${this.#passphraseKnown}>${icon("close")}</button>
    </div>`;
  }

  protected override updated(): void {
    void this.#showAsker();
    const link = this.querySelector<HTMLElement>("nav [aria-current]");
    if (link === this.#shown) return;
    this.#shown = link;
    // On a narrow screen the sections stand in a row that scrolls.
    link?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  get #toast(): Toast | null {
    return this.querySelector<Toast>("ks-toast");
  }

  #changed(topics: Topic[]): void {
    for (const section of this.querySelectorAll<Section>("main > .section")) section.changed(topics);
  }

  #moved = (): void => {
    this.section = sectionOf(location.hash);
    this.requestUpdate();
  };

  /** Comes from a consent: shows what its asker was told, once. */
  async #showAsker(): Promise<void> {
    const id = consentOf(location.hash);
    if (id === undefined || !this.#vault.open) return;
    history.replaceState(null, "", "#activity");
    this.section = "activity";
    try {
      const { subject } = await owner.command({ command: "consent", id });
      this.dispatchEvent(lookInto({ subject }));
    } catch (error) {
      // Where it was decided meanwhile the activity tells of everybody.
      if (!failed(error, "not_found")) this.#toast?.show({ text: explain(error), problem: true });
    }
  }

  /** Shows what happened with one memory or one asker. Neither may stand in the address, which Firefox writes down. */
  #lookInto = ({ detail }: CustomEvent<Look>): void => {
    location.hash = "activity";
    this.section = "activity";
    void this.updateComplete.then(() => this.querySelector<Activity>("ks-activity")?.lookInto(detail));
  };

  #toDamage = async (event: Event): Promise<void> => {
    event.preventDefault();
    location.hash = "protection";
    this.section = "protection";
    await this.updateComplete;
    await this.querySelector<ProtectionSection>("ks-protection")?.showDamage();
  };

  #unlocked = ({ detail }: CustomEvent<Unlocked>): void => {
    this.openedWithCode = detail.withCode;
    this.broken = false;
  };

  #unlockFailed = ({ detail }: CustomEvent<unknown>): void => {
    this.broken = doesNotOpen(detail);
  };

  #passphraseKnown = (): void => {
    this.openedWithCode = false;
  };

  #skip = (event: Event): void => {
    event.preventDefault();
    this.querySelector<HTMLElement>("main")?.focus();
  };

  #lock = async (): Promise<void> => {
    try {
      await owner.call({ op: "lock" });
      this.#toast?.hide();
      await this.#vault.refresh();
    } catch (error) {
      this.#toast?.show({ text: explain(error), problem: true });
    }
  };

  #done = ({ detail }: CustomEvent<Deed>): void => {
    if (!detail.undo) {
      this.#toast?.show({ text: detail.text });
      return;
    }
    this.#undo.remember({ text: detail.text, undo: detail.undo });
    this.#toast?.show({ text: detail.text, undo: () => void this.#undoLast() });
  };

  #failed = ({ detail }: CustomEvent<unknown>): void => {
    this.#toast?.show({ text: explain(detail), problem: true });
  };

  async #undoLast(): Promise<void> {
    try {
      const undone = await this.#undo.last();
      this.#toast?.show({ text: undone ? t("undone", undone.text) : t("nothingToUndo") });
    } catch (error) {
      this.#toast?.show({ text: explain(error), problem: true });
    }
  }

  #key = (event: KeyboardEvent): void => {
    if (
      !this.#vault.open ||
      event.defaultPrevented ||
      event.isComposing ||
      this.querySelector("dialog[open]")
    )
      return;
    const writing = (event.target as Element).matches(
      "textarea, select, input:not([type=checkbox], [type=radio], [type=file])",
    );
    if (writing) return;
    const chord = event.ctrlKey || event.metaKey;
    if (chord && !event.shiftKey && event.key.toLowerCase() === "z") {
      event.preventDefault();
      void this.#undoLast();
    } else if (!chord && !event.altKey && (event.key === "/" || event.key === "n")) {
      event.preventDefault();
      location.hash = "memories";
      this.section = "memories";
      void this.updateComplete.then(() => {
        const memories = this.querySelector<Memories>("ks-memories");
        if (event.key === "/") memories?.focusSearch();
        else void memories?.write();
      });
    }
  };
}

function sectionOf(hash: string): ManagerSection {
  return SECTIONS.find(({ name }) => `#${name}` === hash)?.name ?? "memories";
}

customElements.define("ks-manager", Manager);
