// For how long a grant holds: one choice among the durations that there are.

import { html, nothing, type TemplateResult } from "lit";
import type { GrantDuration } from "../generated/messages";
import { t } from "./i18n";
import { DURATIONS, durationName } from "./terms";

interface DurationField {
  /** Begins the ids and test ids. */
  id: string;
  chosen: GrantDuration;
  /** What the asker wanted. */
  asked?: GrantDuration;
  /** Whether it does not work yet. */
  dead?: boolean;
  hint?: string;
  choose(duration: GrantDuration): void;
}

export function durationField({ id, chosen, asked, dead, hint, choose }: DurationField): TemplateResult {
  return html`<fieldset>
    <legend class="label">${t("consentDuration")}</legend>
    <div class="choices">
      ${DURATIONS.map(
        (duration) =>
          html`<div class="choice">
            <input
              type="radio"
              name=${id}
              id="${id}-${duration}"
              data-testid="${id}-${duration}"
              aria-disabled=${dead ? "true" : nothing}
              .checked=${chosen === duration}
              @change=${() => choose(duration)}
            />
            <label for="${id}-${duration}">
              ${durationName(duration)}
              ${asked === duration ? html`<span class="soft small">${t("consentAsked")}</span>` : nothing}
            </label>
          </div>`,
      )}
    </div>
    ${hint ? html`<p class="hint">${hint}</p>` : nothing}
  </fieldset>`;
}
