// Everything that stands in a file, behind all that Firefox packs with: LZ4, snappy, deflate, zip and SQLite.
import { gunzipSync, inflateRawSync, inflateSync } from "node:zlib";
import { uncompress } from "snappyjs";
import initSqlJs from "sql.js";

/** A stretch of bytes, and through what it was reached, the outermost first; nothing for the file as it is. */
export interface Content {
  readonly packed: readonly string[];
  readonly bytes: Buffer;
}

/** Packed files stand within packed files: an extension within the cache, a value within a database. */
const DEEPEST = 4;
/** More than any value in a profile; a length beyond it is not one. */
const LONGEST = 64 * 1024 * 1024;

const MOZ_LZ4 = Buffer.from("mozLz40\0");
const LZ4_FRAME = Buffer.from([0x04, 0x22, 0x4d, 0x18]);
const SNAPPY_FRAMES = Buffer.from([0xff, 0x06, 0x00, 0x00, ...Buffer.from("sNaPpY")]);
const SQLITE = Buffer.from("SQLite format 3\0");
const ZIP_ENTRY = Buffer.from("PK\x01\x02");
const GZIP = Buffer.from([0x1f, 0x8b, 0x08]);

const NO_LOG = Buffer.alloc(0);

const sql = await initSqlJs();

/** The file as it is, and what it unpacks to. `wal` is what SQLite has not yet moved into the database. */
export function unpack(file: Buffer, wal = NO_LOG): Content[] {
  return [{ packed: [], bytes: file }, ...within(file, wal, [])];
}

function within(bytes: Buffer, wal: Buffer, packed: readonly string[]): Content[] {
  if (packed.length === DEEPEST) return [];
  const found: Content[] = [];
  const add = (how: string, unpackedOnce: Buffer) => {
    const path = [...packed, how];
    found.push({ packed: path, bytes: unpackedOnce }, ...within(unpackedOnce, NO_LOG, path));
  };
  if (starts(bytes, SQLITE)) {
    const values = sqliteValues(withWal(bytes, wal));
    found.push({ packed: [...packed, "sqlite"], bytes: joined(values) });
    const unsnapped: Buffer[] = [];
    for (const value of values) {
      // IndexedDB and localStorage keep bare snappy, which has no mark of its own.
      attempt(() => unsnapped.push(Buffer.from(uncompress(value, LONGEST))));
      found.push(...within(value, NO_LOG, [...packed, "sqlite"]));
    }
    found.push({ packed: [...packed, "sqlite", "snappy"], bytes: joined(unsnapped) });
    return found;
  }
  if (starts(bytes, MOZ_LZ4)) {
    add("mozLz4", lz4Block(bytes.subarray(MOZ_LZ4.length + 4), bytes.readUInt32LE(MOZ_LZ4.length)));
  }
  if (starts(bytes, GZIP)) attempt(() => add("gzip", gunzipSync(bytes)));
  if (bytes[0] === 0x78) attempt(() => add("deflate", inflateSync(bytes)));
  if (starts(bytes, SNAPPY_FRAMES)) add("snappy frames", snappyFrames(bytes));
  for (const at of places(bytes, LZ4_FRAME)) attempt(() => add("lz4 frame", lz4Frame(bytes.subarray(at))));
  for (const at of places(bytes, ZIP_ENTRY)) attempt(() => add("zip", zipEntry(bytes, at)));
  return found;
}

/** As one, with something between them that stands in no text. */
function joined(values: Buffer[]): Buffer {
  return Buffer.concat(values.flatMap((value) => [value, Buffer.of(0)]));
}

/** What is not what it looked like is looked through as it is. */
function attempt(take: () => void): void {
  try {
    take();
  } catch {
    // Not packed so.
  }
}

function starts(bytes: Buffer, mark: Buffer): boolean {
  return bytes.subarray(0, mark.length).equals(mark);
}

function* places(bytes: Buffer, mark: Buffer): Generator<number> {
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + 1)) yield at;
}

/** One block of LZ4 (https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md) of which the length is known. */
export function lz4Block(block: Buffer, length: number): Buffer {
  const out = Buffer.alloc(Math.min(length, LONGEST));
  const end = lz4Into(block, out, 0);
  if (end !== length) throw new Error(`a packed file unpacks to ${end} bytes instead of ${length}`);
  return out;
}

/** Unpacks a block behind what blocks before it came to, which it may repeat. Answers where it ends. */
function lz4Into(block: Buffer, out: Buffer, start: number): number {
  let at = 0;
  let end = start;
  /** A length of 15 goes on in the bytes that follow, up to the first that is not 255. */
  const length = (short: number): number => {
    let long = short;
    for (let more = 255; short === 15 && more === 255; long += more) more = block.readUInt8(at++);
    return long;
  };
  while (at < block.length) {
    const token = block.readUInt8(at++);
    const literals = length(token >> 4);
    if (end + literals > out.length) throw new Error("more than was said");
    block.copy(out, end, at, at + literals);
    at += literals;
    end += literals;
    if (at >= block.length) break;
    const distance = block.readUInt16LE(at);
    at += 2;
    // A match may run into what it writes: byte by byte.
    const copied = length(token & 15) + 4;
    if (distance === 0 || distance > end || end + copied > out.length) throw new Error("not LZ4");
    for (const stop = end + copied; end < stop; end += 1) out[end] = out[end - distance] ?? 0;
  }
  return end;
}

/** A frame of LZ4 (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md), as the startup cache has them. */
function lz4Frame(frame: Buffer): Buffer {
  const flags = frame.readUInt8(4);
  const [sized, named, checked] = [flags & 8, flags & 1, flags & 16];
  const largest = 2 ** (8 + 2 * ((frame.readUInt8(5) >> 4) & 7));
  let at = 7 + (sized ? 8 : 0) + (named ? 4 : 0);
  let out = Buffer.alloc(0);
  for (;;) {
    const head = frame.readUInt32LE(at);
    at += 4;
    const size = head & 0x7fffffff;
    if (size === 0) return out;
    const block = frame.subarray(at, at + size);
    if (block.length < size || out.length > LONGEST) throw new Error("not a frame");
    at += size + (checked ? 4 : 0);
    if (head >>> 31) {
      out = Buffer.concat([out, block]);
    } else {
      const grown = Buffer.concat([out, Buffer.alloc(largest)]);
      out = grown.subarray(0, lz4Into(block, grown, out.length));
    }
  }
}

/** Snappy's frames (https://github.com/google/snappy/blob/main/framing_format.txt), as IndexedDB keeps large values. */
function snappyFrames(bytes: Buffer): Buffer {
  const out: Buffer[] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const kind = bytes.readUInt8(at);
    const size = bytes.readUIntLE(at + 1, 3);
    // Behind the checksum.
    const chunk = bytes.subarray(at + 8, at + 4 + size);
    if (kind === 0) out.push(Buffer.from(uncompress(chunk, LONGEST)));
    if (kind === 1) out.push(chunk);
    at += 4 + size;
  }
  return Buffer.concat(out);
}

/** One file of an archive, from its entry in the directory at the archive's end. */
function zipEntry(archive: Buffer, entry: number): Buffer {
  const method = archive.readUInt16LE(entry + 10);
  const size = archive.readUInt32LE(entry + 20);
  const header = archive.readUInt32LE(entry + 42);
  const start = header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
  const content = archive.subarray(start, start + size);
  return method === 8 ? inflateRawSync(content) : content;
}

/** Every text and every blob in every table. */
function sqliteValues(file: Buffer): Buffer[] {
  const database = new sql.Database(file);
  try {
    const [tables] = database.exec("SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0");
    const names = tables?.values.map(([name]) => String(name).replaceAll('"', '""')) ?? [];
    return names.flatMap((name) => {
      const [rows] = database.exec(`SELECT * FROM "${name}"`);
      return rows?.values.flat().flatMap(bytesOf) ?? [];
    });
  } finally {
    database.close();
  }
}

function bytesOf(value: initSqlJs.SqlValue): Buffer[] {
  if (typeof value === "string") return [Buffer.from(value, "utf8")];
  return value instanceof Uint8Array ? [Buffer.from(value)] : [];
}

/**
 * The database with the pages of its write-ahead log (https://sqlite.org/fileformat2.html#walformat) up to the last
 * commit: the SQLite that reads it here sees one file only.
 */
function withWal(database: Buffer, wal: Buffer): Buffer {
  let merged = Buffer.from(database);
  if (wal.length > 32) {
    const page = wal.readUInt32BE(8);
    const salts = wal.subarray(16, 24);
    let pages: { number: number; bytes: Buffer }[] = [];
    for (let at = 32; at + 24 + page <= wal.length; at += 24 + page) {
      // Left over from before the log was begun anew.
      if (!wal.subarray(at + 8, at + 16).equals(salts)) break;
      pages.push({ number: wal.readUInt32BE(at), bytes: wal.subarray(at + 24, at + 24 + page) });
      const committed = wal.readUInt32BE(at + 4);
      if (committed === 0) continue;
      merged = Buffer.concat([merged], committed * page);
      for (const { number, bytes } of pages) if (number <= committed) bytes.copy(merged, (number - 1) * page);
      pages = [];
    }
  }
  // “Written and read without a log”: there is no place for one here.
  merged.fill(1, 18, 20);
  return merged;
}
