// Why a memory was found, in plain words: what its score is made of, and what it counts for less for.

import { html, nothing, type TemplateResult } from "lit";
import { formatList, formatPercent, type MessageKey, t } from "../../../components/i18n";
import type { Discount, Fit, Ground, MemoryView, Reason } from "../../../generated/messages";

/** So many of the words that matched are named. */
const WORDS_NAMED = 6;

const GROUNDS: Record<Exclude<Ground, "words">, MessageKey> = {
  context: "whyContext",
  meaning: "whyMeaning",
  speaker: "whySpeaker",
  time: "whyTime",
};

const DISCOUNTS: Record<Discount["cause"], MessageKey> = {
  belief: "lessBelief",
  question: "lessQuestion",
  past: "lessPast",
};

/** What the person can unfold below a result; `says` is the id of the element with its words. */
export function why(memory: MemoryView, fit: Fit, says: string): TemplateResult {
  const { reasons, discounts } = fit;
  return html`<details class="why small" data-testid="why">
    <summary class="soft" aria-describedby=${says}>${t("whyHere")}</summary>
    <div class="stack tight">
      <ul class="reasons">
        ${reasons.map(
          (reason) => html`<li data-testid="why-reason" data-ground=${reason.ground}>
            <span class="share" style="--share: ${reason.percent}%"><b>${formatPercent(reason.percent)}</b></span>
            <span>${ground(reason, memory, fit)}</span>
          </li>`,
        )}
      </ul>
      ${
        discounts.length === 0
          ? nothing
          : html`<ul class="reasons" aria-label=${t("lessHeading")}>
              ${discounts.map(
                ({ cause, percent }) => html`<li data-testid="why-less" data-cause=${cause}>
                  <span class="share"><b>−${formatPercent(percent)}</b></span>
                  <span>${t(DISCOUNTS[cause])}</span>
                </li>`,
              )}
            </ul>`
      }
    </div>
  </details>`;
}

function ground({ ground }: Reason, { text }: MemoryView, { marks, reasons }: Fit): string {
  if (ground === "meaning" && marks.length === 0) return t("whyMeaningAlone");
  if (ground === "context" && !reasons.some(({ ground }) => ground === "words")) return t("whyContextAlone");
  if (ground !== "words") return t(GROUNDS[ground]);
  const words = new Map(
    marks.map(({ start, end }) => text.slice(start, end)).map((word) => [word.toLocaleLowerCase(), word]),
  );
  return t(
    "whyWords",
    formatList([...words.values()].slice(0, WORDS_NAMED).map((word) => t("quoted", word))),
  );
}
