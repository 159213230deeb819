// The vault's WebAssembly module, compiled once for as long as the background lives: each lock ends a worker and starts another,
// and the first one starts while it is still being compiled.

let compiling: Promise<WebAssembly.Module> | undefined;

/** The module, code without any state: what a worker makes of it is its own. */
export function vaultModule(): Promise<WebAssembly.Module> {
  compiling ??= WebAssembly.compileStreaming(fetch(browser.runtime.getURL("wasm/keepsake_bg.wasm")));
  return compiling;
}
