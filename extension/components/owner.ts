// The one connection of a page to the background, and what it says when something fails, in the person's language.

import { OwnerClient, OwnerFailure } from "../owner/client";
import { type MessageKey, t } from "./i18n";

export const owner = new OwnerClient();

/** Whether it is this failure of the vault or the background. */
export function failed(error: unknown, ...codes: OwnerFailure["code"][]): error is OwnerFailure {
  return error instanceof OwnerFailure && codes.includes(error.code);
}

/** What happened and what to do about it. */
export function explain(error: unknown): string {
  return t(error instanceof OwnerFailure ? (`error_${error.code}` satisfies MessageKey) : "error_unknown");
}
