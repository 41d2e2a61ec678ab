use super::*;
use crate::config::{Config, Settings};
use proptest::prelude::*;

fn asked(name: &str, value: u64) -> Asked {
    let mut asked = Asked::default();
    *asked.field(name).unwrap() = Some(value);
    asked
}

#[test]
fn nothing_asked_is_the_defaults() {
    let table = LimitTable::default();
    assert_eq!(table.resolve(&Asked::default()), Ok(table.defaults));
}

#[test]
fn zero_and_above_the_ceiling_are_refused_for_every_field() {
    let table = LimitTable::default();
    for name in FIELDS {
        for value in [0, u64::MAX] {
            let error = table.resolve(&asked(name, value)).unwrap_err();
            assert_eq!((error.field, error.asked), (name, value));
            assert!(table.resolve(&asked(name, error.ceiling)).is_ok());
            assert!(table.resolve(&asked(name, error.ceiling + 1)).is_err());
        }
    }
}

#[test]
fn a_small_program_does_not_starve_its_compiler() {
    let table = LimitTable::default();
    let limits = table.resolve(&asked("memory_bytes", 1)).unwrap();
    assert_eq!(limits.run.memory_bytes, 1);
    assert_eq!(limits.compile().memory_bytes, 1 << 30);
    assert_eq!(limits.compile().wall_ms, 20_000);
}

/// The field of that name, of limits that were resolved.
fn slot(limits: &StageLimits, name: &str) -> u64 {
    match name {
        "wall_ms" => limits.run.wall_ms,
        "cpu_ms" => limits.run.cpu_ms,
        "memory_bytes" => limits.run.memory_bytes,
        "processes" => limits.run.processes,
        "output_bytes" => limits.run.output_bytes,
        "file_size_bytes" => limits.run.file_size_bytes,
        "disk_bytes" => limits.run.disk_bytes,
        "open_files" => limits.run.open_files,
        "compile_wall_ms" => limits.compile_wall_ms,
        other => panic!("{other}"),
    }
}

fn asked_all(values: [Option<u64>; FIELDS.len()]) -> Asked {
    let mut asked = Asked::default();
    for (name, value) in FIELDS.iter().zip(values) {
        *asked.field(name).unwrap() = value;
    }
    asked
}

/// What a request asks for: nothing, small, any number of 64 bits.
fn request() -> impl Strategy<Value = [Option<u64>; FIELDS.len()]> {
    let value = prop_oneof![
        4 => Just(None),
        4 => (1_u64..300).prop_map(Some),
        1 => (0_u64..1 << 33).prop_map(Some),
        1 => any::<u64>().prop_map(Some),
    ];
    proptest::array::uniform9(value)
}

/// Flags of an operator, each `NAME=N`.
fn flags() -> impl Strategy<Value = Vec<String>> {
    let number = prop_oneof![1_u64..20_000, 0_u64..1 << 41, any::<u64>()];
    let flag = (prop::sample::select(&FIELDS[..]), number);
    prop::collection::vec(
        flag.prop_map(|(name, number)| format!("{name}={number}")),
        0..4,
    )
}

proptest! {
    #[test]
    fn whatever_is_asked_is_within_its_ceiling_or_refused_for_it(
        ceiling in flags(),
        limit in flags(),
        values in request(),
    ) {
        let settings = Settings {
            // lest a warmbox.toml that lies about is read
            config: Some("/dev/null".into()),
            ceiling,
            limit,
            ..Settings::default()
        };
        let Ok(Config { limits: table, .. }) = Config::load(&settings) else {
            return Ok(());
        };
        let refused = FIELDS.iter().zip(values).find(|(name, value)| {
            value.is_some_and(|value| value == 0 || value > slot(&table.ceilings, name))
        });
        match (table.resolve(&asked_all(values)), refused) {
            (Err(error), Some((name, value))) => {
                prop_assert_eq!((error.field, Some(error.asked)), (*name, value));
                prop_assert_eq!(error.ceiling, slot(&table.ceilings, name));
            }
            (Ok(limits), None) => {
                for (name, value) in FIELDS.iter().zip(values) {
                    let got = slot(&limits, name);
                    prop_assert!((1..=slot(&table.ceilings, name)).contains(&got), "{}", name);
                    prop_assert_eq!(got, value.unwrap_or(slot(&table.defaults, name)));
                }
                let (compile, ceiling) = (limits.compile(), table.ceilings.run);
                prop_assert_eq!(compile.memory_bytes, ceiling.memory_bytes);
                prop_assert_eq!(compile.file_size_bytes, ceiling.file_size_bytes);
                prop_assert_eq!(compile.disk_bytes, ceiling.disk_bytes);
                prop_assert_eq!(compile.wall_ms, limits.compile_wall_ms);
                prop_assert_eq!(compile.cpu_ms, limits.compile_wall_ms);
                prop_assert_eq!(compile.output_bytes, limits.run.output_bytes);
                prop_assert!(compile.processes > 0 && compile.open_files > 0);
                // as nanoseconds, and kept twice: nobody after this checks again
                prop_assert!(compile.wall_ms.max(limits.run.cpu_ms) < u64::MAX / 1_000_000_000);
                prop_assert!(limits.run.output_bytes < u64::MAX / 4);
            }
            (got, refused) => prop_assert!(false, "{:?} although {:?}", got, refused),
        }
    }
}
