// Opens each page of WebAssembly tests in Firefox and tells what they printed: `FOLDER NAME…`, from `cargo xtask test`.
import path from "node:path";
import { FixtureServer } from "../fixtures/server.ts";
import { Firefox } from "./firefox.ts";

const PATIENCE_MS = 300_000;

const [folder, ...names] = process.argv.slice(2);
if (!folder || names.length === 0) throw new Error("usage: run-wasm-tests.ts FOLDER NAME…");

const server = await FixtureServer.start(path.resolve(folder));
const firefox = await Firefox.launch();
try {
  const page = await firefox.newTab();
  for (const name of names) {
    await page.goto(server.url(`/${name}/`));
    const report = await page.waitAtMost(PATIENCE_MS, `result of ${name}`, () => {
      const said = document.getElementById("output")?.textContent ?? "";
      return /^test result: |could not be run: |worker stopped: /m.test(said) ? said : null;
    });
    console.log(`\n${name}\n${report.trim()}`);
    if (!/^test result: ok\./m.test(report)) process.exitCode = 1;
  }
} finally {
  await firefox.close();
  await server.close();
}
