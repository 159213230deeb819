// Compares search by meaning with MiniSearch on paraphrases: how often is the memory that is meant among the first five?
// Run with: node --import tsx tests/quality/paraphrases.ts

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import MiniSearch, { type SearchOptions } from "minisearch";

interface Memory {
  id: string;
  scope: string;
  language: "en" | "fr";
  memory: string;
  /** What a person asks who means this memory; absent where it only stands in the way. */
  query?: string;
}

const FILE = new URL("paraphrases.jsonl", import.meta.url);
const MEMORIES: Memory[] = readFileSync(FILE, "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line));

/** Which half a pair is of was fixed by its id before anything was tuned. */
function half(id: string): "tuning" | "test" {
  return (createHash("sha256").update(id).digest()[0] ?? 0) % 2 === 1 ? "test" : "tuning";
}

const CONFIGURATIONS: Record<string, SearchOptions> = {
  default: {},
  prefix: { prefix: true },
  "fuzzy .2": { fuzzy: 0.2 },
  "prefix + fuzzy .2": { prefix: true, fuzzy: 0.2 },
  "prefix + fuzzy .3": { prefix: true, fuzzy: 0.3 },
};

/** The share of a half's queries whose memory is among the first five, in percent. */
function recall(of: "tuning" | "test", search: (query: string) => string[], language?: string): number {
  const pairs = MEMORIES.filter((memory) => memory.query && half(memory.id) === of).filter(
    (memory) => !language || memory.language === language,
  );
  const found = pairs.filter(({ id, query }) =>
    search(query ?? "")
      .slice(0, 5)
      .includes(id),
  );
  return (100 * found.length) / pairs.length;
}

const line = (name: string, search: (query: string) => string[]) =>
  console.log(
    name.padEnd(32),
    ...(["tuning", "test"] as const).map((of) =>
      [of, recall(of, search), "en", recall(of, search, "en"), "fr", recall(of, search, "fr")]
        .map((part) => (typeof part === "number" ? part.toFixed(1) : part))
        .join(" "),
    ),
  );

for (const [name, options] of Object.entries(CONFIGURATIONS)) {
  const index = new MiniSearch({ fields: ["memory"], searchOptions: options });
  index.addAll(MEMORIES);
  line(`MiniSearch, ${name}`, (query) => index.search(query).map((result) => String(result.id)));
}

for (const arguments_ of [["--lexical"], []]) {
  const command = [
    "run",
    "--release",
    "-q",
    "-p",
    "keepsake-search",
    "--example",
    "paraphrases",
    "--",
    ...arguments_,
  ];
  const output = execFileSync("cargo", command, {
    input: MEMORIES.map((memory) => JSON.stringify(memory)).join("\n"),
  });
  const answers = new Map<string, string[]>(
    output
      .toString()
      .trimEnd()
      .split("\n")
      .map((answer) => JSON.parse(answer)),
  );
  line(["Keepsake", ...arguments_].join(" "), (query) => answers.get(query) ?? []);
}
