//! A server of the real binaries.

use super::containers::{self, Container};
use super::processes::{self, Process};
use super::setup::{self, Setup};
use super::{http, marker, wait_for};
use std::fs::{self, File, Permissions};
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;
use tempfile::TempDir;

/// From start to ready: compilers and interpreters are asked for their versions meanwhile.
const START: Duration = Duration::from_secs(60);
/// What a dead server's processes get to be gone.
const VANISH: Duration = Duration::from_secs(2);
/// What its containers get: their ends are noticed and cleared away by a busy daemon.
const VANISH_DOCKER: Duration = Duration::from_secs(5);
/// The user and group `nobody` of Debian, and of every other distribution that has one.
const NOBODY: u32 = 65534;

/// The one that can leave out a wall, as `make test` names it or as `make weakened` builds it.
pub(crate) fn weakened() -> PathBuf {
    let triple = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let built = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("target/weakened")
        .join(triple)
        .join("release/warmbox-supervisor");
    let named = std::env::var_os("WARMBOX_WEAKENED").map(PathBuf::from);
    let found = named.or(Some(built)).filter(|path| path.is_file());
    let found = found.and_then(|path| path.canonicalize().ok());
    found.expect("the weakened supervisor is not built; run make weakened")
}

/// The static supervisor, as `make test` names it or as it lies in the target folder.
pub(crate) fn supervisor() -> PathBuf {
    let server = Path::new(env!("CARGO_BIN_EXE_warmbox"));
    let triple = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
    let built = server
        .ancestors()
        .nth(2)
        .map(|target| target.join(triple).join("release/warmbox-supervisor"));
    let named = std::env::var_os("WARMBOX_SUPERVISOR").map(PathBuf::from);
    let found = named.or(built).filter(|path| path.is_file());
    let found = found.and_then(|path| path.canonicalize().ok());
    found.expect("the static supervisor is not built; run make test")
}

/// The server's binary with nothing of this environment but PATH, run with that setup.
/// `folder` is where it works and where the binaries are put when they must be readable.
pub(crate) fn program(setup: Setup, folder: &Path) -> Command {
    program_under(&[], setup, folder)
}

/// The same, started by another program: the words before its path.
pub(crate) fn program_under(words: &[&str], setup: Setup, folder: &Path) -> Command {
    setup::require(setup);
    let (mut server, mut ours) = (PathBuf::from(env!("CARGO_BIN_EXE_warmbox")), supervisor());
    if setup == Setup::Nobody {
        // A checkout in somebody's home cannot be entered by an ordinary user.
        let mut library = ours.with_file_name("libwarmbox_prepared.so"); // found beside the supervisor
        for path in [&mut server, &mut ours, &mut library] {
            let copy = folder.join(path.file_name().expect("a file"));
            if !copy.exists() {
                fs::copy(&path, &copy).expect("the binary can be copied");
            }
            *path = copy;
        }
    }
    let mut command = match words {
        [] => Command::new(server),
        [first, rest @ ..] => {
            let mut command = Command::new(first);
            command.args(rest).arg(server);
            command
        }
    };
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("WARMBOX_SUPERVISOR", ours)
        .env("WARMBOX_ENGINE", setup.engine())
        .env("DOCKER_HOST", containers::host())
        .current_dir(folder)
        .stdin(Stdio::null());
    if setup == Setup::Nobody {
        command.env("XDG_RUNTIME_DIR", folder);
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

/// A folder that every setup can enter and write.
pub(crate) fn open_folder() -> TempDir {
    let folder = TempDir::with_prefix("warmbox-test-").expect("a temporary folder");
    fs::set_permissions(folder.path(), Permissions::from_mode(0o777)).expect("it is ours");
    folder
}

/// How a server is started.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    pub(crate) setup: Setup,
    pub(crate) args: Vec<String>,
    pub(crate) env: Vec<(String, String)>,
    /// Whose its containers are; nobody else's, unless a test says so.
    pub(crate) owner: String,
    /// The daemon that makes them.
    pub(crate) docker_host: String,
    /// A socket that it is handed, as by a service manager.
    pub(crate) socket: Option<Arc<OwnedFd>>,
    /// Where its log goes, if not to a file that [`Server::log`] reads.
    pub(crate) log_to: Option<Arc<OwnedFd>>,
    /// Where the server finds that daemon, if not there: tests look past what stands between.
    pub(crate) by_way_of: Option<String>,
}

impl Options {
    pub(crate) fn new(setup: Setup, args: &[&str]) -> Self {
        Self {
            setup,
            args: args.iter().map(ToString::to_string).collect(),
            env: Vec::new(),
            owner: marker("owner"),
            docker_host: containers::host(),
            by_way_of: None,
            socket: None,
            log_to: None,
        }
    }
}

impl Options {
    /// Every language has runners of its own, which are containers here; two are enough for a test
    /// that is not about languages. Empty: all of them.
    fn languages(&self) -> &'static str {
        let named = self.args.iter().any(|arg| arg.starts_with("--languages"));
        if named { "" } else { "python,cpp" }
    }
}

/// A server that answers. Dropping it kills it and proves that nothing of it is left.
pub(crate) struct Server {
    pub(crate) setup: Setup,
    pub(crate) url: String,
    pub(crate) port: u16,
    pub(crate) owner: String,
    docker_host: String,
    pub(super) agent: ureq::Agent,
    child: Mutex<Child>,
    folder: TempDir,
}

impl Server {
    /// A server of one's own on a free port, ready to answer.
    pub(crate) fn start(options: &Options) -> Self {
        let server = Self::launch(options);
        wait_for(START, "/readyz answers 200", || {
            (server.get("/readyz").status == 200).then_some(())
        });
        server
    }

    pub(crate) fn with(setup: Setup, args: &[&str]) -> Self {
        Self::start(&Options::new(setup, args))
    }

    /// A server that has told its address, ready or not.
    pub(crate) fn launch(options: &Options) -> Self {
        let folder = open_folder();
        let file = |name| File::create(folder.path().join(name)).expect("a file");
        // The shell's own number becomes the server's: only it may take the socket.
        let hand_over = "exec 3<&0 </dev/null; LISTEN_PID=$$ LISTEN_FDS=1 exec \"$0\" \"$@\"";
        let words: &[&str] = match &options.socket {
            Some(_) => &["sh", "-c", hand_over],
            None => &[],
        };
        let copy = |fd: &Arc<OwnedFd>| Stdio::from(fd.try_clone().expect("a descriptor"));
        let child = program_under(words, options.setup, folder.path())
            .args(["serve", "--port", "0"])
            .args(&options.args)
            .env("WARMBOX_OWNER", &options.owner)
            .env("WARMBOX_LANGUAGES", options.languages())
            .env(
                "DOCKER_HOST",
                options.by_way_of.as_ref().unwrap_or(&options.docker_host),
            )
            .envs(options.env.iter().cloned())
            .stdin(options.socket.as_ref().map_or(Stdio::null(), copy))
            .stdout(file("stdout"))
            .stderr((options.log_to.as_ref()).map_or_else(|| file("stderr").into(), copy))
            .spawn()
            .expect("the server starts");
        let mut server = Self {
            setup: options.setup,
            url: String::new(),
            port: 0,
            owner: options.owner.clone(),
            docker_host: options.docker_host.clone(),
            agent: http::agent(),
            child: Mutex::new(child),
            folder,
        };
        server.url = wait_for(START, "the server tells its address", || {
            if let Some(status) = server.exited() {
                panic!("the server ended with {status}:\n{}", server.log());
            }
            let told = server.told();
            let url = (told.split_whitespace())
                .find(|word| word.starts_with("http://") || word.starts_with("https://"))?;
            Some(url.trim_end_matches(['/', ',', '.']).to_owned())
        });
        let port = server.url.rsplit(':').next();
        server.port = port.and_then(|port| port.parse().ok()).expect("a port");
        server
    }

    /// The server that tests of one setup use together; the last of them ends it.
    pub(crate) fn shared(setup: Setup) -> Arc<Self> {
        static SHARED: Mutex<[Weak<Server>; 3]> = Mutex::new([const { Weak::new() }; 3]);
        let mut shared = SHARED.lock().unwrap_or_else(|error| error.into_inner());
        let place = &mut shared[setup as usize];
        if let Some(server) = place.upgrade() {
            return server;
        }
        let mut options = Options::new(setup, &[]);
        options.env = vec![
            ("WARMBOX_TEST_CANARY".into(), "planted".into()),
            // All of them, as by default.
            ("WARMBOX_LANGUAGES".into(), String::new()),
        ];
        let server = Arc::new(Self::start(&options));
        *place = Arc::downgrade(&server);
        server
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child().id()
    }

    /// Its exit code once it has ended; `None` in it for a signal.
    pub(crate) fn exited(&self) -> Option<std::process::ExitStatus> {
        self.child().try_wait().expect("it is our child")
    }

    pub(crate) fn wait_for_exit(&self, deadline: Duration) -> std::process::ExitStatus {
        wait_for(deadline, "the server ends", || self.exited())
    }

    /// All it has told on standard output: where it is, and what works.
    pub(crate) fn told(&self) -> String {
        fs::read_to_string(self.folder.path().join("stdout")).unwrap_or_default()
    }

    /// All it has written to standard error.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("stderr")).unwrap_or_default()
    }

    /// The containers of its deployment; none with the embedded engine.
    pub(crate) fn containers(&self) -> Vec<Container> {
        match self.setup {
            Setup::Own | Setup::Nobody => Vec::new(),
            Setup::Docker => containers::owned_by(&self.docker_host, &self.owner),
        }
    }

    /// Every process of its runners.
    pub(crate) fn family(&self) -> Vec<Process> {
        match self.setup {
            Setup::Own | Setup::Nobody => processes::descendants(self.pid()),
            Setup::Docker => containers::processes_of(&self.containers()),
        }
    }

    /// The keepers among them: a runner is the child of one.
    pub(crate) fn keepers(&self, family: &[Process]) -> Vec<Process> {
        let containers = self.containers();
        let is_keeper = |process: &&Process| match self.setup {
            Setup::Own | Setup::Nobody => process.parent == self.pid(),
            Setup::Docker => containers.iter().any(|it| it.pid == process.pid),
        };
        family.iter().filter(is_keeper).cloned().collect()
    }

    fn child(&self) -> std::sync::MutexGuard<'_, Child> {
        self.child.lock().unwrap_or_else(|error| error.into_inner())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let _ = self.child().kill();
            let _ = self.child().wait();
            let log = self.log();
            let end = log.lines().count().saturating_sub(40);
            let worth = |(at, line): (usize, &'_ str)| {
                let remark = ["WARN", "ERROR", "supervisor:"]
                    .iter()
                    .any(|it| line.contains(it));
                (at >= end || remark).then(|| line.to_owned())
            };
            let lines: Vec<_> = log.lines().enumerate().filter_map(worth).collect();
            eprintln!(
                "--- log of the server, remarks and its end ({:?}):\n{}",
                self.setup,
                lines.join("\n")
            );
            return;
        }
        let family = match self.exited() {
            None => self.family(),
            Some(_) => Vec::new(),
        };
        let _ = self.child().kill();
        let _ = self.child().wait();
        let mut left = Vec::new();
        let mut deadline = VANISH;
        if self.setup == Setup::Docker {
            deadline = VANISH_DOCKER;
            left = containers::left_after(deadline, &self.docker_host, &self.owner);
        }
        assert!(left.is_empty(), "left behind by a killed server: {left:?}");
        let left = processes::left_after(deadline, &family);
        assert!(left.is_empty(), "left behind by a killed server: {left:?}");
    }
}
