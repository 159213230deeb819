// The consent window: who asks for what, the very records that would leave, and the person's decision.

import { html, nothing } from "lit";
import { PageElement } from "../../components/element";
import { nameDocument, t } from "../../components/i18n";
import { icon } from "../../components/icons";
import { failed, owner } from "../../components/owner";
import { coalesce } from "../../components/refresh";
import { closedVault, failurePanel, VaultWatch, waiting } from "../../components/vault";
import type { ConsentDecision, ConsentView, GrantDuration } from "../../generated/messages";
import "./answer";
import { asker, learns } from "./asker";
import type { Choice } from "./choice";
import "./grant";
import { guard } from "./guard";

const SETTLED_SHOWN_MS = 1500;

const DENY_DURATIONS = [
  "once",
  "session",
  "week",
  "until_revoked",
] as const satisfies readonly GrantDuration[];
type DenyDuration = (typeof DENY_DURATIONS)[number];

class Consent extends PageElement {
  static override properties = {
    view: { state: true },
    lastTold: { state: true },
    failure: { state: true },
    settled: { state: true },
    alive: { state: true },
    busy: { state: true },
    denyDuration: { state: true },
  };
  declare view: ConsentView | undefined;
  /** When a memory last left to the asker. */
  declare lastTold: number | undefined;
  declare failure: unknown;
  declare settled: boolean;
  /** Whether anything but “Deny” works. */
  declare alive: boolean;
  declare busy: boolean;
  declare denyDuration: DenyDuration;

  readonly #id = location.hash.slice(1);
  readonly #vault: VaultWatch;
  readonly #loadView: () => Promise<void>;
  #denyHadFocus = false;

  constructor() {
    super();
    this.settled = false;
    this.alive = false;
    this.busy = false;
    this.denyDuration = "once";
    this.#loadView = coalesce(() => this.#fetchView());
    this.#vault = new VaultWatch(this, (topics) => {
      if (topics.includes("state") || topics.includes("consents") || topics.includes("grants"))
        void this.#loadView();
      if (topics.includes("memories")) void this.#choice?.refresh();
    });
    nameDocument(t("consentTitle"));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    guard(
      // Unlocking decides nothing, and takes a passphrase that nobody is tricked into typing by a click.
      (event) => (event.target as Element | null)?.closest?.("[data-denies], ks-unlock") != null,
      (alive) => {
        this.alive = alive;
      },
    );
    window.addEventListener("keydown", this.#key);
    this.addEventListener("choicechange", () => this.requestUpdate());
    this.addEventListener("moot", () => this.#settle());
    void this.#loadView();
  }

  protected override updated(): void {
    const deny = this.find("deny");
    if (deny && !this.#denyHadFocus && this.#ready) {
      this.#denyHadFocus = true;
      deny.focus();
    }
  }

  protected override render(): unknown {
    if (this.settled) {
      return html`<main class="settled nothing" role="status" data-testid="settled">
        ${icon("check")}<h1>${t("consentSettledTitle")}</h1><p class="soft">${t("consentSettledText")}</p>
      </main>`;
    }
    const closed = closedVault(this.#vault);
    return html`<main class="stack" aria-busy=${this.busy}>
        <header class="brand small-brand"><img src="../../icons/keepsake.svg" alt="" />${t("extName")}</header>
        ${closed ? this.#closed(closed) : this.#open()}
      </main>
      ${this.#footer()}`;
  }

  #closed(closed: unknown): unknown {
    return html`<h1>${t("consentTitle")}</h1>
      <p class="soft" data-testid="consent-waits">${t("consentWaits")}</p>
      <div class="card panel">${closed}</div>`;
  }

  #open(): unknown {
    if (this.failure !== undefined) return failurePanel(this.failure, () => void this.#loadView());
    const { view } = this;
    if (!view) return waiting(t("loading"));
    const dead = !this.alive;
    return html`${asker(view, this.lastTold)}
      ${
        view.release
          ? html`<ks-consent-answer class="choosing" .view=${view} .dead=${dead}></ks-consent-answer>`
          : html`<ks-consent-grant class="choosing" .view=${view} .dead=${dead}></ks-consent-grant>`
      }
      ${learns(view)}`;
  }

  #footer(): unknown {
    const choice = this.#ready ? this.#choice : undefined;
    // Where something is to be decided the buttons stand in their places from the start: nothing moves under the pointer.
    const isClosed = this.#vault.failure !== undefined || (this.#vault.status?.state ?? "open") !== "open";
    return html`<footer class="decide">
      ${choice && !this.view?.release ? this.#denyOptions() : nothing}
      <div class="buttons">
        <button data-testid="deny" data-denies class="deny" @click=${this.#deny}>${t(this.view?.release ? "withhold" : "deny")}</button>
        ${
          !isClosed
            ? html`<button class="primary" data-testid="allow" aria-disabled=${this.#allowable ? nothing : "true"} aria-describedby="allow-hint" @click=${this.#allow}>
                ${this.busy ? html`<span class="spinner"></span>` : nothing}${choice?.agree ?? t("allow")}
              </button>`
            : nothing
        }
      </div>
      <p class="small soft" id="allow-hint" aria-live="polite">${choice?.summary ?? nothing}</p>
    </footer>`;
  }

  #denyOptions(): unknown {
    return html`<details class="small">
      <summary data-testid="deny-options" data-denies>${t("denyFor", t(`deny_${this.denyDuration}`))}</summary>
      <div class="choices" role="radiogroup" aria-label=${t("denyForLabel")}>
        ${DENY_DURATIONS.map(
          (duration) =>
            html`<div class="choice" data-denies>
              <input
                type="radio"
                name="deny-duration"
                id="deny-${duration}"
                data-testid="deny-${duration}"
                .checked=${this.denyDuration === duration}
                @change=${() => {
                  this.denyDuration = duration;
                }}
              />
              <label for="deny-${duration}">${t(`deny_${duration}`)}</label>
            </div>`,
        )}
      </div>
    </details>`;
  }

  get #choice(): (Choice & Element) | null {
    return this.querySelector<Choice & HTMLElement>(".choosing");
  }

  /** There is something to decide on. */
  get #ready(): boolean {
    return this.#vault.open && this.failure === undefined && this.#choice?.ready === true;
  }

  /** Whether what shows is what would leave, and the person can have seen it. */
  get #allowable(): boolean {
    return this.alive && this.#ready && !this.busy && this.#choice?.allowable === true;
  }

  async #fetchView(): Promise<void> {
    try {
      const { state } = await owner.command({ command: "status" });
      if (state !== "open") {
        this.view = undefined;
        this.#denyHadFocus = false;
        return;
      }
      const view = await owner.command({ command: "consent", id: this.#id });
      if (view.known > 0) {
        const { items } = await owner.command({
          command: "known",
          subject: view.subject,
          offset: 0,
          limit: 1,
        });
        this.lastTold = items[0]?.last;
      }
      this.view = view;
      this.failure = undefined;
    } catch (error) {
      if (failed(error, "not_found")) this.#settle();
      else if (!failed(error, "locked", "no_vault")) this.failure = error;
    }
  }

  #key = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    void closeWindow();
  };

  #allow = (): void => {
    const decision = this.#allowable ? this.#choice?.decision : undefined;
    if (decision) void this.#decide(decision);
  };

  #deny = (): void => {
    // A vault that cannot be read takes no decision; a closed window means deny there too.
    if (!this.#ready) void closeWindow();
    else void this.#decide({ decision: "deny", duration: this.view?.release ? "once" : this.denyDuration });
  };

  async #decide(decision: ConsentDecision): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    try {
      await owner.command({ command: "consent_decide", id: this.#id, decision });
      await closeWindow();
    } catch (error) {
      if (failed(error, "not_found")) this.#settle();
      else this.failure = error;
    } finally {
      this.busy = false;
    }
  }

  #settle(): void {
    if (this.settled) return;
    this.settled = true;
    setTimeout(() => void closeWindow(), SETTLED_SHOWN_MS);
  }
}

/** Closes the window, which the background takes for a denial where nothing was decided. */
async function closeWindow(): Promise<void> {
  const tab = await browser.tabs.getCurrent();
  if (tab?.id === undefined) window.close();
  else await browser.tabs.remove(tab.id);
}

customElements.define("ks-consent", Consent);
