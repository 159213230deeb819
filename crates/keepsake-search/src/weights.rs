//! Every number that ranking rests on, with what it was chosen by. `docs/retrieval.md` tells what each of them adds.
//!
//! They were tuned by hand-sized steps on five of LoCoMo's conversations and on the tuning half of `tests/quality`, and
//! are round: what a change by a tenth moves is less than what another conversation does.

/// How soon more occurrences in a text itself stop counting (BM25's k₁).
pub(crate) const K1: f32 = 0.5;
/// How much a long text is held against it (BM25's b).
pub(crate) const B: f32 = 0.2;

/// The same two for a text together with its neighbours, where a word comes more often by itself.
pub(crate) const CONTEXT_K1: f32 = 2.5;
pub(crate) const CONTEXT_B: f32 = 0.8;
/// How much a text together with its neighbours counts beside the text itself.
pub(crate) const CONTEXT: f32 = 1.1;

/// What a word counts that stands in a neighbouring text: in the one before and the one behind, and one further.
pub(crate) const AROUND: [(Neighbour, f32); 4] = [
    (Neighbour::Before, 1.5),
    (Neighbour::SecondBefore, 0.4),
    (Neighbour::Behind, 1.0),
    (Neighbour::SecondBehind, 0.4),
];
/// A question's words count so many times for what comes after it: the answer seldom repeats them.
pub(crate) const QUESTION_TO_ANSWER: f32 = 2.5;
/// Who asks knows less than who answers.
pub(crate) const QUESTION: f32 = 0.75;
/// What is shown beside a text, in brackets, is less sure to be what it is about.
pub(crate) const ASIDE: f32 = 0.5;

/// A text with all of a query's words gains so much over one that has few of them, however often.
pub(crate) const COVERAGE: f32 = 0.3;
/// The name of whoever speaks, as a word.
pub(crate) const NAME: f32 = 0.3;
/// A text of the one speaker whom the query names; of 1 for a perfect match of words.
pub(crate) const SPEAKER: f32 = 0.05;
/// A text that names a time, where the query asks when.
pub(crate) const TELLS_WHEN: f32 = 0.04;

/// Likeness of meaning beside a perfect match of words, among texts that stand alone, and among the turns of
/// conversations, whose neighbours bring the words that they leave out.
pub(crate) const MEANING_ALONE: f32 = 0.8;
pub(crate) const MEANING_IN_CONVERSATION: f32 = 0.08;
/// What the meaning of the text before and of the one behind adds.
pub(crate) const MEANING_BEFORE: f32 = 0.6;
pub(crate) const MEANING_BEHIND: f32 = 0.4;
/// Below this likeness a text without any of the words is no result.
pub(crate) const LEAST_MEANING: f32 = 0.2;

/// A text of the time that the query names.
pub(crate) const OF_THAT_TIME: f32 = 0.15;
/// The most that a new text gains over an old one, and after how many days half of it is gone.
pub(crate) const RECENCY: f32 = 0.02;
pub(crate) const RECENCY_HALF_LIFE: f32 = 180.0;
/// What was replaced by another text, or is past its date, is worth less.
pub(crate) const NO_LONGER_VALID: f32 = 0.5;
/// By how little a text is believed: own, confirmed, imported, unreviewed.
pub(crate) const TRUST: [f32; 4] = [1.0, 1.0, 0.97, 0.94];

/// Which neighbour of a text, in the conversation that they are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Neighbour {
    SecondBefore,
    Before,
    Behind,
    SecondBehind,
}

impl Neighbour {
    pub(crate) const ALL: [Self; 4] = [Self::SecondBefore, Self::Before, Self::Behind, Self::SecondBehind];

    /// By how many places it is away.
    pub(crate) fn distance(self) -> i64 {
        match self {
            Self::SecondBefore => -2,
            Self::Before => -1,
            Self::Behind => 1,
            Self::SecondBehind => 2,
        }
    }

    /// The neighbour that a text is to this neighbour.
    pub(crate) fn reverse(self) -> Self {
        match self {
            Self::SecondBefore => Self::SecondBehind,
            Self::Before => Self::Behind,
            Self::Behind => Self::Before,
            Self::SecondBehind => Self::SecondBefore,
        }
    }
}
