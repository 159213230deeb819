// Narrows or extends a grant: what may be done, in which collections, what may leave, and for how long.

import { html, nothing } from "lit";
import { durationField } from "../../../components/duration-field";
import { PageElement } from "../../../components/element";
import { t } from "../../../components/i18n";
import { icon } from "../../../components/icons";
import { type Limits, type LimitsChange, limitsOf } from "../../../components/limits-field";
import { explain, owner } from "../../../components/owner";
import { problem } from "../../../components/problem";
import "../../../components/scope-field";
import type { ScopeField } from "../../../components/scope-field";
import { actionNames, EVERY_SCOPE, spelled, subjectName } from "../../../components/terms";
import type { Action, GrantSettings, GrantView, Profile } from "../../../generated/messages";

const ACTIONS: readonly Action[] = ["search", "read", "add"];

/** What a grant allows, as it can be chosen. */
export function settingsOf(grant: GrantView): GrantSettings {
  const { scopes, actions, accepts_writes, duration } = grant;
  return { scopes, actions, accepts_writes, duration, ...limitsOf(grant) };
}

export class GrantDialog extends PageElement {
  static override properties = {
    grant: { state: true },
    settings: { state: true },
    valid: { state: true },
    problem: { state: true },
    failure: { state: true },
    busy: { state: true },
  };
  declare grant: GrantView | undefined;
  declare settings: GrantSettings | undefined;
  /** Whether a grant can have these limits. */
  declare valid: boolean;
  declare problem: string;
  declare failure: string;
  declare busy: boolean;
  #profiles: Profile[] = [];
  #known: string[] = [];

  async edit(grant: GrantView): Promise<void> {
    const [profiles, scopes] = await Promise.all([
      owner.command({ command: "profiles" }),
      owner.command({ command: "scopes" }),
    ]);
    this.#profiles = profiles;
    this.#known = scopes.map(({ name }) => name);
    this.grant = grant;
    this.settings = settingsOf(grant);
    this.valid = true;
    this.problem = "";
    this.failure = "";
    this.busy = false;
    await this.updateComplete;
    this.querySelector("dialog")?.showModal();
  }

  protected override render(): unknown {
    const { grant, settings } = this;
    if (!grant || !settings) return nothing;
    const every = settings.scopes.includes(EVERY_SCOPE);
    const reads = settings.actions.some((action) => action !== "add");
    return html`<dialog aria-labelledby="grant-heading" data-testid="grant-dialog" @close=${this.#closed}>
      <form class="stack" @submit=${this.#save}>
        <h2 id="grant-heading">${t("grantChangeTitle")} <span class="origin">${spelled(subjectName(grant.subject))}</span></h2>
        <fieldset>
          <legend class="label">${t("grantActions")}</legend>
          <div class="stack tight">
            ${ACTIONS.map((action) => this.#action(action, settings))}
          </div>
          ${problem("actions-problem", this.problem)}
        </fieldset>
        <fieldset class="stack tight">
          <legend class="label">${t("consentScopes")}</legend>
          <div class="choice">
            <input type="checkbox" id="grant-every" data-testid="grant-every" .checked=${every} @change=${this.#toggleEvery} />
            <label for="grant-every">${t("everyScope")} <span class="hint">${t("everyScopeHint")}</span></label>
          </div>
          ${
            every
              ? nothing
              : html`<ks-scope-field .value=${settings.scopes} .known=${this.#known} .label=${t("grantScopes")}></ks-scope-field>`
          }
        </fieldset>
        ${
          reads
            ? html`<ks-limits .value=${limitsOf(settings)} .profiles=${this.#profiles} @limitschange=${this.#limitsChanged}></ks-limits>`
            : nothing
        }
        ${
          settings.actions.includes("add")
            ? html`<div class="choice">
                <input type="checkbox" id="accepts-writes" data-testid="accepts-writes" .checked=${settings.accepts_writes} @change=${this.#toggleWrites} />
                <label for="accepts-writes">${t("grantAccepts")} <span class="hint">${t("grantAcceptsHint")}</span></label>
              </div>`
            : nothing
        }
        ${durationField({
          id: "grant-duration",
          chosen: settings.duration,
          hint: t("grantDurationHint"),
          choose: (duration) => this.#set({ duration }),
        })}
        <div role="alert">
          ${this.failure ? html`<p class="notice danger">${icon("alert")}<span data-testid="grant-failure">${this.failure}</span></p>` : nothing}
        </div>
        <div class="row actions">
          <button type="button" data-testid="grant-cancel" @click=${this.#close}>${t("cancel")}</button>
          <button class="primary" data-testid="grant-save" aria-disabled=${this.busy ? "true" : nothing}>
            ${this.busy ? html`<span class="spinner"></span>` : nothing}${t("save")}
          </button>
        </div>
      </form>
    </dialog>`;
  }

  #action(action: Action, { actions }: GrantSettings): unknown {
    return html`<div class="choice">
      <input
        type="checkbox"
        id="grant-${action}"
        data-testid="grant-${action}"
        .checked=${actions.includes(action)}
        @change=${() => this.#toggleAction(action)}
      />
      <label for="grant-${action}">${t("grantMay", actionNames([action]))}</label>
    </div>`;
  }

  #set(settings: Partial<GrantSettings>): void {
    if (this.settings) this.settings = { ...this.settings, ...settings };
  }

  #toggleAction(action: Action): void {
    const chosen = new Set(this.settings?.actions);
    if (!chosen.delete(action)) chosen.add(action);
    this.problem = chosen.size === 0 ? t("grantNoAction") : "";
    this.#set({ actions: ACTIONS.filter((each) => chosen.has(each)) });
  }

  #toggleEvery = (): void => {
    const { grant, settings } = this;
    if (!grant || !settings) return;
    const named = grant.scopes.filter((scope) => scope !== EVERY_SCOPE);
    this.#set({ scopes: settings.scopes.includes(EVERY_SCOPE) ? named : [EVERY_SCOPE] });
  };

  #toggleWrites = (): void => this.#set({ accepts_writes: this.settings?.accepts_writes !== true });

  #limitsChanged = ({ detail }: CustomEvent<LimitsChange>): void => {
    this.valid = detail.valid;
    if (!this.settings) return;
    const { kinds: _kinds, daily_budget: _budget, ...rest } = this.settings;
    this.settings = { ...rest, ...(detail.limits satisfies Limits) };
  };

  #close = (): void => this.querySelector("dialog")?.close();

  #closed = (): void => {
    this.grant = undefined;
    this.settings = undefined;
  };

  #save = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const { grant, settings } = this;
    if (!grant || !settings || this.busy || !this.valid || settings.actions.length === 0) return;
    const field = this.querySelector<ScopeField>("ks-scope-field");
    if (field && !field.commit()) {
      field.focus();
      return;
    }
    const chosen: GrantSettings = {
      ...settings,
      scopes: field?.value ?? settings.scopes,
      accepts_writes: settings.accepts_writes && settings.actions.includes("add"),
    };
    this.busy = true;
    this.failure = "";
    try {
      await owner.command({ command: "grant_change", id: grant.id, settings: chosen });
      this.dispatchEvent(new CustomEvent<GrantView>("grantchanged", { detail: grant, bubbles: true }));
      this.#close();
    } catch (error) {
      this.failure = explain(error);
    } finally {
      this.busy = false;
    }
  };
}

customElements.define("ks-grant-dialog", GrantDialog);
