//! The person's side: commands, undo, locks, and a store that fails or was tampered with.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use keepsake_memory::{Kind, ListLine, Scope, Sensitivity};
use keepsake_policy::GrantDuration;
use keepsake_vault::api::*;
use keepsake_vault::{Proof, Space};
use proptest::prelude::*;
use serde_json::json;
use support::*;

#[test]
fn nothing_readable_is_stored() {
    let mut world = World::new();
    world.add("The words of a memory that nobody may read", "a-telling-scope");
    world.grant(&site(), &["a-telling-scope"], &["search", "add"], GrantDuration::UntilRevoked);
    world.ask(&site(), "memory.search", json!({"query": "a telling question"}));
    world.ask(&site(), "memory.add", json!({"memories": [{"text": "a proposal that waits"}]}));
    for ((space, key), bytes) in world.disk.objects.borrow().iter() {
        for word in ["words of a memory", "telling", "assistant", "proposal", "Plan your trip", "firefox"] {
            let utf16: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
            assert!(!holds(word.as_bytes()) && !holds(&utf16), "{word} in {space:?} {key:?}");
        }
    }
}

#[test]
fn a_deletion_can_be_undone_and_an_edit_knows_a_conflict() {
    let mut world = World::new();
    let first = world.add("tea", "food");
    let edit = |revision, text: &str| Command::MemoryEdit { id: first.id, revision, draft: draft(text, "food") };
    let Reply::MemoryEdit(second) = world.command(edit(1, "coffee")).unwrap() else { panic!() };
    assert_eq!(second.revision, 2);
    assert_eq!(world.command(edit(1, "water")).unwrap_err().code, OwnerErrorCode::Conflict);
    let Reply::MemoryDelete(deleted) = world.command(Command::MemoryDelete { ids: vec![first.id, first.id] }).unwrap()
    else {
        panic!()
    };
    assert_eq!((deleted.len(), world.list().len()), (1, 0));
    let undo = Command::MemoryRestore { memories: deleted };
    world.command(undo.clone()).unwrap();
    world.command(undo).unwrap();
    assert_eq!(world.texts(), ["coffee"]);
    world.restart();
    world.unlock();
    assert_eq!((world.texts(), world.status().damaged), (vec!["coffee".to_owned()], 0));
}

#[test]
fn a_list_is_looked_at_first_and_then_kept() {
    let mut world = World::new();
    world.add("Likes green tea", "general");
    let list = "[2026-01-15] - Likes green tea\n[2025-12-01] - Works on Tuesdays\nWorks on Tuesdays\n";
    let Reply::ListPreview(preview) = world.command(Command::ListPreview { text: list.into() }).unwrap() else {
        panic!()
    };
    assert_eq!(preview.lines.iter().map(|line| line.duplicate).collect::<Vec<_>>(), [true, false, true]);
    let import = Command::MemoryImport {
        source: "memories.txt".into(),
        scope: Scope::new("work").unwrap(),
        kind: Kind::Fact,
        sensitivity: Sensitivity::Personal,
        lines: vec![preview.lines[1].line.clone()],
        bring_back: false,
    };
    let Reply::MemoryImport(imported) = world.command(import).unwrap() else { panic!() };
    let kept = world.list().into_iter().find(|memory| memory.id == imported.ids[0]).unwrap();
    assert_eq!((kept.created, kept.source.as_deref()), (1_764_547_200_000, Some("memories.txt")));
    assert_eq!((kept.trust, kept.sensitivity), (keepsake_memory::Trust::Imported, Sensitivity::Personal));
    let too_many = Command::MemoryImport {
        source: "x".into(),
        scope: Scope::general(),
        kind: Kind::Note,
        sensitivity: Sensitivity::Normal,
        lines: vec![ListLine { text: "x".into(), created: None, turn: None }; 5001],
        bring_back: false,
    };
    assert_eq!(world.command(too_many).unwrap_err().code, OwnerErrorCode::Invalid);
}

#[test]
fn a_list_of_memories_comes_in_parts_by_words_and_by_scope() {
    let mut world = World::new();
    for n in 0..7 {
        world.pass(1);
        world.add(&format!("number {n}"), if n % 2 == 0 { "even" } else { "odd" });
    }
    let mut page = |query: Option<&str>, scope: Option<&str>, offset, limit, brief| {
        let command = Command::MemoryList {
            query: query.map(str::to_owned),
            scope: scope.map(|scope| Scope::new(scope).unwrap()),
            kind: None,
            offset,
            limit,
            brief,
        };
        let Reply::MemoryList(page) = world.command(command).unwrap() else { panic!() };
        page
    };
    let (full, brief) = (page(Some("number "), None, 1, 2, false), page(Some("number "), None, 1, 2, true));
    assert_eq!((full.total, full.fits.len()), (7, 2));
    assert_eq!((brief.total, brief.fits.len()), (3, 0), "what stands behind the page is not counted");
    assert_eq!(brief.items, full.items);
    let mut listed = |query: Option<&str>, scope: Option<&str>, offset, limit| {
        let page = page(query, scope, offset, limit, false);
        (page.total, page.items.into_iter().map(|memory| memory.text).collect::<Vec<_>>())
    };
    assert_eq!(listed(None, None, 0, 2), (7, vec!["number 6".into(), "number 5".into()]));
    assert_eq!(listed(None, None, 6, 2), (7, vec!["number 0".into()]));
    assert_eq!(listed(None, None, 9, 2), (7, vec![]));
    assert_eq!(listed(Some("num"), Some("odd"), 0, 9).0, 3);
    assert_eq!(listed(Some("4"), None, 0, 9), (1, vec!["number 4".into()]));
}

#[test]
fn a_locked_vault_carries_out_nothing_and_holds_a_capture() {
    let mut world = World::new();
    world.add("tea", "food");
    world.lock();
    assert_eq!(world.status().state, VaultState::Locked);
    assert_eq!(world.status().memories, 0);
    let add = Command::MemoryAdd { draft: draft("x", "food") };
    assert_eq!(world.command(add.clone()).unwrap_err().code, OwnerErrorCode::Locked);
    let capture = Command::Capture {
        text: "a selection".into(),
        source: "https://news.example".into(),
        title: Some("News".into()),
    };
    assert_eq!(world.command(capture.clone()).unwrap(), Reply::Capture(false));
    world.suspend();
    world.unlock();
    assert_eq!(world.texts(), ["a selection", "tea"]);
    assert_eq!(world.command(capture).unwrap(), Reply::Capture(true));
    let mut empty = World::empty();
    assert_eq!(empty.command(add).unwrap_err().code, OwnerErrorCode::NoVault);
}

#[test]
fn wrong_passphrases_make_wait_and_the_right_one_ends_it() {
    let mut world = World::new();
    world.lock();
    for expected in [None, None, Some(1_000), Some(2_000)] {
        world.pass(10_000);
        world.vault.kdf().unwrap();
        let (result, effects) = pollster::block_on(world.vault.unlock(Proof::Passphrase(&kek(8))));
        let error = result.err().unwrap();
        assert_eq!((error.code, error.retry_after_ms), (OwnerErrorCode::WrongPassphrase, expected));
        assert!(effects.iter().any(|effect| matches!(effect, Effect::SaveSession { .. })), "it is counted");
    }
    assert_eq!(world.vault.kdf().unwrap_err().code, OwnerErrorCode::Wait);
    let (early, _) = pollster::block_on(world.vault.unlock(Proof::Passphrase(&kek(7))));
    assert_eq!(early.err().unwrap().code, OwnerErrorCode::Wait);
    world.pass(2_000);
    world.unlock();
    assert_eq!(world.status().state, VaultState::Open);
}

#[test]
fn the_key_of_another_session_opens_nothing() {
    let mut world = World::new();
    let old = world.session_key.clone();
    world.lock();
    world.session_key = old.clone();
    world.suspend();
    assert_eq!(world.status().state, VaultState::Locked, "the slot went with the lock");
    world.unlock();
    world.session_key = old;
    world.suspend();
    assert_eq!(world.status().state, VaultState::Locked);
}

#[test]
fn a_lock_that_could_not_ask_the_worker_still_tells_who_has_to_know() {
    let mut world = World::new();
    world.grant(&site(), &["food"], &["search"], GrantDuration::UntilRevoked);
    world.session_key = None;
    world.suspend();
    let told = Effect::Notify { subject: site(), event: PageEvent::LockChange { locked: true } };
    assert!(world.lock().contains(&told));
    assert!(!world.lock().contains(&told), "once");
}

#[test]
fn a_vault_is_made_once() {
    let mut world = World::new();
    let kdf = world.vault.kdf().unwrap();
    let again = pollster::block_on(world.vault.create(kdf, &kek(1)));
    assert_eq!(again.err().unwrap().code, OwnerErrorCode::VaultExists);
}

#[test]
fn a_write_that_fails_leaves_everything_as_it_was() {
    let mut world = World::new();
    let memory = world.add("tea", "food");
    world.grant(&site(), &["food"], &["search", "add"], GrantDuration::Session);
    world.ask(&site(), "memory.add", json!({"memories": [{"text": "waits"}]}));
    let Reply::Inbox(inbox) = world.command(Command::Inbox { offset: 0, limit: 9 }).unwrap() else { panic!() };
    let (_, consent) = world.request(&other_site(), &["food"], &["search"]);
    let status = world.status();
    let objects = world.disk.objects.borrow().clone();
    world.disk.commits_left.set(Some(0));
    for command in [
        Command::MemoryAdd { draft: draft("x", "food") },
        Command::MemoryEdit { id: memory.id, revision: 1, draft: draft("x", "food") },
        Command::MemoryDelete { ids: vec![memory.id] },
        Command::InboxAccept { ids: vec![inbox.items[0].id], draft: None },
        Command::InboxDecline { ids: vec![inbox.items[0].id], block: false },
        Command::SubjectRevoke { subject: site() },
        Command::ConsentDecide { id: consent, decision: allow(&["food"], GrantDuration::Session) },
    ] {
        assert_eq!(world.command(command.clone()).unwrap_err().code, OwnerErrorCode::StorageFull, "{command:?}");
        assert_eq!(world.status(), status, "{command:?}");
    }
    let answer = world.ask(&site(), "memory.search", json!({"query": "tea"}));
    assert_eq!(code(&answer), "unavailable", "without a receipt nothing leaves");
    assert_eq!(*world.disk.objects.borrow(), objects);
    world.disk.commits_left.set(None);
    assert_eq!(world.texts(), ["tea"]);
    assert_eq!(found(&world.ask(&site(), "memory.search", json!({"query": "tea"}))), ["tea"]);
    assert_eq!(world.receipts().total, status.receipts + 1);
}

#[test]
fn a_damaged_record_takes_no_other_with_it() {
    let mut world = World::new();
    for text in ["one", "two", "three"] {
        world.add(text, "food");
    }
    let key = *world.disk.objects.borrow().keys().find(|(space, _)| *space == Space::Records).unwrap();
    *world.disk.objects.borrow_mut().get_mut(&key).unwrap().last_mut().unwrap() ^= 1;
    world.restart();
    world.unlock();
    assert_eq!((world.list().len(), world.status().damaged, world.status().aside), (2, 0, 1));
    world.add("four", "food");
    assert_eq!(world.list().len(), 3);
    world.restart();
    world.unlock();
    assert_eq!((world.list().len(), world.status().aside), (3, 1));
}

#[test]
fn a_lost_an_added_and_a_reverted_object_are_noticed() {
    let mut world = World::new();
    let first = world.add("one", "food");
    world.add("two", "food");
    let before = world.disk.objects.borrow().clone();
    world.command(Command::MemoryEdit { id: first.id, revision: 1, draft: draft("uno", "food") }).unwrap();
    let after = world.disk.objects.borrow().clone();
    let changed: Vec<_> =
        before.iter().filter(|(key, value)| key.0 == Space::Records && after[*key] != **value).collect();
    let (key, old) = changed[0];

    let mut damaged = |objects| {
        *world.disk.objects.borrow_mut() = objects;
        world.restart();
        world.unlock();
        world.tidy();
        world.status().damaged + world.status().aside
    };
    let with = |change: &dyn Fn(&mut Objects)| {
        let mut objects = after.clone();
        change(&mut objects);
        objects
    };
    assert_eq!(damaged(after.clone()), 0);
    assert!(damaged(with(&|objects| drop(objects.remove(key)))) > 0, "lost");
    assert!(damaged(with(&|objects| drop(objects.insert(*key, old.clone())))) > 0, "reverted");
    assert!(damaged(with(&|objects| drop(objects.insert((Space::Records, [5; 16]), old.clone())))) > 0, "doubled");
}

#[test]
fn a_revoked_grant_that_is_put_back_lets_nobody_in() {
    let mut world = World::new();
    world.add("tea", "food");
    world.grant(&site(), &["food"], &["search"], GrantDuration::UntilRevoked);
    world.grant(&other_site(), &["food"], &["search"], GrantDuration::UntilRevoked);
    let before = world.disk.objects.borrow().clone();
    world.command(Command::SubjectRevoke { subject: site() }).unwrap();
    let put_back = before.into_iter().filter(|((space, _), _)| *space == Space::Decisions);
    world.disk.objects.borrow_mut().extend(put_back);
    world.restart();
    world.unlock();
    assert_eq!(world.status().damaged, 1);
    for subject in [site(), other_site()] {
        assert_eq!(code(&world.ask(&subject, "memory.search", json!({"query": "tea"}))), "unauthorized");
    }
    world.grant(&site(), &["food"], &["search"], GrantDuration::UntilRevoked);
    world.restart();
    world.unlock();
    assert_eq!(world.status().damaged, 0, "the set is sound again");
    assert_eq!(found(&world.ask(&site(), "memory.search", json!({"query": "tea"}))), ["tea"]);
}

#[test]
fn the_chain_of_receipts_shows_a_missing_and_a_changed_link() {
    let mut world = World::new();
    world.add("tea", "food");
    world.grant(&site(), &["food"], &["search"], GrantDuration::Session);
    (0..4).for_each(|_| drop(world.ask(&site(), "memory.search", json!({"query": "tea"}))));
    assert!(world.receipts().intact);
    let links: Vec<_> =
        world.disk.objects.borrow().keys().filter(|(space, _)| *space == Space::Receipts).copied().collect();
    for link in links {
        let whole = world.disk.objects.borrow_mut().remove(&link).unwrap();
        assert!(!world.receipts().intact);
        let mut changed = whole.clone();
        changed[40] ^= 1;
        world.disk.objects.borrow_mut().insert(link, changed);
        assert!(!world.receipts().intact);
        world.disk.objects.borrow_mut().insert(link, whole);
        assert!(world.receipts().intact);
    }
}

#[test]
fn another_passphrase_opens_and_the_one_before_does_not() {
    let mut world = World::new();
    world.add("tea", "food");
    let kdf = world.vault.new_kdf().unwrap();
    let mut change = |proof: Proof<'_>| pollster::block_on(world.vault.change_passphrase(proof, kdf, &kek(9))).0;
    assert_eq!(change(Proof::Passphrase(&kek(8))).unwrap_err().code, OwnerErrorCode::WrongPassphrase);
    change(Proof::Passphrase(&kek(7))).unwrap();
    world.restart();
    assert_eq!(world.vault.kdf().unwrap(), kdf);
    assert!(pollster::block_on(world.vault.unlock(Proof::Passphrase(&kek(7)))).0.is_err());
    assert!(pollster::block_on(world.vault.unlock(Proof::Passphrase(&kek(9)))).0.is_ok());
    assert_eq!((world.texts(), world.status().damaged), (vec!["tea".to_owned()], 0));
}

#[test]
fn a_recovery_code_opens_until_the_next_one_is_made() {
    let mut world = World::new();
    world.add("tea", "food");
    let make = |world: &mut World| match world.command(Command::RecoveryMake).unwrap() {
        Reply::RecoveryMake(code) => code,
        other => panic!("{other:?}"),
    };
    let first = make(&mut world);
    let second = make(&mut world);
    world.restart();
    let mut unlock =
        |code: &str| pollster::block_on(world.vault.unlock(Proof::RecoveryCode(code))).0.err().map(|error| error.code);
    assert_eq!(unlock("not a code"), Some(OwnerErrorCode::MistypedRecoveryCode));
    assert_eq!(unlock(&first), Some(OwnerErrorCode::WrongRecoveryCode));
    assert_eq!(unlock(&second.to_lowercase()), None);
    assert_eq!((world.texts(), world.status().damaged), (vec!["tea".to_owned()], 0));
    // Who lost the passphrase chooses another by the code.
    let kdf = world.vault.new_kdf().unwrap();
    let changed = pollster::block_on(world.vault.change_passphrase(Proof::RecoveryCode(&second), kdf, &kek(7)));
    changed.0.unwrap();
    world.restart();
    world.unlock();
}

#[test]
fn a_header_that_was_put_back_is_noticed() {
    let mut world = World::new();
    let old: Objects = world
        .disk
        .objects
        .borrow()
        .iter()
        .filter(|((space, _), _)| *space == Space::Meta)
        .map(|(k, v)| (*k, v.clone()))
        .collect();
    let kdf = world.vault.new_kdf().unwrap();
    pollster::block_on(world.vault.change_passphrase(Proof::Passphrase(&kek(7)), kdf, &kek(9))).0.unwrap();
    let header = *old.keys().find(|(_, key)| key.ends_with(b"header")).unwrap();
    world.disk.objects.borrow_mut().insert(header, old[&header].clone());
    world.restart();
    world.unlock();
    assert_eq!(world.status().damaged, 1);
}

#[test]
fn a_session_has_an_end_that_no_timer_has_to_ring() {
    let mut world = World::new();
    world.add("tea", "food");
    world.grant(&site(), &["food"], &["search"], GrantDuration::UntilRevoked);
    world.pass(12 * 60 * 60 * 1000 - 1);
    assert_eq!(found(&world.ask(&site(), "memory.search", json!({"query": "tea"}))), ["tea"]);
    world.pass(1);
    let id = world.next_request();
    let effects = world.send(&site(), &id, "memory.search", json!({"query": "tea"}));
    assert_eq!(code(&answer_to(&effects, &id).unwrap()), "locked");
    assert!(effects.contains(&Effect::EndWorker));
    assert!(effects.contains(&Effect::Notify { subject: site(), event: PageEvent::LockChange { locked: true } }));
    world.suspend();
    assert_eq!(world.status().state, VaultState::Locked, "the session's key opens nothing any more");
    world.unlock();
    world.clock.0.set(1);
    assert_eq!(
        world.command(Command::Scopes).unwrap_err().code,
        OwnerErrorCode::Locked,
        "nor does a clock that was set back"
    );
}

#[test]
fn idle_minutes_are_kept_and_have_bounds() {
    let mut world = World::new();
    let watch = |world: &World| {
        world.effects.iter().rev().find_map(|effect| match effect {
            Effect::WatchIdle { seconds } => Some(*seconds),
            _ => None,
        })
    };
    assert_eq!(watch(&world), Some(15 * 60));
    for minutes in [0, 241] {
        assert_eq!(world.command(Command::IdleChange { minutes }).unwrap_err().code, OwnerErrorCode::Invalid);
    }
    world.command(Command::IdleChange { minutes: 5 }).unwrap();
    assert_eq!(watch(&world), Some(300));
    world.restart();
    world.unlock();
    assert_eq!(watch(&world), Some(300));
}

/// What a person may do, for the comparison with a plain map.
#[derive(Debug, Clone)]
enum Step {
    Add(u8),
    Edit(usize, u8),
    Delete(usize),
    Suspend,
    Restart,
    /// The store fails for the one command that follows.
    Fail,
    /// Everything is sealed anew, which begins now.
    Rotate,
    /// A little of what is to be done without being asked for.
    Tidy,
    /// A question that every memory answers: from an index that was learnt, loaded, or is half at rest.
    Ask,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => any::<u8>().prop_map(Step::Add),
        2 => (any::<usize>(), any::<u8>()).prop_map(|(at, n)| Step::Edit(at, n)),
        2 => any::<usize>().prop_map(Step::Delete),
        1 => Just(Step::Suspend),
        1 => Just(Step::Restart),
        1 => Just(Step::Fail),
        1 => Just(Step::Rotate),
        4 => Just(Step::Tidy),
        2 => Just(Step::Ask),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_vault_is_a_map_that_survives_everything(steps in prop::collection::vec(step(), 1..25)) {
        let mut world = World::new();
        let mut model = std::collections::BTreeMap::new();
        for step in steps {
            let ids: Vec<_> = model.keys().copied().collect();
            let works = world.disk.commits_left.get().is_none();
            match step {
                Step::Add(n) => {
                    if let Ok(Reply::MemoryAdd(view)) = world.command(Command::MemoryAdd { draft: draft(&format!("text {n}"), "food") }) {
                        prop_assert!(works);
                        model.insert(view.id, (view.text, 1));
                    }
                }
                Step::Edit(at, n) if !ids.is_empty() => {
                    let id = ids[at % ids.len()];
                    let revision = model[&id].1;
                    let edit = Command::MemoryEdit { id, revision, draft: draft(&format!("text {n}"), "food") };
                    if let Ok(Reply::MemoryEdit(view)) = world.command(edit) {
                        prop_assert!(works);
                        model.insert(id, (view.text, view.revision));
                    }
                }
                Step::Delete(at) if !ids.is_empty() => {
                    let id = ids[at % ids.len()];
                    if world.command(Command::MemoryDelete { ids: vec![id] }).is_ok() {
                        prop_assert!(works);
                        model.remove(&id);
                    }
                }
                Step::Suspend => world.suspend(),
                Step::Restart if works => {
                    world.restart();
                    world.unlock();
                }
                Step::Rotate => {
                    // Refused while the last one is under way, and where the store fails.
                    if let (Ok(key), _) = pollster::block_on(world.vault.rotate(&kek(7))) {
                        prop_assert!(works);
                        world.session_key = Some(key.expose().to_vec());
                    }
                }
                Step::Tidy => drop(world.command(Command::Tidy)),
                Step::Ask => {
                    let query = Some("text".to_owned());
                    let command = Command::MemoryList { query, scope: None, kind: None, offset: 0, limit: 500, brief: false };
                    let Ok(Reply::MemoryList(page)) = world.command(command) else { panic!("no answer") };
                    let found: std::collections::BTreeMap<_, _> =
                        page.items.into_iter().map(|memory| (memory.id, (memory.text, memory.revision))).collect();
                    prop_assert_eq!(&found, &model);
                }
                Step::Fail => {
                    world.disk.commits_left.set(Some(0));
                    continue;
                }
                _ => {}
            }
            world.disk.commits_left.set(None);
            let listed: std::collections::BTreeMap<_, _> =
                world.list().into_iter().map(|memory| (memory.id, (memory.text, memory.revision))).collect();
            prop_assert_eq!(&listed, &model);
            prop_assert_eq!(world.status().damaged, 0);
        }
    }
}
