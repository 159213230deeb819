// Wakes the background when a memory is to be forgotten, with nobody there to ask for it.

const DUE = "due";

/** Firefox keeps one alarm of a name, in memory alone. */
export async function wakeAt(moment: number | undefined): Promise<void> {
  if (moment === undefined) await browser.alarms.clear(DUE);
  else browser.alarms.create(DUE, { when: moment });
}

/** Calls `due` when it is time. */
export function onDue(due: () => Promise<void>): void {
  browser.alarms.onAlarm.addListener(async ({ name }) => {
    if (name === DUE) await due();
  });
}
