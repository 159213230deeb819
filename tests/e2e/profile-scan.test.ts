// The scan of a profile finds what is planted, however it is written and packed: otherwise that it finds nothing says nothing.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { compress } from "snappyjs";
import initSqlJs from "sql.js";
import { Firefox } from "../driver/firefox.ts";
import { FixtureServer } from "../fixtures/server.ts";
import { findTexts, findWritten } from "./profile-scan.ts";
import { wrote } from "./written.ts";

/** With a letter that each encoding writes in its own way. */
const NEEDLE = "Plays the théorbe in the old chapel";
const FILLER = "nothing of note, ".repeat(500);

const folder = mkdtempSync(path.join(tmpdir(), "keepsake-scan-"));
after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

/** The needle behind more than one page of a database, and in a place where a packer has something to repeat. */
const HAYSTACK = `${FILLER}${NEEDLE}${FILLER}`;

/** Finds the needle in a folder that holds nothing but one file, and says how. */
function scan(name: string, content: Uint8Array, log?: Uint8Array): string[] {
  const profile = mkdtempSync(path.join(folder, "profile-"));
  const file = path.join(profile, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  if (log) writeFileSync(`${file}-wal`, log);
  return findTexts(profile, [NEEDLE]).map(({ encoding, packed }) => `${encoding} ${packed}`.trim());
}

for (const [encoding, name] of [
  ["utf8", "utf-8"],
  ["utf16le", "utf-16"],
  ["latin1", "latin-1"],
] as const) {
  const bytes = Buffer.from(HAYSTACK, encoding);

  test(`as it is, in ${name}`, () => assert.deepEqual(scan("file", bytes), [name]));

  test(`in gzip and deflate, in ${name}`, () => {
    assert.deepEqual(scan("file", gzipSync(bytes)), [`${name} gzip`]);
    assert.deepEqual(scan("file", deflateSync(bytes)), [`${name} deflate`]);
  });

  test(`in a zip, also one within a zip, in ${name}`, () => {
    assert.deepEqual(scan("file", zip(bytes)), [`${name} zip`]);
    assert.deepEqual(scan("file", zip(zip(bytes))), [`${name} zip, zip`]);
  });

  test(`in LZ4, as one block behind Firefox's mark and as a frame, in ${name}`, () => {
    // What LZ4 does not repeat stands in it as it is.
    assert.deepEqual(scan("addonStartup.json.lz4", mozLz4(bytes)), [name, `${name} mozLz4`]);
    const frame = Buffer.concat([Buffer.from("before"), lz4Frame(bytes)]);
    assert.deepEqual(scan("file", frame), [name, `${name} lz4 frame`]);
  });

  test(`in frames of snappy, in ${name}`, () => {
    assert.deepEqual(scan("file", snappyFrames(bytes)), [`${name} snappy frames`]);
  });

  test(`in a value of a database, bare and in snappy, in ${name}`, async () => {
    assert.ok((await scanDatabase(bytes)).includes(`${name} sqlite`));
    assert.deepEqual(await scanDatabase(compress(bytes)), [`${name} sqlite, snappy`]);
    assert.deepEqual(await scanDatabase(gzipSync(bytes)), [`${name} sqlite, gzip`]);
  });
}

test("what is not planted is not found", () => {
  assert.deepEqual(scan("file", gzipSync(FILLER)), []);
});

test("in what Firefox itself stores for a site, in IndexedDB and in localStorage", async () => {
  const profile = path.join(folder, "firefox");
  const server = await FixtureServer.start();
  server.route("/", "<!doctype html><title>A site</title>");
  const firefox = await Firefox.launch({ profile });
  try {
    const page = await firefox.newTab(server.url());
    await page.evaluate(async (haystack) => {
      localStorage.setItem("key", haystack);
      const open = indexedDB.open("database");
      open.onupgradeneeded = () => open.result.createObjectStore("store");
      await new Promise((resolve) => {
        open.onsuccess = resolve;
      });
      const transaction = open.result.transaction("store", "readwrite");
      transaction.objectStore("store").put(haystack, "key");
      await new Promise((resolve) => {
        transaction.oncomplete = resolve;
      });
    }, HAYSTACK);
  } finally {
    await firefox.close();
    await server.close();
  }
  const found = findTexts(path.join(profile, "storage/default"), [NEEDLE]);
  for (const place of ["/idb/", "/ls/"]) {
    assert.ok(
      found.some(({ file, packed }) => file.includes(place) && packed === "sqlite, snappy"),
      `${place} among ${JSON.stringify(found)}`,
    );
  }
});

test("no exception covers a memory, and a site only where Firefox keeps the sites that were visited", () => {
  const profile = path.join(folder, "exceptions");
  const site = "https://planted.example:8443";
  mkdirSync(path.join(profile, "storage"), { recursive: true });
  wrote("memory", NEEDLE);
  wrote("site", site);
  for (const name of ["places.sqlite", "prefs.js", "storage/other"]) {
    writeFileSync(path.join(profile, name), `${NEEDLE} ${site}`);
  }
  const found = findWritten(profile).map(({ file, text }) => `${file}: ${text}`);
  assert.deepEqual(
    found.sort(),
    [
      ...["places.sqlite", "prefs.js", "storage/other"].map((file) => `${file}: ${NEEDLE}`),
      ...["prefs.js", "storage/other"].map((file) => `${file}: ${site}`),
    ].sort(),
  );
});

async function scanDatabase(value: Uint8Array): Promise<string[]> {
  const sql = await initSqlJs();
  const database = new sql.Database();
  database.run("CREATE TABLE object_data (key BLOB, data BLOB)");
  database.run("INSERT INTO object_data VALUES (?, ?)", [Buffer.from("key"), value]);
  return scan("database.sqlite", database.export());
}

/** An archive of one packed file. */
function zip(content: Buffer): Buffer {
  const packed = deflateRawSync(content);
  const name = Buffer.from("a.txt");
  const local = Buffer.alloc(30);
  local.write("PK\x03\x04", "latin1");
  local.writeUInt16LE(8, 8);
  local.writeUInt32LE(packed.length, 18);
  local.writeUInt32LE(content.length, 22);
  local.writeUInt16LE(name.length, 26);
  const entry = Buffer.alloc(46);
  entry.write("PK\x01\x02", "latin1");
  entry.writeUInt16LE(8, 10);
  entry.writeUInt32LE(packed.length, 20);
  entry.writeUInt32LE(content.length, 24);
  entry.writeUInt16LE(name.length, 28);
  return Buffer.concat([local, name, packed, entry, name]);
}

/** A block of LZ4 with a literal and a match that runs into itself, and the rest as literals. */
function lz4Block(content: Buffer): Buffer {
  // The filler repeats itself: all between its second copy and the needle is one long match.
  const period = content.indexOf(content.subarray(0, 16), 1);
  const matched = 400 * period - period;
  const length = (value: number) => {
    const rest = value - 15;
    return Buffer.of(...Array.from({ length: Math.floor(rest / 255) }, () => 255), rest % 255);
  };
  const tail = content.subarray(period + matched);
  return Buffer.concat([
    Buffer.of(0xff),
    length(period),
    content.subarray(0, period),
    Buffer.of(period & 255, period >> 8),
    length(matched - 4),
    Buffer.of(0xf0),
    length(tail.length),
    tail,
  ]);
}

function mozLz4(content: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(content.length);
  return Buffer.concat([Buffer.from("mozLz40\0"), length, lz4Block(content)]);
}

function lz4Frame(content: Buffer): Buffer {
  const block = lz4Block(content);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(block.length);
  // Version 1, blocks of up to 64 KiB, no checksums but the header's own.
  return Buffer.concat([Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0]), size, block, Buffer.alloc(4)]);
}

function snappyFrames(content: Buffer): Buffer {
  const chunk = (kind: number, bytes: Uint8Array) => {
    const head = Buffer.alloc(8);
    head.writeUInt8(kind);
    head.writeUIntLE(bytes.length + 4, 1, 3);
    return Buffer.concat([head, bytes]);
  };
  const mark = Buffer.from([0xff, 0x06, 0x00, 0x00, ...Buffer.from("sNaPpY")]);
  return Buffer.concat([mark, chunk(1, content.subarray(0, 100)), chunk(0, compress(content))]);
}
