//! The cache's folder: what lasts, what is believed, and how much there is of it.

use super::{Place, WRITTEN, cache, program, run, stop, store};
use crate::harness::{setups, wait_for};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

#[test]
fn a_program_outlives_its_server() {
    for setup in setups() {
        let (place, request) = (Place::new(), program("lasting"));
        let server = place.server(setup, &[]);
        run(&server, &request, false, "lasting");
        // An orderly stop waits for the file.
        stop(&server);
        let server = place.server(setup, &[]);
        for tier in ["disk", "memory"] {
            run(&server, &request, true, "lasting");
            assert_eq!(cache(&server)[tier]["hits_total"], 1, "{tier}");
        }
        let modes = |path: &Path| {
            use std::os::unix::fs::MetadataExt;
            fs::metadata(path).expect("it is there").mode() & 0o777
        };
        assert_eq!(
            (modes(&place.path()), modes(&place.files()[0])),
            (0o700, 0o600)
        );
    }
}

#[test]
fn a_file_that_was_tampered_with_is_never_a_program() {
    type Tamper = fn(&Path);
    let tampers: [(&str, Tamper); 5] = [
        ("a byte is another", |path| {
            let mut bytes = fs::read(path).expect("it is there");
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            fs::write(path, bytes).expect("it is written");
        }),
        ("it is cut", |path| {
            let bytes = fs::read(path).expect("it is there");
            fs::write(path, &bytes[..bytes.len() - 1]).expect("it is written");
        }),
        ("it is empty", |path| {
            fs::write(path, "").expect("it is written")
        }),
        ("it is another program", |path| {
            fs::copy("/bin/true", path).expect("it is written");
        }),
        ("it is a link to a file that would do", |path| {
            let moved = path.with_file_name("moved");
            fs::rename(path, &moved).expect("it is moved");
            symlink(moved, path).expect("a link");
        }),
    ];
    for setup in setups() {
        let place = Place::new();
        // Every look is for the file.
        let server = place.server(setup, &["--cache-memory-bytes", "0"]);
        let request = program("mine");
        store(&server, &request, "mine");
        run(&server, &request, true, "mine");
        let [path] = &place.files()[..] else {
            panic!("one file: {:?}", place.files());
        };
        for (number, (what, tamper)) in tampers.iter().enumerate() {
            tamper(path);
            eprintln!("{what}");
            run(&server, &request, false, "mine");
            wait_for(WRITTEN, what, || {
                fs::symlink_metadata(path)
                    .is_ok_and(|found| found.is_file())
                    .then_some(())
            });
            assert_eq!(
                cache(&server)["disk"]["refused_total"],
                number + 1,
                "{what}"
            );
            run(&server, &request, true, "mine");
        }
        fs::remove_file(path.with_file_name("moved")).expect("the link's target was left alone");

        let other = program("other");
        store(&server, &other, "other");
        let files = place.files();
        let aside = place.0.path().join("aside");
        for (from, to) in [
            (&files[0], &aside),
            (&files[1], &files[0]),
            (&aside, &files[1]),
        ] {
            fs::rename(from, to).expect("it is moved");
        }
        run(&server, &request, false, "mine");
        run(&server, &other, false, "other");
        assert!(server.log().contains("a file of the cache is not used"));
    }
}

#[test]
fn each_tier_keeps_to_its_bytes() {
    let most = 256 << 10;
    let folder_bytes = |place: &Place| -> u64 {
        let size = |path: &PathBuf| fs::metadata(path).map_or(0, |found| found.len());
        place.files().iter().map(size).sum()
    };
    for setup in setups() {
        let place = Place::new();
        let server = place.server(
            setup,
            &[
                "--cache-memory-bytes",
                "256KiB",
                "--cache-disk-bytes",
                "256KiB",
            ],
        );
        let programs: Vec<_> = (0..18).map(|number| program(&number.to_string())).collect();
        for (number, request) in programs.iter().enumerate() {
            run(&server, request, false, &number.to_string());
            assert!(cache(&server)["memory"]["bytes"].as_u64() <= Some(most));
        }
        // Orderly, so that nothing is on its way.
        let told = cache(&server);
        assert!(
            told["memory"]["evicted_total"].as_u64() > Some(0),
            "{told:#}"
        );
        stop(&server);
        let bytes = folder_bytes(&place);
        assert!(bytes <= most && bytes > most / 2, "{bytes}");
        let server = place.server(setup, &["--cache-disk-bytes", "256KiB"]);
        run(&server, &programs[17], true, "17");
        run(&server, &programs[0], false, "0");
    }
}

#[test]
fn a_folder_that_others_can_enter_is_refused_and_done_without() {
    for setup in setups() {
        let place = Place::new();
        // By mode, and where the server is somebody else, by owner as well.
        fs::create_dir(place.path()).expect("a folder");
        fs::set_permissions(
            place.path(),
            std::os::unix::fs::PermissionsExt::from_mode(0o755),
        )
        .expect("it is ours");
        let server = place.server(setup, &[]);
        let request = program("refused");
        run(&server, &request, false, "refused");
        run(&server, &request, true, "refused");
        let told = cache(&server)["disk"].take();
        let said = told["last_error"].as_str().unwrap_or_default();
        assert!(
            said.contains("chmod 700") || said.contains("belongs to uid"),
            "{told:#}"
        );
        assert_eq!(place.files(), Vec::<PathBuf>::new());
        let log = server.log();
        assert_eq!(log.matches("the cache folder").count(), 1, "{log}");
    }
}
