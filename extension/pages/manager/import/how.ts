// How to get out of an assistant what it remembers: the words to ask it with, ready to be copied.

import { html, nothing } from "lit";
import { PageElement } from "../../../components/element";
import { t } from "../../../components/i18n";
import { icon } from "../../../components/icons";

export class ImportHow extends PageElement {
  static override properties = { copied: { state: true } };
  declare copied: boolean;

  constructor() {
    super();
    this.copied = false;
  }

  protected override render(): unknown {
    return html`<details class="how">
      <summary>${t("importHow")}</summary>
      <div class="stack tight">
        <p class="small soft">${t("importHowText")}</p>
        <textarea readonly rows="5" data-testid="import-prompt" aria-label=${t("importPromptLabel")} .value=${t("importPrompt")}></textarea>
        <div class="row">
          <button class="small" data-testid="import-prompt-copy" @click=${this.#copy}>${icon("copy")}${t("copy")}</button>
          <span role="status" class="small">${this.copied ? t("copied") : nothing}</span>
        </div>
      </div>
    </details>`;
  }

  #copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(t("importPrompt"));
    this.copied = true;
  };
}

customElements.define("ks-import-how", ImportHow);
