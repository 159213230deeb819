//! `start`, `demo` and `bench`: the add-on in a running Firefox, by hand, by a story, by a stopwatch.

use std::fs;
use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::layout::Layout;
use crate::progress::Progress;
use crate::{build, plot, setup};

/// Opens the demo assistant in a Firefox of its own, with the add-on, until the person closes it.
pub fn start(layout: &Layout, progress: &mut Progress) -> Result<()> {
    if !has_display() {
        println!(
            "There is no display to show Firefox on (DISPLAY and WAYLAND_DISPLAY are empty): playing `demo` instead."
        );
        return demo(layout, progress);
    }
    let firefox = build::run(layout, progress)?;
    progress.step("Firefox with Keepsake, until you close it", "See what web-ext says above.", || {
        layout.node().arg("tests/start.ts").env("KEEPSAKE_FIREFOX", &firefox.program).run()
    })
}

/// Plays the story of a first day and saves its screenshots.
pub fn demo(layout: &Layout, progress: &mut Progress) -> Result<()> {
    let firefox = build::run(layout, progress)?;
    progress.step("the story, in headless Firefox", "The step that failed is named above.", || {
        layout.node().arg("tests/demo.ts").env("KEEPSAKE_FIREFOX", &firefox.program).run()
    })
}

/// Measures against a peer; the benchmark prints its table and writes target/bench/NAME.json.
pub fn bench(layout: &Layout, progress: &mut Progress, name: &str) -> Result<()> {
    let script = format!("tests/bench/{name}.ts");
    if !layout.path(&script).is_file() {
        bail!("no benchmark `{name}`: there is no {script}");
    }
    // The search engines stand alone: they need nothing of the add-on.
    let firefox = if name == "search" { setup::run(layout, progress)? } else { build::run(layout, progress)? };
    build::for_benchmark(layout, progress, name)?;
    let measured =
        progress.step(&format!("benchmark {name}"), "A row is over its limit, or see what is said above.", || {
            let rows = rows_of(layout, name);
            if rows.exists() {
                fs::remove_file(&rows)?;
            }
            layout.node().arg(&script).env("KEEPSAKE_FIREFOX", &firefox.program).run()?;
            if !rows.is_file() {
                bail!("{script} wrote no {}", rows.display());
            }
            Ok(())
        });
    // Curves are wanted all the more where a row is over its limit.
    if name == "search" && rows_of(layout, name).is_file() {
        progress.step("docs/search-*.svg", "See what is said above.", || plot::growth(layout))?;
    }
    measured
}

fn rows_of(layout: &Layout, name: &str) -> PathBuf {
    layout.target().join(format!("bench/{name}.json"))
}

/// Only Linux and the BSDs run without a screen as a matter of course.
fn has_display() -> bool {
    let named = |variable| std::env::var_os(variable).is_some_and(|value| !value.is_empty());
    cfg!(any(target_os = "macos", target_os = "windows")) || named("DISPLAY") || named("WAYLAND_DISPLAY")
}
