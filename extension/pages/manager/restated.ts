// What says the same as something else, as the person sees it: its words, and what shows the likeness.

import { html, type TemplateResult } from "lit";
import { formatPercent, t } from "../../components/i18n";
import { memoryFacts } from "../../components/terms";
import "../../components/memory-text";
import type { Evidence, Repeated, Restated } from "../../generated/messages";

export function restatedMemory({ memory, evidence }: Restated): TemplateResult {
  return html`<div class="stack tight restated" data-testid="restated" data-id=${memory.id}>
    <blockquote class="claim" dir="auto" data-testid="restated-text">${memory.text}</blockquote>
    ${memoryFacts(memory)}
    <p class="small soft" data-testid="restated-evidence">${evidenceOf(evidence)}</p>
  </div>`;
}

/** Nobody has reviewed its words: as long as they may be, they are folded as where they stand themselves. */
export function repeatedProposal({ id, text, evidence }: Repeated): TemplateResult {
  return html`<div class="stack tight restated" data-testid="repeated" data-id=${id}>
    <blockquote class="claim"><ks-memory-text .text=${text}></ks-memory-text></blockquote>
    <p class="small soft">${evidenceOf(evidence)}</p>
  </div>`;
}

/** What shows that two texts say the same. */
export function evidenceOf({ shared_words, likeness }: Evidence): string {
  const words = formatPercent(shared_words);
  return likeness === undefined
    ? t("restatedWords", words)
    : t("restatedWordsAndMeaning", words, formatPercent(likeness));
}
