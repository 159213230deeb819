// Says what was just done and offers to undo it, long enough to be read and reached.

import { html, nothing } from "lit";
import { PageElement } from "./element";
import { t } from "./i18n";
import { icon } from "./icons";

export interface Message {
  text: string;
  /** What the button does. */
  undo?: () => void;
  /** It did not work. */
  problem?: boolean;
}

/** How long a message stays when the person does not look at it with pointer or focus. */
const SHOWN_MS = 12_000;

export class Toast extends PageElement {
  static override properties = { message: { state: true } };
  declare message: Message | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  show(message: Message): void {
    this.message = message;
    this.#hold();
    this.#release();
  }

  hide = (): void => {
    this.#hold();
    this.message = undefined;
  };

  protected override render(): unknown {
    const { message } = this;
    // The live regions are there before the text, or it would not be read out.
    return html`<div
      class="toast-place"
      @pointerenter=${this.#hold}
      @pointerleave=${this.#release}
      @focusin=${this.#hold}
      @focusout=${this.#release}
    >
      <div role="status">${message && !message.problem ? this.#toast(message) : nothing}</div>
      <div role="alert">${message?.problem ? this.#toast(message) : nothing}</div>
    </div>`;
  }

  #toast(message: Message): unknown {
    return html`<div class="toast" data-testid="toast">
      <span>${message.text}</span>
      ${
        message.undo
          ? html`<button class="quiet" data-testid="undo" @click=${message.undo}>${t("undo")}</button>`
          : nothing
      }
      <button class="quiet icon-only" data-testid="toast-close" aria-label=${t("closeMessage")} @click=${this.hide}>
        ${icon("close")}
      </button>
    </div>`;
  }

  #hold = (): void => clearTimeout(this.#timer);

  #release = (): void => {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.hide, SHOWN_MS);
  };
}

customElements.define("ks-toast", Toast);
