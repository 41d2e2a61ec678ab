//! A runner's states, each a type: `Starting → Idle → Claimed → Used → Idle`, and out of every
//! one of them to the end.

use super::stage::{self, StageError, StageResult};
use super::stats::{Counted, Retired};
use super::{MadeFrom, Pool, Shared};
use crate::engine::{Connection, Engine, EngineError, LinkError, Source};
use crate::follow::Follow;
use crate::language::Language;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use warmbox_protocol::{
    BUILD_ID, FromRunner, Hello, LogLevel, OUT_OF_MEMORY, PROTOCOL_VERSION, RunSpec, ToRunner,
};

/// From start to ready: outer wall, version command, first sandbox.
const HELLO_DEADLINE: Duration = Duration::from_secs(30);
/// An idle supervisor answers a ping within microseconds; on a machine that is busy beyond
/// measure it may take longer.
const PING_DEADLINE: Duration = Duration::from_secs(5);
/// From the end of a run to the next sandbox.
const RECYCLE_DEADLINE: Duration = Duration::from_secs(10);

/// Why a runner never became ready.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{0}")]
    Lack(String),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error("a new runner said nothing within {} s{}", HELLO_DEADLINE.as_secs(), words(.0))]
    Silent(Option<String>),
    #[error("a new runner ended before it was ready: {link}{}", words(.said))]
    Ended {
        link: LinkError,
        said: Option<String>,
    },
    #[error(
        "the supervisor is of build {theirs}, this server of build {BUILD_ID}; build both \
         together with `{mend}`"
    )]
    OtherBuild { theirs: String, mend: &'static str },
    #[error("a new runner sent {0} instead of its hello")]
    Unexpected(&'static str),
}

fn words(said: &Option<String>) -> String {
    said.as_ref()
        .map_or(String::new(), |text| format!("; it said: {text}"))
}

/// What every state holds. The slot is given back when the runner is gone.
struct Core {
    pool: Arc<Shared>,
    connection: Connection,
    hello: Hello,
    born: Instant,
    uses: u32,
    slot: OwnedSemaphorePermit,
}

/// Ready for a claim.
pub(super) struct Idle {
    core: Core,
    pub(super) since: Instant,
}

/// Belongs to one request, and counts as busy.
pub struct Claimed {
    core: Core,
    _busy: Counted,
}

/// Has had a run; the next sandbox is being prepared.
pub struct Used(Core);

impl Idle {
    /// Starts a runner and waits until it is ready.
    pub(super) async fn start(pool: &Pool, slot: OwnedSemaphorePermit) -> Result<Self, StartError> {
        let shared = pool.0.clone();
        let (connection, hello) = start_and_greet(&*shared.engine, &shared.language).await?;
        tracing::debug!(
            language = shared.language.name,
            runner = connection.life.name(),
            toolchain = hello.toolchain,
            "runner ready"
        );
        let now = Instant::now();
        let core = Core {
            pool: shared,
            connection,
            hello,
            born: now,
            uses: 0,
            slot,
        };
        Ok(Self { core, since: now })
    }

    pub(super) fn hello(&self) -> &Hello {
        &self.core.hello
    }

    /// Whether the runner has ended by itself. One that speaks unasked counts as ended too.
    pub(super) async fn ended(&mut self) -> bool {
        self.core.connection.link.ended().await
    }

    pub(super) fn claim(self) -> Claimed {
        Claimed {
            _busy: self.core.pool.stats.busy_guard(),
            core: self.core,
        }
    }

    /// Asks whether it lives, and waits for the answer.
    pub(super) async fn answers(&mut self) -> bool {
        let link = &mut self.core.connection.link;
        let asked = async {
            let nonce = Uuid::new_v4().as_u128() as u64;
            link.send(&ToRunner::Ping { nonce }).await?;
            Ok::<_, LinkError>(link.receive().await? == FromRunner::Pong { nonce })
        };
        matches!(timeout(PING_DEADLINE, asked).await, Ok(Ok(true)))
    }

    /// Whether it has had a run before.
    pub(super) fn used_before(&self) -> bool {
        self.core.uses > 0
    }

    pub(super) fn source(&self) -> &Source {
        &self.core.connection.source
    }

    pub(super) fn age(&self) -> Duration {
        self.core.born.elapsed()
    }

    pub(super) fn retire(self, why: Retired) {
        self.core.retire(why);
    }
}

impl Claimed {
    /// Runs one stage. A runner that did anything unexpected is gone afterwards.
    pub async fn run(
        mut self,
        spec: RunSpec,
        cancel: &CancellationToken,
        follow: Option<&mut Follow>,
    ) -> (Option<Used>, Result<StageResult, StageError>) {
        self.core.uses += 1;
        let made_from = self.core.made_from();
        let link = &mut self.core.connection.link;
        let result = stage::drive(link, made_from, spec, cancel, follow).await;
        match &result {
            Ok(_) => (Some(Used(self.core)), result),
            Err(error) => {
                tracing::warn!(
                    language = self.core.pool.language.name,
                    runner = self.core.connection.life.name(),
                    %error,
                    "runner failed"
                );
                self.core.retire(error.retired());
                (None, result)
            }
        }
    }
}

impl Used {
    /// Makes the runner ready again, off the request's path.
    pub fn recycle(self) {
        let mut core = self.0;
        let pool = core.pool.clone();
        let recycling = pool.stats.recycling_guard();
        pool.tasks.clone().spawn(async move {
            let why = match core.must_go() {
                Some(why) => why,
                None => match timeout(RECYCLE_DEADLINE, await_ready(&mut core.connection)).await {
                    Ok(Ok(())) => {
                        drop(recycling);
                        return core.back_to_pool();
                    }
                    Ok(Err(_)) | Err(_) => Retired::Unexpected,
                },
            };
            drop(recycling);
            core.retire(why);
        });
    }
}

impl Pool {
    /// Makes a runner ready for a claim.
    pub(super) fn put_back(&self, idle: Idle) {
        if self.0.stop.is_cancelled() {
            return idle.retire(Retired::Shutdown);
        }
        // The pool refuses only when it was closed: there are never more runners than slots.
        if let Err((idle, _)) = self.0.ready.try_add(idle) {
            idle.retire(Retired::Shutdown);
        }
    }
}

impl Core {
    fn made_from(&self) -> MadeFrom {
        MadeFrom {
            source: self.connection.source.clone(),
            version: self.hello.toolchain.clone(),
        }
    }

    fn must_go(&self) -> Option<Retired> {
        let settings = &self.pool.settings;
        if self.pool.stop.is_cancelled() {
            Some(Retired::Shutdown)
        } else if !self.hello.abilities.fresh_sandbox {
            Some(Retired::SingleUse)
        } else if self.uses >= settings.max_uses {
            Some(Retired::Uses)
        } else if self.born.elapsed() >= settings.max_age {
            Some(Retired::Age)
        } else if self.pool.is_outdated(&self.connection.source) {
            // Here as well as where idle runners are looked after: one that is always in use is
            // never seen there.
            Some(Retired::Replaced)
        } else {
            None
        }
    }

    fn back_to_pool(self) {
        let pool = Pool(self.pool.clone());
        pool.put_back(Idle {
            core: self,
            since: Instant::now(),
        });
        pool.0.wake.notify_one();
    }

    /// Ends the runner in the background; its slot is free once nothing of it is left.
    fn retire(self, why: Retired) {
        let pool = self.pool;
        pool.stats.retired(why);
        tracing::debug!(
            language = pool.language.name,
            runner = self.connection.life.name(),
            ?why,
            "runner retired"
        );
        let (connection, slot) = (self.connection, self.slot);
        pool.tasks.clone().spawn(async move {
            let name = connection.life.name();
            let said = connection.end().await;
            if let Some(said) = said.filter(|said| said.contains(OUT_OF_MEMORY)) {
                pool.stats.out_of_memory();
                let language = &pool.language.name;
                tracing::error!(language, runner = name, said, "a runner was out of memory");
            }
            drop(slot);
            pool.wake.notify_one();
        });
    }
}

/// Starts one runner, hears what it says of itself, and ends it: for the doctor.
pub async fn probe(engine: &dyn Engine, language: &Arc<Language>) -> Result<Hello, StartError> {
    let (connection, hello) = start_and_greet(engine, language).await?;
    connection.end().await;
    Ok(hello)
}

async fn start_and_greet(
    engine: &dyn Engine,
    language: &Arc<Language>,
) -> Result<(Connection, Hello), StartError> {
    if let Some(lack) = engine.lack(language).await {
        return Err(StartError::Lack(lack));
    }
    let mut connection = engine.start(language).await?;
    let greeted = match timeout(HELLO_DEADLINE, greet(&mut connection, engine.rebuild())).await {
        Ok(greeted) => greeted,
        Err(_) => Err(StartError::Silent(connection.life.last_words())),
    };
    match greeted {
        Ok(hello) => Ok((connection, hello)),
        Err(error) => {
            connection.end().await;
            Err(error)
        }
    }
}

/// Reads a new runner's hello and waits for its first sandbox.
async fn greet(connection: &mut Connection, rebuild: &'static str) -> Result<Hello, StartError> {
    let said = match next(connection).await? {
        FromRunner::Hello(hello) => hello,
        FromRunner::Log { text, .. } => {
            return Err(StartError::Ended {
                link: LinkError::Ended,
                said: Some(text),
            });
        }
        other => return Err(StartError::Unexpected(stage::name(&other))),
    };
    if said.protocol != PROTOCOL_VERSION || said.build != BUILD_ID {
        return Err(StartError::OtherBuild {
            theirs: said.build,
            mend: rebuild,
        });
    }
    match next(connection).await? {
        FromRunner::Ready => Ok(said),
        other => Err(StartError::Unexpected(stage::name(&other))),
    }
}

async fn next(connection: &mut Connection) -> Result<FromRunner, StartError> {
    let link = match connection.link.receive().await {
        Ok(message) => return Ok(message),
        Err(link) => link,
    };
    // Its stderr may still be on the way.
    tokio::time::sleep(Duration::from_millis(50)).await;
    let said = connection.life.last_words();
    Err(StartError::Ended { link, said })
}

/// Waits for the next sandbox of a runner.
async fn await_ready(connection: &mut Connection) -> Result<(), LinkError> {
    loop {
        match connection.link.receive().await? {
            FromRunner::Ready => return Ok(()),
            FromRunner::Log {
                level: LogLevel::Error,
                text,
                ..
            } => tracing::warn!(text, "a supervisor gave up"),
            _ => {}
        }
    }
}
