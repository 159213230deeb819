// Asks once more before what cannot be undone: in words, and where it is everything, with a word to type.

import { html, nothing } from "lit";
import { PageElement } from "./element";
import { language, t } from "./i18n";
import { icon } from "./icons";
import { explain } from "./owner";
import { problem } from "./problem";

/** What the person is to decide. */
export interface Question {
  heading: string;
  /** Paragraph by paragraph. */
  text: readonly unknown[];
  /** What the button that does it says. */
  confirm: string;
  /** What they have to type first. */
  word?: string;
  act(): Promise<void>;
}

export class Confirm extends PageElement {
  static override properties = {
    question: { state: true },
    busy: { state: true },
    problem: { state: true },
    failure: { state: true },
  };
  declare question: Question | undefined;
  declare busy: boolean;
  declare problem: string;
  declare failure: string;

  async ask(question: Question): Promise<void> {
    this.question = question;
    this.busy = false;
    this.problem = "";
    this.failure = "";
    await this.updateComplete;
    this.querySelector("dialog")?.showModal();
    this.find(question.word === undefined ? "confirm-cancel" : "confirm-word")?.focus();
  }

  protected override render(): unknown {
    const { question } = this;
    if (!question) return nothing;
    return html`<dialog
      role="alertdialog"
      aria-labelledby="confirm-heading"
      aria-describedby="confirm-text"
      data-testid="confirm-dialog"
      @cancel=${this.#cancelled}
      @close=${this.#closed}
    >
      <form class="stack" @submit=${this.#submit}>
        <h2 id="confirm-heading">${question.heading}</h2>
        <div id="confirm-text" class="stack tight">${question.text.map((each) => html`<p>${each}</p>`)}</div>
        ${question.word === undefined ? nothing : this.#word(question.word)}
        <div role="alert">
          ${this.failure ? html`<p class="notice danger">${icon("alert")}<span data-testid="confirm-failure">${this.failure}</span></p>` : nothing}
        </div>
        <div class="row actions">
          <button type="button" data-testid="confirm-cancel" aria-disabled=${this.busy ? "true" : nothing} @click=${this.#cancel}>
            ${t("cancel")}
          </button>
          <button class="danger" data-testid="confirm" aria-disabled=${this.busy ? "true" : nothing}>
            ${this.busy ? html`<span class="spinner"></span>` : nothing}${question.confirm}
          </button>
        </div>
      </form>
    </dialog>`;
  }

  #word(word: string): unknown {
    return html`<div class="field">
      <label for="confirm-word">${t("confirmWord", word)}</label>
      <input
        id="confirm-word"
        data-testid="confirm-word"
        autocomplete="off"
        autocapitalize="characters"
        spellcheck="false"
        aria-describedby="confirm-problem"
        aria-invalid=${this.problem ? "true" : nothing}
        ?readonly=${this.busy}
      />
      ${problem("confirm-problem", this.problem)}
    </div>`;
  }

  #cancel = (): void => {
    if (!this.busy) this.querySelector("dialog")?.close();
  };

  /** Escape does not close what is under way. */
  #cancelled = (event: Event): void => {
    if (this.busy) event.preventDefault();
  };

  #closed = (): void => {
    this.question = undefined;
  };

  #submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const { question } = this;
    if (!question || this.busy) return;
    const field = this.find<HTMLInputElement>("confirm-word");
    if (question.word !== undefined && field?.value.trim().toLocaleUpperCase(language) !== question.word) {
      this.problem = t("confirmWordMissing", question.word);
      field?.focus();
      return;
    }
    this.busy = true;
    this.problem = "";
    this.failure = "";
    try {
      await question.act();
      this.querySelector("dialog")?.close();
    } catch (error) {
      this.failure = explain(error);
    } finally {
      this.busy = false;
    }
  };
}

customElements.define("ks-confirm", Confirm);
