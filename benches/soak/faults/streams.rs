//! Clients that follow a run by server-sent events, lose the connection somewhere, and go on with what
//! comes after the last event: nothing may be missing, and nothing told twice.

use super::client::{Broken, Client, Followed, post};
use super::events::Events;
use super::fault::Fault;
use super::programs::{Program, told};
use super::tally::Shared;
use super::traffic::{judge_silence, refused};
use crate::attacks::next;
use serde_json::Value;
use std::sync::atomic::Ordering;
use std::time::Instant;

/// Of so many runs, all but one are cut somewhere.
const WHOLE: u64 = 4;
/// Events before the cut, at most: fewer than there are.
const LATEST: u64 = 12;

/// What came of following a run.
enum Came {
    ToItsEnd(Vec<Value>),
    /// For a reason that was counted.
    Otherwise,
}

/// Follows one run, with a cut or without.
pub(super) fn turn(shared: &Shared, client: &mut Client, seed: &mut u64) {
    let program = told(shared.number.fetch_add(1, Ordering::Relaxed));
    let cut = match next(seed).is_multiple_of(WHOLE) {
        true => None,
        false => Some(1 + next(seed) % LATEST),
    };
    let sent = Instant::now();
    let judged = match follow(shared, client, &program, cut, sent) {
        Ok(Came::ToItsEnd(events)) => judge(shared, &program, &events, sent, cut.is_some()),
        Ok(Came::Otherwise) => Ok(()),
        Err(why) => Err(why),
    };
    if let Err(why) = judged {
        let took = sent.elapsed().as_secs_f64();
        shared.fail(&format!("followed, cut after {cut:?}, {took:.1} s: {why}"));
    }
}

fn follow(
    shared: &Shared,
    client: &Client,
    program: &Program,
    cut: Option<u64>,
    sent: Instant,
) -> Result<Came, String> {
    let path = format!("/execute/{}", program.language);
    let first = client.follow(&post(&path, "accept: text/event-stream\r\n", &program.body));
    let mut events = match first {
        Ok(Followed::Events(events)) => events,
        Ok(Followed::Answered(reply)) if matches!(reply.status, 429 | 503) => {
            return refused(shared, sent, &reply).map(|()| Came::Otherwise);
        }
        // Its runner was killed when something had been told: it is not tried again.
        Ok(Followed::Answered(reply)) if reply.status == 500 => return lost(shared, sent),
        Ok(Followed::Answered(reply)) => return Err(format!("{}: {}", reply.status, reply.body)),
        Err(broken) => return judge_silence(shared, sent, broken).map(|()| Came::Otherwise),
    };
    let mut seen = Vec::new();
    if let Err(broken) = read(&mut events, &mut seen, cut.unwrap_or(u64::MAX)) {
        return judge_silence(shared, sent, broken).map(|()| Came::Otherwise);
    }
    if cut.is_none() || seen.len() as u64 != cut.unwrap_or_default() {
        return Ok(Came::ToItsEnd(seen));
    }
    drop(events);
    let run_id = seen[0]["run_id"].as_str().unwrap_or_default().to_owned();
    let again = client.follow(&format!(
        "GET /runs/{run_id}/events HTTP/1.1\r\nhost: soak\r\nlast-event-id: {}\r\n\r\n",
        seen.len()
    ));
    match again {
        Ok(Followed::Events(mut events)) => match read(&mut events, &mut seen, u64::MAX) {
            Ok(()) => Ok(Came::ToItsEnd(seen)),
            Err(broken) => judge_silence(shared, sent, broken).map(|()| Came::Otherwise),
        },
        // It was another server's.
        Ok(Followed::Answered(reply))
            if matches!(reply.status, 404 | 503) && shared.met(sent, Fault::ends_the_server) =>
        {
            shared.tally().lost_with_it += 1;
            Ok(Came::Otherwise)
        }
        Ok(Followed::Answered(reply)) => Err(format!("again: {}: {}", reply.status, reply.body)),
        Err(broken) => judge_silence(shared, sent, broken).map(|()| Came::Otherwise),
    }
}

/// Reads to the end, or until there are so many.
fn read(events: &mut Events, seen: &mut Vec<Value>, most: u64) -> Result<(), Broken> {
    while (seen.len() as u64) < most {
        match events.next()? {
            Some(event) => seen.push(event),
            None => break,
        }
    }
    Ok(())
}

/// All of it, in order and once.
fn judge(
    shared: &Shared,
    program: &Program,
    events: &[Value],
    sent: Instant,
    was_cut: bool,
) -> Result<(), String> {
    let shown = || Value::from(events.to_vec()).to_string();
    let numbers = events.iter().map(|event| event["seq"].as_u64());
    if !numbers.eq((1..=events.len() as u64).map(Some)) {
        return Err(format!("events are missing, or told twice: {}", shown()));
    }
    let last = events.last().cloned().unwrap_or_default();
    if last["event"] == "error" {
        return match last["problem"]["status"].as_u64() {
            Some(500) => lost(shared, sent).map(|_| ()),
            Some(503) if shared.met(sent, |_| true) => {
                shared.tally().lost_with_it += 1;
                Ok(())
            }
            _ => Err(shown()),
        };
    }
    let said = events.iter().filter(|event| event["event"] == "stdout");
    let text: String = said.filter_map(|event| event["text"].as_str()).collect();
    let mut answer = last["result"].clone();
    // A server that is asked to stop and can wait no longer cancels what it runs.
    if answer["status"] == "cancelled" && shared.met(sent, Fault::ends_the_server) {
        shared.tally().lost_with_it += 1;
        return Ok(());
    }
    answer["stdout"] = text.into();
    (program.check(&answer.to_string())).map_err(|why| format!("{why}: {}", shown()))?;
    let mut tally = shared.tally();
    tally.followed += 1;
    tally.gone_on += u64::from(was_cut);
    Ok(())
}

/// Something was told of it, so it was not begun again on another runner.
fn lost(shared: &Shared, sent: Instant) -> Result<Came, String> {
    if shared.kills_since(sent) == 0 {
        return Err("500, and no runner was killed".to_owned());
    }
    shared.tally().lost_with_it += 1;
    Ok(Came::Otherwise)
}
