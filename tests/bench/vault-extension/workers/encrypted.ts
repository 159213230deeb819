// The peer that encrypts what it stores: Dexie with dexie-encrypted.

import Dexie from "dexie";
import { applyEncryptionMiddleware, clearAllTables, cryptoOptions } from "dexie-encrypted";
import type { PlainMemory } from "../memory";
import { serve } from "../rpc";

const NAME = "encrypted";

type Memories = Dexie & { memories: Dexie.Table<PlainMemory, string> };

let opened: Memories | undefined;

const methods = {
  /** Starts with an empty database under a new key. */
  async empty(): Promise<void> {
    opened?.close();
    await Dexie.delete(NAME);
    const database = new Dexie(NAME) as Memories;
    const key = crypto.getRandomValues(new Uint8Array(32));
    applyEncryptionMiddleware(database, key, { memories: cryptoOptions.NON_INDEXED_FIELDS }, clearAllTables);
    database.version(1).stores({ memories: "id" });
    opened = (await database.open()) as Memories;
  },

  /** Stores all of them at once. */
  async import(memories: PlainMemory[]): Promise<void> {
    if (!opened) throw new Error("the database is not open");
    await opened.memories.bulkAdd(memories);
  },
};

export type Encrypted = typeof methods;
serve(methods);
