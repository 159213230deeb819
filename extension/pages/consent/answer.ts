// Where the person picks what leaves each time: the very answer, record by record, with words that may stay.

import { html, nothing } from "lit";
import { PageElement } from "../../components/element";
import { counted, t } from "../../components/i18n";
import { icon } from "../../components/icons";
import { failed, owner } from "../../components/owner";
import { memoryFacts } from "../../components/terms";
import { failurePanel, waiting } from "../../components/vault";
import type { ConsentDecision, ConsentView, MemoryView, Span } from "../../generated/messages";
import "../../components/memory-text";
import type { Choice } from "./choice";
import { redacted, spanOf, withSpan } from "./redaction";

export class ConsentAnswerChoice extends PageElement implements Choice {
  static override properties = {
    view: { attribute: false },
    dead: { attribute: false },
    items: { state: true },
    overBudget: { state: true },
    redacting: { state: true },
    failure: { state: true },
    ready: { state: true },
  };
  declare view: ConsentView;
  declare dead: boolean;
  declare items: MemoryView[];
  declare overBudget: number;
  /** The record in which words are being taken out. */
  declare redacting: string | undefined;
  declare failure: unknown;
  declare ready: boolean;
  /** Nothing is picked unless the person does. */
  #picked: ReadonlySet<string> = new Set();
  #spans: ReadonlyMap<string, Span[]> = new Map();

  constructor() {
    super();
    this.dead = true;
    this.items = [];
    this.overBudget = 0;
    this.ready = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.refresh();
  }

  get allowable(): boolean {
    return this.ready && this.failure === undefined;
  }

  get summary(): string {
    return this.#picked.size === 0 ? t("releaseNothing") : counted("releaseTotal", this.#picked.size);
  }

  get agree(): string {
    return this.#picked.size === 0 ? t("releaseNone") : t("release");
  }

  get decision(): ConsentDecision {
    const records = this.items
      .filter(({ id }) => this.#picked.has(id))
      .map(({ id, revision }) => {
        const redact = this.#spans.get(id) ?? [];
        return redact.length > 0 ? { id, revision, redact } : { id, revision };
      });
    return { decision: "release", records };
  }

  async refresh(): Promise<void> {
    try {
      const before = new Map(this.items.map(({ id, revision }) => [id, revision]));
      const { items, over_budget } = await owner.command({ command: "consent_answer", id: this.view.id });
      // What says something else now is to be looked at again.
      const same = new Set(
        items.filter(({ id, revision }) => before.get(id) === revision).map(({ id }) => id),
      );
      this.#picked = new Set([...this.#picked].filter((id) => same.has(id)));
      this.#spans = new Map([...this.#spans].filter(([id]) => same.has(id)));
      this.items = items;
      this.overBudget = over_budget;
      this.failure = undefined;
      this.ready = true;
    } catch (error) {
      if (failed(error, "not_found")) this.dispatchEvent(new CustomEvent("moot", { bubbles: true }));
      else if (!failed(error, "locked", "no_vault")) this.failure = error;
    }
    this.#tell();
  }

  protected override render(): unknown {
    if (this.failure !== undefined) return failurePanel(this.failure, () => void this.refresh());
    if (!this.ready) return waiting(t("loading"));
    const inert = this.#inert;
    return html`<section class="card panel stack" aria-labelledby="leaves-heading">
      <div role="status">
        <h2 id="leaves-heading">
          <span data-testid="total" data-count=${this.#picked.size}>${counted("releaseOf", this.items.length, this.#picked.size)}</span>
        </h2>
        ${this.overBudget > 0 ? html`<p class="soft small" data-testid="over-budget">${counted("releaseOverBudget", this.overBudget)}</p>` : nothing}
      </div>
      ${
        this.items.length === 0
          ? html`<p class="soft" data-testid="no-records">${t("releaseEmpty")}</p>`
          : html`<div class="row">
                <button class="small" data-testid="tick-shown" aria-disabled=${inert} @click=${() => this.#pickAll(true)}>${t("selectShown")}</button>
                <button class="small" data-testid="untick-shown" aria-disabled=${inert} @click=${() => this.#pickAll(false)}>${t("selectNone")}</button>
              </div>
              <ul class="records" aria-label=${t("consentLeaves")}>
                ${this.items.map((record) => this.#record(record))}
              </ul>`
      }
    </section>`;
  }

  #record(record: MemoryView): unknown {
    const { id, text } = record;
    const picked = this.#picked.has(id);
    const spans = this.#spans.get(id) ?? [];
    return html`<li class=${picked ? "record" : "record off"} data-testid="record" data-id=${id}>
      <input
        type="checkbox"
        data-testid="record-tick"
        aria-disabled=${this.#inert}
        aria-labelledby="record-${id}"
        .checked=${picked}
        @change=${() => this.#pick(id, !picked)}
      />
      <div class="stack tight">
        <div id="record-${id}"><ks-memory-text .text=${redacted(text, spans)}></ks-memory-text></div>
        ${
          spans.length > 0
            ? html`<ul class="chips" aria-label=${t("redacted")}>
                ${spans.map(
                  (span) =>
                    html`<li class="chip caution" data-testid="left-out">
                      <s>${text.slice(span.start, span.end)}</s>
                      <button aria-label=${t("redactPutBack", text.slice(span.start, span.end))} @click=${() => this.#putBack(id, span)}>
                        ${icon("close")}
                      </button>
                    </li>`,
                )}
              </ul>`
            : nothing
        }
        ${memoryFacts(record)}
        ${this.redacting === id ? this.#editor(record) : this.#redactButton(id)}
      </div>
    </li>`;
  }

  #redactButton(id: string): unknown {
    return html`<div>
      <button class="quiet small" data-testid="redact" aria-describedby="record-${id}" aria-disabled=${this.#inert} @click=${() => this.#open(id)}>
        ${icon("eyeOff")}${t("redact")}
      </button>
    </div>`;
  }

  /** Not `readonly`: there Firefox shows no caret, which selecting by the keyboard takes. */
  #editor({ id, text }: MemoryView): unknown {
    return html`<div class="field redact">
      <label for="redact-text">${t("redactLabel")}</label>
      <textarea
        id="redact-text"
        data-testid="redact-text"
        rows="3"
        autocomplete="off"
        spellcheck="false"
        aria-readonly="true"
        .value=${text}
        @beforeinput=${(event: InputEvent) => event.preventDefault()}
      ></textarea>
      <div class="row">
        <button class="small" data-testid="redact-selection" aria-disabled=${this.#inert} @click=${() => this.#leaveOut(id, text)}>
          ${t("redactSelection")}
        </button>
        <button class="quiet small" data-testid="redact-done" @click=${() => this.#close(id)}>${t("redactDone")}</button>
      </div>
    </div>`;
  }

  get #inert(): "true" | typeof nothing {
    return this.dead ? "true" : nothing;
  }

  #pick(id: string, picked: boolean): void {
    const ids = new Set(this.#picked);
    if (picked) ids.add(id);
    else ids.delete(id);
    this.#picked = ids;
    this.#tell();
  }

  #pickAll(picked: boolean): void {
    this.#picked = new Set(picked ? this.items.map(({ id }) => id) : []);
    this.#tell();
  }

  async #open(id: string): Promise<void> {
    this.redacting = id;
    await this.updateComplete;
    const field = this.find<HTMLTextAreaElement>("redact-text");
    field?.focus();
    field?.setSelectionRange(0, 0);
  }

  async #close(id: string): Promise<void> {
    this.redacting = undefined;
    await this.updateComplete;
    this.querySelector<HTMLElement>(`[data-id="${id}"] [data-testid="redact"]`)?.focus();
  }

  #leaveOut(id: string, text: string): void {
    const field = this.find<HTMLTextAreaElement>("redact-text");
    const span = field && spanOf(text, field.selectionStart, field.selectionEnd);
    if (!span) {
      field?.focus();
      return;
    }
    this.#spans = new Map(this.#spans).set(id, withSpan(this.#spans.get(id) ?? [], span));
    this.#tell();
  }

  #putBack(id: string, span: Span): void {
    const spans = (this.#spans.get(id) ?? []).filter((each) => each !== span);
    this.#spans = new Map(this.#spans).set(id, spans);
    this.#tell();
  }

  #tell(): void {
    this.requestUpdate();
    this.dispatchEvent(new CustomEvent("choicechange", { bubbles: true }));
  }
}

customElements.define("ks-consent-answer", ConsentAnswerChoice);
