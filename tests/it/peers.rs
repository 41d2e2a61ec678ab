//! The cases of suites that others wrote, from `tests/peers/`: only what each of theirs is for is
//! taken, the programs are ours.
//!
//! A line is one program and the `cases` that it answers, with `expect` as in `harness::expect`
//! and the `http` status where it is not 200. `differs` says why the verdict is another than
//! theirs; `not_here`, instead of a program, why there can be none. The table in SECURITY.md is
//! counted here.

use crate::harness::{Server, mismatch, setups};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const SUITES: [&str; 2] = ["tests/peers/dmoj.jsonl", "tests/peers/go_judge.jsonl"];

#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Absent(Absent),
    Program(Box<Program>),
}

/// Tests of theirs that cannot be, and why.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Absent {
    cases: Vec<String>,
    not_here: String,
}

/// Tests of theirs that are for the same, and our program for it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Program {
    cases: Vec<String>,
    intent: String,
    language: String,
    /// None where the request has `files`.
    code: Option<String>,
    #[serde(default = "no_fields")]
    request: Value,
    http: Option<u16>,
    expect: Value,
    differs: Option<String>,
}

fn no_fields() -> Value {
    json!({})
}

fn text(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn lines(suite: &str) -> Vec<Line> {
    let lines = text(suite);
    let read = lines.lines().enumerate().map(|(number, line)| {
        serde_json::from_str(line)
            .unwrap_or_else(|error| panic!("{suite}, line {}: {error}", number + 1))
    });
    read.collect()
}

#[test]
fn what_dmoj_asks_of_its_judge_holds_here() {
    holds("tests/peers/dmoj.jsonl");
}

#[test]
fn what_go_judge_asks_of_its_sandbox_holds_here() {
    holds("tests/peers/go_judge.jsonl");
}

fn holds(suite: &str) {
    let lines = lines(suite);
    let mut wrong = Vec::new();
    for setup in setups() {
        let server = Server::shared(setup);
        for line in &lines {
            let Line::Program(program) = line else {
                continue;
            };
            if let Some(difference) = difference(&server, program) {
                let (cases, intent) = (program.cases.join(", "), &program.intent);
                wrong.push(format!("as {setup:?}, {cases} ({intent}): {difference}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// What is not as expected, if anything.
fn difference(server: &Server, program: &Program) -> Option<String> {
    let mut request = program.request.clone();
    if let Some(code) = &program.code {
        request["code"] = json!(code);
    }
    let reply = server.post_json(&format!("/execute/{}", program.language), &request);
    if reply.status != program.http.unwrap_or(200) {
        return Some(format!("status {}: {:.2000}", reply.status, reply.text));
    }
    let difference = mismatch(&reply.json(), &program.expect)?;
    Some(format!("{difference}\nin {:.2000}", reply.text))
}

/// How many cases there are, by what came of them.
#[derive(Default)]
struct Count {
    as_is: usize,
    otherwise: usize,
    not_here: usize,
}

#[test]
fn the_table_in_security_md_counts_them() {
    let security = text("SECURITY.md");
    for suite in SUITES {
        let mut count = Count::default();
        let mut names = BTreeSet::new();
        for line in lines(suite) {
            let (cases, of) = match line {
                Line::Absent(Absent { cases, not_here }) => {
                    let row = format!("| {not_here} | {} |", cases.len());
                    assert!(security.contains(&row), "SECURITY.md lacks the row {row}");
                    (cases, &mut count.not_here)
                }
                Line::Program(program) if program.differs.is_some() => {
                    (program.cases, &mut count.otherwise)
                }
                Line::Program(program) => (program.cases, &mut count.as_is),
            };
            *of += cases.len();
            for name in cases {
                assert!(names.insert(name.clone()), "{suite}: {name} is there twice");
            }
        }
        let row = security
            .lines()
            .find(|line| line.starts_with('|') && line.contains(suite))
            .unwrap_or_else(|| panic!("the table in SECURITY.md has no row for {suite}"));
        let told: Vec<usize> = row
            .split('|')
            .filter_map(|cell| cell.trim().parse().ok())
            .collect();
        let counted = [names.len(), count.as_is, count.otherwise, count.not_here];
        assert_eq!(told, counted, "SECURITY.md: {row}");
    }
}
