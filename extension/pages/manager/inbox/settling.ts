// Accepting, declining and blocking: what is said of it, and how it is taken back.

import { counted, t } from "../../../components/i18n";
import { owner } from "../../../components/owner";
import { subjectKey, subjectName } from "../../../components/terms";
import type { Draft, InboxSettled, InboxView, Restated, Subject } from "../../../generated/messages";
import type { Deed } from "../undo";

/** Does what is proposed; with a draft, what the person made of the one proposal. */
export async function acceptance(items: readonly InboxView[], draft?: Draft): Promise<Deed> {
  const ids = items.map(({ id }) => id);
  const settled = await owner.command({ command: "inbox_accept", ids, ...(draft ? { draft } : {}) });
  return { text: counted("accepted", settled.items.length), undo: () => bringBack(settled) };
}

export async function refusal(items: readonly InboxView[]): Promise<Deed> {
  const settled = await owner.command({ command: "inbox_decline", ids: items.map(({ id }) => id) });
  return { text: counted("declined", settled.items.length), undo: () => bringBack(settled) };
}

/** Drops a proposal that says what a memory says, and notes there who said it too. */
export async function merging({ id }: InboxView, { memory }: Restated): Promise<Deed> {
  const settled = await owner.command({ command: "inbox_merge", id, memory: memory.id });
  return { text: t("merged"), undo: () => bringBack(settled) };
}

/**
 * Declines, and keeps those who proposed it from writing. Taking it back lifts that; they have to ask anew for what their
 * grants allowed them to write.
 */
export async function blocking(items: readonly InboxView[]): Promise<Deed> {
  const senders = sendersOf(items);
  const settled = await owner.command({
    command: "inbox_decline",
    ids: items.map(({ id }) => id),
    block: true,
  });
  const [only] = senders;
  return {
    text:
      senders.length === 1 && only
        ? t("blockedSender", subjectName(only))
        : counted("blockedSenders", senders.length),
    undo: async () => {
      await bringBack(settled);
      for (const subject of senders) await liftDenials(subject);
    },
  };
}

/** Who proposed these, each once. */
export function sendersOf(items: readonly InboxView[]): Subject[] {
  return [...new Map(items.map(({ subject }) => [subjectKey(subject), subject])).values()];
}

/** Lets wait again what was decided, and brings memories back to what they were. */
export async function bringBack(settled: InboxSettled): Promise<void> {
  await owner.command({ command: "inbox_undo", settled });
}

async function liftDenials(subject: Subject): Promise<void> {
  const { denials } = await owner.command({ command: "subject_grants", subject });
  for (const { id, duration } of denials) {
    if (duration === "until_revoked") await owner.command({ command: "grant_revoke", id });
  }
}
