//! What a server tells of itself: health, readiness, its pools. All of it is in memory when it is
//! asked for.

use super::health::Seen;
use super::service::{Able, Parts, Pools};
use crate::api::{
    Health, LanguageReadiness, LanguageStats, PartState, PoolStats, Readiness, Service,
};
use crate::engine::Engine;
use crate::jobs::Condition;
use crate::pool::{Pool, Retired, Snapshot};
use crate::run;
use warmbox_protocol::{Hello, MemoryCeiling};

/// What the names of pools begin with, as parts of the server's health.
const POOL: &str = "pool ";

impl Pools {
    pub(super) fn describe(&self) -> Vec<String> {
        self.parts()
            .means
            .pools
            .iter()
            .map(|pool| {
                let name = &pool.language().name;
                match pool.snapshot() {
                    Snapshot {
                        hello: Some(hello),
                        alive,
                        ..
                    } => format!(
                        "{name}: {alive} runners, {}; {}",
                        hello.toolchain,
                        isolation(&hello)
                    ),
                    Snapshot {
                        left_out: Some(lack),
                        ..
                    } => format!("{name}: left out: {lack}"),
                    Snapshot { last_error, .. } => {
                        let why = last_error.unwrap_or_else(|| "still starting".to_owned());
                        format!("{name}: not available: {why}")
                    }
                }
            })
            .collect()
    }

    pub(super) fn tell_stats(&self) -> PoolStats {
        PoolStats {
            engine: self.parts().engine.name().to_owned(),
            languages: (self.parts().means.pools.iter())
                .map(|pool| (pool.language().name.clone(), stats(pool)))
                .collect(),
            cache: self.parts().means.cache.stats(),
        }
    }

    pub(super) fn tell_health(&self) -> Health {
        self.look();
        let parts = self.parts().board.parts();
        let down = self.is_stopping() || self.able() == Able::Nothing;
        let status = if down {
            PartState::Down
        } else if parts.iter().all(|part| part.state == PartState::Ok) {
            PartState::Ok
        } else {
            PartState::Degraded
        };
        Health {
            status,
            service_state: self.parts().life.state().name(),
            uptime_s: self.parts().life.uptime().as_secs(),
            parts,
        }
    }

    pub(super) fn tell_readiness(&self) -> Readiness {
        let refusal = match self.is_stopping() {
            true => Some("the server is stopping".to_owned()),
            false => self.parts().guards.refusal().map(|refusal| refusal.reason),
        };
        let languages: Vec<_> = (self.parts().means.pools.iter())
            .map(|pool| {
                let offered = pool.left_out().is_none();
                let refusal = refusal.clone().filter(|_| offered);
                LanguageReadiness {
                    language: pool.language().name.clone(),
                    offered,
                    ready: pool.able() && refusal.is_none(),
                    detail: refusal.unwrap_or_else(|| part(pool).detail),
                }
            })
            .collect();
        let mut offered = languages.iter().filter(|language| language.offered);
        Readiness {
            ready: self.able() != Able::Nothing && offered.all(|language| language.ready),
            service_state: self.parts().life.state().name(),
            languages,
        }
    }

    /// Notes what can be seen at once; what has to be asked for is noted by whoever asks.
    pub(super) fn look(&self) {
        let Parts {
            board,
            tasks,
            log,
            watchdog,
            ..
        } = self.parts();
        for pool in self.parts().means.pools.iter() {
            board.note(part(pool));
        }
        board.note(self.engine_part());
        let troubles: Vec<_> = (tasks.report().into_iter())
            .filter_map(|task| Some(format!("{}: {}", task.name, task.trouble?)))
            .collect();
        board.note(match troubles.is_empty() {
            true => Seen::now("background tasks", PartState::Ok, "all run"),
            false => Seen::now("background tasks", PartState::Degraded, troubles.join("; ")),
        });
        let lost = log.lost();
        board.note(match lost {
            0 => Seen::now("log", PartState::Ok, "no line was lost"),
            _ => Seen::now(
                "log",
                PartState::Degraded,
                format!("{lost} lines were lost"),
            ),
        });
        let stalled = watchdog.stalled();
        board.note(match stalled.as_secs() {
            0..5 => Seen::now("runtime", PartState::Ok, "tasks are executed"),
            s => Seen::now(
                "runtime",
                PartState::Degraded,
                format!("no task was executed for {s} s"),
            ),
        });
        board.note(match self.parts().jobs.condition() {
            Condition::Well(words) => Seen::now("jobs", PartState::Ok, words),
            Condition::NotYet(words) => Seen::not_yet("jobs", PartState::Degraded, words),
            Condition::Ill(words) => Seen::now("jobs", PartState::Degraded, words),
        });
        let blobs = &self.parts().blobs;
        board.note(match blobs.trouble() {
            Some(words) => Seen::now("blobs", PartState::Degraded, words),
            None => {
                let kept = blobs.figures();
                let words = format!("{} files, {} bytes", kept.files, kept.bytes);
                Seen::now("blobs", PartState::Ok, words)
            }
        });
        let disk = self.parts().means.cache.stats().disk;
        board.note(match disk.last_error {
            None => Seen::now("cache", PartState::Ok, "programs are kept"),
            Some(error) => Seen::now("cache", PartState::Degraded, error),
        });
    }

    /// What makes runners, as it was when it was last asked.
    fn engine_part(&self) -> Seen {
        let name = format!("engine {}", self.parts().engine.name());
        let Some(last) = self.parts().watch.last() else {
            return Seen::not_yet(name, PartState::Degraded, "not asked yet");
        };
        let seen = match last.error {
            None => Seen::now(name, PartState::Ok, "answers"),
            Some(error) => Seen::now(name, PartState::Degraded, error),
        };
        Seen {
            at: last.asked,
            ..seen
        }
    }
}

/// A pool's state as a part of the server's health.
fn part(pool: &Pool) -> Seen {
    let snapshot = pool.snapshot();
    let name = format!("{POOL}{}", pool.language().name);
    if let Some(lack) = snapshot.left_out {
        return Seen::now(name, PartState::Ok, format!("left out: {lack}"));
    }
    match (pool.able(), snapshot.last_error) {
        (true, None) => Seen::now(name, PartState::Ok, format!("{} runners", snapshot.alive)),
        (true, Some(error)) => Seen::now(name, PartState::Degraded, error),
        (false, Some(error)) => Seen::now(name, PartState::Down, error),
        (false, None) => {
            let doing = pool.engine().doing(&pool.language().name);
            let starting = || "the first runner is starting".to_owned();
            Seen::not_yet(name, PartState::Down, doing.unwrap_or_else(starting))
        }
    }
}

fn stats(pool: &Pool) -> LanguageStats {
    let settings = pool.settings();
    let now = pool.snapshot();
    LanguageStats {
        engine: pool.engine().name(),
        image: now.source.as_ref().map(|source| source.name.clone()),
        image_id: now.source.map(|source| source.id),
        min_idle: settings.min_idle,
        max: settings.max,
        size: now.alive,
        starting: now.starting,
        idle: now.idle,
        busy: now.busy,
        recycling: now.recycling,
        waiting: now.waiting,
        queue: settings.queue,
        created_total: now.created,
        failed_total: now.failed,
        claimed_total: now.claimed,
        claimed_warm_total: now.claimed_warm,
        hit_rate: (now.claimed > 0).then(|| now.claimed_warm as f64 / now.claimed as f64),
        reused_total: now.reused,
        reaped_total: now.retired.get(&Retired::Idle).copied().unwrap_or(0),
        retired_total: now.retired,
        claim_wait_p50_ms: run::answer::as_ms(now.claim_wait_p50),
        claim_wait_p95_ms: run::answer::as_ms(now.claim_wait_p95),
        single_use: now
            .hello
            .as_ref()
            .is_some_and(|hello| !hello.abilities.fresh_sandbox),
        isolation: now.hello.as_ref().map(isolation),
        toolchain: now.hello.map(|hello| hello.toolchain),
        last_error: now.last_error,
    }
}

/// How runs are kept apart, in words, as the supervisor proved it.
pub fn isolation(hello: &Hello) -> String {
    let sandbox = match hello.abilities.fresh_sandbox {
        true => "a fresh sandbox for every run",
        false => "a fresh runner for every run",
    };
    let identity = match hello.abilities.identity {
        warmbox_protocol::Identity::Unique => "a uid of its own",
        warmbox_protocol::Identity::Shared => "the server's uid in a user namespace",
    };
    let memory = match hello.abilities.memory_ceiling {
        MemoryCeiling::CgroupV1 => "memory held by cgroup v1",
        MemoryCeiling::CgroupV2 => "memory held by cgroup v2",
        MemoryCeiling::Container => {
            "memory held by the container's cgroup, lower limits measured every 10 ms"
        }
        MemoryCeiling::Measured => "memory measured every 10 ms",
    };
    match hello.prepared.as_str() {
        "" => format!("{sandbox}, {identity}, {memory}"),
        names => format!("{sandbox}, {identity}, {memory}, prepared for {names} programs"),
    }
}
