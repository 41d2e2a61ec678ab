//! warmbox: runs untrusted programs over HTTP, in sandboxes that are warm before the request.
//!
//! The layers, top to bottom; arrows go down only:
//! [`server`] puts everything together; [`api`] knows HTTP and nothing else does; [`run`] takes
//! a request through its stages; [`pool`] says who may have a runner; [`engine`] makes runners;
//! `warmbox-protocol` is what they speak. [`judge`] is how a program is judged by many tests, [`follow`]
//! how a run is followed while it goes on; [`jobs`] and [`blobs`] keep what outlives a request, below
//! [`api`]. [`access`], [`cache`], [`config`], [`language`], [`port`],
//! [`tasks`], [`metrics`], [`logging`] and [`doctor`] stand beside.

#![forbid(unsafe_code)]

pub mod access;
pub mod api;
pub mod blobs;
pub mod cache;
pub mod cli;
pub mod config;
pub mod doctor;
pub mod engine;
mod folder;
pub mod follow;
pub mod jobs;
pub mod judge;
pub mod language;
pub mod logging;
mod meminfo;
pub mod metrics;
pub mod pool;
pub mod port;
pub mod run;
pub mod server;
pub mod tasks;
#[cfg(feature = "otel")]
pub mod traces;
mod utc;
