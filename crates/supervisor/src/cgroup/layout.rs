//! Where this process stands in the host's cgroup hierarchies. Reads two files of /proc; pure
//! but for that.

use std::path::{Path, PathBuf};

/// A hierarchy's mount, and this process's own folder in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) mount: PathBuf,
    pub(super) own: PathBuf,
}

/// What the host offers for both memory and processes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Layout {
    V1 { memory: Place, pids: Place },
    V2(Place),
}

/// Where this process stands.
pub(super) fn here() -> Option<Layout> {
    let read = |path| std::fs::read_to_string(path).ok();
    find(&read("/proc/self/mountinfo")?, &read("/proc/self/cgroup")?)
}

/// Finds the hierarchies. Version 1 wins on a hybrid host, where version 2 has no controllers.
fn find(mountinfo: &str, cgroup: &str) -> Option<Layout> {
    let v1 = |controller| place(mountinfo, cgroup, Some(controller));
    match (v1("memory"), v1("pids")) {
        (Some(memory), Some(pids)) => Some(Layout::V1 { memory, pids }),
        _ => place(mountinfo, cgroup, None).map(Layout::V2),
    }
}

/// The place in the hierarchy of a version 1 controller, or in version 2's.
fn place(mountinfo: &str, cgroup: &str, controller: Option<&str>) -> Option<Place> {
    let path = own_path(cgroup, controller)?;
    // proc_pid_mountinfo(5): id parent device root mount options ... - type source super-options
    mountinfo.lines().find_map(|line| {
        let (front, back) = line.split_once(" - ")?;
        let mut front = front.split(' ').skip(3);
        let (root, mount) = (front.next()?, front.next()?);
        let mut back = back.split(' ');
        let (kind, _source, options) = (back.next()?, back.next()?, back.next()?);
        let wanted = match controller {
            Some(name) => kind == "cgroup" && options.split(',').any(|option| option == name),
            None => kind == "cgroup2",
        };
        let below = Path::new(path).strip_prefix(root).ok()?;
        let mount = PathBuf::from(mount);
        wanted.then(|| Place {
            own: mount.join(below),
            mount,
        })
    })
}

/// This process's path in /proc/self/cgroup: lines of `number:controllers:path`.
fn own_path<'a>(cgroup: &'a str, controller: Option<&str>) -> Option<&'a str> {
    cgroup.lines().find_map(|line| {
        let mut fields = line.splitn(3, ':');
        let (_, controllers, path) = (fields.next()?, fields.next()?, fields.next()?);
        let wanted = match controller {
            Some(name) => controllers.split(',').any(|c| c == name),
            None => controllers.is_empty(),
        };
        wanted.then_some(path)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(mount: &str, own: &str) -> Place {
        Place {
            mount: mount.into(),
            own: own.into(),
        }
    }

    #[test]
    fn a_hybrid_host_is_version_1() {
        let mountinfo = "\
            30 24 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n\
            31 24 0:27 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n\
            32 24 0:28 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";
        let cgroup = "5:pids:/\n4:memory:/svc\n0::/svc\n";
        assert_eq!(
            find(mountinfo, cgroup),
            Some(Layout::V1 {
                memory: at("/sys/fs/cgroup/memory", "/sys/fs/cgroup/memory/svc"),
                pids: at("/sys/fs/cgroup/pids", "/sys/fs/cgroup/pids/"),
            })
        );
    }

    #[test]
    fn a_unified_host_is_version_2() {
        let mountinfo = "25 23 0:22 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n";
        let cgroup = "0::/system.slice/warmbox.service\n";
        let own = "/sys/fs/cgroup/system.slice/warmbox.service";
        assert_eq!(
            find(mountinfo, cgroup),
            Some(Layout::V2(at("/sys/fs/cgroup", own)))
        );
    }

    #[test]
    fn a_container_sees_its_part_as_the_whole() {
        let mountinfo = "9 8 0:22 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw\n";
        let cgroup = "0::/docker/abc/inner\n";
        assert_eq!(
            find(mountinfo, cgroup),
            Some(Layout::V2(at("/sys/fs/cgroup", "/sys/fs/cgroup/inner")))
        );
        assert_eq!(find("", cgroup), None);
    }
}
