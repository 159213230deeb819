//! Every number that ranking rests on, with what it was chosen by. `docs/retrieval.md` tells what each of them adds.
//!
//! They were tuned by hand-sized steps on five of LoCoMo's conversations and on the tuning half of `tests/quality`, and
//! are round: what a change by a tenth moves is less than what another conversation does.

use crate::facts::Slot;

/// How soon more occurrences in a text itself stop counting (BM25's k₁).
pub(crate) const K1: f32 = 0.5;
/// How much a long text is held against it (BM25's b).
pub(crate) const B: f32 = 0.2;

/// The same two for a text together with its neighbours, where a word comes more often by itself.
pub(crate) const CONTEXT_K1: f32 = 2.5;
pub(crate) const CONTEXT_B: f32 = 0.8;

/// What a word in a text itself counts where weights of neighbours are whole numbers: those above are all twentieths.
pub(crate) const ONCE: u32 = 20;

/// Among very many texts, so much of BM25's fraction a word is taken to be worth at most in a text itself, and with what is
/// around it, of k₁ + 1; and so much alike a text is to a query with its neighbours. What is worth more stands out anyway.
pub(crate) const SELDOM_MORE: f32 = 0.65;
pub(crate) const SELDOM_MORE_ALIKE: f32 = 1.1;

/// What weighs how much, where that is told by how well search does with it and without it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Weights {
    /// How much a text together with its neighbours counts beside the text itself.
    pub context: f32,
    /// What a word counts that stands in a neighbouring text: in the one before and the one behind, and one further.
    pub around: &'static [(Neighbour, f32)],
    /// A question's words count so many times for what comes after it: the answer seldom repeats them.
    pub question_to_answer: f32,
    /// Who asks knows less than who answers.
    pub question: f32,
    /// What is shown beside a text, in brackets, is less sure to be what it is about. In halves.
    pub aside: u32,
    /// A text with all of a query's words gains so much over one that has few of them, however often.
    pub coverage: f32,
    /// Who speaks; without it a name is a word like any.
    pub speaker: Option<SpeakerWeights>,
    /// A text that names a time, where the query asks when.
    pub tells_when: f32,
    /// Likeness of meaning beside a perfect match of words, among texts that stand alone, and among the turns of
    /// conversations, whose neighbours bring the words that they leave out.
    pub meaning_alone: f32,
    pub meaning_in_conversation: f32,
    /// What the meaning of the text before and of the one behind adds.
    pub meaning_before: f32,
    pub meaning_behind: f32,
}

/// What the name of a speaker weighs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct SpeakerWeights {
    /// The name as a word.
    pub name: f32,
    /// A text of the one speaker whom the query names; of 1 for a perfect match of words.
    pub speaks: f32,
}

/// The weights that search works with.
pub(crate) const TUNED: Weights = Weights {
    context: 1.1,
    around: &[
        (Neighbour::Before, 1.5),
        (Neighbour::SecondBefore, 0.4),
        (Neighbour::Behind, 1.0),
        (Neighbour::SecondBehind, 0.4),
    ],
    question_to_answer: 2.5,
    question: 0.75,
    aside: 1,
    coverage: 0.3,
    speaker: Some(SpeakerWeights { name: 0.3, speaks: 0.05 }),
    tells_when: 0.04,
    meaning_alone: 0.8,
    meaning_in_conversation: 0.08,
    meaning_before: 0.6,
    meaning_behind: 0.4,
};

impl Default for Weights {
    fn default() -> Self {
        TUNED
    }
}

impl Weights {
    /// The same weights with one ingredient left out.
    pub fn without(self, ingredient: Ingredient) -> Self {
        match ingredient {
            Ingredient::Meaning => Self { meaning_alone: 0.0, meaning_in_conversation: 0.0, ..self },
            Ingredient::Context => Self {
                around: &[],
                meaning_before: 0.0,
                meaning_behind: 0.0,
                // Nothing stands in a conversation any more; meaning weighs what it did.
                meaning_alone: self.meaning_in_conversation,
                ..self
            },
            Ingredient::TwoPlacesAway => Self { around: &[(Neighbour::Before, 1.5), (Neighbour::Behind, 1.0)], ..self },
            Ingredient::QuestionsLendMore => Self { question_to_answer: 1.0, ..self },
            Ingredient::QuestionsStandBehind => Self { question: 1.0, ..self },
            Ingredient::Speaker => Self { speaker: None, ..self },
            Ingredient::Coverage => Self { coverage: 0.0, ..self },
            Ingredient::TellsWhen => Self { tells_when: 0.0, ..self },
            Ingredient::Asides => Self { aside: 2, ..self },
            Ingredient::AllBeyondAWindow => {
                const BESIDES: [Ingredient; 7] = [
                    Ingredient::Meaning,
                    Ingredient::QuestionsLendMore,
                    Ingredient::QuestionsStandBehind,
                    Ingredient::Speaker,
                    Ingredient::Coverage,
                    Ingredient::TellsWhen,
                    Ingredient::Asides,
                ];
                let plain = Self { around: &[(Neighbour::Before, 1.0), (Neighbour::Behind, 1.0)], ..self };
                BESIDES.into_iter().fold(plain, Self::without)
            }
        }
    }
}

/// What a score is made of, to be left out in turn: how much worse is search without it?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ingredient {
    /// Likeness of meaning.
    Meaning,
    /// What neighbouring texts lend, in words and in meaning.
    Context,
    /// What texts two places away lend.
    TwoPlacesAway,
    /// The words of a question count more for its answer.
    QuestionsLendMore,
    /// Questions lose a share of their score.
    QuestionsStandBehind,
    /// Who speaks; without it a name is a word like any.
    Speaker,
    /// A text that has all of the query's words gains.
    Coverage,
    /// A text that tells a time gains where the query asks when.
    TellsWhen,
    /// What stands in brackets counts half.
    Asides,
    /// All of what differs from BM25 over a text and over it with one neighbour on each side.
    AllBeyondAWindow,
}

impl Ingredient {
    /// Every one.
    pub const ALL: [Self; 10] = [
        Self::Meaning,
        Self::Context,
        Self::TwoPlacesAway,
        Self::QuestionsLendMore,
        Self::QuestionsStandBehind,
        Self::Speaker,
        Self::Coverage,
        Self::TellsWhen,
        Self::Asides,
        Self::AllBeyondAWindow,
    ];
}

/// Below this likeness a text without any of the words is no result.
pub(crate) const LEAST_MEANING: f32 = 0.2;

/// A text of the time that the query names.
pub(crate) const OF_THAT_TIME: f32 = 0.15;
/// The most that a new text gains over an old one, and after how many days half of it is gone.
pub(crate) const RECENCY: f32 = 0.02;
pub(crate) const RECENCY_HALF_LIFE: f32 = 180.0;
/// What is past its date is worth less.
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

    /// One of four bits.
    pub(crate) fn bit(self) -> u8 {
        1 << self as u8
    }

    /// The slot of this neighbour, where slots and places go together.
    pub(crate) fn from(self, slot: Slot) -> Option<Slot> {
        Slot::try_from(i64::from(slot) + self.distance()).ok()
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
