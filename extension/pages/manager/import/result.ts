// What came of an import, and what can be done about it: see it, go on, begin anew, take it back.

import { html, nothing, type TemplateResult } from "lit";
import { counted, countedParts, t } from "../../../components/i18n";
import { icon } from "../../../components/icons";
import type { TakenIn } from "./taking-in";

/** What was taken in, and what was not. */
export interface Outcome extends TakenIn {
  scope: string;
  /** How many ticked lines were not imported. */
  left: number;
  /** Why it ended early; empty where it did not. */
  problem: string;
}

interface Next {
  goOn(): void;
  again(): void;
  undo(outcome: Outcome): void;
}

export function importResult(outcome: Outcome, next: Next): TemplateResult {
  const { ids, merged, scope, left, passedOver, problem } = outcome;
  const noted = merged.reduce((sum, { kept }) => sum + kept.length, 0);
  return html`<div class="card panel stack" data-testid="import-done" data-count=${ids.length}>
    <div class="row">
      <span class="receipt-icon">${icon(problem ? "alert" : "check")}</span>
      <h2 tabindex="-1" id="import-result">${countedParts("importDone", ids.length, html`<b>${scope}</b>`)}</h2>
    </div>
    ${problem ? html`<p class="notice danger" role="alert">${icon("alert")}<span>${problem}</span></p>` : nothing}
    ${noted > 0 ? html`<p class="soft" data-testid="import-merged">${counted("importMerged", noted)}</p>` : nothing}
    ${passedOver > 0 ? html`<p class="soft" data-testid="import-passed-over">${counted("importPassedOver", passedOver)}</p>` : nothing}
    ${left > 0 ? html`<p class="soft" data-testid="import-left">${counted("importLeft", left)}</p>` : nothing}
    <div class="row">
      <a class="button primary" href="#memories" data-testid="import-see">${t("importSee")}</a>
      ${left > 0 ? html`<button data-testid="import-continue" @click=${next.goOn}>${t("importContinue")}</button>` : nothing}
      <button data-testid="import-again" @click=${next.again}>${t("importAgain")}</button>
      ${
        ids.length + noted > 0
          ? html`<button class="quiet danger push" data-testid="import-undo" @click=${() => next.undo(outcome)}>${t("importUndo")}</button>`
          : nothing
      }
    </div>
  </div>`;
}
