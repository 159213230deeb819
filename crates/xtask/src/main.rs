//! `cargo xtask`: everything that a person does with Keepsake's source, under one command and in the right order.
#![allow(clippy::print_stdout, reason = "a command-line tool speaks on its standard output")]

mod build;
mod bundle;
mod checks;
mod command;
mod coverage;
mod debian;
mod declarations;
mod firefox;
mod fuzz;
mod layout;
mod lit;
mod package;
mod play;
mod plot;
mod progress;
mod setup;
mod wasm;
mod wasm_tests;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::layout::Layout;
use crate::progress::Progress;

const HELP: &str = "\
cargo xtask COMMAND: each command first does what it needs of those above it.

  setup        adds the WebAssembly target, the npm packages and, on Debian as root, Firefox and age
  build        makes dist/, which is the add-on, and what the tests need beside it
  start        opens the demo assistant in Firefox with the add-on installed; without a display, plays `demo`
  demo         plays the story of a first day in headless Firefox and saves screenshots
  test         runs every check; what is green here is green in CI
  coverage     counts which lines of what decides over a request its tests run, and wants nearly all
  fuzz         throws bytes at the parsers: `fuzz` for 10 minutes each, `fuzz TARGET SECONDS`
  bench NAME   measures against peers in the same Firefox: `bench bridge`, `bench search`, `bench vault`,
               `bench wake`
  package      writes the file for the add-on store, the same bytes each time

KEEPSAKE_FIREFOX names the Firefox to use; without it, `firefox` and `firefox-esr` are tried.
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let mut progress = Progress::start();
    let result = run(&arguments, &mut progress);
    progress.summarise();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("\n{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String], progress: &mut Progress) -> Result<()> {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let layout = Layout::of_this_checkout()?;
    match arguments.as_slice() {
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            Ok(())
        }
        ["setup"] => setup::run(&layout, progress).map(|_| ()),
        ["build"] => build::run(&layout, progress).map(|_| ()),
        ["start"] => play::start(&layout, progress),
        ["demo"] => play::demo(&layout, progress),
        ["test"] => checks::run(&layout, progress),
        ["bench", name] => play::bench(&layout, progress, name),
        ["coverage"] => coverage::run(&layout, progress),
        ["fuzz", arguments @ ..] => fuzz::run(&layout, progress, arguments),
        ["package"] => package::run(&layout, progress),
        ["bench"] => bail!("bench needs a name, such as `cargo xtask bench bridge`"),
        _ => bail!("no command `{}`: see `cargo xtask --help`", arguments.join(" ")),
    }
}
