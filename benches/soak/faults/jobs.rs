//! Clients that have programs executed as jobs. What was answered with 202 must be fetched with the
//! right result, whatever dies meanwhile: none is lost, none runs for ever.

use super::client::{Broken, Client, Reply};
use super::programs::{Program, judged, program};
use super::tally::Shared;
use super::traffic::{judge_silence, refused};
use crate::attacks::next;
use serde_json::Value;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Longer than the longest fault, and what waits before it in the queue, take together.
const END: Duration = Duration::from_secs(90);
const PAUSE: Duration = Duration::from_millis(100);
/// Of so many submissions, one is a batch; of so many programs, one is judged by tests; of so many
/// jobs, one is cancelled.
const BATCHES: u64 = 3;
const JUDGED: u64 = 4;
const CANCELLED: u64 = 10;
const LARGEST: u64 = 6;

/// Sends one job or a batch, and fetches what came of each.
pub(super) fn turn(shared: &Shared, client: &mut Client, seed: &mut u64) {
    let count = match next(seed).is_multiple_of(BATCHES) {
        true => 2 + next(seed) % (LARGEST - 1),
        false => 1,
    };
    let first = shared.number.fetch_add(count, Ordering::Relaxed);
    let programs: Vec<Program> = (first..first + count)
        .map(|number| match next(seed).is_multiple_of(JUDGED) {
            true => judged(number),
            false => program(next(seed), number),
        })
        .collect();
    let ids = match submit(shared, client, &programs, &format!("soak-{first}")) {
        Ok(ids) => ids,
        Err(why) => return shared.fail(&format!("jobs from {first} on: {why}")),
    };
    shared.tally().jobs += count;
    for (id, program) in ids.iter().zip(&programs) {
        let done = match next(seed).is_multiple_of(CANCELLED) {
            true => cancel(shared, client, id),
            false => fetch(shared, client, id, program),
        };
        if let Err(why) = done {
            let asked: String = program.body.chars().take(300).collect();
            shared.fail(&format!("{} job {id} {asked}: {why}", program.language));
        }
    }
}

/// Until they are taken: a submission of which nothing was heard is sent again, and is the same.
fn submit(
    shared: &Shared,
    client: &mut Client,
    programs: &[Program],
    name: &str,
) -> Result<Vec<String>, String> {
    let jobs: Vec<String> = programs.iter().map(Program::job).collect();
    let body = match &*jobs {
        [one] => one.clone(),
        all => format!("{{\"jobs\":[{}]}}", all.join(",")),
    };
    let mut times = 0;
    let reply = patiently(shared, client, |client| {
        times += 1;
        client.submit(name, &body)
    })?;
    shared.tally().sent_again += times - 1;
    let answer = json(&reply, 202)?;
    let documents = answer["jobs"].as_array().cloned().unwrap_or(vec![answer]);
    let ids = documents.iter().filter_map(|job| job["id"].as_str());
    let ids: Vec<String> = ids.map(str::to_owned).collect();
    match ids.len() == programs.len() {
        true => Ok(ids),
        false => Err(format!("other jobs were taken: {}", reply.body)),
    }
}

fn fetch(shared: &Shared, client: &mut Client, id: &str, program: &Program) -> Result<(), String> {
    let job = ended(shared, client, id)?;
    if job["status"] != "done" || !job["error"].is_null() {
        return Err(format!("it ended otherwise: {job}"));
    }
    let status = program
        .check(&job["result"].to_string())
        .map_err(|why| format!("{why}: {job}"))?;
    let again = job["attempts"].as_u64().is_some_and(|times| times > 1);
    // It makes room, as a client should that keeps what it got.
    if let Some(reply) = delete(shared, client, id)? {
        return Err(format!("it cannot be removed: {}", reply.body));
    }
    let mut tally = shared.tally();
    *tally.fetched.entry((program.language, status)).or_default() += 1;
    tally.begun_again += u64::from(again);
    Ok(())
}

/// Cancels a job, and looks whether it stays so.
fn cancel(shared: &Shared, client: &mut Client, id: &str) -> Result<(), String> {
    let Some(reply) = delete(shared, client, id)? else {
        shared.tally().too_late += 1;
        return Ok(());
    };
    if reply.status != 200 {
        let status = reply.status;
        return Err(format!("cancelled, it says {status}: {}", reply.body));
    }
    let job = ended(shared, client, id)?;
    shared.tally().cancelled += 1;
    match job["status"] == "cancelled" {
        true => Ok(()),
        false => Err(format!("it was cancelled, and is not: {job}")),
    }
}

/// Cancels or forgets a job; what is answered, but where it is forgotten.
fn delete(shared: &Shared, client: &mut Client, id: &str) -> Result<Option<Reply>, String> {
    let mut times = 0;
    let reply = patiently(shared, client, |client| {
        times += 1;
        client.delete(&format!("/jobs/{id}"))
    })?;
    // Perhaps by the one before, of which nothing was heard.
    let is_gone = reply.status == 204 || (reply.status == 404 && times > 1);
    Ok((!is_gone).then_some(reply))
}

/// The job once it has ended.
fn ended(shared: &Shared, client: &mut Client, id: &str) -> Result<Value, String> {
    let begun = Instant::now();
    loop {
        let path = format!("/jobs/{id}?wait_ms=5000");
        let reply = patiently(shared, client, |client| client.get(&path))?;
        let job = json(&reply, 200)?;
        if !matches!(job["status"].as_str(), Some("queued" | "running")) {
            return Ok(job);
        }
        if begun.elapsed() > END {
            return Err(format!("it does not end: {job}"));
        }
    }
}

/// Asks until there is an answer that is neither an honest refusal nor a connection that broke for a
/// reason.
fn patiently(
    shared: &Shared,
    client: &mut Client,
    mut ask: impl FnMut(&mut Client) -> Result<Reply, Broken>,
) -> Result<Reply, String> {
    let begun = Instant::now();
    loop {
        let sent = Instant::now();
        match ask(client) {
            Ok(reply) if matches!(reply.status, 429 | 503) => refused(shared, sent, &reply)?,
            Ok(reply) => return Ok(reply),
            Err(broken) => judge_silence(shared, sent, broken)?,
        }
        if begun.elapsed() > END {
            return Err("it is refused for too long".to_owned());
        }
        client.hang_up();
        std::thread::sleep(PAUSE);
    }
}

fn json(reply: &Reply, status: u16) -> Result<Value, String> {
    let value = serde_json::from_str(&reply.body).ok();
    match value.filter(|_| reply.status == status) {
        Some(value) => Ok(value),
        None => Err(format!("{}: {}", reply.status, reply.body)),
    }
}
