//! The runners of one language: how many there are, who may have one, and when one is thrown
//! away.
//!
//! States are types ([`runner`]): only an `Idle` runner can be claimed, only a `Claimed` one
//! can run. Creation has one owner, the task in [`refill`], which is woken by every claim;
//! nothing is created on a tick. The task in [`upkeep`] looks after those that are idle. A runner that does anything unexpected is retired, never
//! repaired.

mod claim;
mod refill;
mod runner;
mod stage;
mod stats;
mod turns;
mod upkeep;

pub use claim::{Asker, Claim, ClaimError};
pub use runner::{Claimed, StartError, Used, probe};
pub use stage::{StageError, StageResult};
pub use stats::{Retired, Snapshot};

use crate::config::PoolSettings;
use crate::engine::{Engine, Source};
use crate::language::Language;
use crate::tasks::Tasks;
use deadpool::Runtime;
use deadpool::unmanaged;
use runner::Idle;
use stats::Stats;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use turns::Turns;

/// What a runner is made from, and what its toolchain says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MadeFrom {
    pub source: Source,
    /// The first line of its version.
    pub version: String,
}

/// The pool of one language. Cheap to clone; all clones are one pool.
#[derive(Clone)]
pub struct Pool(Arc<Shared>);

struct Shared {
    language: Arc<Language>,
    engine: Arc<dyn Engine>,
    settings: PoolSettings,
    /// Runners that wait for a claim.
    ready: unmanaged::Pool<Idle>,
    /// A permit for every runner alive, held by the runner itself.
    slots: Arc<Semaphore>,
    /// Who waits, and who is next.
    turns: Turns,
    wake: Notify,
    /// Tells those who wait that a runner could not be made.
    failed: Notify,
    stats: Stats,
    /// What runners would be made from now, as it was when the engine was last asked.
    current: Mutex<Option<Source>>,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Pool {
    /// Makes a pool and starts filling it. It empties itself when `tasks` are to end, and they have
    /// ended when all its runners are gone.
    pub fn start(
        language: Arc<Language>,
        engine: Arc<dyn Engine>,
        settings: PoolSettings,
        tasks: &Tasks,
    ) -> Self {
        let config = unmanaged::PoolConfig {
            max_size: settings.max,
            timeout: None,
            runtime: Some(Runtime::Tokio1),
        };
        let pool = Self(Arc::new(Shared {
            language,
            engine,
            ready: unmanaged::Pool::from_config(&config),
            slots: Arc::new(Semaphore::new(settings.max)),
            turns: Turns::new(settings.queue),
            wake: Notify::new(),
            failed: Notify::new(),
            stats: Stats::default(),
            current: Mutex::default(),
            tasks: tasks.tracker().clone(),
            stop: tasks.stop().clone(),
            settings,
        }));
        let (name, filled, well) = (&pool.0.language.name, pool.clone(), pool.clone());
        tasks.keep(format!("refill {name}"), move || {
            refill::keep_filled(filled.clone())
        });
        tasks.keep(format!("upkeep {name}"), move || {
            upkeep::keep_well(well.clone())
        });
        pool
    }

    pub fn language(&self) -> &Arc<Language> {
        &self.0.language
    }

    pub fn engine(&self) -> &Arc<dyn Engine> {
        &self.0.engine
    }

    pub fn settings(&self) -> &PoolSettings {
        &self.0.settings
    }

    /// What its runners are made from now; `None` before the first.
    pub fn made_from(&self) -> Option<MadeFrom> {
        let source = self.0.current().clone()?;
        let version = self.0.stats.toolchain()?;
        Some(MadeFrom { source, version })
    }

    /// Whether its runners can give a run a terminal.
    pub fn has_terminals(&self) -> bool {
        self.0.stats.has_terminals()
    }

    /// Why its language is left out: nobody asked for it, and what it needs is not there and has not
    /// been since the start.
    pub fn left_out(&self) -> Option<String> {
        self.0.stats.why_left_out()
    }

    /// As many runners work as are kept ready, or it is unable to make them. That they are idle is
    /// not asked: a server whose socket was there before it has requests from its first moment.
    pub fn settled(&self) -> bool {
        let stats = &self.0.stats;
        let unable = stats.last_error().or(stats.why_left_out());
        self.working() >= self.0.settings.min_idle || unable.is_some()
    }

    /// A runner that said Hello is alive now; or none is wanted before the first request, and
    /// nothing speaks against making one then.
    pub fn able(&self) -> bool {
        let stats = &self.0.stats;
        let unable = stats.last_error().or(stats.why_left_out());
        let on_demand = self.0.settings.min_idle == 0 && unable.is_none();
        on_demand || self.working() > 0
    }

    /// Runners that are ready, or will be by themselves.
    pub fn working(&self) -> usize {
        let stats = &self.0.stats;
        self.idle() + stats.examined() + stats.busy() + stats.recycling()
    }

    /// Runners alive, in whatever state.
    fn alive(&self) -> usize {
        self.0.settings.max - self.0.slots.available_permits()
    }

    fn idle(&self) -> usize {
        self.0.ready.status().size
    }
}

impl Shared {
    /// Whether runners are made from something else now.
    fn is_outdated(&self, source: &Source) -> bool {
        let current = self.current();
        current.as_ref().is_some_and(|now| now.id != source.id)
    }

    fn current(&self) -> MutexGuard<'_, Option<Source>> {
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
