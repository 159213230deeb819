// Firefox suspends an event page after thirty seconds without a call, also while its worker is busy: this holds it awake.

const PULSE_MS = 15_000;

let running = 0;
let pulse: ReturnType<typeof setInterval> | undefined;

/** Keeps the background from being suspended until the work is done. */
export async function awake<R>(work: () => Promise<R>): Promise<R> {
  running += 1;
  pulse ??= setInterval(() => void browser.runtime.getPlatformInfo(), PULSE_MS);
  try {
    return await work();
  } finally {
    running -= 1;
    if (running === 0) {
      clearInterval(pulse);
      pulse = undefined;
    }
  }
}
