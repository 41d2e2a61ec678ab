//! Where this deployment keeps what outlives it. Each deployment has folders of its own: who keeps jobs
//! is one server at a time.

use crate::config::{Config, Place};
use std::path::PathBuf;

/// The configuration with the places in it that follow from the deployment's name.
pub(super) fn resolve(config: &Config, owner: &str) -> Config {
    // A port that the kernel chooses makes another deployment of each start.
    let named = config.port != 0 || config.docker.owner.is_some();
    let state = config.state_dir.as_ref().filter(|_| named);
    let folder = |place: &Place, what: &str| -> Option<PathBuf> {
        match place {
            Place::At(path) => Some(path.clone()),
            Place::Nowhere => None,
            Place::BesideState => Some(state?.join(format!("{what}-{}", file_name(owner)))),
        }
    };
    let mut config = config.clone();
    config.jobs.folder = folder(&config.jobs.place, "jobs");
    config.blobs.folder = folder(&config.blobs.place, "blobs");
    config
}

/// A deployment's name as a part of a file's.
pub(super) fn file_name(owner: &str) -> String {
    let plain = |c: char| match c.is_ascii_alphanumeric() || "-.".contains(c) {
        true => c,
        false => '_',
    };
    owner.chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;

    fn config(words: &[(&str, &str)]) -> Config {
        let text = |name: &str| {
            let found = words.iter().find(|(word, _)| *word == name);
            found.map(|(_, value)| (*value).into())
        };
        let settings = Settings {
            config: Some("/dev/null".into()),
            state_dir: text("state_dir"),
            jobs_dir: text("jobs_dir"),
            blobs_dir: text("blobs_dir"),
            port: text("port"),
            owner: text("owner"),
            ..Settings::default()
        };
        Config::load(&settings).unwrap()
    }

    #[test]
    fn each_deployment_has_folders_of_its_own() {
        let state = ("state_dir", "/var/lib/w");
        let jobs = |words: &[(&str, &str)]| resolve(&config(words), "host/1.2.3.4:5").jobs.folder;
        let beside = Some(PathBuf::from("/var/lib/w/jobs-host_1.2.3.4_5"));
        assert_eq!(jobs(&[state]), beside);
        assert_eq!(jobs(&[state, ("jobs_dir", "/j")]), Some("/j".into()));
        assert_eq!(jobs(&[state, ("jobs_dir", "")]), None);
        assert_eq!(jobs(&[state, ("port", "0")]), None);
        assert_eq!(jobs(&[state, ("port", "0"), ("owner", "x")]), beside);
        assert_eq!(jobs(&[("state_dir", "")]), None);
    }
}
