// Who asks, what for, what they were told before, and what they learn from either answer.

import { html, nothing, type TemplateResult } from "lit";
import { counted, formatMoment, t } from "../../components/i18n";
import { owner } from "../../components/owner";
import {
  actionNames,
  scopeName,
  spelled,
  subjectName,
  subjectNotes,
  untilWhen,
} from "../../components/terms";
import type { Action, ConsentView, PageMethod } from "../../generated/messages";

const QUESTIONS = {
  "memory.search": "releaseWish_search",
  "memory.context": "releaseWish_search",
  "memory.list": "releaseWish_list",
  "memory.get": "releaseWish_get",
} as const satisfies Partial<Record<PageMethod, string>>;

/** `lastTold` is when a memory last left to them. */
export function asker(view: ConsentView, lastTold: number | undefined): TemplateResult {
  const { subject, purpose, granted } = view;
  return html`<section class="stack tight" aria-labelledby="asker">
    <h1 id="asker">
      <span class="origin asker" data-testid="asker">${spelled(subjectName(subject))}</span>
      <span class="wish" data-testid="wish">${wish(view)}</span>
    </h1>
    <div class="row">${subjectNotes(subject)}</div>
    ${
      view.release?.query
        ? html`<blockquote class="claim question" data-testid="question" dir="auto">${view.release.query}</blockquote>`
        : nothing
    }
    ${
      purpose
        ? html`<div class="said">
            <p class="small soft">${t("consentClaim")}</p>
            <blockquote class="claim" data-testid="purpose" dir="auto">${purpose}</blockquote>
          </div>`
        : html`<p class="small soft">${t("consentNoClaim")}</p>`
    }
    <p class="small soft" data-testid="told-before" data-count=${view.known}>
      ${
        view.known === 0
          ? t("consentToldNothing")
          : html`${counted("consentTold", view.known, lastTold === undefined ? "" : formatMoment(lastTold))}
              <button class="quiet small" data-testid="see-told" @click=${() => void owner.call({ op: "openAsker", consent: view.id })}>${t("consentSeeTold")}</button>`
      }
    </p>
    ${
      granted.length > 0 && !view.release
        ? html`<div data-testid="already-granted">
            <p class="small soft">${t("consentAlready")}</p>
            <ul class="plain-list small">
              ${granted.map(
                (grant) =>
                  html`<li>
                    ${t("consentAlreadyGrant", actionNames(grant.actions), grant.scopes.map(scopeName).join(", "), untilWhen(grant))}
                  </li>`,
              )}
            </ul>
          </div>`
        : nothing
    }
  </section>`;
}

/** What the asker can tell from the answer, whatever it is. */
export function learns(view: ConsentView): TemplateResult {
  const reads = view.release !== undefined || view.actions.some((action) => action !== "add");
  return html`<details class="small learns" data-testid="learns">
    <summary>${t("learns")}</summary>
    <ul class="plain-list">
      <li>${t(view.release ? "learnsRelease" : reads ? "learnsAllow" : "learnsAdd")}</li>
      <li>${t(view.release ? "learnsWithhold" : "learnsDeny")}</li>
      <li>${t("learnsNever")}</li>
    </ul>
  </details>`;
}

function wish({ release, granted, ...view }: ConsentView): string {
  if (release) return t(QUESTIONS[release.method as keyof typeof QUESTIONS] ?? "releaseWish_search");
  return t(granted.length > 0 ? "consentWishMore" : "consentWish", actionNames(missing(view)));
}

/** What it does not have everywhere yet: all that is asked where it is about scopes to come. */
function missing({ scopes, actions }: Pick<ConsentView, "scopes" | "actions">): Action[] {
  const lacking = actions.filter((action) => scopes.some((scope) => scope.actions.includes(action)));
  return lacking.length > 0 ? lacking : actions;
}
