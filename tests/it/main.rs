//! Real servers, real sandboxes, real programs. Every test starts the release binaries and
//! talks to them as a user would; none knows their insides.
//!
//! Everything that depends on who runs the server and on what makes its runners is proved with
//! both engines, and where root runs the tests as an ordinary user as well. See
//! [`harness::setups`].

#![allow(
    clippy::expect_used,
    reason = "a test that cannot go on fails, in its helpers as well"
)]

mod harness;

mod access;
mod attacks;
mod bad_input;
mod bash;
mod c;
mod cache;
#[path = "../clock/mod.rs"]
mod clock;
mod command_line;
mod concurrency;
mod cpp;
mod docker;
mod documents;
mod follow;
mod interpreter;
mod javascript;
mod jobs;
mod judging;
mod languages;
mod layers;
mod left_out;
mod liars;
mod lifecycle;
mod limits;
mod next_run;
mod openapi;
mod output;
mod outputs;
mod own_language;
mod peers;
mod pictures;
mod plain;
mod port;
mod requests;
mod roots;
mod service;
mod survival;
mod trace;
mod verdicts;
mod walls;
