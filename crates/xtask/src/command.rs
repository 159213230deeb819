//! Running another program: what it says passes through, and a failure names the command that can be run by hand.

use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

/// One program with its arguments, run in the checkout.
pub struct Program {
    command: Command,
}

impl Program {
    pub fn new(program: impl AsRef<OsStr>, folder: &Path) -> Self {
        let mut command = Command::new(program);
        command.current_dir(folder).stdin(Stdio::null());
        Self { command }
    }

    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    pub fn args<A: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = A>) -> Self {
        self.command.args(arguments);
        self
    }

    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Runs it to its end, showing what it prints.
    pub fn run(mut self) -> Result<()> {
        let status = self.command.status().with_context(|| format!("cannot start {:?}", self.command))?;
        if !status.success() {
            bail!("{:?} ended with {status}", self.command);
        }
        Ok(())
    }

    /// Runs it to its end and answers what it printed on its standard output.
    pub fn read(mut self) -> Result<String> {
        let output = self
            .command
            .stderr(Stdio::inherit())
            .output()
            .with_context(|| format!("cannot start {:?}", self.command))?;
        if !output.status.success() {
            bail!("{:?} ended with {}", self.command, output.status);
        }
        String::from_utf8(output.stdout)
            .with_context(|| format!("{:?} printed something that is not UTF-8", self.command))
    }
}
