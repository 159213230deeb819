// Who is blocked for asking too often, until when, and the way to let them ask again.

import {
  html,
  nothing,
  type ReactiveController,
  type ReactiveControllerHost,
  type TemplateResult,
} from "lit";
import { formatMoment, t } from "../../../components/i18n";
import { spelled, subjectName, subjectNotes } from "../../../components/terms";
import type { BlockedView, Subject } from "../../../generated/messages";

/** Looks again when the first of the blocks is over. */
export class BlockEnds implements ReactiveController {
  readonly #again: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: ReactiveControllerHost, again: () => void) {
    this.#again = again;
    host.addController(this);
  }

  watch(blocked: readonly BlockedView[]): void {
    clearTimeout(this.#timer);
    if (blocked.length === 0) return;
    const first = Math.min(...blocked.map(({ until }) => until));
    this.#timer = setTimeout(this.#again, Math.max(0, first - Date.now()) + 1);
  }

  hostDisconnected(): void {
    clearTimeout(this.#timer);
  }
}

export function blockedList(
  blocked: readonly BlockedView[],
  lift: (subject: Subject) => void,
): TemplateResult | typeof nothing {
  if (blocked.length === 0) return nothing;
  return html`<section class="card asker-card" aria-labelledby="blocked-heading" data-testid="blocked">
    <h2 id="blocked-heading">${t("blocked")}</h2>
    <p class="small soft">${t("blockedText")}</p>
    <ul class="decisions">
      ${blocked.map(
        ({ subject, until }) =>
          html`<li class="decision" data-testid="blocked-subject" data-subject=${subjectName(subject)}>
            <div class="stack tight">
              <p class="origin">${spelled(subjectName(subject))}</p>
              <div class="row">
                ${subjectNotes(subject)}<span class="small soft">${t("untilMoment", formatMoment(until))}</span>
              </div>
            </div>
            <button class="small" data-testid="block-lift" @click=${() => lift(subject)}>${t("denialLift")}</button>
          </li>`,
      )}
    </ul>
  </section>`;
}
