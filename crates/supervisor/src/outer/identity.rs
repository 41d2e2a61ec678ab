//! Which kernel identities a runner may use: a block that no other runner on the host has.
//!
//! The embedded engine's keeper takes a block by locking a file, and holds the lock for as long as
//! it lives, which is longer than any process with one of its ids. A container is told its block:
//! the daemon gives a container's name to one container at a time, and the number is in the name.

use crate::failure::{Failure, Step};
use crate::sys::{caps, fs, ids};
use std::fs::{DirBuilder, File, OpenOptions};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::Path;
use std::process::{Command, Stdio};
use warmbox_protocol::IdentitySource;
use warmbox_protocol::plan::{CONTAINER_BLOCKS, REMAPPED_BLOCKS};

/// Ids in a block: one for the supervisor, the others in pairs for its runs.
pub(super) const BLOCK: u32 = 256;
/// The supervisor's own uid and gid inside its user namespace. Not 0: to map the parent's uid 0
/// into a sandbox takes a privilege (CAP_SETFCAP) that an ordinary user's runner does not have.
pub(super) const SUPERVISOR_ID: u32 = 1;
/// Where root's blocks begin, and how many there are. systemd's list of uid ranges
/// (docs/UIDS-GIDS.md, "Summary") leaves 1879048192 to 2147352575 unused.
const ROOT_FIRST: u32 = 1_879_048_192;
const ROOT_BLOCKS: u32 = 65_536;
/// Where containers' blocks begin: in the same range, behind root's.
const CONTAINER_FIRST: u32 = ROOT_FIRST + ROOT_BLOCKS * BLOCK;
/// Where they begin in a container that has only the ids 0 to 65,535: behind those that images
/// use for themselves.
const REMAPPED_FIRST: u32 = 1024;

/// The identities of one runner.
pub(super) enum Identities {
    /// `BLOCK` ids from `first`, held by the lock or, in a container, by the daemon.
    Block {
        first: u32,
        writer: Writer,
        _lock: Option<File>,
    },
    /// Nothing but the caller's own uid and gid.
    Own,
}

/// Who may write the maps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Writer {
    Root,
    /// The set-uid helpers newuidmap and newgidmap (package uidmap).
    Helpers,
    /// The keeper of a container: CAP_SETUID and CAP_SETGID, and nothing else of root's.
    Container,
}

impl Identities {
    /// Takes the identities that the engine means.
    pub(super) fn take(source: &IdentitySource) -> Result<Self, Failure> {
        match source {
            IdentitySource::LockFolder(folder) => Self::lock(folder),
            IdentitySource::Block(number) => Self::of_container(*number),
        }
    }

    /// Takes a free block, or falls back to the caller's own identity where the host grants an
    /// ordinary user nothing else.
    fn lock(lock_dir: &str) -> Result<Self, Failure> {
        let (first, blocks, writer) = if ids::effective_uid() == 0 {
            (ROOT_FIRST, ROOT_BLOCKS, Writer::Root)
        } else {
            match subordinate_range() {
                Some((first, count)) if helpers_present() && count >= BLOCK => {
                    (first, count / BLOCK, Writer::Helpers)
                }
                _ => return Ok(Identities::Own),
            }
        };
        let (block, lock) = lock_one(Path::new(lock_dir), blocks)?;
        Ok(Identities::Block {
            first: first + block * BLOCK,
            writer,
            _lock: Some(lock),
        })
    }

    /// Leaves root for the first id of a container's block, and keeps of root's privileges only
    /// what mapping the block takes.
    fn of_container(number: u32) -> Result<Self, Failure> {
        let map = std::fs::read_to_string("/proc/self/uid_map").step("read the container's ids")?;
        let first = first_of_container(number, &map).ok_or(Failure {
            step: "find the block of identities among the container's ids",
            errno: libc::EUSERS,
        })?;
        caps::keep_over_uid_change().step("keep capabilities")?;
        ids::clear_groups().step("leave all groups")?;
        ids::become_ids(first, first).step("become the keeper's identity")?;
        caps::keep_only(&[caps::SETUID, caps::SETGID]).step("give up capabilities")?;
        Ok(Identities::Block {
            first,
            writer: Writer::Container,
            _lock: None,
        })
    }

    /// Gives up what mapping took. The keeper only waits from here on.
    pub(super) fn mapped(&self) -> Result<(), Failure> {
        caps::set_dumpable(false).step("close the identity maps")?;
        match self {
            Identities::Block {
                writer: Writer::Container,
                ..
            } => {
                caps::keep_only(&[]).step("give up all capabilities")?;
                caps::no_new_privileges().step("forbid new privileges")
            }
            _ => Ok(()),
        }
    }

    /// Maps the ids of the block to 0, 1, 2, ... in the user namespace of process `pid`.
    pub(super) fn map(&self, pid: i32) -> Result<(), Failure> {
        match self {
            Identities::Block {
                first,
                writer: Writer::Root | Writer::Container,
                ..
            } => {
                let map = format!("0 {first} {BLOCK}\n");
                for file in ["uid_map", "gid_map"] {
                    std::fs::write(format!("/proc/{pid}/{file}"), &map)
                        .step("map the runner's identities")?;
                }
                Ok(())
            }
            Identities::Block { first, .. } => {
                for helper in ["newuidmap", "newgidmap"] {
                    let ran = Command::new(helper)
                        .args([
                            pid.to_string(),
                            "0".into(),
                            first.to_string(),
                            BLOCK.to_string(),
                        ])
                        .stdin(Stdio::null())
                        .stdout(Stdio::null())
                        .status()
                        .step("run newuidmap and newgidmap")?;
                    if !ran.success() {
                        return Err(Failure {
                            step: "map the runner's identities with newuidmap and newgidmap",
                            errno: libc::EPERM,
                        });
                    }
                }
                Ok(())
            }
            Identities::Own => {
                let maps = [
                    ("setgroups", "deny".to_owned()),
                    (
                        "uid_map",
                        format!("{SUPERVISOR_ID} {} 1\n", ids::effective_uid()),
                    ),
                    (
                        "gid_map",
                        format!("{SUPERVISOR_ID} {} 1\n", ids::effective_gid()),
                    ),
                ];
                for (file, text) in maps {
                    std::fs::write(format!("/proc/{pid}/{file}"), text)
                        .step("map the caller's identity")?;
                }
                Ok(())
            }
        }
    }

    /// Whether every run gets a uid of its own.
    pub(super) fn unique(&self) -> bool {
        matches!(self, Identities::Block { .. })
    }
}

/// Locks the first free block's file.
fn lock_one(folder: &Path, blocks: u32) -> Result<(u32, File), Failure> {
    let step = "lock a block of identities";
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .step("make the folder of identity locks")?;
    let owner = std::fs::metadata(folder).step(step)?.uid();
    if owner != ids::effective_uid() {
        return Err(Failure {
            step: "trust the folder of identity locks, which belongs to another user",
            errno: libc::EPERM,
        });
    }
    for block in 0..blocks {
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .custom_flags(libc::O_NOFOLLOW)
            .open(folder.join(format!("{block}.lock")))
            .step(step)?;
        if fs::try_lock(&file).step(step)? {
            return Ok((block, file));
        }
    }
    Err(Failure {
        step: "find a free block of identities",
        errno: libc::EUSERS,
    })
}

/// The first id of a container's block, where `uid_map` (user_namespaces(7)) has all of it.
fn first_of_container(number: u32, uid_map: &str) -> Option<u32> {
    let has = |first: u32| {
        uid_map.lines().any(|line| {
            let mut fields = line.split_ascii_whitespace().map(str::parse::<u64>);
            let (Some(Ok(start)), Some(Ok(_)), Some(Ok(count))) =
                (fields.next(), fields.next(), fields.next())
            else {
                return false;
            };
            let (first, end) = (u64::from(first), u64::from(first + BLOCK));
            start <= first && end <= start + count
        })
    };
    let large = (number < CONTAINER_BLOCKS).then(|| CONTAINER_FIRST + number * BLOCK);
    let small = (number < REMAPPED_BLOCKS).then(|| REMAPPED_FIRST + number * BLOCK);
    [large, small]
        .into_iter()
        .flatten()
        .find(|first| has(*first))
}

fn helpers_present() -> bool {
    ["newuidmap", "newgidmap"]
        .iter()
        .all(|name| Path::new("/usr/bin").join(name).exists())
}

/// The caller's range of subordinate ids that is the same for uids and gids.
fn subordinate_range() -> Option<(u32, u32)> {
    let uid = ids::effective_uid();
    let passwd = std::fs::read_to_string("/etc/passwd").ok()?;
    let name = user_name(&passwd, uid);
    let range = |path| range_of(&std::fs::read_to_string(path).ok()?, name, uid);
    let (uids, gids) = (range("/etc/subuid")?, range("/etc/subgid")?);
    (uids == gids).then_some(uids)
}

fn user_name(passwd: &str, uid: u32) -> Option<&str> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid)).then_some(name)
    })
}

/// Reads subuid(5): `name-or-uid:first:count`.
fn range_of(text: &str, name: Option<&str>, uid: u32) -> Option<(u32, u32)> {
    text.lines().find_map(|line| {
        let mut fields = line.split(':');
        let who = fields.next()?;
        let mine = name == Some(who) || who.parse() == Ok(uid);
        let range = (
            fields.next()?.trim().parse().ok()?,
            fields.next()?.trim().parse().ok()?,
        );
        mine.then_some(range)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_found_by_name_and_by_number() {
        let text = "root:1:2\nada:100000:65536\n1007:300000:1000\n";
        assert_eq!(range_of(text, Some("ada"), 1000), Some((100_000, 65_536)));
        assert_eq!(range_of(text, Some("bob"), 1007), Some((300_000, 1000)));
        assert_eq!(range_of(text, None, 1), None);
    }

    #[test]
    fn the_caller_is_found_in_passwd() {
        let passwd = "root:x:0:0::/root:/bin/sh\nada:x:1000:1000::/home/ada:/bin/sh\n";
        assert_eq!(user_name(passwd, 1000), Some("ada"));
        assert_eq!(user_name(passwd, 5), None);
    }

    #[test]
    fn blocks_of_containers_are_apart_from_each_other_and_from_the_embedded_engines() {
        let whole = "         0          0 4294967295\n";
        let first = first_of_container(0, whole).unwrap();
        assert_eq!(first, ROOT_FIRST + ROOT_BLOCKS * BLOCK);
        assert_eq!(first_of_container(1, whole), Some(first + BLOCK));
        let last = first_of_container(CONTAINER_BLOCKS - 1, whole).unwrap();
        // the end of the range that systemd's list leaves unused
        assert!(last + BLOCK <= 2_147_352_576);
        assert_eq!(first_of_container(CONTAINER_BLOCKS, whole), None);

        let remapped = "0 100000 65536\n";
        assert_eq!(first_of_container(0, remapped), Some(1024));
        let last = first_of_container(REMAPPED_BLOCKS - 1, remapped).unwrap();
        assert_eq!(last + BLOCK, 65_536);
        assert_eq!(first_of_container(REMAPPED_BLOCKS, remapped), None);
        assert_eq!(first_of_container(0, "0 1000 1\n"), None);
    }

    #[test]
    fn two_runners_never_get_the_same_block() {
        let folder = std::env::temp_dir().join(format!("warmbox-ids-{}", std::process::id()));
        let path = folder.as_path();
        let (first, held) = lock_one(path, 4).unwrap();
        let (second, _held_too) = lock_one(path, 4).unwrap();
        assert_ne!(first, second);
        drop(held);
        assert_eq!(lock_one(path, 4).unwrap().0, first);
        std::fs::remove_dir_all(path).unwrap();
    }
}
