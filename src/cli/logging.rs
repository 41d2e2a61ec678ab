//! Where log lines go: stderr, as text for people or JSON for machines.

use crate::config::{Config, LogFormat};
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// Libraries that write down every byte they send. A filter that names them has the last word.
const QUIET: &str = "bollard=warn,hyper_util=warn,hyper=warn";

/// Sets up the log of this process.
pub(super) fn start(config: &Config) -> Result<(), String> {
    let filter = EnvFilter::try_new(format!("{QUIET},{}", config.log_filter))
        .map_err(|error| format!("log filter {:?}: {error}", config.log_filter))?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Json => lines.json().flatten_event(true).init(),
        LogFormat::Pretty => lines.with_ansi(std::io::stderr().is_terminal()).init(),
    }
    Ok(())
}
