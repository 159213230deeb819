//! `build`: from the sources to dist/, and to what the tests and benchmarks load beside it.

use anyhow::Result;

use crate::firefox::Firefox;
use crate::layout::Layout;
use crate::progress::Progress;
use crate::{bundle, declarations, package, setup, wasm};

/// Builds everything that runs in a browser, on a checkout that may be fresh.
pub fn run(layout: &Layout, progress: &mut Progress) -> Result<Firefox> {
    let firefox = setup::run(layout, progress)?;
    make(layout, progress)?;
    Ok(firefox)
}

/// The same, once `setup` has been.
pub fn make(layout: &Layout, progress: &mut Progress) -> Result<()> {
    let advice = "Mend what the compiler names above, and build again.";
    progress.step("the vault as WebAssembly", advice, || wasm::compile(layout))?;
    progress.step("the vault's bindings", advice, || wasm::bind(layout))?;
    progress.step("the messages' TypeScript types", advice, || declarations::write(layout))?;
    progress.step("dist/, the add-on", advice, || bundle::extension(layout))?;
    progress.step("target/keepsake.xpi, dist/ in one file", advice, || package::zip(&layout.dist(), &layout.xpi()))?;
    progress.step("client/dist/, the npm package", advice, || bundle::client(layout))?;
    progress.step("target/assistant/, the demo page", advice, || bundle::assistant(layout))?;
    progress.step("target/companion-extension/, a peer add-on", advice, || bundle::companion(layout))?;
    progress.step("target/bench/echo-extension/ and its like, the benchmarks' peers", advice, || {
        bundle::echo_extension(layout)
    })
}

/// What one benchmark alone loads.
pub fn for_benchmark(layout: &Layout, progress: &mut Progress, name: &str) -> Result<()> {
    let advice = "Mend what is named above.";
    match name {
        "vault" => {
            progress.step("envelopes by themselves, as WebAssembly", advice, || {
                wasm::compile_for_benchmark(layout, "keepsake-bench-envelopes")
            })?;
            progress.step("target/bench/vault-extension/", advice, || bundle::vault_bench(layout))
        }
        "search" => {
            progress.step("the index by itself, as WebAssembly", advice, || {
                wasm::compile_for_benchmark(layout, "keepsake-bench-search")
            })?;
            progress.step("target/bench/search-extension/", advice, || bundle::search_bench(layout))
        }
        _ => Ok(()),
    }
}
