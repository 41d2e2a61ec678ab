//! A Python program does exactly what `python3 main.py` does with it, however its interpreter was
//! prepared: each program in `tests/interpreter/` is run by the service and by the plain interpreter
//! of the same image, and both must write the same bytes and end alike.

mod programs;
mod reference;

use crate::harness::{ONE_PYTHON, Options, Server, Setup, mismatch, root, setups};
use crate::roots::roots;
use programs::{Program, programs};
use reference::Reference;
use serde_json::{Value, json};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How often one is run that may never print the same twice.
const RUNS: usize = 4;
/// Plain interpreters at once.
const AT_ONCE: usize = 2;

/// How a program ended (its exit code or the signal's name) and what it wrote, in the words of an
/// answer.
fn ended(report: &str, stdout: &[u8], stderr: &[u8]) -> Value {
    let exit_code: Option<i32> = report.parse().ok();
    without_addresses(json!({
        "exit_code": exit_code, "signal": exit_code.is_none().then_some(report),
        "stdout": String::from_utf8_lossy(stdout), "stdout_bytes": stdout.len(),
        "stderr": String::from_utf8_lossy(stderr), "stderr_bytes": stderr.len(),
    }))
}

fn execute(server: &Server, program: &Program) -> Value {
    without_addresses(server.execute("python", &program.request))
}

/// Addresses are others in every process, and so is the number of their digits.
fn without_addresses(mut told: Value) -> Value {
    for (stream, bytes) in [("stdout", "stdout_bytes"), ("stderr", "stderr_bytes")] {
        let text = told[stream].as_str().unwrap_or_default();
        let mut parts = text.split("0x");
        let mut cut = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let rest = part.trim_start_matches(|c: char| c.is_ascii_hexdigit());
            let is_address = part.len() - rest.len() > 5;
            cut += if is_address { "ADDRESS" } else { "0x" };
            cut += if is_address { rest } else { part };
        }
        if cut != text {
            told[bytes] = json!(cut.len());
            told[stream] = json!(cut);
        }
    }
    told
}

#[test]
fn programs_do_what_the_plain_interpreter_does_with_them() {
    if !root() {
        println!("the plain interpreter's root takes mounts: nothing was compared");
        return;
    }
    let programs = programs();
    let plain = plain(&programs);
    let mut failures: Vec<_> = (programs.iter().zip(&plain))
        .filter_map(|(program, plain)| {
            let difference = mismatch(plain, &program.ends)?;
            let name = &program.name;
            Some(format!("{name}, plain: {difference}\nin {plain:#}"))
        })
        .collect();
    // An ordinary user's server may not be able to read the roots; its walls are no matter here.
    let setups = setups().into_iter().filter(|it| *it != Setup::Nobody);
    let servers: Vec<_> = setups.map(server).collect();
    std::thread::scope(|scope| {
        let on = |server| {
            let each = programs.iter().zip(&plain);
            let wrong = each.filter_map(|(program, plain)| wrong(server, program, plain));
            wrong.collect::<Vec<_>>()
        };
        let runs: Vec<_> = (servers.iter())
            .map(|server| scope.spawn(move || on(server)))
            .collect();
        for run in runs {
            failures.extend(run.join().expect("a list"));
        }
    });
    let count = failures.len();
    assert!(failures.is_empty(), "{count}:\n{}", failures.join("\n\n"));
}

/// What the plain interpreter does with each of them.
fn plain(programs: &[Program]) -> Vec<Value> {
    let reference = Reference::new(roots().join("python"));
    let next = AtomicUsize::new(0);
    let ended = Mutex::new(vec![Value::Null; programs.len()]);
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let index = next.fetch_add(1, Ordering::Relaxed)
                    && let Some(program) = programs.get(index)
                {
                    let told = reference.run(&program.request);
                    ended.lock().expect("nobody panicked")[index] = told;
                }
            });
        }
    });
    ended.into_inner().expect("nobody panicked")
}

/// With one runner, so that what comes from one run to the next would be seen.
fn server(setup: Setup) -> Server {
    let roots = roots().display().to_string();
    let mut args = ONE_PYTHON.to_vec();
    if setup == Setup::Own {
        args.extend(["--roots-dir", &roots]);
    }
    let server = Server::start(&Options::new(setup, &args));
    server.prepare_all();
    server
}

/// What the service does otherwise than the plain interpreter, if anything.
fn wrong(server: &Server, program: &Program, plain: &Value) -> Option<String> {
    let answer = execute(server, program);
    let difference = match &program.otherwise {
        Some(otherwise) => mismatch(&answer, otherwise).or_else(|| {
            let same = mismatch(&answer, plain).is_none();
            same.then(|| "nothing differs any more: take `differs` out".to_owned())
        }),
        None if program.each_run_differs => mismatch(&answer, &program.ends).or_else(|| {
            let more = (2..RUNS).map(|_| execute(server, program));
            repeated([plain.clone(), answer.clone()].into_iter().chain(more))
        }),
        None => mismatch(&answer, plain),
    }?;
    let (name, setup) = (&program.name, server.setup);
    Some(format!(
        "{name}, {setup:?}: {difference}\n{}",
        side_by_side(&answer, plain)
    ))
}

/// What was printed twice by runs that may not print the same.
fn repeated(runs: impl Iterator<Item = Value>) -> Option<String> {
    let mut printed: Vec<_> = runs.map(|mut run| run["stdout"].take()).collect();
    printed.sort_by_key(Value::to_string);
    let twice = printed.windows(2).find(|pair| pair[0] == pair[1])?;
    Some(format!("{} came twice", twice[0]))
}

/// The first lines in which the streams differ.
fn side_by_side(answer: &Value, plain: &Value) -> String {
    let mut text = format!("status {}\n", answer["status"]);
    for stream in ["stdout", "stderr"] {
        let [ours, theirs] = [answer, plain].map(|of| of[stream].as_str().unwrap_or_default());
        let (mut ours, mut theirs) = (ours.lines(), theirs.lines());
        loop {
            match (ours.next(), theirs.next()) {
                (None, None) => break,
                (ours, theirs) if ours == theirs => {}
                (ours, theirs) => {
                    text += &format!("{stream}: {ours:.400?}\n plain: {theirs:.400?}\n");
                    break;
                }
            }
        }
    }
    text
}
