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
    const content = readFileSync(file);
    return needles
      .filter(({ bytes }) => content.includes(bytes))
      .map(({ text, encoding }) => ({ file: path.relative(folder, file), text, encoding }));
  });
}

/** How many files stand below a folder: a scan of nothing finds nothing. */
export function countFiles(folder: string): number {
  return files(folder).length;
}

function files(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}
