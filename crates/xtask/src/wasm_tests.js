// Runs one test program in the page, or in a dedicated worker where it asks for one: this file is the script of both.
import init, {
  WasmBindgenTestContext,
  __wbgtest_console_debug,
  __wbgtest_console_error,
  __wbgtest_console_info,
  __wbgtest_console_log,
  __wbgtest_console_warn,
} from "./tests.js";
import { inWorker, tests } from "./plan.js";

const listeners = {
  debug: __wbgtest_console_debug,
  error: __wbgtest_console_error,
  info: __wbgtest_console_info,
  log: __wbgtest_console_log,
  warn: __wbgtest_console_warn,
};

async function run() {
  const wasm = await init({ module_or_path: new URL("tests_bg.wasm", import.meta.url) });
  for (const [level, listener] of Object.entries(listeners)) {
    const print = console[level];
    console[level] = (...values) => {
      listener(values);
      print.apply(console, values);
    };
  }
  const context = new WasmBindgenTestContext(false);
  context.include_ignored(false);
  context.filtered_count(0);
  await context.run(tests.map((name) => wasm[name]));
}

// Both names are what wasm-bindgen-test calls: the one to run a test, the other to print where there is no page.
globalThis.__wbg_test_invoke = (test) => test();

if (typeof document === "undefined") {
  globalThis.__wbg_test_output_writeln = (...values) => postMessage(`${values.join(" ")}\n`);
  run().catch((error) => postMessage(`the test program could not be run: ${error}\n`));
} else {
  const output = document.getElementById("output");
  const say = (text) => output.append(text);
  if (inWorker) {
    const worker = new Worker("run.js", { type: "module" });
    worker.onmessage = ({ data }) => say(data);
    worker.onerror = ({ message }) => say(`the worker stopped: ${message}\n`);
  } else {
    run().catch((error) => say(`the test program could not be run: ${error}\n`));
  }
}
