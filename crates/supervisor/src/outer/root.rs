//! The recipe for a runner's root: a small tmpfs that shows the toolchain read-only and holds
//! nothing of the host's but that.

use crate::failure::{Failure, Step};
use crate::sys::mounts;
use crate::sys::terminal::Terminals;
use crate::without::{Wall, without};
use std::ffi::CString;
use std::fs;
use std::os::unix::fs::{DirBuilderExt, symlink};
use std::path::Path;
use warmbox_protocol::plan::{FIGURES_DIR, SUPPORT_DIR, WORK_DIR};
use warmbox_protocol::{Plan, RootSource};

/// Where the root is built, in the runner's own mount namespace: any folder that every host
/// has and that nothing of the toolchain lies in.
const BASE: &str = "/tmp";
const READ_ONLY: u64 = libc::MOUNT_ATTR_RDONLY | libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NODEV;

/// What programs need from /etc: the loader's cache, the links behind `c++` and the linear
/// algebra of numpy, matplotlib's settings, time zones, media types.
const ETC: &[&str] = &[
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "alternatives",
    "matplotlibrc",
    "mime.types",
    "localtime",
    "python3",
    "python3.11",
    "python3.12",
    "python3.13",
    "fonts",
    "ssl/openssl.cnf",
];
const DEVICES: &[&str] = &["null", "zero", "full", "random", "urandom"];

const PASSWD: &str = "root:x:0:0::/nonexistent:/usr/sbin/nologin\n\
    sandbox:x:1000:1000:sandbox:/tmp:/bin/sh\n";
const GROUP: &str = "root:x:0:\nsandbox:x:1000:\n";
const HOSTS: &str = "127.0.0.1 localhost sandbox\n::1 localhost\n";

/// Builds the root and moves into it. Called by PID 1 of the new namespaces, which has every
/// capability there. With an unpacked runner image the working folder is the image. Answers where
/// terminals come from, if the kernel has them.
pub(super) fn enter(plan: &Plan) -> Result<Option<Terminals>, Failure> {
    mounts::make_all_private().step("make mounts private")?;
    mount_tmpfs(BASE, "size=16m,mode=0755")?;
    for folder in [
        "proc",
        "dev",
        "dev/shm",
        "etc",
        "etc/ssl",
        "tmp",
        "run",
        "run/empty",
        "var",
        "var/tmp",
    ] {
        make_folder(&inside(folder))?;
    }
    for folder in [WORK_DIR, FIGURES_DIR, SUPPORT_DIR] {
        make_folder(&inside(&folder[1..]))?;
    }
    if !plan.parents.is_empty() {
        // Libraries want to write when they are imported. Every sandbox covers it with its own.
        mount_tmpfs(&inside("tmp"), "size=4m,mode=0700")?;
    }
    mounts::mount(
        Some(c"proc"),
        &c_path(&inside("proc"))?,
        Some(c"proc"),
        libc::MS_NOSUID | libc::MS_NODEV | libc::MS_NOEXEC,
        None,
    )
    .step("mount the runner's /proc")?;

    // Not by its path: the image may lie in a folder that the root was just mounted over.
    let source = match &plan.root {
        RootSource::Here => "",
        RootSource::Folder(_) => ".",
    };
    show_toolchain(source)?;
    show_settings(source)?;
    show_devices()?;
    place_support(plan)?;
    // Shown to nobody: a run that asks for a terminal is given one. Any folder does for the moment that
    // they are mounted.
    let terminals = Terminals::make(&c_path(&inside("dev/shm"))?).ok();

    mounts::replace_root(&c_path(BASE)?).step("move into the runner's root")?;
    // The tmpfs itself too: from here on nothing in the runner can be written but what a
    // sandbox mounts for itself.
    seal("/")?;
    Ok(terminals)
}

fn mount_tmpfs(path: &str, options: &str) -> Result<(), Failure> {
    let options = CString::new(options).unwrap_or_default();
    mounts::mount(
        Some(c"runner"),
        &c_path(path)?,
        Some(c"tmpfs"),
        libc::MS_NOSUID | libc::MS_NODEV,
        Some(&options),
    )
    .step("mount the runner's root")
}

/// /usr, and the links or folders that lead into it.
fn show_toolchain(source: &str) -> Result<(), Failure> {
    let usr = inside("usr");
    make_folder(&usr)?;
    show(&format!("{source}/usr"), &usr, READ_ONLY)?;
    for name in ["bin", "sbin", "lib", "lib32", "lib64", "libx32"] {
        let from = format!("{source}/{name}");
        let to = inside(name);
        match fs::symlink_metadata(&from) {
            Ok(found) if found.is_symlink() => {
                let target = fs::read_link(&from).step("read a link of the root")?;
                symlink(target, &to).step("copy a link of the root")?;
            }
            Ok(found) if found.is_dir() => {
                make_folder(&to)?;
                show(&from, &to, READ_ONLY)?;
            }
            _ => {}
        }
    }
    Ok(())
}

fn show_settings(source: &str) -> Result<(), Failure> {
    for name in ETC {
        let from = format!("{source}/etc/{name}");
        let to = inside(&format!("etc/{name}"));
        // Links are followed: what they lead to is shown under the link's name.
        match fs::metadata(&from) {
            Ok(found) if found.is_dir() => {
                make_folder(&to)?;
                show(&from, &to, READ_ONLY)?;
            }
            Ok(found) if found.is_file() => {
                fs::write(&to, "").step("make a file of the root")?;
                show(&from, &to, READ_ONLY)?;
            }
            _ => {}
        }
    }
    for (name, text) in [("passwd", PASSWD), ("group", GROUP), ("hosts", HOSTS)] {
        let path = inside(&format!("etc/{name}"));
        fs::write(path, text).step("make a file of the root")?;
    }
    Ok(())
}

fn show_devices() -> Result<(), Failure> {
    for name in DEVICES {
        let to = inside(&format!("dev/{name}"));
        fs::write(&to, "").step("make a device of the root")?;
        // Not `nodev`, or they would be no devices. Read-only concerns the node, whose times are
        // the host's, and not what is behind it.
        let attributes =
            libc::MOUNT_ATTR_RDONLY | libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NOEXEC;
        show(&format!("/dev/{name}"), &to, attributes)?;
    }
    for (name, target) in [
        ("fd", "/proc/self/fd"),
        ("stdin", "/proc/self/fd/0"),
        ("stdout", "/proc/self/fd/1"),
        ("stderr", "/proc/self/fd/2"),
    ] {
        symlink(target, inside(&format!("dev/{name}"))).step("make a link of /dev")?;
    }
    Ok(())
}

fn place_support(plan: &Plan) -> Result<(), Failure> {
    for file in &plan.support {
        let path = inside(&format!("{}/{}", &SUPPORT_DIR[1..], file.name));
        fs::write(path, &file.bytes).step("place a support file")?;
    }
    if let Some(program) = &plan.rehearsal {
        let path = inside(&format!("{}/{}", &WORK_DIR[1..], program.name));
        fs::write(path, &program.bytes).step("place the program of the rehearsal")?;
    }
    Ok(())
}

/// Shows `from` at `to`, with everything mounted below it, and seals it.
fn show(from: &str, to: &str, attributes: u64) -> Result<(), Failure> {
    mounts::bind(&c_path(from)?, &c_path(to)?, true).step("show the toolchain")?;
    mounts::add_attributes(&c_path(to)?, attributes).step("make the toolchain read-only")
}

/// Makes one mount read-only, and not those below it: they have attributes of their own.
fn seal(path: &str) -> Result<(), Failure> {
    if without(Wall::ReadOnlyRoot) {
        return Ok(());
    }
    mounts::mount(
        None,
        &c_path(path)?,
        None,
        libc::MS_REMOUNT | libc::MS_BIND | libc::MS_RDONLY | libc::MS_NOSUID | libc::MS_NODEV,
        None,
    )
    .step("make the runner's root read-only")
}

fn make_folder(path: &str) -> Result<(), Failure> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o755)
        .create(Path::new(path))
        .step("make a folder of the root")
}

fn inside(path: &str) -> String {
    format!("{BASE}/{path}")
}

fn c_path(path: &str) -> Result<CString, Failure> {
    CString::new(path).map_err(|_| Failure {
        step: "name a path of the root",
        errno: libc::EINVAL,
    })
}
