// The form that opens the vault, in the popup, the consent and the manager alike: with the passphrase or the recovery code.

import { html, nothing, type PropertyValues } from "lit";
import { Countdown } from "./countdown";
import { PageElement } from "./element";
import { t } from "./i18n";
import { icon } from "./icons";
import { explain, failed, owner } from "./owner";
import { wipeProofAfter } from "./passphrase";
import "./proof-field";
import type { ProofField } from "./proof-field";

/** What `unlocked` tells. */
export interface Unlocked {
  withCode: boolean;
}

export class Unlock extends PageElement {
  static override properties = {
    busy: { state: true },
    withCode: { state: true },
    problem: { state: true },
  };
  declare busy: boolean;
  declare withCode: boolean;
  declare problem: string;
  readonly #wait = new Countdown(this);

  constructor() {
    super();
    this.busy = false;
    this.withCode = false;
    this.problem = "";
  }

  protected override firstUpdated(_changed: PropertyValues): void {
    void this.#field?.updateComplete.then(() => {
      // Not over a button that has the focus for safety's sake: the consent's “Deny”.
      if (document.activeElement === document.body || document.activeElement === null) this.#field?.focus();
    });
  }

  protected override render(): unknown {
    const { withCode, busy } = this;
    const wait = this.#wait.seconds;
    return html`<form class="unlock stack" @submit=${this.#submit} @input=${this.#prepare}>
      <div class="unlock-head">
        <span class="unlock-mark">${icon("lock")}</span>
        <h2>${t("unlockTitle")}</h2>
        <p class="soft small">${t(withCode ? "unlockCodeText" : "unlockText")}</p>
      </div>
      <ks-proof-field
        name="unlock"
        label=${t("passphrase")}
        .withCode=${withCode}
        .busy=${busy}
        .problem=${this.problem}
        .wait=${wait}
      ></ks-proof-field>
      <div class="stack tight">
        <button class="primary" data-testid="unlock" ?disabled=${wait > 0} aria-disabled=${busy ? "true" : nothing}>
          ${busy ? html`<span class="spinner"></span>${t("unlocking")}` : t("unlock")}
        </button>
        <button type="button" class="quiet small" data-testid="unlock-use-code" @click=${this.#switch}>
          ${t(withCode ? "usePassphrase" : "useCode")}
        </button>
      </div>
    </form>`;
  }

  /** While a passphrase is being typed there is time to get ready for it. Whether that succeeds shows when it is used. */
  #prepare = (): void => {
    if (!this.withCode) owner.call({ op: "prepareUnlock" }).catch(() => undefined);
  };

  get #field(): ProofField | null {
    return this.querySelector<ProofField>("ks-proof-field");
  }

  #switch = async (): Promise<void> => {
    if (this.busy) return;
    this.withCode = !this.withCode;
    this.problem = "";
    await this.updateComplete;
    await this.#field?.updateComplete;
    this.#field?.focus();
  };

  #submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const field = this.#field;
    if (!field || this.busy || this.#wait.seconds > 0) return;
    if (!field.filled) {
      this.problem = field.missing;
      return;
    }
    const { withCode } = this;
    this.busy = true;
    this.problem = "";
    try {
      await wipeProofAfter(field.take(), (proof) =>
        owner.call(
          "code" in proof
            ? { op: "unlockWithCode", code: proof.code }
            : { op: "unlock", passphrase: proof.passphrase },
        ),
      );
      field.forget();
      this.dispatchEvent(new CustomEvent<Unlocked>("unlocked", { detail: { withCode }, bubbles: true }));
    } catch (error) {
      this.problem = explain(error);
      this.dispatchEvent(new CustomEvent("unlockfailed", { detail: error, bubbles: true }));
      if (failed(error, "wait", "wrong_passphrase", "wrong_recovery_code"))
        this.#wait.start(error.retryAfterMs ?? 0);
      field.focus();
    } finally {
      this.busy = false;
    }
  };
}

customElements.define("ks-unlock", Unlock);
