//! Runners without Docker: the supervisor as a child process, which builds its own outer wall.

use super::{Connection, Engine, EngineError, Life, Link, Making, Source, library, toolchain};
use crate::language::Language;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStderr, Command};
use tokio::time::timeout;
use warmbox_protocol::{IdentitySource, RootSource, SupportFile};

/// How long a runner may take to end by itself once its link is closed.
const END_DEADLINE: Duration = Duration::from_secs(3);
/// How long a look at some twenty places of the file system may take.
const LOOK_DEADLINE: Duration = Duration::from_secs(1);
/// What a supervisor says on stderr is for logs: a line is cut here, and so is the whole.
const LINE_BYTES: u64 = 4096;
const ALL_BYTES: u64 = 1 << 20;

/// Makes runners as child processes.
pub struct Embedded {
    supervisor: PathBuf,
    library: Option<SupportFile>,
    id_lock_dir: PathBuf,
    roots_dir: Option<PathBuf>,
}

impl Embedded {
    /// `roots_dir` holds an unpacked image for each language that is not to use this machine's
    /// own programs.
    pub fn new(supervisor: PathBuf, id_lock_dir: PathBuf, roots_dir: Option<PathBuf>) -> Self {
        Self {
            library: library::beside(&supervisor),
            supervisor,
            id_lock_dir,
            roots_dir,
        }
    }

    /// The unpacked image of a language, where there is one.
    fn root(&self, language: &Language) -> Option<PathBuf> {
        let root = self.roots_dir.as_ref()?.join(&language.name);
        root.is_dir().then_some(root)
    }

    fn root_source(&self, language: &Language) -> Source {
        match self.root(language) {
            None => Source {
                name: "this machine's own programs".to_owned(),
                id: String::new(),
            },
            // A root is replaced as a whole, by another folder under the same name.
            Some(root) => Source {
                id: std::fs::metadata(&root).map_or(String::new(), |found| found.ino().to_string()),
                name: root.display().to_string(),
            },
        }
    }

    async fn spawn(&self, language: &Language) -> Result<Connection, EngineError> {
        let source = self.root_source(language);
        let mut child = Command::new(&self.supervisor)
            // The name is what a program in a sandbox can see of it; the path is not its business.
            .arg0("warmbox-supervisor")
            .arg("runner")
            // Neither the server's secrets nor its working folder reach a supervisor; PATH is
            // where it finds newuidmap.
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .current_dir("/")
            // An interrupt at the terminal is for the server, which then drains.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|source| EngineError::NoSupervisor {
                path: self.supervisor.display().to_string(),
                source,
            })?;
        let stdin = child.stdin.take().ok_or(EngineError::NoPipe("stdin"))?;
        let stdout = child.stdout.take().ok_or(EngineError::NoPipe("stdout"))?;
        let last_line = Arc::new(Mutex::new(None));
        if let Some(stderr) = child.stderr.take() {
            tokio::spawn(forward(stderr, child.id(), last_line.clone()));
        }
        let mut link = Link::new(stdout, stdin);
        let root = match self.root(language) {
            None => RootSource::Here,
            Some(root) => RootSource::Folder(root.display().to_string()),
        };
        let identities = IdentitySource::LockFolder(self.id_lock_dir.display().to_string());
        link.send_plan(language, root, identities, self.library.as_ref())
            .await?;
        let life = Box::new(Process { child, last_line });
        Ok(Connection { link, life, source })
    }
}

impl Engine for Embedded {
    fn name(&self) -> &'static str {
        "embedded"
    }

    fn start<'a>(
        &'a self,
        language: &'a Arc<Language>,
    ) -> Making<'a, Result<Connection, EngineError>> {
        Box::pin(self.spawn(language))
    }

    fn lack<'a>(&'a self, language: &'a Arc<Language>) -> Making<'a, Option<String>> {
        Box::pin(async move {
            let root = self.root(language);
            let (below, program) = (root.clone().unwrap_or("/".into()), language.needs.clone());
            let look = tokio::task::spawn_blocking(move || toolchain::has(&below, &program));
            let has = timeout(LOOK_DEADLINE, look).await.ok()?.ok()?;
            let (needs, name) = (&language.needs, &language.name);
            let places = format!("no {needs} in /usr/local/bin, /usr/bin or /bin");
            (!has).then(|| match root {
                None => format!(
                    "{places} of this machine, or it leads out of /usr, of which sandboxes see \
                     nothing; install it, or take an unpacked image (`make roots`, --roots-dir)"
                ),
                Some(root) => format!(
                    "{places} of {}; unpack the image of {name} again (`make roots`)",
                    root.display()
                ),
            })
        })
    }

    fn source<'a>(
        &'a self,
        language: &'a Arc<Language>,
    ) -> Making<'a, Result<Source, EngineError>> {
        Box::pin(std::future::ready(Ok(self.root_source(language))))
    }

    /// Of this machine's own programs the runner sees what is there now, of a root what was there
    /// when it was made.
    fn toolchain<'a>(
        &'a self,
        language: &'a Arc<Language>,
        source: &'a Source,
    ) -> Making<'a, Option<String>> {
        Box::pin(async move {
            if self.root_source(language) != *source {
                return None;
            }
            let root = self.root(language).unwrap_or_else(|| PathBuf::from("/"));
            let (program, source) = (language.needs.clone(), source.id.clone());
            let state = tokio::task::spawn_blocking(move || toolchain::state(&root, &program));
            let state = timeout(LOOK_DEADLINE, state).await.ok()?.ok()??;
            Some(format!("{source}\n{state}"))
        })
    }

    fn check(&self) -> Making<'_, Result<(), EngineError>> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// Nothing outlives its server here: keepers end with their link.
    fn sweep(&self) -> Making<'_, Result<usize, EngineError>> {
        Box::pin(std::future::ready(Ok(0)))
    }

    fn doing(&self, _language: &str) -> Option<String> {
        None
    }

    fn rebuild(&self) -> &'static str {
        "make build"
    }
}

struct Process {
    child: Child,
    last_line: Arc<Mutex<Option<String>>>,
}

impl Life for Process {
    fn name(&self) -> String {
        match self.child.id() {
            Some(pid) => format!("process {pid}"),
            None => "ended process".to_owned(),
        }
    }

    fn end(mut self: Box<Self>) -> Making<'static, Option<String>> {
        Box::pin(async move {
            // The link is closed by now, at which the supervisor exits.
            if timeout(END_DEADLINE, self.child.wait()).await.is_err() {
                let _ = self.child.start_kill();
                let _ = timeout(END_DEADLINE, self.child.wait()).await;
            }
            self.last_words()
        })
    }

    fn last_words(&self) -> Option<String> {
        (self.last_line.lock())
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// Logs what a supervisor says on stderr, and keeps its last line.
async fn forward(stderr: ChildStderr, pid: Option<u32>, last: Arc<Mutex<Option<String>>>) {
    let mut reader = BufReader::new(stderr.take(ALL_BYTES));
    loop {
        let mut line = Vec::new();
        match (&mut reader)
            .take(LINE_BYTES)
            .read_until(b'\n', &mut line)
            .await
        {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        tracing::warn!(supervisor = pid, line, "a supervisor wrote to stderr");
        *last.lock().unwrap_or_else(PoisonError::into_inner) = Some(line);
    }
}
