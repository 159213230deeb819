// When to remind of taking everything out: the choices, and where a page says that it is time.

import type { Status } from "../../../generated/messages";
import type { ManagerSection } from "../../../owner/protocol";

/** A week, a month, three months: in days. */
const DAYS = [7, 30, 91];

/** The days to choose from; what holds now is among them, whoever set it. */
export function reminderChoices(now: number | undefined): number[] {
  return [...new Set(now === undefined ? DAYS : [...DAYS, now])].sort((a, b) => a - b);
}

/** Whether to say that it is time: not where the person has it before them anyhow. */
export function isToBeSaid(
  status: Pick<Status, "backup_due"> | undefined,
  section?: ManagerSection,
): boolean {
  return status?.backup_due === true && section !== "backup";
}
