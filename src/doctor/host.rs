//! The rest of the host: control groups, the port, memory and cores.

use super::Check;
use crate::meminfo::meminfo;
use crate::port;
use std::fs::OpenOptions;
use std::net::IpAddr;
use std::path::Path;

const MIB: u64 = 1024 * 1024;
/// The default memory ceiling of one run, for the estimate of how many fit.
const RUN_BYTES: u64 = 256 * MIB;

/// Which layout the host has, and whether we may make a group with a memory limit of its own.
pub(super) fn cgroups(proc_root: &Path, mount: &Path) -> Check {
    let name = "cgroups";
    let text = std::fs::read_to_string(proc_root.join("self/cgroup")).unwrap_or_default();
    let (layout, controller, own) = layout(&text);
    if layout == "none" {
        return Check::warn(
            name,
            "none is mounted: a run's memory has no group of its own",
            "mount a cgroup file system with the memory controller",
        );
    }
    let top = mount.join(controller);
    let groups: Vec<_> = match layout {
        // Where the supervisor looks: the nearest in which groups with both controllers can be made.
        "v2" => (top.join(own).ancestors())
            .take_while(|group| group.starts_with(&top))
            .find(|group| passes_on(group))
            .map(Path::to_path_buf)
            .into_iter()
            .collect(),
        // A container may show the host's path, while its own group is mounted at the top.
        _ => vec![top.join(own), top],
    };
    if groups.is_empty() {
        return Check::warn(
            name,
            "v2, and no group above this process passes on memory and pids: a run's memory is measured every 10 ms instead",
            "let systemd start the server (a service of its own, with Delegate=yes for an ordinary user's), or write `+memory +pids` to /sys/fs/cgroup/cgroup.subtree_control",
        );
    }
    let writable = groups.iter().any(|group| {
        let procs = group.join("cgroup.procs");
        OpenOptions::new().write(true).open(procs).is_ok()
    });
    match writable {
        true => Check::ok(name, format!("{layout}, the memory group is writable")),
        false => Check::warn(
            name,
            format!(
                "{layout}, the memory group is not writable for this user: a run's memory is measured every 10 ms instead"
            ),
            "run as root, if the kernel is to hold runs to their memory",
        ),
    }
}

/// Whether version 2 gives both controllers to the groups in this one.
fn passes_on(group: &Path) -> bool {
    let text = std::fs::read_to_string(group.join("cgroup.subtree_control")).unwrap_or_default();
    ["memory", "pids"]
        .iter()
        .all(|name| text.split_ascii_whitespace().any(|word| word == *name))
}

/// From `/proc/self/cgroup`: the layout, the memory controller's folder, and our group below it.
fn layout(text: &str) -> (&'static str, &'static str, &str) {
    let rows = || {
        text.lines()
            .filter_map(|line| line.split_once(':')?.1.split_once(':'))
    };
    let memory = rows().find(|(names, _)| names.split(',').any(|name| name == "memory"));
    let unified = rows().find(|(names, _)| names.is_empty());
    match (memory, unified) {
        (Some((_, own)), Some(_)) => ("v1 and v2 (hybrid)", "memory", own.trim_start_matches('/')),
        (Some((_, own)), None) => ("v1", "memory", own.trim_start_matches('/')),
        (None, Some((_, own))) => ("v2", "", own.trim_start_matches('/')),
        (None, None) => ("none", "", ""),
    }
}

/// A taken port is a warning: the languages run, and it may be this very service that is serving.
pub(super) async fn port(host: IpAddr, number: u16) -> Check {
    match port::bind(host, number).await {
        Ok(_) => Check::ok("port", format!("{number} is free on {host}")),
        Err(error) => {
            let text = error.to_string();
            let (text, mend) = text
                .split_once("; ")
                .unwrap_or((&text, "choose another with --port or WARMBOX_PORT"));
            Check::warn("port", text, mend)
        }
    }
}

pub(super) fn size(proc_root: &Path) -> Check {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let text = std::fs::read_to_string(proc_root.join("meminfo")).unwrap_or_default();
    let Some(available) = meminfo(&text, "MemAvailable") else {
        return Check::warn(
            "size",
            format!("{cores} cores, memory unknown"),
            "mount /proc",
        );
    };
    let total = meminfo(&text, "MemTotal").unwrap_or(available);
    let fit = available / RUN_BYTES;
    let text = format!(
        "{cores} cores, {} MiB of {} MiB memory available: room for {fit} runs of {} MiB at once",
        available / MIB,
        total / MIB,
        RUN_BYTES / MIB
    );
    if fit == 0 {
        Check::warn(
            "size",
            text,
            "free memory, or lower it with --limit memory_bytes=...",
        )
    } else {
        Check::ok("size", text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::State;

    #[test]
    fn layouts() {
        let cases = [
            ("0::/user.slice/a\n", ("v2", "", "user.slice/a")),
            ("0::/\n", ("v2", "", "")),
            (
                "5:memory:/docker/x\n1:name=systemd:/\n",
                ("v1", "memory", "docker/x"),
            ),
            (
                "5:cpu,memory:/\n0::/y\n",
                ("v1 and v2 (hybrid)", "memory", ""),
            ),
            ("", ("none", "", "")),
        ];
        for (text, expected) in cases {
            assert_eq!(layout(text), expected, "{text:?}");
        }
    }

    /// A folder with what `/proc/self/cgroup` says of this process.
    fn in_group(text: &str) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("self")).unwrap();
        std::fs::write(root.path().join("self/cgroup"), text).unwrap();
        root
    }

    #[test]
    fn a_writable_group_is_seen() {
        let root = in_group("1:memory:/ours\n");
        let group = root.path().join("memory/ours");
        assert_eq!(cgroups(root.path(), root.path()).state, State::Warn);
        std::fs::create_dir_all(&group).unwrap();
        std::fs::write(group.join("cgroup.procs"), "").unwrap();
        assert_eq!(cgroups(root.path(), root.path()).state, State::Ok);
    }

    #[test]
    fn in_version_2_the_group_is_the_nearest_that_passes_both_controllers_on() {
        let root = in_group("0::/slice/ours\n");
        let slice = root.path().join("slice");
        std::fs::create_dir_all(slice.join("ours")).unwrap();
        for group in [root.path(), &slice, &slice.join("ours")] {
            std::fs::write(group.join("cgroup.procs"), "").unwrap();
            std::fs::write(group.join("cgroup.subtree_control"), "cpu memory\n").unwrap();
        }
        let check = cgroups(root.path(), root.path());
        assert_eq!(check.state, State::Warn);
        assert!(check.text.contains("no group"), "{}", check.text);
        std::fs::write(slice.join("cgroup.subtree_control"), "memory pids\n").unwrap();
        assert_eq!(cgroups(root.path(), root.path()).state, State::Ok);
        std::fs::remove_file(slice.join("cgroup.procs")).unwrap();
        let check = cgroups(root.path(), root.path());
        assert!(check.text.contains("not writable"), "{}", check.text);
    }

    #[tokio::test]
    async fn a_taken_port_is_a_warning_with_its_way_out() {
        let host = IpAddr::from([127, 0, 0, 1]);
        let taken = port::bind(host, 0).await.unwrap();
        let check = super::port(host, taken.local_addr().unwrap().port()).await;
        assert_eq!(check.state, State::Warn);
        assert!(check.text.contains("taken by pid"), "{}", check.text);
        assert!(check.mend.unwrap().contains("WARMBOX_PORT"));
    }

    #[test]
    fn memory_rows() {
        let text = "MemTotal:       2048 kB\nMemAvailable:    1024 kB\n";
        assert_eq!(meminfo(text, "MemAvailable"), Some(MIB));
        assert_eq!(meminfo(text, "Mem"), None);
        assert_eq!(meminfo("MemTotal: x kB", "MemTotal"), None);
    }
}
