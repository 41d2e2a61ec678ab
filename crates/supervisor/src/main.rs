//! `warmbox-supervisor`: started by the server, never by hand.

use std::os::fd::{AsFd, OwnedFd};
use std::process::ExitCode;
use warmbox_supervisor::{outer, without};

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("runner") => match standard_streams() {
            Ok((input, output)) => outer::keep(input, output),
            Err(error) => {
                eprintln!("warmbox-supervisor: cannot use stdin and stdout: {error}");
                ExitCode::from(1)
            }
        },
        Some("--build-id") => {
            println!("{}", without::build_id());
            ExitCode::SUCCESS
        }
        _ => {
            eprintln!("warmbox-supervisor is started by the warmbox server; see `warmbox help`");
            ExitCode::from(64)
        }
    }
}

/// The link, under numbers of its own: 0, 1 and 2 are reused on the way into a sandbox.
fn standard_streams() -> std::io::Result<(OwnedFd, OwnedFd)> {
    Ok((
        std::io::stdin().as_fd().try_clone_to_owned()?,
        std::io::stdout().as_fd().try_clone_to_owned()?,
    ))
}
