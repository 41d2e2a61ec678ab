//! Frames: a run on its way to a runner, output on its way back.

use criterion::{BatchSize, Criterion, Throughput};
use std::hint::black_box;
use warmbox_protocol::frame::{CHUNK_BYTES, Decoder, MAX_FROM_RUNNER, MAX_TO_RUNNER, encode};
use warmbox_protocol::{
    Collect, Following, FromRunner, InputFile, Limits, Prepared, RunId, RunSpec, Stream, ToRunner,
};

/// As long as a long answer to an exercise.
const CODE_BYTES: usize = 10 << 10;

/// A run that says nothing and is asked for nothing.
pub(crate) fn spec(code: Vec<u8>) -> RunSpec {
    RunSpec {
        run: RunId([7; 16]),
        request: "01a201bc-5e6c-75b9-9c72-f6190bf7e6c5".to_owned(),
        argv: vec!["python3".to_owned(), "main.py".to_owned()],
        prepared: Some(Prepared {
            parent: "standard".to_owned(),
            args: Vec::new(),
        }),
        env: vec![("PATH".to_owned(), "/usr/local/bin:/usr/bin:/bin".to_owned())],
        files: vec![InputFile {
            path: "main.py".to_owned(),
            bytes: code,
            executable: false,
        }],
        stdin: Vec::new(),
        stdin_open: false,
        limits: Limits {
            wall_ms: 10_000,
            cpu_ms: 5_000,
            memory_bytes: 256 << 20,
            processes: 64,
            output_bytes: 1 << 20,
            file_size_bytes: 16 << 20,
            disk_bytes: 64 << 20,
            open_files: 256,
        },
        stop_at_output_limit: false,
        following: Following::Nobody,
        terminal: None,
        core: None,
        collect: Collect::default(),
    }
}

/// A run with 10 KB of code, there and back.
pub(crate) fn run(criterion: &mut Criterion) {
    let message = ToRunner::Run(Box::new(spec(vec![b'x'; CODE_BYTES])));
    let mut group = criterion.benchmark_group("run with 10 KB of code");
    group.throughput(Throughput::Bytes(CODE_BYTES as u64));
    group.bench_function("encode", |bencher| {
        bencher.iter(|| {
            let mut wire = Vec::new();
            encode(black_box(&message), &mut wire).expect("it encodes");
            wire
        });
    });
    let mut wire = Vec::new();
    encode(&message, &mut wire).expect("it encodes");
    group.bench_function("decode", |bencher| {
        let mut decoder = Decoder::new(MAX_TO_RUNNER);
        bencher.iter(|| {
            decoder.push(black_box(&wire));
            let message: Option<ToRunner> = decoder.take().expect("it decodes");
            message.expect("it is whole")
        });
    });
    group.finish();
}

/// Output: a line, and a full chunk.
pub(crate) fn output(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("output");
    for (name, size) in [("a line", 16), ("a chunk", CHUNK_BYTES)] {
        let message = FromRunner::Output {
            run: RunId([7; 16]),
            seq: 3,
            stream: Stream::Stdout,
            bytes: vec![b'x'; size],
        };
        group.throughput(Throughput::Bytes(size as u64));
        group.bench_function(format!("encode {name}"), |bencher| {
            bencher.iter_batched_ref(
                || Vec::with_capacity(2 * CHUNK_BYTES),
                |wire| encode(black_box(&message), wire).expect("it encodes"),
                BatchSize::SmallInput,
            );
        });
        let mut wire = Vec::new();
        encode(&message, &mut wire).expect("it encodes");
        group.bench_function(format!("decode {name}"), |bencher| {
            let mut decoder = Decoder::new(MAX_FROM_RUNNER);
            bencher.iter(|| {
                decoder.push(black_box(&wire));
                let message: Option<FromRunner> = decoder.take().expect("it decodes");
                message.expect("it is whole")
            });
        });
    }
    group.finish();
}
