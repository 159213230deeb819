//! Memories that were said in a conversation: what stands beside them there is looked at in a search, and nothing that may not
//! be seen lends anything.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use keepsake_memory::{Kind, ListLine, Scope, Sensitivity, Turn};
use keepsake_policy::GrantDuration;
use keepsake_vault::api::*;
use serde_json::json;
use support::*;

const TALK: &str = "Ann: Which instrument do you play?\nBob: The cello, since school.\nAnn: Do you go swimming in the sea?\n\
                    Bob: Never, it is too cold.\nAnn: And what do you cook?\nBob: Mostly soups.\n";

fn looked_at(world: &mut World, list: &str) -> Vec<ListLine> {
    let Reply::ListPreview(preview) = world.command(Command::ListPreview { text: list.into() }).unwrap() else {
        panic!()
    };
    preview.lines.into_iter().map(|line| line.line).collect()
}

fn import(world: &mut World, scope: &str, lines: Vec<ListLine>) {
    let command = Command::MemoryImport {
        source: "talk.txt".into(),
        scope: Scope::new(scope).unwrap(),
        kind: Kind::Note,
        sensitivity: Sensitivity::Normal,
        lines,
        bring_back: false,
    };
    world.command(command).unwrap();
}

fn turns(world: &mut World) -> Vec<(String, Option<Turn>)> {
    let mut turns: Vec<_> = world.list().into_iter().map(|memory| (memory.text, memory.turn)).collect();
    turns.sort_by_key(|(text, turn)| (turn.map(|turn| turn.position), text.clone()));
    turns
}

fn asked(world: &mut World, query: &str) -> Vec<String> {
    found(&world.ask(&site(), "memory.search", json!({"query": query, "top_k": 2})))
}

#[test]
fn an_answer_is_found_by_its_question_where_they_are_of_one_conversation() {
    let mut world = World::new();
    world.grant(&site(), &["talks"], &["search"], GrantDuration::UntilRevoked);
    let lines = looked_at(&mut world, TALK);
    let alone: Vec<ListLine> = lines.iter().map(|line| ListLine { turn: None, ..line.clone() }).collect();
    import(&mut world, "other", alone.clone());
    world.grant(&site(), &["other"], &["search"], GrantDuration::UntilRevoked);
    assert_eq!(asked(&mut world, "which instrument"), ["Ann: Which instrument do you play?"]);

    let mut world = World::new();
    world.grant(&site(), &["talks"], &["search"], GrantDuration::UntilRevoked);
    import(&mut world, "talks", lines);
    let both = ["Ann: Which instrument do you play?", "Bob: The cello, since school."];
    assert_eq!(asked(&mut world, "which instrument"), both);
    // Also from the index at rest, and once everything was sealed anew.
    world.tidy();
    world.restart();
    world.unlock();
    assert_eq!(asked(&mut world, "which instrument"), both);
}

#[test]
fn a_question_that_may_not_be_seen_lends_its_answer_nothing() {
    let mut world = World::new();
    world.grant(&site(), &["talks"], &["search"], GrantDuration::UntilRevoked);
    let mut lines = looked_at(&mut world, TALK);
    let question = lines.remove(0);
    import(&mut world, "secrets", vec![question]);
    import(&mut world, "talks", lines);
    assert_eq!(asked(&mut world, "which instrument"), Vec::<String>::new());
}

#[test]
fn where_it_was_said_outlives_an_edit_a_deletion_taken_back_and_an_export() {
    let mut world = World::new();
    let lines = looked_at(&mut world, TALK);
    let said: Vec<(String, Option<Turn>)> = lines.iter().map(|line| (line.text.clone(), line.turn)).collect();
    assert!(said.iter().all(|(_, turn)| turn.is_some()));
    import(&mut world, "talks", lines);
    assert_eq!(turns(&mut world), said);

    let first = world.list().into_iter().find(|memory| memory.text == said[0].0).unwrap();
    let Reply::MemoryDelete(gone) = world.command(Command::MemoryDelete { ids: vec![first.id] }).unwrap() else {
        panic!()
    };
    world.command(Command::MemoryRestore { memories: gone }).unwrap();
    assert_eq!(turns(&mut world), said);

    let export = world.export();
    let mut other = World::new();
    other.command(Command::RestoreStart).unwrap();
    other.vault.restore_read(export.as_bytes()).unwrap();
    other.command(Command::RestorePreview).unwrap();
    while let Reply::RestoreStep(step) = other.command(Command::RestoreStep { bring_back: false }).unwrap() {
        if step.finished {
            break;
        }
    }
    assert_eq!(turns(&mut other), said);
}

#[test]
fn two_lists_are_two_conversations() {
    let mut world = World::new();
    let (one, other) = (looked_at(&mut world, TALK), looked_at(&mut world, TALK));
    let of = |lines: &[ListLine]| lines[0].turn.unwrap().conversation;
    assert_ne!(of(&one), of(&other));
    assert!(one.iter().all(|line| line.turn.unwrap().conversation == of(&one)));
}
