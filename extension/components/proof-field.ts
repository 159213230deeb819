// The field in which the person shows that the vault is theirs: with the passphrase, or with the recovery code.

import { html, nothing, type PropertyValues } from "lit";
import type { Proof } from "../owner/protocol";
import { PageElement } from "./element";
import { counted, t } from "./i18n";
import { icon } from "./icons";
import { readPassphrase } from "./passphrase";
import { problem } from "./problem";

export class ProofField extends PageElement {
  static override properties = {
    name: {},
    label: {},
    withCode: { attribute: false },
    busy: { attribute: false },
    problem: { attribute: false },
    wait: { attribute: false },
    visible: { state: true },
  };
  /** What its ids begin with: a page may show the field twice. */
  declare name: string;
  /** What the passphrase is called here. */
  declare label: string;
  /** Whether it takes the recovery code. */
  declare withCode: boolean;
  declare busy: boolean;
  declare problem: string;
  /** Seconds until another try. */
  declare wait: number;
  declare visible: boolean;

  constructor() {
    super();
    this.withCode = false;
    this.busy = false;
    this.problem = "";
    this.wait = 0;
    this.visible = false;
  }

  /** Whether something stands in it; otherwise the person is in it now. */
  get filled(): boolean {
    if (this.#field && this.#field.value !== "") return true;
    this.focus();
    return false;
  }

  /** What to say where it is not filled. */
  get missing(): string {
    return t(this.withCode ? "recoveryCodeMissing" : "passphraseMissing");
  }

  /** What stands in it, which it holds no longer. */
  take(): Proof {
    const field = this.#field as HTMLInputElement;
    const bytes = readPassphrase(field);
    field.value = "";
    return this.withCode ? { code: bytes } : { passphrase: bytes };
  }

  forget(): void {
    if (this.#field) this.#field.value = "";
    this.visible = this.withCode;
  }

  override focus(): void {
    this.#field?.focus();
  }

  protected override willUpdate(changed: PropertyValues): void {
    // A passphrase is known by heart; a code is compared with what was written down. Neither stays for the other.
    if (changed.has("withCode")) this.forget();
  }

  protected override render(): unknown {
    const { name, withCode } = this;
    const id = `${name}-${withCode ? "code" : "passphrase"}`;
    return html`<div class="field">
      <label for=${id}>${withCode ? t("recoveryCode") : this.label}</label>
      <div class="with-button">
        <input
          id=${id}
          class=${withCode ? "code" : nothing}
          data-testid=${id}
          type=${this.visible ? "text" : "password"}
          autocomplete="off"
          autocapitalize="none"
          spellcheck="false"
          aria-describedby="${name}-hint ${name}-problem"
          aria-invalid=${this.problem ? "true" : nothing}
          ?readonly=${this.busy}
        />
        <button
          type="button"
          class="icon-only"
          data-testid="${name}-show"
          aria-pressed=${this.visible}
          aria-label=${t(withCode ? "showCode" : "showPassphrase")}
          title=${t(withCode ? "showCode" : "showPassphrase")}
          @click=${this.#toggle}
        >
          ${icon(this.visible ? "eyeOff" : "eye")}
        </button>
      </div>
      ${withCode ? html`<p class="hint" id="${name}-hint">${t("recoveryCodeHint")}</p>` : nothing}
      ${problem(`${name}-problem`, this.problem)}
      ${this.wait > 0 ? html`<p class="hint" data-testid="${name}-wait">${counted("unlockWait", this.wait)}</p>` : nothing}
    </div>`;
  }

  get #field(): HTMLInputElement | null {
    return this.querySelector("input");
  }

  #toggle = (): void => {
    this.visible = !this.visible;
  };
}

customElements.define("ks-proof-field", ProofField);
