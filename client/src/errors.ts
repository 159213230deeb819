// What goes wrong, as errors that a program can tell apart.

import type { PageErrorCode } from "./page-api.ts";

const CODES: readonly PageErrorCode[] = [
  "unauthorized",
  "user_rejected",
  "locked",
  "rate_limited",
  "budget_exceeded",
  "invalid_request",
  "unsupported",
  "too_large",
  "unavailable",
];

/** The provider refused a request or could not carry it out. */
export class AgentMemoryError extends Error {
  override readonly name = "AgentMemoryError";
  readonly code: PageErrorCode;
  /** When to try again, in milliseconds from now, where waiting helps. */
  readonly retryAfterMs: number | undefined;

  constructor(code: PageErrorCode, message: string, retryAfterMs?: number) {
    super(message);
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }

  /** From what a provider rejected with. What is not in form came from a provider that is gone or broken. */
  static from(rejection: unknown): AgentMemoryError {
    try {
      const { code, message, retry_after_ms } = rejection as Record<string, unknown>;
      const known = CODES.find((each) => each === code);
      if (known && typeof message === "string") {
        return new AgentMemoryError(
          known,
          message,
          typeof retry_after_ms === "number" ? retry_after_ms : undefined,
        );
      }
    } catch {
      // An extension that was removed leaves objects behind that throw when they are touched.
    }
    return new AgentMemoryError(
      "unavailable",
      "The memory provider does not answer. Reload the page and try again.",
    );
  }
}

/** No provider announced itself to the page, or no extension answered. */
export class NoProviderError extends Error {
  override readonly name = "NoProviderError";
  /** The provider that was asked for, if it was one in particular. */
  readonly rdns: string | undefined;

  constructor(rdns?: string, to: "page" | "extension" = "page") {
    const which = rdns === undefined ? "" : ` “${rdns}”`;
    super(
      to === "page"
        ? `No memory provider${which} is connected to this page. Install one, such as Keepsake, and ` +
            "connect this site from its toolbar button."
        : `No memory provider${which} answers this extension. Install one, such as Keepsake, and enable it.`,
    );
    this.rdns = rdns;
  }
}
