//! Expectations as data: a JSON value that names what must be there and says nothing about the
//! rest.
//!
//! An object must be contained in the actual one, field by field. `{"any": [..]}` takes one of
//! several values, `{"has": "text"}` or `{"has": [..]}` a text with all of these in it,
//! `{"most": n}` a number up to n; everything else must be equal.

use serde_json::Value;

/// Fails with the whole answer unless it is as expected.
#[track_caller]
pub(crate) fn check(what: &str, actual: &Value, expected: &Value) {
    if let Some(difference) = mismatch(actual, expected) {
        panic!("{what}: {difference}\nin {actual:#}");
    }
}

/// The first difference, or `None`.
pub(crate) fn mismatch(actual: &Value, expected: &Value) -> Option<String> {
    differ("", actual, expected)
}

fn differ(path: &str, actual: &Value, expected: &Value) -> Option<String> {
    let wrong = || Some(format!("{path} is {}, expected {expected}", cut(actual)));
    let Value::Object(fields) = expected else {
        return if actual == expected { None } else { wrong() };
    };
    if let Some(Value::Array(choices)) = fields.get("any") {
        let found = choices
            .iter()
            .any(|choice| differ(path, actual, choice).is_none());
        return if found { None } else { wrong() };
    }
    if let Some(parts) = fields.get("has") {
        let text = actual.as_str().unwrap_or_default();
        let has = |part: &Value| part.as_str().is_some_and(|part| text.contains(part));
        let all = match parts {
            Value::Array(parts) => parts.iter().all(has),
            part => has(part),
        };
        return if all { None } else { wrong() };
    }
    if let Some(most) = fields.get("most").and_then(Value::as_f64) {
        let fits = actual.as_f64().is_some_and(|number| number <= most);
        return if fits { None } else { wrong() };
    }
    fields.iter().find_map(|(name, expected)| {
        let path = format!("{path}.{name}");
        match actual.get(name) {
            Some(actual) => differ(&path, actual, expected),
            None => Some(format!("{path} is not there")),
        }
    })
}

fn cut(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(600) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

#[test]
fn expectations_can_fail() {
    use serde_json::json;
    let actual = json!({"a": 1, "b": {"c": "hello world"}, "d": []});
    for (expected, fits) in [
        (json!({}), true),
        (
            json!({"a": 1, "b": {"c": {"has": ["hello", "world"]}}}),
            true,
        ),
        (
            json!({"a": {"any": [2, 1]}, "d": [], "b": {"c": {"has": "lo w"}}}),
            true,
        ),
        (json!({"a": {"most": 1}}), true),
        (json!({"a": {"most": 0}}), false),
        (json!({"a": 2}), false),
        (json!({"d": [1]}), false),
        (json!({"e": null}), false),
        (json!({"a": {"any": [2, 3]}}), false),
        (json!({"b": {"c": {"has": ["hello", "moon"]}}}), false),
    ] {
        assert_eq!(mismatch(&actual, &expected).is_none(), fits, "{expected}");
    }
}
