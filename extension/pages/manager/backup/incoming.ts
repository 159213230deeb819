// A file that is chosen to be taken in: what it looks like from outside, and its way to the vault part by part.

import { t } from "../../../components/i18n";
import { explain, failed, owner } from "../../../components/owner";
import type { Progress } from "../../../generated/messages";

const PART_BYTES = 1024 * 1024;

/** How an age file begins, of whatever version. */
const AGE = "age-encryption.org/";
/** How a raw copy begins. */
const DUMP = '{"keepsake":"dump"';

/** What a file seems to be. */
export type Looks = "sealed" | "clear" | "dump";

/** Looks at how a file begins. Rejects where Firefox cannot read it. */
export async function looksLike(file: File): Promise<Looks> {
  const head = await file.slice(0, 64).text();
  if (head.startsWith(AGE)) return "sealed";
  return head.startsWith(DUMP) ? "dump" : "clear";
}

/** Sends a file to the vault, which changes nothing there; `goesOn` is told how far it is and says whether to go on. */
export async function send(file: File, goesOn: (progress: Progress) => boolean): Promise<void> {
  let sent = 0;
  for (let part = 0; part === 0 || sent < file.size; part += 1) {
    const bytes = new Uint8Array(await file.slice(sent, sent + PART_BYTES).arrayBuffer());
    sent += bytes.length;
    await owner.call({ op: "restorePart", part, bytes, last: sent >= file.size });
    if (!goesOn({ done: sent, total: file.size })) return;
  }
}

/** Why a file cannot be taken in, in the person's language. */
export function explainFile(error: unknown, file: File): string {
  if (error instanceof DOMException) return t("restoreUnreadable", file.name);
  if (failed(error, "not_found", "locked")) return t("backupInterrupted");
  // The vault says at which line it stopped reading: at the first, where the file is something else altogether.
  const line = failed(error, "invalid") ? /^line (\d+):/.exec(error.message)?.[1] : undefined;
  if (line === undefined) return explain(error);
  return Number(line) > 1 ? t("restoreBadLine", Number(line)) : t("error_not_an_archive");
}
