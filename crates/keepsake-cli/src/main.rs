#![doc = include_str!("../README.md")]

mod ablate;
mod arguments;
mod eval;
mod export;
mod failure;
mod import;
mod input;
mod inspect;
mod output;
mod receipts;
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
        Task::Export { file, output, salvage, secret, new_passphrase_file } => {
            output::show(export::run(&file, &output, salvage, &secret, new_passphrase_file.as_deref()), json)
        }
        Task::Import { file, into, output, bring_back, export_passphrase_file, secret } => {
            let from = import::Source { file: &file, passphrase: export_passphrase_file.as_deref() };
            output::show(import::run(from, &into, &output, bring_back, &secret), json)
        }
        Task::Receipts { file } => output::show(receipts::run(&file), json),
        Task::Eval { file, ablate: true, table, .. } => output::show(ablate::run(&file, table.as_deref()), json),
        Task::Eval { file, lexical, mistyped, table, .. } => {
            output::show(eval::run(&file, lexical, mistyped, table.as_deref()), json)
        }
        Task::Verify { file, secret } => output::show(verify::run(&file, &secret), json),
    }
}
