// The documentation says what is so: its examples compile against the generated types, and what it points to is there.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

const ROOT = path.resolve(import.meta.dirname, "..");
const API = "docs/page-api.md";
const CLIENT = "client/README.md";

/** A fenced block: ` ```ts page ` has the language `ts` and the use `page`. */
interface Example {
  readonly language: string;
  readonly use: string;
  readonly text: string;
  /** The method of the page API under whose heading it stands. */
  readonly method: string | undefined;
  readonly line: number;
}

/** What an example may use without saying where it comes from, by its use. */
const GIVEN: Readonly<Record<string, string>> = {
  discovery: "",
  extension: "",
  page: `
    import type { EventName, PageEvent, PageMethod, PageMethods } from "@keepsake/client";
    type Params<M extends PageMethod> = PageMethods[M]["params"];
    type Asked<M extends PageMethod> =
      Record<never, never> extends Params<M> ? { method: M; params?: Params<M> } : { method: M; params: Params<M> };
    declare const provider: {
      request<M extends PageMethod>(
        asked: Asked<M>,
        options?: { signal?: AbortSignal },
      ): Promise<PageMethods[M]["result"]>;
      on(event: EventName, listener: (event: PageEvent) => void): void;
    };`,
  client: `
    import type { Client, PageGrant } from "@keepsake/client";
    declare const memory: Client;`,
  // The client's own README leaves to its reader what is not its matter.
  "client/README.md": `
    import type { Client, PageGrant } from "@keepsake/client";
    declare const memory: Client;
    declare function showHint(text: string): void;
    declare function wait(ms: number | undefined): Promise<void>;
    declare function setBadge(text: string): void;
    declare function render(grants: PageGrant[]): void;`,
};

const types = read("client/src/page-api.ts");
const methods = namesIn("PageMethod");
const codes = namesIn("PageErrorCode");

test("the page API has a section for each method and none for another", () => {
  const sections = [...read(API).matchAll(/^### `([^`]+)`$/gm)].map((heading) => heading[1]);
  assert.deepEqual(sections, methods);
  const capabilities = examplesOf(API).find(
    ({ use, method }) => use === "result" && method === "memory.capabilities",
  );
  assert.deepEqual(JSON.parse(capabilities?.text ?? "{}").methods, methods);
});

test("each method has a request, a result, and an example for pages and one for the client", () => {
  for (const method of methods) {
    const uses = examplesOf(API)
      .filter((example) => example.method === method)
      .map(({ use }) => use);
    assert.deepEqual(uses, ["request", "result", "page", "client"], method);
  }
});

test("each error code is explained, and no other is", () => {
  for (const file of [API, CLIENT]) {
    const table = read(file).split("| `code` |")[1]?.split("\n\n")[0] ?? "";
    const explained = [...table.matchAll(/^\| `([a-z_]+)`/gm)].map((row) => row[1]);
    assert.deepEqual(explained.sort(), [...codes].sort(), file);
  }
  for (const [line, names] of read(API).matchAll(/Errors: ([^.]+)\.$/gm)) {
    for (const [, name] of names?.matchAll(/`([^`]+)`/g) ?? []) assert(codes.includes(name ?? ""), line);
  }
});

test("each request and result in JSON is one that the types allow", () => {
  const written = examplesOf(API).filter(({ language }) => language === "json");
  const modules = written.map(({ use, text, method, line }) => {
    const { method: asked } = JSON.parse(text) as { method?: string };
    if (use === "request") assert.equal(asked, method, `line ${line}`);
    const type =
      use === "request"
        ? `{ method: "${method}"; params: PageMethods["${method}"]["params"] }`
        : `PageMethods["${method}"]["result"]`;
    const code = `import type { PageMethods } from "@keepsake/client";\nexport const it: ${type} = ${text};\n`;
    return { name: `${use}-${line}`, code };
  });
  assert(modules.length >= 2 * methods.length);
  compile("json", modules);
});

test("each example in TypeScript compiles", () => {
  const modules = [API, CLIENT].flatMap((file) =>
    examplesOf(file)
      .filter(({ language }) => language === "ts")
      .map(({ use, text, line }) => {
        const given = GIVEN[use || file];
        assert(given !== undefined, `${file}, line ${line}: what may it use?`);
        const name = `${path.basename(path.dirname(file))}-${path.basename(file, ".md")}-${line}`;
        return { name, code: `${unlessDeclared(given, text)}\n${text}\nexport {};\n` };
      }),
  );
  assert(modules.length > 10);
  compile("typescript", modules);
});

test("a mistake in an example would be found", () => {
  const wrong = `${GIVEN.page}\nawait provider.request({ method: "memory.search", params: { question: "tea" } });`;
  assert.throws(() => compile("wrong", [{ name: "wrong", code: wrong }]), /'question' does not exist/);
});

test("links lead somewhere", () => {
  for (const file of documents()) {
    const prose = withoutExamples(read(file));
    for (const [, target = ""] of prose.matchAll(/\]\(([^)\s]+)\)|<img[^>]* src="([^"]+)"/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [name = "", fragment] = target.split("#");
      const there = path.posix.join(path.posix.dirname(file), name);
      if (name !== "") assert(isThere(there), `${file}: ${target}`);
      const to = name === "" ? file : there;
      if (fragment) assert(anchors(to).includes(fragment), `${file}: no heading for ${target}`);
    }
  }
});

test("files that are named are there", () => {
  for (const file of documents()) {
    for (const [, named = ""] of read(file).matchAll(
      /`((?:crates|extension|client|tests|docs)\/[\w./-]+)`/g,
    )) {
      assert(isThere(named), `${file} names ${named}`);
    }
  }
});

test("tests that are named are there", () => {
  // A name may be broken over two lines.
  const prose = read("docs/threat-model.md").replace(/\s+/g, " ");
  const named = [...prose.matchAll(/`([\w./-]+\.(?:rs|ts))`: `([^`]+)`/g)];
  for (const [, file = "", name = ""] of named) {
    assert(existsSync(path.join(ROOT, file)), file);
    assert(read(file).includes(name), `${file} has no test “${name}”`);
  }
  assert(named.length > 20, `${named.length} tests are named`);
});

function read(file: string): string {
  return readFileSync(path.join(ROOT, file), "utf8");
}

/** The members of a union of strings among the generated types. */
function namesIn(union: string): string[] {
  const declared = new RegExp(`export type ${union} = ([^;]+);`).exec(types)?.[1] ?? "";
  return [...declared.matchAll(/"([^"]+)"/g)].map((name) => name[1] ?? "");
}

function examplesOf(file: string): Example[] {
  const examples: Example[] = [];
  let method: string | undefined;
  let open: { language: string; use: string; line: number; text: string[] } | undefined;
  for (const [index, line] of read(file).split("\n").entries()) {
    const fence = /^```(\w*) ?(\w*)$/.exec(line);
    if (open && fence) {
      examples.push({ ...open, text: open.text.join("\n"), method });
      open = undefined;
    } else if (open) {
      open.text.push(line);
    } else if (fence) {
      open = { language: fence[1] ?? "", use: fence[2] ?? "", line: index + 1, text: [] };
    } else if (/^##/.test(line)) {
      method = /^### `([^`]+)`$/.exec(line)?.[1];
    }
  }
  return examples;
}

/** What is given, but for what the example makes for itself. */
function unlessDeclared(given: string, example: string): string {
  const rest = /const memory =/.test(example) ? given.replace(/declare const memory: Client;/, "") : given;
  return /import \{ Client\b/.test(example) ? rest.replace(/\bClient, /, "") : rest;
}

/** Compiles modules as strictly as the rest; throws with what the compiler says. */
function compile(name: string, modules: readonly { name: string; code: string }[]): void {
  const folder = path.join(ROOT, "target/docs-examples", name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const module of modules) writeFileSync(path.join(folder, `${module.name}.ts`), module.code);
  const options = {
    extends: path.join(ROOT, "tsconfig.json"),
    compilerOptions: {
      lib: ["es2024", "dom", "dom.iterable"],
      types: ["firefox-webext-browser"],
      // An example shows one thing: what it found, or the first of what it found.
      noUnusedLocals: false,
      noUncheckedIndexedAccess: false,
    },
    files: modules.map((module) => `${module.name}.ts`),
  };
  writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify(options));
  try {
    execFileSync(path.join(ROOT, "node_modules/.bin/tsc"), ["--project", folder], { encoding: "utf8" });
  } catch (error) {
    throw new Error(`an example does not compile:\n${(error as { stdout?: string }).stdout ?? error}`);
  }
}

/** Every text that a reader may be led to. */
function documents(): string[] {
  const below = (folder: string) =>
    readdirSync(path.join(ROOT, folder)).map((name) => path.posix.join(folder, name));
  return [
    ...below(".").filter((file) => file.endsWith(".md")),
    ...below("docs").filter((file) => file.endsWith(".md")),
    ...below("crates").map((crate) => `${crate}/README.md`),
    CLIENT,
    "tests/vectors/README.md",
  ].filter((file) => existsSync(path.join(ROOT, file)));
}

/** Whether a file or folder is there, or is a picture that `cargo xtask demo` makes. */
function isThere(file: string): boolean {
  const picture = /^docs\/images\/([\w-]+)\.png$/.exec(file)?.[1];
  const taken = picture !== undefined && read("tests/e2e/story.ts").includes(`, "${picture}")`);
  return taken || existsSync(path.join(ROOT, file));
}

function withoutExamples(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, "");
}

/** What GitHub makes of the headings of a document. */
function anchors(file: string): string[] {
  const headings = withoutExamples(read(file)).matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}
