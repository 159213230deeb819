//! What says the same as something kept: the person is told, whoever proposed it is not, and where they merge it that is noted.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use keepsake_memory::{Channel, Hint, MemoryId};
use keepsake_policy::GrantDuration;
use keepsake_vault::api::*;
use serde_json::json;
use support::*;

const KEPT: &str = "Allergic to peanuts, walnuts and sesame seeds";
const AGAIN: &str = "Is allergic to walnuts, peanuts and to sesame seeds";
const OTHER: &str = "Plays chess on Thursdays";

/// A vault with a memory in a scope, and a site that may add to `food`.
fn world_with(text: &str, scope: &str) -> (World, MemoryView) {
    let mut world = World::new();
    let memory = world.add(text, scope);
    world.grant(&site(), &["food"], &["search", "add"], GrantDuration::UntilRevoked);
    (world, memory)
}

fn propose(world: &mut World, texts: &[&str]) -> String {
    let memories: Vec<_> = texts.iter().map(|text| json!({"text": text, "scopes": ["food"]})).collect();
    world.ask(&site(), "memory.add", json!({ "memories": memories }))["result"]["results"].to_string()
}

fn like(world: &mut World, text: &str, except: Option<MemoryId>) -> Vec<Restated> {
    match world.command(Command::MemoryLike { text: text.into(), except }).unwrap() {
        Reply::MemoryLike(restated) => restated,
        other => panic!("{other:?}"),
    }
}

fn compare(world: &mut World, first: u32, texts: &[&str], more: bool) -> Result<Vec<LineRestated>, OwnerError> {
    let texts = texts.iter().map(|&text| text.to_owned()).collect();
    match world.command(Command::ListCompare { first, texts, more })? {
        Reply::ListCompare(restated) => Ok(restated),
        other => panic!("{other:?}"),
    }
}

fn merge(world: &mut World, memory: MemoryId) -> InboxSettled {
    let id = world.inbox()[0].id;
    match world.command(Command::InboxMerge { id, memory }).unwrap() {
        Reply::InboxMerge(settled) => settled,
        other => panic!("{other:?}"),
    }
}

fn sources(memory: &MemoryView) -> Vec<(Channel, &str)> {
    memory.also.iter().map(|said| (said.channel, said.origin.as_ref().map_or("", |origin| &*origin.source))).collect()
}

#[test]
fn a_proposal_that_restates_a_memory_says_which_and_what_shows_it() {
    let (mut world, memory) = world_with(KEPT, "food");
    propose(&mut world, &[AGAIN, OTHER, KEPT]);
    let found = |world: &mut World, text: &str| {
        let item = world.inbox().into_iter().find(|item| item.draft.text == text).unwrap();
        (item.hints, item.restates)
    };
    let (hints, restates) = found(&mut world, AGAIN);
    let restates = restates.unwrap();
    assert_eq!(hints, [Hint::Duplicate]);
    assert_eq!((restates.memory.id, restates.evidence.shared_words), (memory.id, 100), "in another order");
    assert_eq!(found(&mut world, OTHER), (vec![], None));
    let (hints, restates) = found(&mut world, KEPT);
    assert_eq!((hints, restates.unwrap().memory.id), (vec![Hint::Duplicate], memory.id), "the very words");
    world.command(Command::MemoryDelete { ids: vec![memory.id] }).unwrap();
    assert_eq!(found(&mut world, AGAIN), (vec![], None), "what is forgotten is no longer restated");
}

#[test]
fn a_proposal_that_repeats_one_before_it_says_which_also_on_another_page() {
    let (mut world, memory) = world_with(OTHER, "food");
    propose(&mut world, &[KEPT, "Likes tea", AGAIN]);
    let page = |world: &mut World, offset| match world.command(Command::Inbox { offset, limit: 10 }).unwrap() {
        Reply::Inbox(page) => page.items,
        other => panic!("{other:?}"),
    };
    let items = page(&mut world, 0);
    assert_eq!(items.iter().filter(|item| item.repeats.is_some()).count(), 1, "the one before is no repetition");
    let (last, all) = (items.last().unwrap(), items.len());
    let repeats = last.repeats.as_ref().unwrap();
    let first = items.iter().find(|item| item.id == repeats.id).unwrap();
    assert_eq!((&*repeats.text, &repeats.subject), (&*first.draft.text, &first.subject));
    assert_eq!(repeats.evidence.shared_words, 100);
    assert_eq!(page(&mut world, all as u32 - 1)[0].repeats, last.repeats);
    // Where a memory says it already, that one counts.
    world.add(KEPT, "food");
    let again = page(&mut world, 0).pop().unwrap();
    assert!(again.restates.is_some() && again.repeats.is_none());
    assert_ne!(again.restates.unwrap().memory.id, memory.id);
}

#[test]
fn a_proposed_change_does_not_restate_the_memory_that_it_is_about() {
    let (mut world, memory) = world_with(KEPT, "food");
    let name = world.ask(&site(), "memory.search", json!({"query": "peanuts"}))["result"]["results"][0]["id"].clone();
    world.ask(&site(), "memory.update", json!({"id": name, "text": AGAIN}));
    assert_eq!(world.inbox()[0].restates, None);
    let twin = world.add(&format!("{AGAIN}!"), "health");
    assert_ne!(twin.id, memory.id);
    assert_eq!(world.inbox()[0].restates.as_ref().unwrap().memory.id, twin.id);
}

/// The site proposes what the person keeps where it may not look.
#[test]
fn whoever_proposes_is_not_told_what_is_restated_nor_what_becomes_of_it() {
    let (mut with, hidden) = world_with(KEPT, "health");
    let (mut without, _) = world_with(OTHER, "health");
    let statuses = |told: &str| told.matches("pending_review").count();
    for world in [&mut with, &mut without] {
        let told = propose(world, &[AGAIN]);
        assert_eq!((statuses(&told), told.matches("merged").count()), (1, 0), "{told}");
    }
    assert!(with.inbox()[0].restates.is_some() && without.inbox()[0].restates.is_none());
    // Merged here, declined there: nothing is told either time, and the same words may be proposed again.
    let effects = with.effects.len();
    merge(&mut with, hidden.id);
    let told = |effect: &Effect| matches!(effect, Effect::Answer { .. } | Effect::Notify { .. });
    assert!(!with.effects[effects..].iter().any(told));
    let ids = vec![without.inbox()[0].id];
    without.command(Command::InboxDecline { ids, block: false }).unwrap();
    for world in [&mut with, &mut without] {
        assert_eq!(statuses(&propose(world, &[AGAIN])), 1);
        assert_eq!(found(&world.ask(&site(), "memory.search", json!({"query": "peanuts"}))), [""; 0]);
    }
}

#[test]
fn merging_a_proposal_keeps_the_evidence_and_can_be_taken_back() {
    let (mut world, memory) = world_with(KEPT, "food");
    world.pass(1000);
    propose(&mut world, &[AGAIN]);
    let settled = merge(&mut world, memory.id);
    assert!(world.inbox().is_empty());
    let kept = world.list().remove(0);
    assert_eq!(sources(&kept), [(Channel::Site, "https://assistant.example")]);
    assert_eq!(kept.also[0].at, world.clock.0.get());
    assert_eq!((&*kept.text, kept.revision, kept.updated, kept.trust), (KEPT, 2, memory.updated, memory.trust));
    let entry = ReceiptEntry::Merged { record: settled.items[0].id, memory: memory.id };
    assert_eq!(world.receipts().items[0].entry, entry);
    world.restart();
    world.unlock();
    assert_eq!(world.list(), [kept], "it is stored");
    world.command(Command::InboxUndo { settled }).unwrap();
    assert_eq!(world.inbox()[0].draft.text, AGAIN);
    assert_eq!(world.list()[0].also, []);
    assert_eq!(world.check(), Damage::default());
    assert!(world.receipts().intact);
}

#[test]
fn only_something_new_is_merged() {
    let (mut world, memory) = world_with(KEPT, "food");
    let name = world.ask(&site(), "memory.search", json!({"query": "peanuts"}))["result"]["results"][0]["id"].clone();
    world.ask(&site(), "memory.delete", json!({ "id": name }));
    let id = world.inbox()[0].id;
    let refused = world.command(Command::InboxMerge { id, memory: memory.id }).unwrap_err();
    assert_eq!(refused.code, OwnerErrorCode::Invalid);
    assert_eq!((world.inbox().len(), world.list()), (1, vec![memory]), "nothing was changed");
}

#[test]
fn what_is_like_a_text_is_found_without_the_memory_itself() {
    let mut world = World::new();
    let memory = world.add(KEPT, "health");
    world.add(OTHER, "fun");
    assert_eq!(like(&mut world, AGAIN, Some(memory.id)), []);
    let again = world.add(AGAIN, "health");
    let found: Vec<_> = like(&mut world, AGAIN, Some(again.id)).into_iter().map(|one| one.memory).collect();
    assert_eq!(found, [memory]);
    world.command(Command::MemoryDelete { ids: vec![found[0].id] }).unwrap();
    assert_eq!(like(&mut world, AGAIN, Some(again.id)), []);
    assert_eq!(like(&mut world, "", None), [], "a text without words is like none");
}

#[test]
fn lines_of_a_list_are_compared_with_memories_and_with_lines_before_them_in_whatever_parts() {
    let mut world = World::new();
    let memory = world.add(KEPT, "health");
    let lines = [OTHER, AGAIN, "Chess: plays on Thursdays", "Keeps a bicycle"];
    let found = |restated: Vec<LineRestated>| -> Vec<_> {
        let says = |says| match says {
            SaysTheSame::Memory { memory } => Ok(memory.id),
            SaysTheSame::Line { place } => Err(place),
        };
        restated.into_iter().map(|one| (one.place, says(one.says))).collect()
    };
    let whole = found(compare(&mut world, 0, &lines, false).unwrap());
    assert_eq!(whole, [(1, Ok(memory.id)), (2, Err(0))]);
    let mut parts = Vec::new();
    for (place, line) in (0..).zip(lines) {
        parts.extend(found(compare(&mut world, place, &[line], true).unwrap()));
    }
    assert_eq!(parts, whole);
    assert_eq!(compare(&mut world, 9, &lines, true).unwrap_err().code, OwnerErrorCode::Invalid, "not in order");
    assert_eq!(world.texts(), [KEPT], "and nothing was kept");
}

#[test]
fn lines_that_are_left_out_are_noted_at_what_says_them_already() {
    let mut world = World::new();
    let (one, two) = (world.add(KEPT, "health"), world.add(OTHER, "fun"));
    let said = |memory: &MemoryView, at| SaidAgain { memory: memory.id, at };
    let gone = SaidAgain { memory: MemoryId::new(1, [0; 10]), at: None };
    let lines = vec![said(&one, Some(7)), said(&two, None), said(&one, Some(3)), gone];
    let command = Command::ListMerge { source: "list.txt".into(), lines };
    let Reply::ListMerge(settled) = world.command(command).unwrap() else { panic!() };
    assert_eq!((settled.kept.len(), settled.before.len()), (2, 2));
    let at = |world: &mut World, id| {
        let memory = world.list().into_iter().find(|memory| memory.id == id).unwrap();
        assert!(memory.also.iter().all(|said| said.channel == Channel::Import));
        memory.also.iter().map(|said| said.at).collect::<Vec<_>>()
    };
    let now = world.clock.0.get();
    assert_eq!((at(&mut world, one.id), at(&mut world, two.id)), (vec![7], vec![now]), "the latest of each");

    // What was noted comes along through a deletion that is undone.
    let Reply::MemoryDelete(memories) = world.command(Command::MemoryDelete { ids: vec![one.id] }).unwrap() else {
        panic!()
    };
    world.command(Command::MemoryRestore { memories: memories.clone() }).unwrap();
    assert_eq!(at(&mut world, one.id), [7]);
    let refused = world.command(Command::InboxUndo { settled: settled.clone() }).unwrap_err();
    assert_eq!(refused.code, OwnerErrorCode::Conflict, "it was changed since");
    assert_eq!(at(&mut world, two.id), [now], "all of it or nothing");
}

#[test]
fn the_persons_search_says_which_words_matched_and_why() {
    let mut world = World::new();
    world.add("👩 Ann: the tea is green, teas are hot", "food");
    world.add("Does Bob drink tea?", "food");
    let list = |query: Option<&str>| Command::MemoryList {
        query: query.map(ToOwned::to_owned),
        scope: None,
        kind: None,
        offset: 0,
        limit: 10,
        brief: false,
    };
    let Reply::MemoryList(page) = world.command(list(Some("tea"))).unwrap() else { panic!() };
    assert_eq!((page.items.len(), page.fits.len()), (2, 2));
    for (memory, fit) in page.items.iter().zip(&page.fits) {
        let utf16: Vec<u16> = memory.text.encode_utf16().collect();
        let marked = |span: &Span| String::from_utf16(&utf16[span.start as usize..span.end as usize]).unwrap();
        let words: Vec<_> = fit.marks.iter().map(marked).collect();
        let asks = memory.text.contains('?');
        assert_eq!(words, if asks { vec!["tea"] } else { vec!["tea", "teas"] });
        assert!(fit.reasons.iter().any(|reason| reason.ground == Ground::Words && reason.percent > 20));
        let shares: u32 = fit.reasons.iter().map(|reason| reason.percent).sum();
        assert!((97..=103).contains(&shares), "{shares}");
        let causes: Vec<_> = fit.discounts.iter().map(|discount| discount.cause).collect();
        assert_eq!(causes, if asks { vec![DiscountCause::Question] } else { vec![] });
    }
    let Reply::MemoryList(page) = world.command(list(None)).unwrap() else { panic!() };
    assert_eq!((page.items.len(), page.fits.len()), (2, 0), "a list has nothing to explain");
}
