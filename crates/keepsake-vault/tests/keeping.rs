//! Keeping, forgetting, checking, sealing anew, taking out and in: and that a fault at any moment costs nothing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use keepsake_memory::{Draft, Kind, ListLine, Scope, Sensitivity};
use keepsake_policy::GrantDuration;
use keepsake_vault::api::*;
use keepsake_vault::{Proof, Space};
use pollster::block_on;
use serde_json::json;
use support::*;

const HOUR: u64 = 60 * 60 * 1000;
const DAY: u64 = 24 * HOUR;
const FORMER: [u8; 16] = *b"keepsake  former";

fn expiring(world: &World, text: &str, hours: u64) -> Command {
    let expires = Some(world.clock.0.get() + hours * HOUR);
    Command::MemoryAdd { draft: Draft { expires, ..draft(text, "food") } }
}

fn list_line(text: &str) -> Vec<ListLine> {
    vec![ListLine { text: text.into(), created: None, turn: None }]
}

fn import(world: &mut World, text: &str, bring_back: bool) -> ImportReply {
    let command = Command::MemoryImport {
        source: "list.txt".into(),
        scope: Scope::new("food").unwrap(),
        kind: Kind::Fact,
        sensitivity: Sensitivity::Normal,
        lines: list_line(text),
        bring_back,
    };
    let Reply::MemoryImport(reply) = world.command(command).unwrap() else { panic!() };
    reply
}

fn preview(world: &mut World, export: &str) -> RestorePreview {
    world.command(Command::RestoreStart).unwrap();
    for piece in export.as_bytes().chunks(7) {
        world.vault.restore_read(piece).unwrap();
    }
    let Reply::RestorePreview(preview) = world.command(Command::RestorePreview).unwrap() else { panic!() };
    preview
}

fn restore(world: &mut World, bring_back: bool) -> u32 {
    loop {
        let Reply::RestoreStep(step) = world.command(Command::RestoreStep { bring_back }).unwrap() else { panic!() };
        if step.finished {
            return step.taken;
        }
    }
}

fn rotate(world: &mut World) {
    let (result, _) = block_on(world.vault.rotate(&kek(7)));
    world.session_key = Some(result.unwrap().expose().to_vec());
}

fn objects_of(world: &World, space: Space) -> Vec<([u8; 16], Vec<u8>)> {
    let objects = world.disk.objects.borrow();
    objects.iter().filter(|((at, _), _)| *at == space).map(|((_, key), bytes)| (*key, bytes.clone())).collect()
}

#[test]
fn a_memory_is_forgotten_on_its_day_also_when_nobody_was_there() {
    let mut world = World::new();
    world.add("stays", "food");
    for (text, hours) in [("an hour", 1), ("two hours", 2)] {
        let command = expiring(&world, text, hours);
        world.command(command).unwrap();
    }
    let woken = world.effects.iter().rev().find_map(|effect| match effect {
        Effect::WakeAt { at } => *at,
        _ => None,
    });
    assert_eq!(woken, Some(world.clock.0.get() + HOUR));
    world.pass(HOUR);
    assert_eq!(world.texts(), ["stays", "two hours"], "not shown, before anything was done");
    world.tidy();
    assert_eq!(objects_of(&world, Space::Records).len(), 2, "and not stored");
    world.restart();
    world.pass(5 * DAY);
    world.unlock();
    assert_eq!((world.texts(), objects_of(&world, Space::Records).len()), (vec!["stays".to_owned()], 1));
    assert_eq!(world.check(), Damage::default());
}

#[test]
fn what_is_due_is_shown_to_nobody_even_where_it_cannot_be_erased() {
    let mut world = World::new();
    let command = expiring(&world, "tea for an hour", 1);
    world.command(command).unwrap();
    world.grant(&site(), &["food"], &["search"], GrantDuration::UntilRevoked);
    world.pass(HOUR);
    assert_eq!(found(&world.ask(&site(), "memory.search", json!({"query": "tea"}))), Vec::<String>::new());
}

#[test]
fn a_scope_forgets_after_its_days_and_says_first_how_much() {
    let mut world = World::new();
    world.add("old", "food");
    world.add("elsewhere", "work");
    world.pass(10 * DAY);
    world.unlock_after_lock();
    world.add("new", "food");
    let set = |preview| Command::RetentionSet { scope: Scope::new("food").unwrap(), days: Some(7), preview };
    assert_eq!(world.command(set(true)).unwrap(), Reply::RetentionSet(1));
    assert_eq!(world.texts(), ["elsewhere", "new", "old"]);
    assert_eq!(world.command(set(false)).unwrap(), Reply::RetentionSet(1));
    assert_eq!(world.texts(), ["elsewhere", "new"]);
    world.restart();
    world.pass(8 * DAY);
    world.unlock();
    assert_eq!(world.texts(), ["elsewhere"]);
    let none = Command::RetentionSet { scope: Scope::new("food").unwrap(), days: None, preview: false };
    world.command(none).unwrap();
    assert_eq!(world.command(Command::Retention).unwrap(), Reply::Retention(vec![]));
}

#[test]
fn what_was_deleted_comes_back_only_where_the_person_says_so() {
    let mut world = World::new();
    let memory = world.add("Likes liquorice", "food");
    let before = world.export();
    world.command(Command::MemoryDelete { ids: vec![memory.id] }).unwrap();
    world.restart();
    world.unlock();
    let Reply::ListPreview(list) = world.command(Command::ListPreview { text: "Likes liquorice".into() }).unwrap()
    else {
        panic!()
    };
    assert!(list.lines[0].forgotten && !list.lines[0].duplicate);
    assert_eq!(import(&mut world, "Likes liquorice", false), ImportReply { ids: vec![], passed_over: 1 });
    let shown = preview(&mut world, &before);
    assert_eq!((shown.new, shown.forgotten), (0, 1));
    assert_eq!(restore(&mut world, false), 0);
    assert_eq!(world.texts(), Vec::<String>::new());
    preview(&mut world, &before);
    assert_eq!(restore(&mut world, true), 1);
    assert_eq!(world.texts(), ["Likes liquorice"]);
    world.command(Command::MemoryDelete { ids: vec![memory.id] }).unwrap();
    assert_eq!(import(&mut world, "Likes liquorice", true).ids.len(), 1);
    assert_eq!(world.check(), Damage::default());
}

#[test]
fn everything_is_taken_out_and_in_again() {
    let mut world = World::new();
    for n in 0..1200 {
        world.add(&format!("memory number {n}"), if n % 2 == 0 { "food" } else { "work" });
    }
    world.grant(&site(), &["food"], &["search"], GrantDuration::UntilRevoked);
    (0..3).for_each(|_| drop(world.ask(&site(), "memory.search", json!({"query": "number"}))));
    let taken_out = world.export();
    let mut other = World::new();
    let shown = preview(&mut other, &taken_out);
    assert_eq!((shown.new, shown.receipts, shown.receipts_left), (1200, world.receipts().total, 0));
    assert_eq!(restore(&mut other, false), 1200);
    assert_eq!(other.texts(), world.texts());
    assert!(other.receipts().intact);
    assert_eq!(other.receipts().items, world.receipts().items);
    other.restart();
    other.unlock();
    assert_eq!((other.check(), other.texts().len()), (Damage::default(), 500));
    // A second time changes nothing.
    let shown = preview(&mut other, &taken_out);
    assert_eq!((shown.new, shown.unchanged, shown.receipts_left), (0, 1200, world.receipts().total));
    assert_eq!(restore(&mut other, false), 0);
}

#[test]
fn who_else_said_it_is_taken_out_and_in_again() {
    let mut world = World::new();
    let memory = world.add("tea", "food");
    let lines = vec![SaidAgain { memory: memory.id, at: Some(7 * DAY) }];
    world.command(Command::ListMerge { source: "list.txt".into(), lines }).unwrap();
    let taken_out = world.export();
    assert!(taken_out.contains(r#""also":[{"channel":"import","source":"list.txt","at":"1970-01-08T00:00:00.000Z"}]"#));
    let mut other = World::new();
    preview(&mut other, &taken_out);
    restore(&mut other, false);
    assert_eq!(other.list()[0].also, world.list()[0].also);
}

#[test]
fn the_newer_revision_wins_and_a_bad_file_changes_nothing() {
    let mut world = World::new();
    let memory = world.add("tea", "food");
    let old = world.export();
    world.pass(1000);
    let edit = Command::MemoryEdit { id: memory.id, revision: 1, draft: draft("coffee", "food") };
    world.command(edit).unwrap();
    let new = world.export();
    let shown = preview(&mut world, &old);
    assert_eq!((shown.unchanged, shown.newer), (1, 0));
    restore(&mut world, false);
    assert_eq!(world.texts(), ["coffee"]);
    let mut other = World::new();
    preview(&mut other, &old);
    restore(&mut other, false);
    let shown = preview(&mut other, &new);
    assert_eq!((shown.unchanged, shown.newer), (0, 1));
    restore(&mut other, false);
    assert_eq!(other.texts(), ["coffee"]);

    for bad in [
        new.replace("coffee", ""),
        new.lines().take(2).collect::<Vec<_>>().join("\n"),
        new.replace("\"memories\":1", "\"memories\":2"),
        new.replace("\"kind\":", "\"sort\":"),
        format!("{new}{{}}\n"),
        String::new(),
    ] {
        other.command(Command::RestoreStart).unwrap();
        let read = other.vault.restore_read(bad.as_bytes());
        let shown = read.and_then(|()| other.command(Command::RestorePreview).map(drop));
        assert_eq!(shown.unwrap_err().code, OwnerErrorCode::Invalid);
        assert!(other.command(Command::RestoreStep { bring_back: true }).is_err());
    }
    assert_eq!(other.texts(), ["coffee"]);
}

#[test]
fn reminders_come_when_it_is_time() {
    let mut world = World::new();
    world.command(Command::BackupRemind { days: Some(7) }).unwrap();
    assert!(!world.status().backup_due);
    world.restart();
    world.pass(7 * DAY);
    world.unlock();
    assert!(world.status().backup_due);
    world.command(Command::ExportDone).unwrap();
    assert!(!world.status().backup_due);
    for days in [0, 367] {
        assert!(world.command(Command::BackupRemind { days: Some(days) }).is_err());
    }
}

/// A vault with something in each space.
fn furnished() -> World {
    let mut world = World::new();
    for n in 0..5 {
        world.add(&format!("memory {n}"), "food");
    }
    world.grant(&site(), &["food"], &["search", "add"], GrantDuration::UntilRevoked);
    world.ask(&site(), "memory.search", json!({"query": "memory"}));
    world.ask(&site(), "memory.add", json!({"memories": [{"text": "a proposal"}, {"text": "another"}]}));
    world
}

#[test]
fn losing_swapping_adding_or_reverting_any_single_object_is_found() {
    let mut world = furnished();
    let before = world.disk.objects.borrow().clone();
    let memory = world.list()[0].clone();
    let edit = Command::MemoryEdit { id: memory.id, revision: 1, draft: draft("changed", "food") };
    world.command(edit).unwrap();
    world.ask(&site(), "memory.add", json!({"memories": [{"text": "a third"}]}));
    world.lock();
    let sound = world.disk.objects.borrow().clone();
    let mut damage = |objects: &Objects| {
        *world.disk.objects.borrow_mut() = objects.clone();
        world.session_state = None;
        world.session_key = None;
        let opened = block_on(keepsake_vault::Vault::open(world.disk.clone(), world.clock.clone(), System, None, None));
        let Ok(vault) = opened else { return true };
        world.vault = vault;
        let (unlocked, _) = block_on(world.vault.unlock(Proof::Passphrase(&kek(7))));
        unlocked.is_err() || world.status().damaged > 0 || world.check() != Damage::default()
    };
    assert!(!damage(&sound));
    for (place, bytes) in &sound {
        let mut lost = sound.clone();
        lost.remove(place);
        assert!(damage(&lost), "lost {place:?}");
        let reverted = before.get(place).filter(|old| *old != bytes);
        if let Some(old) = reverted {
            let objects = Objects::from_iter(sound.clone().into_iter().chain([(*place, old.clone())]));
            assert!(damage(&objects), "reverted {place:?}");
        }
        let doubled = (place.0, [9; 16]);
        let objects = Objects::from_iter(sound.clone().into_iter().chain([(doubled, bytes.clone())]));
        // What stands in the meta space under a key that nobody asks for is read by nobody.
        assert!(place.0 == Space::Meta || damage(&objects), "doubled {place:?}");
        let other = sound.iter().find(|(other, others)| other.0 == place.0 && *other != place && *others != bytes);
        if let Some((other, others)) = other {
            let swapped = [(*place, others.clone()), (*other, bytes.clone())];
            assert!(damage(&Objects::from_iter(sound.clone().into_iter().chain(swapped))), "swapped {place:?}");
        }
    }
}

#[test]
fn damage_is_put_in_order_and_a_backup_repairs_it() {
    let mut world = furnished();
    let backup = world.export();
    world.lock();
    let (records, catalogue) = (objects_of(&world, Space::Records), objects_of(&world, Space::Catalogue));
    world.disk.objects.borrow_mut().get_mut(&(Space::Records, records[0].0)).unwrap()[60] ^= 1;
    world.unlock();
    world.tidy();
    assert_eq!((world.texts().len(), world.status().aside), (4, 1));
    let Reply::Aside(aside) = world.command(Command::Aside { offset: 0, limit: 9 }).unwrap() else { panic!() };
    assert_eq!((aside.total, aside.items[0].scopes[0].as_str()), (1, "food"));
    let shown = preview(&mut world, &backup);
    assert_eq!((shown.repaired, shown.unchanged), (1, 4));
    restore(&mut world, false);
    assert_eq!((world.texts().len(), world.status().aside, world.check()), (5, 0, Damage::default()));

    // The whole catalogue is lost: the memories are found again.
    world.lock();
    for (key, _) in &catalogue {
        world.disk.objects.borrow_mut().remove(&(Space::Catalogue, *key));
    }
    world.unlock();
    assert_eq!((world.texts().len(), world.check().uncatalogued), (0, 5));
    let Reply::CheckMend(mended) = world.command(Command::CheckMend).unwrap() else { panic!() };
    assert_eq!(mended, Mended { set_aside: 0, recovered: 5, erased: 1 });
    assert_eq!((world.texts().len(), world.check()), (5, Damage::default()));

    // What was forgotten and put back is erased.
    let gone = world.list()[0].id;
    let before = world.disk.objects.borrow().clone();
    world.command(Command::MemoryDelete { ids: vec![gone] }).unwrap();
    for ((space, key), bytes) in before {
        world.disk.objects.borrow_mut().entry((space, key)).or_insert(bytes);
    }
    assert_eq!(world.check().strays, 1);
    let Reply::CheckMend(mended) = world.command(Command::CheckMend).unwrap() else { panic!() };
    assert_eq!((mended.erased, mended.recovered, world.texts().len()), (1, 0, 4));
    assert_eq!(world.check(), Damage::default());
}

#[test]
fn everything_is_sealed_under_a_new_key_and_the_old_one_is_gone() {
    let mut world = furnished();
    let ids = |world: &mut World| {
        let answer = world.ask(&site(), "memory.search", json!({"query": "memory"}));
        answer["result"]["results"].as_array().unwrap().iter().map(|hit| hit["id"].clone()).collect::<Vec<_>>()
    };
    let (texts, known) = (world.texts(), ids(&mut world));
    let before = world.disk.objects.borrow().clone();
    let (wrong, _) = block_on(world.vault.rotate(&kek(8)));
    assert_eq!(wrong.err().unwrap().code, OwnerErrorCode::WrongPassphrase);
    rotate(&mut world);
    assert!(world.status().rotation.is_some());
    world.add("written meanwhile", "food");
    world.tidy();
    assert_eq!(world.status().rotation, None);
    assert_eq!(world.texts().len(), texts.len() + 1);
    assert_eq!(ids(&mut world), known, "sites know memories by the ids that they had");
    assert!(world.receipts().intact);
    assert_eq!(world.check(), Damage::default());
    let after = world.disk.objects.borrow().clone();
    assert!(!after.contains_key(&(Space::Meta, FORMER)));
    for (place, bytes) in before.iter().filter(|(place, _)| place.0 != Space::Meta) {
        assert_ne!(after.get(place), Some(bytes), "{place:?} was left under the old key");
    }
    // The header of before opens nothing that is here now.
    let header = (Space::Meta, *b"keepsake  header");
    world.lock();
    world.disk.objects.borrow_mut().insert(header, before[&header].clone());
    world.restart();
    assert!(block_on(world.vault.unlock(Proof::Passphrase(&kek(7)))).0.is_err());
    world.disk.objects.borrow_mut().insert(header, after[&header].clone());
    world.restart();
    world.unlock();
    assert_eq!((world.texts().len(), world.check()), (texts.len() + 1, Damage::default()));
}

#[test]
fn a_rotation_goes_on_after_a_fault_at_any_of_its_steps() {
    let sound = furnished().texts();
    for left in 0.. {
        let mut world = furnished();
        world.disk.commits_left.set(Some(left));
        let (begun, _) = block_on(world.vault.rotate(&kek(7)));
        let mut broke = begun.is_err();
        if let Ok(key) = begun {
            world.session_key = Some(key.expose().to_vec());
            loop {
                match world.command(Command::Tidy) {
                    Ok(Reply::Tidy(true)) => {}
                    Ok(_) => break,
                    Err(_) => {
                        broke = true;
                        break;
                    }
                }
            }
        }
        world.disk.commits_left.set(None);
        // As if the browser had died there.
        world.restart();
        world.unlock();
        assert_eq!(world.texts(), sound, "before it goes on, after {left} writes");
        world.tidy();
        assert_eq!((world.texts(), world.status().rotation), (sound.clone(), None), "after {left} writes");
        assert_eq!(world.check(), Damage::default(), "after {left} writes");
        assert!(!world.disk.objects.borrow().contains_key(&(Space::Meta, FORMER)));
        if !broke {
            assert!(left > 4, "it takes several writes, and was broken off at each");
            return;
        }
    }
}

#[test]
fn everything_is_forgotten_keys_first() {
    let mut world = furnished();
    world.lock();
    world.disk.commits_left.set(Some(1));
    assert!(block_on(world.vault.forget_everything()).is_err(), "the disk broke in the middle");
    world.disk.commits_left.set(None);
    world.restart();
    assert_eq!(world.status().state, VaultState::None, "the keys are gone already");
    let kdf = world.vault.kdf().unwrap();
    let (key, _) = block_on(world.vault.create(kdf, &kek(3))).unwrap();
    world.session_key = Some(key.expose().to_vec());
    assert_eq!((world.texts().len(), world.check()), (0, Damage::default()), "nothing of before is left behind");
    world.add("anew", "food");
    block_on(world.vault.forget_everything()).unwrap();
    assert!(world.disk.objects.borrow().is_empty());
}

#[test]
fn parameters_that_became_weak_are_raised_with_the_same_passphrase() {
    let mut world = World::empty();
    let weak = keepsake_crypto::Kdf { memory_kib: 19 * 1024, passes: 2, ..world.vault.kdf().unwrap() };
    block_on(world.vault.create(weak, &kek(7))).unwrap();
    world.restart();
    let raised = world.vault.raised_kdf().unwrap().unwrap();
    world.unlock();
    let made = |world: &mut World| match world.command(Command::Protection).unwrap() {
        Reply::Protection(protection) => protection.passphrase_made,
        other => panic!("{other:?}"),
    };
    let before = made(&mut world);
    world.pass(1000);
    block_on(world.vault.raise_kdf(&kek(7), raised, &kek(17))).unwrap();
    assert_eq!(made(&mut world), before, "the passphrase is the one it was");
    world.restart();
    assert_eq!((world.vault.kdf().unwrap(), world.vault.raised_kdf().unwrap()), (raised, None));
    assert!(block_on(world.vault.unlock(Proof::Passphrase(&kek(7)))).0.is_err());
    assert!(block_on(world.vault.unlock(Proof::Passphrase(&kek(17)))).0.is_ok());
}
