//! The Docker daemon and the images, asked for without changing anything.

use super::{Check, Subject};
use crate::engine::docker::{DockerError, Found, FoundImage, examine};

/// The daemon, and an image for each language.
pub(super) async fn checks(subject: &Subject) -> Vec<Check> {
    let languages = subject.languages.iter().map(|(name, _)| name.as_str());
    judge(
        examine(&subject.docker, languages).await,
        &subject.docker.host,
        subject.docker.runtime.as_deref(),
        subject.needs_docker,
        &subject.asked_for,
    )
}

fn judge(
    found: Result<Found, DockerError>,
    host: &str,
    runtime: Option<&str>,
    needed: bool,
    asked_for: &[String],
) -> Vec<Check> {
    let amiss = |name: &str, text: String, mend: &str| match needed {
        true => Check::fail(name, text, mend),
        false => Check::warn(
            name,
            format!("{text} (the embedded engine needs none)"),
            mend,
        ),
    };
    let found = match found {
        Ok(found) => found,
        Err(error) => {
            let (text, mend) = match error {
                DockerError::Unreachable { host, why, mend } => {
                    (format!("no daemon at {host}: {why}"), mend)
                }
                other => (other.to_string(), "look at DOCKER_HOST".to_owned()),
            };
            return vec![amiss("docker", text, &mend)];
        }
    };
    let runtimes = found.runtimes.join(", ");
    let known = runtime.is_none_or(|name| found.runtimes.iter().any(|known| known == name));
    let mut checks = vec![match known {
        true => Check::ok(
            "docker",
            format!("{}, answers on {host}; runtimes: {runtimes}", found.version),
        ),
        false => amiss(
            "docker",
            format!(
                "{} knows no runtime {}",
                found.version,
                runtime.unwrap_or_default()
            ),
            "install it and name it in the daemon's configuration (`runtimes` in daemon.json)",
        ),
    }];
    if found.apparmor {
        checks.push(Check::ok(
            "apparmor",
            "Docker's own profile refuses the mounts of sandboxes: runners are started without it",
        ));
    }
    let none = (found.images.iter()).all(|(_, _, state)| *state == FoundImage::Absent);
    checks.extend(found.images.into_iter().map(|(language, image, state)| {
        let name = format!("image for {language}");
        match state {
            FoundImage::Toolchain => Check::ok(&name, image),
            FoundImage::Runner => {
                Check::ok(&name, format!("{image}, with this build's supervisor"))
            }
            FoundImage::Absent if !none && !asked_for.contains(&language) => Check::warn(
                &name,
                format!("{image} is not there: the language is left out"),
                "make images",
            ),
            FoundImage::Absent => amiss(&name, format!("{image} is not there"), "make images"),
            FoundImage::OtherBuild(theirs) => amiss(
                &name,
                format!("{image} carries a supervisor of another build, {theirs}"),
                "make images",
            ),
        }
    }));
    checks
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::config::{DockerSettings, Pull};
    use crate::doctor::State;

    pub(crate) fn settings(host: &str) -> DockerSettings {
        DockerSettings {
            host: host.to_owned(),
            runtime: None,
            images: Default::default(),
            pull: Pull::Never,
            owner: None,
            millicpus: 1000,
        }
    }

    fn found(images: Vec<(String, String, FoundImage)>) -> Result<Found, DockerError> {
        Ok(Found {
            version: "Docker 20.10.24, API 1.41".into(),
            runtimes: vec!["crun".into(), "runc".into()],
            apparmor: true,
            images,
        })
    }

    #[test]
    fn what_is_missing_is_a_failure_only_where_docker_is_needed() {
        for needed in [true, false] {
            let image = |name: &str, state| (name.to_owned(), format!("warmbox-{name}"), state);
            let checks = judge(
                found(vec![
                    image("python", FoundImage::Toolchain),
                    image("cpp", FoundImage::Absent),
                    image("c", FoundImage::OtherBuild("1".into())),
                ]),
                "unix:///x",
                Some("crun"),
                needed,
                &["cpp".to_owned()],
            );
            let bad = if needed { State::Fail } else { State::Warn };
            let states: Vec<_> = checks.iter().map(|check| check.state).collect();
            assert_eq!(
                states,
                [State::Ok, State::Ok, State::Ok, bad, bad],
                "{checks:?}"
            );
            assert!(checks[0].text.contains("API 1.41"));
            assert_eq!(checks[3].mend.as_deref(), Some("make images"));
        }
        let images = || {
            let image = |name: &str, state| (name.to_owned(), format!("warmbox-{name}"), state);
            let there = image("python", FoundImage::Toolchain);
            vec![there, image("cpp", FoundImage::Absent)]
        };
        let left_out = judge(found(images()), "unix:///x", None, true, &[]);
        assert_eq!(left_out[3].state, State::Warn, "{left_out:?}");
        let unknown = judge(found(Vec::new()), "unix:///x", Some("kata"), true, &[]);
        assert_eq!(unknown[0].state, State::Fail);
    }

    #[tokio::test]
    async fn a_daemon_that_is_absent_says_how_to_mend_it() {
        let found = examine(&settings("unix:///nowhere/docker.sock"), []).await;
        let checks = judge(found, "unix:///nowhere/docker.sock", None, false, &[]);
        assert_eq!(checks[0].state, State::Warn);
        assert!(
            checks[0].text.contains("/nowhere/docker.sock"),
            "{checks:?}"
        );
        assert!(
            checks[0].mend.as_deref().unwrap().contains("start it"),
            "{checks:?}"
        );
    }
}
