//! `warmbox serve`: from the configuration to a served port, and down again in order.

use super::{exit, fail, logging, runtime};
use crate::config::Config;
use crate::server::{Able, Server, ServerError};
use std::process::ExitCode;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// For what still reads or writes files when all else is over.
const LAST_CALLS: Duration = Duration::from_secs(2);

pub(super) fn serve(config: &Config) -> ExitCode {
    if let Err(error) = logging::start(config) {
        return fail(exit::CONFIGURATION, &error);
    }
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(error) => return fail(exit::FAILED, &format!("cannot start: {error}")),
    };
    let ended = runtime.block_on(serve_until_asked(config));
    // A call to a disk that hangs cannot be ended, and is not waited for.
    runtime.shutdown_timeout(LAST_CALLS);
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let code = match &error {
                ServerError::Port(_) => exit::PORT,
                ServerError::Language(_) => exit::CONFIGURATION,
                ServerError::Ended(_) => exit::FAILED,
            };
            fail(code, &error)
        }
    }
}

async fn serve_until_asked(config: &Config) -> Result<(), ServerError> {
    // Before anything is started, so that no signal can come too early.
    let mut terminate = signal(SignalKind::terminate()).map_err(ServerError::Ended)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(ServerError::Ended)?;
    let asked = async move {
        tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        }
    };
    let server = Server::start(config).await?;
    tracing::info!(
        instance = server.instance,
        version = crate::api::VERSION,
        address = %server.address,
        "listening; warming the first runners"
    );
    server.run(asked, announce).await
}

/// What a person at a terminal wants to know, on stdout.
fn announce(server: &Server) {
    let state = match server.able() {
        Able::All => "is ready at",
        Able::Some => "can run some of its languages only, and says so at",
        Able::Nothing => "can run nothing yet, and says so at",
    };
    println!(
        "warmbox {} {state} http://{} (instance {})",
        crate::api::VERSION,
        server.address,
        server.instance
    );
    for line in server.describe() {
        println!("  {line}");
    }
    tracing::info!(able = ?server.able(), languages = ?server.describe(), "warmed up");
}
