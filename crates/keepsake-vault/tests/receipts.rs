//! Receipts, read: who was given what, when, under which grant; and the file that others can check.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use keepsake_policy::GrantDuration;
use keepsake_vault::api::*;
use keepsake_vault::receipt_chain::check_chain;
use serde_json::json;
use support::*;

fn known(world: &mut World) -> Vec<KnownRecord> {
    match world.command(Command::Known { subject: site(), offset: 0, limit: 10 }).unwrap() {
        Reply::Known(page) => page.items,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_a_site_knows_is_told_also_of_what_was_forgotten_since() {
    let mut world = World::new();
    let tea = world.add("green tea", "food");
    let cake = world.add("cake with tea", "food");
    for subject in [site(), other_site()] {
        world.grant(&subject, &["food"], &["search"], GrantDuration::UntilRevoked);
    }
    let first = world.clock.0.get();
    world.ask(&site(), "memory.search", json!({"query": "tea"}));
    world.pass(5_000);
    world.ask(&site(), "memory.search", json!({"query": "green"}));
    world.ask(&other_site(), "memory.search", json!({"query": "cake"}));
    let items = known(&mut world);
    let told = |record: &KnownRecord| (record.id, record.memory.is_some(), record.first, record.last, record.times);
    assert_eq!(
        items.iter().map(told).collect::<Vec<_>>(),
        [(tea.id, true, first, first + 5_000, 2), (cake.id, true, first, first, 1)]
    );
    world.command(Command::MemoryDelete { ids: vec![cake.id] }).unwrap();
    assert_eq!(told(&known(&mut world)[1]), (cake.id, false, first, first, 1));
    let Reply::KnownBy(by) = world.command(Command::KnownBy { id: cake.id }).unwrap() else { panic!() };
    assert_eq!(by.iter().map(|one| (&one.subject, one.times)).collect::<Vec<_>>(), [(&other_site(), 1), (&site(), 1)]);

    let (_, consent) = world.request(&site(), &["work"], &["search"]);
    let Reply::Consent(view) = world.command(Command::Consent { id: consent }).unwrap() else { panic!() };
    assert_eq!(view.known, 2);
    let id = world.grants().grants[0].id.clone();
    assert_eq!(world.command(Command::GrantRevoke { id }).unwrap(), Reply::GrantRevoke(Revoked { ended: 1, known: 2 }));

    let mut count = |subject, memory, from, to| {
        let command = Command::Receipts { subject, memory, from, to, offset: 0, limit: 2 };
        let Reply::Receipts(page) = world.command(command).unwrap() else { panic!() };
        assert!(page.intact && page.items.len() <= 2);
        page.total
    };
    assert_eq!(count(None, None, None, None), 6);
    assert_eq!(count(Some(other_site()), None, None, None), 2);
    assert_eq!(count(None, Some(cake.id), None, None), 2);
    assert_eq!(count(None, None, Some(first + 1), None), 3);
    assert_eq!(count(Some(site()), None, None, Some(first + 1)), 2);
}

#[test]
fn the_file_with_receipts_is_checked_without_the_vault() {
    let mut world = World::new();
    world.add("tea", "food");
    world.grant(&site(), &["food"], &["search", "add"], GrantDuration::UntilRevoked);
    for n in 0..520 {
        world.ask(&site(), "memory.search", json!({"query": format!("tea {n}")}));
        world.pass(100);
    }
    world.command(Command::Pause { paused: true }).unwrap();
    let (mut text, mut done) = (String::new(), 0);
    loop {
        let Reply::ReceiptsExport(part) = world.command(Command::ReceiptsExport { done }).unwrap() else { panic!() };
        text.push_str(&part.text);
        done = u64::from(part.progress.done);
        if part.finished {
            break;
        }
    }
    let report = check_chain(text.as_bytes()).unwrap();
    assert_eq!((report.intact, report.found, report.receipts, report.subjects), (true, 522, 522, 1));
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for at in [1, 7, lines.len() - 2] {
        let without: String = lines.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, line)| *line).collect();
        assert!(!check_chain(without.as_bytes()).unwrap().intact, "line {at} is missing");
        let changed = text.replacen(lines[at], &lines[at].replace("\"at\":\"2026", "\"at\":\"2025"), 1);
        assert!(!check_chain(changed.as_bytes()).unwrap().intact, "line {at} is changed");
    }
    for not_one in ["", "{}\n", text.get(..text.len() / 2).unwrap(), lines[0]] {
        assert!(check_chain(not_one.as_bytes()).is_err());
    }
}

/// A release waits for its receipt to be kept, and not for the disk: that comes right after.
#[test]
fn a_power_cut_takes_the_latest_receipts_at_most_and_only_until_the_vault_has_tidied_up() {
    let mut world = World::new();
    world.add("green tea", "food");
    world.grant(&site(), &["food"], &["search"], GrantDuration::UntilRevoked);
    let before = world.receipts().total;
    let ask = |world: &mut World| world.ask(&site(), "memory.search", json!({"query": "tea"}));
    ask(&mut world);
    world.restart();
    world.unlock();
    assert_eq!(world.receipts().total, before + 1, "it outlives the browser");

    world.tidy();
    ask(&mut world);
    world.cut_power();
    world.unlock();
    assert_eq!((world.receipts().total, world.receipts().intact), (before + 1, true));
    assert_eq!(world.check(), Damage::default());

    ask(&mut world);
    world.tidy();
    world.cut_power();
    world.unlock();
    assert_eq!((world.receipts().total, world.receipts().intact), (before + 2, true));

    // A grant for one answer does not come back with the receipt of that answer.
    world.grant(&other_site(), &["food"], &["search"], GrantDuration::Once);
    world.ask(&other_site(), "memory.search", json!({"query": "tea"}));
    world.cut_power();
    world.unlock();
    assert!(world.grants().grants.iter().all(|grant| grant.subject != other_site()));
}
