//! What the sandbox needs of the kernel: new mount calls, user namespaces, seccomp.

use super::Check;
use super::users::User;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

/// `mount_setattr`, with which a whole tree is made read-only at once, came with this version.
const OLDEST: (u32, u32) = (5, 12);
/// For the trial namespaces.
const TRIAL_DEADLINE: Duration = Duration::from_secs(2);

pub(super) fn version(proc_root: &Path) -> Check {
    let release = read(proc_root, "sys/kernel/osrelease").unwrap_or_default();
    let need = format!("{}.{}", OLDEST.0, OLDEST.1);
    match parse_version(&release) {
        Some(found) if found >= OLDEST => Check::ok(
            "kernel",
            format!("Linux {release} ({need} or newer is needed)"),
        ),
        Some(_) => Check::fail(
            "kernel",
            format!("Linux {release} has no mount_setattr"),
            format!("use a kernel {need} or newer"),
        ),
        None => Check::warn(
            "kernel",
            format!("the version \"{release}\" is not understood"),
            format!("make sure that it is Linux {need} or newer"),
        ),
    }
}

fn parse_version(release: &str) -> Option<(u32, u32)> {
    let mut numbers = release.split(|letter: char| !letter.is_ascii_digit());
    Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
}

/// What the system's settings say; `made_namespaces` then tries.
pub(super) fn user_namespaces(proc_root: &Path, user: &User) -> Check {
    let name = "user namespaces";
    let number = |path| read(proc_root, path).and_then(|text| text.parse::<u64>().ok());
    match number("sys/user/max_user_namespaces") {
        None => {
            return Check::fail(
                name,
                "this kernel has none",
                "use a kernel with CONFIG_USER_NS",
            );
        }
        Some(0) => {
            return Check::fail(
                name,
                "user.max_user_namespaces is 0",
                "sudo sysctl user.max_user_namespaces=15000",
            );
        }
        Some(_) => {}
    }
    if user.is_root() {
        return Check::ok(name, "allowed");
    }
    if number("sys/kernel/unprivileged_userns_clone") == Some(0) {
        return Check::fail(
            name,
            "kernel.unprivileged_userns_clone is 0, and this user is not root",
            "sudo sysctl kernel.unprivileged_userns_clone=1, or run as root",
        );
    }
    if number("sys/kernel/apparmor_restrict_unprivileged_userns") == Some(1) {
        return Check::warn(
            name,
            "AppArmor restricts them for users other than root",
            "sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0, or run as root",
        );
    }
    Check::ok(name, "allowed for this user")
}

/// Makes the namespaces of a run once, with the system's own `unshare`: a container's seccomp
/// profile or a security module refuses them without any setting that says so.
pub(super) async fn made_namespaces(user: &User) -> Check {
    let name = "namespaces tried";
    let mut command = tokio::process::Command::new("unshare");
    command.env("PATH", super::tools::SEARCH_PATH);
    command.args([
        "--user",
        "--map-root-user",
        "--mount",
        "--pid",
        "--ipc",
        "--uts",
        "--fork",
    ]);
    command.args(["--mount-proc", "true"]);
    command.stdin(Stdio::null()).kill_on_drop(true);
    match tokio::time::timeout(TRIAL_DEADLINE, command.output()).await {
        Ok(Ok(output)) if output.status.success() => Check::ok(
            name,
            "user, mount, pid, ipc and uts namespaces with a /proc of their own",
        ),
        Ok(Ok(output)) => Check::fail(
            name,
            format!(
                "refused: {}",
                String::from_utf8_lossy(&output.stderr).trim()
            ),
            if user.is_root() {
                "inside a container, allow them in its seccomp and AppArmor profiles, and its /proc unmasked"
            } else {
                "mend the line above, or run as root"
            },
        ),
        Ok(Err(_)) => Check::warn(
            name,
            "not tried: no unshare command",
            "apt-get install util-linux",
        ),
        Err(_) => Check::warn(name, "no answer within 2 s", "run warmbox doctor again"),
    }
}

pub(super) fn seccomp(proc_root: &Path) -> Check {
    match read(proc_root, "sys/kernel/seccomp/actions_avail") {
        Some(actions) if actions.split(' ').any(|action| action == "errno") => {
            Check::ok("seccomp", format!("filters available ({actions})"))
        }
        _ => Check::fail(
            "seccomp",
            "this kernel has no seccomp filters",
            "use a kernel with CONFIG_SECCOMP_FILTER",
        ),
    }
}

fn read(proc_root: &Path, path: &str) -> Option<String> {
    Some(
        std::fs::read_to_string(proc_root.join(path))
            .ok()?
            .trim()
            .to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::State;

    /// A `/proc` that holds only these files.
    fn fixture(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join("sys").join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, format!("{text}\n")).unwrap();
        }
        root
    }

    #[test]
    fn versions() {
        let cases = [
            ("6.18.44-fc-v657", State::Ok),
            ("5.12", State::Ok),
            ("5.12-rc1", State::Ok),
            ("5.11.22-7-pve", State::Fail),
            ("4.19.0", State::Fail),
            ("odd", State::Warn),
        ];
        for (release, expected) in cases {
            let root = fixture(&[("kernel/osrelease", release)]);
            assert_eq!(version(root.path()).state, expected, "{release}");
        }
    }

    #[test]
    fn settings_of_user_namespaces() {
        let max = ("user/max_user_namespaces", "100");
        type Case<'a> = (&'a [(&'a str, &'a str)], u32, State, &'a str);
        let cases: &[Case] = &[
            (&[], 0, State::Fail, "has none"),
            (&[("user/max_user_namespaces", "0")], 0, State::Fail, "is 0"),
            (&[max], 1000, State::Ok, "this user"),
            (
                &[max, ("kernel/unprivileged_userns_clone", "0")],
                0,
                State::Ok,
                "allowed",
            ),
            (
                &[max, ("kernel/unprivileged_userns_clone", "0")],
                9,
                State::Fail,
                "not root",
            ),
            (
                &[max, ("kernel/apparmor_restrict_unprivileged_userns", "1")],
                9,
                State::Warn,
                "AppArmor",
            ),
        ];
        for (files, uid, state, text) in cases {
            let user = User {
                uid: *uid,
                name: None,
            };
            let check = user_namespaces(fixture(files).path(), &user);
            assert_eq!(check.state, *state, "{files:?} {uid}");
            assert!(check.text.contains(text), "{}", check.text);
        }
    }

    #[test]
    fn seccomp_needs_errno() {
        let all = (
            "kernel/seccomp/actions_avail",
            "kill_process kill_thread trap errno log allow",
        );
        assert_eq!(seccomp(fixture(&[all]).path()).state, State::Ok);
        assert_eq!(seccomp(fixture(&[]).path()).state, State::Fail);
    }
}
