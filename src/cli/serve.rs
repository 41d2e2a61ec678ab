//! `warmbox serve`: from the configuration to a served port, and down again in order.

use super::{exit, fail, runtime};
use crate::config::{Config, Settings};
use crate::logging::{self, Log};
use crate::server::{Able, Asked, Server, ServerError, Stopped};
use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// For what still reads or writes files when all else is over.
const LAST_CALLS: Duration = Duration::from_secs(2);

pub(super) fn serve(settings: &Settings, config: &Config) -> ExitCode {
    let (log, last_lines) = match logging::start(config) {
        Ok(log) => log,
        Err(error) => return fail(exit::CONFIGURATION, &error),
    };
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(error) => return fail(exit::FAILED, &format!("cannot start: {error}")),
    };
    let ended = runtime.block_on(serve_until_asked(settings, config, log));
    // A call to a disk that hangs cannot be ended, and is not waited for.
    runtime.shutdown_timeout(LAST_CALLS);
    drop(last_lines);
    match ended {
        Ok(Stopped::Finished) => ExitCode::SUCCESS,
        Ok(Stopped::CutOff) => fail(
            exit::CUT_OFF,
            &"stopped as asked, but running work was cancelled; a longer --shutdown-timeout lets it finish",
        ),
        Err(error) => {
            let code = match &error {
                ServerError::Port(_) => exit::PORT,
                ServerError::Language(_)
                | ServerError::Tls(_)
                | ServerError::Access(_)
                | ServerError::Webhook(_) => exit::CONFIGURATION,
                ServerError::Nothing { .. } => exit::ENGINE,
                ServerError::Ended(_) => exit::FAILED,
            };
            fail(code, &error)
        }
    }
}

async fn serve_until_asked(
    settings: &Settings,
    config: &Config,
    log: Log,
) -> Result<Stopped, ServerError> {
    // Before anything is started, so that no signal can come too early.
    let signals = Signals::new().map_err(ServerError::Ended)?;
    let server = Server::start(config, log).await?;
    tracing::info!(
        instance = server.instance,
        version = crate::api::VERSION,
        address = %server.address,
        "listening; warming the first runners"
    );
    if config.access.keys_file.is_none() && !server.address.ip().is_loopback() {
        tracing::warn!(
            address = %server.address,
            "whoever reaches this address can run programs here: there are no API keys (--keys-file)"
        );
    }
    let listening = tokio::spawn(signals.listen(&server, settings.clone()));
    let ended = server.run(announce).await;
    listening.abort();
    ended
}

/// The signals that are listened to.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    fn listen(mut self, server: &Server, settings: Settings) -> impl Future<Output = ()> + use<> {
        let (wish, reload) = (server.wish(), server.reload());
        async move {
            loop {
                let by = tokio::select! {
                    _ = self.terminate.recv() => "SIGTERM",
                    _ = self.interrupt.recv() => "SIGINT",
                    _ = self.hang_up.recv() => {
                        reload.reload(|| Config::load(&settings).map_err(|error| error.to_string()));
                        continue;
                    }
                };
                if wish.try_send(Asked::by(by)).is_err() {
                    tracing::warn!(by, "the server has been asked often enough");
                }
            }
        }
    }
}

/// What a person at a terminal wants to know, on stdout.
fn announce(server: &Server) {
    let state = match server.able() {
        Able::All => "is ready at",
        Able::Some => "can run some of its languages only, and says so at",
        Able::Nothing => "can run nothing yet, and says so at",
    };
    let mut text = format!(
        "warmbox {} {state} {}://{} (instance {})\n",
        crate::api::VERSION,
        server.scheme,
        server.address,
        server.instance
    );
    for line in server.describe() {
        text.push_str(&format!("  {line}\n"));
    }
    tracing::info!(able = ?server.able(), languages = ?server.describe(), "warmed up");
    // Nobody may be reading, and then a write waits for ever.
    std::thread::spawn(move || {
        let mut stdout = std::io::stdout();
        let _ = stdout.write_all(text.as_bytes());
        let _ = stdout.flush();
    });
}
