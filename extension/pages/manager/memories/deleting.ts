// Deleting memories, in portions that a message can hold, and bringing them back.

import { counted } from "../../../components/i18n";
import { owner } from "../../../components/owner";
import type { MemoryId, MemoryView } from "../../../generated/messages";
import type { Deed } from "../undo";

/** Ids of one command, well under what a message may hold. */
const DELETED_AT_ONCE = 500;

/** Deletes memories and says how to bring them back. */
export async function deletion(ids: readonly MemoryId[]): Promise<Required<Deed>> {
  const deleted = await deleteAll(ids);
  return {
    text: counted("memoryDeleted", deleted.length),
    undo: async () => {
      for (let start = 0; start < deleted.length; start += DELETED_AT_ONCE) {
        await owner.command({
          command: "memory_restore",
          memories: deleted.slice(start, start + DELETED_AT_ONCE),
        });
      }
    },
  };
}

async function deleteAll(ids: readonly MemoryId[]): Promise<MemoryView[]> {
  const deleted: MemoryView[] = [];
  for (let start = 0; start < ids.length; start += DELETED_AT_ONCE) {
    const portion = ids.slice(start, start + DELETED_AT_ONCE);
    deleted.push(...(await owner.command({ command: "memory_delete", ids: portion })));
  }
  return deleted;
}
