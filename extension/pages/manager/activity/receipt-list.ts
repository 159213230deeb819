// Receipts, the newest first; those that are unfolded tell which memories they are about.

import { html, nothing, type PropertyValues } from "lit";
import { PageElement } from "../../../components/element";
import { counted, formatMoment, parts, t } from "../../../components/i18n";
import { icon } from "../../../components/icons";
import { explain } from "../../../components/owner";
import { subjectNotes } from "../../../components/terms";
import type { MemoryId, MemoryView, ReceiptEntry, ReceiptView } from "../../../generated/messages";
import "../../../components/memory-text";
import { findMemories } from "../lookup";
import { lookInto } from "./look";
import { DRAWINGS, sentence } from "./sentence";

export class ReceiptList extends PageElement {
  static override properties = {
    items: { attribute: false },
    records: { state: true },
    problem: { state: true },
  };
  declare items: readonly ReceiptView[];
  /** The memories of the receipts that were unfolded; `undefined` stands for one that is gone. */
  declare records: ReadonlyMap<MemoryId, MemoryView | undefined>;
  declare problem: string;
  readonly #unfolded = new Set<string>();

  constructor() {
    super();
    this.items = [];
    this.records = new Map();
    this.problem = "";
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has("items")) return;
    // What is given anew may be about memories that were changed or forgotten meanwhile.
    this.records = new Map();
    void this.#lookUp();
  }

  protected override render(): unknown {
    return html`<ol class="receipts" aria-label=${t("receipts")}>
      ${this.items.map((receipt) => this.#receipt(receipt))}
    </ol>`;
  }

  #receipt(receipt: ReceiptView): unknown {
    const { id, at, number, subject, entry } = receipt;
    return html`<li class="receipt" data-testid="receipt" data-entry=${entry.entry} data-id=${id}>
      <span class="receipt-icon">${icon(DRAWINGS[entry.entry])}</span>
      <div class="stack tight">
        <p>${sentence(receipt)} ${subject ? subjectNotes(subject) : nothing}</p>
        <p class="small soft">
          <time datetime=${new Date(at).toISOString()}>${formatMoment(at)}</time> · ${t("receiptNumber", number)}
        </p>
        ${this.#details(receipt)}
      </div>
    </li>`;
  }

  #details({ id, entry }: ReceiptView): unknown {
    const records = recordsOf(entry);
    if (records.length === 0) return nothing;
    const purpose = entry.entry === "released" ? entry.purpose : undefined;
    return html`<details ?open=${this.#unfolded.has(id)} @toggle=${(event: Event) => this.#toggle(event, id)}>
      <summary class="small" data-testid="receipt-details">${counted("receiptWhich", records.length)}</summary>
      <div class="stack tight receipt-body">
        ${purpose ? html`<p class="small soft">${parts("grantPurpose", html`<q dir="auto">${purpose}</q>`)}</p>` : nothing}
        ${this.problem ? html`<p class="problem" role="alert">${icon("alert")}<span>${this.problem}</span></p>` : nothing}
        <ul class="released">
          ${records.map((record) => this.#record(record, entry))}
        </ul>
      </div>
    </details>`;
  }

  #record(id: MemoryId, entry: ReceiptEntry): unknown {
    if (!this.records.has(id)) return html`<li class="soft small">${this.problem ? "…" : t("loading")}</li>`;
    const memory = this.records.get(id);
    const released = entry.entry === "released";
    const redacted = released && entry.redacted?.includes(id);
    return html`<li data-testid="receipt-record" data-id=${id}>
      ${
        memory
          ? html`<ks-memory-text .text=${memory.text}></ks-memory-text>`
          : html`<span class="soft">${t(released ? "receiptDeleted" : "receiptNotKept")}</span>`
      }
      ${redacted ? html`<span class="chip" data-testid="receipt-redacted">${t("knownRedacted")}</span>` : nothing}
      ${
        released
          ? html`<button class="quiet small" data-testid="receipt-known" @click=${() => this.dispatchEvent(lookInto({ memory: id }))}>
              ${t("whoKnows")}
            </button>`
          : nothing
      }
    </li>`;
  }

  #toggle(event: Event, id: string): void {
    if ((event.target as HTMLDetailsElement).open) this.#unfolded.add(id);
    else this.#unfolded.delete(id);
    void this.#lookUp();
  }

  /** Finds the memories of all unfolded receipts that have not been looked for yet. */
  async #lookUp(): Promise<void> {
    const { items } = this;
    const wanted = items
      .filter(({ id }) => this.#unfolded.has(id))
      .flatMap(({ entry }) => recordsOf(entry))
      .filter((id) => !this.records.has(id));
    if (wanted.length === 0) return;
    try {
      const found = await findMemories(wanted);
      // Other receipts have come in meanwhile, and a search for theirs is under way.
      if (items !== this.items) return;
      this.records = new Map([...this.records, ...wanted.map((id) => [id, found.get(id)] as const)]);
      this.problem = "";
    } catch (error) {
      this.problem = explain(error);
    }
  }
}

/** The memories that a receipt is about. */
function recordsOf(entry: ReceiptEntry): MemoryId[] {
  switch (entry.entry) {
    case "released":
      return entry.records;
    case "proposed":
      return [...entry.records, ...(entry.created ?? [])];
    case "change_proposed":
      return [entry.memory];
    case "reviewed":
      return [...entry.accepted, ...entry.declined];
    default:
      return [];
  }
}

customElements.define("ks-receipt-list", ReceiptList);
