//! What a run sees of the file system: the runner's read-only root, and over it a scratch
//! tmpfs and a /proc of its own, all of which vanish with its mount namespace.

use super::identity::PROGRAM_ID;
use crate::failure::{Failure, Step};
use crate::sys::{fs, mounts};
use crate::without::{Wall, without};
use std::ffi::CString;
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;

/// Files of /proc that tell about the kernel, the host or its devices and that no program
/// needs. Those which this kernel lacks or which only root may read are passed over.
const HIDDEN_FILES: &[&str] = &[
    "cmdline",
    "config.gz",
    "consoles",
    "diskstats",
    "interrupts",
    "iomem",
    "ioports",
    "kallsyms",
    "kcore",
    "key-users",
    "keys",
    "kmsg",
    "kpagecgroup",
    "kpagecount",
    "kpageflags",
    "latency_stats",
    "locks",
    "modules",
    "mtrr",
    "partitions",
    "sched_debug",
    "schedstat",
    "slabinfo",
    "swaps",
    "sysrq-trigger",
    "timer_list",
    "vmallocinfo",
    "sys/kernel/random/boot_id",
];
const HIDDEN_FOLDERS: &[&str] = &[
    "acpi", "asound", "bus", "driver", "fs", "irq", "pressure", "scsi", "tty",
];

const PLAIN: libc::c_ulong = libc::MS_NOSUID | libc::MS_NODEV;
/// Files and folders together; about one for every four pages of the default size.
const BYTES_PER_INODE: u64 = 16 << 10;
const LEAST_INODES: u64 = 1024;
/// The size until a run says how much it may have: large enough for the input of any.
const ROOMY_BYTES: u64 = 4 << 30;

/// Which parts of /proc to hide, found out once.
pub(super) struct Masks {
    files: Vec<CString>,
    folders: Vec<CString>,
}

impl Masks {
    pub(super) fn find() -> Self {
        let present = |names: &[&str]| {
            names
                .iter()
                .map(|name| format!("/proc/{name}"))
                .filter(|path| {
                    std::fs::metadata(path).is_ok_and(|m| m.permissions().mode() & 0o044 != 0)
                })
                .filter_map(|path| CString::new(path).ok())
                .collect()
        };
        Self {
            files: present(HIDDEN_FILES),
            folders: present(HIDDEN_FOLDERS),
        }
    }
}

/// Mounts the scratch tmpfs and shows its folders where programs expect them. Returns it as a
/// descriptor by which the supervisor places and collects files.
pub(super) fn scratch() -> Result<OwnedFd, Failure> {
    let options = CString::new(size_options(ROOMY_BYTES) + ",mode=0755").unwrap_or_default();
    mounts::mount(
        Some(c"scratch"),
        c"/tmp",
        Some(c"tmpfs"),
        PLAIN,
        Some(&options),
    )
    .step("mount the scratch folder")?;
    for (path, mode) in [
        (c"/tmp/work", 0o700),
        (c"/tmp/figures", 0o700),
        (c"/tmp/tmp", 0o1777),
        (c"/tmp/shm", 0o1777),
    ] {
        fs::make_owned_folder(path, mode, PROGRAM_ID, PROGRAM_ID)
            .step("make the scratch folders")?;
    }
    let scratch =
        fs::open(c"/tmp", libc::O_RDONLY | libc::O_DIRECTORY).step("open the scratch folder")?;
    // /tmp last: it covers the others' names, not what they show.
    for (from, to) in [
        (c"/tmp/work", c"/work"),
        (c"/tmp/figures", c"/run/figures"),
        (c"/tmp/shm", c"/dev/shm"),
        (c"/tmp/tmp", c"/tmp"),
    ] {
        mounts::bind(from, to, false).step("show the scratch folders")?;
    }
    Ok(scratch)
}

/// Gives the scratch tmpfs the run's size, before any user code can have filled it.
pub(super) fn resize_scratch(disk_bytes: u64) -> Result<(), Failure> {
    let options = CString::new(size_options(disk_bytes)).unwrap_or_default();
    let flags = PLAIN | libc::MS_REMOUNT;
    mounts::mount(Some(c"scratch"), c"/work", None, flags, Some(&options))
        .step("set the size of the scratch folder")
}

fn size_options(disk_bytes: u64) -> String {
    format!("size={disk_bytes},nr_inodes={}", inodes_of(disk_bytes))
}

/// How many files and folders a scratch tmpfs of that size may hold.
pub fn inodes_of(disk_bytes: u64) -> u64 {
    (disk_bytes / BYTES_PER_INODE).max(LEAST_INODES)
}

/// Mounts the /proc of the new pid namespace and hides what is nobody's business.
pub(super) fn proc(masks: &Masks) -> Result<(), Failure> {
    mounts::mount(
        Some(c"proc"),
        c"/proc",
        Some(c"proc"),
        PLAIN | libc::MS_NOEXEC,
        None,
    )
    .step("mount /proc")?;
    // The second line behind the filter: this namespace can have no child namespaces at all.
    if !without(Wall::NoUserNamespaces) {
        std::fs::write("/proc/sys/user/max_user_namespaces", "0")
            .step("forbid further user namespaces")?;
    }
    if !without(Wall::HiddenFiles) {
        for file in &masks.files {
            mounts::bind(c"/dev/null", file, false).step("hide a file of /proc")?;
        }
        for folder in &masks.folders {
            mounts::bind(c"/run/empty", folder, false).step("hide a folder of /proc")?;
        }
    }
    if without(Wall::ReadOnlyKnobs) {
        return Ok(());
    }
    mounts::bind(c"/proc/sys", c"/proc/sys", true).step("make /proc/sys read-only")?;
    mounts::add_attributes(c"/proc/sys", libc::MOUNT_ATTR_RDONLY).step("make /proc/sys read-only")
}
