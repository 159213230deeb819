// Choosing a passphrase: how strong it is, six random words for who wants them, the repetition, and the word on a weak one.

import { html, nothing } from "lit";
import type { StrengthReport } from "../generated/messages";
import { PageElement } from "./element";
import { t } from "./i18n";
import { icon } from "./icons";
import { failed, owner } from "./owner";
import { readPassphrase, wipeAfter } from "./passphrase";
import { problem } from "./problem";
import { debounce } from "./refresh";

const ASSESS_AFTER_MS = 200;
const STRENGTHS = ["strength_0", "strength_1", "strength_2", "strength_3", "strength_4"] as const;

/** What the person has chosen. */
export interface Chosen {
  passphrase: Uint8Array;
  /** They mean a weak one. */
  acceptWeak: boolean;
}

export class NewPassphrase extends PageElement {
  static override properties = {
    name: {},
    label: {},
    repeatLabel: { attribute: "repeat-label" },
    weakText: { attribute: "weak-text" },
    strength: { state: true },
    suggestion: { state: true },
    visible: { state: true },
    acceptWeak: { state: true },
    askWeak: { state: true },
    problems: { state: true },
  };
  /** What its ids begin with: a page may have it twice. */
  declare name: string;
  declare label: string;
  declare repeatLabel: string;
  /** What comes of a weak one. */
  declare weakText: string;
  declare strength: StrengthReport | undefined;
  declare suggestion: string | undefined;
  declare visible: boolean;
  declare acceptWeak: boolean;
  /** The person wanted to go on with a weak passphrase. */
  declare askWeak: boolean;
  declare problems: { passphrase?: string; repeat?: string };
  #assessed = 0;

  constructor() {
    super();
    this.name = "new";
    this.weakText = t("weakText");
    this.visible = false;
    this.acceptWeak = false;
    this.askWeak = false;
    this.problems = {};
  }

  /** What was chosen, if it can be taken; otherwise the person learns why not. It stays in the fields until `forget`. */
  async read(): Promise<Chosen | undefined> {
    if (this.#field.value === "") return this.#refuse({ passphrase: t("passphraseMissing") }, this.#field);
    if (this.#repeat.value !== this.#field.value)
      return this.#refuse({ repeat: t("passphraseMismatch") }, this.#repeat);
    this.problems = {};
    const strength = await this.#assess();
    if (!strength) return undefined;
    if (!strength.strong && !this.acceptWeak) {
      this.askWeak = true;
      await this.updateComplete;
      this.find("accept-weak")?.focus();
      return undefined;
    }
    return { passphrase: readPassphrase(this.#field), acceptWeak: this.acceptWeak };
  }

  /** Asks for the word on a weak passphrase where the vault refused one. */
  refused(error: unknown): void {
    if (failed(error, "weak_passphrase")) this.askWeak = true;
  }

  forget(): void {
    this.#assessed += 1;
    this.#field.value = "";
    this.#repeat.value = "";
    this.strength = undefined;
    this.suggestion = undefined;
    this.visible = false;
    this.acceptWeak = false;
    this.askWeak = false;
    this.problems = {};
  }

  protected override render(): unknown {
    const { name, problems } = this;
    return html`<div class="stack">
      <div class="field">
        <label for="${name}-passphrase">${this.label}</label>
        <div class="with-button">
          <input
            id="${name}-passphrase"
            data-testid="passphrase"
            type=${this.visible ? "text" : "password"}
            autocomplete="off"
            autocapitalize="none"
            spellcheck="false"
            aria-describedby="${name}-strength ${name}-passphrase-problem"
            aria-invalid=${problems.passphrase ? "true" : nothing}
            @input=${this.#typed}
          />
          <button
            type="button"
            class="icon-only"
            data-testid="show-passphrase"
            aria-pressed=${this.visible}
            aria-label=${t("showPassphrase")}
            title=${t("showPassphrase")}
            @click=${this.#toggle}
          >
            ${icon(this.visible ? "eyeOff" : "eye")}
          </button>
        </div>
        ${this.#meter()} ${problem(`${name}-passphrase-problem`, problems.passphrase)}
      </div>
      ${this.#suggestion()}
      <div class="field">
        <label for="${name}-repeat">${this.repeatLabel}</label>
        <input
          id="${name}-repeat"
          data-testid="passphrase-repeat"
          type=${this.visible ? "text" : "password"}
          autocomplete="off"
          autocapitalize="none"
          spellcheck="false"
          aria-describedby="${name}-repeat-problem"
          aria-invalid=${problems.repeat ? "true" : nothing}
          @input=${this.#repeated}
        />
        ${problem(`${name}-repeat-problem`, problems.repeat)}
      </div>
      <div role="alert">
        ${
          this.askWeak
            ? html`<div class="notice caution">
                ${icon("alert")}
                <div class="stack tight">
                  <p>${this.weakText}</p>
                  <div class="choice">
                    <input
                      type="checkbox"
                      id="${name}-accept-weak"
                      data-testid="accept-weak"
                      .checked=${this.acceptWeak}
                      @change=${this.#acceptWeak}
                    />
                    <label for="${name}-accept-weak">${t("weakAccept")}</label>
                  </div>
                </div>
              </div>`
            : nothing
        }
      </div>
    </div>`;
  }

  #meter(): unknown {
    const score = this.strength?.score;
    return html`<div class="meter" data-score=${score ?? nothing} aria-hidden="true">
        <span></span><span></span><span></span><span></span>
      </div>
      <p class="hint" id="${this.name}-strength" data-testid="strength" role="status">
        ${score === undefined ? t("passphraseHint") : t(STRENGTHS[score] ?? "strength_0")}
      </p>`;
  }

  #suggestion(): unknown {
    const { suggestion } = this;
    if (suggestion === undefined) {
      return html`<div>
        <button type="button" data-testid="suggest" @click=${this.#suggest}>${t("suggestButton")}</button>
      </div>`;
    }
    return html`<div class="suggested" role="group" aria-label=${t("suggestButton")}>
      <p class="words" data-testid="suggestion" role="status">${suggestion}</p>
      <p class="small soft">${t("suggestText")}</p>
      <div class="row">
        <button type="button" class="primary" data-testid="use-suggestion" @click=${this.#useSuggestion}>
          ${t("suggestUse")}
        </button>
        <button type="button" class="quiet" data-testid="suggest" @click=${this.#suggest}>${t("suggestOther")}</button>
      </div>
    </div>`;
  }

  get #field(): HTMLInputElement {
    return this.find<HTMLInputElement>("passphrase") as HTMLInputElement;
  }

  get #repeat(): HTMLInputElement {
    return this.find<HTMLInputElement>("passphrase-repeat") as HTMLInputElement;
  }

  #toggle = (): void => {
    this.visible = !this.visible;
  };

  #typed = (): void => {
    this.problems = {};
    this.askWeak = false;
    this.acceptWeak = false;
    this.#assessSoon();
  };

  #repeated = (): void => {
    if (this.problems.repeat) this.problems = {};
  };

  #acceptWeak = (event: Event): void => {
    this.acceptWeak = (event.target as HTMLInputElement).checked;
  };

  #assessSoon = debounce(ASSESS_AFTER_MS, () => void this.#assess().catch(() => undefined));

  /** Shows the strength, unless a later call overtook this one; answers nothing for an empty field. */
  async #assess(): Promise<StrengthReport | undefined> {
    const turn = ++this.#assessed;
    const field = this.find<HTMLInputElement>("passphrase");
    if (!field || field.value === "") {
      this.strength = undefined;
      return undefined;
    }
    const strength = await wipeAfter(readPassphrase(field), (passphrase) =>
      owner.call({ op: "assess", passphrase }),
    );
    if (turn === this.#assessed) this.strength = strength;
    return strength;
  }

  #suggest = async (): Promise<void> => {
    try {
      this.suggestion = await owner.call({ op: "suggest" });
      await this.updateComplete;
      this.find("use-suggestion")?.focus();
    } catch (error) {
      this.dispatchEvent(new CustomEvent("failed", { detail: error, bubbles: true }));
    }
  };

  #useSuggestion = (): void => {
    this.#field.value = this.suggestion ?? "";
    this.#typed();
    // The words stand in the note that the person made of them; typing them proves that there is one.
    this.#repeat.value = "";
    this.#repeat.focus();
  };

  #refuse(problems: typeof this.problems, field: HTMLElement): undefined {
    this.problems = problems;
    field.focus();
  }
}

customElements.define("ks-new-passphrase", NewPassphrase);
