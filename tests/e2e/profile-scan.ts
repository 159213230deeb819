// Looks through a profile folder for what must not stand there in the clear.

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** Where a text was found, and how it was written. */
export interface Finding {
  readonly file: string;
  readonly text: string;
  readonly encoding: "utf-8" | "utf-16";
}

/** Every file below a folder that holds one of the texts, as UTF-8 or as the UTF-16 that Firefox keeps strings in. */
export function findTexts(folder: string, texts: readonly string[]): Finding[] {
  const needles = texts.flatMap((text) => [
    { text, encoding: "utf-8" as const, bytes: Buffer.from(text, "utf8") },
    { text, encoding: "utf-16" as const, bytes: Buffer.from(text, "utf16le") },
  ]);
  return files(folder).flatMap((file) => {
    const content = unpacked(readFileSync(file));
    return needles
      .filter(({ bytes }) => content.includes(bytes))
      .map(({ text, encoding }) => ({ file: path.relative(folder, file), text, encoding }));
  });
}

const MOZ_LZ4 = Buffer.from("mozLz40\0");

/** What Firefox packed as one LZ4 block behind a mark and the length, as it does with open tabs; anything else as it is. */
export function unpacked(file: Buffer): Buffer {
  if (!file.subarray(0, MOZ_LZ4.length).equals(MOZ_LZ4)) return file;
  const out = Buffer.alloc(file.readUInt32LE(MOZ_LZ4.length));
  let at = MOZ_LZ4.length + 4;
  let end = 0;
  /** A length of 15 goes on in the bytes that follow, up to the first that is not 255. */
  const length = (short: number): number => {
    let long = short;
    for (let more = 255; short === 15 && more === 255; long += more) more = file.readUInt8(at++);
    return long;
  };
  while (at < file.length) {
    const token = file.readUInt8(at++);
    const literals = length(token >> 4);
    file.copy(out, end, at, at + literals);
    at += literals;
    end += literals;
    if (at >= file.length) break;
    const distance = file.readUInt16LE(at);
    at += 2;
    // A match may run into what it writes: byte by byte.
    for (let copied = length(token & 15) + 4; copied > 0; copied--, end++)
      out[end] = out[end - distance] ?? 0;
  }
  if (end !== out.length) throw new Error(`a packed file unpacks to ${end} bytes instead of ${out.length}`);
  return out;
}

/** How many files stand below a folder: a scan of nothing finds nothing. */
export function countFiles(folder: string): number {
  return files(folder).length;
}

function files(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}
