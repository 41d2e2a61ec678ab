//! Requests for tests that are wrong.

use crate::harness::{Server, setups};
use serde_json::{Value, json};

#[test]
fn what_is_wrong_is_named_with_its_place() {
    let server = Server::with(setups()[0], &[]);
    let cases: [(Value, &str, &str); 16] = [
        (json!({"tests": []}), "wrong_number_of_tests", "tests"),
        (json!({"checker": "lines"}), "missing_field", "tests"),
        (
            json!({"tests": [{"stdin": "1"}]}),
            "missing_field",
            "tests[0].expected_output",
        ),
        (
            json!({"tests": [{"expected_output": "1"}], "stdin": "x"}),
            "not_with_tests",
            "stdin",
        ),
        (
            json!({"tests": [{"expected_output": "1"}], "terminal": {}}),
            "not_with_tests",
            "terminal",
        ),
        (
            json!({"tests": [{"expected_output": "1"}, {"expectd": 1}]}),
            "unknown_field",
            "tests[1].expectd",
        ),
        (
            json!({"tests": [{"expected_output": "1", "weight": -1}]}),
            "invalid_weight",
            "tests[0].weight",
        ),
        (
            json!({"tests": [{"expected_output": "1", "limits": {"wall_ms": 9_999_999}}]}),
            "limit_above_ceiling",
            "tests[0].limits.wall_ms",
        ),
        (
            json!({"tests": [{"expected_output": "12345", "limits": {"output_bytes": 4}}]}),
            "expected_too_large",
            "tests[0].expected_output",
        ),
        (
            json!({"tests": [{"expected_output": "1", "files": [{"name": "../x", "content": ""}]}]}),
            "invalid_file_name",
            "tests[0].files[0].name",
        ),
        (
            json!({"tests": [{"expected_output": "1", "checker": "guess"}]}),
            "invalid_field",
            "tests[0].checker",
        ),
        (
            json!({"tests": [{"expected_output": "1", "checker": {"type": "lines", "abs": 1}}]}),
            "invalid_field",
            "tests[0].checker",
        ),
        (
            json!({"tests": [{"expected_output": "1", "checker": {"type": "custom", "language": "cobol", "code": "x"}}]}),
            "unknown_language",
            "tests[0].checker.language",
        ),
        (
            json!({"tests": [{"expected_output": "1", "checker": {"type": "custom", "language": "python"}}]}),
            "empty_code",
            "tests[0].checker.code",
        ),
        (
            json!({"tests": [{}], "interactor": {"language": "python", "code": "1"}, "checker": "exact"}),
            "checker_and_interactor",
            "tests[0].checker",
        ),
        (
            json!({"tests": [{"expected_output": "1"}], "checker": {"type": "custom", "language": "cpp", "code": "int main() {"}}),
            "judge_does_not_compile",
            "checker",
        ),
    ];
    for (mut request, code, field) in cases {
        request["code"] = json!("print(1)");
        let reply = server.post_json("/execute/python", &request);
        let problem = reply.json();
        assert_eq!(
            (reply.status, &problem["code"], &problem["field"]),
            (422, &json!(code), &json!(field)),
            "{problem:#}"
        );
    }
}
