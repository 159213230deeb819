// What the bridge in a page and the background say to each other; another extension speaks the same over its port.

import type { PageErrorCode, PageEvent } from "../generated/messages";

/** The name of the port that sites' bridges and other extensions open. */
export const SITE_PORT = "site";

/** The longest request, in UTF-8 bytes of its JSON form. */
export const REQUEST_BYTES = 256 * 1024;

/** The longest name of a method. */
export const METHOD_CHARS = 64;

/** How many requests of one page may be unanswered at a time. */
export const IN_FLIGHT = 256;

/** When to come back after `IN_FLIGHT` was reached, in milliseconds. */
export const IN_FLIGHT_WAIT_MS = 1000;

/** What a page is told that goes beyond `IN_FLIGHT`. */
export const TOO_MANY = "Too many requests are unanswered: wait for answers before asking more.";

/** What a page is told of a request that goes beyond `REQUEST_BYTES`. */
export const TOO_LARGE = "The request is larger than 256 KiB.";

/** From the bridge: a request (JSON `{"method", "params"}`) under a random id of 32 hexadecimal digits, or its end. */
export type AskerMessage = { id: string; body: string } | { id: string; withdraw: true };

/** To the asker over its port: the answer, JSON `{"result"}` or `{"error"}`. Events come so to extensions alone. */
export type AskerAnswer = { id: string; body: string } | { event: PageEvent };

/**
 * To the bridge over `tabs.sendMessage`, which reaches it also when Firefox has closed its port. `to` is the origin that
 * is meant: a tab may have moved on in the meantime. `where` asks for the page's origin.
 */
export type BridgeMessage =
  | { where: true }
  | { to: string; event: PageEvent }
  | { to: string; silence: true };

/** What a page is told when its request fails. */
export interface Failure {
  code: PageErrorCode;
  message: string;
  retry_after_ms?: number;
}
