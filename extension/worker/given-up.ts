// Requests that were given up while they waited for their turn: the vault is not asked for them.

import type { Subject } from "../generated/messages";

export class GivenUp {
  readonly #requests = new Set<string>();

  add(subject: Subject, requestIds: readonly string[]): void {
    for (const id of requestIds) this.#requests.add(keyOf(subject, id));
  }

  has(subject: Subject, requestId: string): boolean {
    return this.#requests.has(keyOf(subject, requestId));
  }

  delete(subject: Subject, requestIds: readonly string[]): void {
    for (const id of requestIds) this.#requests.delete(keyOf(subject, id));
  }
}

function keyOf(subject: Subject, requestId: string): string {
  return JSON.stringify([subject, requestId]);
}
