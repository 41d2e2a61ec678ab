//! The process inside: does what it is asked for, and times it.

use super::{Ask, Done, Job, Reply, Words};
use anyhow::Context;
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Where sandboxes look for programs.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// What programs find in a sandbox of theirs, as far as it changes their speed: see
/// runner-images/python/language.toml. The list of fonts is in the image.
const ENVIRONMENT: [(&str, &str); 9] = [
    ("PATH", PATH),
    ("LANG", "C.UTF-8"),
    ("TZ", "UTC"),
    ("PYTHONDONTWRITEBYTECODE", "1"),
    ("MPLBACKEND", "agg"),
    ("MPLCONFIGDIR", "/tmp/.matplotlib"),
    ("OPENBLAS_NUM_THREADS", "1"),
    ("OMP_NUM_THREADS", "1"),
    ("MKL_NUM_THREADS", "1"),
];

/// Enters `root` and answers asks until there are no more.
pub(crate) fn serve(root: &Path, folder: &Path) -> anyhow::Result<()> {
    if root != Path::new("/") {
        std::os::unix::fs::chroot(root).context("cannot enter the root")?;
    }
    std::env::set_current_dir(folder)?;
    for line in std::io::stdin().lock().lines() {
        let answered = match serde_json::from_str(&line?)? {
            Ask::Do(job) => run(folder, &job).map(Reply::Done),
            Ask::Crowd {
                command,
                at_once,
                time,
            } => crowd(folder, &command, at_once, time).map(Reply::Rate),
        };
        let reply = answered.unwrap_or_else(|error| Reply::Failed(format!("{error:#}")));
        println!("{}", serde_json::to_string(&reply)?);
        std::io::stdout().flush()?;
    }
    Ok(())
}

fn run(folder: &Path, job: &Job) -> anyhow::Result<Done> {
    let mut commands = job
        .commands
        .iter()
        .map(|words| Ok((command(folder, words)?, words)))
        .collect::<anyhow::Result<Vec<_>>>()?;
    let start = Instant::now();
    for (name, text) in &job.files {
        std::fs::write(folder.join(name), text)?;
    }
    let mut stdouts = Vec::with_capacity(commands.len());
    for (command, words) in &mut commands {
        stdouts.push(output(command, words)?);
    }
    let read = job.read.as_ref();
    let read_bytes = read.map_or(Ok(0), |name| {
        std::fs::read(folder.join(name)).map(|bytes| bytes.len())
    })?;
    Ok(Done {
        took: start.elapsed(),
        stdouts,
        read_bytes,
    })
}

/// Whole commands a second, by so many threads that start one after the other.
fn crowd(folder: &Path, words: &Words, at_once: usize, time: Duration) -> anyhow::Result<f64> {
    let done = AtomicU64::new(0);
    let start = Instant::now();
    let worker = || {
        let mut command = command(folder, words)?;
        while start.elapsed() < time {
            output(&mut command, words)?;
            if start.elapsed() < time {
                done.fetch_add(1, Ordering::Relaxed);
            }
        }
        anyhow::Ok(())
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..at_once).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().try_for_each(|worker| {
            worker
                .join()
                .map_err(|_| anyhow::anyhow!("a thread panicked"))?
        })
    })?;
    Ok(done.into_inner() as f64 / time.as_secs_f64())
}

fn command(folder: &Path, words: &Words) -> anyhow::Result<Command> {
    let (program, arguments) = words.argv.split_first().context("no command")?;
    let mut command = Command::new(find(folder, program)?);
    command
        .args(arguments)
        .env_clear()
        .envs(ENVIRONMENT)
        .env("TMPDIR", folder)
        .current_dir(folder);
    Ok(command)
}

fn find(folder: &Path, program: &str) -> anyhow::Result<PathBuf> {
    if let Some(own) = program.strip_prefix("./") {
        return Ok(folder.join(own));
    }
    std::env::split_paths(PATH)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
        .with_context(|| format!("there is no {program} in {PATH}"))
}

/// What the command prints.
///
/// # Errors
/// Any exit code but 0.
fn output(command: &mut Command, words: &Words) -> anyhow::Result<String> {
    let stdin = match words.stdin.is_empty() {
        true => Stdio::null(),
        false => Stdio::piped(),
    };
    command
        .stdin(stdin)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command
        .spawn()
        .with_context(|| format!("cannot start {:?}", words.argv))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(words.stdin.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    anyhow::ensure!(
        output.status.success(),
        "{:?} ended with {}: {}",
        words.argv,
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?)
}
