//! `warmbox doctor`: one line for everything the service needs, and how to mend what is missing.
//!
//! Only looks: it must not install, start or change anything. Every check is a function from what
//! it read to a `Check`; the reading is kept apart so that the judging is tested without a machine.

mod docker;
mod host;
mod kernel;
mod render;
mod tools;
mod users;

pub use render::render;

use crate::config::DockerSettings;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Nothing to do.
    Ok,
    /// The service runs, but without something.
    Warn,
    /// The service cannot run a program.
    Fail,
}

/// One line of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was looked at, a word or two.
    pub name: String,
    /// How it ended.
    pub state: State,
    /// What is present.
    pub text: String,
    /// How to mend it: a command where there is one. None when there is nothing to mend.
    pub mend: Option<String>,
}

impl Check {
    fn ok(name: &str, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            state: State::Ok,
            text: text.into(),
            mend: None,
        }
    }

    fn warn(name: &str, text: impl Into<String>, mend: impl Into<String>) -> Self {
        let (text, mend) = (text.into(), Some(mend.into()));
        Self {
            name: name.into(),
            state: State::Warn,
            text,
            mend,
        }
    }

    fn fail(name: &str, text: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            state: State::Fail,
            ..Self::warn(name, text, mend)
        }
    }
}

/// What the doctor is to look at: the settings that matter to it.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The address that `serve` would bind.
    pub host: IpAddr,
    /// The port that `serve` would bind.
    pub port: u16,
    /// The supervisor's binary.
    pub supervisor: PathBuf,
    /// Each language's name and the command that it needs on the host.
    pub languages: Vec<(String, String)>,
    /// Those of them that the configuration names or brings.
    pub asked_for: Vec<String>,
    pub docker: DockerSettings,
    /// Whether the configuration takes nothing but Docker.
    pub needs_docker: bool,
    /// Each language's name and what came of starting a runner for it: how it keeps runs apart,
    /// or why there is none.
    pub sandboxes: Vec<(String, Result<String, String>)>,
}

/// Makes every check, in the order in which a reader would mend things.
pub async fn examine(subject: &Subject) -> Vec<Check> {
    let proc_root = Path::new("/proc");
    let user = users::current(proc_root, Path::new("/etc"));
    let mut checks = vec![
        kernel::version(proc_root),
        kernel::user_namespaces(proc_root, &user),
        kernel::made_namespaces(&user).await,
        kernel::seccomp(proc_root),
        users::identities(&user, Path::new("/etc")),
        host::cgroups(proc_root, Path::new("/sys/fs/cgroup")),
        tools::supervisor(&subject.supervisor),
    ];
    checks.extend(tools::languages(&subject.languages).await);
    checks.extend(tools::python_packages(&subject.languages).await);
    let none_works = subject
        .sandboxes
        .iter()
        .all(|(_, started)| started.is_err());
    checks.extend(subject.sandboxes.iter().map(|one| sandbox(one, none_works)));
    checks.extend(docker::checks(subject).await);
    checks.push(host::port(subject.host, subject.port).await);
    checks.push(host::size(proc_root));
    checks
}

/// The proof of all that stands above it: a sandbox that was put up, and a program run in it.
fn sandbox((language, started): &(String, Result<String, String>), none_works: bool) -> Check {
    let name = format!("sandbox for {language}");
    let mend = "mend what is named above, then ask again";
    match started {
        Ok(isolation) => Check::ok(&name, isolation),
        Err(why) if none_works => Check::fail(&name, why, mend),
        Err(why) => Check::warn(&name, why, mend),
    }
}

/// Whether the service can run at least one language: nothing failed.
pub fn able(checks: &[Check]) -> bool {
    checks.iter().all(|check| check.state != State::Fail)
}

/// Prints the report to standard output; true when the service can run at least one language.
pub async fn run(subject: &Subject) -> std::io::Result<bool> {
    use std::io::Write;
    let checks = examine(subject).await;
    std::io::stdout()
        .lock()
        .write_all(render(&checks).as_bytes())?;
    Ok(able(&checks))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_check_is_made_and_what_is_amiss_says_how_to_mend_it() {
        let subject = Subject {
            host: IpAddr::from([127, 0, 0, 1]),
            port: 0,
            supervisor: PathBuf::from("/nowhere/warmbox-supervisor"),
            languages: vec![("shell".into(), "sh".into())],
            asked_for: Vec::new(),
            docker: docker::tests::settings("unix:///nowhere/docker.sock"),
            needs_docker: false,
            sandboxes: vec![("shell".into(), Err("no supervisor".into()))],
        };
        let checks = examine(&subject).await;
        assert!(checks.len() >= 11, "{checks:?}");
        for check in &checks {
            assert_eq!(check.state == State::Ok, check.mend.is_none(), "{check:?}");
        }
        assert!(!able(&checks), "without a supervisor nothing runs");
    }
}
