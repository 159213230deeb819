// A raw copy of everything that is stored, sealed as it is: for a vault that is damaged, also one that does not open.

import { html, nothing, type PropertyDeclarations } from "lit";
import { PageElement } from "../../../components/element";
import { parts, t } from "../../../components/i18n";
import { icon } from "../../../components/icons";
import { owner } from "../../../components/owner";
import { OutgoingFile, progressBar, saveLink } from "./outgoing";
import { datedName } from "./sizes";

export class RawCopy extends PageElement {
  static override properties: PropertyDeclarations = { saved: { state: true } };
  declare saved: boolean;
  readonly #file = new OutgoingFile(this);

  constructor() {
    super();
    this.saved = false;
  }

  /** Nothing of it stays in a page that nobody looks at; what is still being made goes on. */
  leave(): void {
    if (this.#file.ready) this.#file.forget();
    this.saved = false;
  }

  protected override render(): unknown {
    const { progress, ready, problem } = this.#file;
    return html`<div class="stack">
      <p>${t("rawCopyText")}</p>
      ${
        progress
          ? progressBar("raw-copy", t("rawCopyRunning"), progress, this.#cancel)
          : ready
            ? html`<div data-testid="raw-copy-ready">${saveLink("raw-copy", ready, this.#save)}</div>`
            : html`<div><button data-testid="raw-copy-start" @click=${this.#start}>${icon("copy")}${t("rawCopyStart")}</button></div>`
      }
      <div role="status">
        ${this.saved ? html`<p class="small">${t("rawCopySaved")}</p>` : nothing}
      </div>
      <div role="alert">
        ${problem ? html`<p class="notice danger" data-testid="raw-copy-problem">${icon("alert")}<span>${problem}</span></p>` : nothing}
      </div>
      <p class="small soft">
        ${parts(
          "rawCopyGoOn",
          html`<code>keepsake-cli verify ${ready?.name ?? t("rawCopyFile")}</code>`,
          html`<code>keepsake-cli export ${ready?.name ?? t("rawCopyFile")}</code>`,
        )}
      </p>
    </div>`;
  }

  #start = async (): Promise<void> => {
    this.saved = false;
    await this.#file.make({
      name: datedName(".keepsake-dump.jsonl"),
      type: "application/jsonl",
      start: () => owner.call({ op: "dumpStart" }),
      part: (part) => owner.call({ op: "dumpPart", part }),
    });
    await this.updateComplete;
    this.find("raw-copy-save")?.focus();
  };

  #cancel = async (): Promise<void> => {
    this.#file.forget();
    await this.updateComplete;
    this.find("raw-copy-start")?.focus();
  };

  #save = (): void => {
    this.saved = true;
  };
}

customElements.define("ks-raw-copy", RawCopy);
