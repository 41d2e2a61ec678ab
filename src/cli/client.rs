//! `warmbox client FILE`: sends a file to a server and prints what came back.

use super::run::{exit_code, find, read, stdin};
use super::{Program, exit, fail};
use crate::language;
use crate::run::answer::Status;
use serde::Deserialize;
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

/// Longer than any limit that a server of ours allows, queue included.
const DEADLINE: Duration = Duration::from_secs(180);

/// The part of an answer that is shown.
#[derive(Deserialize)]
struct Shown {
    status: Status,
    limit: Option<String>,
    exit_code: Option<i32>,
    signal: Option<String>,
    stdout: String,
    stderr: String,
    compile: Option<Compile>,
}

#[derive(Deserialize)]
struct Compile {
    stderr: String,
}

pub(super) fn client(program: &Program, url: &str, key: Option<&str>) -> ExitCode {
    match ask(program, url, key) {
        Ok(answer) => show(&answer),
        Err(error) => fail(exit::FAILED, &format!("{error:#}")),
    }
}

fn ask(program: &Program, url: &str, key: Option<&str>) -> anyhow::Result<Shown> {
    // The server may know more of them; those are to be named.
    let language = match &program.language {
        Some(language) => language.clone(),
        None => find(&language::load(None, &[])?, program)?.name.clone(),
    };
    let code = String::from_utf8(read(&program.file)?)
        .map_err(|_| anyhow::anyhow!("{} is not UTF-8", program.file.display()))?;
    let stdin = String::from_utf8(stdin(program)?)
        .map_err(|_| anyhow::anyhow!("standard input is not UTF-8"))?;
    let mut body = serde_json::json!({"code": code, "stdin": stdin, "args": program.args});
    if let Some(std) = &program.std {
        body["std"] = std.as_str().into();
    }
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(DEADLINE))
        .build()
        .into();
    let url = format!("{}/execute/{language}", url.trim_end_matches('/'));
    let mut request = agent.post(&url);
    if let Some(key) = key {
        request = request.header("authorization", format!("Bearer {key}"));
    }
    let mut response = request
        .send_json(&body)
        .map_err(|error| anyhow::anyhow!("{url}: {error}"))?;
    if response.status() != 200 {
        let problem: serde_json::Value = response.body_mut().read_json()?;
        let detail = problem["detail"].as_str().unwrap_or("no detail");
        anyhow::bail!("the server answered {}: {detail}", response.status());
    }
    let reading = response.body_mut().with_config().limit(256 << 20);
    Ok(reading.read_json()?)
}

fn show(answer: &Shown) -> ExitCode {
    if let Some(compile) = &answer.compile {
        let _ = std::io::stderr().write_all(compile.stderr.as_bytes());
    }
    let _ = std::io::stdout().write_all(answer.stdout.as_bytes());
    let _ = std::io::stdout().flush();
    let _ = std::io::stderr().write_all(answer.stderr.as_bytes());
    let (limit, signal) = (answer.limit.as_deref(), answer.signal.as_deref());
    exit_code(answer.status, limit, answer.exit_code, signal)
}
