//! Measures search on conversations in LoCoMo's form (Maharana et al. 2024): what of an answer is found?

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use keepsake_search::{Facts, Index, Ingredient, Place, Query, Slot, Table};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::failure::{Failure, Kind};
use crate::output::Report;

/// The table that the add-on ships.
const BUILT_IN_TABLE: &[u8] = include_bytes!("../../keepsake-search/data/meanings.bin");

/// What was measured.
#[derive(Debug, Serialize)]
pub struct Measured {
    embedding_table: bool,
    overall: Scores,
    by_category: BTreeMap<String, Scores>,
    by_conversation: BTreeMap<String, Scores>,
}

/// Means over questions, in percent.
#[derive(Debug, Default, Clone, Serialize)]
struct Scores {
    questions: u32,
    recall_at_5: f64,
    recall_at_10: f64,
    recall_at_20: f64,
    ndcg_at_10: f64,
}

/// What was found for one question, as shares of what there is to be found.
#[derive(Debug, Clone)]
pub struct Answered {
    conversation: String,
    category: String,
    recall_at_5: f64,
    pub recall_at_10: f64,
    recall_at_20: f64,
    pub ndcg_at_10: f64,
}

/// Conversations, and the table that they are searched with.
pub struct Samples {
    samples: Vec<Sample>,
    table: Option<Arc<Table>>,
}

#[derive(Deserialize)]
struct Sample {
    sample_id: String,
    conversation: Sessions,
    qa: Vec<Question>,
}

#[derive(Deserialize)]
struct Question {
    question: String,
    #[serde(default)]
    category: Value,
    #[serde(default)]
    evidence: Vec<Value>,
}

#[derive(Deserialize)]
struct Turn {
    speaker: String,
    dia_id: String,
    text: String,
    #[serde(default)]
    blip_caption: Option<String>,
}

/// A conversation in an index of its own, as a vault would hold it.
struct Conversation {
    index: Index,
    /// By `D<session>:<turn>`.
    slots: BTreeMap<(u32, u32), Slot>,
}

pub fn run(file: &Path, lexical: bool, mistyped: bool, table: Option<&Path>) -> Result<Measured, Failure> {
    let mut samples = Samples::read(file, lexical, table)?;
    if mistyped {
        let questions = samples.samples.iter_mut().flat_map(|sample| &mut sample.qa);
        questions.for_each(|one| one.question = with_a_slip(&one.question));
    }
    let answered = samples.answered(None);
    let mut overall = Mean::default();
    let mut by_category: BTreeMap<String, Mean> = BTreeMap::new();
    let mut by_conversation: BTreeMap<String, Mean> = BTreeMap::new();
    for one in &answered {
        let category = by_category.entry(one.category.clone()).or_default();
        for mean in [&mut overall, category, by_conversation.entry(one.conversation.clone()).or_default()] {
            mean.add(one);
        }
    }
    let means = |by: BTreeMap<String, Mean>| by.into_iter().map(|(name, mean)| (name, mean.scores())).collect();
    Ok(Measured {
        embedding_table: samples.table.is_some(),
        overall: overall.scores(),
        by_category: means(by_category),
        by_conversation: means(by_conversation),
    })
}

impl Samples {
    pub fn read(file: &Path, lexical: bool, table: Option<&Path>) -> Result<Self, Failure> {
        let table = if lexical { None } else { Some(Arc::new(read_table(table)?)) };
        let bytes = fs::read(file).map_err(|error| Failure::unreadable(file, &error))?;
        let samples = serde_json::from_slice(&bytes).map_err(|error| not_of_the_form(file, &error))?;
        Ok(Self { samples, table })
    }

    /// What is found for each question that has evidence, always in the same order.
    pub fn answered(&self, without: Option<Ingredient>) -> Vec<Answered> {
        let answered = self.samples.iter().flat_map(|sample| {
            let conversation = Conversation::of(sample, self.table.clone(), without);
            let answered = sample.qa.iter().filter_map(move |question| {
                let evidence = Some(conversation.evidence(question)).filter(|evidence| !evidence.is_empty())?;
                Some(Answered::new(sample, question, &conversation.find(&question.question), &evidence))
            });
            answered.collect::<Vec<_>>()
        });
        answered.collect()
    }
}

impl Answered {
    fn new(sample: &Sample, question: &Question, found: &[Slot], evidence: &[Slot]) -> Self {
        let among = |first: usize| {
            let hits = found.iter().take(first).filter(|slot| evidence.contains(slot)).count();
            hits as f64 / evidence.len() as f64
        };
        let gain = |rank: usize| 1.0 / (rank as f64 + 2.0).log2();
        let ranked = found.iter().take(10).enumerate().filter(|(_, slot)| evidence.contains(slot));
        let ideal: f64 = (0..evidence.len().min(10)).map(gain).sum();
        Self {
            conversation: sample.sample_id.clone(),
            category: question.category.to_string(),
            recall_at_5: among(5),
            recall_at_10: among(10),
            recall_at_20: among(20),
            ndcg_at_10: ranked.map(|(rank, _)| gain(rank)).sum::<f64>() / ideal,
        }
    }
}

/// A question with two letters swapped in the middle of its longest word, of several the first.
fn with_a_slip(question: &str) -> String {
    let mut words: Vec<String> = question.split(' ').map(str::to_owned).collect();
    let letters = |word: &String| word.chars().filter(|c| c.is_alphabetic()).count();
    if let Some(longest) = words.iter_mut().rev().max_by_key(|word| letters(word)) {
        let mut spelled: Vec<char> = longest.chars().collect();
        // Two that are alike stay a word that is typed right: then the next two.
        let middle = spelled.len() / 2;
        let slip = (middle..spelled.len()).find(|&at| {
            let two = at.checked_sub(1).and_then(|before| spelled.get(before)).zip(spelled.get(at));
            two.is_some_and(|(one, other)| one != other && one.is_alphabetic() && other.is_alphabetic())
        });
        if let Some(at) = slip {
            spelled.swap(at - 1, at);
            *longest = spelled.into_iter().collect();
        }
    }
    words.join(" ")
}

fn read_table(file: Option<&Path>) -> Result<Table, Failure> {
    let bytes = match file {
        Some(file) => fs::read(file).map_err(|error| Failure::unreadable(file, &error))?,
        None => BUILT_IN_TABLE.to_vec(),
    };
    Table::read(bytes).map_err(|error| Failure::new(Kind::Invalid, error.to_string()))
}

fn not_of_the_form(file: &Path, error: &serde_json::Error) -> Failure {
    let message = format!("{} is not a list of conversations in LoCoMo's form: {error}", file.display());
    Failure::new(Kind::Invalid, message)
}

impl Conversation {
    fn of(sample: &Sample, table: Option<Arc<Table>>, without: Option<Ingredient>) -> Self {
        let index = table.map_or_else(Index::default, Index::with_table);
        let mut index = without.into_iter().fold(index, Index::without);
        let mut slots = BTreeMap::new();
        for (session, turns) in &sample.conversation.0 {
            for (position, turn) in (0..).zip(turns) {
                let caption = turn.blip_caption.as_deref().filter(|caption| !caption.is_empty());
                let shares = caption.map(|caption| format!(" [shares {caption}]")).unwrap_or_default();
                let slot = slots.len() as Slot;
                let learnt = index.learn(&format!("{}: {}{shares}", turn.speaker, turn.text));
                let place = Some(Place { conversation: *session, position });
                index.insert(slot, learnt, Facts { place, ..Facts::default() });
                slots.extend(turn_ids(&turn.dia_id).first().map(|id| (*id, slot)));
            }
        }
        Self { index, slots }
    }

    /// The turns that answer a question, each once. What names no turn is passed over.
    fn evidence(&self, question: &Question) -> Vec<Slot> {
        let named = question.evidence.iter().filter_map(Value::as_str).flat_map(turn_ids);
        let mut slots: Vec<Slot> = named.filter_map(|id| self.slots.get(&id).copied()).collect();
        slots.sort_unstable();
        slots.dedup();
        slots
    }

    fn find(&self, question: &str) -> Vec<Slot> {
        let hits = self.index.search(&Query::whole(question), 20, |_| true);
        hits.into_iter().map(|hit| hit.slot).collect()
    }
}

/// The sessions of a conversation, in their order.
#[derive(Deserialize)]
#[serde(try_from = "Map<String, Value>")]
struct Sessions(BTreeMap<u32, Vec<Turn>>);

impl TryFrom<Map<String, Value>> for Sessions {
    type Error = serde_json::Error;

    fn try_from(conversation: Map<String, Value>) -> Result<Self, Self::Error> {
        let numbered = conversation.into_iter().filter_map(|(name, turns)| {
            let number = name.strip_prefix("session_")?.parse().ok()?;
            Some(serde_json::from_value(turns).map(|turns| (number, turns)))
        });
        numbered.collect::<Result<_, _>>().map(Self)
    }
}

/// Every `D<session>:<turn>` in a text.
fn turn_ids(text: &str) -> Vec<(u32, u32)> {
    let number = |text: &str| text.split(|letter: char| !letter.is_ascii_digit()).next().and_then(|n| n.parse().ok());
    text.split('D')
        .filter_map(|part| {
            let (session, turn) = part.split_once(':')?;
            Some((session.parse().ok()?, number(turn)?))
        })
        .collect()
}

/// Sums over questions.
#[derive(Default)]
struct Mean {
    sum: Scores,
}

impl Mean {
    fn add(&mut self, one: &Answered) {
        self.sum.questions += 1;
        self.sum.recall_at_5 += one.recall_at_5;
        self.sum.recall_at_10 += one.recall_at_10;
        self.sum.recall_at_20 += one.recall_at_20;
        self.sum.ndcg_at_10 += one.ndcg_at_10;
    }

    fn scores(self) -> Scores {
        let mean = |sum: f64| (sum / f64::from(self.sum.questions.max(1)) * 10_000.0).round() / 100.0;
        Scores {
            questions: self.sum.questions,
            recall_at_5: mean(self.sum.recall_at_5),
            recall_at_10: mean(self.sum.recall_at_10),
            recall_at_20: mean(self.sum.recall_at_20),
            ndcg_at_10: mean(self.sum.ndcg_at_10),
        }
    }
}

impl Report for Measured {
    /// JSON too: numbers by name are what a person compares as well.
    fn text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    fn sound(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_swaps_two_letters_in_the_middle_of_the_longest_word() {
        assert_eq!(with_a_slip("Which instrument does Ann play?"), "Which insturment does Ann play?");
        assert_eq!(with_a_slip("Is butter good?"), "Is butetr good?");
        assert_eq!(with_a_slip("When?"), "Wehn?");
        assert_eq!(with_a_slip("42"), "42");
        assert_eq!(with_a_slip(""), "");
    }
}
