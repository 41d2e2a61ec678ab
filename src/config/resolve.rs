//! Every setting's default and range, in one list, and the checks between settings.

use super::jobs as of_jobs;
use super::layers::{ConfigError, FileSettings, Layers, given_name};
use super::limits::{Asked, CompilerRoom, FIELDS, LimitTable, StageLimits};
use super::service;
use super::settings::Settings;
use super::units;
use super::{CacheSettings, Config, DockerSettings, EngineChoice, LogFormat, PoolSettings, Pull};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);
/// A body must fit into one message to a runner, with its files and the compiled program.
const MAX_BODY: usize = 64 << 20;
/// Far above any use, far below any overflow.
const MAX_CACHE: u64 = 1 << 40;

pub(super) fn resolve(given: &Settings, file: &FileSettings) -> Result<Config, ConfigError> {
    let at = Layers { given, file };
    let ms = Duration::from_millis;
    let secs = Duration::from_secs;
    let engines = [
        ("auto", EngineChoice::Auto),
        ("docker", EngineChoice::Docker),
        ("embedded", EngineChoice::Embedded),
    ];
    let formats = [("pretty", LogFormat::Pretty), ("json", LogFormat::Json)];
    let names = |text: &str| {
        let names = text
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty());
        Some(names.map(str::to_owned).collect::<Vec<_>>())
    };
    let ip = |text: &str| text.trim_matches(['[', ']']).parse().ok();
    let filter = |text: &str| {
        let valid = text.parse::<tracing_subscriber::filter::Targets>().is_ok()
            || tracing_subscriber::EnvFilter::try_new(text).is_ok();
        (valid && !text.is_empty()).then(|| text.to_owned())
    };
    let pool = pool(&at)?;
    Ok(Config {
        jobs: of_jobs::jobs(&at, &pool)?,
        webhooks: of_jobs::webhooks(&at)?,
        blobs: of_jobs::blobs(&at)?,
        host: at
            .read(
                "host",
                |s| &s.host,
                "an IP address such as 127.0.0.1, 0.0.0.0 or ::1",
                ip,
            )?
            .unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        port: at
            .number("port", |s| &s.port, 0..=u16::MAX)?
            .unwrap_or(5001),
        engine: at
            .choice("engine", |s| &s.engine, &engines)?
            .unwrap_or(EngineChoice::Auto),
        supervisor: at
            .path("supervisor", |s| &s.supervisor)?
            .unwrap_or_else(supervisor_beside_us),
        log_format: at
            .choice("log_format", |s| &s.log_format, &formats)?
            .unwrap_or(LogFormat::Pretty),
        log_filter: at
            .read(
                "log_filter",
                |s| &s.log_filter,
                "a log filter such as info or warmbox=debug",
                filter,
            )?
            .unwrap_or_else(|| "info".to_owned()),
        pool,
        limits: limits(&at)?,
        body_bytes: at
            .size("body_bytes", |s| &s.body_bytes, MAX_BODY)?
            .unwrap_or(16 << 20),
        source_bytes: at
            .size("source_bytes", |s| &s.source_bytes, MAX_BODY)?
            .unwrap_or(1 << 20),
        stdin_bytes: at
            .size("stdin_bytes", |s| &s.stdin_bytes, MAX_BODY)?
            .unwrap_or(8 << 20),
        shutdown_timeout: at
            .duration("shutdown_timeout", |s| &s.shutdown_timeout, ms(0)..=DAY)?
            .unwrap_or(secs(30)),
        fail_safe: at.flag("fail_safe", |s| &s.fail_safe)?.unwrap_or(true),
        start_timeout: at
            .duration("start_timeout", |s| &s.start_timeout, ms(0)..=DAY)?
            .unwrap_or(secs(120)),
        heartbeat: at
            .duration("heartbeat", |s| &s.heartbeat, ms(0)..=DAY)?
            .unwrap_or(secs(60)),
        state_dir: at
            .folder("state_dir", |s| &s.state_dir)?
            .unwrap_or_else(|| default_folder("XDG_STATE_HOME", ".local/state", environment)),
        guards: service::guards(&at)?,
        net: service::net(&at)?,
        access: service::access(&at)?,
        languages: at
            .read("languages", |s| &s.languages, "a list of names", names)?
            .unwrap_or_default(),
        languages_dir: at.path("languages_dir", |s| &s.languages_dir)?,
        id_lock_dir: at
            .path("id_lock_dir", |s| &s.id_lock_dir)?
            .unwrap_or_else(default_lock_dir),
        roots_dir: at.path("roots_dir", |s| &s.roots_dir)?,
        docker: docker(&at)?,
        cache: cache(&at)?,
    })
}

fn cache(at: &Layers<'_>) -> Result<CacheSettings, ConfigError> {
    let expected = format!("a size from 0 (none) to {MAX_CACHE} bytes, such as 8388608 or 8MiB");
    let size = |text: &str| units::bytes(text).filter(|size| *size <= MAX_CACHE);
    Ok(CacheSettings {
        memory_bytes: at
            .read(
                "cache_memory_bytes",
                |s| &s.cache_memory_bytes,
                &expected,
                size,
            )?
            .unwrap_or(8 << 20),
        disk_bytes: at
            .read("cache_disk_bytes", |s| &s.cache_disk_bytes, &expected, size)?
            .unwrap_or(512 << 20),
        folder: at
            .folder("cache_dir", |s| &s.cache_dir)?
            .unwrap_or_else(|| default_folder("XDG_CACHE_HOME", ".cache", environment)),
    })
}

fn docker(at: &Layers<'_>) -> Result<DockerSettings, ConfigError> {
    let pulls = [("missing", Pull::Missing), ("never", Pull::Never)];
    // Not judged here: the variable is the docker client's as well, and may name what only that
    // can reach, which is no fault for a server with the embedded engine.
    let host = |text: &str| Some(text.to_owned());
    let word = |text: &str| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
        (!text.is_empty() && text.len() <= 128 && text.bytes().all(plain)).then(|| text.to_owned())
    };
    let a_word = "a word of letters, digits and - _ .";
    let millicpus = |text: &str| {
        let cpus: f64 = text.trim().parse().ok()?;
        (0.1..=1024.0)
            .contains(&cpus)
            .then_some((cpus * 1000.0).round() as u64)
    };
    Ok(DockerSettings {
        host: at
            .read("docker_host", |s| &s.docker_host, "an address", host)?
            .filter(|host| !host.is_empty())
            .unwrap_or_else(|| "unix:///var/run/docker.sock".to_owned()),
        runtime: at.read("docker_runtime", |s| &s.docker_runtime, a_word, word)?,
        images: images(at)?,
        pull: at
            .choice("pull", |s| &s.pull, &pulls)?
            .unwrap_or(Pull::Missing),
        owner: at.read("owner", |s| &s.owner, a_word, word)?,
        millicpus: at
            .read(
                "runner_cpus",
                |s| &s.runner_cpus,
                "a number of cores from 0.1 to 1024, such as 2 or 1.5",
                millicpus,
            )?
            .unwrap_or(2000),
    })
}

/// The file's table with the `LANGUAGE=IMAGE` of flags and environment over it.
fn images(at: &Layers<'_>) -> Result<BTreeMap<String, String>, ConfigError> {
    let mut images = at.file.settings.images.clone();
    for pair in &at.given.image {
        match pair.split_once('=') {
            Some((language, image)) if !language.is_empty() && !image.trim().is_empty() => {
                images.insert(language.trim().to_owned(), image.trim().to_owned());
            }
            _ => {
                return Err(ConfigError::Value {
                    name: "image".to_owned(),
                    value: pair.clone(),
                    source_name: given_name("image", pair),
                    expected: "LANGUAGE=IMAGE, such as python=warmbox-python:latest".to_owned(),
                });
            }
        }
    }
    Ok(images)
}

fn pool(at: &Layers<'_>) -> Result<PoolSettings, ConfigError> {
    let ms = Duration::from_millis;
    let secs = Duration::from_secs;
    let cores = std::thread::available_parallelism()
        .map_or(2, usize::from)
        .max(2);
    let asked_min = at.number("min_idle", |s| &s.min_idle, 0..=1024)?;
    let asked_max = at.number("max_runners", |s| &s.max_runners, 1..=1024)?;
    // of the two, the one that nobody set follows the one that somebody did
    let (min_idle, max) = match (asked_min, asked_max) {
        (None, max) => (max.map_or(2, |max| max.min(2)), max.unwrap_or(cores)),
        (Some(min), None) => (min, cores.max(min)),
        (Some(min), Some(max)) => (min, max),
    };
    at.read(
        "min_idle",
        |s| &s.min_idle,
        &format!("at most max_runners, which is {max}"),
        |_| (min_idle <= max).then_some(()),
    )?;
    Ok(PoolSettings {
        min_idle,
        max,
        max_uses: at
            .number("max_uses", |s| &s.max_uses, 1..=1_000_000)?
            .unwrap_or(1000),
        queue: at.number("queue", |s| &s.queue, 0..=100_000)?.unwrap_or(64),
        queue_timeout: at
            .duration("queue_timeout", |s| &s.queue_timeout, ms(1)..=secs(3600))?
            .unwrap_or(secs(10)),
        idle_timeout: at
            .duration("idle_timeout", |s| &s.idle_timeout, secs(1)..=DAY)?
            .unwrap_or(secs(120)),
        max_age: at
            .duration("max_age", |s| &s.max_age, secs(1)..=30 * DAY)?
            .unwrap_or(secs(3600)),
    })
}

/// What an operator may raise a ceiling to: far above any use, far below any overflow.
fn hard_maximum(name: &str) -> u64 {
    match name {
        "wall_ms" | "cpu_ms" | "compile_wall_ms" => 3_600_000,
        "processes" => 4096,
        // kept in the server's memory, for both streams
        "output_bytes" => 256 << 20,
        "open_files" => 65_536,
        _ => 1 << 40,
    }
}

fn limits(at: &Layers<'_>) -> Result<LimitTable, ConfigError> {
    let mut table = LimitTable::default();
    let mut ceilings = merge("ceiling", &at.given.ceiling, at.file.settings.ceilings)?;
    let mut defaults = merge("limit", &at.given.limit, at.file.settings.limits)?;
    for name in FIELDS {
        let (Some(ceiling), Some(default)) = (ceilings.field(name), defaults.field(name)) else {
            continue;
        };
        let (Some(lowest), Some(highest)) = (
            slot(&mut table.defaults, name).copied(),
            slot(&mut table.ceilings, name).copied(),
        ) else {
            continue;
        };
        let limit = ceiling.unwrap_or(highest);
        check(
            at,
            "ceiling",
            name,
            limit,
            hard_maximum(name),
            ceiling.is_some(),
        )?;
        // a default that nobody set gives way to a lower ceiling
        let start = default.unwrap_or(lowest.min(limit));
        check(at, "limit", name, start, limit, default.is_some())?;
        if let Some(place) = slot(&mut table.ceilings, name) {
            *place = limit;
        }
        if let Some(place) = slot(&mut table.defaults, name) {
            *place = start;
        }
    }
    let room = CompilerRoom {
        memory_bytes: table.ceilings.run.memory_bytes,
        file_size_bytes: table.ceilings.run.file_size_bytes,
        disk_bytes: table.ceilings.run.disk_bytes,
    };
    table.ceilings.compiler = room;
    table.defaults.compiler = room;
    Ok(table)
}

/// The file's table with the `NAME=N` of flags and environment over it.
fn merge(kind: &str, pairs: &[String], file: Asked) -> Result<Asked, ConfigError> {
    let mut merged = file;
    for pair in pairs {
        let parsed = pair
            .split_once('=')
            .and_then(|(name, value)| Some((name.trim(), value.trim().parse::<u64>().ok()?)));
        let place = parsed.and_then(|(name, value)| Some((merged.field(name)?, value)));
        let Some((place, value)) = place else {
            return Err(ConfigError::Value {
                name: kind.to_owned(),
                value: pair.clone(),
                source_name: given_name(kind, pair),
                expected: format!(
                    "NAME=N with a whole number N and one of the names {}",
                    FIELDS.join(", ")
                ),
            });
        };
        *place = Some(value);
    }
    Ok(merged)
}

fn check(
    at: &Layers<'_>,
    kind: &str,
    name: &str,
    value: u64,
    max: u64,
    set: bool,
) -> Result<(), ConfigError> {
    if !set || (1..=max).contains(&value) {
        return Ok(());
    }
    let pairs = if kind == "limit" {
        &at.given.limit
    } else {
        &at.given.ceiling
    };
    let pair = format!("{name}={value}");
    let source_name = if pairs.iter().any(|p| p.starts_with(name)) {
        given_name(kind, &pair)
    } else {
        at.file.path.display().to_string()
    };
    let why = if kind == "limit" {
        " (its ceiling)"
    } else {
        ""
    };
    Err(ConfigError::Value {
        name: kind.to_owned(),
        value: pair,
        source_name,
        expected: format!("within 1 to {max}{why}"),
    })
}

fn slot<'a>(limits: &'a mut StageLimits, name: &str) -> Option<&'a mut u64> {
    let run = &mut limits.run;
    Some(match name {
        "wall_ms" => &mut run.wall_ms,
        "cpu_ms" => &mut run.cpu_ms,
        "memory_bytes" => &mut run.memory_bytes,
        "processes" => &mut run.processes,
        "output_bytes" => &mut run.output_bytes,
        "file_size_bytes" => &mut run.file_size_bytes,
        "disk_bytes" => &mut run.disk_bytes,
        "open_files" => &mut run.open_files,
        "compile_wall_ms" => &mut limits.compile_wall_ms,
        _ => return None,
    })
}

fn supervisor_beside_us() -> PathBuf {
    std::env::current_exe()
        .ok()
        .and_then(|exe| Some(exe.parent()?.join("warmbox-supervisor")))
        .unwrap_or_else(|| PathBuf::from("warmbox-supervisor"))
}

/// Root shares one folder over the host; another user's runners have only that user's ids.
fn default_lock_dir() -> PathBuf {
    let uid = std::fs::metadata("/proc/self").map_or(u32::MAX, |meta| meta.uid());
    match uid {
        0 => PathBuf::from("/run/lock/warmbox"),
        // Not from the environment: every server of this user must find the same folder, or two
        // of them would give out the same ids.
        _ => PathBuf::from(format!("/tmp/warmbox-{uid}")),
    }
}

fn environment(name: &str) -> Option<OsString> {
    std::env::var_os(name)
}

/// Our folder in the one that the variable names, or in that place of the user's home. As the XDG
/// base directories are defined: a path that is not absolute counts for nothing.
fn default_folder(
    name: &str,
    in_home: &str,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Option<PathBuf> {
    let absolute = |name| {
        let path = PathBuf::from(variable(name)?);
        path.is_absolute().then_some(path)
    };
    let named = absolute(name);
    // Users of services have homes that are not there, and must not get one.
    let home = || absolute("HOME").filter(|home| home.is_dir());
    let folder = named.or_else(|| Some(home()?.join(in_home)));
    Some(folder?.join("warmbox"))
}

#[cfg(test)]
mod tests;
