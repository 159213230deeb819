// The file of the journal beside the database, where the last receipts wait until the store takes them into it. What is in it is
// the store's alone; here it is opened and taken away.

import type { OwnerError } from "../generated/messages";

const NAME = "journal";

const UNREADABLE: OwnerError = {
  code: "storage_failed",
  message: "The file with the latest receipts cannot be read now: try again, or restart Firefox.",
};

/** What the store takes over: what is in the file, and the file where nobody else writes to it. */
export interface Journal {
  bytes: Uint8Array;
  file?: FileSystemSyncAccessHandle;
}

/**
 * Opens the file, and makes it where there is none. Nothing where Firefox has no place for it: the store does without. Throws
 * where there is something in it that cannot be read, for that must not be lost.
 */
export async function openJournal(): Promise<Journal | undefined> {
  const handle = await navigator.storage
    .getDirectory()
    .then((directory) => directory.getFileHandle(NAME, { create: true }))
    .catch(() => undefined);
  if (!handle) return undefined;
  try {
    const file = await handle.createSyncAccessHandle();
    const bytes = new Uint8Array(file.getSize());
    file.read(bytes, { at: 0 });
    return { bytes, file };
  } catch {
    // A worker that is on its way out still holds it: what it left there is taken over all the same.
    try {
      const left = await handle.getFile();
      return { bytes: new Uint8Array(await left.arrayBuffer()) };
    } catch {
      throw UNREADABLE;
    }
  }
}

/** Takes the file away. */
export async function removeJournal(): Promise<void> {
  const directory = await navigator.storage.getDirectory();
  await directory.removeEntry(NAME);
}
