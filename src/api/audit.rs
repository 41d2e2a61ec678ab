//! Who had what executed, one line each under the target `warmbox::audit`. A key is told by its
//! name; the source only where the operator asked for it.

use super::gate::Caller;
use crate::access::{digest, hex};
use crate::run::answer::Answer;
use crate::run::request::RunRequest;
use std::fmt::Write;
use uuid::Uuid;
use warmbox_protocol::InputFile;

/// A request that was not executed.
pub(super) fn refused(caller: &Caller, path: &str, problem: &str) {
    let (key, client, request_id) = caller.words();
    tracing::info!(
        target: "warmbox::audit",
        outcome = "refused", key, client, request_id, path, problem,
        "not executed"
    );
}

/// A request that got an answer which was there already.
pub(super) fn replayed(caller: &Caller, language: &str) {
    let (key, client, request_id) = caller.words();
    tracing::info!(
        target: "warmbox::audit",
        outcome = "replayed", key, client, request_id, language,
        "answered again"
    );
}

/// Jobs that were taken.
pub(super) fn accepted(caller: &Caller, jobs: &[Uuid]) {
    let (key, client, request_id) = caller.words();
    let (first, count) = (jobs.first().map(Uuid::to_string), jobs.len());
    tracing::info!(
        target: "warmbox::audit",
        outcome = "accepted", key, client, request_id, jobs = count, first_job = first,
        "jobs"
    );
}

/// A job that somebody did not want any more.
pub(super) fn unwanted(caller: &Caller, job: Uuid, outcome: &'static str) {
    let (key, client, request_id) = caller.words();
    tracing::info!(target: "warmbox::audit", outcome, key, client, request_id, %job, "job");
}

impl Caller {
    fn words(&self) -> (&str, String, &str) {
        let client = self.address.map_or("-".to_owned(), |it| it.to_string());
        (self.key.as_deref().unwrap_or("-"), client, &self.request_id)
    }
}

/// The line of one run, which is written even where nobody waits for the answer any more.
pub(super) struct RunLine {
    /// Gone once the line is written, or is not this one's to write.
    caller: Option<Caller>,
    run_id: Uuid,
    /// The job that it was of.
    job: Option<Uuid>,
    language: String,
    code: Code,
}

/// What was executed: nothing is known where nobody listens.
#[derive(Default)]
struct Code {
    sha256: String,
    bytes: usize,
    files: usize,
    text: Option<String>,
}

impl RunLine {
    pub(super) fn new(caller: &Caller, request: &RunRequest, with_code: bool) -> Self {
        let listened = tracing::enabled!(target: "warmbox::audit", tracing::Level::INFO);
        Self {
            caller: Some(caller.clone()),
            run_id: request.run_id,
            job: None,
            language: request.language.name.clone(),
            code: match listened {
                true => Code::of(&request.files, with_code),
                false => Code::default(),
            },
        }
    }

    pub(super) fn of_job(mut self, job: Uuid) -> Self {
        self.job = Some(job);
        self
    }

    pub(super) fn executed(mut self, answer: &Answer) {
        self.write("executed", Some(answer));
    }

    /// Whoever refuses writes it down.
    pub(super) fn refused(mut self) {
        self.caller = None;
    }

    fn write(&mut self, outcome: &str, answer: Option<&Answer>) {
        let Some(caller) = self.caller.take() else {
            return;
        };
        let (key, client, request_id) = caller.words();
        let Code {
            sha256,
            bytes,
            files,
            text,
        } = &self.code;
        tracing::info!(
            target: "warmbox::audit",
            outcome, key, client, request_id, run_id = %self.run_id,
            job = self.job.map(|it| it.to_string()), language = self.language,
            status = answer.map(|it| it.status.name()), limit = answer.and_then(|it| it.limit),
            code_sha256 = sha256, code_bytes = bytes, code_files = files,
            wall_ms = answer.map(|it| it.usage.wall_ms), cpu_ms = answer.map(|it| it.usage.cpu_ms),
            total_ms = answer.map(|it| it.timings.total_ms), code = text.as_deref(),
            "run"
        );
    }
}

impl Drop for RunLine {
    /// The client went away, and its run was cancelled.
    fn drop(&mut self) {
        self.write("cancelled", None);
    }
}

impl Code {
    fn of(files: &[InputFile], with_text: bool) -> Self {
        let sums: Vec<_> = files.iter().map(|file| hex(&digest(&file.bytes))).collect();
        let sha256 = match &*sums {
            [one] => one.clone(),
            // As `sha256sum FILES | sha256sum` says it.
            all => {
                let mut list = String::new();
                for (sum, file) in all.iter().zip(files) {
                    let _ = writeln!(list, "{sum}  {}", file.path);
                }
                hex(&digest(list.as_bytes()))
            }
        };
        Self {
            sha256,
            bytes: files.iter().map(|file| file.bytes.len()).sum(),
            files: files.len(),
            text: with_text.then(|| text(files)),
        }
    }
}

/// The source, each of several files under its name.
fn text(files: &[InputFile]) -> String {
    let mut text = String::new();
    for file in files {
        if files.len() > 1 {
            let _ = writeln!(text, "==> {} <==", file.path);
        }
        text.push_str(&String::from_utf8_lossy(&file.bytes));
    }
    text
}
