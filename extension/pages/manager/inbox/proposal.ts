// One proposal in words: who wants what, what would change, and what to look out for. None of it decides anything.

import { html, nothing, type TemplateResult } from "lit";
import { formatDay, formatList, formatMoment, type MessageKey, parts, t } from "../../../components/i18n";
import { type IconName, icon } from "../../../components/icons";
import { kindName, sensitivityName, spelled, subjectName, subjectNotes } from "../../../components/terms";
import type { Draft, Hint, InboxView, MemoryView, Proposes } from "../../../generated/messages";
import "../../../components/memory-text";
import { repeatedProposal, restatedMemory } from "../restated";
import { diff } from "./diff";

const HEADS: Record<Proposes, { key: MessageKey; drawing: IconName }> = {
  new: { key: "inboxFrom", drawing: "plus" },
  change: { key: "inboxChangeFrom", drawing: "pen" },
  removal: { key: "inboxRemovalFrom", drawing: "trash" },
};

const HINTS: Record<Hint, MessageKey> = {
  instruction: "hintInstruction",
  secret: "hintSecret",
  duplicate: "hintDuplicate",
};

/** Who proposes what, and when. */
export function proposalHead({ subject, proposes, received }: InboxView): TemplateResult {
  const { key, drawing } = HEADS[proposes];
  const who = html`<b class="origin" data-testid="inbox-sender">${spelled(subjectName(subject))}</b>`;
  const when = html`<time datetime=${new Date(received).toISOString()}>${formatMoment(received)}</time>`;
  return html`<p class="small soft proposal-head" data-testid="inbox-proposes" data-proposes=${proposes}>
    ${icon(drawing)}<span>${parts(key, who, when)} ${subjectNotes(subject)}</span>
  </p>`;
}

/** What the memory would say, against what it says now where there is such a memory. */
export function proposalBody(item: InboxView): TemplateResult {
  const { id, proposes, draft, about } = item;
  const text = html`<ks-memory-text id="proposal-${id}" .text=${draft.text}></ks-memory-text>`;
  if (proposes === "new") return html`${text}${draftFacts(draft)}`;
  if (!about)
    return html`${text}<p class="problem">${icon("alert")}<span>${t("inboxAboutUnreadable")}</span></p>`;
  const { memory, revision } = about;
  const since =
    memory.revision === revision
      ? nothing
      : html`<p class="small notice caution" data-testid="changed-since">${icon("clock")}<span>${t("inboxChangedSince")}</span></p>`;
  if (proposes === "removal") {
    return html`<div class="would-go">${text}</div>${draftFacts(draft)}${since}`;
  }
  return html`${wordsChanged(id, memory.text, draft.text)}${fieldsChanged(memory, draft)}${since}`;
}

/** What the vault noticed of the text, and the memory, or the proposal before it, that says the same. */
export function proposalHints({ hints, restates, repeats, draft }: InboxView): unknown {
  if (hints.length === 0 && !repeats) return nothing;
  const name = (hint: Hint): MessageKey =>
    hint === "duplicate" && restates && restates.memory.text !== draft.text ? "hintRestates" : HINTS[hint];
  return html`<ul class="hints" aria-label=${t("hints")}>
      ${hints.map(
        (hint) =>
          html`<li class="small" data-testid="inbox-hint" data-hint=${hint}>${icon("alert")}<span>${t(name(hint))}</span></li>`,
      )}
      ${repeats ? html`<li class="small" data-testid="inbox-hint" data-hint="repeats">${icon("alert")}<span>${parts("hintRepeats", spelled(subjectName(repeats.subject)))}</span></li>` : nothing}
    </ul>
    ${restates ? restatedMemory(restates) : nothing} ${repeats ? repeatedProposal(repeats) : nothing}`;
}

/** Where a new memory would stand, and how careful one would be with it. */
function draftFacts({ kind, scopes, sensitivity, expires, valid_from, valid_to }: Draft): TemplateResult {
  return html`<ul class="chips">
    <li class="chip">${kindName(kind ?? "note")}</li>
    ${scopes.map((scope) => html`<li class="chip accent" data-testid="scope-chip">${scope}</li>`)}
    ${sensitivity && sensitivity !== "normal" ? html`<li class="chip caution">${sensitivityName(sensitivity)}</li>` : nothing}
    ${valid_from === undefined ? nothing : html`<li class="chip">${t("validFrom", formatDay(valid_from))}</li>`}
    ${valid_to === undefined ? nothing : html`<li class="chip">${t("validTo", formatDay(valid_to))}</li>`}
    ${expires === undefined ? nothing : html`<li class="chip">${icon("clock")}${t("untilMoment", formatDay(expires))}</li>`}
  </ul>`;
}

function wordsChanged(id: string, before: string, after: string): TemplateResult {
  if (before === after) return html`<ks-memory-text id="proposal-${id}" .text=${after}></ks-memory-text>`;
  return html`<p class="memory-text diff" id="proposal-${id}" data-testid="diff" dir="auto">${diff(
    before,
    after,
  ).map(({ kind, text }) => {
    if (kind === "same") return text;
    // What stands for the ear is put between what stands for the eye.
    return kind === "removed"
      ? html`<del><span class="visually-hidden">${t("diffRemoved")} </span>${text}</del>`
      : html`<ins><span class="visually-hidden">${t("diffAdded")} </span>${text}</ins>`;
  })}</p>`;
}

function fieldsChanged(memory: MemoryView, draft: Draft): unknown {
  const day = (at: number | undefined): string => (at === undefined ? t("diffNothing") : formatDay(at));
  const fields: [MessageKey, string, string][] = [
    ["kind", kindName(memory.kind), kindName(draft.kind ?? "note")],
    ["scopes", formatList(memory.scopes), formatList(draft.scopes)],
    ["sensitivity", sensitivityName(memory.sensitivity), sensitivityName(draft.sensitivity ?? "normal")],
    ["diffValidFrom", day(memory.valid_from), day(draft.valid_from)],
    ["diffValidTo", day(memory.valid_to), day(draft.valid_to)],
    ["memoryExpires", day(memory.expires), day(draft.expires)],
  ];
  const changed = fields.filter(([, before, after]) => before !== after);
  if (changed.length === 0) return nothing;
  return html`<dl class="fields-changed small">
    ${changed.map(
      ([name, before, after]) =>
        html`<div data-testid="field-changed">
          <dt>${t(name)}</dt>
          <dd><del><span class="visually-hidden">${t("diffRemoved")} </span>${before}</del> → <ins><span class="visually-hidden">${t("diffAdded")} </span>${after}</ins></dd>
        </div>`,
    )}
  </dl>`;
}
