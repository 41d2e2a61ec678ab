use super::*;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};

const NAME: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

const CACHE: For = For {
    what: "cache",
    flag: "--cache-dir",
};

/// One that nobody else can enter.
pub(crate) fn closed() -> tempfile::TempDir {
    let mode = Permissions::from_mode(0o700);
    let mut builder = tempfile::Builder::new();
    builder.permissions(mode).tempdir().unwrap()
}

fn folder() -> (tempfile::TempDir, Folder) {
    let dir = closed();
    let folder = Folder::open(CACHE, dir.path()).unwrap();
    (dir, folder)
}

fn read(folder: &Folder) -> Result<Vec<u8>, Content> {
    match folder.read(NAME, 100).unwrap() {
        Content::Whole(bytes) => Ok(bytes),
        other => Err(other),
    }
}

#[test]
fn it_is_made_with_all_above_it_and_for_nobody_else() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a/b");
    Folder::open(CACHE, &path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o700);
}

#[test]
fn one_that_others_can_reach_is_refused_in_words() {
    let dir = tempfile::tempdir().unwrap();
    let words = |path: &Path| Folder::open(CACHE, path).err().unwrap().to_string();
    let open = dir.path().join("open");
    fs::create_dir(&open).unwrap();
    fs::set_permissions(&open, Permissions::from_mode(0o750)).unwrap();
    let said = words(&open);
    assert!(
        said.contains("mode 750") && said.contains("chmod 700"),
        "{said}"
    );
    let (target, link) = (dir.path().join("target"), dir.path().join("link"));
    DirBuilder::new().mode(0o700).create(&target).unwrap();
    symlink(&target, &link).unwrap();
    let said = words(&link);
    assert!(said.contains("symbolic link"), "{said}");
    let file = dir.path().join("file");
    fs::write(&file, "").unwrap();
    let said = words(&file.join("below"));
    assert!(said.contains("cannot be made or opened"), "{said}");
    // Of the kernel's, whoever runs the tests.
    let said = words(Path::new("/proc/sys"));
    assert!(
        said.contains("belongs to uid 0") || said.contains("open to others"),
        "{said}"
    );
}

#[test]
fn what_was_written_is_read_and_nothing_unfinished_stays() {
    let (dir, folder) = folder();
    assert_eq!(read(&folder), Err(Content::Absent));
    folder.write(NAME, &[b"one ", b"whole"]).unwrap();
    folder.write(NAME, &[b"another"]).unwrap();
    assert_eq!(read(&folder), Ok(b"another".to_vec()));
    let path = dir.path().join(NAME);
    assert_eq!(fs::metadata(path).unwrap().mode() & 0o7777, 0o600);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    assert!(folder.remove(NAME) && folder.remove(NAME));
    assert_eq!(read(&folder), Err(Content::Absent));
}

#[test]
fn a_file_that_cannot_be_moved_into_place_leaves_nothing() {
    let (dir, folder) = folder();
    fs::create_dir(dir.path().join(NAME)).unwrap();
    assert!(folder.write(NAME, &[b"x"]).is_err());
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    assert_eq!(read(&folder), Err(Content::NotPlain));
}

#[test]
fn nothing_is_followed_and_nothing_waits() {
    let (dir, folder) = folder();
    let path = dir.path().join(NAME);
    let secret = dir.path().join("secret");
    fs::write(&secret, "secret").unwrap();
    symlink(&secret, &path).unwrap();
    assert_eq!(read(&folder), Err(Content::NotPlain));
    // A write replaces the link, and leaves alone what it led to.
    folder.write(NAME, &[b"ours"]).unwrap();
    assert_eq!(fs::read(&secret).unwrap(), b"secret");
    assert_eq!(read(&folder), Ok(b"ours".to_vec()));
    fs::remove_file(&path).unwrap();
    let mode = Mode::RUSR | Mode::WUSR;
    rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, mode, 0).unwrap();
    assert_eq!(read(&folder), Err(Content::NotPlain));
    fs::remove_file(&path).unwrap();
    fs::write(&path, [0; 101]).unwrap();
    assert_eq!(read(&folder), Err(Content::TooLarge));
}

#[test]
fn names_that_are_not_ours_are_not_even_seen() {
    let (dir, folder) = folder();
    let upper = NAME.to_uppercase();
    for name in [
        "notes.txt",
        &NAME[1..],
        &upper,
        "unfinished-",
        "unfinished-x",
    ] {
        fs::write(dir.path().join(name), "").unwrap();
    }
    assert_eq!(folder.list().unwrap(), []);
    folder.write(NAME, &[b"123"]).unwrap();
    let listed = folder.list().unwrap();
    assert_eq!((listed[0].name.as_str(), listed[0].bytes), (NAME, 3));
    let unfinished = format!("{UNFINISHED}{}", Uuid::new_v4());
    fs::write(dir.path().join(&unfinished), "left by a crash").unwrap();
    assert_eq!(folder.list().unwrap().len(), 2);
}

#[test]
fn use_makes_a_file_younger() {
    let (dir, folder) = folder();
    folder.write(NAME, &[b"x"]).unwrap();
    let long_ago = || {
        let file = File::open(dir.path().join(NAME)).unwrap();
        let past = Timespec {
            tv_sec: 1000,
            tv_nsec: 0,
        };
        let times = Timestamps {
            last_access: past,
            last_modification: past,
        };
        rustix::fs::futimens(&file, &times).unwrap();
        assert_eq!(folder.list().unwrap()[0].used, (1000, 0));
    };
    long_ago();
    folder.touch(NAME);
    assert!(folder.list().unwrap()[0].used > (1000, 0));
    long_ago();
    read(&folder).unwrap();
    assert!(folder.list().unwrap()[0].used > (1000, 0));
}
