//! The supervisor's output ring: the head goes through, the tail goes round.

use criterion::{Criterion, Throughput};
use std::hint::black_box;
use warmbox_protocol::Stream;
use warmbox_supervisor::runner::output::Output;

/// What is kept of a stream by default.
const LIMIT: u64 = 1 << 20;
/// Sixteen times what is kept.
const WRITTEN: usize = 16 << 20;

/// A program that writes far more than is kept, in pieces of several sizes.
pub(crate) fn ring(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("output ring, 16 MiB through 1 MiB");
    group.throughput(Throughput::Bytes(WRITTEN as u64));
    for size in [64, 4096, 65_536] {
        let piece = vec![b'x'; size];
        group.bench_function(format!("pieces of {size}"), |bencher| {
            bencher.iter(|| {
                let mut output = Output::new(LIMIT);
                for _ in 0..WRITTEN / size {
                    black_box(output.push(Stream::Stdout, black_box(&piece)));
                }
                output.take_tails()
            });
        });
    }
    group.finish();
}
