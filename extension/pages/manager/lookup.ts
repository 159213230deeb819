// Memories by their ids, for receipts and conflicts.

import { failed, owner } from "../../components/owner";
import type { MemoryId, MemoryView } from "../../generated/messages";

/** Those of the ids that the vault still holds. */
export async function findMemories(ids: readonly MemoryId[]): Promise<Map<MemoryId, MemoryView>> {
  const found = new Map<MemoryId, MemoryView>();
  await Promise.all(
    [...new Set(ids)].map(async (id) => {
      try {
        found.set(id, await owner.command({ command: "memory_get", id }));
      } catch (error) {
        if (!failed(error, "not_found")) throw error;
      }
    }),
  );
  return found;
}
