//! What each ingredient of a score adds: search is measured with it and without it, question by question.

use std::collections::BTreeMap;
use std::path::Path;

use keepsake_search::Ingredient;
use serde::Serialize;

use crate::eval::{Answered, Samples};
use crate::failure::Failure;
use crate::output::Report;

/// So often the questions are drawn anew.
const DRAWS: usize = 2000;
const SEED: u64 = 1;

/// In percent.
#[derive(Debug, Serialize)]
pub struct Ablation {
    questions: usize,
    all: Change,
    /// By ingredient, what is lost without it; negative where search is better without.
    loss_without: BTreeMap<String, Change>,
}

#[derive(Debug, Serialize)]
struct Change {
    recall_at_10: Interval,
    ndcg_at_10: Interval,
}

/// A mean over the questions, and between what 95 of 100 such means lie when the questions are drawn anew from themselves.
#[derive(Debug, Serialize)]
struct Interval {
    mean: f64,
    low: f64,
    high: f64,
}

pub fn run(file: &Path, table: Option<&Path>) -> Result<Ablation, Failure> {
    let samples = Samples::read(file, false, table)?;
    let all = samples.answered(None);
    let loss = |ingredient| {
        let without = samples.answered(Some(ingredient));
        let lost = |of: fn(&Answered) -> f64| {
            interval(&all.iter().zip(&without).map(|(with, without)| of(with) - of(without)).collect::<Vec<_>>())
        };
        Change { recall_at_10: lost(|one| one.recall_at_10), ndcg_at_10: lost(|one| one.ndcg_at_10) }
    };
    let of_all = |of: fn(&Answered) -> f64| interval(&all.iter().map(of).collect::<Vec<_>>());
    Ok(Ablation {
        questions: all.len(),
        loss_without: Ingredient::ALL.into_iter().map(|one| (format!("{one:?}"), loss(one))).collect(),
        all: Change { recall_at_10: of_all(|one| one.recall_at_10), ndcg_at_10: of_all(|one| one.ndcg_at_10) },
    })
}

/// The percentile bootstrap, the same each time.
fn interval(values: &[f64]) -> Interval {
    let mut next = numbers(SEED);
    let count = values.len().max(1);
    let mut mean_of_a_draw = || {
        let drawn = (0..values.len()).filter_map(|_| values.get((next() % count as u64) as usize));
        drawn.sum::<f64>() / count as f64
    };
    let mut means: Vec<f64> = (0..DRAWS).map(|_| mean_of_a_draw()).collect();
    means.sort_unstable_by(f64::total_cmp);
    let percent = |value: f64| (value * 10_000.0).round() / 100.0;
    let at = |place: usize| percent(means.get(place).copied().unwrap_or_default());
    let mean = percent(values.iter().sum::<f64>() / count as f64);
    Interval { mean, low: at(DRAWS / 40), high: at(DRAWS - 1 - DRAWS / 40) }
}

/// Numbers that are the same for the same seed (SplitMix64).
fn numbers(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed;
    move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }
}

impl Report for Ablation {
    /// JSON too, as without `--ablate`.
    fn text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    fn sound(&self) -> bool {
        true
    }
}
