// The port of our own pages: opened by a page of this very extension, or hung up at once.

import { OwnerFailure } from "../owner/failure";
import type { OwnerMessage, OwnerRequest } from "../owner/protocol";
import { carryOut } from "./owner-calls";
import type { Sender } from "./subjects";
import type { VaultHost } from "./vault-host";

/** Whether a page of our own opened the port. A content script of ours has our id too, but the website's origin. */
export function isOwnPage(sender: Sender, own: { id: string; origin: string }): boolean {
  return sender.id === own.id && sender.origin === own.origin;
}

/** Serves a port until its page goes away. */
export function serveOwner(port: browser.runtime.Port, vault: VaultHost): void {
  if (!isOwnPage(port.sender ?? {}, { id: browser.runtime.id, origin: location.origin })) {
    port.disconnect();
    return;
  }
  port.onMessage.addListener(async (message) => {
    const { id, call } = message as OwnerRequest;
    try {
      post(port, { id, result: await carryOut(call, vault) });
    } catch (error) {
      post(port, { id, error: explain(error).toOwnerError() });
    }
  });
}

function explain(error: unknown): OwnerFailure {
  if (error instanceof OwnerFailure) return error;
  console.error("Keepsake could not do what a page of its own asked for.", error);
  const message =
    "Keepsake could not do this by a fault of its own: close the page, open it anew and try again.";
  return new OwnerFailure({ code: "storage_failed", message });
}

function post(port: browser.runtime.Port, message: OwnerMessage): void {
  try {
    port.postMessage(message);
  } catch {
    // The page was closed before it had its answer.
  }
}
