// What of the memories may leave under a grant: a ready-made choice, or a sensitivity, kinds and a daily budget of one's own.

import { html, nothing, type PropertyValues } from "lit";
import type { GrantSettings, Kind, Profile, ProfileName, Sensitivity } from "../generated/messages";
import { PageElement } from "./element";
import { t } from "./i18n";
import { problem } from "./problem";
import { KINDS, kindName, profileName, SENSITIVITIES, sensitivityName } from "./terms";

/** The part of a grant that says which records leave. */
export type Limits = Pick<GrantSettings, "kinds" | "max_sensitivity" | "daily_budget" | "each_time">;

/** What `limitschange` tells. */
export interface LimitsChange {
  limits: Limits;
  /** Whether a grant can have them. */
  valid: boolean;
}

/** `secret` is not among them: such a memory leaves under no grant. */
const OFFERED_SENSITIVITIES = SENSITIVITIES.filter((each) => each !== "secret");
/** The vault counts in 32 bits. */
const MOST_A_DAY = 4_294_967_295;

/** The ready-made choice without its name. */
export function limitsOf({ kinds, max_sensitivity, daily_budget, each_time }: Limits): Limits {
  return {
    max_sensitivity,
    each_time,
    ...(kinds && { kinds }),
    ...(daily_budget !== undefined && { daily_budget }),
  };
}

export class LimitsField extends PageElement {
  static override properties = {
    value: { attribute: false },
    profiles: { attribute: false },
    dead: { attribute: false },
    own: { state: true },
    budget: { state: true },
  };
  declare value: Limits;
  declare profiles: Profile[];
  /** Whether nothing works yet. */
  declare dead: boolean;
  /** The person wants to choose for themselves. */
  declare own: boolean;
  /** What stands in the field for the budget. */
  declare budget: string;
  #kinds: ReadonlySet<Kind> = new Set(KINDS);

  constructor() {
    super();
    this.value = { max_sensitivity: "personal", each_time: false };
    this.profiles = [];
    this.dead = false;
    this.own = false;
    this.budget = "";
  }

  protected override willUpdate(changed: PropertyValues): void {
    if (!changed.has("value") || !this.#valid) return;
    this.#kinds = new Set(this.value.kinds ?? KINDS);
    this.budget = this.value.daily_budget?.toString() ?? "";
  }

  protected override render(): unknown {
    const chosen = this.#chosen;
    const names: ProfileName[] = [...this.profiles.map(({ name }) => name), "custom"];
    return html`<div class="stack">
      <fieldset>
        <legend class="label">${t("limits")}</legend>
        <div class="stack tight">
          ${names.map((name) => {
            const label = html`${profileName(name)} <span class="hint">${t(`profileHint_${name}`)}</span>`;
            return this.#choice(
              `profile-${name}`,
              label,
              chosen === name,
              () => this.#chooseProfile(name),
              "profile",
            );
          })}
        </div>
      </fieldset>
      <fieldset>
        <legend class="visually-hidden">${t("consentSensitivity")}</legend>
        <div class="choices">
          <span class="soft" aria-hidden="true">${t("consentSensitivity")}</span>
          ${OFFERED_SENSITIVITIES.map((each) => {
            const choose = () => this.#chooseSensitivity(each);
            const checked = this.value.max_sensitivity === each;
            return this.#choice(`sensitivity-${each}`, sensitivityName(each), checked, choose, "sensitivity");
          })}
        </div>
      </fieldset>
      ${chosen === "custom" ? this.#ownLimits() : nothing}
    </div>`;
  }

  #ownLimits(): unknown {
    return html`<fieldset>
        <legend class="label">${t("limitsKinds")}</legend>
        <div class="choices">
          ${KINDS.map((kind) =>
            this.#choice(`kind-${kind}`, kindName(kind), this.#kinds.has(kind), () => this.#toggleKind(kind)),
          )}
        </div>
        ${problem("kinds-problem", this.#kinds.size === 0 ? t("limitsNoKind") : undefined)}
      </fieldset>
      <div class="field">
        <label for="daily-budget">${t("limitsBudget")}</label>
        <input
          id="daily-budget"
          data-testid="daily-budget"
          class="number"
          inputmode="numeric"
          autocomplete="off"
          aria-describedby="budget-hint budget-problem"
          aria-invalid=${this.#budgetValid ? nothing : "true"}
          .value=${this.budget}
          @input=${this.#typeBudget}
        />
        <p class="hint" id="budget-hint">${t("limitsBudgetHint")}</p>
        ${problem("budget-problem", this.#budgetValid ? undefined : t("limitsBudgetBad"))}
      </div>
      ${this.#choice("each-time", t("limitsEachTime"), this.value.each_time, this.#toggleEachTime)}`;
  }

  /** One of several where they share a group, else something that is on or off. */
  #choice(id: string, label: unknown, checked: boolean, choose: () => void, group?: string): unknown {
    return html`<div class="choice">
      <input
        type=${group ? "radio" : "checkbox"}
        name=${group ?? nothing}
        id=${id}
        data-testid=${id}
        aria-disabled=${this.#inert}
        .checked=${checked}
        @change=${choose}
      />
      <label for=${id}>${label}</label>
    </div>`;
  }

  get #inert(): "true" | typeof nothing {
    return this.dead ? "true" : nothing;
  }

  get #chosen(): ProfileName {
    if (this.own) return "custom";
    return this.profiles.find((profile) => isSame(profile, this.value))?.name ?? "custom";
  }

  get #budgetValid(): boolean {
    const text = this.budget.trim();
    return text === "" || (/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= MOST_A_DAY);
  }

  get #valid(): boolean {
    return this.#budgetValid && this.#kinds.size > 0;
  }

  #chooseProfile(name: ProfileName): void {
    this.own = name === "custom";
    const profile = this.profiles.find((each) => each.name === name);
    if (!profile) return;
    this.#kinds = new Set(profile.kinds ?? KINDS);
    this.budget = profile.daily_budget?.toString() ?? "";
    this.#tell(limitsOf(profile));
  }

  #chooseSensitivity(max_sensitivity: Sensitivity): void {
    this.#tell({ ...this.value, max_sensitivity });
  }

  #toggleKind(kind: Kind): void {
    const kinds = new Set(this.#kinds);
    if (!kinds.delete(kind)) kinds.add(kind);
    this.#kinds = kinds;
    this.own = true;
    this.#tell(this.value);
  }

  #typeBudget = (event: InputEvent): void => {
    this.budget = (event.target as HTMLInputElement).value;
    this.own = true;
    this.#tell(this.value);
  };

  #toggleEachTime = (): void => {
    this.own = true;
    this.#tell({ ...this.value, each_time: !this.value.each_time });
  };

  /** Says what holds now: the kinds and the budget are those that the fields show. */
  #tell({ max_sensitivity, each_time }: Limits): void {
    const kinds = KINDS.filter((kind) => this.#kinds.has(kind));
    const budget = this.budget.trim();
    const limits: Limits = {
      max_sensitivity,
      each_time,
      ...(kinds.length < KINDS.length && { kinds }),
      ...(this.#budgetValid && budget !== "" && { daily_budget: Number(budget) }),
    };
    this.value = limits;
    const detail: LimitsChange = { limits, valid: this.#valid };
    this.dispatchEvent(new CustomEvent("limitschange", { detail, bubbles: true }));
  }
}

function isSame(one: Limits, other: Limits): boolean {
  const kinds = ({ kinds }: Limits) => [...(kinds ?? KINDS)].sort().join();
  return (
    one.max_sensitivity === other.max_sensitivity &&
    one.daily_budget === other.daily_budget &&
    one.each_time === other.each_time &&
    kinds(one) === kinds(other)
  );
}

customElements.define("ks-limits", LimitsField);
