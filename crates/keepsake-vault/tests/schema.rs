//! What the engine takes and answers is what `docs/page-api.schema.json` says.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use jsonschema::Validator;
use keepsake_policy::GrantDuration;
use keepsake_vault::api::*;
use serde_json::{Value, json};
use support::*;

/// What checks one definition of the schema.
fn validator(definition: &str) -> Validator {
    let mut schema: Value = serde_json::from_str(include_str!("../../../docs/page-api.schema.json")).unwrap();
    schema["$ref"] = json!(format!("#/$defs/{definition}"));
    jsonschema::validator_for(&schema).unwrap()
}

/// Asks, and checks both sides.
fn ask(world: &mut World, method: &str, params: Value) -> Value {
    let request = json!({"method": method, "params": params});
    let in_form = validator("Request").is_valid(&request);
    let answer = world.ask(&site(), method, params);
    let told = match answer.get("result") {
        Some(result) => {
            let wrong: Vec<_> =
                validator(&format!("{method}.result")).iter_errors(result).map(|e| e.to_string()).collect();
            assert!(in_form && wrong.is_empty(), "{request} {answer} {wrong:?}");
            result.clone()
        }
        None => {
            assert!(validator("Error").is_valid(&answer["error"]), "{answer}");
            assert!(in_form || code(&answer) == "invalid_request", "{request} {answer}");
            answer["error"].clone()
        }
    };
    world.pass(1_000);
    told
}

#[test]
fn every_method_and_every_error_is_as_the_schema_says() {
    let mut world = World::new();
    let so = keepsake_memory::Draft { valid_from: Some(0), valid_to: Some(1_000), ..draft("Likes green tea", "food") };
    world.command(Command::MemoryAdd { draft: so }).unwrap();
    world.add("Likes black tea", "food");
    ask(&mut world, "memory.capabilities", json!({}));
    assert_eq!(ask(&mut world, "memory.list", json!({}))["code"], "unauthorized");
    world.grant_with(&site(), &["food"], &["search", "read", "add"], |settings| {
        settings.daily_budget = Some(1);
        settings.kinds = Some(vec![keepsake_memory::Kind::Note]);
    });
    let granted = json!({"scopes": ["food"], "actions": ["search", "add"], "purpose": "x", "duration": "week"});
    assert_eq!(ask(&mut world, "permissions.request", granted)["grants"][0]["daily_budget"], 1);
    ask(&mut world, "permissions.query", json!({}));
    let where_ = json!({"AND": [{"NOT": {"kind": {"in": ["fact"]}}}, {"OR": [{"text": {"contains": "tea"}}]}]});
    let range = json!({"from": "2020-01-01T00:00:00Z"});
    let filters = json!({"kinds": ["note"], "scopes": ["food"], "created": range, "where": where_});
    let hits = ask(&mut world, "memory.search", json!({"query": "green tea", "top_k": 1, "filters": filters}));
    let id = hits["results"][0]["id"].clone();
    assert!(hits["results"][0]["valid_from"].is_string(), "{hits}");
    ask(&mut world, "memory.context", json!({"query": "green", "token_budget": 512, "format": "json_lines"}));
    ask(&mut world, "memory.get", json!({ "id": id }));
    assert_eq!(ask(&mut world, "memory.search", json!({"query": "black"}))["code"], "budget_exceeded");
    let grant = world.grants().grants.remove(0);
    let settings = GrantSettings { daily_budget: None, ..settings_of(&grant) };
    world.command(Command::GrantChange { id: grant.id, settings }).unwrap();
    let part = ask(&mut world, "memory.list", json!({"scope": "food", "limit": 1}));
    ask(&mut world, "memory.list", json!({"scope": "food", "cursor": part["next_cursor"]}));
    let memories = json!([{"text": "Likes cake", "kind": "note", "scopes": ["food"], "valid_from": "2020-01-01T00:00:00Z"}, {"text": " "}]);
    let added = ask(&mut world, "memory.add", json!({ "memories": memories }));
    ask(&mut world, "memory.update", json!({"id": added["results"][0]["id"], "text": "Likes cakes"}));
    ask(&mut world, "memory.update", json!({"id": id, "kind": "fact", "scopes": ["food"]}));
    ask(&mut world, "memory.delete", json!({ "id": id }));
    for (method, params, code) in [
        ("memory.search", json!({"question": "tea"}), "invalid_request"),
        ("memory.get", json!({"id": 5}), "invalid_request"),
        ("memory.list", json!({"filters": {"where": {"kind": {"like": "x"}}}}), "invalid_request"),
        ("memory.add", json!({"memories": [{"text": "a", "trust": "self"}]}), "invalid_request"),
    ] {
        assert!(!validator("Request").is_valid(&json!({"method": method, "params": params})), "{method} {params}");
        assert_eq!(ask(&mut world, method, params)["code"], code);
    }
    world.lock();
    assert_eq!(ask(&mut world, "memory.get", json!({ "id": id }))["code"], "locked");
    world.unlock();
    world.command(Command::Pause { paused: true }).unwrap();
    assert_eq!(ask(&mut world, "memory.get", json!({ "id": id }))["code"], "unavailable");
    world.command(Command::Pause { paused: false }).unwrap();
    ask(&mut world, "permissions.revoke", json!({}));
    world.grant(&site(), &["food"], &["search"], GrantDuration::Week);
    let events = world.effects.iter().filter_map(|effect| match effect {
        Effect::Notify { event, .. } => Some(json!(event)),
        _ => None,
    });
    let events: Vec<Value> = events.collect();
    assert!(events.len() > 4 && events.iter().all(|event| validator("Event").is_valid(event)), "{events:?}");
}
