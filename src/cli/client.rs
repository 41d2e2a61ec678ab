//! `warmbox client FILE`: sends a file to a server and prints what came back.

use super::run::{exit_code, find, read, stdin};
use super::{Program, exit, fail};
use crate::language;
use crate::run::answer::Status;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;
use ureq::RequestBuilder;

/// Longer than any limit that a server of ours allows, queue included.
const DEADLINE: Duration = Duration::from_secs(180);

/// The part of an answer that is shown.
#[derive(Deserialize)]
pub(super) struct Shown {
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

/// A server, and who asks it.
#[derive(Debug, clap::Args)]
pub(super) struct Place {
    /// The server's address
    #[arg(long, env = "WARMBOX_URL", default_value = "http://127.0.0.1:5001")]
    url: String,
    /// The API key, where the server asks for one
    #[arg(long, env = "WARMBOX_API_KEY", hide_env_values = true)]
    key: Option<String>,
}

type Answered = ureq::http::Response<ureq::Body>;

impl Place {
    pub(super) fn get(&self, path: &str) -> anyhow::Result<Answered> {
        self.heard(path, |agent, url| self.with_key(agent.get(url)).call())
    }

    pub(super) fn delete(&self, path: &str) -> anyhow::Result<Answered> {
        self.heard(path, |agent, url| self.with_key(agent.delete(url)).call())
    }

    pub(super) fn post(&self, path: &str, body: &Value) -> anyhow::Result<Answered> {
        self.heard(path, |agent, url| {
            self.with_key(agent.post(url)).send_json(body)
        })
    }

    fn with_key<Any>(&self, request: RequestBuilder<Any>) -> RequestBuilder<Any> {
        match &self.key {
            Some(key) => request.header("authorization", format!("Bearer {key}")),
            None => request,
        }
    }

    /// The answer, where it is not a problem.
    fn heard(
        &self,
        path: &str,
        ask: impl FnOnce(&ureq::Agent, &str) -> Result<Answered, ureq::Error>,
    ) -> anyhow::Result<Answered> {
        let agent: ureq::Agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(DEADLINE))
            .build()
            .into();
        let url = format!("{}{path}", self.url.trim_end_matches('/'));
        let mut response = ask(&agent, &url).map_err(|error| anyhow::anyhow!("{url}: {error}"))?;
        if !response.status().is_success() {
            let problem: Value = response.body_mut().read_json()?;
            let detail = problem["detail"].as_str().unwrap_or("no detail");
            anyhow::bail!("the server answered {}: {detail}", response.status());
        }
        Ok(response)
    }
}

pub(super) fn client(program: Option<&Program>, place: &Place) -> ExitCode {
    let answered = match program {
        Some(program) => ask(program, place),
        // Not without a file or another command, says the command line.
        None => Err(anyhow::anyhow!("which file?")),
    };
    match answered {
        Ok(answer) => show(&answer),
        Err(error) => fail(exit::FAILED, &format!("{error:#}")),
    }
}

fn ask(program: &Program, place: &Place) -> anyhow::Result<Shown> {
    let (language, body) = request(program)?;
    let mut response = place.post(&format!("/execute/{language}"), &body)?;
    Ok(large(&mut response)?)
}

/// The language of a program, and the request for it.
pub(super) fn request(program: &Program) -> anyhow::Result<(String, Value)> {
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
    Ok((language, body))
}

/// JSON that may have a program's output in it.
pub(super) fn large<Read: DeserializeOwned>(response: &mut Answered) -> Result<Read, ureq::Error> {
    let reading = response.body_mut().with_config().limit(256 << 20);
    reading.read_json()
}

pub(super) fn show(answer: &Shown) -> ExitCode {
    if let Some(compile) = &answer.compile {
        let _ = std::io::stderr().write_all(compile.stderr.as_bytes());
    }
    let _ = std::io::stdout().write_all(answer.stdout.as_bytes());
    let _ = std::io::stdout().flush();
    let _ = std::io::stderr().write_all(answer.stderr.as_bytes());
    let (limit, signal) = (answer.limit.as_deref(), answer.signal.as_deref());
    exit_code(answer.status, limit, answer.exit_code, signal)
}
