//! Files that are sent once and named by what is in them. Bounded by bytes; the least recently used
//! go first, but none that a job still needs. What is in one is proved whenever it is written or read.
//!
//! A blob belongs to the key that sent it: nobody learns from here what others have.

use crate::access::{Digest, hex};
use crate::config::BlobSettings;
use crate::folder::{Content, Folder, For, Found};
use crate::jobs::{BlobName, Jobs};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::timeout;

const FOLDER: For = For {
    what: "blobs",
    flag: "--blobs-dir",
};
/// Files read or written at once. A disk that hangs holds up so many threads and no more.
const AT_ONCE: usize = 8;
/// What a disk may take before whoever asked is told so.
const PATIENCE: Duration = Duration::from_secs(10);
/// How much room is made where there is none, as a part of all: so it is not made every time.
const ROOM: u64 = 16;
/// However small they are: the folder is searched and sorted as a whole.
const MOST_FILES: usize = 1 << 16;

/// Why a blob is not kept or not found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BlobError {
    #[error("this server keeps no blobs: {0}")]
    Off(String),
    #[error("what was sent has the SHA-256 {actual}")]
    Mismatch { actual: String },
    #[error("{0}")]
    Full(String),
    #[error("the disk of the blobs failed: {0}")]
    Failed(String),
}

/// How a blob came to be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    New,
    There,
}

/// How many there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BlobFigures {
    pub files: u64,
    pub bytes: u64,
    pub bytes_max: u64,
}

/// The blobs of a server. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Blobs(Arc<Shared>);

struct Shared {
    folder: Result<Folder, String>,
    settings: BlobSettings,
    jobs: Jobs,
    counted: Mutex<BlobFigures>,
    /// Looked up for a job that is not stored yet.
    pinned: Mutex<HashMap<BlobName, usize>>,
    gate: Arc<Semaphore>,
    /// One writes at a time: room that was made is its own.
    writing: Mutex<()>,
}

/// A blob that stays for as long as this does.
pub struct Pin {
    shared: Arc<Shared>,
    pub name: BlobName,
}

impl Blobs {
    /// Opens the folder and counts what is in it.
    pub async fn open(settings: &BlobSettings, jobs: Jobs) -> Self {
        let Some(path) = settings.folder.clone() else {
            let why = "there is no folder for them; name one with --blobs-dir, or a --state-dir";
            return Self::with(Err(why.to_owned()), settings.clone(), jobs);
        };
        let opening = tokio::task::spawn_blocking(move || {
            let folder = Folder::open(FOLDER, &path).map_err(|error| error.to_string())?;
            let files = folder.list().map_err(|error| error.to_string())?;
            Ok((folder, files))
        });
        let opened = match timeout(PATIENCE, opening).await {
            Ok(Ok(opened)) => opened,
            Ok(Err(panicked)) => Err(panicked.to_string()),
            Err(_) => Err("the disk of their folder does not answer".to_owned()),
        };
        match opened {
            Ok((folder, files)) => {
                let blobs = Self::with(Ok(folder), settings.clone(), jobs);
                blobs.0.recount(&files);
                blobs
            }
            Err(why) => {
                tracing::error!(why, "there are no blobs");
                Self::with(Err(why), settings.clone(), jobs)
            }
        }
    }

    /// A server without blobs.
    pub fn off(why: &str) -> Self {
        let settings = BlobSettings::default();
        Self::with(Err(why.to_owned()), settings, Jobs::off(why))
    }

    fn with(folder: Result<Folder, String>, settings: BlobSettings, jobs: Jobs) -> Self {
        Self(Arc::new(Shared {
            folder,
            counted: Mutex::new(BlobFigures {
                bytes_max: settings.bytes,
                ..BlobFigures::default()
            }),
            settings,
            jobs,
            pinned: Mutex::default(),
            gate: Arc::new(Semaphore::new(AT_ONCE)),
            writing: Mutex::default(),
        }))
    }

    /// The largest that is taken.
    pub fn most_bytes(&self) -> usize {
        self.0.settings.one_bytes
    }

    /// # Errors
    /// There are none here, and why.
    pub fn check(&self) -> Result<(), BlobError> {
        self.0.folder().map(|_| ())
    }

    /// Why there are none, if some were wanted.
    pub fn trouble(&self) -> Option<String> {
        let wanted = self.0.settings.folder.is_some();
        (self.0.folder.as_ref().err()).filter(|_| wanted).cloned()
    }

    pub fn figures(&self) -> BlobFigures {
        *lock(&self.0.counted)
    }

    /// Keeps it, on disk when this answers, if it is what its name says.
    pub async fn put(&self, owner: &str, sha256: Digest, bytes: Vec<u8>) -> Result<Put, BlobError> {
        let name = name(owner, &sha256);
        self.blocking(move |shared| shared.put(name, sha256, &bytes))
            .await
    }

    /// What is in it; `None` where this owner has sent no such blob, or it had to make room.
    pub async fn get(&self, owner: &str, sha256: Digest) -> Result<Option<Vec<u8>>, BlobError> {
        let name = name(owner, &sha256);
        self.blocking(move |shared| shared.get(&name, sha256)).await
    }

    /// Holds it where it is there, and tells how large it is.
    pub async fn pin(&self, owner: &str, sha256: Digest) -> Result<Option<(Pin, u64)>, BlobError> {
        let pin = Pin::new(&self.0, name(owner, &sha256));
        self.blocking(move |shared| {
            let file = hex(&pin.name);
            let bytes = shared.folder()?.found(&file);
            if bytes.is_some() {
                shared.folder()?.touch(&file);
            }
            Ok(bytes.map(|bytes| (pin, bytes)))
        })
        .await
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shared) -> Result<T, BlobError> + Send + 'static,
    ) -> Result<T, BlobError> {
        self.check()?;
        let shared = self.0.clone();
        let working = async {
            // Never closed.
            let permit = shared.gate.clone().acquire_owned().await.ok();
            let working = tokio::task::spawn_blocking(move || {
                // Held until it is really over, whoever has given up waiting for it.
                let _permit = permit;
                work(&shared)
            });
            working.await
        };
        match timeout(PATIENCE, working).await {
            Ok(Ok(done)) => done,
            Ok(Err(panicked)) => Err(BlobError::Failed(panicked.to_string())),
            Err(_) => Err(BlobError::Failed(format!(
                "it did not answer within {} s",
                PATIENCE.as_secs()
            ))),
        }
    }
}

impl Shared {
    fn folder(&self) -> Result<&Folder, BlobError> {
        self.folder
            .as_ref()
            .map_err(|why| BlobError::Off(why.clone()))
    }

    fn put(&self, name: BlobName, sha256: Digest, bytes: &[u8]) -> Result<Put, BlobError> {
        let actual: Digest = Sha256::digest(bytes).into();
        if actual != sha256 {
            let actual = hex(&actual);
            return Err(BlobError::Mismatch { actual });
        }
        let (folder, file) = (self.folder()?, hex(&name));
        let _turn = lock(&self.writing);
        let size = bytes.len() as u64;
        if folder.found(&file) == Some(size) {
            folder.touch(&file);
            return Ok(Put::There);
        }
        self.make_room(folder, size)?;
        let mut unfinished = folder.begin().map_err(failed)?;
        let written = (unfinished.file.write_all(bytes)).and_then(|()| unfinished.file.sync_all());
        if let Err(error) = written {
            folder.give_up(unfinished);
            return Err(failed(error));
        }
        // A job that names it may be answered for as soon as this is.
        folder.finish(unfinished, &file).map_err(failed)?;
        folder.sync().map_err(failed)?;
        let mut counted = lock(&self.counted);
        counted.files += 1;
        counted.bytes += size;
        Ok(Put::New)
    }

    fn get(&self, name: &BlobName, sha256: Digest) -> Result<Option<Vec<u8>>, BlobError> {
        let (folder, file) = (self.folder()?, hex(name));
        let most = self.settings.one_bytes as u64;
        match folder.read(&file, most).map_err(failed)? {
            Content::Whole(bytes) if <Digest>::from(Sha256::digest(&bytes)) == sha256 => {
                Ok(Some(bytes))
            }
            Content::Absent | Content::TooLarge => Ok(None),
            Content::Whole(_) | Content::NotPlain => {
                let removed = folder.remove(&file);
                tracing::warn!(file, removed, "a blob is not what it was; it is not used");
                Ok(None)
            }
        }
    }

    /// Makes room for so much, where there is none, from what nobody needs.
    fn make_room(&self, folder: &Folder, size: u64) -> Result<(), BlobError> {
        let most = self.settings.bytes;
        let now = *lock(&self.counted);
        if now.bytes + size <= most && (now.files as usize) < MOST_FILES {
            return Ok(());
        }
        // Counted anew: another server may have the same folder.
        let mut files = folder.list().map_err(failed)?;
        let mut now = self.recount(&files);
        files.sort_by_key(|found| found.used);
        let enough = most.saturating_sub(size).min(most - most / ROOM);
        for found in files {
            if now.bytes <= enough && (now.files as usize) < MOST_FILES {
                break;
            }
            if self.is_needed(&found.name) || !folder.remove(&found.name) {
                continue;
            }
            now.bytes = now.bytes.saturating_sub(found.bytes);
            now.files = now.files.saturating_sub(1);
            *lock(&self.counted) = now;
        }
        match now.bytes + size <= most && (now.files as usize) < MOST_FILES {
            true => Ok(()),
            false => Err(BlobError::Full(format!(
                "the blobs take {} bytes of {most} (blobs_bytes), and jobs that have not ended need them; send it again \
                 when some of them have",
                now.bytes
            ))),
        }
    }

    /// Whether a job that has not ended names it; what cannot be told is needed.
    fn is_needed(&self, file: &str) -> bool {
        let Some(name) = unhex(file) else {
            // Being written, or left by a crash: nobody writes while room is made.
            return false;
        };
        lock(&self.pinned).contains_key(&name) || self.jobs.needs(&name).unwrap_or(true)
    }

    fn recount(&self, files: &[Found]) -> BlobFigures {
        let figures = BlobFigures {
            files: files.len() as u64,
            bytes: files.iter().map(|found| found.bytes).sum(),
            bytes_max: self.settings.bytes,
        };
        *lock(&self.counted) = figures;
        figures
    }
}

impl Pin {
    fn new(shared: &Arc<Shared>, name: BlobName) -> Self {
        *lock(&shared.pinned).entry(name).or_default() += 1;
        Self {
            shared: shared.clone(),
            name,
        }
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        let mut pinned = lock(&self.shared.pinned);
        if let Some(count) = pinned.get_mut(&self.name) {
            *count -= 1;
            if *count == 0 {
                pinned.remove(&self.name);
            }
        }
    }
}

/// What an owner's blob is called: another name for each owner, so that none can ask for what is
/// another's.
fn name(owner: &str, sha256: &Digest) -> BlobName {
    let length = (owner.len() as u64).to_be_bytes();
    let hasher = Sha256::new().chain_update(length).chain_update(owner);
    hasher.chain_update(sha256).finalize().into()
}

/// A SHA-256 as it is written, in lower case.
pub fn unhex(text: &str) -> Option<Digest> {
    let digit = |b: u8| match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'a'..=b'f' => Some(b - b'a' + 10),
        _ => None,
    };
    let bytes = text.as_bytes();
    let mut digest = [0; 32];
    if bytes.len() != 2 * digest.len() {
        return None;
    }
    for (byte, pair) in digest.iter_mut().zip(bytes.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(digest)
}

fn failed(error: std::io::Error) -> BlobError {
    BlobError::Failed(error.to_string())
}

fn lock<T>(place: &Mutex<T>) -> MutexGuard<'_, T> {
    place.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
