//! Writes `corpus/frame/`: the messages of a runner's life, each way, as the link carries them.
//! After a change of the messages: `cargo run --manifest-path fuzz/Cargo.toml --example frames`.

use serde::Serialize;
use std::path::Path;
use warmbox_protocol::frame::{HEADER_BYTES, encode};
use warmbox_protocol::{
    Abilities, BUILD_ID, Collect, End, Following, FromRunner, Hello, Identity, IdentitySource,
    InputFile, Limit, LogLevel, MemoryCeiling, Origin, Outcome, PROTOCOL_VERSION, ParentPlan, Plan,
    Prepared, RootSource, RunId, RunSpec, Stream, SupportFile, ToRunner, Usage,
};

/// The first bytes of an input, see `Course` in `fuzz_targets/frame.rs`: which way, a limit of
/// 16 KiB, pieces of 7 and 200 bytes.
const FROM_RUNNER: [u8; 4] = [0, 255, 6, 199];
const TO_RUNNER: [u8; 4] = [1, 255, 6, 199];
/// A limit of 64 bytes, pieces of 5 and 7.
const NARROW: [u8; 4] = [0, 0, 4, 6];
/// The length is not among the bytes.
const ONE_BODY: u8 = 2;

fn main() -> std::io::Result<()> {
    let run = RunId([7; 16]);
    let started = FromRunner::Started { run };
    let (cancel, stdin) = (ToRunner::Cancel { run }, input(run, b"Ada\n"));
    stream("to_plan", TO_RUNNER, &[ToRunner::Plan(plan())])?;
    stream("to_run", TO_RUNNER, &[ToRunner::Run(Box::new(spec(run)))])?;
    stream(
        "to_stdin",
        TO_RUNNER,
        &[stdin, ToRunner::CloseStdin { run }],
    )?;
    stream(
        "to_pings",
        TO_RUNNER,
        &[ToRunner::Ping { nonce: 300 }, cancel],
    )?;
    stream(
        "from_hello",
        FROM_RUNNER,
        &[FromRunner::Hello(hello()), FromRunner::Ready],
    )?;
    stream(
        "from_output",
        FROM_RUNNER,
        &[started, output(run, 0), output(run, 1)],
    )?;
    stream("from_file", FROM_RUNNER, &[file(run)])?;
    stream(
        "from_finished",
        FROM_RUNNER,
        &[finished(run), FromRunner::Ready],
    )?;
    stream("from_refused", FROM_RUNNER, &[refused(run), log(run)])?;
    stream(
        "from_pong",
        FROM_RUNNER,
        &[FromRunner::Pong { nonce: u64::MAX }],
    )?;
    stream("from_many", NARROW, &vec![output(run, 0); 100])?;
    body("body_run", TO_RUNNER, &ToRunner::Run(Box::new(spec(run))))?;
    body("body_output", FROM_RUNNER, &output(run, 2))
}

fn stream<T: Serialize>(name: &str, course: [u8; 4], messages: &[T]) -> std::io::Result<()> {
    let mut bytes = course.to_vec();
    for message in messages {
        encode(message, &mut bytes).unwrap();
    }
    write(name, &bytes)
}

/// One message without its length.
fn body<T: Serialize>(name: &str, course: [u8; 4], message: &T) -> std::io::Result<()> {
    let mut wire = Vec::new();
    encode(message, &mut wire).unwrap();
    let mut bytes = course.to_vec();
    bytes[0] |= ONE_BODY;
    bytes.extend_from_slice(&wire[HEADER_BYTES..]);
    write(name, &bytes)
}

fn write(name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/frame");
    std::fs::write(folder.join(name), bytes)
}

fn plan() -> Plan {
    Plan {
        language: "python".into(),
        root: RootSource::Folder("/var/lib/warmbox/python".into()),
        support: vec![SupportFile {
            name: "sitecustomize.py".into(),
            bytes: b"import os\n".to_vec(),
        }],
        version_argv: vec!["python3".into(), "--version".into()],
        env: vec![("PATH".into(), "/usr/bin:/bin".into())],
        parents: vec![ParentPlan {
            on_demand: true,
            name: "standard".into(),
            argv: vec!["python3".into(), "main.py".into()],
        }],
        rehearsal: Some(SupportFile {
            name: "main.py".into(),
            bytes: b"print()".to_vec(),
        }),
        identities: IdentitySource::Block(65_535),
    }
}

fn spec(run: RunId) -> RunSpec {
    RunSpec {
        run,
        request: "01a200de-12c0-754d-98ff-176a366254f7".into(),
        argv: vec!["python3".into(), "main.py".into(), "-x".into()],
        prepared: Some(Prepared {
            parent: "standard".into(),
            args: vec!["-x".into()],
        }),
        env: vec![
            ("HOME".into(), "/tmp".into()),
            ("LANG".into(), "C.UTF-8".into()),
        ],
        files: vec![InputFile {
            path: "lib/main.py".into(),
            bytes: b"print(input())\n".to_vec(),
            executable: false,
        }],
        stdin: b"Ada\n".to_vec(),
        stdin_open: true,
        limits: warmbox::config::LimitTable::default().defaults.run,
        stop_at_output_limit: false,
        following: Following::Nobody,
        terminal: None,
        core: None,
        collect: Collect {
            paths: vec!["main".into()],
            image_endings: vec!["png".into(), "svg".into()],
            max_files: 64,
            max_bytes: 32 << 20,
            ..Collect::default()
        },
    }
}

fn hello() -> Hello {
    Hello {
        protocol: PROTOCOL_VERSION,
        build: BUILD_ID.into(),
        language: "python".into(),
        toolchain: "Python 3.13.5".into(),
        abilities: Abilities {
            fresh_sandbox: true,
            identity: Identity::Unique,
            memory_ceiling: MemoryCeiling::CgroupV2,
            terminal: true,
        },
        prepared: "standard and science".into(),
    }
}

fn input(run: RunId, bytes: &[u8]) -> ToRunner {
    let bytes = bytes.to_vec();
    ToRunner::Stdin { run, bytes }
}

fn output(run: RunId, seq: u64) -> FromRunner {
    FromRunner::Output {
        run,
        seq,
        stream: if seq == 0 {
            Stream::Stdout
        } else {
            Stream::Stderr
        },
        bytes: "hello Ada ü\n".as_bytes().to_vec(),
    }
}

fn file(run: RunId) -> FromRunner {
    FromRunner::File {
        run,
        origin: Origin::Figure,
        name: "figure-1.png".into(),
        bytes: b"\x89PNG\r\n\x1a\n".to_vec(),
        last: true,
    }
}

fn finished(run: RunId) -> FromRunner {
    let outcome = Outcome {
        end: End::Signaled(9),
        limit: Some(Limit::Memory),
        usage: Usage {
            peak_memory_bytes: 256 << 20,
            processes_peak: 64,
            ..Usage::default()
        },
        stdout_bytes: 5001,
        stderr_bytes: 0,
        stdout_omitted: 4981,
        stderr_omitted: 0,
        files_omitted: 1,
        outputs_omitted: 0,
    };
    FromRunner::Finished { run, outcome }
}

fn refused(run: RunId) -> FromRunner {
    FromRunner::Refused {
        run,
        step: "mount /proc".into(),
        errno: 1,
    }
}

fn log(run: RunId) -> FromRunner {
    FromRunner::Log {
        level: LogLevel::Warn,
        run: Some(run),
        request: "abc-123".into(),
        text: "the first process ended without a word".into(),
    }
}
