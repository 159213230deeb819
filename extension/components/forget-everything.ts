// Destroying the whole vault: for who wants to be rid of it, and for who can no longer open it.

import { html } from "lit";
import "./confirm";
import type { Confirm } from "./confirm";
import { PageElement } from "./element";
import { t } from "./i18n";
import { owner } from "./owner";

export class ForgetEverything extends PageElement {
  static override properties = { locked: { type: Boolean } };
  /** It stands below the form that opens the vault: nothing can be taken out before. */
  declare locked: boolean;

  protected override render(): unknown {
    return html`${this.locked ? this.#startOver() : this.#dangerZone()}<ks-confirm></ks-confirm>`;
  }

  #startOver(): unknown {
    return html`<details class="start-over">
      <summary data-testid="start-over" class="small">${t("startOver")}</summary>
      <div class="stack tight">
        <p class="small soft">${t("startOverText")}</p>
        ${this.#button()}
      </div>
    </details>`;
  }

  #dangerZone(): unknown {
    return html`<div class="stack">
      <p>${t("forgetAllText")}</p>
      <p>${t("forgetAllExport")} <a href="#backup" data-testid="forget-export">${t("forgetAllExportLink")}</a></p>
      ${this.#button()}
    </div>`;
  }

  #button(): unknown {
    return html`<div>
      <button type="button" class="danger" data-testid="forget-everything" @click=${this.#ask}>${t("forgetAll")}</button>
    </div>`;
  }

  #ask = async (): Promise<void> => {
    await this.querySelector<Confirm>("ks-confirm")?.ask({
      heading: t("forgetAllHeading"),
      text: [t("forgetAllWhat"), html`<b>${t("forgetAllForGood")}</b>`, t("forgetAllCopies")],
      confirm: t("forgetAllConfirm"),
      word: t("forgetAllWord"),
      act: async () => {
        await owner.call({ op: "forgetEverything" });
      },
    });
  };
}

customElements.define("ks-forget-everything", ForgetEverything);
