// The dialog in which a memory is written or changed, also one that a site proposed.

import { html, nothing } from "lit";
import type { Draft, Kind, MemoryView, Sensitivity } from "../generated/messages";
import { PageElement } from "./element";
import { t } from "./i18n";
import { icon } from "./icons";
import { explain, failed } from "./owner";
import { problem } from "./problem";
import { KINDS, kindName, SENSITIVITIES, sensitivityName } from "./terms";
import "./scope-field";
import type { ScopeField } from "./scope-field";

/** The vault's limit on a text. */
const MAX_TEXT_BYTES = 16 * 1024;

/** What the dialog is to do. */
export interface Editing {
  heading: string;
  saveLabel: string;
  draft: Draft;
  /** The scopes to suggest. */
  known: string[];
  /** Keeps the draft, on top of `base` where there is one. A `conflict` asks `current`, a `not_found` asks `saveAnew`. */
  save(draft: Draft, base?: MemoryView): Promise<void>;
  base?: MemoryView;
  /** The memory as it is now, after a conflict. */
  current?(): Promise<MemoryView | undefined>;
  /** Keeps the draft as a new memory, where the changed one has been deleted. */
  saveAnew?(draft: Draft): Promise<void>;
}

export class MemoryDialog extends PageElement {
  static override properties = {
    editing: { state: true },
    busy: { state: true },
    textProblem: { state: true },
    expiryProblem: { state: true },
    failure: { state: true },
    theirs: { state: true },
    gone: { state: true },
  };
  declare editing: Editing | undefined;
  declare busy: boolean;
  declare textProblem: string;
  declare expiryProblem: string;
  declare failure: string;
  /** What the memory says now, having been changed elsewhere. */
  declare theirs: MemoryView | undefined;
  /** The memory has been deleted elsewhere. */
  declare gone: boolean;

  async open(editing: Editing): Promise<void> {
    this.editing = editing;
    this.busy = false;
    this.textProblem = "";
    this.expiryProblem = "";
    this.failure = "";
    this.theirs = undefined;
    this.gone = false;
    await this.updateComplete;
    this.querySelector("dialog")?.showModal();
    this.#text?.focus();
  }

  protected override render(): unknown {
    const { editing } = this;
    if (!editing) return nothing;
    return html`<dialog aria-labelledby="memory-heading" data-testid="memory-dialog" @close=${this.#closed}>
      <form class="stack" novalidate @submit=${this.#submit}>
        <h2 id="memory-heading">${editing.heading}</h2>
        <div class="field">
          <label for="memory-words">${t("memoryWords")}</label>
          <textarea
            id="memory-words"
            data-testid="edit-text"
            rows="5"
            dir="auto"
            .value=${editing.draft.text}
            aria-describedby="memory-words-problem"
            aria-invalid=${this.textProblem ? "true" : nothing}
          ></textarea>
          <div id="memory-words-problem" role="alert">
            ${this.textProblem ? html`<p class="problem">${icon("alert")}<span>${this.textProblem}</span></p>` : nothing}
          </div>
        </div>
        <ks-scope-field
          label=${t("scopes")}
          .value=${[...editing.draft.scopes]}
          .known=${editing.known}
        ></ks-scope-field>
        <div class="pair">
          <div class="field">
            <label for="memory-kind">${t("kind")}</label>
            <select id="memory-kind" data-testid="edit-kind">
              ${KINDS.map(
                (kind) =>
                  html`<option value=${kind} ?selected=${kind === (editing.draft.kind ?? "note")}>${kindName(kind)}</option>`,
              )}
            </select>
          </div>
          <div class="field">
            <label for="memory-sensitivity">${t("sensitivity")}</label>
            <select id="memory-sensitivity" data-testid="edit-sensitivity" aria-describedby="memory-sensitivity-hint">
              ${SENSITIVITIES.map(
                (each) =>
                  html`<option value=${each} ?selected=${each === (editing.draft.sensitivity ?? "normal")}>
                    ${sensitivityName(each)}
                  </option>`,
              )}
            </select>
          </div>
        </div>
        <p class="hint" id="memory-sensitivity-hint">${t("sensitivityHint")}</p>
        <div class="field">
          <label for="memory-expires">${t("memoryExpires")}</label>
          <input
            id="memory-expires"
            class="day"
            data-testid="edit-expires"
            type="date"
            autocomplete="off"
            .value=${dayOf(editing.draft.expires)}
            aria-describedby="memory-expires-hint memory-expires-problem"
            aria-invalid=${this.expiryProblem ? "true" : nothing}
          />
          <p class="hint" id="memory-expires-hint">${t("memoryExpiresHint")}</p>
          ${problem("memory-expires-problem", this.expiryProblem)}
        </div>
        <div role="alert">
          ${this.failure ? html`<p class="notice danger">${icon("alert")}<span data-testid="edit-failure">${this.failure}</span></p>` : nothing}
          ${
            this.theirs
              ? html`<div class="notice caution" data-testid="edit-conflict">
                  ${icon("alert")}
                  <div class="stack tight">
                    <p>${t("conflictText")}</p>
                    <blockquote class="claim" dir="auto">${this.theirs.text}</blockquote>
                  </div>
                </div>`
              : nothing
          }
          ${this.gone ? html`<p class="notice caution">${icon("alert")}<span>${t("conflictGone")}</span></p>` : nothing}
        </div>
        <div class="row actions">
          <button type="button" data-testid="edit-cancel" @click=${this.#cancel}>
            ${this.theirs ? t("conflictTakeTheirs") : t("cancel")}
          </button>
          <button class="primary" data-testid="edit-save" aria-disabled=${this.busy ? "true" : nothing}>
            ${this.busy ? html`<span class="spinner"></span>` : nothing}
            ${this.theirs ? t("conflictKeepMine") : this.gone ? t("conflictSaveAnew") : editing.saveLabel}
          </button>
        </div>
      </form>
    </dialog>`;
  }

  get #text(): HTMLTextAreaElement | null {
    return this.find<HTMLTextAreaElement>("edit-text");
  }

  get #day(): HTMLInputElement | null {
    return this.find<HTMLInputElement>("edit-expires");
  }

  #cancel = (): void => this.querySelector("dialog")?.close();

  #closed = (): void => {
    this.editing = undefined;
  };

  #submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const { editing } = this;
    if (!editing || this.busy) return;
    const draft = this.#draft();
    if (!draft) return;
    this.busy = true;
    this.failure = "";
    try {
      if (this.gone) await editing.saveAnew?.(draft);
      else await editing.save(draft, this.theirs ?? editing.base);
      this.querySelector("dialog")?.close();
    } catch (error) {
      await this.#failed(error, { ...editing, draft });
    } finally {
      this.busy = false;
    }
  };

  async #failed(error: unknown, editing: Editing): Promise<void> {
    // What the person wrote stays in the fields.
    this.editing = editing;
    if (failed(error, "conflict") && editing.current) {
      this.theirs = await editing.current().catch(() => undefined);
      this.gone = this.theirs === undefined;
    } else if (failed(error, "not_found") && editing.saveAnew) {
      this.theirs = undefined;
      this.gone = true;
    } else {
      this.failure = explain(error);
    }
  }

  #draft(): Draft | undefined {
    const text = this.#text?.value ?? "";
    const scopes = this.querySelector<ScopeField>("ks-scope-field");
    if (text.trim() === "") this.textProblem = t("memoryEmpty");
    else if (new TextEncoder().encode(text).length > MAX_TEXT_BYTES) this.textProblem = t("memoryTooLong");
    else this.textProblem = "";
    if (this.textProblem) {
      this.#text?.focus();
      return undefined;
    }
    if (!scopes?.commit()) {
      scopes?.focus();
      return undefined;
    }
    const expires = this.#expires();
    if (this.expiryProblem) {
      this.#day?.focus();
      return undefined;
    }
    const { valid_from, valid_to } = this.editing?.draft ?? {};
    return {
      text,
      scopes: scopes.value,
      kind: this.find<HTMLSelectElement>("edit-kind")?.value as Kind,
      sensitivity: this.find<HTMLSelectElement>("edit-sensitivity")?.value as Sensitivity,
      ...(expires === undefined ? {} : { expires }),
      // Not in the dialog, so it stays as it is.
      ...(valid_from === undefined ? {} : { valid_from }),
      ...(valid_to === undefined ? {} : { valid_to }),
    };
  }

  /** The end of the day that was chosen; a moment that was set otherwise stays as long as its day does. */
  #expires(): number | undefined {
    const before = this.editing?.draft.expires;
    const day = this.#day?.value ?? "";
    this.expiryProblem = this.#day?.validity.badInput ? t("memoryExpiresIncomplete") : "";
    if (day === "") return undefined;
    const expires = day === dayOf(before) ? before : endOf(day);
    if (expires === undefined || expires <= Date.now()) this.expiryProblem = t("memoryExpiresPast");
    return expires;
  }
}

/** A moment's day here, as a date field has it. */
function dayOf(moment: number | undefined): string {
  if (moment === undefined) return "";
  const at = new Date(moment);
  const digits = (n: number, length: number) => String(n).padStart(length, "0");
  return `${digits(at.getFullYear(), 4)}-${digits(at.getMonth() + 1, 2)}-${digits(at.getDate(), 2)}`;
}

/** The last moment of a day here. */
function endOf(day: string): number {
  return new Date(`${day}T23:59:59.999`).getTime();
}

customElements.define("ks-memory-dialog", MemoryDialog);
