//! A folder of the server's own: opened once and then used by its descriptor. Nothing in it is
//! followed, and nothing is touched that has not a name of ours. What lies in it is its user's.

use rustix::fs::{AtFlags, Mode, OFlags, Timespec, Timestamps, UTIME_NOW, UTIME_OMIT};
use rustix::io::Errno;
use std::fs::{DirBuilder, File};
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use uuid::Uuid;

/// Read at most so many names: far more than is ever written.
const MOST_NAMES: usize = 1 << 17;
/// What a file is called while it is written.
const UNFINISHED: &str = "unfinished-";

/// What a folder is for, in words for whoever has to mend it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct For {
    /// As in "the cache folder".
    pub(crate) what: &'static str,
    /// The flag that names it.
    pub(crate) flag: &'static str,
}

/// Why a folder is not used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FolderError {
    #[error(
        "the {what} folder {path} cannot be made or opened: {source}; name one with {flag}, or none: {flag} ''",
        what = .of.what, flag = .of.flag
    )]
    Open {
        of: For,
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("the {what} folder {path} is a symbolic link; name the folder that it leads to", what = .of.what)]
    Link { of: For, path: PathBuf },
    #[error(
        "the {what} folder {path} belongs to uid {theirs}, and this server is uid {ours}; name a folder of its own with {flag}",
        what = .of.what, flag = .of.flag
    )]
    NotOurs {
        of: For,
        path: PathBuf,
        theirs: u32,
        ours: u32,
    },
    #[error(
        "the {what} folder {path} is open to others (mode {mode:o}); close it with `chmod 700 {path}`",
        what = .of.what
    )]
    OpenToOthers { of: For, path: PathBuf, mode: u32 },
    #[error(
        "the {what} folder {path} is below /usr, which sandboxes see; name another with {flag}",
        what = .of.what, flag = .of.flag
    )]
    Seen { of: For, path: PathBuf },
}

/// A folder that nobody else can enter.
pub(crate) struct Folder {
    descriptor: OwnedFd,
    ours: u32,
}

/// A file in it that has a name of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) name: String,
    pub(crate) bytes: u64,
    /// When it was last used, for comparison with others: seconds, nanoseconds.
    pub(crate) used: (i64, u64),
}

/// What came of reading a file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Content {
    Whole(Vec<u8>),
    /// A link, a folder, a device, or somebody else's.
    NotPlain,
    /// Longer than whoever reads takes.
    TooLarge,
    Absent,
}

/// A file on its way in, under a name that nobody reads. It is gone unless it is finished.
pub(crate) struct Unfinished {
    name: String,
    pub(crate) file: File,
}

impl Folder {
    /// Opens the folder, making it where it is not there.
    pub(crate) fn open(of: For, path: &Path) -> Result<Self, FolderError> {
        let at = || path.to_path_buf();
        let failed = |source| FolderError::Open {
            of,
            path: at(),
            source,
        };
        (DirBuilder::new().recursive(true).mode(0o700).create(path)).map_err(failed)?;
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let opened = rustix::fs::open(path, flags, Mode::empty());
        let descriptor = match opened {
            // A link is not a folder to O_DIRECTORY, whatever it leads to.
            Err(Errno::LOOP | Errno::NOTDIR) => return Err(FolderError::Link { of, path: at() }),
            opened => opened.map_err(|errno| failed(errno.into()))?,
        };
        let folder = File::from(descriptor);
        let found = folder.metadata().map_err(failed)?;
        let ours = rustix::process::geteuid().as_raw();
        if found.uid() != ours {
            return Err(FolderError::NotOurs {
                of,
                path: at(),
                theirs: found.uid(),
                ours,
            });
        }
        if found.mode() & 0o077 != 0 {
            return Err(FolderError::OpenToOthers {
                of,
                path: at(),
                mode: found.mode() & 0o7777,
            });
        }
        // Where the path leads in the end, whichever links are on its way.
        if path.canonicalize().map_err(failed)?.starts_with("/usr") {
            return Err(FolderError::Seen { of, path: at() });
        }
        Ok(Self {
            descriptor: folder.into(),
            ours,
        })
    }

    /// Reads a file of at most `most` bytes, and notes that it was used.
    pub(crate) fn read(&self, name: &str, most: u64) -> std::io::Result<Content> {
        // Not blocking: it could be a pipe that nobody writes to.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let opened = rustix::fs::openat(&self.descriptor, name, flags, Mode::empty());
        let mut file = match opened {
            Ok(descriptor) => File::from(descriptor),
            Err(Errno::NOENT) => return Ok(Content::Absent),
            // A link; a socket or a device without a driver.
            Err(Errno::LOOP | Errno::NXIO | Errno::NODEV) => {
                return Ok(Content::NotPlain);
            }
            Err(errno) => return Err(errno.into()),
        };
        let found = file.metadata()?;
        if !found.is_file() || found.uid() != self.ours {
            return Ok(Content::NotPlain);
        }
        if found.len() > most {
            return Ok(Content::TooLarge);
        }
        let mut bytes = Vec::with_capacity(usize::try_from(found.len()).unwrap_or_default());
        // It may grow while it is read.
        (&mut file).take(most).read_to_end(&mut bytes)?;
        // Without it the file only looks older than it is.
        let _ = rustix::fs::futimens(&file, &now());
        Ok(Content::Whole(bytes))
    }

    /// Writes a file under a name of its own and then moves it into place: whoever reads finds
    /// all of it or none. Nothing is forced to disk: what a crash cuts is found when it is read.
    pub(crate) fn write(&self, name: &str, parts: &[&[u8]]) -> std::io::Result<()> {
        let mut unfinished = self.begin()?;
        let written = (parts.iter()).try_for_each(|part| unfinished.file.write_all(part));
        match written {
            Ok(()) => self.finish(unfinished, name),
            Err(error) => {
                self.give_up(unfinished);
                Err(error)
            }
        }
    }

    /// Begins a file that has no name yet.
    pub(crate) fn begin(&self) -> std::io::Result<Unfinished> {
        let name = format!("{UNFINISHED}{}", Uuid::new_v4());
        let flags =
            OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = Mode::RUSR | Mode::WUSR;
        let descriptor = rustix::fs::openat(&self.descriptor, &name, flags, mode)?;
        let file = File::from(descriptor);
        Ok(Unfinished { name, file })
    }

    /// Gives it its name, in place of whatever had it.
    pub(crate) fn finish(&self, unfinished: Unfinished, name: &str) -> std::io::Result<()> {
        let to = &self.descriptor;
        let moved = rustix::fs::renameat(to, &unfinished.name, to, name);
        if moved.is_err() {
            self.remove(&unfinished.name);
        }
        Ok(moved?)
    }

    pub(crate) fn give_up(&self, unfinished: Unfinished) {
        self.remove(&unfinished.name);
    }

    /// Forces to disk which names there are.
    pub(crate) fn sync(&self) -> std::io::Result<()> {
        Ok(rustix::fs::fsync(&self.descriptor)?)
    }

    /// A plain file of ours to read and write, made where it is not there.
    pub(crate) fn file(&self, name: &str) -> std::io::Result<File> {
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mode = Mode::RUSR | Mode::WUSR;
        let opened = rustix::fs::openat(&self.descriptor, name, flags | OFlags::NONBLOCK, mode)?;
        let file = File::from(opened);
        let found = file.metadata()?;
        if !found.is_file() || found.uid() != self.ours {
            let words = format!("{name} is not a plain file of this user's");
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, words));
        }
        Ok(file)
    }

    /// Removes a name; whether it is gone.
    pub(crate) fn remove(&self, name: &str) -> bool {
        let removed = rustix::fs::unlinkat(&self.descriptor, name, AtFlags::empty());
        matches!(removed, Ok(()) | Err(Errno::NOENT))
    }

    /// Notes that a file is used.
    pub(crate) fn touch(&self, name: &str) {
        // Without it the file only looks older than it is.
        let flags = AtFlags::SYMLINK_NOFOLLOW;
        let _ = rustix::fs::utimensat(&self.descriptor, name, &now(), flags);
    }

    /// How large a file is, if it is there.
    pub(crate) fn found(&self, name: &str) -> Option<u64> {
        let flags = AtFlags::SYMLINK_NOFOLLOW;
        let stat = rustix::fs::statat(&self.descriptor, name, flags).ok()?;
        u64::try_from(stat.st_size).ok()
    }

    /// Everything with a name of ours, finished or not.
    pub(crate) fn list(&self) -> std::io::Result<Vec<Found>> {
        let mut found = Vec::new();
        for entry in rustix::fs::Dir::read_from(&self.descriptor)?.take(MOST_NAMES) {
            let entry = entry?;
            let Some(name) = entry.file_name().to_str().ok().filter(|name| is_ours(name)) else {
                continue;
            };
            let flags = AtFlags::SYMLINK_NOFOLLOW;
            match rustix::fs::statat(&self.descriptor, name, flags) {
                Ok(stat) => found.push(Found {
                    name: name.to_owned(),
                    bytes: u64::try_from(stat.st_size).unwrap_or_default(),
                    used: (stat.st_mtime, stat.st_mtime_nsec),
                }),
                // Another server removed it meanwhile.
                Err(Errno::NOENT) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
        Ok(found)
    }
}

/// A key in hexadecimal, or what is on its way to be one.
fn is_ours(name: &str) -> bool {
    let hex = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
    let finished = name.len() == 64 && name.bytes().all(hex);
    finished
        || name
            .strip_prefix(UNFINISHED)
            .is_some_and(|rest| Uuid::try_parse(rest).is_ok())
}

/// The file's time becomes the present one, by the kernel's clock.
fn now() -> Timestamps {
    let time = |tv_nsec| Timespec { tv_sec: 0, tv_nsec };
    Timestamps {
        last_access: time(UTIME_OMIT),
        last_modification: time(UTIME_NOW),
    }
}

#[cfg(test)]
pub(crate) mod tests;
