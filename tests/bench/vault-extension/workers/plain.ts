// The peer that stores memories as they are: many at once through the library idb, one at a time in IndexedDB itself.

import { type IDBPDatabase, openDB, unwrap } from "idb";
import type { PlainMemory } from "../memory";
import { serve } from "../rpc";

const NAME = "plain";
const STORE = "memories";

let opened: IDBPDatabase | undefined;

const methods = {
  /** Starts with an empty database. */
  async empty(): Promise<void> {
    opened?.close();
    await settled(indexedDB.deleteDatabase(NAME));
    opened = await openDB(NAME, 1, {
      upgrade(database) {
        database.createObjectStore(STORE, { keyPath: "id" });
      },
    });
  },

  /** Stores all of them in one transaction. */
  async import(memories: PlainMemory[], durability: IDBTransactionDurability): Promise<void> {
    const transaction = database().transaction(STORE, "readwrite", { durability });
    for (const memory of memories) void transaction.store.put(memory);
    await transaction.done;
  },

  /** Stores one durably, and answers how many milliseconds that took in here. */
  async put(memory: PlainMemory): Promise<number> {
    const began = performance.now();
    await new Promise<void>((resolve, reject) => {
      const transaction = bare().transaction(STORE, "readwrite", { durability: "strict" });
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
      transaction.objectStore(STORE).put(memory);
    });
    return performance.now() - began;
  },

  /** Reads one. */
  async get(id: string): Promise<PlainMemory> {
    const found = await settled(bare().transaction(STORE).objectStore(STORE).get(id));
    if (!found) throw new Error(`no memory ${id}`);
    return found as PlainMemory;
  },
};

export type Plain = typeof methods;
serve(methods);

function database(): IDBPDatabase {
  if (!opened) throw new Error("the database is not open");
  return opened;
}

/** The database without the library around it. */
function bare(): IDBDatabase {
  return unwrap(database());
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
