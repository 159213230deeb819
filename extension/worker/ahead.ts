// What the vault needs first when it goes on after a suspension, asked for while its module is still being compiled: sealed
// bytes, in the order in which they are needed, and the embedding table.

const DATABASE = "keepsake";
/** As many as the store reads the index in, by the first byte of the keys. */
const INDEX_PARTS = 8;
/** What is read as a whole: all as it was at one moment, for the manifest in the first commits to what is in the others. */
const SPACES = ["meta", "catalogue", "inbox", "decisions"];

/** The keys and the values of a range, in the same order. */
interface Listing {
  keys: IDBRequest;
  values: IDBRequest;
  answered: Promise<void>;
}

/** What the store takes over; whatever is missing, or comes to nothing, it asks for by itself. */
export interface Ahead {
  database?: IDBDatabase;
  spaces?: Record<string, Listing>;
  index?: Listing[];
  meanings?: Promise<Uint8Array>;
}

/** Begins to read. Answers once the database is open; what was asked of it comes by and by. */
export async function readAhead(): Promise<Ahead> {
  const meanings = fetchMeanings();
  // Whoever needs it asks again.
  meanings.catch(() => undefined);
  // Where nothing can be stored the store says so.
  const database = await open().catch(() => undefined);
  if (!database) return { meanings };
  try {
    const transaction = database.transaction([...SPACES, "index"]);
    const spaces = Object.fromEntries(SPACES.map((space) => [space, list(transaction.objectStore(space))]));
    const index = Array.from({ length: INDEX_PARTS }, (_, part) =>
      list(transaction.objectStore("index"), partOfKeys(part)),
    );
    return { database, spaces, index, meanings };
  } catch {
    // A database of another version has no such stores.
    database.close();
    return { meanings };
  }
}

/** The embedding table, a file of the add-on. */
export async function fetchMeanings(): Promise<Uint8Array> {
  const response = await fetch(new URL("../search/meanings.bin", import.meta.url));
  return new Uint8Array(await response.arrayBuffer());
}

/** The database as it is; none where it is yet to be made, which is the store's to do. */
function open(): Promise<IDBDatabase | undefined> {
  return new Promise((resolve) => {
    const request = indexedDB.open(DATABASE);
    request.onupgradeneeded = () => request.transaction?.abort();
    request.onsuccess = () => {
      const database = request.result;
      // Else whoever wants to delete it waits for ever.
      database.onversionchange = () => database.close();
      resolve(database);
    };
    request.onerror = (event) => {
      event.preventDefault();
      resolve(undefined);
    };
  });
}

function partOfKeys(part: number): IDBKeyRange {
  const bytes = 256 / INDEX_PARTS;
  const [first, last] = [new Uint8Array(16), new Uint8Array(16).fill(0xff)];
  first[0] = part * bytes;
  last[0] = part * bytes + bytes - 1;
  return IDBKeyRange.bound(first.buffer, last.buffer);
}

function list(store: IDBObjectStore, range?: IDBKeyRange): Listing {
  const [keys, values] = [store.getAllKeys(range), store.getAll(range)];
  const answered = new Promise<void>((resolve, reject) => {
    values.onsuccess = () => resolve();
    values.onerror = () => reject(values.error);
  });
  answered.catch(() => undefined);
  return { keys, values, answered };
}
