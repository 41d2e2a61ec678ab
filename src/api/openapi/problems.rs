//! Every problem that an operation may answer. `docs/api.md` has the same table, and says when.

use super::examples;
use serde_json::{Value, json};

/// Status and code.
const PROBLEMS: [(u16, &str); 88] = [
    (400, "idempotency_key_invalid"),
    (400, "idempotency_not_for_events"),
    (400, "incomplete_body"),
    (400, "invalid_event_id"),
    (400, "invalid_message"),
    (400, "invalid_utf8"),
    (400, "malformed_json"),
    (400, "not_a_websocket"),
    (400, "tls_required"),
    (401, "admin_token_wrong"),
    (401, "key_missing"),
    (401, "key_unknown"),
    (403, "admin_disabled"),
    (403, "origin_refused"),
    (404, "unknown_blob"),
    (404, "unknown_job"),
    (404, "unknown_language"),
    (404, "unknown_route"),
    (404, "unknown_run"),
    (405, "method_not_allowed"),
    (408, "body_timeout"),
    (413, "body_too_large"),
    (413, "source_too_large"),
    (413, "stdin_unread"),
    (415, "unsupported_media_type"),
    (422, "args_too_large"),
    (422, "blob_mismatch"),
    (422, "blobs_off"),
    (422, "blobs_too_large"),
    (422, "callback_refused"),
    (422, "callbacks_off"),
    (422, "checker_and_interactor"),
    (422, "code_and_files"),
    (422, "content_and_blob"),
    (422, "empty_code"),
    (422, "expected_too_large"),
    (422, "idempotency_key_reused"),
    (422, "invalid_argument"),
    (422, "invalid_base64"),
    (422, "invalid_blob_name"),
    (422, "invalid_field"),
    (422, "invalid_file_name"),
    (422, "invalid_glob"),
    (422, "invalid_query"),
    (422, "invalid_weight"),
    (422, "judge_does_not_compile"),
    (422, "limit_above_ceiling"),
    (422, "limit_zero"),
    (422, "missing_field"),
    (422, "no_jobs"),
    (422, "no_source_file"),
    (422, "no_stdin"),
    (422, "not_with_tests"),
    (422, "std_not_supported"),
    (422, "stdin_and_blob"),
    (422, "stdin_and_input"),
    (422, "stdin_too_large"),
    (422, "too_many_args"),
    (422, "too_many_files"),
    (422, "too_many_in_batch"),
    (422, "too_many_outputs"),
    (422, "ttl_out_of_range"),
    (422, "unknown_blob"),
    (422, "unknown_field"),
    (422, "unknown_language"),
    (422, "unknown_signal"),
    (422, "unknown_std"),
    (422, "wrong_number_of_tests"),
    (429, "busy"),
    (429, "rate_limited"),
    (429, "too_many_at_once"),
    (429, "too_many_jobs"),
    (500, "internal_error"),
    (501, "no_terminal"),
    (501, "one_runner_only"),
    (503, "answers_unread"),
    (503, "blobs_full"),
    (503, "blobs_off"),
    (503, "blobs_unavailable"),
    (503, "disk_low"),
    (503, "jobs_full"),
    (503, "jobs_not_ready"),
    (503, "jobs_off"),
    (503, "jobs_unavailable"),
    (503, "memory_low"),
    (503, "stopping"),
    (503, "streams_full"),
    (503, "unavailable"),
];

/// Of every operation.
const EVERYWHERE: [&str; 2] = ["method_not_allowed", "internal_error"];
/// Of those that take a key.
const KEY: [&str; 2] = ["key_missing", "key_unknown"];
/// Of those that bring work.
const WORK: [&str; 8] = [
    "incomplete_body",
    "body_timeout",
    "body_too_large",
    "rate_limited",
    "too_many_at_once",
    "stopping",
    "disk_low",
    "memory_low",
];
/// Of programs that are run at once.
const RUN: [&str; 6] = [
    "busy",
    "unavailable",
    "answers_unread",
    "no_terminal",
    "one_runner_only",
    "judge_does_not_compile",
];
/// Of the body of `POST /execute/{language}`.
const PROGRAM: [&str; 36] = [
    "malformed_json",
    "invalid_utf8",
    "unknown_language",
    "unsupported_media_type",
    "source_too_large",
    "unknown_field",
    "invalid_field",
    "empty_code",
    "code_and_files",
    "stdin_and_input",
    "stdin_too_large",
    "too_many_files",
    "too_many_args",
    "args_too_large",
    "invalid_file_name",
    "invalid_base64",
    "invalid_argument",
    "no_source_file",
    "too_many_outputs",
    "invalid_glob",
    "wrong_number_of_tests",
    "missing_field",
    "not_with_tests",
    "invalid_weight",
    "expected_too_large",
    "checker_and_interactor",
    "unknown_std",
    "std_not_supported",
    "limit_above_ceiling",
    "limit_zero",
    "unknown_blob",
    "invalid_blob_name",
    "content_and_blob",
    "stdin_and_blob",
    "blobs_too_large",
    "blobs_off",
];
const AGAIN: [&str; 2] = ["idempotency_key_invalid", "idempotency_key_reused"];
/// Of the store of jobs.
const STORE: [&str; 3] = ["jobs_off", "jobs_not_ready", "jobs_unavailable"];
const BLOBS: [&str; 3] = ["invalid_blob_name", "blobs_off", "blobs_unavailable"];

/// Those of an operation, but for those that every one has.
fn of(operation: &str) -> Vec<&'static str> {
    let lists: &[&[&str]] = match operation {
        "execute" => &[
            &KEY,
            &WORK,
            &RUN,
            &PROGRAM,
            &AGAIN,
            &["idempotency_not_for_events", "streams_full"],
        ],
        "talk" => &[
            &KEY,
            &[
                "rate_limited",
                "too_many_at_once",
                "stopping",
                "disk_low",
                "memory_low",
            ],
            &[
                "unknown_language",
                "unknown_run",
                "origin_refused",
                "not_a_websocket",
                "invalid_query",
            ],
        ],
        "followRun" => &[&KEY, &["unknown_run", "invalid_event_id"]],
        "cancelRun" => &[&KEY, &["unknown_run"]],
        "submitJobs" => &[
            &KEY,
            &WORK,
            &PROGRAM,
            &AGAIN,
            &STORE,
            &[
                "ttl_out_of_range",
                "no_jobs",
                "too_many_in_batch",
                "callback_refused",
                "callbacks_off",
            ],
            &["too_many_jobs", "jobs_full", "blobs_unavailable"],
        ],
        "listJobs" => &[
            &KEY,
            &STORE,
            &["unknown_field", "invalid_field", "answers_unread"],
        ],
        "getJob" => &[
            &KEY,
            &STORE,
            &[
                "unknown_job",
                "unknown_field",
                "invalid_field",
                "answers_unread",
            ],
        ],
        "deleteJob" => &[&KEY, &STORE, &["unknown_job"]],
        "followJob" => &[&KEY, &STORE, &["unknown_job", "invalid_event_id"]],
        "putBlob" => &[&KEY, &WORK, &BLOBS, &["blob_mismatch", "blobs_full"]],
        "getBlob" => &[&KEY, &BLOBS, &["unknown_blob", "answers_unread"]],
        "emergencyShutdown" => &[&["admin_token_wrong", "admin_disabled", "invalid_field"]],
        "getLiveness" | "getReadiness" | "getDescription" => &[],
        _ => &[&KEY],
    };
    lists.concat()
}

/// Adds an operation's problems to its answers, by their status.
pub(super) fn add(operation: &mut Value) {
    let mut codes = of(operation["operationId"].as_str().unwrap_or_default());
    codes.extend(EVERYWHERE);
    for (status, code) in PROBLEMS {
        // Some codes have two: what is named in a path is not found, in a body it is wrong.
        if !codes.contains(&code) || !fits(operation, status, code) {
            continue;
        }
        let answer = &mut operation["responses"][status.to_string()];
        let said = answer["description"].as_str();
        answer["description"] = match said {
            Some(said) => format!("{said} `{code}`.").into(),
            None => format!("`{code}`.").into(),
        };
        answer["content"]["application/problem+json"] = json!({
            "schema": {"$ref": "#/components/schemas/Problem"},
            "example": examples::problem(status),
        });
        let headers = match status {
            401 => json!({"www-authenticate": {"schema": {"type": "string"}}}),
            405 => json!({"allow": {"schema": {"type": "string"}}}),
            429 | 503 => {
                json!({"retry-after": {"schema": {"type": "integer"}, "description": "In seconds, where another try may end otherwise."}})
            }
            _ => continue,
        };
        answer["headers"] = headers;
    }
}

/// Of the codes that have two statuses, the one that this operation means.
fn fits(operation: &Value, status: u16, code: &str) -> bool {
    let id = operation["operationId"].as_str().unwrap_or_default();
    match (code, status) {
        ("unknown_blob", 404) => id == "getBlob",
        ("unknown_blob", 422) => id != "getBlob",
        ("unknown_language", 404) => id != "submitJobs",
        ("blobs_off", 422) => matches!(id, "execute" | "submitJobs"),
        ("blobs_off", 503) => matches!(id, "putBlob" | "getBlob"),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// The table of docs/api.md.
    fn documented() -> BTreeSet<(u16, String)> {
        let text = include_str!("../../../docs/api.md");
        let rows = text.lines().filter_map(|line| line.strip_prefix("| "));
        let rows = rows.filter_map(|row| {
            let (status, rest) = row.split_once(" | ")?;
            Some((
                status.parse::<u16>().ok()?,
                rest.split(" | ").next()?.to_owned(),
            ))
        });
        rows.flat_map(|(status, codes)| {
            let words: Vec<_> = codes
                .split('`')
                .skip(1)
                .step_by(2)
                .map(str::to_owned)
                .collect();
            words.into_iter().map(move |code| (status, code))
        })
        .collect()
    }

    #[test]
    fn problems_are_those_of_the_documentation() {
        let ours: BTreeSet<_> = PROBLEMS
            .map(|(status, code)| (status, code.to_owned()))
            .into();
        let documented = documented();
        assert!(documented.len() > 50, "{documented:?}");
        assert_eq!(ours, documented);
    }

    #[test]
    fn every_code_that_an_operation_names_is_one_of_them() {
        let operations = [
            "execute",
            "talk",
            "followRun",
            "cancelRun",
            "submitJobs",
            "listJobs",
            "getJob",
            "deleteJob",
            "followJob",
            "putBlob",
            "getBlob",
            "emergencyShutdown",
            "getHealth",
        ];
        let named: BTreeSet<&str> = operations
            .into_iter()
            .flat_map(of)
            .chain(EVERYWHERE)
            .collect();
        let all: BTreeSet<&str> = PROBLEMS.into_iter().map(|(_, code)| code).collect();
        // What is said on a WebSocket, and where no operation is.
        let elsewhere = [
            "invalid_message",
            "no_stdin",
            "stdin_unread",
            "tls_required",
            "unknown_route",
            "unknown_signal",
        ];
        let left: Vec<_> = all.difference(&named).copied().collect();
        assert_eq!(left, elsewhere);
        assert!(named.is_subset(&all), "{:?}", named.difference(&all));
    }
}
