//! How the server before this one ended. Each notes that it runs and, at its end, that it ended in
//! order: the next one tells what is missing, because a process that was killed cannot.

use super::own_cgroup::{self, Folder};
use crate::config::Config;
use crate::engine::docker::Place;
use serde::{Deserialize, Serialize};
use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Tells how the last server of this deployment ended, and notes that this one runs. Answers whether
/// that one was ended for want of memory.
pub(super) fn begin(config: &Config, place: &Place) -> (Notes, bool) {
    // A port that the kernel chooses makes another deployment of each start.
    let named = config.port != 0 || config.docker.owner.is_some();
    let folder = config.state_dir.as_ref().filter(|_| named);
    let begun = folder.and_then(|folder| Note::begin(folder, &place.owner, &place.instance));
    let Some((note, death)) = begun else {
        return (Notes::default(), false);
    };
    let Some(death) = death else {
        return (Notes::of(note), false);
    };
    tracing::error!(
        pid = death.pid,
        last_instance = death.instance,
        lived_s = death.lived_s,
        cause = death.cause.words(),
        "the server before this one did not end in order"
    );
    let out_of_memory = matches!(death.cause, Cause::OutOfMemory(_));
    (Notes::of(note), out_of_memory)
}

/// The note of this server, where it keeps one. Cheap to clone; all clones are one.
#[derive(Clone, Default)]
pub(super) struct Notes(Arc<Mutex<Option<Note>>>);

impl Notes {
    pub(super) fn of(note: Note) -> Self {
        Self(Arc::new(Mutex::new(Some(note))))
    }

    /// Notes that the server lives.
    pub(super) fn beat(&self, uptime: Duration) {
        if let Some(note) = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            note.beat(uptime);
        }
    }

    /// Notes that it ended in order, and nothing after that.
    pub(super) fn end(&self, how: &str, uptime: Duration) {
        let note = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(note) = note {
            note.end(how, uptime);
        }
    }
}

/// The note of one server, in a file of its deployment's name.
pub(super) struct Note {
    path: PathBuf,
    text: Life,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Life {
    pid: u32,
    instance: String,
    /// Of the machine's last start.
    boot: String,
    /// When it last noted that it lives, in seconds after its start.
    lived_s: u64,
    /// Processes of the server's own cgroup that the kernel had ended for want of memory.
    oom_kills: u64,
    /// How it ended, where it could say so.
    ended: Option<String>,
}

/// How the last one ended, when it did not end in order.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Death {
    pub(super) pid: u32,
    pub(super) instance: String,
    pub(super) lived_s: u64,
    pub(super) cause: Cause,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cause {
    OutOfMemory(&'static str),
    MachineRestarted,
    Unknown,
}

impl Cause {
    pub(super) fn words(&self) -> String {
        match self {
            Self::OutOfMemory(source) => format!(
                "the kernel ended it for want of memory ({source}), which a service manager shows as exit code 137"
            ),
            Self::MachineRestarted => "the machine was restarted under it".to_owned(),
            Self::Unknown => {
                "it was killed (SIGKILL, exit code 137) or it crashed; its last log lines and the kernel's log say more"
                    .to_owned()
            }
        }
    }
}

impl Note {
    /// Reads the last server's note and writes this one's. A folder that cannot be written is told,
    /// and done without.
    pub(super) fn begin(
        folder: &Path,
        owner: &str,
        instance: &str,
    ) -> Option<(Self, Option<Death>)> {
        let name = super::places::file_name(owner);
        let path = folder.join(format!("life-{name}.json"));
        let last = fs::read(&path)
            .ok()
            .and_then(|bytes| serde_json::from_slice::<Life>(&bytes).ok());
        let note = Self {
            path,
            text: Life {
                pid: std::process::id(),
                instance: instance.to_owned(),
                boot: boot(),
                lived_s: 0,
                oom_kills: oom_kills(),
                ended: None,
            },
        };
        if let Err(error) = fs::create_dir_all(folder).and_then(|()| note.write()) {
            let folder = folder.display();
            tracing::warn!(%folder, %error, "the next start will not know how this server ended");
            return None;
        }
        let death = last.and_then(|last| death(last, &note.text, &kernel_log()));
        Some((note, death))
    }

    fn beat(&mut self, uptime: Duration) {
        self.text.lived_s = uptime.as_secs();
        self.text.oom_kills = oom_kills();
        let _ = self.write();
    }

    fn end(mut self, how: &str, uptime: Duration) {
        self.text.ended = Some(how.to_owned());
        self.beat(uptime);
    }

    /// Whole or not at all.
    fn write(&self) -> std::io::Result<()> {
        let fresh = self.path.with_extension("new");
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&fresh)?;
        file.write_all(&serde_json::to_vec(&self.text)?)?;
        fs::rename(fresh, &self.path)
    }
}

fn death(last: Life, now: &Life, kernel_log: &str) -> Option<Death> {
    if last.ended.is_some() || is_alive(last.pid, &last.boot, now) {
        return None;
    }
    let killed = [
        format!("Killed process {} ", last.pid),
        format!("Killed process {},", last.pid),
    ];
    let cause = if last.boot != now.boot {
        Cause::MachineRestarted
    } else if killed.iter().any(|words| kernel_log.contains(words)) {
        Cause::OutOfMemory("its log names it")
    } else if now.oom_kills > last.oom_kills {
        Cause::OutOfMemory("its cgroup has counted it")
    } else {
        Cause::Unknown
    };
    Some(Death {
        pid: last.pid,
        instance: last.instance,
        lived_s: last.lived_s,
        cause,
    })
}

/// Whether the last one is still there, as in a restart that overlaps.
fn is_alive(pid: u32, boot: &str, now: &Life) -> bool {
    let name = |pid: u32| fs::read_to_string(format!("/proc/{pid}/comm")).ok();
    boot == now.boot && pid != now.pid && name(pid).is_some_and(|it| Some(it) == name(now.pid))
}

fn boot() -> String {
    let id = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    id.trim().to_owned()
}

/// The end of the kernel's log, where this user may read it.
fn kernel_log() -> String {
    const MOST: usize = 4 << 20;
    let Ok(mut log) = fs::OpenOptions::new()
        .read(true)
        .custom_flags(rustix::fs::OFlags::NONBLOCK.bits() as i32)
        .open("/dev/kmsg")
    else {
        return String::new();
    };
    let (mut text, mut line) = (String::new(), [0; 8192]);
    // One record for each read, until there is none to read without waiting.
    while let Ok(size @ 1..) = log.read(&mut line) {
        text.push_str(&String::from_utf8_lossy(&line[..size]));
        if text.len() > MOST {
            break;
        }
    }
    text
}

/// Processes of this process's own cgroup, runners' not counted, that the kernel has ended for want
/// of memory.
pub(super) fn oom_kills() -> u64 {
    let counted = own_cgroup::ask(|folder| {
        let file = match folder {
            Folder::V2(folder) => folder.join("memory.events.local"),
            Folder::V1(folder) => folder.join("memory.oom_control"),
        };
        let text = fs::read_to_string(file).ok()?;
        text.lines()
            .find_map(|line| line.strip_prefix("oom_kill ")?.trim().parse().ok())
    });
    counted.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn life(pid: u32) -> Life {
        Life {
            pid,
            instance: "i".into(),
            boot: "b".into(),
            lived_s: 7,
            oom_kills: 1,
            ended: None,
        }
    }

    #[test]
    fn a_death_is_told_with_its_cause() {
        // No process has this number: it is above the kernel's highest.
        let (gone, now) = (4_200_000, life(1));
        let cause = |last: Life, now: &Life, log: &str| death(last, now, log).map(|it| it.cause);
        assert_eq!(cause(life(gone), &now, ""), Some(Cause::Unknown));
        let log =
            "6,1,1,-;Memory cgroup out of memory: Killed process 4200000 (warmbox) total-vm:1kB\n";
        assert_eq!(
            cause(life(gone), &now, log),
            Some(Cause::OutOfMemory("its log names it"))
        );
        let more = Life {
            oom_kills: 2,
            ..life(1)
        };
        assert_eq!(
            cause(life(gone), &more, ""),
            Some(Cause::OutOfMemory("its cgroup has counted it"))
        );
        let other = Life {
            boot: "c".into(),
            ..life(1)
        };
        assert_eq!(
            cause(life(gone), &other, log),
            Some(Cause::MachineRestarted)
        );
        let ended = Life {
            ended: Some("SIGTERM".into()),
            ..life(gone)
        };
        assert_eq!(cause(ended, &now, log), None);
    }

    #[test]
    fn an_orderly_end_is_no_death_and_another_is() {
        let folder = tempfile::tempdir().unwrap();
        let begin = || Note::begin(folder.path(), "host/127.0.0.1:5001", "i").unwrap();
        let (note, death) = begin();
        assert_eq!(death, None);
        drop(note);
        let name = folder.path().join("life-host_127.0.0.1_5001.json");
        let text = fs::read_to_string(&name).unwrap();
        let dead = text.replace(
            &format!("\"pid\":{}", std::process::id()),
            "\"pid\":4200000",
        );
        fs::write(&name, dead).unwrap();
        let (note, death) = begin();
        assert_eq!(death.map(|it| it.pid), Some(4_200_000));
        note.end("a test", Duration::from_secs(3));
        assert_eq!(begin().1, None);
    }
}
