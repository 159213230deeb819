//! What the index at rest promises: what is read back answers as what was learnt.

use proptest::prelude::*;

use crate::tests::{filled, insert, meanings, texts};
use crate::{Belief, Facts, Index, Place, Query, SegmentError, Slot, rewrite_segment};

/// So many slots a segment covers here.
const SLOTS: Slot = 3;

fn facts(slot: Slot) -> Facts {
    Facts {
        written: (!slot.is_multiple_of(3)).then_some(1_000_000 - u64::from(slot)),
        expires: (slot % 4 == 1).then_some(2_000_000),
        belief: if slot.is_multiple_of(2) { Belief::Own } else { Belief::Imported },
        place: (slot % 7 != 6).then_some(Place { conversation: 3, position: slot }),
    }
}

fn learnt(texts: &[String]) -> Index {
    let mut index = Index::with_table(meanings());
    for (slot, text) in (0..).zip(texts) {
        insert(&mut index, slot, text, facts(slot));
    }
    index
}

fn segments(index: &Index, slots: Slot) -> Vec<(Slot, Vec<u8>)> {
    (0..slots).step_by(SLOTS as usize).map(|first| (first, index.segment(&from(first, SLOTS)))).collect()
}

fn load(index: &mut Index, segments: &[(Slot, Vec<u8>)]) {
    for (first, bytes) in segments {
        index.load(bytes, &same(*first, SLOTS)).unwrap();
    }
}

/// So many slots from one on.
fn from(first: Slot, count: Slot) -> Vec<Slot> {
    (first..first + count).collect()
}

/// The same as places that they still have.
fn same(first: Slot, count: Slot) -> Vec<Option<Slot>> {
    (first..first + count).map(Some).collect()
}

proptest! {
    /// In whatever order the segments come, and whatever is taken out and put in again afterwards; so does what wrote them.
    #[test]
    fn what_is_loaded_or_written_answers_as_what_was_learnt(
        texts in texts(), again in prop::collection::vec(any::<bool>(), 6), backwards: bool,
        query in "(tea|car|slep|vehicl|the|Ann| ){1,4}",
    ) {
        let slots = texts.len() as Slot;
        let (mut afresh, mut wrote) = (learnt(&texts), learnt(&texts));
        let mut written = segments(&wrote, slots);
        if backwards {
            written.reverse();
        }
        let mut loaded = Index::with_table(meanings());
        load(&mut loaded, &written);
        for index in [&mut loaded, &mut wrote] {
            for ((slot, text), _) in (0..).zip(&texts).zip(&again).filter(|(_, again)| **again) {
                index.remove(slot, text);
                index.sweep();
                insert(index, slot, text, facts(slot));
            }
            for query in [Query::whole(&query), Query::growing(&query).at(3_000_000), Query::whole("Ann tea car")] {
                prop_assert_eq!(index.search(&query, 10, |_| true), afresh.search(&query, 10, |_| true));
            }
            for text in &texts {
                let (one, other) = (index.learn(text), afresh.learn(text));
                prop_assert_eq!(index.restatements(&one, |_| true), afresh.restatements(&other, |_| true));
            }
        }
        written.sort();
        prop_assert_eq!(&segments(&wrote, slots), &written);
        prop_assert_eq!(segments(&loaded, slots), written, "the same texts are the same bytes");
        // Merged into one, they are what one segment of all of them is.
        prop_assert_eq!(loaded.segment(&from(0, slots)), afresh.segment(&from(0, slots)));
    }

    /// Slots are the caller's, who may give a text another one the next time, or have it no more.
    #[test]
    fn texts_come_back_in_other_slots_or_not_at_all(
        texts in texts(), gone in prop::collection::vec(any::<bool>(), 6), query in "(tea|car|slep|vehicl|the|Ann| ){1,4}",
    ) {
        let slots = texts.len() as Slot;
        let bytes = learnt(&texts).segment(&from(0, slots));
        let places: Vec<Option<Slot>> = (0..slots).zip(gone).map(|(slot, gone)| (!gone).then(|| 9 - slot)).collect();
        let (mut loaded, mut afresh) = (Index::with_table(meanings()), Index::with_table(meanings()));
        loaded.load(&bytes, &places).unwrap();
        for ((slot, text), place) in (0..).zip(&texts).zip(&places) {
            place.iter().for_each(|place| insert(&mut afresh, *place, text, facts(slot)));
        }
        let query = Query::growing(&query).at(3_000_000);
        prop_assert_eq!(loaded.search(&query, 10, |_| true), afresh.search(&query, 10, |_| true));
        let all = from(0, 10);
        prop_assert_eq!(loaded.segment(&all), afresh.segment(&all));
    }

    #[test]
    fn what_was_loaded_can_be_removed_to_the_last_posting(texts in texts()) {
        let mut index = Index::with_table(meanings());
        load(&mut index, &segments(&learnt(&texts), texts.len() as Slot));
        for (slot, text) in (0..).zip(&texts) {
            index.remove(slot, text);
        }
        index.sweep();
        prop_assert!(index.holds_nothing());
    }

    #[test]
    fn no_bytes_stop_the_reader_and_what_it_reads_has_one_form(
        texts in texts(), at: prop::sample::Index, byte: u8, cut: prop::sample::Index,
    ) {
        let mut bytes = learnt(&texts).segment(&from(0, 100));
        prop_assert!(rewrite_segment(&bytes).is_some_and(|again| again == bytes));
        let shorter = Index::with_table(meanings()).load(&bytes[..cut.index(bytes.len())], &same(0, 100));
        prop_assert!(shorter.is_err());
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Some(written) = rewrite_segment(&bytes) {
            prop_assert_eq!(written, bytes);
        }
    }
}

#[test]
fn no_text_has_a_neighbour_that_is_gone() {
    let at = |position| Facts { place: Some(Place { conversation: 1, position }), ..Facts::default() };
    let (mut index, mut afresh) = (Index::default(), Index::default());
    insert(&mut index, 5, "green tea", at(1));
    insert(&mut index, 6, "hot water", at(2));
    // Another text comes to the place of the first.
    insert(&mut index, 9, "black tea", at(1));
    index.remove(6, "hot water");
    index.sweep();
    insert(&mut afresh, 5, "green tea", at(1));
    insert(&mut afresh, 9, "black tea", at(1));
    for index in [&mut index, &mut afresh] {
        insert(index, 6, "a car", Facts::default());
    }
    let query = Query::whole("a green car");
    assert_eq!(index.search(&query, 10, |_| true), afresh.search(&query, 10, |_| true));
}

#[test]
fn a_segment_that_does_not_fit_is_refused_and_changes_nothing() {
    let with_table = filled(Index::with_table(meanings()), &["green tea", "a car"]).segment(&from(0, 2));
    let mut index = Index::default();
    assert_eq!(index.load(&with_table, &same(0, 2)), Err(SegmentError::OtherTable));
    assert!(index.holds_nothing());
    let bytes = filled(Index::default(), &["green tea", "a car"]).segment(&from(0, 2));
    assert_eq!(index.load(&bytes, &same(0, 1)), Err(SegmentError::Damaged), "it covers more slots than it may");
    assert_eq!(index.load(&[9], &same(0, 2)), Err(SegmentError::UnknownVersion));
    assert!(index.holds_nothing());
    assert_eq!(index.load(&bytes, &same(0, 2)), Ok(()));
    assert_eq!(index.load(&bytes, &same(0, 2)), Err(SegmentError::Taken));
}

#[test]
fn a_part_that_is_missing_is_learnt_and_the_rest_answers_meanwhile() {
    let texts = ["green tea", "a car", "black tea"];
    let afresh = filled(Index::default(), &texts);
    let mut index = Index::default();
    index.load(&afresh.segment(&[2]), &[Some(2)]).unwrap();
    assert_eq!(index.search(&Query::whole("tea"), 10, |_| true).len(), 1);
    for (slot, text) in (0..2).zip(&texts) {
        insert(&mut index, slot, text, Facts::default());
    }
    let query = Query::whole("green tea");
    assert_eq!(index.search(&query, 10, |_| true), afresh.search(&query, 10, |_| true));
}

/// Of many segments with many words, some of which were asked for before the last segment came.
#[test]
fn words_are_found_wherever_their_lists_are() {
    let texts: Vec<String> =
        (0..60_usize).map(|n| (0..40).map(|word| format!("{} ", name(n * word % 700))).collect()).collect();
    let afresh = learnt(&texts);
    let (first, second): (Vec<_>, Vec<_>) = segments(&afresh, 60).into_iter().partition(|(first, _)| first % 2 == 0);
    let mut loaded = Index::with_table(meanings());
    load(&mut loaded, &first);
    for number in (0..700).step_by(7) {
        loaded.search(&Query::whole(&name(number)), 10, |_| true);
        loaded.search(&Query::growing(&name(number)), 10, |_| true);
    }
    load(&mut loaded, &second);
    for number in 0..700 {
        let name = name(number);
        let (slip, begun) = (name.replace('k', "x"), name.trim_end_matches('o'));
        for query in [Query::whole(&name), Query::whole(&slip), Query::growing("t"), Query::growing(begun)] {
            assert_eq!(loaded.search(&query, 10, |_| true), afresh.search(&query, 10, |_| true), "{query:?}");
            let sees = |slot: Slot| slot.is_multiple_of(3);
            assert_eq!(loaded.search(&query, 10, sees), afresh.search(&query, 10, sees), "{query:?}");
        }
    }
}

/// After some hundred words it is quicker to read all lists than to look up each one.
#[test]
fn restatements_are_found_before_and_after_all_lists_are_read() {
    let texts: Vec<String> =
        (0..60_usize).map(|n| (0..20).map(|word| format!("{} ", name(n * 20 + word))).collect()).collect();
    let mut loaded = Index::with_table(meanings());
    load(&mut loaded, &segments(&learnt(&texts), 60));
    for (slot, text) in (0..).zip(&texts) {
        let again = loaded.learn(text);
        let found = loaded.restatements(&again, |_| true);
        assert_eq!(found.first().map(|found| (found.slot, found.shared_words)), Some((slot, 1.0)));
    }
}

/// A word of six letters for each number.
fn name(number: usize) -> String {
    let letter = |unit: usize| char::from(b'a' + (number / unit % 26) as u8);
    ['t', letter(26), letter(1), 'k', letter(3), 'o'].into_iter().collect()
}
