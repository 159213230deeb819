// The words of a memory as they are, with long ones folded until the person unfolds them.

import { html, nothing } from "lit";
import { PageElement } from "./element";
import { t } from "./i18n";

/** What takes more than about eight lines. */
const LONG_CHARS = 700;
const LONG_LINES = 8;

export class MemoryText extends PageElement {
  static override properties = { text: {}, whole: { state: true } };
  declare text: string;
  declare whole: boolean;

  constructor() {
    super();
    this.text = "";
    this.whole = false;
  }

  protected override render(): unknown {
    const long = this.text.length > LONG_CHARS || this.text.split("\n", LONG_LINES + 1).length > LONG_LINES;
    return html`<p class=${long && !this.whole ? "memory-text folded" : "memory-text"} data-testid="memory-text" dir="auto">${this.text}</p>
      ${
        long
          ? html`<button class="quiet small" aria-expanded=${this.whole} @click=${this.#toggle}>
              ${this.whole ? t("memoryFold") : t("memoryUnfold")}
            </button>`
          : nothing
      }`;
  }

  #toggle = (): void => {
    this.whole = !this.whole;
  };
}

customElements.define("ks-memory-text", MemoryText);
