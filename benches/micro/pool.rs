//! The pool, over an engine whose runners are tasks that answer at once: what is left is the cost
//! of claiming, of the link, and of giving back.

use super::codec::spec;
use criterion::{Criterion, Throughput};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use warmbox::config::PoolSettings;
use warmbox::engine::{Connection, Engine, EngineError, Life, Link, Making, Source};
use warmbox::language::{self, Language};
use warmbox::pool::{Asker, Pool};
use warmbox::tasks::Tasks as Background;
use warmbox_protocol::frame::{CHUNK_BYTES, Decoder, MAX_TO_RUNNER, encode};
use warmbox_protocol::{
    Abilities, BUILD_ID, End, FromRunner, Hello, Identity, MemoryCeiling, Outcome,
    PROTOCOL_VERSION, Stream, ToRunner, Usage,
};

const RUNNERS: usize = 2;
const CLIENTS: usize = 16;

/// From claim to claim.
pub(crate) fn cycle(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let background = Background::default();
    let pool = runtime.block_on(pool(&background));
    let mut group = criterion.benchmark_group("claim, run, give back");
    group.bench_function("one client", |bencher| {
        bencher.iter(|| runtime.block_on(once(&pool)));
    });
    group.throughput(Throughput::Elements(CLIENTS as u64));
    group.bench_function("16 clients for 2 runners", |bencher| {
        bencher.iter(|| {
            runtime.block_on(async {
                let clients: Vec<_> = (0..CLIENTS)
                    .map(|_| {
                        let pool = pool.clone();
                        tokio::spawn(async move { once(&pool).await })
                    })
                    .collect();
                for client in clients {
                    client.await.expect("a client");
                }
            });
        });
    });
    group.finish();
    background.stop().cancel();
}

async fn once(pool: &Pool) {
    let cancel = CancellationToken::new();
    let asker = Asker {
        who: "",
        cancel: &cancel,
        queued: None,
    };
    let claim = pool.claim(asker).await.expect("a runner");
    let (used, result) = claim
        .runner
        .run(spec(b"print(1)".to_vec()), &cancel, None)
        .await;
    result.expect("a result");
    used.expect("a runner that lives").recycle();
}

async fn pool(tasks: &Background) -> Pool {
    let python = language::load(None, &["python".to_owned()]).expect("the built-in languages");
    let settings = PoolSettings {
        min_idle: RUNNERS,
        max: RUNNERS,
        max_uses: u32::MAX,
        queue: CLIENTS,
        queue_timeout: Duration::from_secs(10),
        idle_timeout: Duration::from_secs(3600),
        max_age: Duration::from_secs(3600),
    };
    let python = python.first().expect("python").clone();
    let pool = Pool::start(python, Arc::new(Tasks), settings, tasks);
    while !pool.settled() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    pool
}

/// Makes runners that are tasks of this process.
struct Tasks;

impl Engine for Tasks {
    fn name(&self) -> &'static str {
        "tasks"
    }

    fn start<'a>(
        &'a self,
        language: &'a Arc<Language>,
    ) -> Making<'a, Result<Connection, EngineError>> {
        Box::pin(async {
            let (ours, theirs) = duplex(CHUNK_BYTES);
            tokio::spawn(supervisor(theirs, language.name.clone()));
            let (reader, writer) = tokio::io::split(ours);
            Ok(Connection {
                link: Link::new(reader, writer),
                life: Box::new(Task),
                source: source(),
            })
        })
    }

    fn lack<'a>(&'a self, _language: &'a Arc<Language>) -> Making<'a, Option<String>> {
        Box::pin(std::future::ready(None))
    }

    fn source<'a>(
        &'a self,
        _language: &'a Arc<Language>,
    ) -> Making<'a, Result<Source, EngineError>> {
        Box::pin(async { Ok(source()) })
    }

    fn toolchain<'a>(
        &'a self,
        _language: &'a Arc<Language>,
        _source: &'a Source,
    ) -> Making<'a, Option<String>> {
        Box::pin(async { None })
    }

    fn check(&self) -> Making<'_, Result<(), EngineError>> {
        Box::pin(async { Ok(()) })
    }

    fn sweep(&self) -> Making<'_, Result<usize, EngineError>> {
        Box::pin(async { Ok(0) })
    }

    fn doing(&self, _language: &str) -> Option<String> {
        None
    }

    fn rebuild(&self) -> &'static str {
        "make build"
    }
}

fn source() -> Source {
    Source {
        name: "nothing".to_owned(),
        id: String::new(),
    }
}

struct Task;

impl Life for Task {
    fn name(&self) -> String {
        "task".to_owned()
    }

    fn end(self: Box<Self>) -> Making<'static, Option<String>> {
        Box::pin(async { None })
    }

    fn last_words(&self) -> Option<String> {
        None
    }
}

/// Speaks as a supervisor does, and runs nothing.
async fn supervisor(mut link: DuplexStream, language: String) {
    let mut decoder = Decoder::new(MAX_TO_RUNNER);
    let mut buffer = vec![0; CHUNK_BYTES];
    let hello = FromRunner::Hello(hello(language));
    say(&mut link, &[hello, FromRunner::Ready]).await;
    while let Ok(got @ 1..) = link.read(&mut buffer).await {
        decoder.push(&buffer[..got]);
        while let Some(message) = decoder.take().expect("a message") {
            match message {
                ToRunner::Run(spec) => {
                    let run = spec.run;
                    let bytes = b"1\n".to_vec();
                    let (seq, stream) = (0, Stream::Stdout);
                    let output = FromRunner::Output {
                        run,
                        seq,
                        stream,
                        bytes,
                    };
                    let outcome = outcome();
                    say(&mut link, &[FromRunner::Started { run }, output]).await;
                    let finished = FromRunner::Finished { run, outcome };
                    say(&mut link, &[finished, FromRunner::Ready]).await;
                }
                ToRunner::Ping { nonce } => say(&mut link, &[FromRunner::Pong { nonce }]).await,
                _ => {}
            }
        }
    }
}

async fn say(link: &mut DuplexStream, messages: &[FromRunner]) {
    let mut wire = Vec::new();
    for message in messages {
        encode(message, &mut wire).expect("it encodes");
    }
    // The pool may be gone: then nobody listens.
    let _ = link.write_all(&wire).await;
}

fn hello(language: String) -> Hello {
    Hello {
        protocol: PROTOCOL_VERSION,
        build: BUILD_ID.to_owned(),
        language,
        toolchain: "none".to_owned(),
        abilities: Abilities {
            fresh_sandbox: true,
            identity: Identity::Unique,
            memory_ceiling: MemoryCeiling::Measured,
            terminal: true,
        },
        prepared: String::new(),
    }
}

fn outcome() -> Outcome {
    Outcome {
        end: End::Exited(0),
        limit: None,
        usage: Usage::default(),
        stdout_bytes: 2,
        stderr_bytes: 0,
        stdout_omitted: 0,
        stderr_omitted: 0,
        files_omitted: 0,
        outputs_omitted: 0,
    }
}
