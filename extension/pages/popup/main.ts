// The toolbar button's popup: unlock or lock, whether this site is connected and what it may do, the way to the rest.

import { html, nothing } from "lit";
import { PageElement } from "../../components/element";
import { counted, nameDocument, parts, t } from "../../components/i18n";
import { icon } from "../../components/icons";
import { explain, owner } from "../../components/owner";
import { coalesce } from "../../components/refresh";
import {
  actionNames,
  deniedUntil,
  scopeChips,
  sensitivityName,
  spelled,
  subjectNotes,
  untilWhen,
} from "../../components/terms";
import { closedVault, doesNotOpen, VaultWatch, waiting } from "../../components/vault";
import type { GrantView, SubjectGrants, Topic } from "../../generated/messages";
import type { ActiveSite, ManagerSection } from "../../owner/protocol";
import { isToBeSaid } from "../manager/backup/reminders";

const inToolbar = browser.extension.getViews({ type: "popup" }).includes(window);

class Popup extends PageElement {
  static override properties = {
    site: { state: true },
    given: { state: true },
    failure: { state: true },
    asking: { state: true },
  };
  declare site: ActiveSite | undefined;
  /** What the site may do; none while the vault is closed. */
  declare given: SubjectGrants | undefined;
  declare failure: string;
  /** Firefox is asking the person. */
  declare asking: boolean;
  readonly #vault: VaultWatch;
  readonly #load: () => Promise<void>;

  constructor() {
    super();
    this.failure = "";
    this.asking = false;
    this.#vault = new VaultWatch(this, (topics) => {
      if (topics.some((topic) => RELOAD_ON.has(topic))) void this.#load();
    });
    this.#load = coalesce(() => this.#fetch());
    nameDocument(t("extName"));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.documentElement.classList.toggle("in-toolbar", inToolbar);
    // A site that was just allowed in or out of Firefox's own settings.
    browser.permissions.onAdded.addListener(this.#reload);
    browser.permissions.onRemoved.addListener(this.#reload);
    void this.#load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    browser.permissions.onAdded.removeListener(this.#reload);
    browser.permissions.onRemoved.removeListener(this.#reload);
  }

  protected override render(): unknown {
    const state = this.#vault.failure === undefined ? this.#vault.status?.state : "unavailable";
    return html`<header class="bar">
        <h1 class="brand"><img src="../../icons/keepsake.svg" alt="" />${t("extName")}</h1>
        ${
          this.#vault.open
            ? html`<button class="quiet small push" data-testid="lock" @click=${this.#lock}>${icon("lock")}${t("lock")}</button>`
            : nothing
        }
      </header>
      <main class="stack" data-testid="popup-state" data-state=${state ?? "loading"}>
        ${closedVault(this.#vault)}
        ${
          doesNotOpen(this.#vault.failure)
            ? html`<button class="wide" data-testid="open-manager" @click=${() => this.#manager("memories")}>${t("openManager")}</button>`
            : nothing
        }
        ${state === "open" || state === "locked" ? this.#siteSection() : nothing}
        <div role="alert">
          ${this.failure && state !== "unavailable" ? html`<p class="notice danger">${icon("alert")}<span data-testid="popup-failure">${this.failure}</span></p>` : nothing}
        </div>
      </main>
      ${this.#vault.open ? this.#footer() : nothing}`;
  }

  #siteSection(): unknown {
    const { site } = this;
    if (!site) return this.failure ? nothing : waiting(t("loading"));
    if (site.refusal || !site.subject) {
      return html`<section class="card site" aria-labelledby="site-heading">
        <h2 id="site-heading" class="overline">${t("thisSite")}</h2>
        <p class="soft" data-testid="site-state" data-state=${site.refusal ?? "not_a_site"}>
          ${t(`refusal_${site.refusal ?? "not_a_site"}`)}
        </p>
      </section>`;
    }
    const { subject, connected } = site;
    return html`<section class="card site" aria-labelledby="site-heading">
      <h2 id="site-heading" class="overline">${t("thisSite")}</h2>
      <p class="origin" data-testid="site-origin">${spelled(subject.origin)}</p>
      <div class="row">
        <span class=${connected ? "chip accent" : "chip"} data-testid="site-state" data-state=${connected ? "connected" : "not_connected"} role="status">
          ${icon(connected ? "check" : "plug")}${t(connected ? "siteConnected" : "siteNotConnected")}
        </span>
        ${subjectNotes(subject)}
      </div>
      ${connected ? this.#grants() : this.#connect(site)}
    </section>`;
  }

  #connect(site: ActiveSite): unknown {
    const host = new URL(site.subject?.origin ?? "").hostname;
    // While the vault is locked, unlocking comes first.
    const { open } = this.#vault;
    return html`${open ? html`<p class="small soft">${t("connectText")}</p>` : nothing}
      <button class=${open ? "primary wide" : "wide"} data-testid="connect-site" @click=${this.#connectSite}>
        ${this.asking ? html`<span class="spinner"></span>${t("connectAsking")}` : t("connectSite")}
      </button>
      <p class="small soft">${parts("connectPorts", html`<b class="origin">${host}</b>`)}</p>`;
  }

  #grants(): unknown {
    const { given } = this;
    return html`${
      this.#vault.open && given
        ? html`${
            given.grants.length === 0
              ? html`<p class="small soft" data-testid="no-grants">${t("siteNoGrants")}</p>`
              : html`<ul class="decisions">
                  ${given.grants.map((grant) => this.#grant(grant))}
                </ul>`
          }
          ${given.denials.map(
            (denial) =>
              html`<div class="decision" data-testid="denial">
                <p class="small"><b>${t("siteDenied")}</b> · ${deniedUntil(denial)}</p>
                <button class="quiet small" data-testid="denial-lift" @click=${() => this.#revoke(denial.id)}>${t("denialLift")}</button>
              </div>`,
          )}`
        : nothing
    }
      <button class="quiet danger small start" data-testid="disconnect-site" @click=${this.#disconnect}>
        ${t("disconnectSite")}
      </button>`;
  }

  #grant(grant: GrantView): unknown {
    return html`<li class="decision" data-testid="grant" data-id=${grant.id}>
      <div class="stack tight">
        <p>${t("grantMay", actionNames(grant.actions))}</p>
        ${scopeChips(grant.scopes)}
        <p class="small soft">${untilWhen(grant)} · ${t("upTo", sensitivityName(grant.max_sensitivity))}</p>
      </div>
      <button class="danger small" data-testid="grant-revoke" @click=${() => this.#revoke(grant.id)}>${t("revoke")}</button>
    </li>`;
  }

  #footer(): unknown {
    const { inbox = 0, memories = 0 } = this.#vault.status ?? {};
    return html`<footer class="stack tight">
      ${
        inbox > 0
          ? html`<button class="wide inbox" data-testid="open-inbox" @click=${() => this.#manager("inbox")}>
              ${icon("inbox")}<span data-testid="inbox-count">${counted("inboxWaits", inbox)}</span>
            </button>`
          : nothing
      }
      <button class=${this.site?.connected === false ? "wide" : "primary wide"} data-testid="open-manager" @click=${() => this.#manager("memories")}>
        ${t("openManager")}
      </button>
      ${
        isToBeSaid(this.#vault.status)
          ? html`<p class="small centre" data-testid="backup-due">
              ${t("backupDue")}
              <button class="quiet small" data-testid="go-backup" @click=${() => this.#manager("backup")}>${t("backupDueLink")}</button>
            </p>`
          : nothing
      }
      <p class="small soft centre" data-testid="memory-count">${counted("memoriesKept", memories)}</p>
    </footer>`;
  }

  #reload = (): void => void this.#load();

  async #fetch(): Promise<void> {
    try {
      const site = await owner.call({ op: "activeSite" });
      const { state } = await owner.command({ command: "status" });
      this.given =
        site.subject && state === "open"
          ? await owner.command({ command: "subject_grants", subject: site.subject })
          : undefined;
      this.site = site;
    } catch (error) {
      this.failure = explain(error);
    }
  }

  #connectSite = (): void => {
    const { pattern } = this.site ?? {};
    if (!pattern || this.asking) return;
    // Firefox takes this call only straight out of the click: nothing may be awaited before it.
    const answer = browser.permissions.request({ origins: [pattern] });
    this.asking = true;
    this.failure = "";
    answer
      .then((granted) => {
        if (!granted) this.failure = t("connectRefused");
        return this.#load();
      })
      .catch((error: unknown) => {
        this.failure = explain(error);
      })
      .finally(() => {
        this.asking = false;
      });
  };

  #disconnect = (): Promise<void> =>
    this.#do(async () => {
      if (this.site?.subject) await owner.call({ op: "disconnectSite", subject: this.site.subject });
      await this.#load();
    });

  #revoke(id: string): Promise<void> {
    return this.#do(async () => {
      await owner.command({ command: "grant_revoke", id });
      await this.#load();
    });
  }

  #lock = (): Promise<void> =>
    this.#do(async () => {
      await owner.call({ op: "lock" });
      this.given = undefined;
      await this.#vault.refresh();
    });

  #manager(section: ManagerSection): Promise<void> {
    return this.#do(async () => {
      await owner.call({ op: "openManager", section });
      if (inToolbar) window.close();
    });
  }

  async #do(act: () => Promise<void>): Promise<void> {
    this.failure = "";
    try {
      await act();
    } catch (error) {
      this.failure = explain(error);
    }
  }
}

const RELOAD_ON: ReadonlySet<Topic> = new Set<Topic>(["state", "grants"]);

customElements.define("ks-popup", Popup);
