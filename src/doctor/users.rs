//! Who this process is, and whether every run can have a uid of its own.

use super::{Check, tools};
use std::path::Path;

/// The user that the service would run as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct User {
    /// The effective uid.
    pub(super) uid: u32,
    /// Its name, where `/etc/passwd` has one.
    pub(super) name: Option<String>,
}

impl User {
    pub(super) fn is_root(&self) -> bool {
        self.uid == 0
    }
}

/// Reads the effective uid from `self/status` and its name from `passwd`.
pub(super) fn current(proc_root: &Path, etc: &Path) -> User {
    let status = std::fs::read_to_string(proc_root.join("self/status")).unwrap_or_default();
    let uid = status
        .lines()
        .find_map(|line| line.strip_prefix("Uid:"))
        .and_then(|ids| ids.split_whitespace().nth(1)?.parse().ok())
        // Unknown is treated as an ordinary user: the stricter advice.
        .unwrap_or(u32::MAX);
    let passwd = std::fs::read_to_string(etc.join("passwd")).unwrap_or_default();
    let name = passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    });
    User { uid, name }
}

/// The kernel counts processes and more per uid over the whole host, so runs should not share one.
pub(super) fn identities(user: &User, etc: &Path) -> Check {
    let name = "identities";
    if user.is_root() {
        return Check::ok(name, "root: every run gets a uid of its own");
    }
    let shown = user.name.clone().unwrap_or_else(|| user.uid.to_string());
    let commands = ["newuidmap", "newgidmap"]
        .iter()
        .all(|tool| tools::find(tool).is_some());
    let ranges = ["subuid", "subgid"].iter().all(|file| {
        let text = std::fs::read_to_string(etc.join(file)).unwrap_or_default();
        has_range(&text, user)
    });
    let mut mend = Vec::new();
    if !commands {
        mend.push("apt-get install uidmap".to_owned());
    }
    if !ranges {
        mend.push(format!(
            "sudo usermod --add-subuids 2000000-2065535 --add-subgids 2000000-2065535 {shown}"
        ));
    }
    if mend.is_empty() {
        Check::ok(
            name,
            format!("{shown} has a range in /etc/subuid: every run gets a uid of its own"),
        )
    } else {
        let text = format!(
            "{shown} (uid {}) has no uids to hand out, so all runs share one",
            user.uid
        );
        Check::warn(name, text, mend.join(" and "))
    }
}

/// `name:first:count`, by name or by number, with a count above zero.
fn has_range(text: &str, user: &User) -> bool {
    text.lines().any(|line| {
        let mut fields = line.trim().split(':');
        let owner = fields.next().unwrap_or_default();
        let count = fields.nth(1).and_then(|count| count.parse::<u64>().ok());
        let ours = user.name.as_deref() == Some(owner) || owner.parse() == Ok(user.uid);
        ours && count.is_some_and(|count| count > 0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::State;

    #[test]
    fn the_effective_uid_and_its_name() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("self")).unwrap();
        std::fs::write(
            root.path().join("self/status"),
            "Name:\tx\nUid:\t0\t1000\t0\t0\n",
        )
        .unwrap();
        std::fs::write(
            root.path().join("passwd"),
            "root:x:0:0::/:\nann:x:1000:1000::/:\n",
        )
        .unwrap();
        let user = current(root.path(), root.path());
        assert_eq!(
            user,
            User {
                uid: 1000,
                name: Some("ann".into())
            }
        );
        let nobody = current(Path::new("/nowhere"), Path::new("/nowhere"));
        assert!(!nobody.is_root());
    }

    #[test]
    fn ranges() {
        let ann = User {
            uid: 1000,
            name: Some("ann".into()),
        };
        let cases = [
            ("ann:100000:65536\n", true),
            ("bob:1:5\n1000:100000:65536\n", true),
            ("anna:100000:65536\n", false),
            ("ann:100000:0\n", false),
            ("ann\n", false),
            ("", false),
        ];
        for (text, expected) in cases {
            assert_eq!(has_range(text, &ann), expected, "{text:?}");
        }
    }

    #[test]
    fn root_needs_nothing_and_others_are_told_what_to_do() {
        let etc = tempfile::tempdir().unwrap();
        let root = User { uid: 0, name: None };
        assert_eq!(identities(&root, etc.path()).state, State::Ok);
        let check = identities(
            &User {
                uid: 1000,
                name: Some("ann".into()),
            },
            etc.path(),
        );
        assert_eq!(check.state, State::Warn);
        assert!(check.mend.unwrap().contains("--add-subuids"));
    }
}
