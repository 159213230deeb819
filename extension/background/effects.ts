// The one place where what the vault asks for is done.

import type { Effect } from "../generated/messages";
import { wakeAt } from "./alarms";
import type { Askers } from "./askers";
import type { ConsentWindows } from "./consents";
import { notifySite } from "./events";
import { tellOwnPages } from "./news";
import { saveSessionState } from "./session";
import type { Cause } from "./vault-host";

export class Effects {
  readonly #askers: Askers;
  readonly #consents: ConsentWindows;
  readonly #lock: () => Promise<void>;

  constructor(askers: Askers, consents: ConsentWindows, lock: () => Promise<void>) {
    this.#askers = askers;
    this.#consents = consents;
    this.#lock = lock;
  }

  /** Begins all effects at once and in order, so that an answer waits for no window; done when all are. Never rejects. */
  perform = async (effects: Effect[], cause: Cause): Promise<void> => {
    const inOrder = effects.toSorted((one, other) => turnOf(one) - turnOf(other));
    const outcomes = await Promise.allSettled(inOrder.map((effect) => this.#one(effect, cause)));
    for (const { reason } of rejected(outcomes)) {
      console.error("Keepsake could not do what the vault asked for.", reason);
    }
  };

  async #one(effect: Effect, cause: Cause): Promise<void> {
    switch (effect.effect) {
      case "answer":
        return this.#askers.answer(effect, cause === "person");
      case "notify":
        if (effect.subject.kind === "site") return notifySite(effect.subject, effect.event);
        return this.#askers.notify(effect.subject, effect.event);
      case "open_consent":
        return this.#consents.open(effect.id);
      case "close_consent":
        return this.#consents.close(effect.id);
      case "changed":
        return tellOwnPages(effect.topics);
      case "watch_idle":
        return browser.idle.setDetectionInterval(effect.seconds);
      case "wake_at":
        return wakeAt(effect.at);
      case "end_worker":
        return this.#lock();
      case "save_session":
        return saveSessionState(effect.state);
    }
  }
}

/** Somebody waits for the answer. The session's state is next: a lock that follows starts a worker that reads it. */
function turnOf({ effect }: Effect): number {
  if (effect === "answer") return 0;
  return effect === "save_session" ? 1 : 2;
}

function rejected(outcomes: PromiseSettledResult<void>[]): PromiseRejectedResult[] {
  return outcomes.filter((outcome) => outcome.status === "rejected");
}
