// `cargo xtask start`: the demo assistant on localhost, open in a Firefox that has the add-on, until the person closes it.
import { spawn } from "node:child_process";
import { FixtureServer } from "./fixtures/server.ts";

const server = await FixtureServer.start();
console.log(`The demo assistant is at ${server.url()}. Close Firefox to end.`);
const webExt = spawn(
  "node_modules/.bin/web-ext",
  [
    "run",
    "--no-input",
    `--firefox=${process.env.KEEPSAKE_FIREFOX ?? "firefox"}`,
    `--start-url=${server.url()}`,
    "--pref=browser.aboutwelcome.enabled=false",
  ],
  { stdio: ["ignore", "inherit", "inherit"] },
);
process.exitCode = await new Promise<number>((resolve, reject) => {
  webExt.once("exit", (code) => resolve(code ?? 1));
  webExt.once("error", reject);
});
await server.close();
