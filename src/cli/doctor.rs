//! `warmbox doctor`: the report on this machine for this configuration.

use super::{exit, fail, runtime};
use crate::config::Config;
use crate::doctor::{self, Subject};
use crate::language;
use std::process::ExitCode;

const DOCKER_SOCKET: &str = "unix:///var/run/docker.sock";

pub(super) fn doctor(config: &Config) -> ExitCode {
    let languages = match language::load(config.languages_dir.as_deref()) {
        Ok(languages) => languages,
        Err(error) => return fail(exit::CONFIGURATION, &error),
    };
    let subject = Subject {
        host: config.host,
        port: config.port,
        supervisor: config.supervisor.clone(),
        languages: languages
            .iter()
            .map(|language| (language.name.clone(), language.needs.clone()))
            .collect(),
        docker_host: std::env::var("DOCKER_HOST").unwrap_or_else(|_| DOCKER_SOCKET.to_owned()),
    };
    let examined = runtime().and_then(|runtime| runtime.block_on(doctor::run(&subject)));
    match examined {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(exit::ENGINE),
        Err(error) => fail(exit::FAILED, &error),
    }
}
