// The lines of a list before anything of it is kept: each with what is to be known of it, and those that hold nothing.

import { html, nothing, type TemplateResult } from "lit";
import { counted, formatDay, t } from "../../../components/i18n";
import type { LineRestated, ListPreview, PreviewLine } from "../../../generated/messages";
import { evidenceOf, restatedMemory } from "../restated";

const SKIPPED_SHOWN = 100;
const MAX_TEXT_BYTES = 16 * 1024;

/** What is to be known of a line besides its words. */
interface Seen {
  place: number;
  ticked: boolean;
  restated: LineRestated | undefined;
  /** All lines, for one that says what another says. */
  lines: readonly PreviewLine[];
  toggle(): void;
}

export function previewLine({ line, duplicate, forgotten }: PreviewLine, seen: Seen): TemplateResult {
  const { place, ticked, restated, lines, toggle } = seen;
  const again = duplicate || forgotten ? undefined : restated;
  return html`<li data-testid="import-line">
    <input type="checkbox" id="line-${place}" data-testid="import-tick" .checked=${ticked} @change=${toggle} />
    <div class="stack tight preview-line">
      <label for="line-${place}">
        <span dir="auto">${line.text}</span>
        ${line.created === undefined ? nothing : html`<span class="small soft">${formatDay(line.created)}</span>`}
        ${duplicate ? html`<span class="chip caution">${t("duplicate")}</span>` : nothing}
        ${forgotten && !duplicate ? html`<span class="chip caution" data-testid="import-was-forgotten">${t("importWasForgotten")}</span>` : nothing}
        ${again ? html`<span class="chip caution" data-testid="import-line-restated">${t(again.says.what === "memory" ? "restatesMemory" : "restatesLine")}</span>` : nothing}
      </label>
      ${again ? saidAgain(again, lines, `line-${place}`) : nothing}
    </div>
  </li>`;
}

function saidAgain(
  { says, evidence }: LineRestated,
  lines: readonly PreviewLine[],
  id: string,
): TemplateResult {
  return html`<details class="small">
    <summary class="soft" aria-describedby=${id}>${t("restatedShow")}</summary>
    ${
      says.what === "memory"
        ? restatedMemory({ memory: says.memory, evidence })
        : html`<div class="stack tight restated" data-testid="restated">
            <blockquote class="claim" dir="auto" data-testid="restated-text">${lines[says.place]?.line.text}</blockquote>
            <p class="small soft">${evidenceOf(evidence)}</p>
          </div>`
    }
  </details>`;
}

/** The lines of a list that hold no memory, and why. */
export function skippedLines({ skipped }: ListPreview, text: string): unknown {
  if (skipped.length === 0) return nothing;
  const lines = text.split(/\r\n|\n/);
  return html`<details data-testid="import-skipped">
    <summary class="small">${counted("importSkipped", skipped.length)}</summary>
    <ul class="plain-list small soft">
      ${skipped.slice(0, SKIPPED_SHOWN).map(({ line }) => {
        const long = new TextEncoder().encode(lines[line - 1]).length > MAX_TEXT_BYTES;
        return html`<li>${t(long ? "importLineTooLong" : "importLineEmpty", line)}</li>`;
      })}
    </ul>
  </details>`;
}

/** The places of the lines that the vault neither holds nor held in these very words. */
export function newLines({ lines }: ListPreview): number[] {
  return lines.flatMap(({ duplicate, forgotten }, place) => (duplicate || forgotten ? [] : [place]));
}
