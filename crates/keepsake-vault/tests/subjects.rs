//! What a subject gets, and what it does not: the engine seen from the other side of the page API.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use keepsake_memory::{Draft, Kind, Sensitivity};
use keepsake_policy::GrantDuration;
use keepsake_vault::api::*;
use serde_json::{Value, json};
use support::*;

fn search(query: &str) -> Value {
    json!({"query": query, "top_k": 10})
}

#[test]
fn the_whole_story() {
    let mut world = World::new();
    world.add("Caroline went to the pottery class", "conversations");
    world.add("Allergic to penicillin", "health");
    let (request, consent) = world.request(&site(), &["conversations"], &["search"]);

    let Reply::Consent(view) = world.command(Command::Consent { id: consent.clone() }).unwrap() else { panic!() };
    assert_eq!((view.subject, view.purpose.as_deref()), (site(), Some("Plan your trip")));
    assert_eq!(
        view.scopes.iter().map(|scope| (scope.name.as_str(), scope.memories)).collect::<Vec<_>>(),
        [("conversations", 1)]
    );

    let effects = world.decide(&consent, allow(&["conversations"], GrantDuration::Session));
    assert_eq!(answer_to(&effects, &request).unwrap()["result"]["grants"][0]["scopes"], json!(["conversations"]));
    assert!(effects.contains(&Effect::CloseConsent { id: consent }));

    assert_eq!(found(&world.ask(&site(), "memory.search", search("pottery"))), ["Caroline went to the pottery class"]);
    let health = world.ask(&site(), "memory.search", search("penicillin allergy"));
    assert_eq!(found(&health), Vec::<String>::new());
    let keys: Vec<_> = health["result"].as_object().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["receipt_id", "results"], "no count, no hint");

    let (request, consent) = world.request(&site(), &["health"], &["search"]);
    let effects = world.decide(&consent, ConsentDecision::Deny { duration: GrantDuration::Once });
    assert_eq!(code(&answer_to(&effects, &request).unwrap()), "user_rejected");

    let revoked = world.ask(&site(), "permissions.revoke", json!({}));
    assert_eq!(revoked["result"]["revoked"], 1);
    assert_eq!(code(&world.ask(&site(), "memory.search", search("pottery"))), "unauthorized");

    let receipts = world.receipts();
    assert!(receipts.intact);
    assert_eq!(receipts.total, 5);
    world.restart();
    assert_eq!(world.status().state, VaultState::Locked);
    world.unlock();
    assert_eq!((world.list().len(), world.receipts().total, world.status().damaged), (2, 5, 0));
    assert!(world.receipts().intact);
}

#[test]
fn without_a_grant_every_state_of_the_vault_answers_the_same() {
    let mut with_records = World::new();
    with_records.add("tea", "food");
    let mut locked = World::new();
    locked.add("tea", "food");
    locked.lock();
    let mut refused_scope = World::new();
    refused_scope.grant(&site(), &["work"], &["search", "add"], GrantDuration::Session);
    for mut world in [World::empty(), World::new(), with_records, locked, refused_scope] {
        let food = json!({"query": "tea", "filters": {"scopes": ["food"]}});
        let answers = [
            world.ask(&site(), "memory.search", food),
            world.ask(&other_site(), "memory.search", search("tea")),
            world.ask(&other_site(), "memory.add", json!({"memories": [{"text": "x", "scopes": ["food"]}]})),
        ];
        let told =
            json!({"error": {"code": "unauthorized", "message": "no grant covers this: ask with permissions.request"}});
        assert_eq!(answers, [told.clone(), told.clone(), told]);
        assert_eq!(world.ask(&other_site(), "permissions.query", json!({})), json!({"result": {"grants": []}}));
        assert_eq!(world.ask(&other_site(), "permissions.revoke", json!({})), json!({"result": {"revoked": 0}}));
        let id = world.next_request();
        let asked =
            world.send(&other_site(), &id, "permissions.request", json!({"scopes": ["food"], "actions": ["search"]}));
        assert!(answer_to(&asked, &id).is_none() && matches!(asked[0], Effect::OpenConsent { .. }));
    }
}

#[test]
fn two_vaults_that_differ_in_what_is_hidden_answer_alike() {
    let mut world = World::new();
    for text in ["green tea in the morning", "black tea", "tea with Ana"] {
        world.add(text, "food");
    }
    world.grant(&site(), &["food"], &["search"], GrantDuration::UntilRevoked);
    let plain = Disk::default();
    *plain.objects.borrow_mut() = world.disk.objects.borrow().clone();
    for n in 0..20 {
        world.add(&format!("tea number {n} and green things in the morning"), "health");
    }
    let secret = Draft { sensitivity: Sensitivity::Secret, ..draft("tea is a secret", "food") };
    world.command(Command::MemoryAdd { draft: secret }).unwrap();
    let mut other = World { disk: plain, ..World::empty() };
    other.restart();
    other.unlock();
    for query in ["tea", "green tea", "morning", "Ana", "number 3", "secret"] {
        let (mut a, mut b) =
            (world.ask(&site(), "memory.search", search(query)), other.ask(&site(), "memory.search", search(query)));
        // Random, and of one length: the one thing that differs from run to run.
        assert_eq!(a["result"]["receipt_id"].as_str().map(str::len), Some(32));
        a["result"]["receipt_id"] = b["result"]["receipt_id"].take();
        b["result"]["receipt_id"] = a["result"]["receipt_id"].clone();
        assert_eq!(a.to_string(), b.to_string());
    }
}

#[test]
fn what_is_secret_too_sensitive_or_unticked_stays() {
    let mut world = World::new();
    world.add("tea normal", "food");
    let unticked = world.add("tea unticked", "food");
    for (text, sensitivity) in [
        ("tea personal", Sensitivity::Personal),
        ("tea sensitive", Sensitivity::Sensitive),
        ("tea secret", Sensitivity::Secret),
    ] {
        world.command(Command::MemoryAdd { draft: Draft { sensitivity, ..draft(text, "food") } }).unwrap();
    }
    let (_, consent) = world.request(&site(), &["food"], &["search"]);
    for (kinds, counts) in [(None, (3, 2, 3)), (Some(vec![Kind::Note]), (3, 2, 3)), (Some(vec![Kind::Goal]), (0, 5, 0))]
    {
        let records = Command::ConsentRecords {
            id: consent.clone(),
            scopes: vec!["food".into()],
            max_sensitivity: Sensitivity::Personal,
            kinds,
            query: None,
            offset: 0,
            limit: 50,
        };
        let Reply::ConsentRecords(shown) = world.command(records).unwrap() else { panic!() };
        assert_eq!((shown.total, shown.withheld, shown.items.len()), counts);
    }
    world.decide(
        &consent,
        ConsentDecision::Allow {
            duration: GrantDuration::Session,
            scopes: vec!["food".into()],
            max_sensitivity: Sensitivity::Personal,
            except: vec![unticked.id],
            kinds: None,
            daily_budget: None,
            each_time: false,
        },
    );
    let mut got = found(&world.ask(&site(), "memory.search", search("tea")));
    got.sort();
    assert_eq!(got, ["tea normal", "tea personal"]);
}

#[test]
fn an_answer_names_only_what_is_granted() {
    let mut world = World::new();
    let mut both = draft("tea", "food");
    both.scopes.push(keepsake_memory::Scope::new("my secret project").unwrap());
    world.command(Command::MemoryAdd { draft: both }).unwrap();
    world.grant(&site(), &["food"], &["search"], GrantDuration::Session);
    world.grant(&other_site(), &["food"], &["search"], GrantDuration::Session);
    let answer = world.ask(&site(), "memory.search", search("tea"));
    let hit = &answer["result"]["results"][0];
    assert_eq!(hit["scopes"], json!(["food"]));
    assert_eq!(
        (&hit["score"], &hit["kind"], &hit["created_at"]),
        (&json!(1.0), &json!("note"), &json!("2026-01-15T00:00:00Z"))
    );
    assert_eq!(hit["provenance"], json!({"source": "self", "trust": "self"}));
    let theirs = world.ask(&other_site(), "memory.search", search("tea"));
    assert_ne!(hit["id"], theirs["result"]["results"][0]["id"], "ids are pairwise");
}

#[test]
fn bad_input_is_told_apart_and_changes_nothing() {
    let mut world = World::new();
    world.grant(&site(), &["food"], &["search", "add"], GrantDuration::Session);
    let before = world.disk.objects.borrow().clone();
    let long = "x".repeat(1001);
    let huge = format!("{{\"method\":\"memory.search\",\"params\":{{\"query\":\"{}\"}}}}", "x".repeat(10_000_000));
    let cases: Vec<(String, &str)> = [
        ("", "invalid_request"),
        ("null", "invalid_request"),
        ("[]", "invalid_request"),
        ("{}", "invalid_request"),
        (r#"{"method":7}"#, "invalid_request"),
        (r#"{"method":"memory.search"}"#, "invalid_request"),
        (r#"{"method":"memory.search","params":null}"#, "invalid_request"),
        (r#"{"method":"memory.search","params":{"query":7}}"#, "invalid_request"),
        (r#"{"method":"memory.search","params":{"query":" "}}"#, "invalid_request"),
        (r#"{"method":"memory.search","params":{"query":"a","top_k":0}}"#, "invalid_request"),
        (r#"{"method":"memory.search","params":{"query":"a","top_k":51}}"#, "invalid_request"),
        (r#"{"method":"memory.search","params":{"query":"a","top_k":1.5}}"#, "invalid_request"),
        (r#"{"method":"memory.search","params":{"query":"a","extra":1}}"#, "invalid_request"),
        (r#"{"method":"memory.search","params":{"query":"a","__proto__":{"top_k":9}}}"#, "invalid_request"),
        (r#"{"method":"memory.search","params":{"query":"a","query":"b"}}"#, "invalid_request"),
        (r#"{"method":"memory.search","params":{"query":"a","filters":{"scopes":[]}}}"#, "invalid_request"),
        (r#"{"method":"memory.search","params":{"query":"a","filters":{"kinds":["poem"]}}}"#, "invalid_request"),
        (r#"{"method":"memory.search","params":{"query":"a"},"subject":{"kind":"extension","id":"x"}}"#, "invalid_request"),
        (r#"{"method":"memory.capabilities","params":{"a":1}}"#, "invalid_request"),
        (r#"{"method":"memory.add","params":{"memories":[]}}"#, "invalid_request"),
        (r#"{"method":"memory.add","params":{"memories":[{"text":"a","trust":"self"}]}}"#, "invalid_request"),
        (r#"{"method":"memory.add","params":{"memories":[{"text":"a","scopes":["*"]}]}}"#, "invalid_request"),
        (r#"{"method":"permissions.request","params":{"scopes":[],"actions":["search"]}}"#, "invalid_request"),
        (r#"{"method":"permissions.request","params":{"scopes":["a"],"actions":[]}}"#, "invalid_request"),
        (r#"{"method":"permissions.request","params":{"scopes":["*","a"],"actions":["search"]}}"#, "invalid_request"),
        (r#"{"method":"permissions.request","params":{"scopes":["a"],"actions":["own"]}}"#, "invalid_request"),
        (r#"{"method":"status"}"#, "unsupported"),
        (r#"{"method":"memory.delete","params":{}}"#, "invalid_request"),
        (r#"{"method":"memory.forget","params":{}}"#, "unsupported"),
        (r#"{"method":"memory.get","params":{"id":"5"}}"#, "invalid_request"),
        (r#"{"method":"memory.list","params":{"limit":101}}"#, "invalid_request"),
        (r#"{"method":"memory.list","params":{"cursor":"00"}}"#, "invalid_request"),
        (r#"{"method":"memory.list","params":{"scope":"a","filters":{"scopes":["a"]}}}"#, "invalid_request"),
        (r#"{"method":"memory.context","params":{"query":"a","token_budget":255}}"#, "invalid_request"),
        (r#"{"method":"memory.update","params":{"id":"00112233445566778899aabbccddeeff"}}"#, "invalid_request"),
        (r#"{"method":"memory.search","params":{"query":"a","filters":{"where":{}}}}"#, "invalid_request"),
        (r#"{"method":"memory.search","params":{"query":"a","filters":{"where":{"AND":[]}}}}"#, "invalid_request"),
        (r#"{"method":"memory.search","params":{"query":"a","filters":{"where":{"kind":{}}}}}"#, "invalid_request"),
        (r#"{"method":"memory.search","params":{"query":"a","filters":{"where":{"kind":{"eq":"poem"}}}}}"#, "invalid_request"),
        (r#"{"method":"memory.search","params":{"query":"a","filters":{"where":{"created_at":{"gt":"now"}}}}}"#, "invalid_request"),
        (r#"{"method":"memory.search","params":{"query":"a","filters":{"created":{}}}}"#, "invalid_request"),
        (r#"{"method":"__proto__"}"#, "unsupported"),
    ]
    .into_iter()
    .map(|(body, code)| (body.to_owned(), code))
    .chain([
        (json!({"method": "memory.search", "params": {"query": long}}).to_string(), "invalid_request"),
        (json!({"method": "permissions.request", "params": {"scopes": ["a"], "actions": ["search"], "purpose": "x".repeat(301)}}).to_string(), "invalid_request"),
        (format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000)), "invalid_request"),
        (nested_where(9), "invalid_request"),
        (wide_where(64), "invalid_request"),
        (huge, "too_large"),
    ])
    .collect();
    for (body, expected) in cases {
        let id = world.next_request();
        let effects = world.send_body(&site(), &id, &body);
        let shown: String = body.chars().take(120).collect();
        assert_eq!(code(&answer_to(&effects, &id).unwrap_or_else(|| panic!("{shown}"))), expected, "{shown}");
        world.pass(1_000);
    }
    for id in ["", "short", &"g".repeat(32), &"A".repeat(32)] {
        let effects = world.send_body(&site(), id, r#"{"method":"memory.capabilities"}"#);
        assert_eq!(code(&answer_to(&effects, id).unwrap()), "invalid_request");
    }
    assert_eq!(*world.disk.objects.borrow(), before);
}

/// A search whose condition is so many levels deep.
fn nested_where(depth: usize) -> String {
    let condition =
        format!("{}{{\"kind\":{{\"eq\":\"note\"}}}}{}", "{\"NOT\":".repeat(depth - 1), "}".repeat(depth - 1));
    format!(r#"{{"method":"memory.search","params":{{"query":"a","filters":{{"where":{condition}}}}}}}"#)
}

/// A search with so many tests under one `OR`.
fn wide_where(tests: usize) -> String {
    let tests = vec![r#"{"kind":{"eq":"note"}}"#; tests].join(",");
    format!(r#"{{"method":"memory.search","params":{{"query":"a","filters":{{"where":{{"OR":[{tests}]}}}}}}}}"#)
}

#[test]
fn a_thousand_calls_at_once_are_mostly_refused() {
    let mut world = World::new();
    let answers: Vec<_> = (0..1000).map(|_| world.ask(&site(), "memory.capabilities", json!({}))).collect();
    let limited: Vec<_> = answers.iter().filter(|answer| answer.get("error").is_some()).collect();
    assert_eq!(limited.len(), 900);
    assert_eq!(code(limited[0]), "rate_limited");
    assert!(limited[0]["error"]["retry_after_ms"].as_u64().is_some());
    assert!(
        world.ask(&other_site(), "memory.capabilities", json!({})).get("result").is_some(),
        "others are not affected"
    );
}

#[test]
fn two_tabs_that_ask_the_same_get_one_consent_and_both_an_answer() {
    let mut world = World::new();
    let (first, consent) = world.request(&site(), &["food"], &["search"]);
    let (second, same) = world.request(&site(), &["food"], &["search"]);
    assert_eq!(consent, same);
    let different = world.ask(&site(), "permissions.request", json!({"scopes": ["health"], "actions": ["search"]}));
    assert_eq!(code(&different), "rate_limited");
    let effects = world.decide(&consent, allow(&["food"], GrantDuration::Session));
    for request in [first, second] {
        assert!(answer_to(&effects, &request).unwrap().get("result").is_some());
    }
}

#[test]
fn only_so_many_consents_wait_at_once() {
    let mut world = World::new();
    let asker = |n: usize| keepsake_policy::Subject::site(&format!("https://s{n}.example"), "firefox-default").unwrap();
    (0..8).for_each(|n| drop(world.request(&asker(n), &["food"], &["search"])));
    let ninth = world.ask(&asker(9), "permissions.request", json!({"scopes": ["food"], "actions": ["search"]}));
    assert_eq!(code(&ninth), "rate_limited");
}

#[test]
fn a_suspension_between_request_and_answer_loses_nothing() {
    let mut world = World::new();
    world.add("tea", "food");
    let (request, consent) = world.request(&site(), &["food"], &["search"]);
    world.suspend();
    assert_eq!(world.status().state, VaultState::Open, "the session's key opens the vault again");
    let again = world.send(
        &site(),
        &request,
        "permissions.request",
        json!({"scopes": ["food"], "actions": ["search"], "purpose": "Plan your trip"}),
    );
    assert!(
        !again.iter().any(|effect| matches!(effect, Effect::OpenConsent { .. } | Effect::Answer { .. })),
        "{again:?}"
    );
    let effects = world.decide(&consent, allow(&["food"], GrantDuration::Session));
    assert!(answer_to(&effects, &request).unwrap().get("result").is_some());
    world.suspend();
    assert_eq!(found(&world.ask(&site(), "memory.search", search("tea"))), ["tea"], "a session outlives a suspension");
}

#[test]
fn a_lock_while_a_consent_is_open_releases_nothing_and_loses_nothing() {
    let mut world = World::new();
    world.add("tea", "food");
    let (request, consent) = world.request(&site(), &["food"], &["search"]);
    assert!(answer_to(&world.lock(), &request).is_none());
    let refused = world
        .command(Command::ConsentDecide { id: consent.clone(), decision: allow(&["food"], GrantDuration::Session) });
    assert_eq!(refused.unwrap_err().code, OwnerErrorCode::Locked);
    assert_eq!(world.command(Command::Consent { id: consent.clone() }).unwrap_err().code, OwnerErrorCode::Locked);
    world.unlock();
    let effects = world.decide(&consent, allow(&["food"], GrantDuration::Session));
    assert!(answer_to(&effects, &request).unwrap().get("result").is_some());
}

#[test]
fn closing_the_window_means_no_and_asking_on_leads_to_silence() {
    let mut world = World::new();
    for _ in 0..3 {
        let (request, consent) = world.request(&site(), &["food"], &["search"]);
        let effects = world.close(&consent);
        assert_eq!(code(&answer_to(&effects, &request).unwrap()), "user_rejected");
        world.pass(1_000);
    }
    let params = json!({"scopes": ["food"], "actions": ["search"]});
    let blocked = world.ask(&site(), "permissions.request", params.clone());
    assert_eq!((code(&blocked), blocked["error"]["retry_after_ms"].as_u64()), ("rate_limited", Some(59_000)));
    world.suspend();
    assert!(
        code(&world.ask(&site(), "permissions.request", params)) == "rate_limited" || world.session_state.is_none()
    );
    world.pass(60_000);
    world.request(&site(), &["food"], &["search"]);
}

#[test]
fn a_stored_denial_answers_without_a_window_also_behind_a_lock() {
    let mut world = World::new();
    let (_, consent) = world.request(&site(), &["food"], &["search"]);
    world.decide(&consent, ConsentDecision::Deny { duration: GrantDuration::UntilRevoked });
    let params = json!({"scopes": ["travel"], "actions": ["search"]});
    assert_eq!(code(&world.ask(&site(), "permissions.request", params.clone())), "user_rejected");
    world.lock();
    assert_eq!(code(&world.ask(&site(), "permissions.request", params.clone())), "user_rejected");
    world.unlock();
    let Reply::Grants(all) = world.command(Command::Grants).unwrap() else { panic!() };
    world.command(Command::GrantRevoke { id: all.denials[0].id.clone() }).unwrap();
    world.request(&site(), &["travel"], &["search"]);
}

#[test]
fn a_page_that_is_gone_takes_its_request_with_it() {
    let mut world = World::new();
    let (first, consent) = world.request(&site(), &["food"], &["search"]);
    let (second, _) = world.request(&site(), &["food"], &["search"]);
    assert_eq!(world.vault.withdraw(&other_site(), std::slice::from_ref(&first)), []);
    let kept = world.vault.withdraw(&site(), &[first]);
    assert!(!kept.iter().any(|effect| matches!(effect, Effect::CloseConsent { .. })));
    let gone = world.vault.withdraw(&site(), &[second]);
    assert!(gone.contains(&Effect::CloseConsent { id: consent.clone() }));
    assert_eq!(world.command(Command::Consent { id: consent }).unwrap_err().code, OwnerErrorCode::NotFound);
}

#[test]
fn once_is_one_answer() {
    let mut world = World::new();
    world.add("tea", "food");
    world.grant(&site(), &["food"], &["search"], GrantDuration::Once);
    assert_eq!(found(&world.ask(&site(), "memory.search", search("tea"))), ["tea"]);
    assert_eq!(code(&world.ask(&site(), "memory.search", search("tea"))), "unauthorized");
    world.grant(&site(), &["food"], &["search"], GrantDuration::Once);
    assert_eq!(found(&world.ask(&site(), "memory.search", search("zebra"))), Vec::<String>::new());
    assert_eq!(code(&world.ask(&site(), "memory.search", search("tea"))), "unauthorized", "an empty answer is one too");
    world.grant(&site(), &["food"], &["add"], GrantDuration::Once);
    let add = json!({"memories": [{"text": "likes oolong"}]});
    assert!(world.ask(&site(), "memory.add", add.clone()).get("result").is_some());
    assert_eq!(code(&world.ask(&site(), "memory.add", add)), "unauthorized", "and so is a proposal");
}

#[test]
fn a_session_ends_with_the_lock_and_a_week_after_seven_days() {
    let mut world = World::new();
    world.add("tea", "food");
    world.grant(&site(), &["food"], &["search"], GrantDuration::Session);
    world.grant(&other_site(), &["food"], &["search"], GrantDuration::Week);
    let effects = world.lock();
    for subject in [site(), other_site()] {
        let event = PageEvent::LockChange { locked: true };
        assert!(effects.contains(&Effect::Notify { subject, event }), "who held a grant is told");
    }
    assert_eq!(
        code(&world.ask(&site(), "memory.search", search("tea"))),
        "unauthorized",
        "its grant ended with the lock"
    );
    assert_eq!(code(&world.ask(&other_site(), "memory.search", search("tea"))), "locked", "its grant still holds");
    world.unlock();
    assert_eq!(code(&world.ask(&site(), "memory.search", search("tea"))), "unauthorized");
    assert_eq!(found(&world.ask(&other_site(), "memory.search", search("tea"))), ["tea"]);
    world.lock();
    world.pass(7 * 24 * 60 * 60 * 1000);
    assert_eq!(
        code(&world.ask(&other_site(), "memory.search", search("tea"))),
        "unauthorized",
        "a week is over also behind a lock"
    );
    world.unlock();
    assert_eq!(code(&world.ask(&other_site(), "memory.search", search("tea"))), "unauthorized");
}

#[test]
fn asking_for_more_shows_only_what_is_new() {
    let mut world = World::new();
    world.add("tea", "food");
    world.grant(&site(), &["food"], &["search"], GrantDuration::Session);
    let granted = world.ask(&site(), "permissions.request", json!({"scopes": ["food"], "actions": ["search"]}));
    assert!(granted.get("result").is_some(), "what is granted is not asked again");
    let (_, consent) = world.request(&site(), &["food", "travel"], &["search"]);
    let Reply::Consent(view) = world.command(Command::Consent { id: consent.clone() }).unwrap() else { panic!() };
    assert_eq!(view.scopes.iter().map(|scope| scope.name.as_str()).collect::<Vec<_>>(), ["travel"]);
    assert_eq!(view.granted.len(), 1);
    let more = Command::ConsentDecide { id: consent, decision: allow(&["travel", "health"], GrantDuration::Session) };
    assert_eq!(world.command(more).unwrap_err().code, OwnerErrorCode::Invalid, "no more than was asked for");
}

#[test]
fn what_a_site_writes_waits_and_no_site_reads_it_before_the_person_did() {
    let mut world = World::new();
    world.grant(&site(), &["food"], &["search", "add"], GrantDuration::Session);
    let params = json!({"memories": [{"text": "likes oolong tea", "kind": "preference"}, {"text": " "}, {"text": "likes oolong tea"}]});
    let id = world.next_request();
    let effects = world.send(&site(), &id, "memory.add", params.clone());
    let answer = answer_to(&effects, &id).unwrap();
    let statuses: Vec<_> =
        answer["result"]["results"].as_array().unwrap().iter().map(|added| added["status"].clone()).collect();
    assert_eq!(statuses, ["pending_review", "rejected", "merged"]);
    assert_eq!(found(&world.ask(&site(), "memory.search", search("oolong"))), Vec::<String>::new());
    let outside = json!({"memories": [{"text": "x", "scopes": ["health"]}]});
    assert_eq!(code(&world.ask(&site(), "memory.add", outside)), "unauthorized");

    world.suspend();
    let again = world.send(&site(), &id, "memory.add", params);
    assert_eq!(
        answer_to(&again, &id).unwrap()["result"]["receipt_id"],
        answer["result"]["receipt_id"],
        "sent again, done once"
    );
    assert_eq!(world.status().inbox, 1);

    let Reply::Inbox(inbox) = world.command(Command::Inbox { offset: 0, limit: 10 }).unwrap() else { panic!() };
    assert_eq!((inbox.total, &inbox.items[0].subject), (1, &site()));
    let ids = vec![inbox.items[0].id];
    let Reply::InboxDecline(declined) =
        world.command(Command::InboxDecline { ids: ids.clone(), block: false }).unwrap()
    else {
        panic!()
    };
    world.command(Command::InboxUndo { settled: declined }).unwrap();
    let Reply::InboxAccept(accepted) = world.command(Command::InboxAccept { ids, draft: None }).unwrap() else {
        panic!()
    };
    assert_eq!(accepted.kept[0].trust, keepsake_memory::Trust::Confirmed);
    assert_eq!(accepted.kept[0].source.as_deref(), Some("https://assistant.example"));
    let params = json!({"memories": [{"text": "likes oolong tea", "kind": "preference"}]});
    let again = world.send(&site(), &id, "memory.add", params);
    assert!(answer_to(&again, &id).unwrap().get("result").is_some());
    assert_eq!(world.status().inbox, 0, "what was accepted is not proposed again by the same request");
    let answer = world.ask(&site(), "memory.search", search("oolong"));
    assert_eq!(answer["result"]["results"][0]["provenance"], json!({"source": "site", "trust": "confirmed"}));
    assert_eq!(world.status().inbox, 0);
}

#[test]
fn an_inbox_that_is_full_takes_no_more() {
    let mut world = World::new();
    world.grant(&site(), &["food"], &["add"], GrantDuration::Session);
    for round in 0..11 {
        let memories: Vec<_> = (0..50).map(|n| json!({"text": format!("{round} {n}")})).collect();
        let answer = world.ask(&site(), "memory.add", json!({ "memories": memories }));
        let expected = if round < 10 { "pending_review" } else { "rejected" };
        assert_eq!(answer["result"]["results"][49]["status"], expected);
        world.pass(1_000);
    }
    assert_eq!(world.status().inbox, 500);
}
