//! Refuses new work before the machine fails: while a disk that the server writes to is nearly full,
//! or memory nearly used up. Looks in the background, since a disk may hang.

use super::health::{Board, Seen};
use super::live::Live;
use super::own_cgroup::{self, Folder};
use crate::api::PartState;
use crate::meminfo::meminfo;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{sleep, timeout};

const LOOK: Duration = Duration::from_secs(1);
/// A disk that takes longer to tell its room hangs.
const PATIENCE: Duration = Duration::from_secs(2);

/// Why new work is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: &'static str,
    pub(super) reason: String,
}

/// Cheap to clone; all clones are one.
#[derive(Clone)]
pub(super) struct Guards {
    disk: Arc<Mutex<Option<Refusal>>>,
    memory: Arc<Mutex<Option<Refusal>>>,
    live: Arc<Live>,
    folders: Vec<PathBuf>,
}

impl Guards {
    pub(super) fn new(live: Arc<Live>, folders: Vec<PathBuf>) -> Self {
        Self {
            disk: Arc::default(),
            memory: Arc::default(),
            live,
            folders,
        }
    }

    pub(super) fn refusal(&self) -> Option<Refusal> {
        lock(&self.disk)
            .clone()
            .or_else(|| lock(&self.memory).clone())
    }

    /// Looks until the caller is dropped.
    pub(super) async fn watch(self, board: Arc<Board>) {
        loop {
            let reserves = self.live.guards();
            self.disk(reserves.disk_reserve_bytes, &board).await;
            self.memory(reserves.memory_reserve_bytes, &board);
            sleep(LOOK).await;
        }
    }

    async fn disk(&self, reserve: u64, board: &Board) {
        let mut refusal = None;
        let mut least = None::<(u64, String)>;
        for folder in self.folders.iter().filter(|_| reserve > 0) {
            let looked = folder.clone();
            let look = tokio::task::spawn_blocking(move || room(&looked));
            let free = match timeout(PATIENCE, look).await {
                Ok(Ok(Some(free))) => free,
                // Not there yet, or gone: whoever uses it tells more.
                Ok(_) => continue,
                Err(_) => {
                    let words = format!("the disk of {} does not answer", folder.display());
                    board.note(Seen::now("disk", PartState::Degraded, words));
                    return;
                }
            };
            if free < reserve {
                let folder = folder.display();
                let reason = format!(
                    "{} are free on the disk of {folder}, and {} are kept free; make room there, or lower \
                     disk_reserve_bytes",
                    mib(free),
                    mib(reserve)
                );
                refusal = Some(Refusal {
                    code: "disk_low",
                    reason,
                });
            }
            if least.as_ref().is_none_or(|(least, _)| free < *least) {
                least = Some((free, folder.display().to_string()));
            }
        }
        let detail = match least {
            Some((free, folder)) => format!("{} free for {folder}", mib(free)),
            None => "no disk is watched".to_owned(),
        };
        settle("disk", &self.disk, refusal, detail, board);
    }

    fn memory(&self, reserve: u64, board: &Board) {
        let left = [machine_memory(), cgroup_memory()]
            .into_iter()
            .flatten()
            .min();
        let refusal = left.filter(|left| *left < reserve).map(|left| Refusal {
            code: "memory_low",
            reason: format!(
                "{} of memory are left, and {} are kept free; lower max_runners, give the server more, or lower \
                 memory_reserve_bytes",
                mib(left),
                mib(reserve)
            ),
        });
        let detail = match left {
            Some(left) => format!("{} left", mib(left)),
            None => "not known".to_owned(),
        };
        settle("memory", &self.memory, refusal, detail, board);
    }
}

fn settle(
    part: &str,
    place: &Mutex<Option<Refusal>>,
    refusal: Option<Refusal>,
    detail: String,
    board: &Board,
) {
    match &refusal {
        Some(refusal) => board.note(Seen::now(part, PartState::Down, refusal.reason.clone())),
        None => board.note(Seen::now(part, PartState::Ok, detail)),
    }
    *lock(place) = refusal;
}

fn lock(place: &Mutex<Option<Refusal>>) -> std::sync::MutexGuard<'_, Option<Refusal>> {
    place.lock().unwrap_or_else(PoisonError::into_inner)
}

fn mib(bytes: u64) -> String {
    format!("{} MiB", bytes >> 20)
}

/// What is free for this user on the disk of a folder, or of the nearest one above that is there.
fn room(folder: &Path) -> Option<u64> {
    let there = folder.ancestors().find(|above| above.exists())?;
    let found = rustix::fs::statvfs(there).ok()?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

fn machine_memory() -> Option<u64> {
    meminfo(&fs::read_to_string("/proc/meminfo").ok()?, "MemAvailable")
}

/// What the server's own cgroup leaves, version 2 or 1; caches that can be given back count as left.
fn cgroup_memory() -> Option<u64> {
    let files = |folder: PathBuf, limit: &str, used: &str, cache: &str| {
        let read = |name: &str| fs::read_to_string(folder.join(name)).ok();
        let limit: u64 = read(limit)?.trim().parse().ok()?; // "max" is no number, and no limit
        let used: u64 = read(used)?.trim().parse().ok()?;
        let stat = read("memory.stat")?;
        let cached = stat.lines().find_map(|line| line.strip_prefix(cache));
        let cached: u64 = cached
            .and_then(|text| text.trim().parse().ok())
            .unwrap_or(0);
        Some(limit.saturating_sub(used.saturating_sub(cached)))
    };
    own_cgroup::ask(|folder| match folder {
        Folder::V2(folder) => files(folder, "memory.max", "memory.current", "inactive_file "),
        Folder::V1(folder) => files(
            folder,
            "memory.limit_in_bytes",
            "memory.usage_in_bytes",
            "total_inactive_file ",
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_that_of_the_nearest_folder_that_is_there() {
        let there = room(Path::new("/tmp")).unwrap();
        assert!(there > 0);
        assert!(room(Path::new("/tmp/warmbox-is-not/there")).is_some());
    }

    #[test]
    fn this_machine_has_memory() {
        assert!(machine_memory().unwrap() > 1 << 20);
    }
}
