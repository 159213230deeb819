// The inbox: what sites and extensions propose waits here until the person accepts or declines it.

import { html, nothing, type TemplateResult } from "lit";
import { repeat } from "lit/directives/repeat.js";
import { counted, formatList, t } from "../../components/i18n";
import { icon } from "../../components/icons";
import { owner } from "../../components/owner";
import { firstOf } from "../../components/pages";
import { subjectKey, subjectName } from "../../components/terms";
import { failurePanel, waiting } from "../../components/vault";
import type { Draft, InboxView, MemoryId, MemoryView, Topic } from "../../generated/messages";
import "../../components/confirm";
import type { Confirm } from "../../components/confirm";
import "../../components/memory-dialog";
import type { MemoryDialog } from "../../components/memory-dialog";
import { proposalBody, proposalHead, proposalHints } from "./inbox/proposal";
import { acceptance, blocking, merging, refusal, sendersOf } from "./inbox/settling";
import { changing } from "./memories/changing";
import { Section } from "./section";
import type { Deed } from "./undo";

const PAGE_SIZE = 100;

export class Inbox extends Section {
  static override properties = { items: { state: true }, total: { state: true }, selected: { state: true } };
  declare items: InboxView[];
  declare total: number;
  declare selected: ReadonlySet<MemoryId>;
  protected override readonly topics: readonly Topic[] = ["inbox", "memories"];
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
      <ks-memory-dialog></ks-memory-dialog>
      <ks-confirm></ks-confirm>`;
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
          ${this.selected.size > 0 ? this.#bulk() : nothing}
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

  #bulk(): TemplateResult {
    const { size } = this.selected;
    return html`<button class="small primary" data-testid="accept-selected" @click=${() => this.#accept(this.#chosen)}>
        ${counted("acceptCount", size)}
      </button>
      <button class="small" data-testid="decline-selected" @click=${() => this.#decline(this.#chosen)}>
        ${counted("declineCount", size)}
      </button>
      <button class="quiet danger small" data-testid="block-selected" @click=${() => this.#block(this.#chosen)}>
        ${counted("blockSenders", sendersOf(this.#chosen).length)}
      </button>`;
  }

  #item(item: InboxView): unknown {
    const { id, proposes, about } = item;
    // The buttons of one proposal are told apart by what it says.
    const says = `proposal-${id}`;
    const unreadable = proposes !== "new" && !about;
    return html`<li class="memory card proposal" data-testid="inbox-item" data-id=${id}>
      <input
        type="checkbox"
        data-testid="inbox-select"
        aria-labelledby=${says}
        .checked=${this.selected.has(id)}
        @change=${() => this.#toggle(id)}
      />
      <div class="stack tight">
        ${proposalHead(item)} ${proposalBody(item)} ${proposalHints(item)}
        <div class="row">
          ${
            unreadable
              ? nothing
              : html`<button class="primary small" data-testid="accept" aria-describedby=${says} @click=${() => this.#accept([item])}>
                  ${t(proposes === "removal" ? "acceptRemoval" : "accept")}
                </button>`
          }
          ${
            unreadable || proposes === "removal"
              ? nothing
              : html`<button class="small" data-testid="accept-edit" aria-describedby=${says} @click=${() => this.#edit(item)}>
                  ${t("acceptEdit")}
                </button>`
          }
          ${this.#withRestated(item, says)}
          <button class="small" data-testid="decline" aria-describedby=${says} @click=${() => this.#decline([item])}>
            ${t("decline")}
          </button>
          <button class="quiet danger small" data-testid="decline-block" aria-describedby=${says} @click=${() => this.#block([item])}>
            ${t("declineBlock")}
          </button>
        </div>
      </div>
    </li>`;
  }

  /** What can be done with the memory that says what is proposed. */
  #withRestated(item: InboxView, says: string): unknown {
    const { restates, proposes } = item;
    if (!restates) return nothing;
    return html`${
      proposes === "new"
        ? html`<button class="small" data-testid="merge" aria-describedby=${says} @click=${() => this.#settle([item], () => merging(item, restates))}>
            ${t("merge")}
          </button>`
        : nothing
    }<button class="quiet small" data-testid="restated-open" aria-describedby=${says} @click=${() => this.#open(restates.memory)}>
        ${t("restatedOpen")}
      </button>`;
  }

  get #dialog(): MemoryDialog | null {
    return this.querySelector<MemoryDialog>("ks-memory-dialog");
  }

  get #chosen(): InboxView[] {
    return this.items.filter(({ id }) => this.selected.has(id));
  }

  async #edit(item: InboxView): Promise<void> {
    await this.#dialog?.open({
      heading: t("acceptEditTitle"),
      saveLabel: t("acceptEditSave"),
      draft: item.draft,
      known: await knownScopes(),
      save: async (draft) => {
        const deed = await acceptance([item], draft);
        await this.do(async () => deed);
      },
    });
  }

  /** Opens a memory that is kept, to look at it and to change it. */
  async #open(memory: MemoryView): Promise<void> {
    const settle = (deed: Deed) => this.do(async () => deed);
    const saveAnew = async (draft: Draft) => {
      await owner.command({ command: "memory_add", draft });
      await this.do(async () => ({ text: t("memoryAdded") }));
    };
    await this.#dialog?.open(changing(memory, await knownScopes(), settle, saveAnew));
  }

  #accept(items: readonly InboxView[]): Promise<void> {
    return this.#settle(items, () => acceptance(items));
  }

  #decline(items: readonly InboxView[]): Promise<void> {
    return this.#settle(items, () => refusal(items));
  }

  /** Blocks those who proposed these: then all that they propose is declined. */
  async #block(items: readonly InboxView[]): Promise<void> {
    const senders = sendersOf(items);
    const keys = new Set(senders.map(subjectKey));
    const all = this.items.filter(({ subject }) => keys.has(subjectKey(subject)));
    await this.querySelector<Confirm>("ks-confirm")?.ask({
      heading: counted("blockTitle", senders.length),
      text: [
        html`<b class="origin">${formatList(senders.map(subjectName))}</b>`,
        counted("blockText", all.length),
        t("blockUndone"),
      ],
      confirm: t("declineBlock"),
      act: () => this.#settle(all, () => blocking(all)),
    });
  }

  async #settle(items: readonly InboxView[], act: () => Promise<Deed>): Promise<void> {
    const ids = new Set(items.map(({ id }) => id));
    const place = this.items.findIndex(({ id }) => ids.has(id));
    await this.do(act);
    await this.updateComplete;
    const rest = this.querySelectorAll<HTMLElement>('[data-testid="decline"]');
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

async function knownScopes(): Promise<string[]> {
  const scopes = await owner.command({ command: "scopes" }).catch(() => []);
  return scopes.map(({ name }) => name);
}

customElements.define("ks-inbox", Inbox);
