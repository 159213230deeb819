//! What is passed over would not have come among the best: answers are held against those of scoring every text.

use proptest::prelude::*;
use proptest::sample::select;

use crate::tests::{insert, meanings};
use crate::{Facts, Index, Place, Query, Slot};

const WORDS: [&str; 16] = [
    "tea", "car", "dog", "sun", "owl", "hat", "pie", "fog", "vehicle", "sleep", "garage", "ink", "jam", "kit", "log",
    "map",
];

/// Texts whose words come as often as words do: some in many of them, some in few.
fn text() -> impl Strategy<Value = String> {
    let word =
        (0..WORDS.len(), 0..WORDS.len(), 0..WORDS.len()).prop_map(|(one, two, three)| WORDS[one.min(two).min(three)]);
    let speaker = select(vec!["", "", "Ann: ", "Bob: "]);
    let end = select(vec!["", "", "?"]);
    (speaker, prop::collection::vec(word, 1..9), end)
        .prop_map(|(speaker, words, end)| format!("{speaker}{}{end}", words.join(" ")))
}

/// A text with where it stands: most of them one behind the other in slots as in their conversation, some elsewhere.
fn texts() -> impl Strategy<Value = Vec<(String, bool, Option<u64>)>> {
    prop::collection::vec((text(), prop::bool::weighted(0.9), prop::option::of(0..1_000_000_000_000_u64)), 40..250)
}

fn filled(mut index: Index, texts: &[(String, bool, Option<u64>)]) -> Index {
    for (at, (text, is_in_order, written)) in (0..).zip(texts) {
        let slot = if *is_in_order { at } else { 1000 - at };
        let place = (at % 23 != 0).then_some(Place { conversation: at / 30, position: at % 30 });
        insert(&mut index, slot, text, Facts { place, written: *written, ..Facts::default() });
    }
    index
}

fn query() -> impl Strategy<Value = String> {
    let word = prop_oneof![9 => select(WORDS.to_vec()), 1 => select(vec!["Ann", "when", "yesterday", "unknown"])];
    prop::collection::vec(word, 1..14).prop_map(|words| words.join(" "))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn the_best_are_those_of_scoring_every_text(
        texts in texts(), queries in prop::collection::vec(query(), 1..8), limit in 1..6_usize, now in 0..1_000_000_000_000_u64,
    ) {
        for index in [Index::default(), Index::with_table(meanings())] {
            let index = filled(index, &texts);
            for text in &queries {
                for query in [Query::whole(text), Query::growing(text).at(now)] {
                    prop_assert_eq!(index.search(&query, limit, |_| true), index.search_every_text(&query, limit), "{}", text);
                }
            }
        }
    }
}

/// Among so many, what is passed over rests on what words and meanings are seldom worth.
#[test]
fn among_thousands_too_the_best_are_those_of_scoring_every_text() {
    let mut index = Index::default();
    let mut state = 1_u32;
    let mut below = |bound: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % bound
    };
    for slot in 0..6000 {
        let words: Vec<&str> = (0..6).map(|_| WORDS[below(16).min(below(16)).min(below(16))]).collect();
        let place = Some(Place { conversation: slot / 20, position: slot % 20 });
        insert(&mut index, slot, &words.join(" "), Facts { place, ..Facts::default() });
    }
    for query in ["map", "log map", "tea map", "tea car map owl", "jam garage dog", "kit ink tea sun"] {
        let query = Query::whole(query);
        let slots = |hits: Vec<crate::Hit>| hits.iter().map(|hit| hit.slot).collect::<Vec<Slot>>();
        assert_eq!(slots(index.search(&query, 10, |_| true)), slots(index.search_every_text(&query, 10)));
    }
}
