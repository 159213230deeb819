// What the person is told when they have kept something that they kept before. It is kept already: nothing waits for them.

import { html, nothing, type TemplateResult } from "lit";
import { t } from "../../../components/i18n";
import { icon } from "../../../components/icons";
import { owner } from "../../../components/owner";
import type { MemoryView, Restated } from "../../../generated/messages";
import { restatedMemory } from "../restated";
import type { Deed } from "../undo";
import { changed, draftOf } from "./changing";
import { deletion } from "./deleting";

/** A memory that was just kept, and those that say the same. */
export interface Already {
  added: MemoryView;
  restated: Restated[];
}

/** What the person can do about it. */
export interface Choices {
  keepBoth(): void;
  replace(before: MemoryView): void;
  drop(): void;
}

/** Looks for memories that say what one that was just kept says. */
export async function alreadyKept(added: MemoryView): Promise<Already | undefined> {
  const { id, text } = added;
  const restated = await owner.command({ command: "memory_like", text, except: id });
  return restated.length === 0 ? undefined : { added, restated };
}

/** The notice; empty as long as there is nothing to tell, so that what comes into it is read out. */
export function alreadyNotice(already: Already | undefined, choices: Choices): TemplateResult {
  return html`<div role="status">
    ${
      already
        ? html`<div class="notice already" data-testid="already">
            ${icon("copy")}
            <div class="stack tight">
              <p><b>${t("alreadyTitle")}</b></p>
              ${already.restated.map(
                (one) => html`${restatedMemory(one)}
                  <div class="row">
                    <button class="small" data-testid="already-replace" @click=${() => choices.replace(one.memory)}>${t("alreadyReplace")}</button>
                  </div>`,
              )}
              <p class="small soft">${t("alreadyHint")}</p>
              <div class="row">
                <button class="small primary" data-testid="already-keep" @click=${choices.keepBoth}>${t("alreadyKeep")}</button>
                <button class="small" data-testid="already-drop" @click=${choices.drop}>${t("alreadyDrop")}</button>
              </div>
            </div>
          </div>`
        : nothing
    }
  </div>`;
}

/** Puts the new words in the place of a memory that was there before. */
export async function replacement({ added }: Already, before: MemoryView): Promise<Deed> {
  const changeBack = await changed(before, draftOf(added));
  const { undo } = await deletion([added.id]);
  return {
    text: t("alreadyReplaced"),
    undo: async () => {
      await changeBack();
      await undo();
    },
  };
}

/** Takes the new memory away again. */
export async function dropping({ added }: Already): Promise<Deed> {
  return { ...(await deletion([added.id])), text: t("alreadyDropped") };
}
