//! The search index at rest: it spares reading the memories, holds nothing of those that are gone, and is never believed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use keepsake_memory::{Kind, ListLine, Scope, Sensitivity};
use keepsake_vault::api::*;
use keepsake_vault::{ObjectKey, Space};
use support::{World, draft, kek};

type Segments = Vec<(ObjectKey, Vec<u8>)>;

fn segments(world: &World) -> Segments {
    let objects = world.disk.objects.borrow();
    objects.iter().filter(|((at, _), _)| *at == Space::Index).map(|((_, key), bytes)| (*key, bytes.clone())).collect()
}

/// Puts these in the place of the segments that are there.
fn put_back(world: &World, segments: Segments) {
    let mut objects = world.disk.objects.borrow_mut();
    objects.retain(|(at, _), _| *at != Space::Index);
    objects.extend(segments.into_iter().map(|(key, bytes)| ((Space::Index, key), bytes)));
}

fn find(world: &mut World, query: &str) -> Vec<String> {
    let command =
        Command::MemoryList { query: Some(query.into()), scope: None, kind: None, offset: 0, limit: 500, brief: false };
    match world.command(command).unwrap() {
        Reply::MemoryList(page) => page.items.into_iter().map(|memory| memory.text).collect(),
        other => panic!("{other:?}"),
    }
}

/// A vault with tea and coffee among memories of numbers, its index at rest.
fn world_with_index() -> World {
    let mut world = World::new();
    import(&mut world, (0..298).map(|n| format!("number {n}")));
    world.add("green tea", "drinks");
    world.add("strong coffee", "drinks");
    world.tidy();
    assert!(!segments(&world).is_empty());
    world
}

fn import(world: &mut World, texts: impl Iterator<Item = String>) {
    let lines = texts.map(|text| ListLine { text, created: None, turn: None });
    let command = Command::MemoryImport {
        source: "list.txt".into(),
        scope: Scope::new("numbers").unwrap(),
        kind: Kind::Fact,
        sensitivity: Sensitivity::Normal,
        lines: lines.collect(),
        bring_back: false,
    };
    world.command(command).unwrap();
}

#[test]
fn after_a_suspension_the_first_answer_reads_no_memory_but_those_that_it_gives() {
    let mut world = world_with_index();
    for _ in 0..2 {
        world.suspend();
        world.disk.records_read.set(0);
        assert_eq!(find(&mut world, "tea"), ["green tea"]);
        assert_eq!(world.disk.records_read.get(), 1);
        world.restart();
        world.unlock();
    }
}

/// Without a part of the catalogue the memories behind it stand elsewhere than when the index was written.
#[test]
fn memories_that_moved_are_found_without_being_read() {
    let mut world = World::new();
    import(&mut world, (0..2500).map(|n| format!("number {n:04}")));
    world.tidy();
    world.lock();
    let sound = world.disk.objects.borrow().clone();
    let catalogue: Vec<_> = sound.keys().filter(|(space, _)| *space == Space::Catalogue).copied().collect();
    assert_eq!(catalogue.len(), 3);
    for lost in catalogue {
        *world.disk.objects.borrow_mut() = sound.clone();
        world.disk.objects.borrow_mut().remove(&lost);
        world.restart();
        world.unlock();
        world.disk.records_read.set(0);
        let found: Vec<String> = ["0010", "1030", "2400"].iter().flat_map(|n| find(&mut world, n)).collect();
        assert_eq!(found.len(), 2, "two of three parts are there: {found:?}");
        assert_eq!(world.disk.records_read.get(), 2);
        world.lock();
    }
}

#[test]
fn what_is_at_rest_is_never_believed() {
    let mut world = world_with_index();
    let before = segments(&world);
    let tea = world.list().into_iter().find(|memory| memory.text == "green tea").unwrap();
    let edit = Command::MemoryEdit { id: tea.id, revision: 1, draft: draft("black cocoa", "drinks") };
    world.command(edit).unwrap();
    world.tidy();
    let now = segments(&world);
    let (key, bytes) = now[0].clone();
    let flipped = |at: usize| {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        vec![(key, bytes)]
    };
    let ways = [
        ("lost", vec![]),
        ("put back", before.clone()),
        ("the former beside those of now", [before, now.clone()].concat()),
        ("doubled under another key", [now.clone(), vec![([7; 16], bytes.clone())]].concat()),
        ("cut", vec![(key, bytes[..bytes.len() / 2].to_vec())]),
        ("empty", vec![(key, vec![])]),
        ("changed at its head", flipped(3)),
        ("changed at its end", flipped(bytes.len() - 1)),
    ];
    for (way, stored) in ways {
        world.restart();
        put_back(&world, stored);
        world.unlock();
        assert_eq!(find(&mut world, "tea"), Vec::<String>::new(), "{way}");
        assert_eq!(
            (find(&mut world, "cocoa"), find(&mut world, "coffee").len()),
            (vec!["black cocoa".into()], 1),
            "{way}"
        );
        assert_eq!(world.check(), Damage::default(), "{way}: the memories are sound");
        world.tidy();
        world.suspend();
        world.disk.records_read.set(0);
        assert_eq!(find(&mut world, "coffee").len(), 1, "{way}");
        assert_eq!(world.disk.records_read.get(), 1, "{way}: it is whole again");
    }
}

#[test]
fn no_word_of_what_is_forgotten_or_changed_stays_at_rest() {
    let mut world = world_with_index();
    // Also right after a suspension, when nobody has looked at the index yet.
    for suspended in [false, true] {
        for change in ["green tea", "strong coffee"] {
            world.add("something else", "drinks");
            world.add(change, "drinks");
            world.tidy();
            if suspended {
                world.suspend();
            }
            let (before, memories) = (segments(&world), world.list());
            let with = memories.iter().filter(|memory| memory.text == change).map(|memory| memory.id).collect();
            world.disk.commits_left.set(Some(1));
            world.command(Command::MemoryDelete { ids: with }).unwrap();
            world.disk.commits_left.set(None);
            let after = segments(&world);
            assert!(after.len() < before.len(), "the segments that had it went with it, in one step");
            assert!(after.iter().all(|segment| before.contains(segment)), "and the others stay as they were");
            world.tidy();
            assert_eq!(find(&mut world, change), Vec::<String>::new());
            assert_eq!(find(&mut world, "something"), vec!["something else"; find(&mut world, "something").len()]);
        }
    }
}

#[test]
fn a_deletion_that_fails_leaves_the_index_as_it_was() {
    let mut world = world_with_index();
    let (before, tea) = (segments(&world), world.list().into_iter().find(|one| one.text == "green tea").unwrap());
    world.disk.commits_left.set(Some(0));
    world.command(Command::MemoryDelete { ids: vec![tea.id] }).unwrap_err();
    world.disk.commits_left.set(None);
    assert_eq!(segments(&world), before);
    assert_eq!(find(&mut world, "tea"), ["green tea"]);
    world.tidy();
    assert_eq!(segments(&world), before, "and nothing is to be written");
}

#[test]
fn many_small_segments_become_few() {
    let mut world = world_with_index();
    for n in 0..60 {
        world.add(&format!("cup {n}"), "drinks");
        world.tidy();
        assert!(segments(&world).len() <= 10, "{}", segments(&world).len());
    }
    world.suspend();
    assert_eq!(find(&mut world, "cup").len(), 60);
}

#[test]
fn a_new_vault_key_takes_the_index_along() {
    let mut world = world_with_index();
    let (result, _) = pollster::block_on(world.vault.rotate(&kek(7)));
    world.session_key = Some(result.unwrap().expose().to_vec());
    assert_eq!(segments(&world), vec![], "what was sealed under the key before is gone at once");
    assert_eq!(find(&mut world, "tea"), ["green tea"]);
    world.tidy();
    world.suspend();
    world.disk.records_read.set(0);
    assert_eq!(find(&mut world, "tea"), ["green tea"]);
    assert_eq!(world.disk.records_read.get(), 1);
}

#[test]
fn while_much_is_to_be_learnt_the_person_finds_what_is_learnt_and_is_told() {
    let mut world = World::new();
    import(&mut world, (0..3000).map(|n| format!("number {n}")));
    let found = find(&mut world, "number").len();
    let Some(Progress { done, total }) = world.status().index else { panic!("it is not said to be incomplete") };
    assert!(found == 500 && (500..3000).contains(&done) && total == 3000, "{found} {done} {total}");
    world.tidy();
    assert_eq!(world.status().index, None);
    assert_eq!(find(&mut world, "number 7")[0], "number 7");
}
