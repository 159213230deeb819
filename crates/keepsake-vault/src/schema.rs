//! The JSON Schema of the page API, written from the Rust types; `cargo xtask build` puts it among the documents.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::api::*;

/// The schema of every request and every answer, under the names of the methods.
pub fn page_api() -> String {
    let mut settings = SchemaSettings::draft2020_12();
    settings.meta_schema = None;
    let mut generator = settings.into_generator();
    let mut methods = Map::new();
    let mut add = |name: PageMethod, params: Value, result: Value| {
        let name = json!(name).as_str().unwrap_or_default().to_owned();
        methods.insert(name, json!({ "params": params, "result": result }));
    };
    let all = &mut generator;
    for method in PageMethod::ALL {
        let (params, result) = match method {
            PageMethod::Capabilities => pair::<NoParams, Capabilities>(all),
            PageMethod::PermissionsRequest => pair::<PermissionsParams, PermissionsResult>(all),
            PageMethod::PermissionsQuery => pair::<NoParams, PermissionsResult>(all),
            PageMethod::PermissionsRevoke => pair::<NoParams, RevokeResult>(all),
            PageMethod::Search => pair::<SearchParams, SearchResult>(all),
            PageMethod::Context => pair::<ContextParams, ContextResult>(all),
            PageMethod::Get => pair::<GetParams, GetResult>(all),
            PageMethod::List => pair::<ListParams, ListResult>(all),
            PageMethod::Add => pair::<AddParams, AddResult>(all),
            PageMethod::Update => pair::<UpdateParams, ChangeResult>(all),
            PageMethod::Delete => pair::<DeleteParams, ChangeResult>(all),
        };
        add(method, params, result);
    }
    let request = |(name, shapes): (&String, &Value)| {
        json!({
            "type": "object",
            "required": ["method"],
            "properties": { "method": { "const": name }, "params": shapes["params"] },
            "additionalProperties": false,
        })
    };
    let requests: Vec<Value> = methods.iter().map(request).collect();
    let (error, event) = (generator.subschema_for::<PageError>(), generator.subschema_for::<PageEvent>());
    let mut definitions = generator.take_definitions(true);
    definitions.insert("Request".to_owned(), json!({ "oneOf": requests }));
    definitions.insert("Error".to_owned(), error.to_value());
    definitions.insert("Event".to_owned(), event.to_value());
    let results = methods.iter().map(|(name, shapes)| (format!("{name}.result"), shapes["result"].clone()));
    definitions.extend(results.collect::<Map<_, _>>());
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The page API, version 1",
        "description": "Written by `cargo xtask build` from the Rust types of keepsake-vault: change those, not this.",
        "$ref": "#/$defs/Request",
        "$defs": definitions,
    });
    // Indented JSON of a value that is JSON already.
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

fn pair<P: JsonSchema, R: JsonSchema>(generator: &mut SchemaGenerator) -> (Value, Value) {
    (generator.subschema_for::<P>().to_value(), generator.subschema_for::<R>().to_value())
}
