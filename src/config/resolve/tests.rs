use super::super::layers::parse_file;
use super::super::settings::Text;
use super::*;

fn from_file(text: &str) -> Result<Config, ConfigError> {
    let file = parse_file("w.toml".into(), text)?;
    resolve(&Settings::default(), &file)
}

#[test]
fn nothing_said_is_the_defaults() {
    let config = from_file("").unwrap();
    assert_eq!(
        (config.host.to_string().as_str(), config.port),
        ("127.0.0.1", 5001)
    );
    assert_eq!(config.limits, LimitTable::default());
    assert_eq!(config.pool.min_idle, 2);
    assert!(config.pool.max >= 2);
    assert!(config.supervisor.ends_with("warmbox-supervisor"));
}

#[test]
fn the_file_is_read_and_flags_win() {
    let file = parse_file(
        "w.toml".into(),
        "port = 7000\nhost = '::1'\nidle_timeout = '2m'\n[limits]\nwall_ms = 5\n[ceilings]\nwall_ms = 9\n",
    )
    .unwrap();
    let given = Settings {
        port: Some(Text::from("8000")),
        ceiling: vec!["wall_ms=70".into(), "cpu_ms = 7".into()],
        ..Settings::default()
    };
    let config = resolve(&given, &file).unwrap();
    assert_eq!(
        (config.host.to_string().as_str(), config.port),
        ("::1", 8000)
    );
    assert_eq!(config.pool.idle_timeout, Duration::from_secs(120));
    assert_eq!(config.limits.defaults.run.wall_ms, 5);
    assert_eq!(config.limits.ceilings.run.wall_ms, 70);
    assert_eq!(
        config.limits.defaults.run.cpu_ms, 7,
        "a default gives way to a lower ceiling"
    );
}

#[test]
fn what_is_wrong_is_named_with_its_source_and_what_is_allowed() {
    for (text, parts) in [
        ("prot = 1", ["w.toml", "unknown field `prot`", "expected"]),
        ("port = 70000", ["port", "w.toml", "0 to 65535"]),
        ("port = 1.5", ["port", "w.toml", "whole number"]),
        (
            "engine = 'podman'",
            ["engine", "\"podman\"", "auto, docker, embedded"],
        ),
        (
            "queue_timeout = '10 parsecs'",
            ["queue_timeout", "10 parsecs", "500ms"],
        ),
        ("body_bytes = 0", ["body_bytes", "\"0\"", "1 to 67108864"]),
        (
            "min_idle = 5\nmax_runners = 4",
            ["min_idle", "\"5\"", "max_runners, which is 4"],
        ),
        (
            "[limits]\nwall_ms = 60001",
            ["wall_ms=60001", "w.toml", "1 to 60000"],
        ),
        (
            "[limits]\nwall = 1",
            ["w.toml", "unknown field `wall`", "wall_ms"],
        ),
        (
            "[ceilings]\nprocesses = 0",
            ["processes=0", "w.toml", "1 to 4096"],
        ),
        (
            "log_filter = 'a=b=c'",
            ["log_filter", "w.toml", "log filter"],
        ),
    ] {
        let error = from_file(text).unwrap_err().to_string();
        for part in parts {
            assert!(error.contains(part), "{text:?}: {error}");
        }
    }
}

#[test]
fn a_bad_flag_is_named() {
    let given = Settings {
        limit: vec!["wall=1".into()],
        ..Settings::default()
    };
    let error = resolve(&given, &FileSettings::default())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("--limit") && error.contains("wall_ms"),
        "{error}"
    );
}

#[test]
fn the_cache_is_in_the_users_own_unless_it_is_put_elsewhere_or_turned_off() {
    let default = |set: &[(&str, &str)]| {
        default_folder("XDG_CACHE_HOME", ".cache", |name| {
            let found = set.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        })
    };
    let (home, xdg) = (("HOME", "/usr"), ("XDG_CACHE_HOME", "/caches"));
    assert_eq!(default(&[home]), Some("/usr/.cache/warmbox".into()));
    assert_eq!(default(&[home, xdg]), Some("/caches/warmbox".into()));
    let relative = ("XDG_CACHE_HOME", "caches");
    assert_eq!(
        default(&[relative, home]),
        Some("/usr/.cache/warmbox".into())
    );
    assert_eq!(default(&[("HOME", "")]), None);
    assert_eq!(default(&[("HOME", "/nonexistent")]), None);
    assert_eq!(default(&[]), None);
    let cache = |text| from_file(text).unwrap().cache;
    assert_eq!(cache("cache_dir = ''").folder, None);
    assert_eq!(cache("cache_dir = '/c'").folder, Some("/c".into()));
    let off = cache("cache_memory_bytes = 0\ncache_disk_bytes = '1GiB'");
    assert_eq!((off.memory_bytes, off.disk_bytes), (0, 1 << 30));
    let error = from_file("cache_memory_bytes = '8MB'").unwrap_err();
    assert!(error.to_string().contains("8MiB"), "{error}");
}
