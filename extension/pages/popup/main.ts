// The toolbar button's popup: unlock or lock, whether this site is connected and what it may do, the way to the rest.

import { html, nothing } from "lit";
import { PageElement } from "../../components/element";
import { counted, nameDocument, parts, t } from "../../components/i18n";
import { icon } from "../../components/icons";
import { explain, owner } from "../../components/owner";
import { coalesce } from "../../components/refresh";
import { isPatternOf, mayAnySiteAsk } from "../../components/site-permissions";
import {
  actionNames,
  deniedUntil,
  limitNames,
  scopeChips,
  spelled,
  subjectKey,
  subjectNotes,
  untilWhen,
} from "../../components/terms";
import { closedVault, doesNotOpen, VaultWatch, waiting } from "../../components/vault";
import type { GrantView, Revoked, SubjectGrants, SubjectRule, Topic } from "../../generated/messages";
import type { ActiveSite, ManagerSection } from "../../owner/protocol";
import { isToBeSaid } from "../manager/backup/reminders";

const inToolbar = browser.extension.getViews({ type: "popup" }).includes(window);

class Popup extends PageElement {
  static override properties = {
    site: { state: true },
    given: { state: true },
    anySite: { state: true },
    failure: { state: true },
    told: { state: true },
    others: { state: true },
    asking: { state: true },
  };
  declare site: ActiveSite | undefined;
  /** What the site may do; none while the vault is closed. */
  declare given: SubjectGrants | undefined;
  /** Whether every site may ask, this one among them. */
  declare anySite: boolean;
  declare failure: string;
  /** What became of what the person just did. */
  declare told: string;
  /** How many other ports and containers of the host have a grant. */
  declare others: number;
  /** Firefox is asking the person. */
  declare asking: boolean;
  readonly #vault: VaultWatch;
  readonly #load: () => Promise<void>;

  constructor() {
    super();
    this.anySite = false;
    this.failure = "";
    this.told = "";
    this.others = 0;
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
            ? html`<div class="row push">
                ${
                  this.#vault.status?.paused
                    ? nothing
                    : html`<button class="quiet icon-only" data-testid="pause-all" aria-label=${t("pauseAll")} title=${t("pauseAll")} @click=${() => this.#pauseAll(true)}>
                        ${icon("pause")}
                      </button>`
                }
                <button class="quiet small" data-testid="lock" @click=${this.#lock}>${icon("lock")}${t("lock")}</button>
              </div>`
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
        ${this.#vault.open && this.#vault.status?.paused ? this.#pausedNotice() : nothing}
        ${state === "open" || state === "locked" ? this.#siteSection() : nothing}
        <div role="status">
          ${this.told ? html`<p class="notice small" data-testid="popup-told">${icon("check")}<span>${this.told}</span></p>` : nothing}
        </div>
        <div role="alert">
          ${this.failure && state !== "unavailable" ? html`<p class="notice danger">${icon("alert")}<span data-testid="popup-failure">${this.failure}</span></p>` : nothing}
        </div>
      </main>
      ${this.#vault.open ? this.#footer() : nothing}`;
  }

  #pausedNotice(): unknown {
    return html`<div class="notice caution" data-testid="paused">
      ${icon("pause")}
      <div class="stack tight">
        <p>${t("pausedAll")}</p>
        <div><button class="small" data-testid="resume-all" @click=${() => this.#pauseAll(false)}>${t("resume")}</button></div>
      </div>
    </div>`;
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
        ${this.#rule?.paused ? html`<span class="chip caution" data-testid="site-paused">${icon("pause")}${t("paused")}</span>` : nothing}
      </div>
      ${this.anySite && connected ? html`<p class="small soft" data-testid="any-site">${t("siteAsAny")}</p>` : nothing}
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
                <button class="quiet small" data-testid="denial-lift" @click=${() => this.#lift(denial.id)}>${t("denialLift")}</button>
              </div>`,
          )}`
        : nothing
    }
      <div class="row start">
        ${
          this.#vault.open && given && (given.grants.length > 0 || this.#rule?.paused)
            ? html`<button class="quiet small" data-testid="site-pause" @click=${this.#pauseSite}>
                ${icon("pause")}${t(this.#rule?.paused ? "resumeThis" : "pauseThis")}
              </button>`
            : nothing
        }
        <button class="quiet danger small" data-testid="disconnect-site" @click=${this.#disconnect}>${t("disconnectSite")}</button>
      </div>
      ${this.others > 0 ? html`<p class="small soft" data-testid="others-keep">${counted("disconnectOthers", this.others)}</p>` : nothing}`;
  }

  #grant(grant: GrantView): unknown {
    return html`<li class="decision" data-testid="grant" data-id=${grant.id}>
      <div class="stack tight">
        <p>${t("grantMay", actionNames(grant.actions))}</p>
        ${scopeChips(grant.scopes)}
        <p class="small soft">${[untilWhen(grant), ...limitNames(grant)].join(" · ")}</p>
      </div>
      <button class="danger small" data-testid="grant-revoke" @click=${() => this.#revoke(grant.id, t("grantRevoked"))}>${t("revoke")}</button>
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
      const { subject } = site;
      this.given =
        subject && state === "open" ? await owner.command({ command: "subject_grants", subject }) : undefined;
      this.others =
        this.given && site.connected ? otherHolders(await owner.command({ command: "grants" }), site) : 0;
      this.anySite = await mayAnySiteAsk();
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
    this.told = "";
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

  /** The rule for this site, where there is one. */
  get #rule(): SubjectRule | undefined {
    return this.given?.rules[0];
  }

  #disconnect = (): Promise<void> =>
    this.#do(async () => {
      const { subject } = this.site ?? {};
      if (!subject) return;
      const { revoked, shared } = await owner.call({ op: "disconnectSite", subject });
      this.told = toldOf(t(shared ? "disconnectedShared" : "disconnected", subject.origin), revoked);
      await this.#load();
    });

  #revoke(id: string, text: string): Promise<void> {
    return this.#do(async () => {
      this.told = toldOf(text, await owner.command({ command: "grant_revoke", id }));
      await this.#load();
    });
  }

  #lift(id: string): Promise<void> {
    return this.#do(async () => {
      await owner.command({ command: "grant_revoke", id });
      this.told = t("denialLifted");
      await this.#load();
    });
  }

  #pauseAll(paused: boolean): Promise<void> {
    return this.#do(async () => {
      await owner.command({ command: "pause", paused });
      await this.#vault.refresh();
    });
  }

  #pauseSite = (): Promise<void> =>
    this.#do(async () => {
      const { subject } = this.site ?? {};
      if (!subject) return;
      const { paused = false, each_time = false } = this.#rule ?? {};
      await owner.command({ command: "subject_rule_set", rule: { subject, paused: !paused, each_time } });
      await this.#load();
    });

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
    this.told = "";
    try {
      await act();
    } catch (error) {
      this.failure = explain(error);
    }
  }
}

/** How many other ports and containers of this host have a grant: Firefox's permission for the host is theirs too. */
function otherHolders({ grants }: SubjectGrants, { subject, pattern }: ActiveSite): number {
  if (!subject || pattern === undefined) return 0;
  const others = grants
    .map((grant) => grant.subject)
    .filter((other) => isPatternOf(pattern, other) && subjectKey(other) !== subjectKey(subject));
  return new Set(others.map(subjectKey)).size;
}

/** What has left cannot be called back: the person is told how much it is. */
function toldOf(text: string, revoked: Revoked | undefined): string {
  if (!revoked) return text;
  return `${text} ${revoked.known === 0 ? t("leftNothing") : counted("left", revoked.known)}.`;
}

const RELOAD_ON: ReadonlySet<Topic> = new Set<Topic>(["state", "grants"]);

customElements.define("ks-popup", Popup);
