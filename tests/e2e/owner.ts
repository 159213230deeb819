// The owner's port of Keepsake's own pages, for what clicks are too slow for: the very messages that the pages send.
import type { Command, OwnerError } from "../../extension/generated/messages";
import type { OwnerMessage, ReplyTo } from "../../extension/owner/protocol";
import type { Page } from "../driver/page.ts";

/** What a call came to. */
export type Outcome<Result> = { readonly result: Result } | { readonly error: OwnerError };

/** The vault's limit for a part of a list. */
const PART = 500;

/** Has one of Keepsake's own pages carry out a command; what the vault refuses is an answer. */
export function attempt<C extends Command>(page: Page, command: C): Promise<Outcome<ReplyTo<C["command"]>>> {
  return page.evaluate(async (command): Promise<Outcome<ReplyTo<C["command"]>>> => {
    const port = browser.runtime.connect({ name: "owner" });
    try {
      return await new Promise((resolve, reject) => {
        port.onMessage.addListener((message) => resolve(message as Outcome<ReplyTo<C["command"]>>));
        port.onDisconnect.addListener(() => reject(new Error("the background closed the owner's port")));
        port.postMessage({ id: 1, call: { op: "vault", command } });
      });
    } finally {
      port.disconnect();
    }
  }, command);
}

/** `attempt` for what has to succeed. */
export async function command<C extends Command>(page: Page, command: C): Promise<ReplyTo<C["command"]>> {
  const outcome = await attempt(page, command);
  if ("error" in outcome)
    throw new Error(`${command.command}: ${outcome.error.code}: ${outcome.error.message}`);
  return outcome.result;
}

/** Unlocks the vault. */
export async function unlock(page: Page, passphrase: string): Promise<void> {
  const failure = await page.evaluate((passphrase) => {
    const port = browser.runtime.connect({ name: "owner" });
    return new Promise<OwnerError | null>((resolve, reject) => {
      port.onMessage.addListener((message) => {
        const answer = message as OwnerMessage;
        resolve("error" in answer ? answer.error : null);
      });
      port.onDisconnect.addListener(() => reject(new Error("the background closed the owner's port")));
      port.postMessage({ id: 1, call: { op: "unlock", passphrase: new TextEncoder().encode(passphrase) } });
    }).finally(() => port.disconnect());
  }, passphrase);
  if (failure) throw new Error(`unlock: ${failure.code}: ${failure.message}`);
}

/** Everything that a list in parts holds, such as all memories. */
export async function everyPart<T>(
  fetch: (part: { offset: number; limit: number }) => Promise<{ items: T[]; total: number }>,
): Promise<T[]> {
  const items: T[] = [];
  for (;;) {
    const part = await fetch({ offset: items.length, limit: PART });
    items.push(...part.items);
    if (part.items.length === 0 || items.length >= part.total) return items;
  }
}
