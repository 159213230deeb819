// Changing a memory in the dialog, wherever in the manager it is shown: what is opened, saved, and taken back.

import { t } from "../../../components/i18n";
import type { Editing } from "../../../components/memory-dialog";
import { owner } from "../../../components/owner";
import type { Draft, MemoryView } from "../../../generated/messages";
import { findMemories } from "../lookup";
import type { Deed } from "../undo";

/** What the dialog is to do for a memory; `settle` says what was done, `saveAnew` keeps words whose memory is gone. */
export function changing(
  memory: MemoryView,
  known: string[],
  settle: (deed: Deed) => Promise<void>,
  saveAnew: (draft: Draft) => Promise<void>,
): Editing {
  const { id } = memory;
  return {
    heading: t("memoryChange"),
    saveLabel: t("save"),
    draft: draftOf(memory),
    known,
    base: memory,
    current: async () => (await findMemories([id])).get(id),
    save: async (draft, base = memory) => {
      const undo = await changed(base, draft);
      await settle({ text: t("memorySaved"), undo });
    },
    saveAnew,
  };
}

/** Changes a memory; answers what takes that back. */
export async function changed(memory: MemoryView, draft: Draft): Promise<() => Promise<void>> {
  const { id, revision } = memory;
  const saved = await owner.command({ command: "memory_edit", id, revision, draft });
  return async () => {
    await owner.command({
      command: "memory_edit",
      id,
      revision: saved.revision,
      draft: draftOf(memory),
    });
  };
}

/** What of a memory the person can change. */
export function draftOf({
  text,
  kind,
  scopes,
  sensitivity,
  expires,
  valid_from,
  valid_to,
}: MemoryView): Draft {
  return {
    text,
    kind,
    scopes,
    sensitivity,
    ...(expires === undefined ? {} : { expires }),
    ...(valid_from === undefined ? {} : { valid_from }),
    ...(valid_to === undefined ? {} : { valid_to }),
  };
}
