//! The figures that are asked for when somebody reads them: pools, engine, cache, tasks, health and
//! this process.

use super::front::Front;
use super::last_life;
use super::life::ServiceState;
use super::service::Pools;
use crate::api::{CacheMemory, MemoryReport, PartState, ServerMemory, Service};
use crate::engine::{Counted, Engine};
use crate::jobs::Status;
use crate::logging;
use crate::metrics::{Group, Kind, Metrics};
use crate::pool::Snapshot;
use std::fs;
use std::sync::Arc;

/// Has all of them asked for.
pub(super) fn offer(metrics: &Metrics, pools: Arc<Pools>, engine: Arc<Counted>, front: Front) {
    metrics.sample(move || {
        let mut groups = of_pools(&pools);
        groups.extend(of_service(&pools, &engine, &front));
        groups.extend(of_jobs(&pools));
        groups.extend(of_process());
        groups
    });
}

fn of_pools(pools: &Pools) -> Vec<Group> {
    type Figure = fn(&Snapshot) -> f64;
    let gauge = |name, help| Group::new(name, help, Kind::Gauge);
    let total = |name, help| Group::new(name, help, Kind::Counter);
    let mut runners = gauge("warmbox_pool_runners", "Runners by state");
    let mut most = gauge(
        "warmbox_pool_runners_max",
        "Runners that there may be at once",
    );
    let mut floor = gauge("warmbox_pool_min_idle", "Ready runners that are kept");
    let mut waiting = gauge("warmbox_pool_waiting", "Requests that wait for a runner");
    let mut queue = gauge("warmbox_pool_queue_max", "Requests that may wait");
    let mut saturation = gauge(
        "warmbox_pool_saturation",
        "Busy runners and waiting requests, of the runners that there may be",
    );
    let mut hits = gauge(
        "warmbox_pool_hit_ratio",
        "Claims that found a runner ready, of all",
    );
    let mut claims = total("warmbox_claims", "Claims of a runner");
    let mut created = total("warmbox_runners_created", "Runners made");
    let mut failed = total("warmbox_runner_failures", "Runners that could not be made");
    let mut reused = total(
        "warmbox_runners_reused",
        "Claims of a runner that had run before",
    );
    let mut retired = total("warmbox_runners_retired", "Runners that ended, by reason");
    let mut kills = total(
        "warmbox_oom_kills",
        "Supervisors and servers that the kernel ended for want of memory",
    );
    kills.row(
        [("what", "server")],
        f64::from(u8::from(pools.parts().last_was_out_of_memory)),
    );
    let mut killed = 0;
    for pool in pools.parts().means.pools.iter() {
        let (name, settings, now) = (&*pool.language().name, pool.settings(), pool.snapshot());
        let language = [("language", name)];
        let states: [(&str, Figure); 4] = [
            ("starting", |it| it.starting as f64),
            ("idle", |it| it.idle as f64),
            ("busy", |it| it.busy as f64),
            ("recycling", |it| it.recycling as f64),
        ];
        for (state, figure) in states {
            runners.row([("language", name), ("state", state)], figure(&now));
        }
        most.row(language, settings.max as f64);
        floor.row(language, settings.min_idle as f64);
        waiting.row(language, now.waiting as f64);
        queue.row(language, settings.queue as f64);
        saturation.row(
            language,
            (now.busy + now.waiting) as f64 / settings.max as f64,
        );
        if now.claimed > 0 {
            hits.row(language, now.claimed_warm as f64 / now.claimed as f64);
        }
        let cold = now.claimed.saturating_sub(now.claimed_warm);
        for (warm, value) in [("true", now.claimed_warm), ("false", cold)] {
            claims.row([("language", name), ("warm", warm)], value as f64);
        }
        created.row(language, now.created as f64);
        failed.row(language, now.failed as f64);
        reused.row(language, now.reused as f64);
        for (why, count) in &now.retired {
            let labels = [("language", name), ("reason", why.name())];
            retired.row(labels, *count as f64);
        }
        killed += now.out_of_memory;
    }
    kills.row([("what", "runner")], killed as f64);
    vec![
        runners, most, floor, waiting, queue, saturation, hits, claims, created, failed, reused,
        retired, kills,
    ]
}

fn of_service(pools: &Pools, engine: &Counted, front: &Front) -> Vec<Group> {
    let gauge = |name, help| Group::new(name, help, Kind::Gauge);
    let parts = pools.parts();
    let mut state = gauge(
        "warmbox_service_state",
        "1 for the state that the service is in",
    );
    for each in ServiceState::ALL {
        let now = parts.life.state() == each;
        state.row([("state", each.name())], f64::from(u8::from(now)));
    }
    let mut health = gauge(
        "warmbox_part_state",
        "2 for well, 1 for degraded, 0 for down",
    );
    for part in pools.health().parts {
        let value = match part.state {
            PartState::Ok => 2.0,
            PartState::Degraded => 1.0,
            PartState::Down => 0.0,
        };
        health.row([("part", &*part.name)], value);
    }
    let mut restarts = Group::new(
        "warmbox_task_restarts",
        "Tasks of the background that ended and were started again",
        Kind::Counter,
    );
    for task in parts.tasks.report() {
        restarts.row([("task", &*task.name)], task.restarts as f64);
    }
    let cache = parts.means.cache.stats();
    let mut kept = gauge("warmbox_cache_bytes", "Compiled programs that are kept");
    kept.row([("tier", "memory")], cache.memory.bytes as f64);
    kept.row([("tier", "disk")], cache.disk.tier.bytes as f64);
    let (open, most) = front.connections();
    let mut build = gauge("warmbox_build_info", "1, with what this server is");
    let labels = [("version", crate::api::VERSION), ("engine", engine.name())];
    build.row(labels, 1.0);
    let hits = (cache.hits_total + cache.shared_total) as f64;
    let (counter, gauged) = (Kind::Counter, Kind::Gauge);
    vec![
        state,
        health,
        restarts,
        kept,
        build,
        Group::of(
            "warmbox_cache_hits",
            "Compile stages that were left out",
            counter,
            hits,
        ),
        Group::of(
            "warmbox_cache_misses",
            "Programs that had to be compiled",
            counter,
            cache.misses_total as f64,
        ),
        Group::of(
            "warmbox_connections",
            "Connections that are open",
            gauged,
            open as f64,
        ),
        Group::of(
            "warmbox_connections_max",
            "Connections that may be open",
            gauged,
            most as f64,
        ),
        Group::of(
            "warmbox_panics",
            "Panics in this process",
            counter,
            logging::panics() as f64,
        ),
        Group::of(
            "warmbox_log_lines_lost",
            "Log lines that were never written",
            counter,
            parts.log.lost() as f64,
        ),
        Group::of(
            "warmbox_runtime_stalled_seconds",
            "For how long no task was executed",
            gauged,
            parts.watchdog.stalled().as_secs_f64(),
        ),
    ]
}

/// Jobs and blobs.
fn of_jobs(pools: &Pools) -> Vec<Group> {
    let gauge = |name, help, value: f64| Group::of(name, help, Kind::Gauge, value);
    let blobs = pools.parts().blobs.figures();
    let mut groups = vec![
        gauge(
            "warmbox_blobs_bytes",
            "Files that requests name by their content",
            blobs.bytes as f64,
        ),
        gauge(
            "warmbox_blobs_bytes_max",
            "What these files may take",
            blobs.bytes_max as f64,
        ),
        gauge("warmbox_blobs", "How many these are", blobs.files as f64),
    ];
    // Without a store all is nothing, and said so.
    let figures = pools.parts().jobs.figures().unwrap_or_default();
    let mut jobs = Group::new("warmbox_jobs", "Jobs by state", Kind::Gauge);
    for status in Status::ALL {
        jobs.row([("status", status.name())], figures.count(status) as f64);
    }
    let oldest = figures.oldest.unwrap_or_default();
    let totals = figures.totals;
    let mut ended = Group::new("warmbox_jobs_ended", "Ends of jobs", Kind::Counter);
    for (outcome, count) in [
        ("done", totals.done),
        ("failed", totals.failed),
        ("cancelled", totals.cancelled),
        ("expired", totals.expired),
    ] {
        ended.row([("outcome", outcome)], count as f64);
    }
    let total = |name, help, value: u64| Group::of(name, help, Kind::Counter, value as f64);
    groups.extend([
        jobs,
        ended,
        total(
            "warmbox_jobs_submitted",
            "Jobs that were accepted",
            totals.submitted,
        ),
        total(
            "warmbox_jobs_returned",
            "Times that a job came to nothing and waits again",
            totals.returned,
        ),
        gauge(
            "warmbox_jobs_max",
            "Jobs that may be kept",
            figures.jobs_max as f64,
        ),
        gauge(
            "warmbox_jobs_oldest_seconds",
            "For how long the oldest job has waited",
            oldest.as_secs_f64(),
        ),
        gauge(
            "warmbox_jobs_bytes",
            "Requests and results of jobs",
            figures.bytes as f64,
        ),
        gauge(
            "warmbox_jobs_bytes_max",
            "What these may take",
            figures.bytes_max as f64,
        ),
        gauge(
            "warmbox_jobs_file_bytes",
            "The file that they lie in",
            figures.file_bytes as f64,
        ),
        gauge(
            "warmbox_webhooks_pending",
            "Ends of jobs that are still to be told",
            figures.deliveries as f64,
        ),
    ]);
    groups
}

/// The names that Prometheus' own client libraries use.
fn of_process() -> Vec<Group> {
    let own = own_process();
    let gauge = |name, help, value: f64| Group::of(name, help, Kind::Gauge, value);
    vec![
        gauge(
            "process_open_fds",
            "Open descriptors",
            own.descriptors as f64,
        ),
        gauge(
            "process_max_fds",
            "Descriptors that may be open",
            own.descriptors_max as f64,
        ),
        gauge(
            "process_resident_memory_bytes",
            "Resident memory",
            own.resident_bytes as f64,
        ),
        gauge("process_threads", "Threads", own.threads as f64),
        gauge(
            "process_start_time_seconds",
            "Start of this process, in seconds since 1970",
            own.started_s,
        ),
        Group::of(
            "process_cpu_seconds",
            "CPU time, user and system",
            Kind::Counter,
            own.cpu_s,
        ),
    ]
}

/// What the kernel counts of this process.
#[derive(Debug, Default)]
pub(super) struct OwnProcess {
    pub(super) resident_bytes: u64,
    pub(super) peak_bytes: u64,
    pub(super) swapped_bytes: u64,
    pub(super) threads: u64,
    pub(super) descriptors: u64,
    pub(super) descriptors_max: u64,
    pub(super) cpu_s: f64,
    pub(super) started_s: f64,
}

pub(super) fn own_process() -> OwnProcess {
    let read = |file: &str| fs::read_to_string(format!("/proc/{file}")).unwrap_or_default();
    let (status, stat, limits) = (read("self/status"), read("self/stat"), read("self/limits"));
    let field = |name: &str| -> u64 {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let word = line.and_then(|line| line.split_whitespace().next());
        word.and_then(|word| word.parse().ok()).unwrap_or(0)
    };
    // Behind the name, which may hold anything: field 3 of the manual page is number 0 here.
    let rest = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let ticks = |at: usize| -> f64 {
        let text = fields.get(at).and_then(|text| text.parse::<u64>().ok());
        text.unwrap_or(0) as f64 / rustix::param::clock_ticks_per_second() as f64
    };
    let boot = read("stat");
    let boot = boot.lines().find_map(|line| line.strip_prefix("btime "));
    let boot: f64 = boot
        .and_then(|text| text.trim().parse().ok())
        .unwrap_or(0.0);
    let limit = limits
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"));
    let limit = limit.and_then(|line| line.split_whitespace().next()?.parse().ok());
    OwnProcess {
        resident_bytes: field("VmRSS:") << 10,
        peak_bytes: field("VmHWM:") << 10,
        swapped_bytes: field("VmSwap:") << 10,
        threads: field("Threads:"),
        descriptors: fs::read_dir("/proc/self/fd").map_or(0, |fds| fds.count() as u64),
        descriptors_max: limit.unwrap_or(0),
        cpu_s: ticks(11) + ticks(12),
        started_s: boot + ticks(19),
    }
}

/// What memory is used for.
pub(super) fn memory(pools: &Pools) -> MemoryReport {
    let own = own_process();
    let parts = pools.parts();
    let cache = parts.means.cache.stats();
    MemoryReport {
        server: ServerMemory {
            resident_bytes: own.resident_bytes,
            peak_resident_bytes: own.peak_bytes,
            swapped_bytes: own.swapped_bytes,
            threads: own.threads,
            descriptors: own.descriptors,
        },
        cache: CacheMemory {
            memory_bytes: cache.memory.bytes,
            memory_max_bytes: cache.memory.max_bytes,
            disk_bytes: cache.disk.tier.bytes,
        },
        runners: (parts.means.pools.iter())
            .map(|pool| (pool.language().name.clone(), pool.snapshot().alive))
            .collect(),
        oom_kills_beside_the_server: last_life::oom_kills(),
        log_lines_lost: parts.log.lost(),
    }
}
