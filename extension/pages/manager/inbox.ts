// The inbox: what sites propose waits here until the person keeps or drops it.

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { counted, formatMoment, parts, t } from "../../components/i18n";
import { icon } from "../../components/icons";
import { owner } from "../../components/owner";
import { firstOf } from "../../components/pages";
import { kindName, scopeChips, sensitivityName, subjectName, subjectNotes } from "../../components/terms";
import { failurePanel, waiting } from "../../components/vault";
import type { Draft, InboxView, MemoryId, Topic } from "../../generated/messages";
import "../../components/memory-dialog";
import type { MemoryDialog } from "../../components/memory-dialog";
import "../../components/memory-text";
import { Section } from "./section";
import type { Deed } from "./undo";

const PAGE_SIZE = 100;

export class Inbox extends Section {
  static override properties = { items: { state: true }, total: { state: true }, selected: { state: true } };
  declare items: InboxView[];
  declare total: number;
  declare selected: ReadonlySet<MemoryId>;
  protected override readonly topics: readonly Topic[] = ["inbox"];
  #wanted = PAGE_SIZE;

  constructor() {
    super();
    this.items = [];
    this.total = 0;
    this.selected = new Set();
  }

  protected override async fetch(): Promise<void> {
    const { total, items } = await firstOf(this.#wanted, (part) =>
      owner.command({ command: "inbox", ...part }),
    );
    this.total = total;
    this.items = items;
    const waiting = new Set(items.map(({ id }) => id));
    this.selected = new Set([...this.selected].filter((id) => waiting.has(id)));
  }

  protected override render(): TemplateResult {
    return html`<div class="section-head"><h1>${t("section_inbox")}</h1></div>
      <p class="soft lead">${t("inboxText")}</p>
      ${this.#list()}
      <ks-memory-dialog></ks-memory-dialog>`;
  }

  #list(): unknown {
    if (this.failure !== undefined) return failurePanel(this.failure, () => void this.refresh());
    if (!this.loaded) return waiting(t("loading"));
    if (this.total === 0) {
      return html`<div class="nothing" data-testid="inbox-empty">${icon("inbox")}<h2>${t("inboxEmptyTitle")}</h2><p class="soft">${t("inboxEmptyText")}</p></div>`;
    }
    const more = this.total - this.items.length;
    return html`<div class="row list-head">
        <p role="status">${counted("inboxWaits", this.total)}</p>
        <div class="row push bulk">
          ${
            this.selected.size > 0
              ? html`<button class="small primary" data-testid="accept-selected" @click=${() => this.#accept(this.#chosen)}>
                    ${counted("acceptCount", this.selected.size)}
                  </button>
                  <button class="small" data-testid="decline-selected" @click=${() => this.#decline(this.#chosen)}>
                    ${counted("declineCount", this.selected.size)}
                  </button>`
              : nothing
          }
          <button class="quiet small" data-testid="inbox-select-all" @click=${this.#selectAll}>
            ${this.selected.size === this.items.length ? t("selectNone") : t("selectShown")}
          </button>
        </div>
      </div>
      <ul class="memories" aria-label=${t("section_inbox")}>
        ${repeat(
          this.items,
          (item) => item.id,
          (item) => this.#item(item),
        )}
      </ul>
      ${
        more > 0
          ? html`<button class="more" data-testid="more-inbox" @click=${this.#more}>${counted("showMore", Math.min(more, PAGE_SIZE))}</button>`
          : nothing
      }`;
  }

  #item(item: InboxView): unknown {
    const { id, subject, draft, received, hints } = item;
    return html`<li class="memory card proposal" data-testid="inbox-item" data-id=${id}>
      <input
        type="checkbox"
        data-testid="inbox-select"
        aria-labelledby="proposal-${id}"
        .checked=${this.selected.has(id)}
        @change=${() => this.#toggle(id)}
      />
      <div class="stack tight">
        <p class="small soft">
          ${parts("inboxFrom", html`<b class="origin" data-testid="inbox-sender">${subjectName(subject)}</b>`, html`<time datetime=${new Date(received).toISOString()}>${formatMoment(received)}</time>`)}
          ${subjectNotes(subject)}
        </p>
        <ks-memory-text id="proposal-${id}" .text=${draft.text}></ks-memory-text>
        <div class="row facts">
          <span class="chip">${kindName(draft.kind ?? "note")}</span>
          ${scopeChips(draft.scopes)}
          ${draft.sensitivity && draft.sensitivity !== "normal" ? html`<span class="chip">${sensitivityName(draft.sensitivity)}</span>` : nothing}
          ${hints.includes("duplicate") ? html`<span class="chip caution" data-testid="inbox-duplicate">${t("duplicate")}</span>` : nothing}
        </div>
        <div class="row">
          <button class="primary small" data-testid="accept" @click=${() => this.#accept([item])}>${t("accept")}</button>
          <button class="small" data-testid="accept-edit" @click=${() => this.#edit(item)}>${t("acceptEdit")}</button>
          <button class="quiet danger small" data-testid="decline" @click=${() => this.#decline([item])}>${t("decline")}</button>
        </div>
      </div>
    </li>`;
  }

  get #chosen(): InboxView[] {
    return this.items.filter(({ id }) => this.selected.has(id));
  }

  async #edit(item: InboxView): Promise<void> {
    const scopes = await owner.command({ command: "scopes" }).catch(() => []);
    await this.querySelector<MemoryDialog>("ks-memory-dialog")?.open({
      heading: t("acceptEditTitle"),
      saveLabel: t("acceptEditSave"),
      draft: item.draft,
      known: scopes.map(({ name }) => name),
      save: async (draft) => {
        const deed = await acceptance([item], draft);
        await this.do(async () => deed);
      },
    });
  }

  #accept(items: readonly InboxView[]): Promise<void> {
    return this.#settle(items, () => acceptance(items));
  }

  #decline(items: readonly InboxView[]): Promise<void> {
    return this.#settle(items, async () => {
      const declined = await owner.command({ command: "inbox_decline", ids: items.map(({ id }) => id) });
      return {
        text: counted("declined", declined.items.length),
        undo: async () => {
          await owner.command({ command: "inbox_undo", settled: declined });
        },
      };
    });
  }

  async #settle(items: readonly InboxView[], act: () => Promise<Deed>): Promise<void> {
    const ids = new Set(items.map(({ id }) => id));
    const place = this.items.findIndex(({ id }) => ids.has(id));
    await this.do(act);
    await this.updateComplete;
    const rest = this.querySelectorAll<HTMLElement>('[data-testid="accept"]');
    (rest[Math.min(place, rest.length - 1)] ?? document.querySelector("main"))?.focus();
  }

  #toggle(id: MemoryId): void {
    const selected = new Set(this.selected);
    if (!selected.delete(id)) selected.add(id);
    this.selected = selected;
  }

  #selectAll = (): void => {
    this.selected =
      this.selected.size === this.items.length ? new Set() : new Set(this.items.map(({ id }) => id));
  };

  #more = async (): Promise<void> => {
    this.#wanted += PAGE_SIZE;
    await this.refresh();
  };
}

async function acceptance(items: readonly InboxView[], draft?: Draft): Promise<Deed> {
  const ids = items.map(({ id }) => id);
  const settled = await owner.command({ command: "inbox_accept", ids, ...(draft ? { draft } : {}) });
  return {
    text: counted("accepted", settled.items.length),
    undo: async () => {
      await owner.command({ command: "inbox_undo", settled });
    },
  };
}

customElements.define("ks-inbox", Inbox);
