//! Answers every query of `tests/quality`: memories as JSON Lines in, for each query the ids of the five best out.

#![allow(clippy::print_stdout, reason = "its output is what it is for")]

use std::error::Error;
use std::io;
use std::sync::Arc;

use keepsake_search::{Facts, Index, Query, Slot, Table};
use serde::Deserialize;

#[derive(Deserialize)]
struct Memory {
    id: String,
    memory: String,
    query: Option<String>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let by_words = std::env::args().any(|argument| argument == "--lexical");
    let table = || Table::read(&include_bytes!("../data/meanings.bin")[..]);
    let mut index = if by_words { Index::default() } else { Index::with_table(Arc::new(table()?)) };
    let lines: Result<Vec<Memory>, _> =
        io::stdin().lines().map(|line| Ok::<_, Box<dyn Error>>(serde_json::from_str(&line?)?)).collect();
    let memories = lines?;
    for (slot, memory) in (0..).zip(&memories) {
        let learnt = index.learn(&memory.memory);
        index.insert(slot, learnt, Facts::default());
    }
    let id = |slot: Slot| memories.get(slot as usize).map(|memory| memory.id.as_str());
    for query in memories.iter().filter_map(|memory| memory.query.as_deref()) {
        let best = index.search(&Query::whole(query), 5, |_| true);
        let ids: Vec<_> = best.iter().filter_map(|hit| id(hit.slot)).collect();
        println!("{}", serde_json::to_string(&(query, ids))?);
    }
    Ok(())
}
