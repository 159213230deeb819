// The activity: a receipt for everything that left and everything that was decided, in words.

import { html, nothing, type TemplateResult } from "lit";
import { counted, countedParts, formatMoment, parts, t } from "../../components/i18n";
import { type IconName, icon } from "../../components/icons";
import { explain, owner } from "../../components/owner";
import { firstOf } from "../../components/pages";
import { actionNames, scopeName, subjectName, subjectNotes } from "../../components/terms";
import { failurePanel, waiting } from "../../components/vault";
import type { MemoryId, MemoryView, ReceiptView, Topic } from "../../generated/messages";
import "../../components/memory-text";
import { findMemories } from "./lookup";
import { Section } from "./section";

const PAGE_SIZE = 100;

const DRAWINGS: Record<ReceiptView["entry"]["entry"], IconName> = {
  released: "eye",
  proposed: "inbox",
  granted: "check",
  refused: "shield",
  revoked: "close",
  withheld: "shield",
  change_proposed: "inbox",
  own_write: "inbox",
  reviewed: "check",
  grant_changed: "check",
  rule_changed: "shield",
  paused: "shield",
};

export class Activity extends Section {
  static override properties = {
    items: { state: true },
    total: { state: true },
    intact: { state: true },
    records: { state: true },
    problem: { state: true },
  };
  declare items: ReceiptView[];
  declare total: number;
  declare intact: boolean;
  /** The memories of the receipts that were unfolded; `undefined` stands for one that is gone. */
  declare records: ReadonlyMap<MemoryId, MemoryView | undefined>;
  declare problem: string;
  protected override readonly topics: readonly Topic[] = ["receipts", "memories"];
  #wanted = PAGE_SIZE;
  readonly #unfolded = new Set<string>();

  constructor() {
    super();
    this.items = [];
    this.total = 0;
    this.intact = true;
    this.records = new Map();
    this.problem = "";
  }

  protected override async fetch(): Promise<void> {
    const { total, intact, items } = await firstOf(this.#wanted, (part) =>
      owner.command({ command: "receipts", ...part }),
    );
    this.total = total;
    this.intact = intact;
    this.items = items;
    this.records = new Map();
    await this.#lookUp();
  }

  protected override render(): TemplateResult {
    return html`<div class="section-head"><h1>${t("section_activity")}</h1></div>
      <p class="soft lead">${t("activityText")}</p>
      ${this.#list()}`;
  }

  #list(): unknown {
    if (this.failure !== undefined) return failurePanel(this.failure, () => void this.refresh());
    if (!this.loaded) return waiting(t("loading"));
    const chain = this.intact
      ? html`<p class="notice" data-testid="chain" data-intact="true">${icon("shield")}<span>${counted("chainIntact", this.total)}</span></p>`
      : html`<p class="notice danger" role="alert" data-testid="chain" data-intact="false">${icon("alert")}<span>${t("chainBroken")}</span></p>`;
    if (this.total === 0) {
      return html`${this.intact ? nothing : chain}
        <div class="nothing" data-testid="activity-empty">${icon("receipt")}<h2>${t("activityEmptyTitle")}</h2><p class="soft">${t("activityEmptyText")}</p></div>`;
    }
    const more = this.total - this.items.length;
    return html`${chain}
      <ol class="receipts" aria-label=${t("section_activity")}>
        ${this.items.map((receipt) => this.#receipt(receipt))}
      </ol>
      ${
        more > 0
          ? html`<button class="more" data-testid="more-receipts" @click=${this.#more}>${counted("showMore", Math.min(more, PAGE_SIZE))}</button>`
          : nothing
      }`;
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
    if (entry.entry !== "released" && entry.entry !== "proposed") return nothing;
    const purpose = entry.entry === "released" ? entry.purpose : undefined;
    return html`<details ?open=${this.#unfolded.has(id)} @toggle=${(event: Event) => this.#toggle(event, id)}>
      <summary class="small" data-testid="receipt-details">${counted("receiptWhich", entry.records.length)}</summary>
      <div class="stack tight receipt-body">
        ${purpose ? html`<p class="small soft">${parts("grantPurpose", html`<q dir="auto">${purpose}</q>`)}</p>` : nothing}
        ${this.problem ? html`<p class="problem" role="alert">${icon("alert")}<span>${this.problem}</span></p>` : nothing}
        <ul class="released">
          ${entry.records.map((record) => this.#record(record, entry.entry))}
        </ul>
      </div>
    </details>`;
  }

  #record(id: MemoryId, entry: "released" | "proposed"): unknown {
    if (!this.records.has(id)) return html`<li class="soft small">${this.problem ? "…" : t("loading")}</li>`;
    const memory = this.records.get(id);
    return html`<li data-testid="receipt-record" data-id=${id}>
      ${
        memory
          ? html`<ks-memory-text .text=${memory.text}></ks-memory-text>`
          : html`<span class="soft">${t(entry === "released" ? "receiptDeleted" : "receiptNotKept")}</span>`
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
    const wanted = this.items
      .filter(({ id }) => this.#unfolded.has(id))
      .flatMap(({ entry }) => ("records" in entry ? entry.records : []))
      .filter((id) => !this.records.has(id));
    if (wanted.length === 0) return;
    try {
      const found = await findMemories(wanted);
      this.records = new Map([...this.records, ...wanted.map((id) => [id, found.get(id)] as const)]);
      this.problem = "";
    } catch (error) {
      this.problem = explain(error);
    }
  }

  #more = async (): Promise<void> => {
    this.#wanted += PAGE_SIZE;
    await this.refresh();
  };
}

function sentence({ subject, entry }: ReceiptView): unknown {
  const who = subject ? html`<b class="origin">${subjectName(subject)}</b>` : nothing;
  switch (entry.entry) {
    case "released":
      return countedParts(
        "receiptReleased",
        entry.records.length,
        who,
        html`<q dir="auto">${entry.query}</q>`,
      );
    case "proposed":
      return countedParts("receiptProposed", entry.records.length, who);
    case "granted":
      return parts(
        "receiptGranted",
        who,
        actionNames(entry.actions),
        scopes(entry.scopes),
        t(`until_${entry.duration}`),
      );
    case "refused":
      return parts(
        "receiptRefused",
        who,
        actionNames(entry.actions),
        scopes(entry.scopes),
        t(`deny_${entry.duration}`),
      );
    case "revoked":
      return parts(entry.by_subject ? "receiptGivenBack" : "receiptRevoked", who);
    default:
      return who;
  }
}

function scopes(names: readonly string[]): unknown {
  return html`<b>${names.map(scopeName).join(", ")}</b>`;
}

customElements.define("ks-activity", Activity);
