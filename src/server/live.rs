//! The settings that can change while the server runs, and which of them a new configuration
//! changes.

use crate::config::{Config, GuardSettings};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// What holds now.
pub(super) struct Live(Mutex<Config>);

type Same = fn(&Config, &Config) -> bool;

/// Settings that are taken at once, and how to tell that one has changed.
const TAKEN: [(&str, Same); 6] = [
    ("log_filter", |a, b| a.log_filter == b.log_filter),
    ("shutdown_timeout", |a, b| {
        a.shutdown_timeout == b.shutdown_timeout
    }),
    ("fail_safe", |a, b| a.fail_safe == b.fail_safe),
    ("disk_reserve_bytes, memory_reserve_bytes", |a, b| {
        a.guards == b.guards
    }),
    (
        "keys_file, admin_token_file, cors_origins, audit_code",
        |a, b| a.access == b.access,
    ),
    ("tls_cert, tls_key", |a, b| {
        a.net.tls == b.net.tls || a.net.tls.is_none() != b.net.tls.is_none()
    }),
];

impl Live {
    pub(super) fn new(config: &Config) -> Self {
        Self(Mutex::new(config.clone()))
    }

    /// How long running work may go on after a stop, and whether it may at all.
    pub(super) fn stop(&self) -> (Duration, bool) {
        let now = self.now();
        (now.shutdown_timeout, now.fail_safe)
    }

    pub(super) fn guards(&self) -> GuardSettings {
        self.now().guards
    }

    /// Takes what can be taken of a new configuration. Answers the names of what changed, and of
    /// what else would have to change and needs a restart.
    pub(super) fn take(&self, fresh: &Config) -> (Vec<&'static str>, Vec<&'static str>) {
        let mut now = self.now();
        let changed: Vec<_> = (TAKEN.iter())
            .filter(|(_, same)| !same(&now, fresh))
            .map(|(name, _)| *name)
            .collect();
        now.log_filter.clone_from(&fresh.log_filter);
        now.shutdown_timeout = fresh.shutdown_timeout;
        now.fail_safe = fresh.fail_safe;
        now.guards = fresh.guards;
        now.access.clone_from(&fresh.access);
        if now.net.tls.is_some() && fresh.net.tls.is_some() {
            now.net.tls.clone_from(&fresh.net.tls);
        }
        (changed, different(&now, fresh))
    }

    fn now(&self) -> MutexGuard<'_, Config> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Settings that differ and were not taken.
fn different(now: &Config, fresh: &Config) -> Vec<&'static str> {
    let rest: [(&'static str, bool); 19] = [
        ("host", now.host == fresh.host),
        ("port", now.port == fresh.port),
        ("engine", now.engine == fresh.engine),
        ("supervisor", now.supervisor == fresh.supervisor),
        ("log_format", now.log_format == fresh.log_format),
        ("the pool's settings", now.pool == fresh.pool),
        ("limits and ceilings", now.limits == fresh.limits),
        (
            "body_bytes, source_bytes, stdin_bytes",
            (now.body_bytes, now.source_bytes, now.stdin_bytes)
                == (fresh.body_bytes, fresh.source_bytes, fresh.stdin_bytes),
        ),
        (
            "languages, languages_dir",
            now.languages == fresh.languages && now.languages_dir == fresh.languages_dir,
        ),
        ("id_lock_dir", now.id_lock_dir == fresh.id_lock_dir),
        ("roots_dir", now.roots_dir == fresh.roots_dir),
        ("the Docker settings", now.docker == fresh.docker),
        ("the cache's settings", now.cache == fresh.cache),
        ("state_dir", now.state_dir == fresh.state_dir),
        (
            "heartbeat, start_timeout",
            (now.heartbeat, now.start_timeout) == (fresh.heartbeat, fresh.start_timeout),
        ),
        ("the connections' settings", now.net == fresh.net),
        ("the jobs' settings", now.jobs == fresh.jobs),
        ("the webhooks' settings", now.webhooks == fresh.webhooks),
        ("the blobs' settings", now.blobs == fresh.blobs),
    ];
    (rest.into_iter())
        .filter(|(_, same)| !same)
        .map(|(name, _)| name)
        .collect()
}
