// What a page asks for, rebuilt field by field into the text that crosses: nothing of the page's own objects does.

import { type Failure, METHOD_CHARS, REQUEST_BYTES, TOO_LARGE } from "./protocol";

/** The request as text, or why there is none. */
export type Rebuilt = { body: string } | { failure: Failure };

/**
 * Reads `{ method, params }`. In Firefox the page's object is seen through an Xray wrapper: its own data properties show,
 * and neither a getter nor a `toJSON` of the page runs here.
 */
export function rebuild(asked: unknown): Rebuilt {
  try {
    const { method, params = {} } = asked as { method?: unknown; params?: unknown };
    if (typeof method !== "string" || method.length > METHOD_CHARS) {
      return invalid(`A request has a “method”, a string of at most ${METHOD_CHARS} characters.`);
    }
    const text: string | undefined = JSON.stringify(params);
    if (text === undefined) return invalid("The “params” of a request are an object of plain data.");
    const body = `{"method":${JSON.stringify(method)},"params":${text}}`;
    return isLonger(body, REQUEST_BYTES) ? { failure: { code: "too_large", message: TOO_LARGE } } : { body };
  } catch {
    return invalid("A request is an object { method, params } of plain data, without cycles.");
  }
}

/** Whether a text takes more than so many bytes in UTF-8. Encodes only what could go either way. */
export function isLonger(text: string, bytes: number): boolean {
  if (text.length > bytes) return true;
  return text.length * 3 > bytes && new TextEncoder().encode(text).length > bytes;
}

/** 128 random bits, as 32 hexadecimal digits. */
export function makeRequestId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}

function invalid(message: string): Rebuilt {
  return { failure: { code: "invalid_request", message } };
}
