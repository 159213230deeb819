// The import: a text list, looked at line by line before anything is kept.

import { html, nothing, type TemplateResult } from "lit";
import { counted, formatNumber, t } from "../../components/i18n";
import { icon } from "../../components/icons";
import { explain, failed, owner } from "../../components/owner";
import { debounce } from "../../components/refresh";
import { scopeFrom, scopeSuggestions } from "../../components/scope-field";
import { DEFAULT_SCOPE, KINDS, kindName, SENSITIVITIES, sensitivityName } from "../../components/terms";
import { waiting } from "../../components/vault";
import type { Kind, ListPreview, SaidAgain, Sensitivity, Topic } from "../../generated/messages";
import "./import/how";
import { compared, mergeable, type Restatements, restatedLines } from "./import/comparing";
import { newLines, previewLine, skippedLines } from "./import/lines";
import { importResult, type Outcome } from "./import/result";
import { type TakenIn, takeIn } from "./import/taking-in";
import { bringBack } from "./inbox/settling";
import { deletion } from "./memories/deleting";
import { Section } from "./section";

const PREVIEW_AFTER_MS = 300;
const SHOWN_AT_ONCE = 100;
const MAX_LIST_BYTES = 8 * 1024 * 1024;

type Run = { total: number; done: number; stopping: boolean };

export class Import extends Section {
  static override properties = {
    text: { state: true },
    source: { state: true },
    preview: { state: true },
    reading: { state: true },
    ticked: { state: true },
    restated: { state: true },
    comparing: { state: true },
    merges: { state: true },
    converses: { state: true },
    shown: { state: true },
    scope: { state: true },
    kind: { state: true },
    sensitivity: { state: true },
    known: { state: true },
    problem: { state: true },
    scopeProblem: { state: true },
    run: { state: true },
    outcome: { state: true },
  };
  declare text: string;
  /** The chosen file's name; empty for a pasted list. */
  declare source: string;
  declare preview: ListPreview | undefined;
  declare reading: boolean;
  /** The places of the lines to keep. */
  declare ticked: ReadonlySet<number>;
  /** By their places, the lines that say what a memory or a line before them says. */
  declare restated: Restatements;
  /** Whether lines are still being compared. */
  declare comparing: boolean;
  /** Whether it is noted at the memories what lines that are left out say again. */
  declare merges: boolean;
  /** Whether the lines are kept as turns of a conversation, where they look like that. */
  declare converses: boolean;
  declare shown: number;
  declare scope: string;
  declare kind: Kind;
  declare sensitivity: Sensitivity;
  declare known: string[];
  declare problem: string;
  declare scopeProblem: string;
  declare run: Run | undefined;
  declare outcome: Outcome | undefined;
  protected override readonly topics: readonly Topic[] = ["memories"];
  #turn = 0;

  constructor() {
    super();
    this.text = "";
    this.source = "";
    this.reading = false;
    this.ticked = new Set();
    this.restated = new Map();
    this.comparing = false;
    this.merges = true;
    this.converses = true;
    this.shown = SHOWN_AT_ONCE;
    this.scope = DEFAULT_SCOPE;
    this.kind = "fact";
    this.sensitivity = "personal";
    this.known = [];
    this.problem = "";
    this.scopeProblem = "";
  }

  protected override async fetch(): Promise<void> {
    this.known = (await owner.command({ command: "scopes" })).map(({ name }) => name);
  }

  protected override render(): TemplateResult {
    return html`<div class="section-head"><h1>${t("section_import")}</h1></div>
      <p class="soft lead">${t("importText")}</p>
      ${
        this.run
          ? this.#progress(this.run)
          : this.outcome
            ? importResult(this.outcome, {
                goOn: this.#continue,
                again: this.#again,
                undo: (outcome) => void this.#undo(outcome),
              })
            : this.#list()
      }`;
  }

  #list(): unknown {
    return html`<div class="import stack">
      <div class="card panel stack">
        <ks-import-how></ks-import-how>
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
    const restated = restatedLines(preview, this.restated);
    if (lines.length === 0) {
      return html`<p class="notice caution" role="status" data-testid="import-nothing">${icon("alert")}<span>${t("importNothing")}</span></p>
        ${skippedLines(preview, this.text)}`;
    }
    return html`<section class="card panel stack" data-testid="import-preview" aria-labelledby="preview-heading">
      <div class="stack tight">
        <h2 id="preview-heading">${t("importPreview")}</h2>
        <p role="status" data-testid="import-summary">
          ${counted("importFound", lines.length)}
          ${duplicates > 0 ? html`<span class="soft" data-testid="import-duplicates">${counted("importDuplicates", duplicates)}</span>` : nothing}
          ${restated.length > 0 ? html`<span class="soft" data-testid="import-restated">${counted("importRestated", restated.length)}</span>` : nothing}
          ${forgotten > 0 ? html`<span class="soft" data-testid="import-forgotten">${counted("importForgotten", forgotten)}</span>` : nothing}
          ${skipped.length > 0 ? html`<span class="soft">${counted("importSkipped", skipped.length)}</span>` : nothing}
        </p>
        <div role="status">
          ${this.comparing ? html`<p class="small soft" data-testid="import-comparing">${t("importComparing")}</p>` : nothing}
        </div>
        <div class="row">
          <button class="small" data-testid="import-tick-all" @click=${() => this.#tick(lines.map((_, index) => index))}>${t("importTickAll")}</button>
          <button class="small" data-testid="import-tick-new" @click=${() => this.#tick(newLines(preview))}>${t("importTickNew")}</button>
          ${
            restated.length > 0
              ? html`<button class="small" data-testid="import-untick-restated" @click=${() => this.#untick(restated)}>${t("importUntickRestated")}</button>`
              : nothing
          }
          <button class="small" data-testid="import-tick-none" @click=${() => this.#tick([])}>${t("importTickNone")}</button>
        </div>
      </div>
      <div class="preview-scroll" tabindex="0" role="group" aria-label=${t("importPreview")}>
        <ol class="preview">
          ${lines.slice(0, this.shown).map((line, place) =>
            previewLine(line, {
              place,
              ticked: this.ticked.has(place),
              restated: this.restated.get(place),
              lines,
              toggle: () => this.#toggle(place),
            }),
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
      ${skippedLines(preview, this.text)} ${this.#target()}
    </section>`;
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
      ${this.#conversationChoice()} ${this.#mergeChoice()}
      <button class="primary" data-testid="import-run" aria-disabled=${this.#hasWork ? nothing : "true"}>
        ${counted("importRun", this.ticked.size)}
      </button>
    </form>`;
  }

  /** Whether lines in which people take turns are neighbours for the search. */
  #conversationChoice(): unknown {
    if (!this.preview?.lines.some(({ line }) => line.turn)) return nothing;
    return html`<div class="choice">
      <input
        type="checkbox"
        id="import-conversation"
        data-testid="import-conversation"
        aria-describedby="import-conversation-hint"
        .checked=${this.converses}
        @change=${this.#conversesChosen}
      />
      <div class="choice-text">
        <label for="import-conversation">${t("importConversation")}</label>
        <span id="import-conversation-hint" class="hint">${t("importConversationHint")}</span>
      </div>
    </div>`;
  }

  /** What becomes of lines that are left out and that memories say already. */
  #mergeChoice(): unknown {
    const count = this.#mergeable.length;
    if (count === 0) return nothing;
    return html`<div class="choice">
      <input type="checkbox" id="import-merge" data-testid="import-merge" .checked=${this.merges} @change=${this.#mergesChosen} />
      <label for="import-merge">${counted("importMerge", count)}</label>
    </div>`;
  }

  get #mergeable(): SaidAgain[] {
    return this.preview ? mergeable(this.preview, this.restated, this.ticked) : [];
  }

  /** Whether there is something to keep or to note. */
  get #hasWork(): boolean {
    return this.ticked.size > 0 || (this.merges && this.#mergeable.length > 0);
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
    this.comparing = false;
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
      void this.#compare(turn, preview);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.preview = undefined;
      this.problem = explain(error);
    } finally {
      if (turn === this.#turn) this.reading = false;
    }
  }

  /** Finds what says the same, part by part, as long as it is this list that is looked at. */
  async #compare(turn: number, preview: ListPreview): Promise<void> {
    this.restated = new Map();
    this.comparing = true;
    try {
      for await (const part of compared(preview)) {
        if (turn !== this.#turn) return;
        if (part.length > 0) this.restated = new Map([...this.restated, ...part]);
      }
    } catch (error) {
      // The list can be taken in all the same; a vault that was locked takes the section away.
      if (turn === this.#turn && !failed(error, "locked", "no_vault")) this.problem = explain(error);
    } finally {
      if (turn === this.#turn) this.comparing = false;
    }
  }

  #untick(places: readonly number[]): void {
    const gone = new Set(places);
    this.ticked = new Set([...this.ticked].filter((place) => !gone.has(place)));
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

  #mergesChosen = (event: Event): void => {
    this.merges = (event.target as HTMLInputElement).checked;
  };

  #conversesChosen = (event: Event): void => {
    this.converses = (event.target as HTMLInputElement).checked;
  };

  #start = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const scope = scopeFrom(this.scope);
    if (scope === undefined) {
      this.scopeProblem = t("scopeBad", 64);
      this.find("import-scope")?.focus();
      return;
    }
    if (this.#hasWork) await this.#keep(scope, { ids: [], merged: [], passedOver: 0 });
  };

  /** Takes in what is ticked, after what an earlier run took in. */
  async #keep(scope: string, before: TakenIn): Promise<void> {
    const { preview, ticked, kind, sensitivity, converses } = this;
    if (!preview) return;
    const source = this.source || t("importPastedSource");
    const noting = this.merges && before.merged.length === 0 ? this.#mergeable : [];
    this.outcome = undefined;
    this.run = { total: ticked.size, done: 0, stopping: false };
    const like = { source, scope, kind, sensitivity };
    const { left, ...came } = await takeIn({ preview, ticked, noting, like, converses, before }, (done) => {
      this.run = { total: ticked.size, stopping: false, ...this.run, done };
      return !this.run.stopping;
    });
    this.run = undefined;
    this.ticked = new Set(left);
    this.outcome = { ...came, scope, left: left.length };
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
    this.restated = new Map();
  };

  #undo({ ids, merged }: TakenIn): Promise<void> {
    return this.do(async () => {
      for (const settled of [...merged].reverse()) await bringBack(settled);
      const deed = await deletion(ids);
      this.#again();
      return deed;
    });
  }
}

customElements.define("ks-import", Import);
