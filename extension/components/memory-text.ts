// The words of a memory as they are, with long ones folded until the person unfolds them, and marks where words matched.

import { html, nothing } from "lit";
import type { Span } from "../generated/messages";
import { PageElement } from "./element";
import { t } from "./i18n";

/** What takes more than about eight lines. */
const LONG_CHARS = 700;
const LONG_LINES = 8;

export class MemoryText extends PageElement {
  static override properties = { text: {}, marks: { attribute: false }, whole: { state: true } };
  declare text: string;
  /** Where the words stand that were looked for, in order. */
  declare marks: readonly Span[];
  declare whole: boolean;

  constructor() {
    super();
    this.text = "";
    this.marks = [];
    this.whole = false;
  }

  protected override render(): unknown {
    const long = this.text.length > LONG_CHARS || this.text.split("\n", LONG_LINES + 1).length > LONG_LINES;
    return html`<p class=${long && !this.whole ? "memory-text folded" : "memory-text"} data-testid="memory-text" dir="auto">${this.#marked()}</p>
      ${
        long
          ? html`<button class="quiet small" aria-expanded=${this.whole} @click=${this.#toggle}>
              ${this.whole ? t("memoryFold") : t("memoryUnfold")}
            </button>`
          : nothing
      }`;
  }

  #marked(): unknown {
    const ends = [0, ...this.marks.map(({ end }) => end)];
    return [
      this.marks.map(
        ({ start, end }, place) =>
          html`${this.text.slice(ends[place], start)}<mark>${this.text.slice(start, end)}</mark>`,
      ),
      this.text.slice(ends.at(-1)),
    ];
  }

  #toggle = (): void => {
    this.whole = !this.whole;
  };
}

customElements.define("ks-memory-text", MemoryText);
