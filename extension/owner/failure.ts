// An `OwnerError` as something to throw.

import type { OwnerError } from "../generated/messages";

/** What the vault or the background refused; pages put `code` in the person's language. */
export class OwnerFailure extends Error {
  readonly code: OwnerError["code"];
  readonly retryAfterMs: number | undefined;

  constructor(error: OwnerError) {
    super(error.message);
    this.name = "OwnerFailure";
    this.code = error.code;
    this.retryAfterMs = error.retry_after_ms;
  }

  /** The form that crosses to a page. */
  toOwnerError(): OwnerError {
    const { code, message, retryAfterMs } = this;
    return retryAfterMs === undefined ? { code, message } : { code, message, retry_after_ms: retryAfterMs };
  }
}
