//! The programs that outlive the server: bounded by bytes, the least recently used out first. What
//! a file says is believed only when it is whole and in its place. All of it blocks, so all of it
//! is done on threads for that, so many at once and no longer than a deadline.

use super::program::{Broken, Program};
use super::stats::{DiskStats, TierStats};
use super::{Key, SHARE};
use crate::folder::{Content, Folder, For, Found};
use std::io::{Error, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use tokio::time::timeout;

const FOLDER: For = For {
    what: "cache",
    flag: "--cache-dir",
};
/// Files read or written at once. A disk that hangs holds up so many threads and no more.
const AT_ONCE: usize = 8;
/// A look that takes longer is a miss.
const LOOK: Duration = Duration::from_secs(1);
/// How long the start waits for the folder.
const OPEN: Duration = Duration::from_secs(2);
/// After a failure nothing is written for so long, and nothing is looked for where the disk hangs.
const REST: Duration = Duration::from_secs(30);
/// However small the files are: the folder is searched and sorted as a whole.
const MOST_FILES: u64 = 1 << 15;
/// How much room is made where there is none, as a part of all: so it is not made every time.
const ROOM: u64 = 16;

pub(super) struct Disk {
    path: PathBuf,
    /// Opened anew where it was taken away.
    folder: RwLock<Arc<Folder>>,
    most: u64,
    gate: Arc<Semaphore>,
    accounts: Mutex<Accounts>,
    /// Held by whoever counts, and shared by those who write: a file that is written meanwhile would be
    /// counted twice or not at all. Not the accounts themselves: they are told at any time, and a disk
    /// may hang.
    counting: RwLock<()>,
    hits: AtomicU64,
    misses: AtomicU64,
    refused: AtomicU64,
}

/// What is thought to be in the folder. Another server may use it as well, so it is counted again
/// now and then.
#[derive(Default)]
struct Accounts {
    files: u64,
    bytes: u64,
    /// Written since the last count.
    uncounted: u64,
    evicted: u64,
    trouble: Option<Trouble>,
}

struct Trouble {
    words: String,
    since: Instant,
    /// It hangs: nobody is to wait for it.
    hangs: bool,
}

impl Disk {
    /// Opens the folder; its files are counted in the background.
    pub(super) async fn open(path: &Path, most: u64) -> Result<Arc<Self>, String> {
        let (named, given) = (path.display().to_string(), path.to_path_buf());
        let opening = tokio::task::spawn_blocking(move || Folder::open(FOLDER, &given));
        let folder = match timeout(OPEN, opening).await {
            Ok(Ok(opened)) => opened.map_err(|error| error.to_string())?,
            Ok(Err(panicked)) => return Err(format!("the cache folder {named}: {panicked}")),
            Err(_) => {
                let late = OPEN.as_secs();
                return Err(format!(
                    "the cache folder {named} did not open within {late} s"
                ));
            }
        };
        let disk = Arc::new(Self {
            path: path.to_path_buf(),
            folder: RwLock::new(Arc::new(folder)),
            most,
            gate: Arc::new(Semaphore::new(AT_ONCE)),
            accounts: Mutex::default(),
            counting: RwLock::default(),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
            refused: AtomicU64::new(0),
        });
        let counting = disk.clone();
        tokio::task::spawn_blocking(move || counting.note(counting.count()));
        Ok(disk)
    }

    /// The program of that name, if its file is there and whole, within a deadline.
    pub(super) async fn load(self: &Arc<Self>, key: Key) -> Option<Program> {
        if self.rests(|trouble| trouble.hangs) {
            return None;
        }
        let disk = self.clone();
        let found = timeout(LOOK, self.blocking(move || disk.read(&key))).await;
        if found.is_err() {
            let words = format!("a look took longer than {} s", LOOK.as_secs());
            self.note(Err(Error::new(ErrorKind::TimedOut, words)));
        }
        let found = found.ok().flatten().flatten();
        let counter = if found.is_some() {
            &self.hits
        } else {
            &self.misses
        };
        counter.fetch_add(1, Ordering::Relaxed);
        found
    }

    /// Writes a program's file, unless something failed a moment ago.
    pub(super) async fn store(self: &Arc<Self>, key: Key, program: Arc<Program>) {
        if self.rests(|_| true) {
            return;
        }
        let disk = self.clone();
        self.blocking(move || disk.write(&key, &program)).await;
    }

    /// Notes that a program is used.
    pub(super) async fn touch(self: &Arc<Self>, key: Key) {
        let disk = self.clone();
        self.blocking(move || disk.folder().touch(&key.hex())).await;
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Option<T> {
        let permit = self.gate.clone().acquire_owned().await.ok()?;
        let done = tokio::task::spawn_blocking(move || {
            // Held until it is really over, whoever has given up waiting for it.
            let _permit = permit;
            work()
        });
        done.await.ok()
    }

    fn read(&self, key: &Key) -> Option<Program> {
        let name = key.hex();
        let content = match self.folder().read(&name, self.most / SHARE) {
            Ok(content) => content,
            Err(error) => {
                self.note(Err(error));
                return None;
            }
        };
        let read = match content {
            Content::Absent => return None,
            Content::Whole(bytes) => Program::decode(&bytes, key),
            Content::NotPlain => Err(Broken::NotPlain),
            Content::TooLarge => Err(Broken::TooLarge),
        };
        read.map_err(|why| self.refuse(&name, why)).ok()
    }

    /// Removes what is not to be believed.
    fn refuse(&self, name: &str, why: Broken) {
        self.refused.fetch_add(1, Ordering::Relaxed);
        let removed = self.folder().remove(name);
        let folder = self.path.display();
        tracing::warn!(%folder, file = name, %why, removed, "a file of the cache is not used");
    }

    fn write(&self, key: &Key, program: &Program) {
        // It cannot fail for what it is given; were it to, nothing is kept.
        let Ok((header, body)) = program.encode(key) else {
            return;
        };
        let bytes = (header.len() + body.len()) as u64;
        if bytes > self.most / SHARE {
            return;
        }
        let writing = (self.counting.read()).unwrap_or_else(PoisonError::into_inner);
        let write = || self.folder().write(&key.hex(), &[&header, &body]);
        let written = write().or_else(|error| match error.kind() {
            // Somebody removed the folder, and not only what is in it.
            ErrorKind::NotFound if self.open_again() => write(),
            _ => Err(error),
        });
        let is_full = written.map(|()| self.is_full_with(bytes));
        drop(writing);
        let done = is_full.and_then(|is_full| match is_full {
            true => self.count(),
            false => Ok(()),
        });
        self.note(done);
    }

    /// Adds a file to the accounts; whether it is time to count.
    fn is_full_with(&self, bytes: u64) -> bool {
        let mut accounts = self.accounts();
        accounts.files += 1;
        accounts.bytes += bytes;
        accounts.uncounted += bytes;
        let uncounted = accounts.uncounted > self.most / SHARE;
        uncounted || accounts.bytes > self.most || accounts.files > MOST_FILES
    }

    /// Counts what is there, and makes room where it is too much.
    fn count(&self) -> std::io::Result<()> {
        let _counting = (self.counting.write()).unwrap_or_else(PoisonError::into_inner);
        let folder = self.folder();
        let mut found = folder.list()?;
        let mut bytes: u64 = found.iter().map(|file| file.bytes).sum();
        let (mut files, mut evicted) = (found.len() as u64, 0);
        if bytes > self.most || files > MOST_FILES {
            found.sort_unstable_by_key(|file: &Found| file.used);
            let most = |all: u64| all - all / ROOM;
            for file in &found {
                if bytes <= most(self.most) && files <= most(MOST_FILES) {
                    break;
                }
                if folder.remove(&file.name) {
                    bytes -= file.bytes;
                    files -= 1;
                    evicted += 1;
                }
            }
        }
        let mut accounts = self.accounts();
        (accounts.files, accounts.bytes, accounts.uncounted) = (files, bytes, 0);
        accounts.evicted += evicted;
        Ok(())
    }

    /// Remembers what is wrong, and tells of it once.
    fn note(&self, done: std::io::Result<()>) {
        let mut accounts = self.accounts();
        let folder = self.path.display();
        match (done, accounts.trouble.is_some()) {
            (Ok(()), false) => {}
            (Ok(()), true) => {
                tracing::info!(%folder, "the cache folder works again");
                accounts.trouble = None;
            }
            (Err(error), told) => {
                if !told {
                    tracing::warn!(%folder, %error, "the cache folder does not work: compiled programs are kept in memory only");
                }
                accounts.trouble = Some(Trouble {
                    words: error.to_string(),
                    since: Instant::now(),
                    hangs: error.kind() == ErrorKind::TimedOut,
                });
            }
        }
    }

    pub(super) fn stats(&self) -> DiskStats {
        let accounts = self.accounts();
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        DiskStats {
            folder: Some(self.path.display().to_string()),
            tier: TierStats {
                entries: accounts.files,
                bytes: accounts.bytes,
                max_bytes: self.most,
                hits_total: count(&self.hits),
                misses_total: count(&self.misses),
                evicted_total: accounts.evicted,
            },
            refused_total: count(&self.refused),
            last_error: accounts.trouble.as_ref().map(|it| it.words.clone()),
        }
    }

    /// Whether there was trouble of this kind a moment ago.
    fn rests(&self, kind: impl Fn(&Trouble) -> bool) -> bool {
        let accounts = self.accounts();
        let trouble = accounts.trouble.as_ref();
        trouble.is_some_and(|it| kind(it) && it.since.elapsed() < REST)
    }

    fn open_again(&self) -> bool {
        let opened = Folder::open(FOLDER, &self.path).map(Arc::new);
        if let Ok(folder) = &opened {
            *self.folder.write().unwrap_or_else(PoisonError::into_inner) = folder.clone();
        }
        opened.is_ok()
    }

    fn folder(&self) -> Arc<Folder> {
        let folder = self.folder.read().unwrap_or_else(PoisonError::into_inner);
        folder.clone()
    }

    fn accounts(&self) -> MutexGuard<'_, Accounts> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
