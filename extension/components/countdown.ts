// How long the person has to wait before another try, counted down for the element that shows it.

import type { ReactiveController, ReactiveControllerHost } from "lit";

/** Shown anew each second; the text is read out when it appears, not each time. */
const TICK_MS = 1000;

export class Countdown implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  #until = 0;
  #ticking: ReturnType<typeof setInterval> | undefined;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
    host.addController(this);
  }

  /** Whole seconds that are left, and 0 when there is nothing to wait for. */
  get seconds(): number {
    return Math.max(0, Math.ceil((this.#until - Date.now()) / 1000));
  }

  start(ms: number): void {
    clearInterval(this.#ticking);
    if (ms <= 0) return;
    this.#until = Date.now() + ms;
    this.#ticking = setInterval(() => {
      this.#host.requestUpdate();
      if (this.seconds === 0) clearInterval(this.#ticking);
    }, TICK_MS);
  }

  hostDisconnected(): void {
    clearInterval(this.#ticking);
  }
}
