// Looks through a profile folder for what must not stand there in the clear, also behind what Firefox packs it with.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { Needles } from "./needles.ts";
import { type Content, unpack } from "./unpack.ts";
import { allWritten, type Written, type WrittenKind } from "./written.ts";

/** Where a text was found, how it was written, and what it was packed with. */
export interface Finding {
  readonly file: string;
  readonly text: string;
  readonly encoding: "utf-8" | "utf-16" | "latin-1";
  readonly packed: string;
}

/** Files in which Firefox keeps something of a kind: see “What Firefox writes” in the threat model. */
interface Exception {
  readonly files: RegExp;
  readonly kinds: readonly WrittenKind[];
  /** Only such texts, where not every one of the kind. */
  readonly texts?: RegExp;
  /** Why it may stand there. */
  readonly why: string;
}

/** One word, as there are many in the languages that Firefox and its lists are written in. */
const ONE_WORD = /^\p{L}+$/u;

/** No exception lets a memory, a passphrase or a recovery code stand anywhere. */
const EXCEPTIONS: readonly Exception[] = [
  {
    files: /^(places|favicons|permissions)\.sqlite|^cache2\/|^sessionstore\.jsonlz4$/,
    kinds: ["site"],
    why: "the history, the pages themselves, where the person clicked in them, and the tabs that they opened",
  },
  {
    files: /^(prefs|user)\.js$|^extensions\.json$|^datareporting\//,
    kinds: ["extension"],
    why: "which extensions are and were installed",
  },
  {
    files:
      /^(prefs\.js|addonStartup\.json\.lz4|extensions\.json|domain_to_categories\.sqlite)$|^(extensions|startupCache|datareporting|storage\/permanent\/chrome)\//,
    kinds: ["scope", "query"],
    texts: ONE_WORD,
    why: "the words of Firefox's own code, settings and lists, and of Keepsake's code as it was installed",
  },
];

/** Every place in a profile where something that this test file has written stands and has no business to. */
export function findWritten(profile: string): Finding[] {
  const written = allWritten();
  if (written.length === 0) throw new Error("nothing was written: there is nothing to look for");
  return find(profile, written);
}

/** Every place below a folder where one of the texts stands, whatever Firefox may keep there. */
export function findTexts(folder: string, texts: readonly string[]): Finding[] {
  return find(
    folder,
    texts.map((text) => ({ kind: "memory", text })),
  );
}

function find(folder: string, written: readonly Written[]): Finding[] {
  const needles = new Needles(written.flatMap(needlesOf));
  return files(folder).flatMap((file) => {
    const name = path.relative(folder, file);
    return contentsOf(file).flatMap(({ packed, bytes }) =>
      [...needles.foundIn(bytes)]
        .filter((needle) => !isExpected(needle, name))
        .map(({ text, encoding }) => ({ file: name, text, encoding, packed: packed.join(", ") })),
    );
  });
}

function isExpected({ kind, text }: Written, file: string): boolean {
  return EXCEPTIONS.some(
    ({ files, kinds, texts }) => kinds.includes(kind) && files.test(file) && (texts?.test(text) ?? true),
  );
}

interface Needle extends Written {
  readonly encoding: Finding["encoding"];
  readonly bytes: Buffer;
}

/** A text in each encoding in which Firefox keeps strings. */
function needlesOf(written: Written): Needle[] {
  const { text } = written;
  const needles: Needle[] = [
    { ...written, encoding: "utf-8", bytes: Buffer.from(text, "utf8") },
    { ...written, encoding: "utf-16", bytes: Buffer.from(text, "utf16le") },
  ];
  const latin = Buffer.from(text, "latin1");
  // Where it is no more than ASCII this is the same as UTF-8, and beyond Latin-1 it is another text.
  if (latin.length < Buffer.byteLength(text) && latin.toString("latin1") === text) {
    needles.push({ ...written, encoding: "latin-1", bytes: latin });
  }
  return needles;
}

function contentsOf(file: string): Content[] {
  if (path.basename(file).startsWith("sessionstore")) return [{ packed: ["mozLz4"], bytes: ownTabs(file) }];
  const log = `${file}-wal`;
  return unpack(readFileSync(file), existsSync(log) ? readFileSync(log) : undefined);
}

/** What Firefox keeps of open tabs, without those of sites: what a page shows is the page's. */
function ownTabs(file: string): Buffer {
  const session: unknown = JSON.parse(String(unpack(readFileSync(file)).at(-1)?.bytes));
  const isSites = (address: unknown) => typeof address === "string" && /^https?:/.test(address);
  return Buffer.from(
    JSON.stringify(session, (key, value: { url?: unknown } | null) =>
      isSites(key) || isSites(value) || isSites(value?.url) ? undefined : value,
    ),
  );
}

/** How many files stand below a folder: a scan of nothing finds nothing. */
export function countFiles(folder: string): number {
  return files(folder).length;
}

function files(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}
