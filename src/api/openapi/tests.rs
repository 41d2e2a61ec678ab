//! The description is complete, and is the one that is committed.

use super::*;
use std::collections::BTreeSet;
use std::{env, fs};

const COMMITTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/openapi.json");

#[test]
fn the_committed_description_is_this_one() {
    let mut text = serde_json::to_string_pretty(&document()).expect("JSON");
    text.push('\n');
    if env::var_os("WARMBOX_BLESS").is_some() {
        fs::write(COMMITTED, &text).expect("docs/openapi.json can be written");
    }
    let committed = fs::read_to_string(COMMITTED).expect("docs/openapi.json can be read");
    assert!(
        committed == text,
        "docs/openapi.json is of another interface; write it anew: WARMBOX_BLESS=1 cargo test openapi"
    );
}

/// Method, path and description of every operation.
fn operations() -> Vec<(String, String, Value)> {
    let document = document();
    let paths = document["paths"].as_object().expect("paths").clone();
    let all = paths.into_iter().flat_map(|(path, item)| {
        let item = item.as_object().expect("operations").clone();
        item.into_iter()
            .map(move |(method, operation)| (method, path.clone(), operation))
    });
    all.collect()
}

#[test]
fn every_route_is_described_and_nothing_else_is() {
    let source = include_str!("../mod.rs");
    let table = source
        .split("let routes = Router::new()")
        .nth(1)
        .expect("the table of routes");
    let table = table.split(';').next().expect("its end");
    let mut routed = BTreeSet::new();
    for route in table.split(".route(\"").skip(1) {
        let (path, methods) = route.split_once('"').expect("a path");
        for method in ["get", "put", "post", "delete"] {
            if methods.contains(&format!(" {method}(")) || methods.contains(&format!(".{method}("))
            {
                routed.insert((method.to_owned(), path.to_owned()));
            }
        }
    }
    assert!(routed.len() >= 20, "{routed:?}");
    let described = operations()
        .into_iter()
        .map(|(method, path, _)| (method, path));
    assert_eq!(described.collect::<BTreeSet<_>>(), routed);
}

#[test]
fn every_operation_has_an_id_a_summary_examples_and_errors() {
    let mut ids = BTreeSet::new();
    for (_, path, operation) in operations() {
        let id = operation["operationId"].as_str().expect("an id").to_owned();
        assert!(operation["summary"].is_string(), "{id}: {operation}");
        assert!(operation["tags"][0].is_string(), "{id}: {operation}");
        assert!(ids.insert(id.clone()), "{id} is there twice");
        let bodies = operation.get("requestBody").into_iter().chain(
            operation["responses"]
                .as_object()
                .expect("answers")
                .values(),
        );
        for body in bodies {
            for (media_type, content) in body["content"].as_object().into_iter().flatten() {
                let has_example =
                    content["example"] != Value::Null || content["examples"] != Value::Null;
                // Bytes, figures, and this document itself.
                let by_itself = matches!(id.as_str(), "getMetrics" | "getDescription")
                    || media_type == "application/octet-stream";
                let is_problem_too = id == "getHealth" || id == "getReadiness";
                assert!(
                    has_example || by_itself || is_problem_too,
                    "{id}: {media_type}: {content}"
                );
            }
        }
        let errors: Vec<_> = operation["responses"]
            .as_object()
            .expect("answers")
            .keys()
            .filter(|it| it.as_str() >= "400")
            .collect();
        assert!(errors.len() >= 2, "{id} at {path}: {errors:?}");
    }
    assert!(ids.len() >= 20, "{ids:?}");
}

/// What a generator of clients would stumble over.
#[test]
fn every_reference_has_a_target() {
    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(to)) = fields.get("$ref") {
                    found.insert(to.clone());
                }
                fields.values().for_each(|field| references(field, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let (document, mut found) = (document(), BTreeSet::new());
    references(&document, &mut found);
    assert!(found.len() > 20, "{found:?}");
    for to in found {
        let place = to.strip_prefix('#').expect("a place in this document");
        assert!(document.pointer(place).is_some(), "{to}");
    }
}
