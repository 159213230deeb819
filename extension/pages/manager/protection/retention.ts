// How long the memories of a collection are kept: a rule a collection, looked at before it forgets anything.

import { html, nothing } from "lit";
import { PageElement } from "../../../components/element";
import { counted, formatDays, parts, t } from "../../../components/i18n";
import { icon } from "../../../components/icons";
import { explain, failed, owner } from "../../../components/owner";
import { problem } from "../../../components/problem";
import { scopeFrom, scopeSuggestions } from "../../../components/scope-field";
import type { RetentionRule, Scope } from "../../../generated/messages";
import "../../../components/confirm";
import type { Confirm } from "../../../components/confirm";

const OFFERED_DAYS = [7, 30, 90, 365];
const CUSTOM = "custom";
/** The vault's limit. */
const MAX_DAYS = 36_500;

export class Retention extends PageElement {
  static override properties = {
    rules: { attribute: false },
    scopes: { attribute: false },
    editing: { state: true },
    typed: { state: true },
    choice: { state: true },
    busy: { state: true },
    scopeProblem: { state: true },
    daysProblem: { state: true },
    failure: { state: true },
  };
  declare rules: RetentionRule[];
  /** The collections that there are. */
  declare scopes: Scope[];
  /** A rule is being added or changed. */
  declare editing: boolean;
  declare typed: string;
  /** A number of days among those offered, or `custom`. */
  declare choice: string;
  declare busy: boolean;
  declare scopeProblem: string;
  declare daysProblem: string;
  declare failure: string;

  constructor() {
    super();
    this.rules = [];
    this.scopes = [];
    this.editing = false;
    this.typed = "";
    this.choice = String(OFFERED_DAYS[1]);
    this.busy = false;
    this.scopeProblem = "";
    this.daysProblem = "";
    this.failure = "";
  }

  protected override render(): unknown {
    return html`<div class="stack">
      <p>${t("retentionText")}</p>
      ${
        this.rules.length > 0
          ? html`<ul class="decisions" aria-label=${t("retention")}>${this.rules.map((rule) => this.#rule(rule))}</ul>`
          : html`<p class="soft" data-testid="retention-none">${t("retentionNone")}</p>`
      }
      ${
        this.editing
          ? this.#form()
          : html`<div>
              <button type="button" data-testid="retention-add" @click=${() => this.#edit()}>${icon("plus")}${t("retentionAdd")}</button>
            </div>`
      }
      <ks-confirm></ks-confirm>
    </div>`;
  }

  #rule(rule: RetentionRule): unknown {
    const { scope, days } = rule;
    return html`<li class="decision retention" data-testid="retention-rule" data-scope=${scope}>
      <p>${parts("retentionRule", html`<span class="chip accent">${scope}</span>`, formatDays(days))}</p>
      <div class="row">
        <button type="button" class="small" data-testid="retention-change" aria-label=${t("retentionChangeLabel", scope)} @click=${() => this.#edit(rule)}>
          ${t("edit")}
        </button>
        <button type="button" class="quiet small" data-testid="retention-remove" aria-label=${t("retentionRemoveLabel", scope)} @click=${() => this.#remove(scope)}>
          ${t("retentionRemove")}
        </button>
      </div>
    </li>`;
  }

  #form(): unknown {
    const free = this.scopes.filter((scope) => !this.rules.some((rule) => rule.scope === scope));
    return html`<form class="stack narrow-form" novalidate @submit=${this.#submit}>
      <div class="field">
        <label for="retention-scope">${t("filterScope")}</label>
        <input
          id="retention-scope"
          data-testid="retention-scope"
          autocomplete="off"
          autocapitalize="none"
          aria-describedby="retention-scope-problem"
          aria-invalid=${this.scopeProblem ? "true" : nothing}
          .value=${this.typed}
          @input=${this.#scopeTyped}
        />
        ${problem("retention-scope-problem", this.scopeProblem)}
        ${scopeSuggestions(free, free.includes(this.typed) ? "" : this.typed, (scope) => {
          this.typed = scope;
          this.scopeProblem = "";
        })}
      </div>
      <div class="field">
        <label for="retention-days">${t("retentionKeepFor")}</label>
        <select id="retention-days" data-testid="retention-days" @change=${this.#chosen}>
          ${OFFERED_DAYS.map((days) => html`<option value=${days} ?selected=${this.choice === String(days)}>${formatDays(days)}</option>`)}
          <option value=${CUSTOM} ?selected=${this.choice === CUSTOM}>${t("retentionCustom")}</option>
        </select>
      </div>
      ${
        this.choice === CUSTOM
          ? html`<div class="field">
              <label for="retention-custom">${t("retentionDays")}</label>
              <input
                id="retention-custom"
                data-testid="retention-custom"
                type="number"
                inputmode="numeric"
                min="1"
                max=${MAX_DAYS}
                step="1"
                autocomplete="off"
                aria-describedby="retention-custom-problem"
                aria-invalid=${this.daysProblem ? "true" : nothing}
              />
              ${problem("retention-custom-problem", this.daysProblem)}
            </div>`
          : nothing
      }
      <p class="small soft">${t("retentionCounted")}</p>
      <div role="alert">
        ${this.failure ? html`<p class="notice danger">${icon("alert")}<span>${this.failure}</span></p>` : nothing}
      </div>
      <div class="row">
        <button class="primary" data-testid="retention-set" aria-disabled=${this.busy ? "true" : nothing}>${t("retentionSet")}</button>
        <button type="button" class="quiet" data-testid="retention-cancel" @click=${this.#cancel}>${t("cancel")}</button>
      </div>
    </form>`;
  }

  async #edit(rule?: RetentionRule): Promise<void> {
    this.editing = true;
    this.scopeProblem = "";
    this.daysProblem = "";
    this.failure = "";
    this.typed = rule?.scope ?? "";
    const days = rule?.days ?? OFFERED_DAYS[1];
    this.choice = OFFERED_DAYS.some((each) => each === days) ? String(days) : CUSTOM;
    await this.updateComplete;
    const custom = this.find<HTMLInputElement>("retention-custom");
    if (custom && rule) custom.value = String(rule.days);
    this.find(rule ? "retention-days" : "retention-scope")?.focus();
  }

  #cancel = (): void => void this.#close();

  async #close(): Promise<void> {
    this.editing = false;
    await this.updateComplete;
    this.find("retention-add")?.focus();
  }

  #scopeTyped = (event: InputEvent): void => {
    this.typed = (event.target as HTMLInputElement).value;
    this.scopeProblem = "";
  };

  #chosen = async (event: Event): Promise<void> => {
    this.choice = (event.target as HTMLSelectElement).value;
    this.daysProblem = "";
  };

  #submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (this.busy) return;
    const scope = scopeFrom(this.typed);
    const custom = this.find<HTMLInputElement>("retention-custom");
    const days = custom ? custom.valueAsNumber : Number(this.choice);
    const possible = Number.isInteger(days) && days >= 1 && days <= MAX_DAYS;
    this.scopeProblem = scope === undefined ? t("scopeBad", 64) : "";
    this.daysProblem = possible ? "" : t("retentionDaysBad", MAX_DAYS);
    if (scope === undefined) this.find("retention-scope")?.focus();
    else if (!possible) custom?.focus();
    else await this.#propose(scope, days);
  };

  /** Sets the rule, after a question where it forgets something at once. */
  async #propose(scope: Scope, days: number): Promise<void> {
    this.busy = true;
    this.failure = "";
    try {
      const due = await owner.command({ command: "retention_set", scope, days, preview: true });
      if (due === 0) await this.#set(scope, days);
      else
        await this.querySelector<Confirm>("ks-confirm")?.ask({
          heading: t("retentionHeading", scope, formatDays(days)),
          text: [html`<span data-testid="retention-due">${counted("retentionDue", due)}</span>`],
          confirm: t("retentionConfirm"),
          act: () => this.#set(scope, days),
        });
    } catch (error) {
      if (!failed(error, "locked", "no_vault")) this.failure = explain(error);
    } finally {
      this.busy = false;
    }
  }

  async #set(scope: Scope, days: number): Promise<void> {
    const forgotten = await owner.command({ command: "retention_set", scope, days });
    const kept = t("retentionIsSet", scope, formatDays(days));
    this.#done(forgotten > 0 ? `${kept} ${counted("retentionForgotten", forgotten)}` : kept);
    await this.#close();
  }

  async #remove(scope: Scope): Promise<void> {
    try {
      await owner.command({ command: "retention_set", scope });
      this.#done(t("retentionRemoved", scope));
      this.find("retention-add")?.focus();
    } catch (error) {
      this.dispatchEvent(new CustomEvent("failed", { detail: error, bubbles: true }));
    }
  }

  #done(text: string): void {
    this.dispatchEvent(new CustomEvent("done", { detail: { text }, bubbles: true }));
  }
}

customElements.define("ks-retention", Retention);
