// A field for the scopes of a memory: chips, a text field, and the scopes that exist already to pick from.

import { html, nothing } from "lit";
import { PageElement } from "./element";
import { t } from "./i18n";
import { icon } from "./icons";

/** The vault's limits. */
const MAX_SCOPES = 16;
const MAX_SCOPE_CHARS = 64;
const SHOWN_SUGGESTIONS = 8;

/** A scope's name in the form the vault keeps, or nothing where it takes none such. */
export function scopeFrom(name: string): string | undefined {
  const scope = name.normalize("NFC").replace(/\s+/g, " ").trim().toLowerCase();
  return scope === "" || scope === "*" || [...scope].length > MAX_SCOPE_CHARS ? undefined : scope;
}

/** The known scopes that fit what is typed, as buttons that choose them. */
export function scopeSuggestions(
  known: readonly string[],
  typed: string,
  choose: (scope: string) => void,
): unknown {
  const start = scopeFrom(typed) ?? "";
  const fitting = known
    .filter((scope) => scope.includes(start) && scope !== start)
    .slice(0, SHOWN_SUGGESTIONS);
  if (fitting.length === 0) return nothing;
  return html`<div class="chips" role="group" aria-label=${t("scopeSuggestions")}>
    ${fitting.map(
      (scope) =>
        html`<button type="button" class="suggestion" data-testid="scope-suggestion" @click=${() => choose(scope)}>
          ${scope}
        </button>`,
    )}
  </div>`;
}

export class ScopeField extends PageElement {
  static override properties = {
    value: { attribute: false },
    known: { attribute: false },
    label: {},
    typed: { state: true },
    problem: { state: true },
  };
  declare value: string[];
  declare known: string[];
  declare label: string;
  declare typed: string;
  declare problem: string;

  constructor() {
    super();
    this.value = [];
    this.known = [];
    this.label = "";
    this.typed = "";
    this.problem = "";
  }

  /** Takes over what is still being typed; answers whether the field can be saved. */
  commit(): boolean {
    if (this.typed.trim() !== "" && !this.#add(this.typed)) return false;
    if (this.value.length === 0) this.problem = t("scopeMissing");
    return this.value.length > 0;
  }

  override focus(): void {
    this.find("scope-input")?.focus();
  }

  protected override render(): unknown {
    const open = this.known.filter((scope) => !this.value.includes(scope));
    return html`<div class="field">
      <label for="scope-input">${this.label}</label>
      ${
        this.value.length > 0
          ? html`<ul class="chips">
              ${this.value.map(
                (scope) =>
                  html`<li class="chip accent" data-testid="chosen-scope">
                    ${scope}
                    <button type="button" aria-label=${t("scopeRemove", scope)} @click=${() => this.#remove(scope)}>
                      ${icon("close")}
                    </button>
                  </li>`,
              )}
            </ul>`
          : nothing
      }
      <input
        id="scope-input"
        data-testid="scope-input"
        autocomplete="off"
        autocapitalize="none"
        aria-describedby="scope-hint scope-problem"
        aria-invalid=${this.problem ? "true" : nothing}
        .value=${this.typed}
        @input=${this.#type}
        @keydown=${this.#key}
      />
      <p class="hint" id="scope-hint">${t("scopeHint")}</p>
      <div id="scope-problem" role="alert">
        ${this.problem ? html`<p class="problem">${icon("alert")}<span>${this.problem}</span></p>` : nothing}
      </div>
      ${scopeSuggestions(open, this.typed, (scope) => {
        this.#add(scope);
        this.focus();
      })}
    </div>`;
  }

  #type = (event: InputEvent): void => {
    this.typed = (event.target as HTMLInputElement).value;
    this.problem = "";
  };

  #key = (event: KeyboardEvent): void => {
    if (event.isComposing) return;
    if ((event.key === "Enter" || event.key === ",") && this.typed.trim() !== "") {
      event.preventDefault();
      this.#add(this.typed);
    } else if (event.key === "Backspace" && this.typed === "") {
      this.value = this.value.slice(0, -1);
    }
  };

  #add(name: string): boolean {
    const scope = scopeFrom(name);
    if (scope === undefined) this.problem = t("scopeBad", MAX_SCOPE_CHARS);
    else if (!this.value.includes(scope) && this.value.length >= MAX_SCOPES)
      this.problem = t("scopeTooMany", MAX_SCOPES);
    else {
      this.value = [...new Set([...this.value, scope])];
      this.typed = "";
      this.problem = "";
      return true;
    }
    return false;
  }

  #remove(scope: string): void {
    this.value = this.value.filter((each) => each !== scope);
    this.focus();
  }
}

customElements.define("ks-scope-field", ScopeField);
