// The npm package as it would be published: packed, unpacked somewhere else, imported and compiled against.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";

const ROOT = path.resolve(import.meta.dirname, "..");
const folder = mkdtempSync(path.join(tmpdir(), "keepsake-client-"));
const installed = path.join(folder, "node_modules/@keepsake/client");

after(() => rmSync(folder, { recursive: true, force: true }));

test("the package holds its code, its types and its README, and nothing else", () => {
  const packed = execFileSync("npm", ["pack", "--json", "--offline", "--pack-destination", folder], {
    cwd: path.join(ROOT, "client"),
    encoding: "utf8",
  });
  const [{ filename, files }] = JSON.parse(packed) as [{ filename: string; files: { path: string }[] }];
  const names = files.map((file) => file.path);
  for (const name of ["README.md", "package.json", "dist/index.js", "dist/index.d.ts", "dist/testing.js"]) {
    assert.ok(names.includes(name), name);
  }
  const others = names.filter((name) => !/^(README\.md|package\.json|dist\/[\w-]+\.(js|d\.ts))$/.test(name));
  assert.deepEqual(others, []);
  mkdirSync(installed, { recursive: true });
  execFileSync("tar", ["--extract", "--file", filename, "--strip-components=1", "--directory", installed], {
    cwd: folder,
  });
});

test("what adopts it compiles, and its own test passes", () => {
  writeFileSync(
    path.join(folder, "adopter.ts"),
    `import { AgentMemoryError, Client, type PageGrant } from "@keepsake/client";
import { FakeProvider } from "@keepsake/client/testing";
const provider = new FakeProvider({ memories: [{ text: "Drinks tea.", scopes: ["food"] }] });
const memory = new Client(provider);
const refused = await memory.search("tea").catch((error: unknown) => error);
if (!(refused instanceof AgentMemoryError) || refused.code !== "unauthorized") throw refused;
const grants: PageGrant[] = await memory.requestPermissions({ scopes: ["food"], actions: ["search"] });
const { results } = await memory.search("tea");
if (grants.length !== 1 || results[0]?.memory !== "Drinks tea.") throw new Error("not what was expected");
`,
  );
  writeFileSync(
    path.join(folder, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: {
        strict: true,
        target: "es2024",
        lib: ["es2024", "dom"],
        module: "nodenext",
        types: [],
        outDir: "out",
      },
      files: ["adopter.ts"],
    }),
  );
  writeFileSync(path.join(folder, "package.json"), '{ "type": "module" }');
  try {
    execFileSync(path.join(ROOT, "node_modules/.bin/tsc"), ["--project", folder], { encoding: "utf8" });
  } catch (error) {
    assert.fail((error as { stdout?: string }).stdout ?? String(error));
  }
  execFileSync(process.execPath, [path.join(folder, "out/adopter.js")], { encoding: "utf8" });
});
