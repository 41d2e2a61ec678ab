//! `warmbox client job …`: programs that a server executes later.

use super::client::{Place, Shown, large, request, show};
use super::{Program, exit, fail};
use clap::Subcommand;
use serde::Deserialize;
use std::io::Write;
use std::process::ExitCode;
use uuid::Uuid;

/// The longest that a server waits for an end, in milliseconds; then it is asked again.
const WAIT_MS: u32 = 60_000;
/// The largest page.
const PAGE: usize = 1000;

#[derive(Debug, Subcommand)]
pub(super) enum Wanted {
    /// Have a file executed later, and print the job's id
    Submit {
        #[command(flatten)]
        program: Program,
        #[command(flatten)]
        place: Place,
    },
    /// Wait for a job's end, and print what its program printed
    Wait {
        id: Uuid,
        #[command(flatten)]
        place: Place,
    },
    /// Cancel a job, or forget one that has ended
    Cancel {
        id: Uuid,
        #[command(flatten)]
        place: Place,
    },
    /// Print one's own jobs, newest first: id, status, language and when it was made
    List {
        #[command(flatten)]
        place: Place,
    },
}

/// The part of a job that is shown.
#[derive(Deserialize)]
struct Job {
    id: String,
    status: String,
    language: String,
    created_at: String,
    error: Option<Failure>,
    result: Option<Shown>,
}

#[derive(Deserialize)]
struct Failure {
    code: String,
    detail: String,
}

#[derive(Deserialize)]
struct Page {
    jobs: Vec<Job>,
    next: Option<String>,
}

pub(super) fn job(wanted: &Wanted) -> ExitCode {
    let done = match wanted {
        Wanted::Submit { program, place } => submit(program, place),
        Wanted::Wait { id, place } => wait(*id, place),
        Wanted::Cancel { id, place } => cancel(*id, place),
        Wanted::List { place } => list(place),
    };
    done.unwrap_or_else(|error| fail(exit::FAILED, &format!("{error:#}")))
}

fn submit(program: &Program, place: &Place) -> anyhow::Result<ExitCode> {
    let (language, mut body) = request(program)?;
    body["language"] = language.into();
    let job: Job = place.post("/jobs", &body)?.body_mut().read_json()?;
    print(&job.id)
}

fn wait(id: Uuid, place: &Place) -> anyhow::Result<ExitCode> {
    let job = loop {
        let mut response = place.get(&format!("/jobs/{id}?wait_ms={WAIT_MS}"))?;
        let job: Job = large(&mut response)?;
        if !matches!(&*job.status, "queued" | "running") {
            break job;
        }
    };
    match (job.error, job.result) {
        (Some(error), _) => anyhow::bail!("{}: {}", error.code, error.detail),
        (None, Some(result)) => Ok(show(&result)),
        (None, None) => anyhow::bail!("the job is {}", job.status),
    }
}

fn cancel(id: Uuid, place: &Place) -> anyhow::Result<ExitCode> {
    let response = place.delete(&format!("/jobs/{id}"))?;
    print(match response.status().as_u16() {
        204 => "removed",
        _ => "cancelled",
    })
}

fn list(place: &Place) -> anyhow::Result<ExitCode> {
    let mut after = String::new();
    loop {
        let mut response = place.get(&format!("/jobs?limit={PAGE}{after}"))?;
        let page: Page = large(&mut response)?;
        for job in &page.jobs {
            let (id, status, language) = (&job.id, &job.status, &job.language);
            print(&format!("{id} {status:9} {language} {}", job.created_at))?;
        }
        match page.next {
            Some(next) => after = format!("&after={next}"),
            None => return Ok(ExitCode::SUCCESS),
        }
    }
}

/// A line on stdout; an error where nobody reads it.
fn print(line: &str) -> anyhow::Result<ExitCode> {
    writeln!(std::io::stdout(), "{line}")?;
    Ok(ExitCode::SUCCESS)
}
