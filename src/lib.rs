//! warmbox: runs untrusted programs over HTTP, in sandboxes that are warm before the request.
//!
//! The layers, top to bottom; arrows go down only:
//! [`server`] puts everything together; [`api`] knows HTTP and nothing else does; [`run`] takes
//! a request through its stages; [`pool`] says who may have a runner; [`engine`] makes runners;
//! `warmbox-protocol` is what they speak. [`cache`], [`config`], [`language`], [`port`]
//! and [`doctor`] stand beside.

#![forbid(unsafe_code)]

pub mod api;
pub mod cache;
pub mod cli;
pub mod config;
pub mod doctor;
pub mod engine;
pub mod language;
pub mod pool;
pub mod port;
pub mod run;
pub mod server;
