//! What a command is doing, how long each step took, and what to do where one fails.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// The steps so far. Each is announced when it begins, and all are listed at the end.
pub struct Progress {
    started: Instant,
    finished: Vec<(String, Duration)>,
    failed: Option<(String, Duration)>,
}

impl Progress {
    pub fn start() -> Self {
        Self { started: Instant::now(), finished: Vec::new(), failed: None }
    }

    /// Does one step. `advice` is the sentence that a person reads when it fails: what to do about it.
    pub fn step<T>(&mut self, name: &str, advice: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        println!("\n── {name}");
        let started = Instant::now();
        let result = work();
        let took = started.elapsed();
        if result.is_ok() {
            println!("   done in {}", seconds(took));
            self.finished.push((name.to_owned(), took));
        } else {
            self.failed = Some((name.to_owned(), took));
        }
        result.with_context(|| format!("FAILED: {name}\n{advice}\nBecause"))
    }

    /// Lists the steps with their times, and closes with the line that counts them.
    pub fn summarise(&self) {
        if self.finished.is_empty() && self.failed.is_none() {
            return;
        }
        println!();
        for (name, took) in &self.finished {
            println!("   {:>8}  {name}", seconds(*took));
        }
        if let Some((name, took)) = &self.failed {
            println!("   {:>8}  {name}: FAILED", seconds(*took));
        }
        println!("   {:>8}  in all", seconds(self.started.elapsed()));
        println!("\n{} passed, {} failed", self.finished.len(), usize::from(self.failed.is_some()));
    }
}

fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}
