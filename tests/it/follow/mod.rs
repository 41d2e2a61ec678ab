//! Runs that a client follows while they go on.

mod events;
mod lost;
mod refused;
mod slow;
mod talk;
mod terminal;

use crate::harness::{Server, setups};

/// Runs a test on a server of its own with these flags, in each setup.
fn with_each_setup(args: &[&str], test: impl Fn(&Server)) {
    for setup in setups() {
        eprintln!("with {setup:?}");
        test(&Server::with(setup, args));
    }
}
