//! Clients that ask all the time and judge every answer: the right one, or an honest refusal.

use super::client::{Broken, Client, Reply};
use super::fault::Fault;
use super::programs::{Program, program};
use super::tally::Shared;
use crate::attacks::next;
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Longer than the queue, both stages with their grace, and the longest fault together.
const ANSWER: Duration = Duration::from_secs(90);
pub(super) const PAUSED: Duration = Duration::from_millis(20);
/// Of so many requests, the client goes away during one.
const ABANDONED: u64 = 30;
/// Between two requests of a client, at most.
const THINK_MS: u64 = 60;
/// Codes of refusals that any fault may bring.
const HONEST: [&str; 4] = ["busy", "unavailable", "memory_low", "answers_unread"];

/// What a client does once and again, by its dice.
pub(super) type Turn = fn(&Shared, &mut Client, &mut u64);

/// Takes its turns until the soak ends.
pub(super) fn ask_until_the_end(shared: &Shared, at: SocketAddr, mut seed: u64, turn: Turn) {
    let (mut client, mut life) = (Client::new(at, ANSWER), 0);
    while !shared.end.load(Ordering::SeqCst) {
        shared.in_flight.fetch_add(1, Ordering::SeqCst);
        if shared.pause.load(Ordering::SeqCst) {
            shared.in_flight.fetch_sub(1, Ordering::SeqCst);
            // So that it is not counted among the server's descriptors.
            client.hang_up();
            std::thread::sleep(PAUSED);
            continue;
        }
        let now = shared.life.load(Ordering::SeqCst);
        // Half of all requests come on a connection that was kept.
        if now != life || next(&mut seed).is_multiple_of(2) {
            client.hang_up();
        }
        life = now;
        turn(shared, &mut client, &mut seed);
        shared.in_flight.fetch_sub(1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(next(&mut seed) % THINK_MS));
    }
}

/// One program, whose answer is waited for.
pub(super) fn ask(shared: &Shared, client: &mut Client, seed: &mut u64) {
    let number = shared.number.fetch_add(1, Ordering::Relaxed);
    let program = program(next(seed), number);
    shared.tally().requests += 1;
    if next(seed).is_multiple_of(ABANDONED) {
        let (whole, after) = (!next(seed).is_multiple_of(4), next(seed) % 300);
        client.abandon(
            program.language,
            &program.body,
            whole,
            Duration::from_millis(after),
        );
        shared.tally().abandoned += 1;
        return;
    }
    let sent = Instant::now();
    let result = client.execute(program.language, &program.body);
    if let Err(why) = judge(shared, &program, sent, result) {
        let asked: String = program.body.chars().take(300).collect();
        let took = sent.elapsed().as_secs_f64();
        shared.fail(&format!(
            "{} program {asked}: after {took:.1} s: {why}",
            program.language
        ));
    }
}

/// Counts what came of a request, or says what is wrong with it.
fn judge(
    shared: &Shared,
    program: &Program,
    sent: Instant,
    result: Result<Reply, Broken>,
) -> Result<(), String> {
    let reply = match result {
        Ok(reply) => reply,
        Err(broken) => return judge_silence(shared, sent, broken),
    };
    let shown = || -> String { reply.body.chars().take(1500).collect() };
    match reply.status {
        200 => {
            let status =
                (program.check(&reply.body)).map_err(|why| format!("{why}: {}", shown()))?;
            let mut tally = shared.tally();
            *tally.answers.entry((program.language, status)).or_default() += 1;
            Ok(())
        }
        429 | 503 => refused(shared, sent, &reply),
        // A runner that is lost is made up for once.
        500 if shared.kills_since(sent) >= 2 && reply.body.contains("internal_error") => {
            shared.tally().lost_twice += 1;
            Ok(())
        }
        other => Err(format!("{other}: {}", shown())),
    }
}

/// Counts a connection that broke for a reason, or says that there was none.
pub(super) fn judge_silence(shared: &Shared, sent: Instant, broken: Broken) -> Result<(), String> {
    match broken {
        // Between two servers.
        Broken::Refused if shared.met(sent, Fault::ends_the_server) => {
            shared.tally().nobody += 1;
            std::thread::sleep(PAUSED);
            Ok(())
        }
        Broken::Refused => Err("nobody listens".to_owned()),
        Broken::Cut(_) if shared.met(sent, |fault| fault == Fault::ServerKilled) => {
            shared.tally().cut_by_kill += 1;
            Ok(())
        }
        // It came after the wish to stop, and nobody took it any more.
        Broken::Cut(_) if shared.was_under_way(sent, Fault::ServerStopped) => {
            shared.tally().nobody += 1;
            Ok(())
        }
        Broken::Cut(error) => Err(format!("the connection was cut: {error}")),
        Broken::Late => Err("no answer".to_owned()),
    }
}

/// Counts an honest refusal, or says what is wrong with it.
pub(super) fn refused(shared: &Shared, sent: Instant, reply: &Reply) -> Result<(), String> {
    let code = refusal(shared, sent, reply)
        .map_err(|why| format!("{why}: {}: {}", reply.status, reply.body))?;
    let at_peace = !shared.met(sent, |_| true);
    let mut tally = shared.tally();
    *tally.refusals.entry(code).or_default() += 1;
    tally.refused_at_peace += u64::from(at_peace);
    Ok(())
}

/// The code of an honest refusal.
pub(super) fn refusal(shared: &Shared, sent: Instant, reply: &Reply) -> Result<String, String> {
    let body: Value = serde_json::from_str(&reply.body).map_err(|error| error.to_string())?;
    let code = body["code"].as_str().unwrap_or_default();
    if reply.retry_after.is_none_or(|seconds| seconds == 0) {
        return Err("a refusal without retry-after".to_owned());
    }
    let fits = match code {
        "stopping" => shared.met(sent, |fault| fault == Fault::ServerStopped),
        "disk_low" | "jobs_unavailable" => shared.met(sent, |fault| fault == Fault::DiskFull),
        // The server before has them still, or this one reads them.
        "jobs_not_ready" => shared.met(sent, Fault::ends_the_server),
        _ => HONEST.contains(&code),
    };
    match fits {
        true => Ok(code.to_owned()),
        false => Err(format!("the refusal {code:?} is for no reason")),
    }
}
