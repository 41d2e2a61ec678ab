use super::super::key::tests::key;
use super::super::program::tests::program;
use super::*;
use crate::folder::tests::closed;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};

async fn disk(most: u64) -> (tempfile::TempDir, Arc<Disk>) {
    let dir = closed();
    let disk = Disk::open(dir.path(), most).await.unwrap();
    (dir, disk)
}

fn of_size(bytes: usize) -> Arc<Program> {
    Arc::new(program(&vec![7; bytes]))
}

#[tokio::test]
async fn what_is_stored_is_found_by_the_next_server() {
    let (dir, disk) = disk(1 << 20).await;
    disk.store(key("a"), of_size(10)).await;
    assert_eq!(disk.load(key("a")).await, Some(program(&[7; 10])));
    assert_eq!(disk.load(key("b")).await, None);
    let stats = disk.stats();
    assert_eq!((stats.tier.entries, stats.tier.hits_total), (1, 1));
    assert_eq!((stats.tier.misses_total, stats.last_error), (1, None));
    let next = Disk::open(dir.path(), 1 << 20).await.unwrap();
    assert_eq!(next.load(key("a")).await, Some(program(&[7; 10])));
}

#[tokio::test]
async fn what_was_tampered_with_is_removed_and_never_given() {
    let (dir, disk) = disk(1 << 20).await;
    let path = |name: &str| dir.path().join(key(name).hex());
    let tamper: [fn(&Path); 4] = [
        |path| {
            let mut bytes = fs::read(path).unwrap();
            let last = bytes.len() - 60;
            bytes[last] ^= 1;
            fs::write(path, bytes).unwrap();
        },
        |path| {
            fs::File::options()
                .write(true)
                .open(path)
                .unwrap()
                .set_len(100)
                .unwrap()
        },
        |path| fs::write(path, "").unwrap(),
        |path| {
            let target = path.with_file_name("target");
            fs::rename(path, &target).unwrap();
            symlink(target, path).unwrap();
        },
    ];
    for (number, tamper) in tamper.into_iter().enumerate() {
        disk.store(key("a"), of_size(100)).await;
        tamper(&path("a"));
        assert_eq!(disk.load(key("a")).await, None, "{number}");
        assert!(path("a").symlink_metadata().is_err(), "{number}");
        assert_eq!(disk.stats().refused_total, number as u64 + 1);
    }
    disk.store(key("a"), of_size(1)).await;
    disk.store(key("b"), of_size(2)).await;
    fs::rename(path("a"), dir.path().join("c")).unwrap();
    fs::rename(path("b"), path("a")).unwrap();
    fs::rename(dir.path().join("c"), path("b")).unwrap();
    assert_eq!(
        (disk.load(key("a")).await, disk.load(key("b")).await),
        (None, None)
    );
    assert_eq!(disk.stats().refused_total, 6);
}

#[tokio::test]
async fn the_least_recently_used_makes_room() {
    let (dir, disk) = disk(100_000).await;
    let names: Vec<String> = (0..10).map(|number| number.to_string()).collect();
    for (age, name) in names.iter().enumerate() {
        disk.store(key(name), of_size(9_500)).await;
        // Times of files that are written at once are all the same on many file systems.
        let file = fs::File::open(dir.path().join(key(name).hex())).unwrap();
        let used = rustix::fs::Timespec {
            tv_sec: 1000 + age as i64,
            tv_nsec: 0,
        };
        let times = rustix::fs::Timestamps {
            last_access: used,
            last_modification: used,
        };
        rustix::fs::futimens(&file, &times).unwrap();
    }
    disk.touch(key("0")).await;
    disk.store(key("new"), of_size(9_500)).await;
    assert!(disk.load(key("0")).await.is_some() && disk.load(key("new")).await.is_some());
    assert!(disk.load(key("1")).await.is_none(), "the oldest");
    let stats = disk.stats();
    assert!(
        stats.tier.bytes <= 100_000 && stats.tier.evicted_total > 0,
        "{stats:?}"
    );
    let there = fs::read_dir(dir.path()).unwrap().count() as u64;
    assert_eq!(there, stats.tier.entries);
}

#[tokio::test]
async fn one_program_does_not_push_out_all_others() {
    let (_dir, disk) = disk(8_000).await;
    disk.store(key("large"), of_size(1_001)).await;
    disk.store(key("small"), of_size(500)).await;
    assert_eq!(disk.load(key("large")).await, None);
    assert!(disk.load(key("small")).await.is_some());
}

#[tokio::test]
async fn what_another_server_wrote_is_counted_and_bounded_as_well() {
    let (dir, one) = disk(100_000).await;
    let other = Disk::open(dir.path(), 100_000).await.unwrap();
    for number in 0..9 {
        one.store(key(&format!("one {number}")), of_size(9_500))
            .await;
        other
            .store(key(&format!("other {number}")), of_size(9_500))
            .await;
    }
    let bytes: u64 = fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().metadata().unwrap().len())
        .sum();
    // Each may have written an eighth since it counted.
    assert!(bytes <= 125_000, "{bytes}");
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_told_and_does_no_harm() {
    let (dir, disk) = disk(1 << 20).await;
    disk.store(key("a"), of_size(10)).await;
    // No mode keeps root out, but nobody can move a file over a folder.
    fs::create_dir(dir.path().join(key("b").hex())).unwrap();
    fs::set_permissions(dir.path(), Permissions::from_mode(0o700)).unwrap();
    disk.store(key("b"), of_size(10)).await;
    let said = disk.stats().last_error;
    assert!(said.is_some_and(|said| said.contains("directory")));
    assert!(
        disk.load(key("a")).await.is_some(),
        "it can be read all the same"
    );
    disk.store(key("c"), of_size(10)).await;
    assert!(
        disk.load(key("c")).await.is_none(),
        "it is left alone for a while"
    );
}

#[tokio::test]
async fn a_folder_that_was_removed_is_made_again() {
    let dir = closed();
    let path = dir.path().join("cache");
    let disk = Disk::open(&path, 1 << 20).await.unwrap();
    disk.store(key("a"), of_size(10)).await;
    fs::remove_dir_all(&path).unwrap();
    assert!(disk.load(key("a")).await.is_none());
    disk.store(key("b"), of_size(10)).await;
    assert!(disk.load(key("b")).await.is_some());
    assert_eq!(disk.stats().last_error, None);
}
