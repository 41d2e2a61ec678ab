//! A service that executes nothing and keeps what it was asked, and the rules of a checked request.

use axum::Router;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;
use warmbox::access::Access;
use warmbox::api::{
    Answering, ApiState, Health, MemoryReport, PartState, PoolStats, Readiness, Service,
    ServiceError,
};
use warmbox::config::{Config, LimitTable, Settings};
use warmbox::follow::Follow;
use warmbox::language::Language;
use warmbox::run::answer::Answer;
use warmbox::run::request::RunRequest;
use warmbox_protocol::Limits;

/// The status of what was accepted: no body leads to it.
pub(super) const ACCEPTED: u16 = 503;

/// Small, so that inputs reach them.
const BODY_BYTES: usize = 4000;
const SOURCE_BYTES: usize = 1 << 10;
const STDIN_BYTES: usize = 512;

/// The interface, and what came through it.
pub(super) struct Bench {
    pub(super) router: Router,
    pub(super) runtime: Runtime,
    pub(super) asked: Arc<Mutex<Option<RunRequest>>>,
}

struct Keeper {
    languages: Vec<Arc<Language>>,
    asked: Arc<Mutex<Option<RunRequest>>>,
}

impl Bench {
    pub(super) fn new() -> Self {
        // an empty file, lest a warmbox.toml that lies about is read
        let settings = Settings {
            config: Some("/dev/null".into()),
            ..Settings::default()
        };
        let config = Config {
            body_bytes: BODY_BYTES,
            source_bytes: SOURCE_BYTES,
            stdin_bytes: STDIN_BYTES,
            ..Config::load(&settings).unwrap()
        };
        let asked = Arc::default();
        let keeper = Keeper {
            languages: warmbox::language::load(None, &[]).unwrap(),
            asked: Arc::clone(&asked),
        };
        let (keeper, metrics) = (Arc::new(keeper), Arc::default());
        let state = ApiState::new(keeper, "fuzz".to_owned(), metrics, &config, Access::open());
        Self {
            router: warmbox::api::router(Arc::new(state)),
            runtime: tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .build()
                .unwrap(),
            asked,
        }
    }
}

impl Service for Keeper {
    fn languages(&self) -> Vec<Arc<Language>> {
        self.languages.clone()
    }

    fn execute(
        &self,
        request: RunRequest,
        _cancel: CancellationToken,
        _follow: Option<Follow>,
    ) -> Answering<'_, Result<Answer, ServiceError>> {
        *self.asked.lock().unwrap() = Some(request);
        Box::pin(async {
            Err(ServiceError::Unavailable {
                reason: "nothing is executed here".to_owned(),
                retry_after: Duration::ZERO,
            })
        })
    }

    fn refusal(&self) -> Option<ServiceError> {
        None
    }

    fn is_stopping(&self) -> bool {
        false
    }

    fn stop(&self, _by: String, _grace: Option<Duration>) -> bool {
        false
    }

    fn memory(&self) -> MemoryReport {
        MemoryReport::default()
    }

    fn pool_stats(&self) -> PoolStats {
        PoolStats::default()
    }

    fn health(&self) -> Health {
        Health {
            status: PartState::Ok,
            service_state: "running",
            uptime_s: 0,
            parts: Vec::new(),
        }
    }

    fn readiness(&self) -> Readiness {
        Readiness {
            ready: true,
            service_state: "running",
            languages: Vec::new(),
        }
    }
}

/// Every rule that the rest of the server relies on, by other means than the checks'.
pub(super) fn check(request: &RunRequest, media_type: &str, body: &[u8]) {
    assert!(body.len() <= BODY_BYTES);
    let language = &request.language;
    assert!((1..=256).contains(&request.files.len()));
    let size: usize = request.files.iter().map(|file| file.bytes.len()).sum();
    assert!(size <= SOURCE_BYTES, "{size} bytes of source");
    let main = &request.files[0];
    assert!(!main.bytes.trim_ascii().is_empty(), "nothing to run");
    if media_type == "text/plain" {
        assert_eq!(
            (main.bytes.as_slice(), main.path.as_str()),
            (body, language.main_file.as_str())
        );
        assert!(request.files.len() == 1 && request.stdin.is_empty() && request.args.is_empty());
    }
    for (index, file) in request.files.iter().enumerate() {
        let path = Path::new(&file.path);
        let plain = |part| matches!(part, std::path::Component::Normal(_));
        assert!(path.components().all(plain) && !file.executable, "{file:?}");
        assert!(!file.path.starts_with(['-', '@']) && !file.path.contains(char::is_control));
        for other in &request.files[index + 1..] {
            let other = Path::new(&other.path);
            assert!(
                !other.starts_with(path) && !path.starts_with(other),
                "{file:?} and {other:?}"
            );
        }
        if let Some(compile) = &language.compile {
            assert!(
                !path.starts_with(&compile.output),
                "{file:?} is in the program's place"
            );
        }
    }
    assert!(request.stdin.len() <= STDIN_BYTES);
    assert!(request.args.len() <= 64 && !request.args.iter().any(|arg| arg.contains('\0')));
    if let Some(std) = &request.std {
        let standards = language.standards.as_ref().unwrap();
        assert!(standards.allowed.contains(std));
    }
    let ceilings = LimitTable::default().ceilings;
    within(&request.limits.run, &ceilings.run);
    assert!((1..=ceilings.compile_wall_ms).contains(&request.limits.compile_wall_ms));
    assert_eq!(request.limits.compiler, ceilings.compiler);
    // the command lines hold what was asked for, in words
    let argv = language.run_argv(&request.files, &request.args);
    assert!(argv.ends_with(&request.args));
    if let Some(argv) = language.compile_argv(&request.files, request.std.as_deref()) {
        let sources = request
            .files
            .iter()
            .filter(|file| argv.contains(&file.path));
        assert!(sources.count() > 0, "{argv:?}");
    }
}

fn within(asked: &Limits, ceiling: &Limits) {
    let pairs = [
        (asked.wall_ms, ceiling.wall_ms),
        (asked.cpu_ms, ceiling.cpu_ms),
        (asked.memory_bytes, ceiling.memory_bytes),
        (asked.processes, ceiling.processes),
        (asked.output_bytes, ceiling.output_bytes),
        (asked.file_size_bytes, ceiling.file_size_bytes),
        (asked.disk_bytes, ceiling.disk_bytes),
        (asked.open_files, ceiling.open_files),
    ];
    for (asked, ceiling) in pairs {
        assert!((1..=ceiling).contains(&asked), "{asked} of {ceiling}");
    }
}
