//! What a subject may not see changes nothing that it is told, and what it may see it gets no more of than its budget.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod support;

use std::collections::BTreeSet;

use keepsake_memory::{Draft, Kind, ListLine, Scope, Sensitivity};
use keepsake_policy::GrantDuration;
use keepsake_vault::api::*;
use proptest::prelude::*;
use serde_json::{Value, json};
use support::*;

/// What the subject does, or what happens to both vaults alike.
#[derive(Debug, Clone)]
enum Step {
    Search(String, usize),
    Context(String),
    List(bool),
    Get(prop::sample::Index),
    Add(String),
    Update(prop::sample::Index),
    Delete(prop::sample::Index),
    Ask,
    Query,
    Remember(String),
    LookIntoInbox,
    Tidy,
    Restart,
}

fn words() -> impl Strategy<Value = String> {
    "(tea|cake|pain|pill|acme)( (tea|cake|pain|long|day)){0,3}"
}

fn step() -> impl Strategy<Value = Step> {
    let name = any::<prop::sample::Index>;
    prop_oneof![
        4 => (words(), 0..5_usize).prop_map(|(query, filter)| Step::Search(query, filter)),
        2 => words().prop_map(Step::Context),
        3 => prop::bool::ANY.prop_map(Step::List),
        2 => name().prop_map(Step::Get),
        2 => words().prop_map(Step::Add),
        1 => name().prop_map(Step::Update),
        1 => name().prop_map(Step::Delete),
        1 => Just(Step::Ask),
        1 => Just(Step::Query),
        2 => words().prop_map(Step::Remember),
        1 => Just(Step::LookIntoInbox),
        1 => Just(Step::Tidy),
        2 => Just(Step::Restart),
    ]
}

/// What the other vault holds besides: the subject may see none of it.
fn hidden() -> impl Strategy<Value = Vec<(String, u8)>> {
    prop::collection::vec((words(), 0..4_u8), 0..50)
}

/// A vault and what the subject was told in it.
struct Twin {
    world: World,
    names: Vec<Value>,
    cursor: Option<Value>,
    told: Vec<String>,
}

impl Twin {
    fn new(budget: Option<u32>) -> Self {
        let mut world = World::seeded(1);
        world.seed(2);
        world.grant_with(&site(), &["food"], &["search", "read", "add"], |settings| settings.daily_budget = budget);
        Self { world, names: vec![json!("00112233445566778899aabbccddeeff")], cursor: None, told: Vec::new() }
    }

    /// Something that the subject may not see.
    fn hide(&mut self, text: &str, how: u8) {
        let draft = match how {
            0 => draft(text, "health"),
            1 => Draft { sensitivity: Sensitivity::Secret, ..draft(text, "food") },
            2 => Draft { sensitivity: Sensitivity::Sensitive, ..draft(text, "food") },
            _ => {
                // Somebody else's grant, and words of theirs that nobody has looked at.
                let writes = |settings: &mut GrantSettings| settings.accepts_writes = text.len().is_multiple_of(2);
                if self.world.grants().grants.len() < 2 {
                    self.world.grant_with(&other_site(), &["food"], &["search", "add"], writes);
                }
                self.world.ask(&other_site(), "memory.add", json!({"memories": [{"text": text}]}));
                self.world.ask(&other_site(), "memory.search", json!({"query": text}));
                return;
            }
        };
        self.world.command(Command::MemoryAdd { draft }).unwrap();
    }

    fn name(&self, index: &prop::sample::Index) -> Value {
        self.names[index.index(self.names.len())].clone()
    }

    fn walk(&mut self, step: &Step) {
        let (method, params) = match step {
            Step::Search(query, filter) => {
                let filters = [
                    json!({}),
                    json!({"kinds": ["note"]}),
                    json!({"where": {"text": {"contains": "tea"}}}),
                    json!({"where": {"scope": {"ne": "health"}}}),
                    json!({"where": {"NOT": {"trust": {"eq": "unreviewed"}}}}),
                ];
                ("memory.search", json!({"query": query, "top_k": 4, "filters": filters[*filter]}))
            }
            Step::Context(query) => ("memory.context", json!({"query": query, "token_budget": 500})),
            Step::List(goes_on) => {
                let mut params = json!({"limit": 3});
                if let Some(cursor) = self.cursor.clone().filter(|_| *goes_on) {
                    params["cursor"] = cursor;
                }
                ("memory.list", params)
            }
            Step::Get(index) => ("memory.get", json!({"id": self.name(index)})),
            Step::Add(text) => ("memory.add", json!({"memories": [{"text": text}]})),
            Step::Update(index) => ("memory.update", json!({"id": self.name(index), "text": "other words"})),
            Step::Delete(index) => ("memory.delete", json!({"id": self.name(index)})),
            Step::Ask => ("permissions.request", json!({"scopes": ["food"], "actions": ["search"]})),
            Step::Query => ("permissions.query", json!({})),
            Step::Remember(text) => {
                self.world.add(text, "food");
                return;
            }
            // Where it is compared with everything that is kept.
            Step::LookIntoInbox => {
                self.world.inbox();
                return;
            }
            // The index is written.
            Step::Tidy => {
                self.world.tidy();
                return;
            }
            Step::Restart => {
                self.world.restart();
                self.world.unlock();
                return;
            }
        };
        let id = self.world.next_request();
        for effect in self.world.send(&site(), &id, method, params) {
            match effect {
                Effect::Answer { body, .. } => {
                    let answer: Value = serde_json::from_str(&body).unwrap();
                    self.learn(&answer["result"]);
                    self.told.push(body);
                }
                Effect::Notify { subject, event } if subject == site() => {
                    self.told.push(serde_json::to_string(&event).unwrap());
                }
                _ => {}
            }
        }
    }

    fn learn(&mut self, result: &Value) {
        let lists = ["results", "memories"].iter().filter_map(|list| result[*list].as_array());
        self.names.extend(lists.flatten().filter_map(|one| one.get("id").cloned()));
        self.names.extend(result["ids"].as_array().into_iter().flatten().cloned());
        if let Some(cursor) = result.get("next_cursor") {
            self.cursor = Some(cursor.clone());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// To the byte: texts, names, scores, cursors, receipts' ids, errors.
    #[test]
    fn what_is_hidden_changes_no_byte(
        steps in prop::collection::vec((step(), hidden()), 4..16), budget in prop::option::of(2..6_u32),
    ) {
        let (mut one, mut other) = (Twin::new(budget), Twin::new(budget));
        for (at, (step, hidden)) in (1_000..).zip(&steps) {
            other.world.seed(1_000_000 + at);
            for (text, how) in hidden {
                other.hide(text, *how);
            }
            for twin in [&mut one, &mut other] {
                twin.world.seed(at);
                twin.world.requests = u128::from(at);
                twin.walk(step);
                twin.world.pass(60_000);
            }
            prop_assert_eq!(&one.told, &other.told);
        }
        one.world.seed(None);
    }
}

/// Two vaults are never asked in the same moment: no score and no order may hang on it.
#[test]
fn the_same_question_within_a_day_has_the_same_answer() {
    let mut world = World::new();
    let topics = ["tea", "bread", "soup", "salt", "rice", "plum", "fig", "nut", "oil", "wine"];
    let lines = (0..200_u64).map(|n| {
        let topic = |unit: u64| topics[(n / unit % 10) as usize];
        let text = format!("kitchen {n}: {} with {} and {}", topic(1), topic(10), topic(100));
        ListLine { text, created: Some(1_704_067_200_000 + n * 3_600_000), turn: None }
    });
    let command = Command::MemoryImport {
        source: "list".into(),
        scope: Scope::new("food").unwrap(),
        kind: Kind::Note,
        sensitivity: Sensitivity::Normal,
        lines: lines.collect(),
        bring_back: false,
    };
    world.command(command).unwrap();
    world.grant(&site(), &["food"], &["search"], GrantDuration::UntilRevoked);
    let mut told = |query: &str| {
        let answer = world.ask(&site(), "memory.search", json!({"query": query, "top_k": 20}));
        world.pass(600_000);
        answer["result"]["results"].clone()
    };
    for query in ["tea", "kitchen 7", "plum with fig", "kitchn"] {
        let first = told(query);
        assert!(first[0].is_object());
        for _ in 0..4 {
            assert_eq!(told(query), first);
        }
    }
}

/// A page that asks on with the words it was given, for as much as it can get.
#[test]
fn an_adaptive_page_gets_nothing_outside_of_its_scope_and_no_more_than_its_budget() {
    let mut world = World::new();
    let topics = ["tea", "bread", "soup", "salt", "rice", "plum", "fig", "nut", "oil", "wine"];
    let line = |n: usize, place: &str| ListLine {
        text: format!("{place} {n}: {} with {} and {}", topics[n % 10], topics[n / 10 % 10], topics[n / 100 % 10]),
        created: None,
        turn: None,
    };
    for (place, scope, count) in [("kitchen", "food", 1_000), ("clinic", "health", 4_000)] {
        let command = Command::MemoryImport {
            source: "list".into(),
            scope: Scope::new(scope).unwrap(),
            kind: Kind::Note,
            sensitivity: Sensitivity::Normal,
            lines: (0..count).map(|n| line(n, place)).collect(),
            bring_back: false,
        };
        world.command(command).unwrap();
    }
    world.grant_with(&site(), &["food"], &["search"], |settings| settings.daily_budget = Some(120));
    let (mut got, mut queue, mut refused) = (BTreeSet::new(), vec!["kitchen tea clinic".to_owned()], 0);
    for n in 0..500 {
        let next = if n % 2 == 0 { queue.pop() } else { None };
        let query = next.unwrap_or_else(|| format!("{} {} {n}", topics[n % 10], topics[n / 10 % 10]));
        let answer = world.ask(&site(), "memory.search", json!({"query": query, "top_k": 50}));
        world.pass(1_000);
        if answer["error"]["code"] == "budget_exceeded" {
            refused += 1;
            continue;
        }
        for text in found(&answer) {
            assert!(text.starts_with("kitchen"), "{text}");
            if queue.len() < 20 {
                queue.extend(text.split(' ').nth(1).map(|word| format!("clinic health secret {word}")));
            }
            got.insert(text);
        }
    }
    assert_eq!(got.len(), 120);
    assert!(refused > 20, "{refused} questions found nothing that was left");
}

#[test]
fn without_a_grant_no_step_tells_a_vault_from_none() {
    let mut full = World::new();
    full.add("tea", "food");
    full.grant(&other_site(), &["food"], &["search", "read", "add"], GrantDuration::UntilRevoked);
    let mut locked = World::new();
    locked.lock();
    let mut paused = World::new();
    paused.command(Command::Pause { paused: true }).unwrap();
    let name = "00112233445566778899aabbccddeeff";
    let cursor = "00".repeat(40);
    let asked = [
        ("memory.search", json!({"query": "tea"})),
        ("memory.context", json!({"query": "tea", "token_budget": 256})),
        ("memory.get", json!({ "id": name })),
        ("memory.list", json!({ "cursor": cursor })),
        ("memory.add", json!({"memories": [{"text": "x"}]})),
        ("memory.update", json!({"id": name, "text": "x"})),
        ("memory.delete", json!({ "id": name })),
        ("permissions.query", json!({})),
        ("permissions.revoke", json!({})),
        ("memory.capabilities", json!({})),
    ];
    let told = |world: &mut World| asked.clone().map(|(method, params)| world.ask(&site(), method, params).to_string());
    let nothing = told(&mut World::empty());
    assert_eq!(nothing.iter().filter(|answer| answer.contains("unauthorized")).count(), 7);
    for world in [&mut full, &mut locked, &mut paused] {
        assert_eq!(told(world), nothing);
    }
}
