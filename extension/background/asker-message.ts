// Reads what an asker sent over its port: exactly the form of `AskerMessage`, or nothing.

import type { AskerMessage } from "../content/protocol";

const ID = /^[0-9a-f]{32}$/;

/** The message, made anew of its checked parts. None where it is not in form: no bridge of ours sends such. */
export function readAskerMessage(message: unknown): AskerMessage | undefined {
  if (typeof message !== "object" || message === null || Object.keys(message).length !== 2) return undefined;
  const { id, body, withdraw } = message as { id?: unknown; body?: unknown; withdraw?: unknown };
  if (typeof id !== "string" || !ID.test(id)) return undefined;
  if (typeof body === "string") return { id, body };
  return withdraw === true ? { id, withdraw } : undefined;
}
