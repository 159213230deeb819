//! What the index promises, tried on whole indexes.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;

use crate::table::tests::table;
use crate::weights::{B, CONTEXT_B, CONTEXT_K1, K1, TUNED, Weights};
use crate::{Facts, Hit, Index, Place, Query, Slot, Table};

fn index(texts: &[&str]) -> Index {
    filled(Index::default(), texts)
}

pub(crate) fn filled(mut index: Index, texts: &[&str]) -> Index {
    add(&mut index, 0, texts);
    index
}

fn add(index: &mut Index, first: Slot, texts: &[&str]) {
    for (slot, text) in (first..).zip(texts) {
        insert(index, slot, text, Facts::default());
    }
}

pub(crate) fn insert(index: &mut Index, slot: Slot, text: &str, facts: Facts) {
    let learnt = index.learn(text);
    index.insert(slot, learnt, facts);
}

/// The texts of one conversation, in its order.
fn conversation(texts: &[&str]) -> Index {
    let mut index = Index::default();
    for (slot, text) in (0..).zip(texts) {
        let place = Some(Place { conversation: 1, position: slot });
        insert(&mut index, slot, text, Facts { place, ..Facts::default() });
    }
    index
}

fn slots(hits: &[Hit]) -> Vec<Slot> {
    hits.iter().map(|hit| hit.slot).collect()
}

fn found(index: &Index, query: &str) -> Vec<Slot> {
    slots(&index.search(&Query::whole(query), 10, |_| true))
}

fn typed(index: &Index, query: &str) -> Vec<Slot> {
    slots(&index.search(&Query::growing(query), 10, |_| true))
}

pub(crate) fn meanings() -> Arc<Table> {
    let words = [("car", 0), ("vehicle", 0), ("voiture", 0), ("tea", 1), ("garage", 2), ("sleep", 3)];
    Arc::new(Table::read(table(&words)).unwrap())
}

#[test]
fn the_rarer_word_weighs_more() {
    let index = index(&["I like tea", "I like coffee", "I like my dog and tea"]);
    assert_eq!(found(&index, "coffee that I like")[0], 1);
    assert_eq!(found(&index, "tea"), [0, 2]);
    assert_eq!(found(&index, "zebra"), []);
}

#[test]
fn a_growing_word_finds_what_it_may_become() {
    let index = index(&["a long conversation", "convex lens", "a dog"]);
    assert_eq!(typed(&index, "conv"), [0, 1]);
    assert_eq!(typed(&index, "conversatio"), [0]);
    assert_eq!(found(&index, "conv"), []);
    assert_eq!(typed(&index, "conv "), []);
}

#[test]
fn a_mistyped_word_finds_the_nearest_and_a_right_one_only_itself() {
    let index = index(&["playing the guitar", "a trip to Gibraltar", "plant the tree", "plane"]);
    assert_eq!(found(&index, "giutar"), [0]);
    assert_eq!(found(&index, "gibralter"), [1]);
    assert_eq!(found(&index, "plane"), [3], "a word that is there is not taken for another");
    assert_eq!(found(&index, "lpant"), [2]);
    assert_eq!(found(&index, "dlant"), [], "a word that begins otherwise is another word");
    assert_eq!(found(&index, "tea"), [], "a short word is as it is");
}

#[test]
fn words_are_found_in_the_forms_of_their_language() {
    let index = index(&[
        "Les chevaux galopent dans la prairie",
        "My horses were running in the fields",
        "Die Katzen schlafen auf dem Sofa",
        "я читаю книги в парке",
        "緑茶が好きです",
    ]);
    assert_eq!(found(&index, "cheval"), [0]);
    assert_eq!(found(&index, "run"), [1]);
    assert_eq!(found(&index, "Katze"), [2]);
    assert_eq!(found(&index, "книга"), [3]);
    assert_eq!(found(&index, "緑茶"), [4]);
    assert_eq!(found(&index, "茶"), [4]);
}

#[test]
fn a_text_of_common_words_alone_is_still_found() {
    let index = index(&["To be or not to be", "The tea is green"]);
    assert_eq!(found(&index, "to be or not to be")[0], 0);
    assert_eq!(found(&index, "is the tea"), [1], "beside other words they say nothing");
}

#[test]
fn an_answer_is_found_by_the_words_of_its_question() {
    let index = conversation(&[
        "Ann: Nice weather today.",
        "Ann: Where did you spend the holidays?",
        "Bob: In a hut by the lake.",
        "Ann: Lovely!",
    ]);
    assert!(found(&index, "Where did Bob spend the holidays?")[..2].contains(&2));
}

#[test]
fn a_neighbour_that_may_not_be_seen_lends_nothing() {
    let index = conversation(&["Ann: Do you play the cello?", "Bob: Every day."]);
    let hits = index.search(&Query::whole("cello"), 10, |slot| slot == 1);
    assert_eq!(hits, []);
}

#[test]
fn whoever_is_named_is_heard_first() {
    let index = index(&["Ann: I bake bread", "Bob: I bake bread too", "Ann: I bake pies"]);
    assert_eq!(found(&index, "What does Bob bake?")[0], 1);
    assert_eq!(found(&index, "What does Ann bake?")[0], 0);
}

#[test]
fn meaning_finds_what_no_word_does_across_languages() {
    let index = filled(Index::with_table(meanings()), &["the vehicle is blue", "ma voiture est en panne", "green tea"]);
    assert_eq!(found(&index, "which car"), [0, 1]);
    assert_eq!(found(&index, "tea")[0], 2);
}

#[test]
fn a_named_time_prefers_what_was_written_then() {
    const DAY: u64 = 86_400_000;
    let now = 20_000 * DAY;
    let mut index = Index::default();
    for (slot, days_ago) in [(0, 400), (1, 1), (2, 20)] {
        let written = Some(now - days_ago * DAY);
        insert(&mut index, slot, "We had a picnic", Facts { written, ..Facts::default() });
    }
    let at = |query| slots(&index.search(&Query::whole(query).at(now), 10, |_| true))[0];
    assert_eq!(at("picnic yesterday"), 1);
    assert_eq!(at("picnic last month"), 2);
    assert_eq!(at("picnic last year"), 0);
    assert_eq!(at("picnic"), 1, "else the newest comes first");
}

#[test]
fn what_is_no_longer_so_comes_last() {
    let mut index = Index::default();
    insert(&mut index, 0, "I live in Leeds", Facts { expires: Some(8), ..Facts::default() });
    insert(&mut index, 1, "I live in York", Facts::default());
    insert(&mut index, 2, "I live in Hull", Facts { expires: Some(5), ..Facts::default() });
    let hits = index.search(&Query::whole("where do I live").at(9), 10, |_| true);
    assert_eq!(slots(&hits), [1, 0, 2]);
    assert!(hits[1].parts.standing.product() < 1.0, "and says so");
}

#[test]
fn near_duplicates_do_not_fill_the_list() {
    let index =
        index(&["green tea in the morning", "Green tea in the morning!", "green tea, mornings", "tea at night"]);
    let hits = index.search(&Query::whole("green tea morning"), 2, |_| true);
    assert_eq!(slots(&hits), [0, 3]);
}

#[test]
fn a_restatement_is_found_with_what_shows_it() {
    let mut index = filled(Index::with_table(meanings()), &["My car is in the garage", "I drink tea"]);
    let learnt = index.learn("the car stands in my garage");
    let found = index.restatements(&learnt, |_| true);
    assert_eq!(found.iter().map(|found| found.slot).collect::<Vec<_>>(), [0]);
    assert!(found[0].shared_words >= 0.5 && found[0].likeness.unwrap() > 0.9);
    assert_eq!(index.restatements(&learnt, |slot| slot != 0), []);
    let other = index.learn("my dog sleeps");
    assert_eq!(index.restatements(&other, |_| true), []);
}

/// Among so many, meanings are told by their sketches first.
#[test]
fn among_thousands_too_what_is_not_visible_changes_nothing() {
    let words = ["car", "vehicle", "voiture", "tea", "garage", "sleep", "dog", "sun"];
    let text = |number: usize| -> String {
        let picked = (0..4).map(|at| words[number / words.len().pow(at) % words.len()]);
        picked.collect::<Vec<_>>().join(" ")
    };
    let mut alone = Index::with_table(meanings());
    let mut both = Index::with_table(meanings());
    for slot in 0..3000 {
        let place = (slot % 2 == 0).then_some(Place { conversation: slot / 20, position: slot % 20 });
        let facts = Facts { place, ..Facts::default() };
        insert(&mut both, 2 * slot, "a hidden vehicle, tea and sleep", Facts::default());
        insert(&mut both, 2 * slot + 1, &text(slot as usize), facts);
        insert(&mut alone, 2 * slot + 1, &text(slot as usize), facts);
    }
    for query in ["car", "a car in the garage", "sleep", "vehicl", "my auto"] {
        let query = Query::growing(query);
        let hits = alone.search(&query, 10, |_| true);
        assert_eq!(both.search(&query, 10, |slot| slot % 2 == 1), hits);
        // Asked again, what was kept from the first time answers.
        assert_eq!(both.search(&query, 10, |slot| slot % 2 == 1), hits);
        assert!(!hits.is_empty() || query.text == "my auto");
    }
}

#[test]
fn the_words_that_matched_are_marked() {
    let index = index(&["We went hiking in the Alps; what a hike!"]);
    let text = "We went hiking in the Alps; what a hike!";
    let marks = index.marks(&Query::whole("hikes"), &[text, "No words of it"], |_| true);
    let marked = marks[0].iter().cloned().map(|mark| text.get(mark).unwrap());
    assert_eq!(marked.collect::<Vec<_>>(), ["hiking", "hike"]);
    assert_eq!(marks[1], []);
}

#[test]
fn what_is_removed_is_gone_to_the_last_posting() {
    let mut index = index(&["green tea", "tea"]);
    index.learn("words that were only looked at");
    index.remove(0, "green tea");
    index.remove(1, "tea");
    index.sweep();
    assert!(index.holds_nothing());
}

#[test]
fn hostile_texts_and_queries_are_bounded() {
    let many: String = (0..100_000).map(|n| format!("word{n} ")).collect();
    let same = "tea ".repeat(1_000_000);
    let long = "x".repeat(1_000_000);
    let invisible = "te\u{200d}a \u{202e}live\u{202c} \u{feff}".repeat(1000);
    let index = filled(Index::with_table(meanings()), &[&many, &same, &long, &invisible]);
    assert_eq!(found(&index, "word7"), [0]);
    assert_eq!(typed(&index, &"word ".repeat(20_000)), []);
    assert_eq!(slots(&index.search(&Query::growing(&many), 1, |_| true)), [0]);
    assert!(found(&index, "tea").contains(&3), "invisible characters hide nothing");
    assert_eq!(found(&index, &long), []);
    // Of each text so many words are kept, of so many letters; a word that comes a million times is kept once.
    let kept = |text: &str| self::index(&[text]).segment(&[0]).len();
    assert!(kept(&many) < 300_000 && kept(&same) < 400 && kept(&long) < 700);
    assert_eq!(index.marks(&Query::whole(&many), &[&same], |_| true), [[]]);
}

pub(crate) fn texts() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("(Ann: )?(tea|car|vehicle|sleep|the|le|thé| |\\?){1,8}", 0..6)
}

pub(crate) fn strs(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

/// The scores of words and context straight from their definition: texts are counted word by word, nothing is looked up.
/// The texts hold plain English words alone, in the order of one conversation.
fn by_definition(texts: &[Vec<&str>], query: &[&str]) -> Vec<(f32, f32)> {
    let Weights { context: weight, coverage, .. } = TUNED;
    let count = texts.len() as f32;
    let own = |at: usize, word: &str| texts[at].iter().filter(|other| **other == word).count() as f32;
    let around = |at: usize, of: &dyn Fn(usize) -> f32| {
        let at_distance = |distance: i64| usize::try_from(at as i64 + distance).ok().filter(|at| *at < texts.len());
        of(at)
            + TUNED
                .around
                .iter()
                .map(|(which, weight)| weight * at_distance(which.distance()).map_or(0.0, of))
                .sum::<f32>()
    };
    let length = |at: usize| texts[at].len() as f32;
    let mean = |of: &dyn Fn(usize) -> f32| (0..texts.len()).map(of).sum::<f32>() / count + 1.0;
    let (mean_own, mean_around) = (mean(&length), mean(&|at| around(at, &length)));
    let rarity = |holders: f32| (1.0 + (count - holders + 0.5) / (holders + 0.5)).ln();
    let mut scores = vec![(0.0, 0.0, 0.0); texts.len()];
    let mut perfect = 0.0;
    for word in query {
        let counts: Vec<(f32, f32)> =
            (0..texts.len()).map(|at| (own(at, word), around(at, &|at| own(at, word)))).collect();
        let rare = rarity(counts.iter().filter(|(own, _)| *own > 0.0).count() as f32);
        let rare_around = rarity(counts.iter().filter(|(_, around)| *around > 0.0).count() as f32);
        perfect += rare;
        for (at, (own, near)) in counts.into_iter().enumerate() {
            let norm = |k1: f32, b: f32, length: f32, mean: f32| k1 * (1.0 - b + b * (length + 1.0) / mean);
            let (words, context, covered) = &mut scores[at];
            *words += rare * own * (K1 + 1.0) / (own + norm(K1, B, length(at), mean_own));
            let norm = norm(CONTEXT_K1, CONTEXT_B, around(at, &length), mean_around);
            *context += weight * rare_around * near * (CONTEXT_K1 + 1.0) / (near + norm);
            *covered += if near > 0.0 { rare } else { 0.0 };
        }
    }
    let scale = perfect * (K1 + 1.0 + weight * (CONTEXT_K1 + 1.0));
    let share = |covered: f32| (1.0 + coverage * covered / perfect) / scale;
    scores.into_iter().map(|(words, context, covered)| (words * share(covered), context * share(covered))).collect()
}

proptest! {
    /// The posting lists give the scores that the definition gives.
    #[test]
    fn scores_are_those_of_the_definition(
        texts in prop::collection::vec(prop::collection::vec("(tea|car|dog|sun)", 1..6), 1..8),
        query in prop::sample::subsequence(vec!["tea", "car", "dog", "sun", "owl"], 1..5),
    ) {
        let texts: Vec<Vec<&str>> = texts.iter().map(|words| words.iter().map(String::as_str).collect()).collect();
        let written: Vec<String> = texts.iter().map(|words| words.join(" ")).collect();
        let hits = conversation(&strs(&written)).search(&Query::whole(&query.join(" ")), usize::MAX, |_| true);
        for (slot, (words, context)) in by_definition(&texts, &query).into_iter().enumerate() {
            let parts = hits.iter().find(|hit| hit.slot == slot as Slot).map(|hit| hit.parts).unwrap_or_default();
            prop_assert!((parts.words - words).abs() < 1e-4, "{} is not {words}", parts.words);
            prop_assert!((parts.context - context).abs() < 1e-4, "{} is not {context}", parts.context);
        }
    }

    /// The promise to a subject: what it may not see changes no score that it gets.
    #[test]
    fn what_is_not_visible_changes_nothing(
        seen in texts(), hidden in texts(), query in "(tea|car|slep|vehicl|the|Ann| ){1,4}",
    ) {
        let mut alone = Index::with_table(meanings());
        let mut both = Index::with_table(meanings());
        // The hidden ones come first and stand between: numbers of terms and slots differ, the answer does not.
        for (at, text) in (0..).zip(&hidden) {
            let place = Some(Place { conversation: 1, position: 2 * at + 1 });
            insert(&mut both, 100 + at, text, Facts { place, ..Facts::default() });
        }
        for (at, text) in (0..).zip(&seen) {
            let place = Some(Place { conversation: 1, position: 2 * at });
            insert(&mut alone, at, text, Facts { place, ..Facts::default() });
            insert(&mut both, at, text, Facts { place, ..Facts::default() });
        }
        for query in [Query::whole(&query), Query::growing(&query)] {
            prop_assert_eq!(alone.search(&query, 10, |_| true), both.search(&query, 10, |slot| slot < 100));
        }
    }

    /// An index that was changed answers as one that was made afresh.
    #[test]
    fn what_was_removed_leaves_no_trace(
        kept in texts(), removed in texts(), query in "(tea|car|sleep|the|Ann| ){1,4}",
    ) {
        let afresh = filled(Index::with_table(meanings()), &strs(&kept));
        let mut changed = Index::with_table(meanings());
        add(&mut changed, 100, &strs(&removed));
        add(&mut changed, 0, &strs(&kept));
        for (slot, text) in (100..).zip(&removed) {
            changed.remove(slot, text);
        }
        changed.sweep();
        let query = Query::growing(&query);
        prop_assert_eq!(afresh.search(&query, 10, |_| true), changed.search(&query, 10, |_| true));
    }

    #[test]
    fn no_text_and_no_query_stop_it(texts in prop::collection::vec("\\PC{0,40}", 0..4), query in "\\PC{0,40}") {
        let index = filled(Index::with_table(meanings()), &strs(&texts));
        index.search(&Query::growing(&query).at(1 << 60), 10, |_| true);
        let marks = index.marks(&Query::whole(&query), &strs(&texts), |_| true);
        for (text, mark) in texts.iter().zip(marks).flat_map(|(text, marks)| marks.into_iter().map(move |mark| (text, mark))) {
            prop_assert!(text.get(mark).is_some());
        }
    }

    /// Looking only where the rarer words lead finds every text that shares half of the words.
    #[test]
    fn no_restatement_is_missed(kept in texts(), text in "(Ann: )?((tea|car|vehicle|sleep|the|le|thé) ?){1,8}") {
        let mut index = filled(Index::with_table(meanings()), &strs(&kept));
        let learnt = index.learn(&text);
        let found = index.restatements(&learnt, |_| true);
        let mut terms = |text: &str| -> BTreeSet<u32> { index.learn(text).counts.iter().map(|(term, _)| *term).collect() };
        let asked = terms(&text);
        for (slot, kept) in (0..).zip(&kept) {
            let kept = terms(kept);
            let share = asked.intersection(&kept).count() as f32 / asked.union(&kept).count() as f32;
            let found = found.iter().find(|found| found.slot == slot);
            prop_assert!(found.is_none_or(|found| found.shared_words == share && share >= 0.5));
            prop_assert!(found.is_some() || share.is_nan() || share < 0.8);
        }
    }
}
