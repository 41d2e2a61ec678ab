//! Files that a runner hands over, gathered within bounds, and pictures as data URLs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::collections::HashSet;
use warmbox_protocol::Origin;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FilesError {
    #[error("a runner sent more than {0} files")]
    TooMany(u32),
    #[error("a runner sent more than {0} bytes of files")]
    TooMuch(u64),
    #[error("a runner mixed the pieces of two files")]
    Mixed,
}

/// One whole file from a sandbox. Its name is what user code chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectedFile {
    pub origin: Origin,
    pub name: String,
    pub bytes: Vec<u8>,
}

/// Puts files together from their pieces, and again allows no more than was asked for.
#[derive(Debug)]
pub struct FileLog {
    max_files: u32,
    max_bytes: u64,
    total: u64,
    open: Option<CollectedFile>,
    files: Vec<CollectedFile>,
}

impl FileLog {
    /// The bounds are those of the request to the runner, `Collect`.
    pub fn new(max_files: u32, max_bytes: u64) -> Self {
        Self {
            max_files,
            max_bytes,
            total: 0,
            open: None,
            files: Vec::new(),
        }
    }

    /// Takes one piece.
    ///
    /// # Errors
    /// A runner that sends more than was asked for, or pieces out of order: it is broken.
    pub fn push(
        &mut self,
        origin: Origin,
        name: &str,
        bytes: &[u8],
        last: bool,
    ) -> Result<(), FilesError> {
        self.total = self.total.saturating_add(bytes.len() as u64);
        if self.total > self.max_bytes {
            return Err(FilesError::TooMuch(self.max_bytes));
        }
        let mut file = match self.open.take() {
            Some(file) if file.origin == origin && file.name == name => file,
            Some(_) => return Err(FilesError::Mixed),
            None if self.files.len() as u64 >= u64::from(self.max_files) => {
                return Err(FilesError::TooMany(self.max_files));
            }
            None => CollectedFile {
                origin,
                name: name.to_owned(),
                bytes: Vec::new(),
            },
        };
        file.bytes.extend_from_slice(bytes);
        if last {
            self.files.push(file);
        } else {
            self.open = Some(file);
        }
        Ok(())
    }

    /// All whole files; one whose last piece never came is dropped.
    pub fn finish(self) -> Vec<CollectedFile> {
        self.files
    }
}

/// Pictures as data URLs: figures in the order of showing, then files by name. A figure that the
/// program also saved to a file is one picture.
pub fn data_urls(mut files: Vec<CollectedFile>) -> Vec<String> {
    files.sort_by(|a, b| {
        let key = |file: &CollectedFile| file.origin != Origin::Figure;
        key(a).cmp(&key(b)).then_with(|| a.name.cmp(&b.name))
    });
    let mut seen = HashSet::new();
    files
        .iter()
        .filter(|file| !file.bytes.is_empty())
        .filter_map(|file| Some((media_type(&file.name)?, file.bytes.as_slice())))
        .filter(|(_, bytes)| seen.insert(*bytes))
        .map(|(media_type, bytes)| {
            let mut url = format!("data:{media_type};base64,");
            STANDARD.encode_string(bytes, &mut url);
            url
        })
        .collect()
}

fn media_type(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    Some(match ending.to_ascii_lowercase().as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "svg" => "image/svg+xml",
        "webp" => "image/webp",
        "bmp" => "image/bmp",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use Origin::{Figure, Work};

    fn file(origin: Origin, name: &str, bytes: &[u8]) -> CollectedFile {
        CollectedFile {
            origin,
            name: name.into(),
            bytes: bytes.into(),
        }
    }

    #[test]
    fn figures_come_first_and_the_same_picture_once() {
        let urls = data_urls(vec![
            file(Work, "b.JPG", b"two"),
            file(Work, "a.png", b"one"),
            file(Work, "notes.txt", b"no"),
            file(Work, "empty.png", b""),
            file(Figure, "0002.png", b"three"),
            file(Figure, "0001.png", b"one"),
        ]);
        assert_eq!(
            urls,
            [
                "data:image/png;base64,b25l",
                "data:image/png;base64,dGhyZWU=",
                "data:image/jpeg;base64,dHdv"
            ]
        );
    }

    #[test]
    fn pieces_become_files_within_bounds() {
        let mut log = FileLog::new(1, 6);
        log.push(Work, "a", b"12", false).unwrap();
        log.push(Work, "a", b"34", true).unwrap();
        assert_eq!(log.push(Work, "b", b"", true), Err(FilesError::TooMany(1)));
        assert_eq!(
            log.push(Work, "a", b"567", true),
            Err(FilesError::TooMuch(6))
        );
        assert_eq!(log.finish(), [file(Work, "a", b"1234")]);
        let mut log = FileLog::new(9, 9);
        log.push(Work, "a", b"1", false).unwrap();
        assert_eq!(log.push(Figure, "a", b"2", true), Err(FilesError::Mixed));
    }
}
