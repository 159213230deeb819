// The activity: a receipt for everything that left and everything that was decided, and who knows what by now.

import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { counted, t } from "../../components/i18n";
import { icon } from "../../components/icons";
import { failed, owner } from "../../components/owner";
import { firstOf } from "../../components/pages";
import { spelled, subjectKey, subjectName, subjectNotes } from "../../components/terms";
import { failurePanel, waiting } from "../../components/vault";
import type { KnownBy, KnownPage, MemoryView, ReceiptView, Subject, Topic } from "../../generated/messages";
import { knowers, knownToAsker } from "./activity/known";
import type { Look } from "./activity/look";
import "./activity/receipt-list";
import "./activity/receipts-out";
import type { ReceiptsOut } from "./activity/receipts-out";
import { Section } from "./section";

const PAGE_SIZE = 100;
const DAY_MS = 86_400_000;

/** How far back one looks, in days; 0 for all there is. */
const PERIODS = [0, 1, 7, 30] as const;
type Period = (typeof PERIODS)[number];

export class Activity extends Section {
  static override properties = {
    look: { state: true },
    period: { state: true },
    items: { state: true },
    total: { state: true },
    intact: { state: true },
    askers: { state: true },
    known: { state: true },
    knownBy: { state: true },
    memory: { state: true },
  };
  /** One asker or one memory to look into; all receipts without. */
  declare look: Look | undefined;
  declare period: Period;
  declare items: ReceiptView[];
  declare total: number;
  declare intact: boolean;
  /** Whom one can look into, by their keys: all that a decision or a receipt here names. */
  declare askers: ReadonlyMap<string, Subject>;
  /** All that the asker was given. */
  declare known: KnownPage;
  /** All that were given the memory. */
  declare knownBy: KnownBy[];
  /** The memory that is looked into, unless it is forgotten. */
  declare memory: MemoryView | undefined;
  protected override readonly topics: readonly Topic[] = ["receipts", "memories", "grants"];
  #wanted = PAGE_SIZE;

  constructor() {
    super();
    this.period = 0;
    this.items = [];
    this.total = 0;
    this.intact = true;
    this.askers = new Map();
    this.known = { total: 0, items: [] };
    this.knownBy = [];
  }

  /** Shows what happened with one asker or one memory, or everything. */
  async lookInto(look: Look | undefined): Promise<void> {
    this.look = look;
    this.loaded = false;
    this.#wanted = PAGE_SIZE;
    await this.refresh();
    await this.updateComplete;
    this.querySelector<HTMLElement>("h1")?.focus();
  }

  protected override willUpdate(changed: PropertyValues): void {
    super.willUpdate(changed);
    if (changed.get("active") !== true || this.active) return;
    // What one looked into is not there any more when one comes back.
    this.querySelector<ReceiptsOut>("ks-receipts-out")?.leave();
    this.#all();
  }

  protected override async fetch(): Promise<void> {
    const { look, period } = this;
    const receipts = await firstOf(this.#wanted, (part) =>
      owner.command({
        command: "receipts",
        ...look,
        ...(period > 0 ? { from: Date.now() - period * DAY_MS } : {}),
        ...part,
      }),
    );
    const { grants, denials } = await owner.command({ command: "grants" });
    if (look && "subject" in look) {
      this.known = await firstOf(Number.POSITIVE_INFINITY, (part) =>
        owner.command({ command: "known", ...look, ...part }),
      );
    } else if (look) {
      this.knownBy = await owner.command({ command: "known_by", id: look.memory });
      this.memory = await memoryOf(look.memory);
    }
    // Another one was asked for meanwhile.
    if (look !== this.look) return this.fetch();
    this.total = receipts.total;
    this.intact = receipts.intact;
    this.items = receipts.items;
    const named = [...grants, ...denials, ...receipts.items].flatMap(({ subject }) => subject ?? []);
    this.askers = new Map([
      ...this.askers,
      ...named.map((subject) => [subjectKey(subject), subject] as const),
    ]);
  }

  protected override render(): TemplateResult {
    const { look } = this;
    if (!look) {
      return html`<div class="section-head"><h1 tabindex="-1">${t("section_activity")}</h1></div>
        <p class="soft lead">${t("activityText")}</p>
        ${this.#filters()} ${this.#list()} ${this.loaded && this.total > 0 ? html`<ks-receipts-out></ks-receipts-out>` : nothing}`;
    }
    return html`<div class="stack tight">
        <div>
          <button class="quiet small start" data-testid="look-all" @click=${() => this.lookInto(undefined)}>
            ← ${t("lookAll")}
          </button>
        </div>
        <h1 tabindex="-1" data-testid="look-heading">${t("subject" in look ? "lookSubject" : "lookMemory")}</h1>
        ${"subject" in look ? subjectLine(look.subject) : this.#memoryLine()}
      </div>
      ${this.#ready() ?? ("subject" in look ? knownToAsker(this.known) : knowers(this.knownBy))}
      ${this.#filters()} ${this.loaded ? this.#list() : nothing}`;
  }

  #memoryLine(): unknown {
    if (!this.loaded) return nothing;
    return html`<div class="card known" data-testid="look-memory">
      ${this.memory ? html`<ks-memory-text .text=${this.memory.text}></ks-memory-text>` : html`<p class="soft">${t("knownForgotten")}</p>`}
    </div>`;
  }

  /** What to show instead, as long as there is nothing to show. */
  #ready(): unknown {
    if (this.failure !== undefined) return failurePanel(this.failure, () => void this.refresh());
    return this.loaded ? undefined : waiting(t("loading"));
  }

  #filters(): unknown {
    const shown = this.look && "subject" in this.look ? subjectKey(this.look.subject) : "";
    return html`<div class="filters receipt-filters">
      <select data-testid="filter-asker" aria-label=${t("filterAsker")} @change=${this.#filterAsker}>
        <option value="" ?selected=${shown === ""}>${t("filterAllAskers")}</option>
        ${[...this.askers].map(
          ([key, subject]) =>
            html`<option value=${key} ?selected=${key === shown}>${longName(subject)}</option>`,
        )}
      </select>
      <select data-testid="filter-period" aria-label=${t("filterPeriod")} @change=${this.#filterPeriod}>
        ${PERIODS.map(
          (days) =>
            html`<option value=${days} ?selected=${days === this.period}>${days === 0 ? t("filterAllTime") : counted("filterDays", days)}</option>`,
        )}
      </select>
    </div>`;
  }

  #list(): unknown {
    const instead = this.#ready();
    if (instead !== undefined) return this.look ? nothing : instead;
    const chain = this.intact
      ? html`<p class="notice" data-testid="chain" data-intact="true">${icon("shield")}<span>${t("chainIntact")}</span></p>`
      : html`<p class="notice danger" role="alert" data-testid="chain" data-intact="false">${icon("alert")}<span>${t("chainBroken")}</span></p>`;
    if (this.total === 0) {
      const everything = !this.look && this.period === 0;
      return html`${this.intact ? nothing : chain}
        <div class="nothing" data-testid="activity-empty">
          ${icon("receipt")}
          <h2>${t(everything ? "activityEmptyTitle" : "activityNoneTitle")}</h2>
          ${everything ? html`<p class="soft">${t("activityEmptyText")}</p>` : nothing}
        </div>`;
    }
    const more = this.total - this.items.length;
    return html`${chain}
      <p class="small soft" role="status" data-testid="receipts-total" data-count=${this.total}>${counted("receiptsTotal", this.total)}</p>
      <ks-receipt-list .items=${this.items}></ks-receipt-list>
      ${
        more > 0
          ? html`<button class="more" data-testid="more-receipts" @click=${this.#more}>${counted("showMore", Math.min(more, PAGE_SIZE))}</button>`
          : nothing
      }`;
  }

  #all(): void {
    if (!this.look) return;
    this.look = undefined;
    this.loaded = false;
    this.memory = undefined;
    this.changed(this.topics);
  }

  #filterAsker = (event: Event): void => {
    const subject = this.askers.get((event.target as HTMLSelectElement).value);
    void this.lookInto(subject && { subject });
  };

  #filterPeriod = (event: Event): void => {
    const days = Number((event.target as HTMLSelectElement).value);
    this.period = PERIODS.find((each) => each === days) ?? 0;
    this.#wanted = PAGE_SIZE;
    void this.refresh();
  };

  #more = async (): Promise<void> => {
    this.#wanted += PAGE_SIZE;
    await this.refresh();
  };
}

function subjectLine(subject: Subject): TemplateResult {
  return html`<p class="row" data-testid="look-subject">
    <b class="origin">${spelled(subjectName(subject))}</b> ${subjectNotes(subject)}
  </p>`;
}

/** A name for where there is room for text alone. */
function longName(subject: Subject): string {
  if (subject.kind === "extension" || subject.container === "firefox-default") return subjectName(subject);
  return `${subjectName(subject)} · ${t("subjectContainer", subject.container.replace("firefox-container-", ""))}`;
}

async function memoryOf(id: string): Promise<MemoryView | undefined> {
  try {
    return await owner.command({ command: "memory_get", id });
  } catch (error) {
    if (failed(error, "not_found")) return undefined;
    throw error;
  }
}

customElements.define("ks-activity", Activity);
