// How any section asks the activity to show what happened with one memory or one asker.

import type { MemoryId, Subject } from "../../../generated/messages";

export const LOOK_INTO = "lookinto";

/** What to look into. */
export type Look = { subject: Subject } | { memory: MemoryId };

export function lookInto(look: Look): CustomEvent<Look> {
  return new CustomEvent(LOOK_INTO, { detail: look, bubbles: true });
}
