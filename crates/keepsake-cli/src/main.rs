#![doc = include_str!("../README.md")]

mod arguments;
mod failure;
mod input;
mod inspect;
mod output;
mod secret;
mod vault;
mod verify;

use std::process::ExitCode;

use arguments::{Arguments, Task};
use clap::Parser;

fn main() -> ExitCode {
    let Arguments { json, task } = Arguments::parse();
    match task {
        Task::Inspect { file } => output::show(inspect::run(&file), json),
        Task::Verify { file, secret } => output::show(verify::run(&file, &secret), json),
    }
}
