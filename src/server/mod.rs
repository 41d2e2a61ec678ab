//! The server as a whole: builds engine, pools and interface, owns the order in which they
//! start and stop.

mod connections;
mod engine;
mod service;

use crate::api::{self, ApiState, VERSION};
use crate::cache::Cache;
use crate::config::Config;
use crate::engine::docker::Place;
use crate::language::{self, LanguageError};
use crate::pool::Pool;
use crate::port::{self, PortError};
use crate::run::Identity;
use connections::Bounded;
pub use engine::engine_of_command;
use engine::{engine, owner};
use service::Pools;
pub use service::{Able, isolation};
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

/// How long runners may take to vanish once the last run is over.
const EMPTY_DEADLINE: Duration = Duration::from_secs(10);

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    #[error(transparent)]
    Port(Box<PortError>),
    #[error(transparent)]
    Language(#[from] LanguageError),
    #[error("the server ended by itself: {0}")]
    Ended(std::io::Error),
}

impl From<PortError> for ServerError {
    fn from(error: PortError) -> Self {
        ServerError::Port(Box::new(error))
    }
}

/// A server that listens and whose pools are filling.
pub struct Server {
    pub address: SocketAddr,
    pub instance: String,
    pools: Arc<Pools>,
    serving: tokio::task::JoinHandle<std::io::Result<()>>,
    stop_listening: CancellationToken,
    stop_pools: CancellationToken,
    tasks: TaskTracker,
    shutdown_timeout: Duration,
}

impl Server {
    /// Takes the port, proves that it is really ours, and starts filling the pools.
    pub async fn start(config: &Config) -> Result<Self, ServerError> {
        let languages = language::load(config.languages_dir.as_deref(), &config.languages)?;
        let instance = Uuid::now_v7().to_string();
        let listener = port::bind(config.host, config.port).await?;
        let address = listener.local_addr().map_err(ServerError::Ended)?;

        // The port is ours alone, and so is the name that is made from it.
        let place = Place {
            owner: owner(config, address),
            instance: instance.clone(),
        };
        let (tasks, stop_pools) = (TaskTracker::new(), CancellationToken::new());
        let engine = engine(config, &languages, place, tasks.clone()).await;
        let cache = Cache::start(&config.cache, tasks.clone()).await;
        let watch = engine::Watch::default();
        tasks.spawn(watch.clone().keep(engine.clone(), stop_pools.clone()));
        let pools = languages
            .into_iter()
            .map(|language| {
                let (engine, settings) = (engine.clone(), config.pool.clone());
                Pool::start(
                    language,
                    engine,
                    settings,
                    tasks.clone(),
                    stop_pools.clone(),
                )
            })
            .collect();
        let pools = Arc::new(Pools::new(
            engine,
            watch,
            pools,
            cache,
            Identity {
                instance: instance.clone(),
                version: VERSION,
            },
        ));
        let state = Arc::new(ApiState::new(pools.clone(), instance.clone(), config));
        let listener = Bounded::new(listener, longest_answer(config));
        let stop_listening = CancellationToken::new();
        let stopped = stop_listening.clone();
        let serving = tokio::spawn(async move {
            axum::serve(listener, api::router(state))
                .with_graceful_shutdown(async move { stopped.cancelled().await })
                .await
        });
        let server = Self {
            address,
            instance,
            pools,
            serving,
            stop_listening,
            stop_pools,
            tasks,
            shutdown_timeout: config.shutdown_timeout,
        };
        if let Err(error) = port::confirm(address, &server.instance).await {
            server.stop_now().await;
            return Err(error.into());
        }
        Ok(server)
    }

    /// Which of the languages can be executed.
    pub fn able(&self) -> Able {
        self.pools.able()
    }

    /// One line per language about what it found, for the log and the terminal.
    pub fn describe(&self) -> Vec<String> {
        self.pools.describe()
    }

    /// Calls `on_warm` once every language has a warm runner, or has failed to make one. Serves until `asked` says to stop; then refuses new work, lets running work finish within
    /// the shutdown timeout, and removes all runners.
    pub async fn run(
        mut self,
        asked: impl Future<Output = &'static str>,
        on_warm: impl FnOnce(&Self),
    ) -> Result<(), ServerError> {
        tokio::pin!(asked);
        let pools = self.pools.clone();
        let early = tokio::select! {
            stopped = until_stopped(&mut asked, &mut self.serving) => Some(stopped),
            () = pools.settled() => None,
        };
        let stopped = match early {
            Some(stopped) => stopped,
            None => {
                on_warm(&self);
                until_stopped(&mut asked, &mut self.serving).await
            }
        };
        let reason = match stopped {
            Ok(reason) => reason,
            Err(error) => {
                self.stop_now().await;
                return Err(ServerError::Ended(error));
            }
        };
        tracing::info!(
            reason,
            "stopping: new requests are refused, running ones finish"
        );
        self.pools.refuse_new();
        self.stop_listening.cancel();
        if timeout(self.shutdown_timeout, self.pools.finished())
            .await
            .is_err()
        {
            tracing::warn!("runs are still going on after the shutdown timeout: cancelling them");
            self.pools.cancel_all();
            let _ = timeout(EMPTY_DEADLINE, self.pools.finished()).await;
        }
        // The answers still have to be written.
        let _ = timeout(Duration::from_secs(2), &mut self.serving).await;
        self.stop_now().await;
        tracing::info!("stopped: all runners are gone");
        Ok(())
    }

    async fn stop_now(&self) {
        self.stop_listening.cancel();
        self.stop_pools.cancel();
        self.tasks.close();
        if timeout(EMPTY_DEADLINE, self.tasks.wait()).await.is_err() {
            tracing::warn!("some runners were not seen to end; they end with this process");
        }
    }
}

/// How long a request may rightly take: waiting for another's compile stage; then in the queue,
/// both stages at their ceilings with the grace of each, and once more where a runner was at fault.
fn longest_answer(config: &Config) -> Duration {
    let ceilings = &config.limits.ceilings;
    let stages = ceilings
        .run
        .wall_ms
        .saturating_add(ceilings.compile_wall_ms);
    let grace = Duration::from_secs(60);
    let queue = config.pool.queue_timeout;
    let anothers = queue + Duration::from_millis(ceilings.compile_wall_ms);
    anothers + (queue + Duration::from_millis(stages) + grace).saturating_mul(2)
}

/// Waits for the wish to stop, or for the end of the listener, which nobody wished for.
async fn until_stopped(
    asked: impl Future<Output = &'static str>,
    serving: &mut tokio::task::JoinHandle<std::io::Result<()>>,
) -> Result<&'static str, std::io::Error> {
    tokio::select! {
        reason = asked => Ok(reason),
        ended = serving => Err(match ended {
            Ok(Ok(())) => std::io::Error::other("the listener closed"),
            Ok(Err(error)) => error,
            Err(panicked) => std::io::Error::other(panicked),
        }),
    }
}
