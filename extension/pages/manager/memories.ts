// The memories: search, filter, write, change, delete.

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { counted, formatNumber, t } from "../../components/i18n";
import { icon } from "../../components/icons";
import { owner } from "../../components/owner";
import { firstOf } from "../../components/pages";
import { debounce } from "../../components/refresh";
import { DEFAULT_SCOPE, KINDS, kindName, memoryFacts } from "../../components/terms";
import { failurePanel, waiting } from "../../components/vault";
import type {
  CountedScope,
  Draft,
  Fit,
  Kind,
  MemoryId,
  MemoryView,
  Progress,
  Topic,
} from "../../generated/messages";
import "../../components/memory-dialog";
import type { MemoryDialog } from "../../components/memory-dialog";
import "../../components/memory-text";
import { lookInto } from "./activity/look";
import { type Already, alreadyKept, alreadyNotice, dropping, replacement } from "./memories/already";
import { changing } from "./memories/changing";
import { deletion } from "./memories/deleting";
import { why } from "./memories/why";
import { Section } from "./section";
import type { Deed } from "./undo";

const PAGE_SIZE = 100;
const SEARCH_AFTER_MS = 150;

export class Memories extends Section {
  static override properties = {
    query: { state: true },
    scope: { state: true },
    kind: { state: true },
    scopes: { state: true },
    items: { state: true },
    fits: { state: true },
    total: { state: true },
    learning: { state: true },
    selected: { state: true },
    already: { state: true },
  };
  declare query: string;
  declare scope: string;
  declare kind: Kind | "";
  declare scopes: CountedScope[];
  declare items: MemoryView[];
  /** Why each of them was found, where something was looked for. */
  declare fits: ReadonlyMap<MemoryId, Fit>;
  declare total: number;
  /** How far the search is with learning what is kept, while it is not done. */
  declare learning: Progress | undefined;
  declare selected: ReadonlySet<MemoryId>;
  /** What was just kept though something like it was there, until the person has said what to do. */
  declare already: Already | undefined;
  protected override readonly topics: readonly Topic[] = ["memories"];
  #wanted = PAGE_SIZE;

  constructor() {
    super();
    this.query = "";
    this.scope = "";
    this.kind = "";
    this.scopes = [];
    this.items = [];
    this.fits = new Map();
    this.total = 0;
    this.selected = new Set();
  }

  focusSearch(): void {
    this.find<HTMLInputElement>("search")?.select();
    this.find("search")?.focus();
  }

  /** Opens the dialog for a new memory. */
  async write(): Promise<void> {
    await this.#dialog?.open({
      heading: t("memoryNew"),
      saveLabel: t("memorySave"),
      draft: { text: "", kind: "note", sensitivity: "normal", scopes: [this.scope || DEFAULT_SCOPE] },
      known: this.#known,
      save: (draft) => this.#add(draft),
    });
  }

  protected override async fetch(): Promise<void> {
    const { query, scope, kind } = this;
    const words = query.trim();
    const fits = new Map<MemoryId, Fit>();
    const { total, items } = await firstOf(this.#wanted, async (part) => {
      const page = await owner.command({
        command: "memory_list",
        ...(words ? { query: words } : {}),
        ...(scope ? { scope } : {}),
        ...(kind ? { kind } : {}),
        ...part,
      });
      page.fits?.forEach((fit, place) => {
        const found = page.items[place];
        if (found) fits.set(found.id, fit);
      });
      return page;
    });
    const scopes = await owner.command({ command: "scopes" });
    this.learning = words ? (await owner.command({ command: "status" })).index : undefined;
    this.total = total;
    this.items = items;
    this.fits = fits;
    this.scopes = scopes;
    const shown = new Set(items.map(({ id }) => id));
    if ([...this.selected].some((id) => !shown.has(id))) {
      this.selected = new Set([...this.selected].filter((id) => shown.has(id)));
    }
    // The last memory of the chosen scope is gone.
    if (scope && !scopes.some(({ name }) => name === scope)) {
      this.scope = "";
      await this.fetch();
    }
  }

  protected override render(): TemplateResult {
    return html`<div class="section-head">
        <h1>${t("section_memories")}</h1>
        <button class="primary" data-testid="add-memory" @click=${() => this.write()}>${icon("plus")}${t("memoryNew")}</button>
      </div>
      ${alreadyNotice(this.already, {
        keepBoth: () => this.#answerAlready(async () => undefined),
        replace: (before) => this.#answerAlready((already) => replacement(already, before)),
        drop: () => this.#answerAlready(dropping),
      })}
      <div class="filters" role="search">
        <div class="with-icon">
          ${icon("search")}
          <input
            type="search"
            data-testid="search"
            aria-label=${t("memorySearch")}
            placeholder=${t("memorySearch")}
            autocomplete="off"
            .value=${this.query}
            @input=${this.#search}
          />
        </div>
        <select data-testid="filter-scope" aria-label=${t("filterScope")} @change=${this.#filterScope}>
          <option value="" ?selected=${this.scope === ""}>${t("filterAllScopes")}</option>
          ${this.scopes.map(
            ({ name, memories }) =>
              html`<option value=${name} ?selected=${this.scope === name}>${t("filterScopeCount", name, memories)}</option>`,
          )}
        </select>
        <select data-testid="filter-kind" aria-label=${t("filterKind")} @change=${this.#filterKind}>
          <option value="" ?selected=${this.kind === ""}>${t("filterAllKinds")}</option>
          ${KINDS.map((kind) => html`<option value=${kind} ?selected=${this.kind === kind}>${kindName(kind)}</option>`)}
        </select>
      </div>
      ${this.#list()}
      <ks-memory-dialog></ks-memory-dialog>`;
  }

  #list(): unknown {
    if (this.failure !== undefined) return failurePanel(this.failure, () => void this.refresh());
    if (!this.loaded) return waiting(t("loading"));
    const filtered = this.query.trim() !== "" || this.scope !== "" || this.kind !== "";
    if (this.total === 0 && !filtered) return this.#nothingYet();
    const more = this.total - this.items.length;
    return html`<div class="row list-head">
        <p role="status" data-testid="memory-count" data-count=${this.total}>${filtered ? counted("memoriesFound", this.total) : counted("memories", this.total)}</p>
        ${this.#bulk()}
      </div>
      <div role="status">
        ${
          this.learning
            ? html`<p class="small soft" data-testid="learning">${t("searchLearning", formatNumber(this.learning.done), formatNumber(this.learning.total))}</p>`
            : nothing
        }
      </div>
      ${
        this.total === 0
          ? html`<div class="nothing">
              ${icon("search")}
              <p class="soft">${t("noMatches")}</p>
              <button data-testid="clear-filters" @click=${this.#clear}>${t("clearFilters")}</button>
            </div>`
          : nothing
      }
      <ul class="memories" aria-label=${t("section_memories")}>
        ${repeat(
          this.items,
          (memory) => memory.id,
          (memory) => this.#memory(memory),
        )}
      </ul>
      ${
        more > 0
          ? html`<button class="more" data-testid="more-memories" @click=${this.#more}>${counted("showMore", Math.min(more, PAGE_SIZE))}</button>`
          : nothing
      }`;
  }

  #nothingYet(): unknown {
    return html`<div class="nothing" data-testid="no-memories">
      ${icon("list")}
      <h2>${t("noMemoriesTitle")}</h2>
      <p class="soft">${t("noMemoriesText")}</p>
      <div class="row">
        <button class="primary" @click=${() => this.write()}>${icon("plus")}${t("memoryNew")}</button>
        <a class="button" href="#import">${icon("tray")}${t("stepImportButton")}</a>
      </div>
    </div>`;
  }

  #bulk(): unknown {
    const { size } = this.selected;
    if (this.items.length === 0) return nothing;
    return html`<div class="row push bulk">
      ${
        size === 0
          ? nothing
          : html`<span role="status">${counted("selected", size)}</span>
              <button class="danger small" data-testid="delete-selected" @click=${this.#deleteSelected}>
                ${icon("trash")}${t("delete")}
              </button>
              <button class="quiet small" @click=${() => this.#select(new Set())}>${t("selectNone")}</button>`
      }
      <button class="quiet small" data-testid="select-shown" @click=${() => this.#select(new Set(this.items.map(({ id }) => id)))}>
        ${t("selectShown")}
      </button>
    </div>`;
  }

  #memory(memory: MemoryView): unknown {
    const { id } = memory;
    const fit = this.fits.get(id);
    const says = `memory-${id}`;
    return html`<li class="memory card" data-testid="memory" data-id=${id}>
      <input
        type="checkbox"
        data-testid="memory-select"
        aria-label=${t("memorySelect", excerpt(memory.text))}
        .checked=${this.selected.has(id)}
        @change=${() => this.#toggle(id)}
      />
      <div class="stack tight">
        <ks-memory-text id=${says} .text=${memory.text} .marks=${fit?.marks ?? []}></ks-memory-text>
        ${memoryFacts(memory)} ${fit ? why(memory, fit, says) : nothing}
      </div>
      <div class="memory-actions">
        <button
          class="quiet icon-only"
          data-testid="memory-known"
          aria-label=${t("memoryKnown", excerpt(memory.text))}
          title=${t("whoKnows")}
          @click=${() => this.dispatchEvent(lookInto({ memory: id }))}
        >
          ${icon("eye")}
        </button>
        <button
          class="quiet icon-only"
          data-testid="memory-edit"
          aria-label=${t("memoryEdit", excerpt(memory.text))}
          title=${t("edit")}
          @click=${() => this.#edit(memory)}
        >
          ${icon("pen")}
        </button>
        <button
          class="quiet icon-only"
          data-testid="memory-delete"
          aria-label=${t("memoryDelete", excerpt(memory.text))}
          title=${t("delete")}
          @click=${() => this.#delete([id])}
        >
          ${icon("trash")}
        </button>
      </div>
    </li>`;
  }

  get #dialog(): MemoryDialog | null {
    return this.querySelector<MemoryDialog>("ks-memory-dialog");
  }

  get #known(): string[] {
    return this.scopes.map(({ name }) => name);
  }

  async #add(draft: Draft): Promise<void> {
    const memory = await owner.command({ command: "memory_add", draft });
    await this.do(async () => ({
      text: t("memoryAdded"),
      undo: async () => {
        this.already = undefined;
        await deletion([memory.id]);
      },
    }));
    // It is kept: whether there is something like it may be told later, or not at all.
    void alreadyKept(memory).then(
      (already) => {
        this.already = already;
      },
      () => undefined,
    );
  }

  /** Does what the person chose, and goes on from where they were before. */
  async #answerAlready(act: (already: Already) => Promise<Deed | undefined>): Promise<void> {
    const { already } = this;
    if (!already) return;
    this.already = undefined;
    await this.do(() => act(already));
    this.find("add-memory")?.focus();
  }

  async #edit(memory: MemoryView): Promise<void> {
    const settle = (deed: Deed) => this.do(async () => deed);
    await this.#dialog?.open(changing(memory, this.#known, settle, (draft) => this.#add(draft)));
  }

  #delete(ids: readonly MemoryId[]): Promise<void> {
    const next = this.#after(ids);
    return this.do(async () => {
      const deed = await deletion(ids);
      this.selected = new Set([...this.selected].filter((id) => !ids.includes(id)));
      return deed;
    }).then(async () => {
      await this.updateComplete;
      this.querySelector<HTMLElement>(
        next ? `[data-id="${next}"] [data-testid="memory-delete"]` : '[data-testid="add-memory"]',
      )?.focus();
    });
  }

  #deleteSelected = (): Promise<void> => this.#delete([...this.selected]);

  /** Where the focus goes when these are gone. */
  #after(ids: readonly MemoryId[]): MemoryId | undefined {
    const place = this.items.findIndex(({ id }) => ids.includes(id));
    const rest = this.items.filter(({ id }) => !ids.includes(id));
    return (rest[place] ?? rest.at(-1))?.id;
  }

  #toggle(id: MemoryId): void {
    const selected = new Set(this.selected);
    if (!selected.delete(id)) selected.add(id);
    this.#select(selected);
  }

  #select(selected: ReadonlySet<MemoryId>): void {
    this.selected = selected;
  }

  #searchSoon = debounce(SEARCH_AFTER_MS, () => this.#anew());

  #search = (event: InputEvent): void => {
    this.query = (event.target as HTMLInputElement).value;
    this.#searchSoon();
  };

  #filterScope = (event: Event): void => {
    this.scope = (event.target as HTMLSelectElement).value;
    this.#anew();
  };

  #filterKind = (event: Event): void => {
    this.kind = (event.target as HTMLSelectElement).value as Kind | "";
    this.#anew();
  };

  #clear = (): void => {
    this.query = "";
    this.scope = "";
    this.kind = "";
    this.#anew();
    this.focusSearch();
  };

  #anew(): void {
    this.#wanted = PAGE_SIZE;
    void this.refresh();
  }

  #more = async (): Promise<void> => {
    const before = this.items.length;
    this.#wanted += PAGE_SIZE;
    await this.refresh();
    await this.updateComplete;
    this.querySelectorAll<HTMLElement>('[data-testid="memory-select"]')[before]?.focus();
  };
}

/** What tells a memory from the others, in a button's name. */
function excerpt(text: string): string {
  const chars = [...text.replace(/\s+/g, " ")];
  return chars.length > 60 ? `${chars.slice(0, 60).join("")}…` : chars.join("");
}

customElements.define("ks-memories", Memories);
