//! The programs that runs use: the supervisor, the languages' commands, Python's picture packages.

use super::Check;
use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

/// Where sandboxes look for commands: they see the host's /usr and nothing of anybody's home.
pub(super) const SEARCH_PATH: &str = "/usr/local/bin:/usr/bin:/bin";
/// For a program to tell its version.
const TELL_DEADLINE: Duration = Duration::from_secs(5);
/// The packages without which Python runs, but makes no pictures.
const PACKAGES: [&str; 2] = ["numpy", "matplotlib"];

pub(super) fn supervisor(path: &Path) -> Check {
    let name = "supervisor";
    let shown = path.display();
    match std::fs::metadata(path) {
        Err(error) => Check::fail(
            name,
            format!("{shown}: {error}"),
            "make build, or name it with --supervisor or WARMBOX_SUPERVISOR",
        ),
        Ok(found) if !found.is_file() => Check::fail(
            name,
            format!("{shown} is not a file"),
            "name the binary with --supervisor or WARMBOX_SUPERVISOR",
        ),
        Ok(found) if found.permissions().mode() & 0o111 == 0 => Check::fail(
            name,
            format!("{shown} is not executable"),
            format!("chmod +x {shown}"),
        ),
        Ok(_) => Check::ok(name, shown.to_string()),
    }
}

/// One line per language; when none can run, each of them is a failure.
pub(super) async fn languages(wanted: &[(String, String)]) -> Vec<Check> {
    if wanted.is_empty() {
        return vec![Check::fail(
            "languages",
            "none is defined",
            "look at --languages-dir",
        )];
    }
    let none = wanted.iter().all(|(_, command)| find(command).is_none());
    let mut checks = Vec::new();
    for (language, command) in wanted {
        let Some(path) = find(command) else {
            let text = format!("no {command} in {SEARCH_PATH}{}", elsewhere(command, None));
            let mend = format!("apt-get install {}", package(command));
            let check = if none { Check::fail } else { Check::warn };
            checks.push(check(language, text, mend));
            continue;
        };
        let version = ask(&path, &["--version"])
            .await
            .unwrap_or_else(|| "version unknown".into());
        let first = version.lines().next().unwrap_or_default();
        let text = format!(
            "{} ({first}){}",
            path.display(),
            elsewhere(command, Some(&path))
        );
        checks.push(match outside_usr(&path) {
            Some(target) => Check::warn(
                language,
                format!(
                    "{} leads to {}, which sandboxes do not see",
                    path.display(),
                    target.display()
                ),
                format!(
                    "apt-get install {}, so that it is below /usr",
                    package(command)
                ),
            ),
            None => Check::ok(language, text),
        });
    }
    checks
}

/// numpy and matplotlib, as the sandbox's Python sees them: without the caller's environment.
pub(super) async fn python_packages(wanted: &[(String, String)]) -> Vec<Check> {
    let python = wanted.iter().find(|(_, command)| command == "python3");
    let Some(python) = python.and_then(|(_, command)| find(command)) else {
        return Vec::new();
    };
    let mut checks = Vec::new();
    for package in PACKAGES {
        let code = format!("import importlib.metadata as m; print(m.version('{package}'))");
        checks.push(match ask(&python, &["-I", "-c", &code]).await {
            Some(version) => Check::ok(package, version.trim()),
            None => {
                let mend = if python == Path::new("/usr/bin/python3") {
                    format!("apt-get install python3-{package}")
                } else {
                    format!("{} -m pip install {package}", python.display())
                };
                Check::warn(
                    package,
                    format!("{} has none: no pictures", python.display()),
                    mend,
                )
            }
        });
    }
    checks
}

/// What Debian calls the package of a command.
fn package(command: &str) -> &str {
    match command {
        "node" => "nodejs",
        same => same,
    }
}

/// The command as a sandbox would find it.
pub(super) fn find(command: &str) -> Option<PathBuf> {
    find_in(OsStr::new(SEARCH_PATH), command)
}

fn find_in(search: &OsStr, command: &str) -> Option<PathBuf> {
    std::env::split_paths(search)
        .map(|folder| folder.join(command))
        .find(|path| {
            std::fs::metadata(path)
                .is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
        })
}

/// Says so when the caller's shell would start another one: a common surprise with pyenv and conda.
fn elsewhere(command: &str, used: Option<&Path>) -> String {
    let theirs = std::env::var_os("PATH").and_then(|search| find_in(&search, command));
    match (theirs, used) {
        (Some(theirs), Some(used)) if same(&theirs, used) => String::new(),
        (Some(theirs), _) => format!(
            "; the {command} of your PATH is {}, but sandboxes see only the host's /usr",
            theirs.display()
        ),
        (None, _) => String::new(),
    }
}

fn same(one: &Path, other: &Path) -> bool {
    one == other
        || one
            .canonicalize()
            .ok()
            .is_some_and(|path| Some(path) == other.canonicalize().ok())
}

/// Where the command really is, if that is not in a sandbox's view.
fn outside_usr(path: &Path) -> Option<PathBuf> {
    let target = path.canonicalize().ok()?;
    let seen = ["/usr", "/bin", "/lib", "/lib64"]
        .iter()
        .any(|folder| target.starts_with(folder));
    (!seen).then_some(target)
}

/// What a program prints when it succeeds in time.
async fn ask(program: &Path, args: &[&str]) -> Option<String> {
    let mut command = tokio::process::Command::new(program);
    command
        .args(args)
        .env_clear()
        .env("PATH", SEARCH_PATH)
        .env("LANG", "C.UTF-8");
    command.stdin(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(TELL_DEADLINE, command.output())
        .await
        .ok()?
        .ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::State;

    #[test]
    fn the_supervisor_must_be_an_executable_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("warmbox-supervisor");
        assert_eq!(supervisor(&path).state, State::Fail);
        assert_eq!(supervisor(folder.path()).state, State::Fail);
        std::fs::write(&path, "x").unwrap();
        assert!(supervisor(&path).text.contains("not executable"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(supervisor(&path).state, State::Ok);
    }

    #[tokio::test]
    async fn one_missing_language_is_a_warning_and_all_missing_a_failure() {
        let have = ("shell".to_owned(), "sh".to_owned());
        let lack = ("odd".to_owned(), "no-such-command-here".to_owned());
        let states = async |wanted: &[(String, String)]| {
            languages(wanted)
                .await
                .iter()
                .map(|check| check.state)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            states(&[have, lack.clone()]).await,
            [State::Ok, State::Warn]
        );
        assert_eq!(states(&[lack]).await, [State::Fail]);
        assert_eq!(states(&[]).await, [State::Fail]);
    }

    #[test]
    fn links_out_of_usr_are_seen() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("sh");
        std::os::unix::fs::symlink("/usr/bin/env", &link).unwrap();
        assert_eq!(outside_usr(&link), None);
        let file = folder.path().join("python3");
        std::fs::write(&file, "").unwrap();
        assert_eq!(outside_usr(&file), Some(file.canonicalize().unwrap()));
    }
}
