//! `warmbox key NAME`: a new API key. Its entry goes to stdout, to be appended to the keys file; the
//! key itself to stderr, once, and alone where that is not a terminal.

use super::{exit, fail};
use crate::access::{NewKey, NewKeyError};
use std::io::{IsTerminal, Write};
use std::process::ExitCode;

/// The key's name and its limits.
#[derive(Debug, clap::Args)]
pub(super) struct Wanted {
    /// Its name in log lines and answers: letters, digits, '-', '_' and '.'
    name: String,
    /// Requests in a minute, on the average [default: no limit]
    #[arg(long, value_name = "N")]
    requests_per_minute: Option<u32>,
    /// How many of these may come at once [default: as many as in a minute]
    #[arg(long, value_name = "N", requires = "requests_per_minute")]
    burst: Option<u32>,
    /// Requests that may be under way at once [default: no limit]
    #[arg(long, value_name = "N")]
    concurrency: Option<u32>,
}

pub(super) fn key(wanted: &Wanted) -> ExitCode {
    let made = NewKey::make(
        &wanted.name,
        wanted.requests_per_minute,
        wanted.burst,
        wanted.concurrency,
    );
    let key = match made {
        Ok(key) => key,
        Err(error @ NewKeyError::Field { .. }) => return fail(exit::CONFIGURATION, &error),
        Err(error @ NewKeyError::Random(_)) => return fail(exit::FAILED, &error),
    };
    // The entry first: a key that no file knows is of no use to anybody.
    let mut stdout = std::io::stdout().lock();
    let told = stdout.write_all(key.entry().as_bytes());
    if let Err(error) = told.and_then(|()| stdout.flush()) {
        return fail(exit::FAILED, &format!("cannot write the entry: {error}"));
    }
    if std::io::stderr().is_terminal() {
        eprint!("warmbox: the key, which is shown this once: ");
    }
    eprintln!("{}", key.secret);
    ExitCode::SUCCESS
}
