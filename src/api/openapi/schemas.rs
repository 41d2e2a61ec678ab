//! What the types do not say of themselves: fields that go together, fields that are always there, and
//! documents that are put together as text.

use serde_json::{Map, Value, json};
use utoipa::openapi::schema::OneOfBuilder;
use utoipa::openapi::{Ref, RefOr, Schema, schema::ObjectBuilder, schema::Type};

/// What is read. All else is written, with all of its fields but those of [`SOMETIMES`].
const READ: [&str; 6] = [
    "EmergencyShutdown",
    "Execution",
    "File",
    "JudgingProgram",
    "Limits",
    "Test",
];
const SOMETIMES: [(&str, &[&str]); 1] = [("Result", &["verdict", "totals"])];

/// The field `checker`, wherever it stands.
pub(in crate::api) fn checker() -> RefOr<Schema> {
    let nothing = ObjectBuilder::new().schema_type(Type::Null);
    let either = OneOfBuilder::new()
        .item(nothing)
        .item(Ref::from_schema_name("Checker"));
    RefOr::T(either.into())
}

/// Completes the schemas of a description.
pub(super) fn complete(document: &mut Value) {
    let Some(schemas) = document["components"]["schemas"].as_object_mut() else {
        return;
    };
    for (name, schema) in schemas.iter_mut() {
        if !READ.contains(&name.as_str()) && name != "Terminal" {
            always_there(name, schema);
        }
    }
    if let Some(judged) = schemas.remove("Judged")
        && let Some(answer) = schemas.get_mut("Answer")
    {
        *answer = with_verdicts(answer.take(), &judged);
    }
    schemas.insert("Problem".to_owned(), problem());
    schemas.insert("ServerSentEvent".to_owned(), server_sent_event());
    for name in ["Execution", "JudgingProgram"] {
        if let Some(schema) = schemas.get_mut(name) {
            schema["oneOf"] = code_or_files();
        }
    }
    if let Some(program) = schemas.get("JudgingProgram") {
        let checkers = checkers(program.clone());
        schemas.insert("Checker".to_owned(), checkers);
    }
    if let Some(file) = schemas.get_mut("File") {
        file["oneOf"] = json!([
            {"required": ["content"], "properties": {"content": {"type": "string"}, "blob": {"type": "null"}}},
            {"required": ["blob"], "properties": {"blob": {"type": "string"}, "content": {"type": "null"},
                "encoding": {"type": "null"}}},
        ]);
    }
    if let Some(execution) = schemas.get("Execution") {
        let job = job_request(execution.clone());
        schemas.insert("JobRequest".to_owned(), job);
    }
    for (name, schema) in jobs() {
        schemas.insert(name.to_owned(), schema);
    }
}

/// Completes what an operation takes, and events that it answers.
pub(super) fn complete_operation(operation: &mut Value) {
    // What is left out is not there; it is never `null`, as a field may be.
    let parameters = operation
        .get_mut("parameters")
        .and_then(Value::as_array_mut);
    for parameter in parameters.into_iter().flatten() {
        let schema = &mut parameter["schema"];
        if let Some([given, _]) = schema["type"].as_array().map(Vec::as_slice) {
            schema["type"] = given.clone();
        }
        let either = schema.get("oneOf").and_then(Value::as_array);
        if let Some(of) = either.and_then(|all| all.iter().find(|it| it.get("$ref").is_some())) {
            *schema = of.clone();
        }
    }
    let may_be_empty = operation["operationId"] == "emergencyShutdown";
    if let Some(body) = operation.get_mut("requestBody") {
        body["required"] = json!(!may_be_empty);
    }
    if let Some(events) = operation.pointer_mut("/responses/200/content/text~1event-stream") {
        events["schema"] = json!({"$ref": "#/components/schemas/ServerSentEvent"});
    }
}

/// One of them, as `text/event-stream` has it.
fn server_sent_event() -> Value {
    json!({
        "type": "object",
        "required": ["event", "data"],
        "properties": {
            "id": {"type": "string", "description": "For `last-event-id`."},
            "event": {"type": "string", "description": "As in `data`; of a job also `job`."},
            "data": {
                "type": "string",
                "contentMediaType": "application/json",
                "contentSchema": {"anyOf": [{"$ref": "#/components/schemas/Event"}, {
                    "type": "object", "required": ["event", "job"],
                    "properties": {"event": {"const": "job"}, "job": {"$ref": "#/components/schemas/Job"}},
                }]},
            },
        },
    })
}

fn always_there(name: &str, schema: &mut Value) {
    let sometimes = SOMETIMES.iter().find(|(of, _)| *of == name);
    let sometimes = sometimes.map_or(&[][..], |(_, fields)| fields);
    let fields = |schema: &Value| -> Option<Vec<String>> {
        let all = schema["properties"].as_object()?.keys().cloned();
        Some(all.filter(|it| !sometimes.contains(&it.as_str())).collect())
    };
    if let Some(all) = fields(schema) {
        schema["required"] = json!(all);
    }
    // Fields of another type stand beside its own.
    let parts = schema.get_mut("allOf").and_then(Value::as_array_mut);
    for part in parts.into_iter().flatten() {
        if let Some(all) = fields(part) {
            part["required"] = json!(all);
        }
    }
}

/// An answer in one piece: what is said of tests is beside the rest, where there are any.
fn with_verdicts(mut answer: Value, judged: &Value) -> Value {
    let parts = answer["allOf"].as_array().cloned().unwrap_or_default();
    let own = parts
        .into_iter()
        .find(|part| part.get("properties").is_some());
    let description = answer["description"].take();
    let mut answer = own.unwrap_or_default();
    answer["description"] = description;
    for (name, schema) in judged["properties"].as_object().into_iter().flatten() {
        answer["properties"][name] = schema.clone();
    }
    answer
}

fn code_or_files() -> Value {
    json!([
        {"required": ["code"], "properties": {"code": {"type": "string"}, "files": {"type": "null"}}},
        {"required": ["files"], "properties": {"files": {"type": "array"}, "code": {"type": "null"}}},
    ])
}

/// A `custom` one is a program that judges, with its type.
fn checkers(mut custom: Value) -> Value {
    custom["properties"]["type"] = json!({"const": "custom"});
    custom["required"] = json!(["type", "language"]);
    let apart = json!({"type": ["number", "null"], "minimum": 0});
    json!({
        "description": "How an output is compared with what is expected: by a name, or as an object where there is more to say.",
        "oneOf": [
            {"type": "string", "enum": ["exact", "lines", "tokens", "float", "unordered_lines"]},
            {
                "type": "object", "required": ["type"], "additionalProperties": false,
                "properties": {"type": {"enum": ["exact", "lines", "tokens", "unordered_lines"]}},
            },
            {
                "type": "object", "required": ["type"], "additionalProperties": false,
                "properties": {"type": {"const": "float"}, "abs": apart, "rel": apart},
            },
            custom,
        ],
    })
}

/// A problem document (RFC 9457).
fn problem() -> Value {
    let text = json!({"type": "string"});
    json!({
        "type": "object",
        "description": "An error. `code` does not change; title and detail may.",
        "required": ["type", "title", "status", "detail", "code", "request_id"],
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": text,
            "status": {"type": "integer"},
            "detail": text,
            "code": text,
            "request_id": text,
            "field": {"type": "string", "description": "The field that is wrong."},
        },
    })
}

fn job_request(mut execution: Value) -> Value {
    execution["description"] = json!("A program that is executed later.");
    execution["properties"]["language"] =
        json!({"type": "string", "description": "A name or an alias, as in `GET /languages`."});
    execution["properties"]["ttl_s"] = json!({
        "type": "integer", "minimum": 1,
        "description": "How long it may wait, and for how long its end is kept; by default the most that is allowed (`jobs_ttl`).",
    });
    execution["properties"]["callback_url"] = json!({
        "type": ["string", "null"], "format": "uri", "description": "Who is told of its end.",
    });
    execution["required"] = json!(["language"]);
    execution
}

/// The documents of jobs, which are put together as text.
fn jobs() -> [(&'static str, Value); 4] {
    let of = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let removed = json!({
        "type": "object", "required": ["id", "status"], "additionalProperties": false,
        "description": "Answered to a request that was sent again, of a job that is forgotten since.",
        "properties": {"id": {"type": "string", "format": "uuid"}, "status": {"const": "removed"}},
    });
    let taken = json!({"oneOf": [of("Job"), removed]});
    let mut batch = Map::new();
    batch.insert("type".to_owned(), json!("array"));
    batch.insert("items".to_owned(), of("JobRequest"));
    batch.insert("minItems".to_owned(), json!(1));
    batch.insert("maxItems".to_owned(), json!(crate::api::jobs::MOST));
    [
        (
            "Submission",
            json!({"oneOf": [of("JobRequest"), {
                "type": "object", "required": ["jobs"], "additionalProperties": false, "properties": {"jobs": batch},
            }]}),
        ),
        (
            "Submitted",
            json!({"oneOf": [taken.clone(), {
                "type": "object", "required": ["jobs"], "properties": {"jobs": {"type": "array", "items": taken}},
            }]}),
        ),
        (
            "WholeJob",
            json!({"allOf": [of("Job"), {
                "type": "object", "required": ["result"],
                "properties": {"result": {"oneOf": [{"type": "null"}, of("Answer")]}},
            }]}),
        ),
        (
            "JobPage",
            json!({
                "type": "object", "required": ["jobs", "next"],
                "properties": {
                    "jobs": {"type": "array", "items": of("Job")},
                    "next": {"type": ["string", "null"], "format": "uuid", "description": "For `after`, if there are more."},
                },
            }),
        ),
    ]
}
