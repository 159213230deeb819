// What keeps a page from having the person click into the consent by surprise, and a script from clicking for them.

/** How long nothing that lets anything leave works after the window shows, gains the focus or changes its size. */
const DEAD_MS = 500;

/** What decides something, or leads to a decision. */
const ACTS = ["click", "auxclick", "dblclick", "submit", "change", "input", "keydown", "keyup"] as const;

/** Of those, what is dead for a moment; typing is not. */
const DEAD_ACTS: ReadonlySet<string> = new Set(["click", "submit", "change"]);

/**
 * Stops events that no person caused, and those that come before the person can have seen what they click on, unless
 * `isHarmless` says that nothing can leave by them. Calls `changed` whenever the window becomes dead or alive.
 */
export function guard(isHarmless: (event: Event) => boolean, changed: (alive: boolean) => void): void {
  let alive = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const die = (): void => {
    alive = false;
    changed(false);
    clearTimeout(timer);
    timer = setTimeout(() => {
      // A window in the background stays dead till it comes to the front, which starts the time anew.
      if (document.visibilityState !== "visible") return;
      alive = true;
      changed(true);
    }, DEAD_MS);
  };

  const check = (event: Event): void => {
    const allowed = event.isTrusted && (alive || !DEAD_ACTS.has(event.type) || isHarmless(event));
    if (allowed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };

  for (const type of ACTS) window.addEventListener(type, check, { capture: true });
  window.addEventListener("focus", die);
  window.addEventListener("resize", die);
  document.addEventListener("visibilitychange", die);
  die();
}
