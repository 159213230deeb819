// Who knows what: all that an asker was ever given, and all to whom a memory was ever given.

import { html, nothing, type TemplateResult } from "lit";
import { counted, formatMoment, t } from "../../../components/i18n";
import { spelled, subjectName, subjectNotes } from "../../../components/terms";
import type { KnownBy, KnownPage, KnownRecord } from "../../../generated/messages";
import "../../../components/memory-text";
import { lookInto } from "./look";

/** Everything that left to one asker, with when, also what was forgotten since. */
export function knownToAsker({ total, items }: KnownPage): TemplateResult {
  return html`<section class="stack" aria-labelledby="known-heading">
    <h2 id="known-heading" data-testid="known-total" data-count=${total}>${counted("knownTotal", total)}</h2>
    ${total > 0 ? html`<p class="soft small">${t("knownText")}</p>` : nothing}
    <ul class="memories">
      ${items.map(
        (record) =>
          html`<li class="card known" data-testid="known-record" data-id=${record.id}>
            ${
              record.memory
                ? html`<ks-memory-text .text=${record.memory.text}></ks-memory-text>`
                : html`<p class="soft" data-testid="known-forgotten">${t("knownForgotten")}</p>`
            }
            ${when(record)}
          </li>`,
      )}
    </ul>
  </section>`;
}

/** Everybody to whom one memory left, with when. */
export function knowers(known: readonly KnownBy[]): TemplateResult {
  return html`<section class="stack" aria-labelledby="known-heading">
    <h2 id="known-heading" data-testid="knowers-total" data-count=${known.length}>
      ${known.length === 0 ? t("knownByNobody") : counted("knownBy", known.length)}
    </h2>
    <ul class="memories">
      ${known.map(
        (each) =>
          html`<li class="card known" data-testid="known-by">
            <div class="row">
              <b class="origin">${spelled(subjectName(each.subject))}</b> ${subjectNotes(each.subject)}
              <button
                class="quiet small push"
                data-testid="known-subject"
                aria-label=${t("knowsWhat", subjectName(each.subject))}
                @click=${(event: Event) => event.target?.dispatchEvent(lookInto({ subject: each.subject }))}
              >
                ${t("knowsWhatShort")}
              </button>
            </div>
            ${when(each)}
          </li>`,
      )}
    </ul>
  </section>`;
}

function when({
  first,
  last,
  times,
  redacted,
}: Pick<KnownRecord, "first" | "last" | "times" | "redacted">): TemplateResult {
  return html`<p class="small soft row">
    <span>${times === 1 ? t("knownOnce", formatMoment(first)) : counted("knownTimes", times, formatMoment(first), formatMoment(last))}</span>
    ${redacted ? html`<span class="chip">${t("knownRedacted")}</span>` : nothing}
  </p>`;
}
