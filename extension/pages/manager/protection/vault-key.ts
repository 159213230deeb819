// The key that everything is sealed under, and sealing everything anew under another one.

import { html, nothing, type PropertyValues } from "lit";
import { Countdown } from "../../../components/countdown";
import { PageElement } from "../../../components/element";
import { formatDay, formatNumber, t } from "../../../components/i18n";
import { icon } from "../../../components/icons";
import { explain, failed, owner } from "../../../components/owner";
import { wipeProofAfter } from "../../../components/passphrase";
import type { Progress } from "../../../generated/messages";
import "../../../components/proof-field";
import type { ProofField } from "../../../components/proof-field";

export class VaultKey extends PageElement {
  static override properties = {
    made: { attribute: false },
    rotation: { attribute: false },
    hasCode: { attribute: false },
    asking: { state: true },
    busy: { state: true },
    problem: { state: true },
    done: { state: true },
  };
  /** When the key was made. */
  declare made: number;
  /** How far everything is sealed anew, while it is. */
  declare rotation: Progress | undefined;
  /** Whether there is a recovery code, which a new key ends. */
  declare hasCode: boolean;
  /** The person is about to begin. */
  declare asking: boolean;
  declare busy: boolean;
  declare problem: string;
  /** It came to its end while this was here to see. */
  declare done: boolean;
  readonly #wait = new Countdown(this);

  constructor() {
    super();
    this.hasCode = false;
    this.asking = false;
    this.busy = false;
    this.problem = "";
    this.done = false;
  }

  /** Takes the passphrase out of the page. */
  forget(): void {
    this.#proof?.forget();
    this.asking = false;
    this.problem = "";
  }

  protected override willUpdate(changed: PropertyValues): void {
    // A small vault is through before the first look at how far it is: its key is another one then.
    const before = changed.get("rotation") ?? changed.get("made");
    if (this.rotation) this.done = this.asking = false;
    else if (before !== undefined) this.done = true;
  }

  protected override render(): unknown {
    return html`<div class="stack">
      <p class="soft" data-testid="key-made">${t("keyMade", formatDay(this.made))}</p>
      ${this.rotation ? this.#progress(this.rotation) : this.asking ? this.#form() : this.#offer()}
    </div>`;
  }

  #offer(): unknown {
    return html`<div role="status">
        ${this.done ? html`<p class="notice" data-testid="rotation-done">${icon("check")}<span>${t("rotateDone")}</span></p>` : nothing}
      </div>
      ${
        this.done && !this.hasCode
          ? html`<div class="notice caution" data-testid="rotation-recovery">
              ${icon("alert")}
              <div class="stack tight">
                <p>${t("rotateCodeGone")}</p>
                <div><button type="button" data-testid="rotation-make-code" @click=${this.#wantCode}>${t("recoveryMake")}</button></div>
              </div>
            </div>`
          : nothing
      }
      <p>${t("keyText")}</p>
      <div><button type="button" data-testid="rotate" @click=${this.#open}>${t("rotate")}</button></div>`;
  }

  #form(): unknown {
    const wait = this.#wait.seconds;
    return html`<form class="stack" @submit=${this.#submit}>
      <ul class="plain-list stack tight">
        <li>${t("rotateCopies")}</li>
        <li>${t("rotateCode")}</li>
        <li>${t("rotateMeanwhile")}</li>
      </ul>
      <div class="narrow-form stack">
        <ks-proof-field
          name="rotate"
          label=${t("passphrase")}
          .busy=${this.busy}
          .problem=${this.problem}
          .wait=${wait}
        ></ks-proof-field>
        <div class="row">
          <button class="primary" data-testid="rotate-start" ?disabled=${wait > 0} aria-disabled=${this.busy ? "true" : nothing}>
            ${this.busy ? html`<span class="spinner"></span>${t("rotateStarting")}` : t("rotateStart")}
          </button>
          <button type="button" class="quiet" data-testid="rotate-cancel" ?disabled=${this.busy} @click=${this.#cancel}>
            ${t("cancel")}
          </button>
        </div>
      </div>
    </form>`;
  }

  #progress({ done, total }: Progress): unknown {
    return html`<div class="stack tight" data-testid="rotation" data-done=${done} data-total=${total}>
      <h3 id="rotation-heading" tabindex="-1">${t("rotating")}</h3>
      <progress aria-labelledby="rotation-heading" max=${total} .value=${done}></progress>
      <p class="soft">${t("progressCount", done, formatNumber(total))}</p>
      <p class="small soft">${t("rotateMeanwhile")}</p>
    </div>`;
  }

  get #proof(): ProofField | null {
    return this.querySelector<ProofField>("ks-proof-field");
  }

  #open = async (): Promise<void> => {
    this.asking = true;
    this.done = false;
    await this.updateComplete;
    await this.#proof?.updateComplete;
    this.#proof?.focus();
  };

  #cancel = async (): Promise<void> => {
    this.forget();
    await this.updateComplete;
    this.find("rotate")?.focus();
  };

  #wantCode = (): void => {
    this.dispatchEvent(new CustomEvent("codewanted", { bubbles: true }));
  };

  #submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const field = this.#proof;
    if (!field || this.busy || this.#wait.seconds > 0) return;
    this.problem = "";
    if (!field.filled) {
      this.problem = field.missing;
      return;
    }
    this.busy = true;
    try {
      await wipeProofAfter(field.take(), async (proof) => {
        if ("passphrase" in proof) await owner.call({ op: "rotate", passphrase: proof.passphrase });
      });
      this.asking = false;
      this.dispatchEvent(new CustomEvent("rotationbegun", { bubbles: true }));
    } catch (error) {
      if (failed(error, "wait", "wrong_passphrase")) {
        this.problem = explain(error);
        this.#wait.start(error.retryAfterMs ?? 0);
        field.focus();
      } else {
        this.dispatchEvent(new CustomEvent("failed", { detail: error, bubbles: true }));
      }
    } finally {
      this.busy = false;
    }
  };
}

customElements.define("ks-vault-key", VaultKey);
