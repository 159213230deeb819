// “Any site may ask”: off unless the person wants it, with what follows from it said before.

import { html, nothing } from "lit";
import { PageElement } from "../../../components/element";
import { t } from "../../../components/i18n";
import { icon } from "../../../components/icons";
import { owner } from "../../../components/owner";
import { coalesce } from "../../../components/refresh";
import { EVERY_SITE, isPatternOf, mayAnySiteAsk } from "../../../components/site-permissions";

export class AnySite extends PageElement {
  static override properties = { on: { state: true }, asking: { state: true }, refused: { state: true } };
  /** Unknown until Firefox has said it. */
  declare on: boolean | undefined;
  /** Firefox is asking the person. */
  declare asking: boolean;
  declare refused: boolean;

  constructor() {
    super();
    this.asking = false;
    this.refused = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    browser.permissions.onAdded.addListener(this.#look);
    browser.permissions.onRemoved.addListener(this.#look);
    this.#look();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    browser.permissions.onAdded.removeListener(this.#look);
    browser.permissions.onRemoved.removeListener(this.#look);
  }

  protected override render(): unknown {
    if (this.on === undefined) return nothing;
    return html`<section class="card protection" aria-labelledby="any-site-heading">
      <h2 id="any-site-heading">
        ${icon("plug")}${t("anySite")}
        <span class=${this.on ? "chip accent" : "chip"} data-testid="any-site" data-on=${this.on} role="status">${t(this.on ? "on" : "off")}</span>
      </h2>
      <p class="soft">${t("anySiteText")}</p>
      <ul class="plain-list small">
        <li>${t("anySiteFirefox")}</li>
        <li>${t("anySiteTells")}</li>
        <li>${t("anySiteGives")}</li>
        <li>${t("anySiteOff")}</li>
      </ul>
      <div>
        ${
          this.on
            ? html`<button data-testid="any-site-off" @click=${this.#turnOff}>${t("anySiteTurnOff")}</button>`
            : html`<button data-testid="any-site-on" @click=${this.#turnOn}>
                ${this.asking ? html`<span class="spinner"></span>${t("connectAsking")}` : t("anySiteTurnOn")}
              </button>`
        }
      </div>
      <div role="alert">
        ${this.refused ? html`<p class="notice" data-testid="any-site-refused">${icon("alert")}<span>${t("anySiteRefused")}</span></p>` : nothing}
      </div>
    </section>`;
  }

  readonly #fetch = coalesce(async () => {
    this.on = await mayAnySiteAsk();
  });

  #look = (): void => void this.#fetch();

  #turnOn = (): void => {
    if (this.asking) return;
    // Firefox takes this call only straight out of the click: nothing may be awaited before it.
    const answer = browser.permissions.request({ origins: [...EVERY_SITE] });
    this.asking = true;
    this.refused = false;
    answer
      .then((granted) => {
        this.refused = !granted;
      })
      .catch((error: unknown) => this.#failed(error))
      .finally(() => {
        this.asking = false;
      });
  };

  /** On this computer every site has the pattern of its own host: who has a grant there stays connected. */
  #turnOff = async (): Promise<void> => {
    try {
      const { grants } = await owner.command({ command: "grants" });
      const origins = EVERY_SITE.filter(
        (pattern) => !grants.some(({ subject }) => isPatternOf(pattern, subject)),
      );
      await browser.permissions.remove({ origins });
    } catch (error) {
      this.#failed(error);
    }
  };

  #failed(error: unknown): void {
    this.dispatchEvent(new CustomEvent("failed", { detail: error, bubbles: true }));
  }
}

customElements.define("ks-any-site", AnySite);
