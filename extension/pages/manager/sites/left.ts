// What had already left when a permission ended: it cannot be called back, so the person is shown which memories it was.

import { html, nothing } from "lit";
import { PageElement } from "../../../components/element";
import { counted, formatMoment, t } from "../../../components/i18n";
import { owner } from "../../../components/owner";
import { firstOf } from "../../../components/pages";
import { spelled, subjectName } from "../../../components/terms";
import type { KnownRecord, Subject } from "../../../generated/messages";
import "../../../components/memory-text";

const PAGE_SIZE = 50;

export class Left extends PageElement {
  static override properties = { subject: { state: true }, records: { state: true }, total: { state: true } };
  declare subject: Subject | undefined;
  declare records: KnownRecord[];
  declare total: number;

  async show(subject: Subject): Promise<void> {
    this.records = [];
    await this.#load(subject, PAGE_SIZE);
    this.subject = subject;
    await this.updateComplete;
    this.querySelector("dialog")?.showModal();
    this.find("left-close")?.focus();
  }

  protected override render(): unknown {
    const { subject } = this;
    if (!subject) return nothing;
    const more = this.total - this.records.length;
    return html`<dialog aria-labelledby="left-heading" data-testid="left-dialog" @close=${this.#closed}>
      <div class="stack">
        <h2 id="left-heading">${this.total === 0 ? t("leftNone") : counted("left", this.total)}</h2>
        ${this.total === 0 ? nothing : html`<p>${t("leftText")}</p>`}
        <p class="origin">${spelled(subjectName(subject))}</p>
        <ul class="receipts" aria-labelledby="left-heading">
          ${this.records.map((record) => this.#record(record))}
        </ul>
        ${more > 0 ? html`<button data-testid="left-more" @click=${() => this.#load(subject, this.records.length + PAGE_SIZE)}>${counted("showMore", Math.min(more, PAGE_SIZE))}</button>` : nothing}
        <div class="row actions">
          <button class="primary" data-testid="left-close" @click=${this.#close}>${t("close")}</button>
        </div>
      </div>
    </dialog>`;
  }

  #record({ memory, last, times, redacted }: KnownRecord): unknown {
    return html`<li class="receipt" data-testid="left-record">
      <div class="stack tight">
        ${memory ? html`<ks-memory-text .text=${memory.text}></ks-memory-text>` : html`<p class="soft">${t("leftForgotten")}</p>`}
        <p class="small soft">
          ${counted("leftWhen", times, formatMoment(last))}${redacted ? html` · ${t("leftRedacted")}` : nothing}
        </p>
      </div>
    </li>`;
  }

  async #load(subject: Subject, wanted: number): Promise<void> {
    const known = await firstOf(wanted, (part) => owner.command({ command: "known", subject, ...part }));
    this.records = known.items;
    this.total = known.total;
  }

  #close = (): void => this.querySelector("dialog")?.close();

  #closed = (): void => {
    this.subject = undefined;
    this.records = [];
  };
}

customElements.define("ks-left", Left);
