// Where a grant is asked for: the collections, what of them may leave, the very records, and for how long.

import { html, nothing } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { durationField } from "../../components/duration-field";
import { PageElement } from "../../components/element";
import { counted, t } from "../../components/i18n";
import { icon } from "../../components/icons";
import { type Limits, type LimitsChange, limitsOf } from "../../components/limits-field";
import { failed, owner } from "../../components/owner";
import { firstOf } from "../../components/pages";
import { debounce } from "../../components/refresh";
import { actionNames, EVERY_SCOPE, memoryFacts, SENSITIVITIES } from "../../components/terms";
import { failurePanel } from "../../components/vault";
import type { ConsentDecision, ConsentView, GrantDuration, MemoryView } from "../../generated/messages";
import "../../components/memory-text";
import type { Choice } from "./choice";

const PAGE_SIZE = 50;
const SEARCH_AFTER_MS = 200;

export class ConsentGrant extends PageElement implements Choice {
  static override properties = {
    view: { attribute: false },
    dead: { attribute: false },
    failure: { state: true },
    scopes: { state: true },
    limits: { state: true },
    valid: { state: true },
    duration: { state: true },
    query: { state: true },
    records: { state: true },
    total: { state: true },
    matching: { state: true },
    withheld: { state: true },
    loading: { state: true },
    ready: { state: true },
  };
  declare view: ConsentView;
  declare dead: boolean;
  declare failure: unknown;
  declare scopes: ReadonlySet<string>;
  declare limits: Limits;
  /** Whether a grant can have these limits. */
  declare valid: boolean;
  declare duration: GrantDuration;
  declare query: string;
  declare records: MemoryView[];
  /** How many could leave, before the unticked ones are taken away. */
  declare total: number;
  /** How many of them hold the words of the query. */
  declare matching: number;
  declare withheld: number;
  /** The records are being fetched anew. */
  declare loading: boolean;
  declare ready: boolean;
  /** What the person unticked, kept whole: a scope or a search may hide it for a while. */
  readonly #unticked = new Map<string, MemoryView>();
  #turn = 0;
  #wanted = PAGE_SIZE;

  constructor() {
    super();
    this.dead = true;
    this.scopes = new Set();
    this.limits = { max_sensitivity: "personal", each_time: false };
    this.valid = true;
    this.duration = "session";
    this.query = "";
    this.records = [];
    this.total = 0;
    this.matching = 0;
    this.withheld = 0;
    this.loading = false;
    this.ready = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const { scopes, duration, profiles } = this.view;
    this.scopes = new Set(scopes.map(({ name }) => name));
    // What was asked for, but no longer than a session unless the person says so.
    this.duration = duration === "once" ? "once" : "session";
    const usual = profiles.find(({ name }) => name === "everything_but_sensitive");
    if (usual) this.limits = limitsOf(usual);
    void this.#begin();
  }

  get allowable(): boolean {
    return this.ready && !this.loading && this.valid && this.scopes.size > 0 && this.failure === undefined;
  }

  get summary(): string {
    if (this.scopes.size === 0) return t("consentTickScope");
    if (!this.valid) return t("consentMend");
    const until = t(`until_${this.duration}`);
    if (!this.#reads) return `${t("consentSummaryAdd")} · ${until}`;
    return `${this.limits.each_time ? t("consentEachTimeSummary") : counted("consentTotal", this.#leaving)} · ${until}`;
  }

  get agree(): string {
    return t("allow");
  }

  get decision(): ConsentDecision {
    return {
      decision: "allow",
      duration: this.duration,
      scopes: this.scopes.has(EVERY_SCOPE) ? [EVERY_SCOPE] : [...this.scopes],
      ...this.limits,
      // A memory that the person will be asked about needs no exception.
      except: this.limits.each_time ? [] : [...this.#unticked.keys()],
    };
  }

  async refresh(): Promise<void> {
    if (!this.#reads) return;
    const turn = ++this.#turn;
    const query = this.query.trim();
    const { max_sensitivity, kinds } = this.limits;
    const wish = {
      command: "consent_records" as const,
      id: this.view.id,
      scopes: [...this.scopes],
      max_sensitivity,
      ...(kinds && { kinds }),
    };
    this.loading = true;
    this.#tell();
    try {
      const found = await firstOf(this.#wanted, (part) =>
        owner.command({ ...wish, ...(query ? { query } : {}), ...part }),
      );
      const all = query ? await owner.command({ ...wish, offset: 0, limit: 1 }) : found;
      if (turn !== this.#turn) return;
      this.records = found.items;
      this.matching = found.total;
      this.total = all.total;
      this.withheld = all.withheld;
      this.failure = undefined;
    } catch (error) {
      if (turn !== this.#turn) return;
      if (failed(error, "not_found")) this.dispatchEvent(new CustomEvent("moot", { bubbles: true }));
      else if (!failed(error, "locked", "no_vault")) this.failure = error;
    } finally {
      if (turn === this.#turn) {
        this.loading = false;
        this.#tell();
      }
    }
  }

  protected override render(): unknown {
    if (this.failure !== undefined) return failurePanel(this.failure, () => void this.refresh());
    // Nothing moves under the pointer later: all of it shows when the records are there.
    if (!this.ready) return nothing;
    return html`<div class="stack">
      <div class="card panel stack">
        ${this.#scopeChoice()}
        ${
          this.#reads
            ? html`<ks-limits
                .value=${this.limits}
                .profiles=${this.view.profiles}
                .dead=${this.dead}
                @limitschange=${this.#limitsChanged}
              ></ks-limits>`
            : nothing
        }
        ${durationField({
          id: "duration",
          chosen: this.duration,
          asked: this.view.duration,
          dead: this.dead,
          choose: (duration) => this.#chooseDuration(duration),
        })}
      </div>
      ${this.#reads ? this.#leaves() : nothing}
      ${
        this.view.actions.includes("add")
          ? html`<p class="notice" data-testid="add-note">${icon("inbox")}<span>${t("consentAddText")}</span></p>`
          : nothing
      }
    </div>`;
  }

  #scopeChoice(): unknown {
    const { scopes, wildcard, actions } = this.view;
    const every = this.scopes.has(EVERY_SCOPE);
    return html`<fieldset>
      <legend class="label">${t("consentScopes")}</legend>
      <div class="choices">
        ${
          wildcard
            ? html`<div class="choice">
                <input type="checkbox" id="scope-every" data-testid="scope-*" aria-disabled=${this.#inert} .checked=${every} @change=${() => this.#toggleScope(EVERY_SCOPE)} />
                <label for="scope-every">${t("everyScope")} <span class="hint">${t("everyScopeHint")}</span></label>
              </div>`
            : nothing
        }
        ${scopes.map(
          ({ name, memories, actions: missing }, index) =>
            html`<div class="choice">
              <input
                type="checkbox"
                id="scope-${index}"
                data-testid="scope-${name}"
                aria-disabled=${this.#inert}
                .checked=${every || this.scopes.has(name)}
                ?disabled=${every}
                @change=${() => this.#toggleScope(name)}
              />
              <label for="scope-${index}">
                ${name} <span class="soft small">${this.#reads ? counted("memories", memories) : nothing}</span>
                ${
                  missing.length > 0 && missing.length < actions.length
                    ? html`<span class="hint" data-testid="new-here">${t("consentNewHere", actionNames(missing))}</span>`
                    : nothing
                }
              </label>
            </div>`,
        )}
      </div>
      ${scopes.length === 0 ? html`<p class="soft">${t("consentNoScopes")}</p>` : nothing}
    </fieldset>`;
  }

  #leaves(): unknown {
    if (this.limits.each_time) {
      return html`<p class="notice" role="status" data-testid="each-time-note">${icon("eye")}<span>${t("consentEachTime")}</span></p>`;
    }
    const leaving = this.#leaving;
    const { daily_budget } = this.limits;
    return html`<section class="card panel stack" aria-labelledby="leaves-heading">
      <div role="status">
        <h2 id="leaves-heading"><span data-testid="total" data-count=${leaving}>${counted("consentTotal", leaving)}</span></h2>
        ${daily_budget !== undefined && daily_budget < leaving ? html`<p class="soft small" data-testid="a-day">${counted("consentADay", daily_budget)}</p>` : nothing}
        ${this.withheld > 0 ? html`<p class="soft small" data-testid="withheld">${counted(this.limits.kinds ? "consentOutside" : "consentWithheld", this.withheld)}</p>` : nothing}
        ${this.duration === "once" ? nothing : html`<p class="hint">${t("consentLater")}</p>`}
      </div>
      ${this.total === 0 && this.query === "" ? html`<p class="soft" data-testid="no-records">${t("consentNothing")}</p>` : this.#recordList()}
    </section>`;
  }

  #recordList(): unknown {
    const more = this.matching - this.records.length;
    return html`<div class="stack tight">
      <div class="with-icon">
        ${icon("search")}
        <input
          type="search"
          data-testid="record-search"
          aria-label=${t("consentSearch")}
          placeholder=${t("consentSearch")}
          autocomplete="off"
          .value=${this.query}
          @input=${this.#search}
          @keydown=${this.#searchKey}
        />
      </div>
      <div class="row">
        <button class="small" data-testid="untick-shown" aria-disabled=${this.#inert} @click=${() => this.#tick(this.records, false)}>${t("consentUntickShown")}</button>
        <button class="small" data-testid="tick-shown" aria-disabled=${this.#inert} @click=${() => this.#tick(this.records, true)}>${t("consentTickShown")}</button>
      </div>
      ${this.records.length === 0 ? html`<p class="soft" role="status">${this.loading ? t("loading") : t("noMatches")}</p>` : nothing}
      <ul class="records" aria-label=${t("consentLeaves")}>
        ${repeat(
          this.records,
          (record) => record.id,
          (record) => this.#record(record),
        )}
      </ul>
      ${
        more > 0
          ? html`<button data-testid="more-records" aria-disabled=${this.#inert} @click=${this.#more}>${counted("showMore", Math.min(more, PAGE_SIZE))}</button>`
          : nothing
      }
    </div>`;
  }

  #record(record: MemoryView): unknown {
    const ticked = !this.#unticked.has(record.id);
    return html`<li class=${ticked ? "record" : "record off"} data-testid="record" data-id=${record.id}>
      <input
        type="checkbox"
        data-testid="record-tick"
        aria-disabled=${this.#inert}
        aria-labelledby="record-${record.id}"
        .checked=${ticked}
        @change=${() => this.#tick([record], !ticked)}
      />
      <div id="record-${record.id}" class="stack tight">
        <ks-memory-text .text=${record.text}></ks-memory-text>
        ${memoryFacts(record)}
      </div>
    </li>`;
  }

  /** Says of a control that it does not work yet. */
  get #inert(): "true" | typeof nothing {
    return this.dead ? "true" : nothing;
  }

  /** Whether records would leave at all. */
  get #reads(): boolean {
    return this.view.actions.some((action) => action !== "add");
  }

  get #leaving(): number {
    const limit = SENSITIVITIES.indexOf(this.limits.max_sensitivity);
    const { kinds } = this.limits;
    const kept = [...this.#unticked.values()].filter(
      ({ scopes, sensitivity, kind }) =>
        SENSITIVITIES.indexOf(sensitivity) <= limit &&
        (kinds?.includes(kind) ?? true) &&
        (this.scopes.has(EVERY_SCOPE) || scopes.some((scope) => this.scopes.has(scope))),
    );
    return Math.max(0, this.total - kept.length);
  }

  async #begin(): Promise<void> {
    await this.refresh();
    this.ready = true;
    this.#tell();
  }

  #limitsChanged = ({ detail }: CustomEvent<LimitsChange>): void => {
    this.limits = detail.limits;
    this.valid = detail.valid;
    this.#fetchAnew();
  };

  #chooseDuration(duration: GrantDuration): void {
    this.duration = duration;
    this.#tell();
  }

  #toggleScope(name: string): void {
    const scopes = new Set(this.scopes);
    if (!scopes.delete(name)) scopes.add(name);
    this.scopes = scopes;
    this.#fetchAnew();
  }

  #fetchAnew(): void {
    this.#wanted = PAGE_SIZE;
    this.#tell();
    void this.refresh();
  }

  #tick(records: readonly MemoryView[], ticked: boolean): void {
    for (const record of records) {
      if (ticked) this.#unticked.delete(record.id);
      else this.#unticked.set(record.id, record);
    }
    this.requestUpdate();
    this.#tell();
  }

  #more = async (): Promise<void> => {
    const before = this.records.length;
    this.#wanted += PAGE_SIZE;
    await this.refresh();
    await this.updateComplete;
    this.querySelectorAll<HTMLElement>('[data-testid="record-tick"]')[before]?.focus();
  };

  #searchSoon = debounce(SEARCH_AFTER_MS, () => {
    this.#wanted = PAGE_SIZE;
    void this.refresh();
  });

  #search = (event: InputEvent): void => {
    this.query = (event.target as HTMLInputElement).value;
    this.#searchSoon();
  };

  #searchKey = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || this.query === "") return;
    event.preventDefault();
    this.query = "";
    void this.refresh();
  };

  #tell(): void {
    this.dispatchEvent(new CustomEvent("choicechange", { bubbles: true }));
  }
}

customElements.define("ks-consent-grant", ConsentGrant);
