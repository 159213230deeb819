// Fetching anew when something changed, without piling up requests.

/**
 * Makes `fetch` run one at a time: a call that comes while one runs is met by one more run after it, however many calls
 * there are. The promise ends with a run that began after the call.
 */
export function coalesce(fetch: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const run = (): Promise<void> => {
    running = fetch().finally(() => {
      running = undefined;
    });
    return running;
  };
  return () => {
    if (!running) return run();
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        return run();
      });
    return next;
  };
}

/** Calls `act` once no call has come for `ms`. */
export function debounce(ms: number, act: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, ms);
  };
}
