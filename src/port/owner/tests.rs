//! Tests of the search on folders that look like `/proc`.

use super::*;

/// A folder that looks like `/proc`, with one listener on 127.0.0.1:5001 (inode 4242, uid 1000).
fn fixture(processes: &[(u32, &[u8], u64, bool)]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let at = |path: String| root.path().join(path);
    std::fs::create_dir(at("net".into())).unwrap();
    let row = "0: 0100007F:1389 00000000:0000 0A 00000000:00000000 00:00000000 00000000 1000 0 4242 1 0 100 0 0 10 0\n";
    std::fs::write(at("net/tcp".into()), format!("heading\n{row}")).unwrap();
    std::fs::write(at("stat".into()), "cpu 1 2 3\nbtime 1795269000\n").unwrap();
    for (pid, cmdline, ticks, holds) in processes {
        std::fs::create_dir_all(at(format!("{pid}/fd"))).unwrap();
        std::fs::write(at(format!("{pid}/cmdline")), cmdline).unwrap();
        std::fs::write(at(format!("{pid}/comm")), "old server\n").unwrap();
        let before = "S 1 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0";
        std::fs::write(
            at(format!("{pid}/stat")),
            format!("{pid} (a ) b) {before} {ticks} 1 1\n"),
        )
        .unwrap();
        let target = if *holds { "socket:[4242]" } else { "/dev/null" };
        std::os::unix::fs::symlink(target, at(format!("{pid}/fd/3"))).unwrap();
    }
    root
}

fn asked() -> SocketAddr {
    "127.0.0.1:5001".parse().unwrap()
}

#[test]
fn names_the_process() {
    let root = fixture(&[
        (7, b"init\0", 1, false),
        (1234, b"python3\0old_server.py\0", 79_100, true),
    ]);
    let (holder, local) = find(root.path(), asked(), None);
    assert_eq!(
        holder.to_string(),
        "pid 1234 (\"python3 old_server.py\", running since 2026-11-21 14:03:11 UTC)"
    );
    assert_eq!(local, asked());
}

#[test]
fn a_wildcard_bind_is_explained_by_the_specific_listener() {
    let root = fixture(&[(1234, b"x\0", 1, true)]);
    let (holder, local) = find(root.path(), "0.0.0.0:5001".parse().unwrap(), None);
    assert!(matches!(holder, Holder::Known(Owner { pid: 1234, .. })));
    assert_eq!(local, asked());
}

#[test]
fn the_oldest_holder_is_named_and_the_others_counted() {
    let root = fixture(&[
        (20, b"worker\0", 900, true),
        (30, b"master\0", 100, true),
        (40, b"worker\0", 950, true),
    ]);
    let text = find(root.path(), asked(), None).0.to_string();
    assert!(text.starts_with("pid 30 (\"master\""), "{text}");
    assert!(text.ends_with("together with pid 20 and 1 more"), "{text}");
}

#[test]
fn another_users_process_is_hidden_and_told_how_to_see() {
    let root = fixture(&[]);
    assert_eq!(
        find(root.path(), asked(), None).0,
        Holder::Hidden {
            uid: 1000,
            port: 5001
        }
    );
    let text = find(root.path(), asked(), None).0.to_string();
    assert!(
        text.contains("uid 1000") && text.contains("sudo ss -ltnp"),
        "{text}"
    );
}

#[test]
fn nothing_there_is_unseen_and_so_are_we() {
    let root = fixture(&[(1234, b"x\0", 1, true)]);
    assert_eq!(
        find(root.path(), "127.0.0.1:9".parse().unwrap(), None).0,
        Holder::Unseen
    );
    assert_eq!(find(root.path(), asked(), Some(1234)).0, Holder::Unseen);
}

#[test]
fn an_empty_command_line_falls_back_to_the_name() {
    let root = fixture(&[(1234, b"", 1, true)]);
    assert!(
        find(root.path(), asked(), None)
            .0
            .to_string()
            .contains("\"old server\"")
    );
}

#[test]
fn command_text_cannot_play_with_the_terminal() {
    let cases = [
        ("a\u{1b}[2Jb\nc", "a\\u{1b}[2Jb\\nc"),
        ("say \"x\"", "say \\\"x\\\""),
        ("gr\u{fc}n \u{202e}evil", "gr\u{fc}n \\u{202e}evil"),
    ];
    for (text, expected) in cases {
        assert_eq!(printable(text, 120), expected);
    }
    assert_eq!(printable(&"x".repeat(200), 5), "xxxxx...");
}
