//! Files into and out of a sandbox: by descriptor below the scratch folder, with the run's own
//! file identity, and out only once every process of the run is dead.

use crate::failure::{Failure, Step};
use crate::runner::LinkError;
use crate::sandbox::{Sandbox, inodes_of};
use crate::sys::{fd, fs, ids};
use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use warmbox_protocol::frame::CHUNK_BYTES;
use warmbox_protocol::{Collect, InputFile, Origin, RunSpec};

/// Bounds on the walk through a work folder that user code filled.
const MAX_DEPTH: usize = 8;
const MAX_ENTRIES: usize = 10_000;

const FOLDER: libc::c_int = libc::O_RDONLY | libc::O_DIRECTORY;

/// Writes the input files of a run into its work folder. Answers whether they fit into
/// `disk_bytes`; if not, nothing may be executed.
pub(super) fn place(
    sandbox: &Sandbox,
    files: &[InputFile],
    disk_bytes: u64,
) -> Result<bool, Failure> {
    let step = "place the input files";
    let placed = ids::with_file_ids(sandbox.ids.program, sandbox.ids.program_gid, || {
        let work = fs::open_beneath(sandbox.scratch.as_fd(), c"work", FOLDER, 0)?;
        files.iter().try_for_each(|file| place_one(&work, file))
    })
    .and_then(|placed| placed);
    match placed {
        Err(e) if e.raw_os_error() == Some(libc::ENOSPC) => return Ok(false),
        other => other.step(step)?,
    }
    let room = fs::room(sandbox.scratch.as_fd()).step(step)?;
    Ok(room.used_bytes <= disk_bytes && room.used_inodes <= inodes_of(disk_bytes))
}

fn place_one(work: &OwnedFd, file: &InputFile) -> io::Result<()> {
    let (folders, name) = match file.path.rsplit_once('/') {
        Some((folders, name)) => (Some(folders), name),
        None => (None, file.path.as_str()),
    };
    let mut folder = work.try_clone()?;
    for part in folders.into_iter().flat_map(|f| f.split('/')) {
        let part = CString::new(part)?;
        fs::make_folder(folder.as_fd(), &part, 0o755)?;
        folder = fs::open_beneath(folder.as_fd(), &part, FOLDER, 0)?;
    }
    let mode = if file.executable { 0o755 } else { 0o644 };
    let flags = libc::O_WRONLY | libc::O_CREAT | libc::O_EXCL;
    let made = fs::open_beneath(folder.as_fd(), &CString::new(name)?, flags, mode)?;
    fd::write_all(made.as_fd(), &file.bytes)
}

/// One collected file, whole.
pub(super) struct Found {
    pub(super) origin: Origin,
    pub(super) name: String,
    pub(super) bytes: Vec<u8>,
}

/// Files that were asked for and left out: too many, too large together, or not plain files.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Omitted {
    pub(super) files: u32,
    pub(super) outputs: u32,
}

/// Reads what a run left behind, and hands each file to `take`.
pub(super) fn collect(
    sandbox: &Sandbox,
    wanted: &Collect,
    inputs: &[InputFile],
    mut take: impl FnMut(Found) -> Result<(), LinkError>,
) -> Result<Omitted, LinkError> {
    let mut collector = Collector {
        wanted,
        inputs,
        entries_left: MAX_ENTRIES,
        files: Room::new(wanted.max_files, wanted.max_bytes),
        outputs: Room::new(wanted.max_outputs, wanted.max_output_bytes),
        found: Vec::new(),
    };
    // What cannot be read by the run's own identity is not collected.
    let _ = ids::with_file_ids(sandbox.ids.program, sandbox.ids.program_gid, || {
        collector.gather(sandbox.scratch.as_fd())
    });
    let omitted = Omitted {
        files: collector.files.omitted,
        outputs: collector.outputs.omitted,
    };
    collector.found.into_iter().try_for_each(&mut take)?;
    Ok(omitted)
}

/// Whether a run left a file in its scratch folders that is as large as a file may be, and that it
/// was not given.
pub(super) fn any_of_size(sandbox: &Sandbox, spec: &RunSpec) -> bool {
    let mut search = Search {
        inputs: &spec.files,
        bytes: spec.limits.file_size_bytes,
        entries_left: MAX_ENTRIES,
    };
    let found = ids::with_file_ids(sandbox.ids.program, sandbox.ids.program_gid, || {
        search.below(sandbox.scratch.as_fd(), "", MAX_DEPTH)
    });
    found.unwrap_or(false)
}

struct Search<'a> {
    inputs: &'a [InputFile],
    bytes: u64,
    entries_left: usize,
}

impl Search<'_> {
    fn below(&mut self, folder: BorrowedFd<'_>, prefix: &str, depth: usize) -> bool {
        let names = fs::names(folder, self.entries_left).unwrap_or_default();
        self.entries_left -= names.len();
        names.into_iter().any(|name| {
            let path = format!("{prefix}{}", name.to_string_lossy());
            let opened = fs::open_beneath(folder, &name, libc::O_RDONLY, 0)
                .and_then(|entry| Ok((fs::status(entry.as_fd())?, entry)));
            let Ok((status, entry)) = opened else {
                return false;
            };
            match status.st_mode & libc::S_IFMT {
                libc::S_IFREG => {
                    let given = |file: &InputFile| path.strip_prefix("work/") == Some(&file.path);
                    status.st_size as u64 >= self.bytes && !self.inputs.iter().any(given)
                }
                libc::S_IFDIR if depth > 0 => {
                    self.below(entry.as_fd(), &format!("{path}/"), depth - 1)
                }
                _ => false,
            }
        })
    }
}

struct Collector<'a> {
    wanted: &'a Collect,
    inputs: &'a [InputFile],
    entries_left: usize,
    files: Room,
    outputs: Room,
    found: Vec<Found>,
}

/// What may still be collected of one kind.
struct Room {
    files_left: u32,
    bytes_left: u64,
    omitted: u32,
}

impl Room {
    fn new(files: u32, bytes: u64) -> Self {
        Self {
            files_left: files,
            bytes_left: bytes,
            omitted: 0,
        }
    }
}

impl Collector<'_> {
    fn gather(&mut self, scratch: BorrowedFd<'_>) {
        for path in self.wanted.paths.clone() {
            let Ok(beneath) = CString::new(format!("work/{path}")) else {
                continue;
            };
            self.read(scratch, &beneath, Origin::Work, path);
        }
        if !self.wanted.globs.is_empty()
            && let Ok(work) = fs::open_beneath(scratch, c"work", FOLDER, 0)
        {
            self.walk_outputs(work.as_fd(), "", MAX_DEPTH);
            self.entries_left = MAX_ENTRIES;
        }
        if self.wanted.image_endings.is_empty() {
            return;
        }
        if let Ok(figures) = fs::open_beneath(scratch, c"figures", FOLDER, 0) {
            for (name, text) in self.sorted_names(figures.as_fd()) {
                self.read(figures.as_fd(), &name, Origin::Figure, text);
            }
        }
        if let Ok(work) = fs::open_beneath(scratch, c"work", FOLDER, 0) {
            self.walk(work.as_fd(), "", MAX_DEPTH);
        }
    }

    /// Looks for images; folders in the order of their names.
    fn walk(&mut self, folder: BorrowedFd<'_>, prefix: &str, depth: usize) {
        for (name, text) in self.sorted_names(folder) {
            let path = format!("{prefix}{text}");
            if self.is_image(&text) {
                self.read(folder, &name, Origin::Work, path);
            } else if depth > 0
                && let Ok(below) = fs::open_beneath(folder, &name, FOLDER, 0)
            {
                self.walk(below.as_fd(), &format!("{path}/"), depth - 1);
            }
        }
    }

    /// Looks for what matches a glob. A folder that does is not a file, and what lies in it has a path
    /// of its own to match.
    fn walk_outputs(&mut self, folder: BorrowedFd<'_>, prefix: &str, depth: usize) {
        for (name, text) in self.sorted_names(folder) {
            let path = format!("{prefix}{text}");
            let below = fs::open_beneath(folder, &name, FOLDER, 0);
            match below {
                Ok(below) if depth > 0 => {
                    self.walk_outputs(below.as_fd(), &format!("{path}/"), depth - 1);
                }
                Ok(_) => {}
                Err(_) => {
                    let mut globs = self.wanted.globs.iter();
                    if globs.any(|glob| fast_glob::glob_match(glob, &path)) {
                        self.read(folder, &name, Origin::Output, path);
                    }
                }
            }
        }
    }

    fn sorted_names(&mut self, folder: BorrowedFd<'_>) -> Vec<(CString, String)> {
        let names = fs::names(folder, self.entries_left).unwrap_or_default();
        self.entries_left -= names.len();
        let mut names: Vec<_> = names
            .into_iter()
            .map(|name| (name.clone(), name.to_string_lossy().into_owned()))
            .collect();
        names.sort();
        names
    }

    fn is_image(&self, name: &str) -> bool {
        name.rsplit_once('.').is_some_and(|(_, ending)| {
            let ending = ending.to_ascii_lowercase();
            self.wanted.image_endings.contains(&ending)
        })
    }

    fn read(&mut self, folder: BorrowedFd<'_>, name: &CStr, origin: Origin, path: String) {
        if origin != Origin::Figure && self.is_unchanged(folder, name, &path) {
            return;
        }
        let room = match origin {
            Origin::Output => &mut self.outputs,
            Origin::Work | Origin::Figure => &mut self.files,
        };
        match read_plain(folder, name, room) {
            Ok(Some(bytes)) => {
                room.files_left -= 1;
                room.bytes_left -= bytes.len() as u64;
                self.found.push(Found {
                    origin,
                    name: path,
                    bytes,
                });
            }
            Ok(None) => room.omitted += 1,
            // Not there at all: nothing was left out.
            Err(e) if e.raw_os_error() == Some(libc::ENOENT) => {}
            Err(_) => room.omitted += 1,
        }
    }

    /// Whether a file is as it was given to the run.
    fn is_unchanged(&self, folder: BorrowedFd<'_>, name: &CStr, path: &str) -> bool {
        let Some(input) = self.inputs.iter().find(|input| input.path == path) else {
            return false;
        };
        let as_large = Room::new(1, input.bytes.len() as u64);
        let found = read_plain(folder, name, &as_large);
        found.is_ok_and(|found| found.as_ref() == Some(&input.bytes))
    }
}

/// The file's content, or `None` where it is no plain file or over the bounds.
fn read_plain(folder: BorrowedFd<'_>, name: &CStr, room: &Room) -> io::Result<Option<Vec<u8>>> {
    let file = fs::open_beneath(folder, name, libc::O_RDONLY, 0)?;
    let status = fs::status(file.as_fd())?;
    let plain = status.st_mode & libc::S_IFMT == libc::S_IFREG;
    let size = status.st_size as u64;
    if !plain || room.files_left == 0 || size > room.bytes_left {
        return Ok(None);
    }
    let mut bytes = vec![0; size as usize];
    // Nobody is alive who could shorten it; were it so, the file is left out.
    match fd::read_exact(file.as_fd(), &mut bytes) {
        Ok(()) => Ok(Some(bytes)),
        Err(_) => Ok(None),
    }
}

/// Cuts a file into pieces of a message's size; an empty file is one empty piece.
pub(super) fn pieces(bytes: &[u8]) -> impl Iterator<Item = (&[u8], bool)> {
    let count = bytes.len().div_ceil(CHUNK_BYTES).max(1);
    (0..count).map(move |i| {
        let end = ((i + 1) * CHUNK_BYTES).min(bytes.len());
        (&bytes[i * CHUNK_BYTES..end], i + 1 == count)
    })
}
