//! The container of a runner, as data: everything that Docker is asked for, in one pure function.
//!
//! The container is the outermost wall. Nothing in it can be written; it has no network; and of
//! root's capabilities it has the two by which its first process gives the runner identities of
//! its own, which that process drops before anything else is started. What the supervisor builds
//! inside (`crates/supervisor/src/outer`) does not rely on any of this, nor this on that.

use crate::config::LimitTable;
use bollard::models::{
    ContainerCreateBody, HealthConfig, HostConfig, HostConfigCgroupnsModeEnum, HostConfigLogConfig,
    ResourcesUlimits, RestartPolicy, RestartPolicyNameEnum,
};
use std::collections::HashMap;
use std::sync::LazyLock;

/// The filter over every kernel call in a container, the supervisor's included. Docker's own
/// profile refuses the calls by which sandboxes are made.
const SECCOMP: &str = include_str!("seccomp.json");

/// The same as Docker takes it, without the spaces that are for readers.
static SECCOMP_OPTION: LazyLock<String> = LazyLock::new(|| {
    let compact = serde_json::from_str::<serde_json::Value>(SECCOMP)
        .map_or_else(|_| SECCOMP.to_owned(), |profile| profile.to_string());
    format!("seccomp={compact}")
});

pub(super) const OWNER: &str = "dev.warmbox.owner";
pub(super) const INSTANCE: &str = "dev.warmbox.instance";
pub(super) const LANGUAGE: &str = "dev.warmbox.language";

/// Where the supervisor lies in a runner image, and what it is told.
pub(super) const SUPERVISOR: &str = "/warmbox-supervisor";
const SUPERVISOR_VERB: &str = "runner";

/// The supervisor and its copies of what goes in and out, and prepared interpreters, beside a run
/// at its ceilings.
const OWN_BYTES: u64 = 192 << 20;
/// Keeper, supervisor, a sandbox's first process, the next sandbox's, prepared interpreters and what
/// waits of them; and room for more than one of each while they die.
const OWN_PROCESSES: u64 = 32;
const OWN_FILES: u64 = 64;
/// Under memory pressure the host shall take a runner before the server. Programs in it stand
/// first of all, at 1000.
const OOM_SCORE: i64 = 500;

/// How much a container may use: enough for any run that the limits allow, which the supervisor
/// then holds to its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    pub memory_bytes: u64,
    pub processes: u64,
    pub open_files: u64,
    pub millicpus: u64,
}

impl Room {
    /// The room for runs at these ceilings, with inputs of at most `input_bytes`.
    pub fn new(limits: &LimitTable, input_bytes: usize, millicpus: u64) -> Self {
        let ceiling = &limits.ceilings;
        // A compiled program goes in again as a file. All of it is held as it arrived and as it
        // is being written; output as it is kept and as it is sent.
        let input = (input_bytes as u64).saturating_add(ceiling.compiler.file_size_bytes);
        let output = ceiling.run.output_bytes.saturating_mul(2);
        let carried = input.saturating_add(output).saturating_mul(2);
        let largest = ceiling.run.memory_bytes.max(ceiling.compiler.memory_bytes);
        Self {
            memory_bytes: largest.saturating_add(carried).saturating_add(OWN_BYTES),
            processes: ceiling.run.processes.max(64).saturating_add(OWN_PROCESSES),
            open_files: ceiling.run.open_files.max(256).saturating_add(OWN_FILES),
            millicpus,
        }
    }
}

/// What differs between containers.
pub(super) struct Wanted<'a> {
    pub(super) image: &'a str,
    pub(super) language: &'a str,
    pub(super) owner: &'a str,
    pub(super) instance: &'a str,
    pub(super) runtime: Option<&'a str>,
    /// Whether the daemon confines containers by AppArmor.
    pub(super) apparmor: bool,
    pub(super) room: Room,
}

/// The whole request for a container.
pub(super) fn container(wanted: &Wanted<'_>) -> ContainerCreateBody {
    let label = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    ContainerCreateBody {
        image: Some(wanted.image.to_owned()),
        labels: Some(HashMap::from([
            label(OWNER, wanted.owner),
            label(INSTANCE, wanted.instance),
            label(LANGUAGE, wanted.language),
        ])),
        hostname: Some("runner".to_owned()),
        // Root of nothing: see `cap_drop`. The keeper leaves this identity before it forks.
        user: Some("0:0".to_owned()),
        entrypoint: Some(vec![SUPERVISOR.to_owned()]),
        cmd: Some(vec![SUPERVISOR_VERB.to_owned()]),
        working_dir: Some("/".to_owned()),
        healthcheck: Some(HealthConfig {
            test: Some(vec!["NONE".to_owned()]),
            ..HealthConfig::default()
        }),
        // The link is the container's standard streams. When the server is gone, so is the other
        // end of stdin, at which the supervisor ends, and with it the container.
        open_stdin: Some(true),
        stdin_once: Some(true),
        attach_stdin: Some(true),
        attach_stdout: Some(true),
        attach_stderr: Some(true),
        tty: Some(false),
        network_disabled: Some(true),
        host_config: Some(host_config(wanted)),
        ..ContainerCreateBody::default()
    }
}

fn host_config(wanted: &Wanted<'_>) -> HostConfig {
    let room = wanted.room;
    let memory = clamp(room.memory_bytes);
    HostConfig {
        auto_remove: Some(true),
        restart_policy: Some(RestartPolicy {
            name: Some(RestartPolicyNameEnum::NO),
            maximum_retry_count: None,
        }),
        runtime: wanted.runtime.map(str::to_owned),
        init: Some(false),
        // Else the daemon writes every frame of the link to disk.
        log_config: Some(HostConfigLogConfig {
            typ: Some("none".to_owned()),
            config: None,
        }),

        network_mode: Some("none".to_owned()),
        ipc_mode: Some("none".to_owned()),
        cgroupns_mode: Some(HostConfigCgroupnsModeEnum::PRIVATE),

        privileged: Some(false),
        cap_drop: Some(vec!["ALL".to_owned()]),
        // To map the runner's identities, which no other runner on the host has.
        cap_add: Some(vec!["SETUID".to_owned(), "SETGID".to_owned()]),
        security_opt: Some(security_opt(wanted.apparmor)),
        readonly_rootfs: Some(true),
        // A fresh /proc can be mounted in a sandbox only where the container's own is whole (the
        // kernel's `mount_too_revealing`). Sandboxes put masks of their own over theirs.
        masked_paths: Some(Vec::new()),
        readonly_paths: Some(Vec::new()),

        memory: Some(memory),
        // Memory and swap together: no swap.
        memory_swap: Some(memory),
        pids_limit: Some(clamp(room.processes)),
        nano_cpus: Some(clamp(room.millicpus.saturating_mul(1_000_000))),
        oom_score_adj: Some(OOM_SCORE),
        ulimits: Some(vec![
            ulimit("nofile", clamp(room.open_files)),
            // With 0 the kernel would still start the host's core handler; see core(5).
            ulimit("core", 1),
        ]),
        ..HostConfig::default()
    }
}

fn security_opt(apparmor: bool) -> Vec<String> {
    let mut options = vec!["no-new-privileges".to_owned(), SECCOMP_OPTION.clone()];
    if apparmor {
        // Docker's own AppArmor profile refuses every mount, and with that every sandbox.
        options.push("apparmor=unconfined".to_owned());
    }
    options
}

fn ulimit(name: &str, value: i64) -> ResourcesUlimits {
    ResourcesUlimits {
        name: Some(name.to_owned()),
        soft: Some(value),
        hard: Some(value),
    }
}

fn clamp(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted() -> Wanted<'static> {
        Wanted {
            image: "sha256:0123",
            language: "python",
            owner: "host-5001",
            instance: "an-instance",
            runtime: None,
            apparmor: false,
            room: Room::new(&LimitTable::default(), 16 << 20, 2000),
        }
    }

    /// The whole of it, to be read by people; a change shows in review.
    #[test]
    fn what_docker_is_asked_for() {
        let mut body = serde_json::to_value(container(&wanted())).unwrap();
        let options = &mut body["HostConfig"]["SecurityOpt"];
        options[1] = "seccomp=(src/engine/docker/seccomp.json)".into();
        insta::assert_json_snapshot!(body);
    }

    #[test]
    fn nothing_of_the_host_is_ever_mounted_and_nothing_is_privileged() {
        for apparmor in [false, true] {
            let host = container(&Wanted {
                apparmor,
                runtime: Some("crun"),
                ..wanted()
            })
            .host_config
            .unwrap();
            assert_eq!(host.privileged, Some(false));
            assert_eq!(host.runtime.as_deref(), Some("crun"));
            assert!(host.binds.is_none() && host.mounts.is_none() && host.devices.is_none());
            assert!(host.volumes_from.is_none() && host.tmpfs.is_none());
            assert_eq!(host.memory, host.memory_swap);
            let unconfined = host.security_opt.unwrap().len() == 3;
            assert_eq!(unconfined, apparmor);
        }
    }

    #[test]
    fn the_profile_is_a_list_of_what_is_allowed_and_each_entry_says_why() {
        let profile: serde_json::Value = serde_json::from_str(SECCOMP).unwrap();
        assert_eq!(profile["defaultAction"], "SCMP_ACT_ERRNO");
        for entry in profile["syscalls"].as_array().unwrap() {
            assert_eq!(entry["action"], "SCMP_ACT_ALLOW", "{entry}");
            assert!(entry["comment"].as_str().unwrap().len() > 10, "{entry}");
        }
        for refused in [
            "io_uring_setup",
            "bpf",
            "ptrace",
            "keyctl",
            "unshare",
            "setns",
            "kexec_load",
        ] {
            assert!(!SECCOMP.contains(&format!("\"{refused}\"")), "{refused}");
        }
    }

    #[test]
    fn room_never_overflows() {
        let mut limits = LimitTable::default();
        limits.ceilings.run.memory_bytes = u64::MAX;
        limits.ceilings.run.processes = u64::MAX;
        let room = Room::new(&limits, usize::MAX, u64::MAX);
        let host = container(&Wanted { room, ..wanted() }).host_config.unwrap();
        assert_eq!(host.memory, Some(i64::MAX));
    }
}
