// Taking the receipts out, as lines of JSON that anybody can check without the vault.

import { html } from "lit";
import { PageElement } from "../../../components/element";
import { parts, t } from "../../../components/i18n";
import { icon } from "../../../components/icons";
import { owner } from "../../../components/owner";
import { OutgoingFile, progressBar, saveLink } from "../backup/outgoing";
import { datedName } from "../backup/sizes";

export class ReceiptsOut extends PageElement {
  readonly #file = new OutgoingFile(this);

  /** Nothing of it stays in a page that nobody looks at. */
  leave(): void {
    this.#file.forget();
  }

  protected override render(): unknown {
    const { progress, ready, problem } = this.#file;
    return html`<details class="card receipts-out">
      <summary data-testid="receipts-out">${t("receiptsOut")}</summary>
      <div class="stack">
        <p class="small">${t("receiptsOutText")}</p>
        ${
          progress
            ? progressBar("receipts-out", t("receiptsOutRunning"), progress, () => this.#file.forget())
            : ready
              ? html`<div>${saveLink("receipts-out", ready, () => undefined)}</div>
                  <p class="small soft">
                    ${parts("receiptsOutCheck", html`<code class="command">keepsake-cli receipts ${ready.name}</code>`)}
                  </p>`
              : html`<div><button data-testid="receipts-out-start" @click=${this.#make}>${icon("archive")}${t("receiptsOutStart")}</button></div>`
        }
        <div role="alert">
          ${problem ? html`<p class="notice danger" data-testid="receipts-out-problem">${icon("alert")}<span>${problem}</span></p>` : ""}
        </div>
      </div>
    </details>`;
  }

  #make = async (): Promise<void> => {
    const lines = new TextEncoder();
    let done = 0;
    await this.#file.make({
      name: datedName("-receipts.jsonl"),
      type: "application/jsonl",
      start: async () => ({ done: 0, total: 0 }),
      part: async () => {
        const { text, progress, finished } = await owner.command({ command: "receipts_export", done });
        done = progress.done;
        return { bytes: lines.encode(text), progress, finished };
      },
    });
    await this.updateComplete;
    this.find("receipts-out-save")?.focus();
  };
}

customElements.define("ks-receipts-out", ReceiptsOut);
