// The import: a text list, looked at line by line before anything is kept.

import { html, nothing, type TemplateResult } from "lit";
import { counted, countedParts, formatDay, formatNumber, t } from "../../components/i18n";
import { icon } from "../../components/icons";
import { explain, owner } from "../../components/owner";
import { debounce } from "../../components/refresh";
import { scopeFrom, scopeSuggestions } from "../../components/scope-field";
import { DEFAULT_SCOPE, KINDS, kindName, SENSITIVITIES, sensitivityName } from "../../components/terms";
import { waiting } from "../../components/vault";
import type { Kind, ListPreview, MemoryId, Sensitivity, Topic } from "../../generated/messages";
import { deletion } from "./memories";
import { Section } from "./section";

const PREVIEW_AFTER_MS = 300;
const SHOWN_AT_ONCE = 100;
const KEPT_AT_ONCE = 100;
const MAX_LIST_BYTES = 8 * 1024 * 1024;
const MAX_TEXT_BYTES = 16 * 1024;

type Run = { total: number; done: number; stopping: boolean };
type Outcome = { ids: MemoryId[]; scope: string; left: number; passedOver: number; problem: string };

export class Import extends Section {
  static override properties = {
    text: { state: true },
    source: { state: true },
    preview: { state: true },
    reading: { state: true },
    ticked: { state: true },
    shown: { state: true },
    scope: { state: true },
    kind: { state: true },
    sensitivity: { state: true },
    known: { state: true },
    problem: { state: true },
    scopeProblem: { state: true },
    run: { state: true },
    outcome: { state: true },
    copied: { state: true },
  };
  declare text: string;
  /** The chosen file's name; empty for a pasted list. */
  declare source: string;
  declare preview: ListPreview | undefined;
  declare reading: boolean;
  /** The places of the lines to keep. */
  declare ticked: ReadonlySet<number>;
  declare shown: number;
  declare scope: string;
  declare kind: Kind;
  declare sensitivity: Sensitivity;
  declare known: string[];
  declare problem: string;
  declare scopeProblem: string;
  declare run: Run | undefined;
  declare outcome: Outcome | undefined;
  declare copied: boolean;
  protected override readonly topics: readonly Topic[] = ["memories"];
  #turn = 0;

  constructor() {
    super();
    this.text = "";
    this.source = "";
    this.reading = false;
    this.ticked = new Set();
    this.shown = SHOWN_AT_ONCE;
    this.scope = DEFAULT_SCOPE;
    this.kind = "fact";
    this.sensitivity = "personal";
    this.known = [];
    this.problem = "";
    this.scopeProblem = "";
    this.copied = false;
  }

  protected override async fetch(): Promise<void> {
    this.known = (await owner.command({ command: "scopes" })).map(({ name }) => name);
  }

  protected override render(): TemplateResult {
    return html`<div class="section-head"><h1>${t("section_import")}</h1></div>
      <p class="soft lead">${t("importText")}</p>
      ${this.run ? this.#progress(this.run) : this.outcome ? this.#result(this.outcome) : this.#list()}`;
  }

  #list(): unknown {
    return html`<div class="import stack">
      <div class="card panel stack">
        <details class="how">
          <summary>${t("importHow")}</summary>
          <div class="stack tight">
            <p class="small soft">${t("importHowText")}</p>
            <textarea readonly rows="5" data-testid="import-prompt" aria-label=${t("importPromptLabel")} .value=${t("importPrompt")}></textarea>
            <div class="row">
              <button class="small" data-testid="import-prompt-copy" @click=${this.#copy}>${icon("copy")}${t("copy")}</button>
              <span role="status" class="small">${this.copied ? t("copied") : nothing}</span>
            </div>
          </div>
        </details>
        <div class="field">
          <label for="import-text">${t("importPaste")}</label>
          <textarea
            id="import-text"
            data-testid="import-text"
            rows="7"
            dir="auto"
            spellcheck="false"
            placeholder=${t("importPlaceholder")}
            aria-describedby="import-problem"
            .value=${this.text}
            @input=${this.#typed}
          ></textarea>
        </div>
        <div class="field">
          <label for="import-file">${t("importFile")}</label>
          <input id="import-file" data-testid="import-file" type="file" accept=".txt,.md,text/plain,text/markdown" @change=${this.#file} />
        </div>
        <div id="import-problem" role="alert">
          ${this.problem ? html`<p class="problem" data-testid="import-problem">${icon("alert")}<span>${this.problem}</span></p>` : nothing}
        </div>
      </div>
      ${this.reading ? waiting(t("importReading")) : this.preview ? this.#preview(this.preview) : nothing}
    </div>`;
  }

  #preview(preview: ListPreview): unknown {
    const { lines, skipped } = preview;
    const duplicates = lines.filter(({ duplicate }) => duplicate).length;
    const forgotten = lines.filter((line) => line.forgotten && !line.duplicate).length;
    if (lines.length === 0) {
      return html`<p class="notice caution" role="status" data-testid="import-nothing">${icon("alert")}<span>${t("importNothing")}</span></p>
        ${this.#skipped(preview)}`;
    }
    return html`<section class="card panel stack" data-testid="import-preview" aria-labelledby="preview-heading">
      <div class="stack tight">
        <h2 id="preview-heading">${t("importPreview")}</h2>
        <p role="status" data-testid="import-summary">
          ${counted("importFound", lines.length)}
          ${duplicates > 0 ? html`<span class="soft" data-testid="import-duplicates">${counted("importDuplicates", duplicates)}</span>` : nothing}
          ${forgotten > 0 ? html`<span class="soft" data-testid="import-forgotten">${counted("importForgotten", forgotten)}</span>` : nothing}
          ${skipped.length > 0 ? html`<span class="soft">${counted("importSkipped", skipped.length)}</span>` : nothing}
        </p>
        <div class="row">
          <button class="small" data-testid="import-tick-all" @click=${() => this.#tick(lines.map((_, index) => index))}>${t("importTickAll")}</button>
          <button class="small" data-testid="import-tick-new" @click=${() => this.#tick(newLines(preview))}>${t("importTickNew")}</button>
          <button class="small" data-testid="import-tick-none" @click=${() => this.#tick([])}>${t("importTickNone")}</button>
        </div>
      </div>
      <div class="preview-scroll" tabindex="0" role="group" aria-label=${t("importPreview")}>
        <ol class="preview">
          ${lines.slice(0, this.shown).map(
            ({ line, duplicate, forgotten }, index) =>
              html`<li data-testid="import-line">
                <input
                  type="checkbox"
                  id="line-${index}"
                  data-testid="import-tick"
                  .checked=${this.ticked.has(index)}
                  @change=${() => this.#toggle(index)}
                />
                <label for="line-${index}">
                  <span dir="auto">${line.text}</span>
                  ${line.created === undefined ? nothing : html`<span class="small soft">${formatDay(line.created)}</span>`}
                  ${duplicate ? html`<span class="chip caution">${t("duplicate")}</span>` : nothing}
                  ${forgotten && !duplicate ? html`<span class="chip caution" data-testid="import-was-forgotten">${t("importWasForgotten")}</span>` : nothing}
                </label>
              </li>`,
          )}
        </ol>
        ${
          lines.length > this.shown
            ? html`<button class="small" data-testid="more-lines" @click=${this.#showMore}>
                ${counted("showMore", Math.min(SHOWN_AT_ONCE, lines.length - this.shown))}
              </button>`
            : nothing
        }
      </div>
      ${this.#skipped(preview)} ${this.#target()}
    </section>`;
  }

  #skipped({ skipped }: ListPreview): unknown {
    if (skipped.length === 0) return nothing;
    const lines = this.text.split(/\r\n|\n/);
    return html`<details data-testid="import-skipped">
      <summary class="small">${counted("importSkipped", skipped.length)}</summary>
      <ul class="plain-list small soft">
        ${skipped.slice(0, SHOWN_AT_ONCE).map(({ line }) => {
          const long = new TextEncoder().encode(lines[line - 1]).length > MAX_TEXT_BYTES;
          return html`<li>${t(long ? "importLineTooLong" : "importLineEmpty", line)}</li>`;
        })}
      </ul>
    </details>`;
  }

  #target(): unknown {
    return html`<form class="stack target" @submit=${this.#start}>
      <div class="field">
        <label for="import-scope">${t("importScope")}</label>
        <input
          id="import-scope"
          data-testid="import-scope"
          autocomplete="off"
          autocapitalize="none"
          aria-describedby="import-scope-problem"
          aria-invalid=${this.scopeProblem ? "true" : nothing}
          .value=${this.scope}
          @input=${this.#scopeTyped}
        />
        <div id="import-scope-problem" role="alert">
          ${this.scopeProblem ? html`<p class="problem">${icon("alert")}<span>${this.scopeProblem}</span></p>` : nothing}
        </div>
        ${scopeSuggestions(this.known, this.known.includes(this.scope) ? "" : this.scope, (scope) => {
          this.scope = scope;
        })}
      </div>
      <div class="pair">
        <div class="field">
          <label for="import-kind">${t("kind")}</label>
          <select id="import-kind" data-testid="import-kind" @change=${this.#kindChosen}>
            ${KINDS.map((kind) => html`<option value=${kind} ?selected=${this.kind === kind}>${kindName(kind)}</option>`)}
          </select>
        </div>
        <div class="field">
          <label for="import-sensitivity">${t("sensitivity")}</label>
          <select id="import-sensitivity" data-testid="import-sensitivity" @change=${this.#sensitivityChosen}>
            ${SENSITIVITIES.map((each) => html`<option value=${each} ?selected=${this.sensitivity === each}>${sensitivityName(each)}</option>`)}
          </select>
        </div>
      </div>
      <button class="primary" data-testid="import-run" aria-disabled=${this.ticked.size === 0 ? "true" : nothing}>
        ${counted("importRun", this.ticked.size)}
      </button>
    </form>`;
  }

  #progress({ done, total, stopping }: Run): unknown {
    return html`<div class="card panel stack" data-testid="import-running">
      <h2 id="import-running">${t("importRunning")}</h2>
      <progress data-testid="import-progress" aria-labelledby="import-running" max=${total} .value=${done}></progress>
      <p role="status" class="soft">${t("importProgress", done, formatNumber(total))}</p>
      <div>
        <button data-testid="import-cancel" aria-disabled=${stopping ? "true" : nothing} @click=${this.#stop}>${t("importCancel")}</button>
      </div>
    </div>`;
  }

  #result({ ids, scope, left, passedOver, problem }: Outcome): unknown {
    return html`<div class="card panel stack" data-testid="import-done" data-count=${ids.length}>
      <div class="row">
        <span class="receipt-icon">${icon(problem ? "alert" : "check")}</span>
        <h2 tabindex="-1" id="import-result">${countedParts("importDone", ids.length, html`<b>${scope}</b>`)}</h2>
      </div>
      ${problem ? html`<p class="notice danger" role="alert">${icon("alert")}<span>${problem}</span></p>` : nothing}
      ${passedOver > 0 ? html`<p class="soft" data-testid="import-passed-over">${counted("importPassedOver", passedOver)}</p>` : nothing}
      ${left > 0 ? html`<p class="soft" data-testid="import-left">${counted("importLeft", left)}</p>` : nothing}
      <div class="row">
        <a class="button primary" href="#memories" data-testid="import-see">${t("importSee")}</a>
        ${left > 0 ? html`<button data-testid="import-continue" @click=${this.#continue}>${t("importContinue")}</button>` : nothing}
        <button data-testid="import-again" @click=${this.#again}>${t("importAgain")}</button>
        ${
          ids.length > 0
            ? html`<button class="quiet danger push" data-testid="import-undo" @click=${() => this.#undo(ids)}>${t("importUndo")}</button>`
            : nothing
        }
      </div>
    </div>`;
  }

  #typed = (event: InputEvent): void => {
    this.text = (event.target as HTMLTextAreaElement).value;
    this.source = "";
    this.#readSoon();
  };

  #readSoon = debounce(PREVIEW_AFTER_MS, () => void this.#read());

  #file = async (event: Event): Promise<void> => {
    const file = (event.target as HTMLInputElement).files?.[0];
    if (!file) return;
    if (file.size > MAX_LIST_BYTES) {
      this.problem = t("importTooLong");
      return;
    }
    try {
      this.text = await file.text();
      this.source = file.name;
      await this.#read();
    } catch {
      this.problem = t("importUnreadable", file.name);
    }
  };

  async #read(): Promise<void> {
    const turn = ++this.#turn;
    this.problem = "";
    if (this.text.trim() === "") {
      this.preview = undefined;
      this.reading = false;
      return;
    }
    // A longer list is refused by the vault, but would first have to cross over to it.
    if (new TextEncoder().encode(this.text).length > MAX_LIST_BYTES) {
      this.problem = t("importTooLong");
      this.preview = undefined;
      return;
    }
    this.reading = this.preview === undefined;
    try {
      const preview = await owner.command({ command: "list_preview", text: this.text });
      if (turn !== this.#turn) return;
      this.preview = preview;
      this.shown = SHOWN_AT_ONCE;
      this.#tick(newLines(preview));
    } catch (error) {
      if (turn !== this.#turn) return;
      this.preview = undefined;
      this.problem = explain(error);
    } finally {
      if (turn === this.#turn) this.reading = false;
    }
  }

  #tick(places: readonly number[]): void {
    this.ticked = new Set(places);
  }

  #toggle(place: number): void {
    const ticked = new Set(this.ticked);
    if (!ticked.delete(place)) ticked.add(place);
    this.ticked = ticked;
  }

  #showMore = (): void => {
    this.shown += SHOWN_AT_ONCE;
  };

  #scopeTyped = (event: InputEvent): void => {
    this.scope = (event.target as HTMLInputElement).value;
    this.scopeProblem = "";
  };

  #kindChosen = (event: Event): void => {
    this.kind = (event.target as HTMLSelectElement).value as Kind;
  };

  #sensitivityChosen = (event: Event): void => {
    this.sensitivity = (event.target as HTMLSelectElement).value as Sensitivity;
  };

  #start = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const scope = scopeFrom(this.scope);
    if (scope === undefined) {
      this.scopeProblem = t("scopeBad", 64);
      this.find("import-scope")?.focus();
      return;
    }
    if (this.ticked.size > 0) await this.#keep(scope, { ids: [], passedOver: 0 });
  };

  /**
   * Keeps the ticked lines in portions, after those that an earlier run kept. Lines that were deleted before come last, in
   * portions of their own: only these are brought back.
   */
  async #keep(scope: string, before: Pick<Outcome, "ids" | "passedOver">): Promise<void> {
    const { preview, kind, sensitivity } = this;
    const source = this.source || t("importPastedSource");
    const forgotten = (place: number) => preview?.lines[place]?.forgotten ?? false;
    const inOrder = [...this.ticked].sort((a, b) => a - b);
    const fresh = inOrder.filter((place) => !forgotten(place));
    const places = [...fresh, ...inOrder.filter(forgotten)];
    const ids = [...before.ids];
    let { passedOver } = before;
    let problem = "";
    let done = 0;
    this.outcome = undefined;
    this.run = { total: places.length, done, stopping: false };
    while (done < places.length && !this.run.stopping) {
      const bring_back = done >= fresh.length;
      const end = bring_back ? places.length : fresh.length;
      const portion = places.slice(done, Math.min(end, done + KEPT_AT_ONCE));
      const lines = portion.flatMap((place) => preview?.lines[place]?.line ?? []);
      try {
        const reply = await owner.command({
          command: "memory_import",
          source,
          scope,
          kind,
          sensitivity,
          lines,
          bring_back,
        });
        ids.push(...reply.ids);
        passedOver += reply.passed_over;
      } catch (error) {
        problem = explain(error);
        break;
      }
      done += portion.length;
      this.run = { ...this.run, done };
    }
    this.run = undefined;
    this.ticked = new Set(places.slice(done));
    this.outcome = { ids, scope, left: places.length - done, passedOver, problem };
    await this.updateComplete;
    this.querySelector<HTMLElement>("#import-result")?.focus();
  }

  #stop = (): void => {
    if (this.run) this.run = { ...this.run, stopping: true };
  };

  #continue = (): void => {
    if (this.outcome) void this.#keep(this.outcome.scope, this.outcome);
  };

  #again = (): void => {
    this.outcome = undefined;
    this.preview = undefined;
    this.text = "";
    this.source = "";
    this.ticked = new Set();
  };

  #undo(ids: readonly MemoryId[]): Promise<void> {
    return this.do(async () => {
      const deed = await deletion(ids);
      this.#again();
      return deed;
    });
  }

  #copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(t("importPrompt"));
    this.copied = true;
  };
}

/** The places of the lines that the vault neither holds nor held. */
function newLines({ lines }: ListPreview): number[] {
  return lines.flatMap(({ duplicate, forgotten }, place) => (duplicate || forgotten ? [] : [place]));
}

customElements.define("ks-import", Import);
