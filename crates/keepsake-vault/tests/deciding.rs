//! What the person decides after a consent: budgets, picking, pausing, narrowing, extending, blocking.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use keepsake_memory::{Kind, Sensitivity};
use keepsake_policy::{Action, GrantDuration, ProfileName, SubjectRule};
use keepsake_vault::api::*;
use serde_json::{Value, json};
use support::*;

const DAY: u64 = 24 * 60 * 60 * 1000;

fn search(query: &str) -> Value {
    json!({"query": query, "top_k": 10})
}

#[test]
fn a_budget_holds_over_locks_and_restarts_and_ends_with_the_day() {
    let mut world = World::new();
    for n in 0..6 {
        world.add(&format!("tea {n}"), "food");
    }
    world.grant_with(&site(), &["food"], &["search", "read"], |settings| settings.daily_budget = Some(4));
    let mut seen = std::collections::BTreeSet::new();
    let first = world.ask(&site(), "memory.search", json!({"query": "tea", "top_k": 3}));
    seen.extend(found(&first));
    assert_eq!(seen.len(), 3);
    let again = found(&world.ask(&site(), "memory.search", json!({"query": "tea", "top_k": 3})));
    assert_eq!(again, found(&first), "what was given costs nothing");
    world.suspend();
    world.unlock_after_lock();
    let more = found(&world.ask(&site(), "memory.search", search("tea")));
    assert_eq!(more.len(), 4, "no more than the rest");
    seen.extend(more);
    assert_eq!(seen.len(), 4);
    world.restart();
    world.unlock();
    let new: Vec<_> = (0..6).map(|n| format!("tea {n}")).filter(|text| !seen.contains(text)).collect();
    let number = new[0].chars().last().unwrap().to_string();
    let over = world.ask(
        &site(),
        "memory.search",
        json!({"query": number, "filters": {"where": {"text": {"contains": number}}}}),
    );
    assert_eq!(code(&over), "budget_exceeded");
    assert_eq!(over["error"]["retry_after_ms"], DAY);
    let list = world.ask(&site(), "memory.list", json!({}));
    assert!(
        code_or(&list, "budget_exceeded") || list["result"]["next_cursor"].is_string(),
        "a list stops where the budget does, and can go on: {list}"
    );
    world.pass(DAY);
    world.unlock_after_lock();
    assert_eq!(found(&world.ask(&site(), "memory.search", search("tea"))).len(), 4, "the next day");
    world.grant(&other_site(), &["food"], &["search"], GrantDuration::Session);
    assert_eq!(found(&world.ask(&other_site(), "memory.search", search("tea"))).len(), 6, "others have their own");
}

fn code_or(answer: &Value, code: &str) -> bool {
    answer["error"]["code"] == code
}

#[test]
fn where_the_person_picks_nothing_else_leaves() {
    let mut world = World::new();
    let street = world.add("Lives at 12 Long Street, Rome", "home");
    world.add("Lives with two cats in Rome", "home");
    let (_, consent) = world.request(&site(), &["home"], &["search", "read"]);
    let ConsentDecision::Allow { duration, scopes, except, .. } = allow(&["home"], GrantDuration::UntilRevoked) else {
        panic!()
    };
    world.decide(
        &consent,
        ConsentDecision::Allow {
            duration,
            scopes,
            except,
            max_sensitivity: Sensitivity::Sensitive,
            kinds: None,
            daily_budget: None,
            each_time: true,
        },
    );
    let granted = world.grants().grants.remove(0);
    assert_eq!((granted.profile, granted.each_time), (ProfileName::PickEachTime, true));

    let (request, consent) = world.ask_person(&site(), "memory.search", search("lives rome"));
    let Reply::Consent(view) = world.command(Command::Consent { id: consent.clone() }).unwrap() else { panic!() };
    let release = AskedRelease { method: PageMethod::Search, query: Some("lives rome".into()) };
    assert_eq!((view.release, view.known, view.purpose.as_deref()), (Some(release), 0, Some("Plan your trip")));
    let Reply::ConsentAnswer(answer) = world.command(Command::ConsentAnswer { id: consent.clone() }).unwrap() else {
        panic!()
    };
    assert_eq!(answer.items.len(), 2);
    let pick = |revision, redact: &[(u32, u32)]| {
        let redact = redact.iter().map(|&(start, end)| Span { start, end }).collect();
        ConsentDecision::Release { records: vec![Picked { id: street.id, revision, redact }] }
    };
    for (decision, expected) in [
        (pick(2, &[]), OwnerErrorCode::Conflict),
        (pick(1, &[(5, 400)]), OwnerErrorCode::Invalid),
        (allow(&["home"], GrantDuration::Session), OwnerErrorCode::Invalid),
        (ConsentDecision::Deny { duration: GrantDuration::Week }, OwnerErrorCode::Invalid),
    ] {
        let wrong = world.command(Command::ConsentDecide { id: consent.clone(), decision });
        assert_eq!(wrong.unwrap_err().code, expected);
    }
    let effects = world.decide(&consent, pick(1, &[(9, 23)]));
    let answer = answer_to(&effects, &request).unwrap();
    let hits = answer["result"]["results"].as_array().unwrap();
    assert_eq!(hits.len(), 1, "{answer}");
    assert_eq!(
        (&hits[0]["memory"], &hits[0]["redacted"], &hits[0]["score"]),
        (&json!("Lives at […], Rome"), &json!(true), &json!(1.0))
    );
    let ReceiptEntry::Released { records, redacted, .. } = &world.receipts().items[0].entry else { panic!() };
    assert_eq!((records, redacted), (&vec![street.id], &vec![street.id]));

    let nothing = world.ask(&site(), "memory.get", json!({"id": "00112233445566778899aabbccddeeff"}));
    assert_eq!(code(&nothing), "unauthorized", "nobody is asked for what is nobody's");
    let (request, consent) = world.ask_person(&site(), "memory.get", json!({"id": hits[0]["id"]}));
    let effects = world.close(&consent);
    assert_eq!(code(&answer_to(&effects, &request).unwrap()), "user_rejected");
    assert!(matches!(world.receipts().items[0].entry, ReceiptEntry::Withheld { method: PageMethod::Get, .. }));

    let (request, consent) = world.ask_person(&site(), "memory.search", search("zebra"));
    let effects = world.decide(&consent, ConsentDecision::Release { records: vec![] });
    assert_eq!(found(&answer_to(&effects, &request).unwrap()), Vec::<String>::new(), "asked also where nothing fits");

    for (records, has_cursor) in [(vec![], false), (vec![street.id], true)] {
        let (request, consent) = world.ask_person(&site(), "memory.list", json!({}));
        let pick = |id| Picked { id, revision: 1, redact: vec![] };
        let records = records.into_iter().map(pick).collect();
        let effects = world.decide(&consent, ConsentDecision::Release { records });
        let cursor = answer_to(&effects, &request).unwrap()["result"]["next_cursor"].is_string();
        assert_eq!(cursor, has_cursor, "a cursor names what left, and tells of nothing else");
    }

    let (request, consent) = world.ask_person(&site(), "memory.list", json!({}));
    let (reply, effects) = pollster::block_on(world.vault.command(Command::SubjectRevoke { subject: site() }));
    assert_eq!(reply.unwrap(), Reply::SubjectRevoke(Revoked { ended: 1, known: 1 }));
    assert_eq!(code(&answer_to(&effects, &request).unwrap()), "unauthorized", "revoking ends what is in flight");
    assert!(effects.contains(&Effect::CloseConsent { id: consent }));
}

/// What the person may not be shown for an asker leaves neither with a look at it, and a disk that is full loses nothing.
#[test]
fn a_picked_answer_holds_no_secret_and_leaves_once_it_is_noted() {
    let mut world = World::new();
    let tea = world.add("tea", "food");
    let secret = keepsake_memory::Draft { sensitivity: Sensitivity::Secret, ..draft("tea for the safe", "food") };
    world.command(Command::MemoryAdd { draft: secret }).unwrap();
    world.grant_with(&site(), &["food"], &["search"], |settings| settings.each_time = true);
    let (request, consent) = world.ask_person(&site(), "memory.search", search("tea"));
    let Reply::ConsentAnswer(answer) = world.command(Command::ConsentAnswer { id: consent.clone() }).unwrap() else {
        panic!()
    };
    assert_eq!(answer.items.iter().map(|one| one.id).collect::<Vec<_>>(), [tea.id]);

    let pick = || Picked { id: tea.id, revision: tea.revision, redact: vec![] };
    let release =
        |records| Command::ConsentDecide { id: consent.clone(), decision: ConsentDecision::Release { records } };
    let twice = world.command(release(vec![pick(), pick()]));
    assert_eq!(twice.unwrap_err().code, OwnerErrorCode::Invalid, "one memory is picked once");
    let before = world.receipts().items.len();
    world.disk.commits_left.set(Some(0));
    let (reply, effects) = pollster::block_on(world.vault.command(release(vec![pick()])));
    assert_eq!(reply.unwrap_err().code, OwnerErrorCode::StorageFailed);
    assert_eq!(answer_to(&effects, &request), None, "without a receipt nothing leaves");
    world.disk.commits_left.set(None);
    assert_eq!(world.receipts().items.len(), before);
    let effects = world.decide(&consent, ConsentDecision::Release { records: vec![pick()] });
    assert_eq!(found(&answer_to(&effects, &request).unwrap()), ["tea"], "the question was still open");
}

#[test]
fn who_asks_for_every_scope_is_shown_them_all_and_what_would_leave_can_be_searched() {
    let mut world = World::new();
    world.add("green tea", "food");
    world.add("black tea", "travel");
    world.add("a tent", "travel");
    let (_, consent) = world.request(&site(), &["*"], &["search"]);
    let Reply::Consent(view) = world.command(Command::Consent { id: consent.clone() }).unwrap() else { panic!() };
    let scopes: Vec<_> = view.scopes.iter().map(|scope| (scope.name.to_string(), scope.memories)).collect();
    assert_eq!((view.wildcard, scopes), (true, vec![("food".to_owned(), 1), ("travel".to_owned(), 2)]));
    let mut shown = |scopes: &[&str]| {
        let records = Command::ConsentRecords {
            id: consent.clone(),
            scopes: scopes.iter().map(|&scope| scope.to_owned()).collect(),
            max_sensitivity: Sensitivity::Personal,
            kinds: None,
            query: Some("te".into()),
            offset: 0,
            limit: 10,
        };
        let Reply::ConsentRecords(records) = world.command(records).unwrap() else { panic!() };
        let mut texts: Vec<_> = records.items.into_iter().map(|one| one.text).collect();
        texts.sort();
        texts
    };
    assert_eq!(shown(&["*"]), ["a tent", "black tea", "green tea"]);
    assert_eq!(shown(&["food"]), ["green tea"]);
}

#[test]
fn a_subject_can_be_asked_about_each_time_and_a_lock_in_between_changes_nothing() {
    let mut world = World::new();
    world.add("tea", "food");
    world.grant(&site(), &["food"], &["search"], GrantDuration::UntilRevoked);
    let rule = SubjectRule { subject: site(), paused: false, each_time: true };
    world.command(Command::SubjectRuleSet { rule: rule.clone() }).unwrap();
    assert_eq!(world.grants().rules, core::slice::from_ref(&rule));
    assert_eq!(world.ask(&site(), "permissions.query", json!({}))["result"]["grants"][0]["each_time"], true);
    let (request, consent) = world.ask_person(&site(), "memory.search", search("tea"));
    world.unlock_after_lock();
    assert_eq!(world.send(&site(), &request, "memory.search", search("tea")), [], "it waits already");
    let other = world.ask(&site(), "memory.search", search("coffee"));
    assert_eq!(code(&other), "rate_limited", "one question at a time");
    let Reply::ConsentAnswer(answer) = world.command(Command::ConsentAnswer { id: consent.clone() }).unwrap() else {
        panic!()
    };
    let records =
        answer.items.iter().map(|one| Picked { id: one.id, revision: one.revision, redact: vec![] }).collect();
    let effects = world.decide(&consent, ConsentDecision::Release { records });
    assert_eq!(found(&answer_to(&effects, &request).unwrap()), ["tea"]);
    world.command(Command::SubjectRuleSet { rule: SubjectRule { each_time: false, ..rule } }).unwrap();
    assert_eq!(world.grants().rules, []);
    assert_eq!(found(&world.ask(&site(), "memory.search", search("tea"))), ["tea"]);
}

#[test]
fn a_pause_is_told_to_who_has_a_grant_and_to_nobody_else() {
    let mut world = World::new();
    world.add("tea", "food");
    world.grant(&site(), &["food"], &["search"], GrantDuration::UntilRevoked);
    let (waiting, consent) = world.request(&other_site(), &["food"], &["search"]);
    let (reply, effects) = pollster::block_on(world.vault.command(Command::Pause { paused: true }));
    assert_eq!(reply.unwrap(), Reply::Pause(true));
    assert_eq!(code(&answer_to(&effects, &waiting).unwrap()), "user_rejected");
    assert!(effects.contains(&Effect::CloseConsent { id: consent }));
    assert!(world.status().paused);
    let permission = json!({"scopes": ["work"], "actions": ["search"]});
    for (method, params) in [
        ("memory.search", search("tea")),
        ("memory.search", json!({"query": "tea", "filters": {"scopes": ["work"]}})),
        ("permissions.query", json!({})),
        ("permissions.request", permission.clone()),
    ] {
        assert_eq!(code(&world.ask(&site(), method, params)), "unavailable", "{method}");
    }
    assert_eq!(code(&world.ask(&other_site(), "memory.search", search("tea"))), "unauthorized");
    assert_eq!(world.ask(&other_site(), "permissions.query", json!({})), json!({"result": {"grants": []}}));
    assert_eq!(code(&world.ask(&other_site(), "permissions.request", permission.clone())), "user_rejected");
    world.lock();
    assert_eq!(code(&world.ask(&other_site(), "permissions.request", permission)), "user_rejected");
    world.unlock();
    assert!(world.status().paused, "a pause outlives a lock");
    world.command(Command::Pause { paused: false }).unwrap();
    assert_eq!(found(&world.ask(&site(), "memory.search", search("tea"))), ["tea"]);

    world
        .command(Command::SubjectRuleSet { rule: SubjectRule { subject: site(), paused: true, each_time: false } })
        .unwrap();
    assert_eq!(code(&world.ask(&site(), "memory.search", search("tea"))), "unavailable");
    let revoked = world.ask(&site(), "permissions.revoke", json!({}));
    assert_eq!(revoked["result"]["revoked"], 1, "giving up is always possible");
    assert_eq!(code(&world.ask(&site(), "memory.search", search("tea"))), "unauthorized");
    let entries: Vec<_> = world.receipts().items.into_iter().map(|receipt| (receipt.subject, receipt.entry)).collect();
    assert!(entries.contains(&(None, ReceiptEntry::Paused { paused: true })));
    assert!(entries.contains(&(Some(site()), ReceiptEntry::RuleChanged { paused: true, each_time: false })));
    assert!(world.receipts().intact);
}

#[test]
fn a_grant_is_narrowed_and_extended_later() {
    let mut world = World::new();
    let sensitive =
        keepsake_memory::Draft { sensitivity: Sensitivity::Sensitive, ..draft("tea against pain", "health") };
    world.command(Command::MemoryAdd { draft: sensitive }).unwrap();
    world.add("tea", "food");
    let like = keepsake_memory::Draft { kind: Kind::Preference, ..draft("likes tea", "food") };
    world.command(Command::MemoryAdd { draft: like }).unwrap();
    let id =
        world.grant_with(&site(), &["food"], &["search"], |settings| settings.kinds = Some(vec![Kind::Preference]));
    assert_eq!(found(&world.ask(&site(), "memory.search", search("tea"))), ["likes tea"]);
    let view = world.grants().grants.remove(0);
    let wider = GrantSettings {
        kinds: None,
        scopes: vec!["*".into()],
        max_sensitivity: Sensitivity::Sensitive,
        duration: GrantDuration::Week,
        actions: vec![Action::Search, Action::Read],
        ..settings_of(&view)
    };
    let (reply, effects) =
        pollster::block_on(world.vault.command(Command::GrantChange { id: id.clone(), settings: wider.clone() }));
    let Reply::GrantChange(changed) = reply.unwrap() else { panic!() };
    assert_eq!((changed.id, changed.expires), (id.clone(), Some(world.clock.0.get() + 7 * DAY)));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Notify { event: PageEvent::GrantChange { grants }, .. } if grants[0].scopes == ["*"])));
    assert_eq!(found(&world.ask(&site(), "memory.search", search("tea"))).len(), 3);
    world.restart();
    world.unlock();
    assert_eq!((world.grants().grants.len(), world.status().damaged), (1, 0));
    assert_eq!(found(&world.ask(&site(), "memory.search", search("tea"))).len(), 3);
    for wrong in [
        GrantSettings { scopes: vec![], ..wider.clone() },
        GrantSettings { actions: vec![], ..wider.clone() },
        GrantSettings { kinds: Some(vec![]), ..wider.clone() },
        GrantSettings { daily_budget: Some(0), ..wider.clone() },
        GrantSettings { max_sensitivity: Sensitivity::Secret, ..wider.clone() },
    ] {
        let refused = world.command(Command::GrantChange { id: id.clone(), settings: wrong });
        assert_eq!(refused.unwrap_err().code, OwnerErrorCode::Invalid);
    }
    let none = world.command(Command::GrantChange { id: "0".repeat(32), settings: wider });
    assert_eq!(none.unwrap_err().code, OwnerErrorCode::NotFound);
    let changes = world.receipts().items.into_iter().filter(|one| matches!(one.entry, ReceiptEntry::GrantChanged(_)));
    assert_eq!(changes.count(), 2);
}

#[test]
fn only_the_difference_is_asked_and_together_it_is_the_whole() {
    let mut world = World::new();
    world.grant(&site(), &["food"], &["search"], GrantDuration::Session);
    let (_, consent) = world.request(&site(), &["food", "work"], &["search", "add"]);
    let Reply::Consent(view) = world.command(Command::Consent { id: consent.clone() }).unwrap() else { panic!() };
    let asked: Vec<_> = view.scopes.iter().map(|scope| (scope.name.as_str(), scope.actions.clone())).collect();
    assert_eq!(asked, [("food", vec![Action::Add]), ("work", vec![Action::Search, Action::Add])]);
    world.decide(&consent, allow(&["food", "work"], GrantDuration::Session));
    let whole = json!({"scopes": ["food", "work"], "actions": ["search", "add"]});
    assert!(world.ask(&site(), "permissions.request", whole).get("result").is_some(), "all of it is granted");
}

#[test]
fn who_asks_too_often_is_shown_and_can_be_let_ask_again() {
    let mut world = World::new();
    let blocked = |world: &mut World| match world.command(Command::Blocked).unwrap() {
        Reply::Blocked(blocked) => blocked,
        other => panic!("{other:?}"),
    };
    for _ in 0..3 {
        let (_, consent) = world.request(&site(), &["food"], &["search"]);
        world.close(&consent);
    }
    world.lock();
    let until = world.clock.0.get() + 60_000;
    assert_eq!(blocked(&mut world), [BlockedView { subject: site(), until }]);
    assert_eq!(world.command(Command::BlockLift { subject: site() }).unwrap(), Reply::BlockLift(true));
    assert_eq!(blocked(&mut world), []);
    world.request(&site(), &["food"], &["search"]);
    assert_eq!(world.command(Command::BlockLift { subject: site() }).unwrap(), Reply::BlockLift(false));
    let Reply::Profiles(profiles) = world.command(Command::Profiles).unwrap() else { panic!() };
    assert_eq!(profiles.len(), 3);
}
