// Memories by their ids, for receipts and conflicts.

import { owner } from "../../components/owner";
import type { MemoryId, MemoryView } from "../../generated/messages";

const PORTION = 500;

/** Those of the ids that the vault still holds. Reads the list until it has met them all, newest first. */
export async function findMemories(ids: readonly MemoryId[]): Promise<Map<MemoryId, MemoryView>> {
  const wanted = new Set(ids);
  const found = new Map<MemoryId, MemoryView>();
  for (let offset = 0; found.size < wanted.size; offset += PORTION) {
    const { items } = await owner.command({ command: "memory_list", offset, limit: PORTION });
    for (const memory of items) if (wanted.has(memory.id)) found.set(memory.id, memory);
    if (items.length < PORTION) break;
  }
  return found;
}
