// The window of each pending consent: one at a time for each, found again after the background was suspended.

const PAGE = "pages/consent/index.html";
const KEY = "consentWindows";
const SIZE = { width: 520, height: 760 };

/** Consents and the ids of their windows. */
type Windows = Record<string, number>;

export class ConsentWindows {
  /** One change after the other: a window is opened, brought to the front or closed, and then remembered. */
  #last: Promise<unknown> = Promise.resolve();

  /** Opens the consent's window, or brings it to the front. */
  open(id: string): Promise<void> {
    return this.#next(async (windows) => {
      const open = windows[id];
      if (open !== undefined && (await focus(open))) return;
      const window = await browser.windows.create({
        url: `${browser.runtime.getURL(PAGE)}#${id}`,
        type: "popup",
        ...SIZE,
      });
      if (window.id !== undefined) await keep({ ...windows, [id]: window.id });
    });
  }

  /** Closes the consent's window: it is settled. */
  close(id: string): Promise<void> {
    return this.#next(async (windows) => {
      const open = windows[id];
      if (open === undefined) return;
      delete windows[id];
      // Forgotten first, so that the closing is not taken for the person's.
      await keep(windows);
      await browser.windows.remove(open).catch(() => undefined);
    });
  }

  /** The consent whose window this was, if the person closed it without a decision. */
  closedByPerson(windowId: number): Promise<string | undefined> {
    return this.#next(async (windows) => {
      const id = Object.keys(windows).find((id) => windows[id] === windowId);
      if (id === undefined) return undefined;
      delete windows[id];
      await keep(windows);
      return id;
    });
  }

  #next<R>(change: (windows: Windows) => Promise<R>): Promise<R> {
    const turn = this.#last.then(async () => {
      const { [KEY]: kept = {} } = await browser.storage.session.get(KEY);
      return change(kept as Windows);
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

async function focus(windowId: number): Promise<boolean> {
  try {
    await browser.windows.update(windowId, { focused: true });
    return true;
  } catch {
    return false;
  }
}

function keep(windows: Windows): Promise<void> {
  return browser.storage.session.set({ [KEY]: windows });
}
