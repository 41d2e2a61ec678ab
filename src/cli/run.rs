//! `warmbox run FILE`: one program in one sandbox, with no server; for trying things out and for
//! scripts.

use super::{Program, exit, fail, runtime};
use crate::cache::Cache;
use crate::config::{Asked, Config, PoolSettings};
use crate::judge::Cores;
use crate::language::{self, Language};
use crate::logging;
use crate::pool::Pool;
use crate::run::answer::{Answer, Status};
use crate::run::request::RunRequest;
use crate::run::verdict::signal_name;
use crate::run::{self, Identity, Means};
use crate::server;
use crate::tasks::Tasks;
use std::io::{Read, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use warmbox_protocol::InputFile;

/// For its one runner to vanish.
const EMPTY_DEADLINE: Duration = Duration::from_secs(10);

pub(super) fn run(config: &Config, program: &Program) -> ExitCode {
    let quiet = Config {
        log_filter: "error".to_owned(),
        ..config.clone()
    };
    let _lines = match logging::start(&quiet) {
        Ok((_, lines)) => lines,
        Err(error) => return fail(exit::CONFIGURATION, &error),
    };
    let request = match request(config, program) {
        Ok(request) => request,
        Err(error) => return fail(exit::CONFIGURATION, &error),
    };
    let answered = runtime()
        .map_err(anyhow::Error::from)
        .and_then(|runtime| runtime.block_on(execute(config, request)));
    match answered {
        Ok(answer) => show(&answer),
        Err(error) => fail(exit::ENGINE, &format!("{error:#}")),
    }
}

fn request(config: &Config, program: &Program) -> anyhow::Result<RunRequest> {
    let languages = language::load(config.languages_dir.as_deref(), &config.languages)?;
    let language = find(&languages, program)?;
    let main = InputFile {
        path: language.main_file.clone(),
        bytes: read(&program.file)?,
        executable: false,
    };
    if let Some(std) = &program.std {
        let allowed = language.standards.as_ref().map(|s| s.allowed.as_slice());
        if !allowed.unwrap_or_default().contains(std) {
            let known = allowed.unwrap_or_default().join(", ");
            anyhow::bail!(
                "--std {std} is not one that {} knows: {known}",
                language.name
            );
        }
    }
    let run_id = Uuid::now_v7();
    Ok(RunRequest {
        run_id,
        request_id: run_id.to_string(),
        asked_by: "".into(),
        language,
        files: vec![main],
        stdin: stdin(program)?,
        args: program.args.clone(),
        std: program.std.clone(),
        limits: config.limits.resolve(&Asked::default())?,
        stop_at_output_limit: false,
        terminal: None,
        outputs: Vec::new(),
        outputs_as_blobs: false,
        judging: None,
    })
}

/// The language that was named, or that the file's ending tells: first of all the one whose main
/// file has it, as g++ compiles .c as well.
pub(super) fn find(
    languages: &[Arc<Language>],
    program: &Program,
) -> anyhow::Result<Arc<Language>> {
    let path = program.file.to_string_lossy();
    let ending = |path: &str| path.rsplit_once('.').map(|(_, ending)| ending.to_owned());
    let found = match &program.language {
        Some(word) => languages.iter().find(|it| it.answers_to(word)),
        None => (languages.iter())
            .find(|it| it.is_source(&path) && ending(&it.main_file) == ending(&path))
            .or_else(|| languages.iter().find(|it| it.is_source(&path))),
    };
    let known = || {
        let names: Vec<_> = languages.iter().map(|l| l.name.as_str()).collect();
        names.join(", ")
    };
    found.cloned().ok_or_else(|| {
        anyhow::anyhow!(
            "no language for {path}; name one of {} with --language",
            known()
        )
    })
}

pub(super) fn stdin(program: &Program) -> anyhow::Result<Vec<u8>> {
    match program.stdin.as_deref() {
        None => Ok(Vec::new()),
        Some(path) if path == Path::new("-") => {
            let mut bytes = Vec::new();
            std::io::stdin().read_to_end(&mut bytes)?;
            Ok(bytes)
        }
        Some(path) => read(path),
    }
}

pub(super) fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).map_err(|error| anyhow::anyhow!("cannot read {}: {error}", path.display()))
}

async fn execute(config: &Config, request: RunRequest) -> anyhow::Result<Answer> {
    let tasks = Tasks::default();
    let one = PoolSettings {
        min_idle: 1,
        max: 1,
        queue: 1,
        ..config.pool.clone()
    };
    let language = request.language.clone();
    let languages = std::slice::from_ref(&language);
    let engine = server::engine_of_command(config, languages, tasks.tracker().clone()).await;
    let pool = Pool::start(language, engine, one, &tasks);
    let means = Means {
        pools: [pool].into(),
        // One program is compiled once.
        cache: Cache::off(),
        identity: Identity {
            instance: request.request_id.clone(),
            version: crate::api::VERSION,
        },
        cores: Cores::of_machine(),
        pairs: Arc::default(),
        judges_limits: config.limits.defaults,
    };
    let interrupted = CancellationToken::new();
    let answer = tokio::select! {
        answer = run::execute(&means, request, &interrupted, None) => answer,
        _ = tokio::signal::ctrl_c() => anyhow::bail!("interrupted"),
    };
    tasks.end(EMPTY_DEADLINE).await;
    Ok(answer?)
}

/// Prints what the program printed, and answers the exit code that a shell would have seen.
fn show(answer: &Answer) -> ExitCode {
    let compile = answer.compile.as_ref();
    if let Some(compile) = compile {
        let _ = std::io::stderr().write_all(compile.stderr.as_bytes());
    }
    let _ = std::io::stdout().write_all(answer.stdout.as_bytes());
    let _ = std::io::stdout().flush();
    let _ = std::io::stderr().write_all(answer.stderr.as_bytes());
    let code = compile
        .filter(|c| c.status != Status::Ok)
        .and_then(|c| c.exit_code);
    exit_code(
        answer.status,
        answer.limit,
        answer.exit_code.or(code),
        answer.signal.as_deref(),
    )
}

/// What `run` and `client` end with: the program's own exit code, and a word on stderr where it
/// did not have one.
pub(super) fn exit_code(
    status: Status,
    limit: Option<&str>,
    code: Option<i32>,
    signal: Option<&str>,
) -> ExitCode {
    match (status, code, signal) {
        (Status::Ok | Status::RuntimeError | Status::CompileError, Some(code), _) => {
            ExitCode::from(u8::try_from(code).unwrap_or(exit::FAILED))
        }
        (Status::RuntimeError, None, Some(signal)) => {
            eprintln!("warmbox: the program was ended by {signal}");
            // As a shell says it.
            let number = (1..32_u8).find(|n| signal_name((*n).into()) == signal);
            ExitCode::from(number.map_or(exit::FAILED, |number| 128 + number))
        }
        _ => {
            let limit = limit.map_or(String::new(), |limit| format!(" (limits.{limit})"));
            eprintln!("warmbox: {}{limit}", status.name());
            ExitCode::from(exit::LIMIT)
        }
    }
}
