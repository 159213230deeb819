// The form that opens the vault, in the popup, the consent and the manager alike.

import { html, nothing, type PropertyValues } from "lit";
import { PageElement } from "./element";
import { counted, t } from "./i18n";
import { icon } from "./icons";
import { explain, failed, owner } from "./owner";
import { readPassphrase, wipeAfter } from "./passphrase";

/** Seconds, counted down; the text is read out when it appears, not each second. */
const TICK_MS = 1000;

export class Unlock extends PageElement {
  static override properties = {
    busy: { state: true },
    visible: { state: true },
    problem: { state: true },
    waitUntil: { state: true },
  };
  declare busy: boolean;
  declare visible: boolean;
  declare problem: string;
  declare waitUntil: number;
  #ticking: ReturnType<typeof setInterval> | undefined;

  constructor() {
    super();
    this.busy = false;
    this.visible = false;
    this.problem = "";
    this.waitUntil = 0;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.#ticking);
  }

  protected override firstUpdated(_changed: PropertyValues): void {
    // Not over a button that has the focus for safety's sake: the consent's “Deny”.
    if (document.activeElement === document.body || document.activeElement === null) this.#field?.focus();
  }

  protected override render(): unknown {
    const wait = Math.max(0, Math.ceil((this.waitUntil - Date.now()) / 1000));
    return html`<form class="unlock stack" @submit=${this.#submit}>
      <div class="unlock-head">
        <span class="unlock-mark">${icon("lock")}</span>
        <h2>${t("unlockTitle")}</h2>
        <p class="soft small">${t("unlockText")}</p>
      </div>
      <div class="field">
        <label for="unlock-passphrase">${t("passphrase")}</label>
        <div class="with-button">
          <input
            id="unlock-passphrase"
            data-testid="unlock-passphrase"
            type=${this.visible ? "text" : "password"}
            autocomplete="off"
            autocapitalize="none"
            spellcheck="false"
            aria-describedby="unlock-problem"
            aria-invalid=${this.problem ? "true" : nothing}
            ?readonly=${this.busy}
          />
          <button
            type="button"
            class="icon-only"
            data-testid="unlock-show"
            aria-pressed=${this.visible}
            aria-label=${t("showPassphrase")}
            title=${t("showPassphrase")}
            @click=${this.#toggle}
          >
            ${icon(this.visible ? "eyeOff" : "eye")}
          </button>
        </div>
        <div id="unlock-problem" role="alert" data-testid="unlock-problem">
          ${this.problem ? html`<p class="problem">${icon("alert")}<span>${this.problem}</span></p>` : nothing}
        </div>
        ${wait > 0 ? html`<p class="hint" data-testid="unlock-wait">${counted("unlockWait", wait)}</p>` : nothing}
      </div>
      <button class="primary" data-testid="unlock" ?disabled=${wait > 0} aria-disabled=${this.busy ? "true" : nothing}>
        ${this.busy ? html`<span class="spinner"></span>${t("unlocking")}` : t("unlock")}
      </button>
    </form>`;
  }

  get #field(): HTMLInputElement | null {
    return this.find<HTMLInputElement>("unlock-passphrase");
  }

  #toggle = (): void => {
    this.visible = !this.visible;
  };

  #submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const field = this.#field;
    if (!field || this.busy || this.waitUntil > Date.now()) return;
    if (field.value === "") {
      this.problem = t("passphraseMissing");
      field.focus();
      return;
    }
    const passphrase = readPassphrase(field);
    field.value = "";
    this.busy = true;
    this.problem = "";
    try {
      await wipeAfter(passphrase, (bytes) => owner.call({ op: "unlock", passphrase: bytes }));
      this.visible = false;
      this.dispatchEvent(new CustomEvent("unlocked", { bubbles: true }));
    } catch (error) {
      this.problem = explain(error);
      if (failed(error, "wait", "wrong_passphrase")) this.#waitFor(error.retryAfterMs ?? 0);
      field.focus();
    } finally {
      this.busy = false;
    }
  };

  #waitFor(ms: number): void {
    clearInterval(this.#ticking);
    if (ms <= 0) return;
    this.waitUntil = Date.now() + ms;
    this.#ticking = setInterval(() => {
      this.requestUpdate();
      if (Date.now() >= this.waitUntil) clearInterval(this.#ticking);
    }, TICK_MS);
  }
}

customElements.define("ks-unlock", Unlock);
