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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// The hidden ones stand between: on the places and slots beside the others, with their words.
    #[test]
    fn what_is_passed_over_rests_on_what_is_visible(
        seen in texts(), hidden in texts(), queries in prop::collection::vec(query(), 1..6), limit in 1..4_usize,
    ) {
        let of = |slot: Slot| Some(Place { conversation: slot / 30, position: slot % 30 });
        let mut alone = Index::with_table(meanings());
        let mut both = Index::with_table(meanings());
        for (at, (text, ..)) in (0..).zip(&hidden) {
            insert(&mut both, 3 * at + 1, text, Facts { place: of(3 * at + 1), ..Facts::default() });
        }
        for (at, (text, ..)) in (0..).zip(&seen) {
            // Two in a row, then a gap.
            let slot = at / 2 * 3 + at % 2 * 2;
            for index in [&mut alone, &mut both] {
                insert(index, slot, text, Facts { place: of(slot), ..Facts::default() });
            }
        }
        for query in queries.iter().map(|text| Query::growing(text)) {
            prop_assert_eq!(alone.search(&query, limit, |_| true), both.search(&query, limit, |slot| slot % 3 != 1));
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
