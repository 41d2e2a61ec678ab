//! The server as a whole: builds engine, pools and interface, owns the order in which they
//! start and stop.

mod engine;
mod figures;
mod front;
mod guards;
mod health;
mod heartbeat;
mod last_life;
mod life;
mod live;
mod own_cgroup;
mod places;
mod reload;
mod report;
mod service;
mod stop;
mod systemd;
mod watchdog;

use crate::access::{Access, AccessError};
use crate::api::{self, ApiState, VERSION, Work};
use crate::blobs::Blobs;
use crate::cache::Cache;
use crate::config::Config;
use crate::engine::Counted;
use crate::engine::docker::Place;
use crate::jobs::{Jobs, WebhookError, Webhooks};
use crate::judge::Cores;
use crate::language::{self, LanguageError};
use crate::logging::Log;
use crate::metrics::Metrics;
use crate::pool::Pool;
use crate::port::{self, PortError};
use crate::run::{Identity, Means};
use crate::tasks::Tasks;
pub use engine::engine_of_command;
use engine::{engine, owner};
pub use front::TlsError;
use front::{Front, Listening, Tls};
use guards::Guards;
use health::Board;
use last_life::Notes;
use life::Life;
pub use life::ServiceState;
use live::Live;
pub use report::isolation;
pub use service::Able;
use service::{Parts, Pools};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
pub use stop::{Asked, Stopped};
use tokio::sync::mpsc;
use tokio::time::sleep;
use uuid::Uuid;
use watchdog::Watchdog;

/// From one look at whether anything can be executed to the next, at the start.
const LOOK: Duration = Duration::from_millis(50);
/// For a server that did not start to take back what it began.
const EMPTY_DEADLINE: Duration = Duration::from_secs(10);
/// Wishes to stop that nobody has heard yet.
const WISHES: usize = 8;

/// Why the server did not start.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    #[error(transparent)]
    Port(Box<PortError>),
    #[error(transparent)]
    Language(#[from] LanguageError),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error(
        "nothing can be executed {} s after the start: {why}; mend it, or wait longer with --start-timeout",
        .after.as_secs()
    )]
    Nothing { after: Duration, why: String },
    #[error(transparent)]
    Access(#[from] AccessError),
    #[error(transparent)]
    Webhook(#[from] WebhookError),
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
    /// `http` or `https`.
    pub scheme: &'static str,
    pools: Arc<Pools>,
    front: Front,
    tasks: Tasks,
    life: Arc<Life>,
    live: Arc<Live>,
    tls: Option<Tls>,
    access: Access,
    log: Log,
    watchdog: Watchdog,
    notes: Notes,
    jobs: Jobs,
    start_timeout: Duration,
    /// Wishes to stop, from wherever they come.
    wishes: mpsc::Receiver<Asked>,
    wish: mpsc::Sender<Asked>,
}

impl Server {
    /// Takes the port, proves that it is really ours, and starts filling the pools.
    pub async fn start(config: &Config, log: Log) -> Result<Self, ServerError> {
        let life = Arc::new(Life::begin());
        let languages = language::load(config.languages_dir.as_deref(), &config.languages)?;
        let tls = config.net.tls.as_ref().map(Tls::load).transpose()?;
        let access = Access::load(&config.access)?;
        for warning in access.warnings() {
            tracing::warn!("{warning}");
        }
        let metrics = Arc::new(Metrics::default());
        let webhooks = Webhooks::load(&config.webhooks, metrics.clone())?;
        let instance = Uuid::now_v7().to_string();
        let listening = Listening::start(config.host, config.port).await?;
        let address = listening.address().map_err(ServerError::Ended)?;

        // The port is ours alone, and so is the name that is made from it.
        let place = Place {
            owner: owner(config, address),
            instance: instance.clone(),
        };
        let (notes, last_was_out_of_memory) = last_life::begin(config, &place);
        let placed = places::resolve(config, &place.owner);
        let names = languages.iter().map(|language| language.name.clone());
        let jobs = Jobs::new(placed.jobs.clone(), names);
        let blobs = Blobs::open(&placed.blobs, jobs.clone()).await;
        let tasks = Tasks::default();
        let engine = engine(config, &languages, place, tasks.tracker().clone()).await;
        let engine = Arc::new(Counted::new(engine, metrics.clone()));
        let cache = Cache::start(&config.cache, tasks.tracker().clone()).await;
        let watch = engine::Watch::default();
        let (watching, watched, stop) = (watch.clone(), engine.clone(), tasks.stop().clone());
        tasks.keep("engine", move || {
            watching.clone().keep(watched.clone(), stop.clone())
        });
        let pools = languages
            .into_iter()
            .map(|language| Pool::start(language, engine.clone(), config.pool.clone(), &tasks))
            .collect();

        let (live, board) = (Arc::new(Live::new(config)), Arc::new(Board::default()));
        let guards = Guards::new(live.clone(), written(&placed));
        let (wish, wishes) = mpsc::channel(WISHES);
        let pools = Arc::new(Pools::new(Parts {
            engine: engine.clone(),
            watch,
            means: Means {
                pools,
                cache,
                identity: Identity {
                    instance: instance.clone(),
                    version: VERSION,
                },
                cores: Cores::of_machine(),
                pairs: Arc::default(),
                judges_limits: config.limits.defaults,
            },
            jobs: jobs.clone(),
            blobs: blobs.clone(),
            life: life.clone(),
            live: live.clone(),
            guards: guards.clone(),
            board: board.clone(),
            tasks: tasks.clone(),
            log: log.clone(),
            watchdog: Watchdog::start(),
            metrics: metrics.clone(),
            wish: wish.clone(),
            last_was_out_of_memory,
            handed_over: listening.is_inherited(),
        }));
        let (guarding, noted) = (guards, board);
        tasks.keep_endless("guards", move || guarding.clone().watch(noted.clone()));

        let state = ApiState::new(
            pools.clone(),
            instance.clone(),
            metrics.clone(),
            config,
            access.clone(),
        );
        let state = Arc::new(state.with(jobs.clone(), webhooks.clone(), blobs));
        jobs.live(Arc::new(Work(state.clone())), webhooks, &tasks);
        let front = Front::new(
            listening,
            api::router(state.clone()),
            api::told_of_tls(state),
            tls.clone(),
            config.net.clone(),
            longest_answer(config),
        );
        let accepting = front.clone();
        tasks.keep_endless("accept", move || accepting.clone().accept());
        figures::offer(&metrics, pools.clone(), engine, front.clone());
        let server = Self {
            address,
            instance,
            scheme: if tls.is_some() { "https" } else { "http" },
            watchdog: pools.watchdog().clone(),
            pools,
            front,
            tasks,
            life,
            live,
            tls,
            access,
            log,
            notes,
            jobs,
            start_timeout: config.start_timeout,
            wishes,
            wish,
        };
        // A socket that was handed over is shared on purpose: another server may answer on it.
        if !server.front.is_inherited()
            && let Err(error) = port::confirm(address, &server.instance).await
        {
            server.give_up("its address is not its own").await;
            return Err(error.into());
        }
        server.beat(config.heartbeat);
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

    /// For whoever may wish that the server stops.
    pub fn wish(&self) -> mpsc::Sender<Asked> {
        self.wish.clone()
    }

    /// Calls `on_warm` once every language has a warm runner, or has failed to make one. Serves
    /// until somebody wishes it to stop; then refuses new work, lets running work finish within
    /// the shutdown timeout, and removes all runners.
    ///
    /// # Errors
    /// Nothing could be executed by the start timeout.
    pub async fn run(mut self, on_warm: impl FnOnce(&Self)) -> Result<Stopped, ServerError> {
        let (_sender, closed) = mpsc::channel(1);
        let mut wishes = std::mem::replace(&mut self.wishes, closed);
        let early = tokio::select! {
            Some(asked) = wishes.recv() => Some(asked),
            started = self.warm(on_warm) => match started {
                Ok(()) => None,
                Err(error) => {
                    self.give_up(&error.to_string()).await;
                    return Err(error);
                }
            },
        };
        let asked = match early {
            Some(asked) => asked,
            // Never closed: this server holds a sender itself.
            None => wishes.recv().await.unwrap_or_else(|| Asked::by("nobody")),
        };
        let stopped = stop::stop(&self, asked, &mut wishes).await;
        self.end("stopped in order");
        Ok(stopped)
    }

    /// From `Starting` to `Running`.
    async fn warm(&self, on_warm: impl FnOnce(&Self)) -> Result<(), ServerError> {
        self.pools.settled().await;
        on_warm(self);
        while self.able() == Able::Nothing {
            let late = !self.start_timeout.is_zero() && self.life.uptime() >= self.start_timeout;
            // To pull an image, or to make one, takes as long as it takes.
            if late && !self.pools.is_at_something() {
                return Err(ServerError::Nothing {
                    after: self.start_timeout,
                    why: self.describe().join("; "),
                });
            }
            sleep(LOOK).await;
        }
        self.life
            .enter(ServiceState::Running, "the first runners are warm");
        systemd::ready(&format!("serves at {}://{}", self.scheme, self.address));
        Ok(())
    }

    /// Takes back what was begun, without a drain.
    async fn give_up(&self, why: &str) {
        self.life.enter(ServiceState::Stopping, why);
        self.pools.refuse_new();
        self.jobs.stop();
        self.jobs.close().await;
        let (_, gone) = tokio::join!(self.front.end(LOOK), self.tasks.end(EMPTY_DEADLINE));
        if !gone {
            tracing::warn!("some runners were not seen to end; they end with this process");
        }
        self.life.enter(ServiceState::Stopped, why);
        self.end(why);
    }

    fn end(&self, how: &str) {
        self.watchdog.end();
        self.notes.end(how, self.life.uptime());
    }
}

/// Folders that the server writes to.
fn written(config: &Config) -> Vec<PathBuf> {
    // Not that of the id locks: they are empty files, and it is often on a small disk of its own.
    let folders = [
        config.cache.folder.clone(),
        config.state_dir.clone(),
        config.jobs.folder.clone(),
        config.blobs.folder.clone(),
    ];
    folders.into_iter().flatten().collect()
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
