// Which providers are in the page: asks them to announce themselves, and listens for a moment.

import { isProvider, type Provider } from "./provider.ts";

const ANNOUNCE = "agentmemory:announce";
const REQUEST = "agentmemory:request";

/** Providers that are there answer at once; one that the browser is still putting into the page gets this long. */
export const DEFAULT_TIMEOUT_MS = 500;

export interface DiscoverOptions {
  /** How long to listen when no provider answers at once. */
  timeoutMs?: number;
  signal?: AbortSignal | undefined;
}

/** The providers in this page, as they came; none if there is none after the time is up. */
export async function discover(options: DiscoverOptions = {}): Promise<Provider[]> {
  const providers = new Set<Provider>();
  await listen((provider) => {
    providers.add(provider);
    return true;
  }, options);
  return [...providers];
}

/** Calls `found` for each provider until it is content, the time is up or the signal aborts. */
export async function listen(
  found: (provider: Provider) => boolean,
  { timeoutMs = DEFAULT_TIMEOUT_MS, signal }: DiscoverOptions,
): Promise<void> {
  signal?.throwIfAborted();
  let end = (): void => undefined;
  const over = new Promise<void>((resolve) => {
    end = resolve;
  });
  const hear = (event: Event) => {
    const provider = announced(event);
    if (provider && found(provider)) end();
  };
  const timer = setTimeout(end, timeoutMs);
  globalThis.addEventListener(ANNOUNCE, hear);
  signal?.addEventListener("abort", () => end(), { once: true });
  try {
    // Whoever is there answers within this very call, so all of them are heard before the first one ends the wait.
    globalThis.dispatchEvent(new Event(REQUEST));
    await over;
  } finally {
    clearTimeout(timer);
    globalThis.removeEventListener(ANNOUNCE, hear);
  }
  signal?.throwIfAborted();
}

function announced(event: Event): Provider | undefined {
  const { detail } = event as CustomEvent<{ provider?: unknown } | null>;
  const provider = typeof detail === "object" ? detail?.provider : undefined;
  return isProvider(provider) ? provider : undefined;
}
