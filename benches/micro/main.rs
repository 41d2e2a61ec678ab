//! Single parts on the way of a request, by themselves: what the link's codec, the pool and the
//! supervisor's output ring take. `make micro`; criterion compares with the run before.

#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    reason = "a measurement that cannot go on has nothing to say"
)]

mod codec;
mod output;
mod pool;

use criterion::{criterion_group, criterion_main};

criterion_group!(parts, codec::run, codec::output, pool::cycle, output::ring);
criterion_main!(parts);
