//! `warmbox doctor`: the report on this machine for this configuration.

use super::{exit, fail, runtime};
use crate::config::{Config, EngineChoice, Pull};
use crate::doctor::{self, Subject};
use crate::language::{self, Language};
use crate::pool;
use crate::server::{self, isolation};
use std::process::ExitCode;
use std::sync::Arc;
use tokio_util::task::TaskTracker;

pub(super) fn doctor(config: &Config) -> ExitCode {
    let languages = match language::load(config.languages_dir.as_deref(), &config.languages) {
        Ok(languages) => languages,
        Err(error) => return fail(exit::CONFIGURATION, &error),
    };
    let runtime = match runtime() {
        Ok(runtime) => runtime,
        Err(error) => return fail(exit::FAILED, &error),
    };
    let subject = Subject {
        sandboxes: runtime.block_on(sandboxes(config, &languages)),
        host: config.host,
        port: config.port,
        supervisor: config.supervisor.clone(),
        languages: languages
            .iter()
            .map(|language| (language.name.clone(), language.needs.clone()))
            .collect(),
        asked_for: (languages.iter())
            .filter(|language| language.asked_for)
            .map(|language| language.name.clone())
            .collect(),
        docker: config.docker.clone(),
        needs_docker: config.engine == EngineChoice::Docker,
    };
    match runtime.block_on(doctor::run(&subject)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(exit::ENGINE),
        Err(error) => fail(exit::FAILED, &error),
    }
}

/// Puts up one sandbox for each language. In Docker that takes an image with our supervisor in it.
async fn sandboxes(
    config: &Config,
    languages: &[Arc<Language>],
) -> Vec<(String, Result<String, String>)> {
    // It only looks: what is not there is said to be missing, not fetched.
    let mut looking = config.clone();
    looking.docker.pull = Pull::Never;
    let engine = server::engine_of_command(&looking, languages, TaskTracker::new()).await;
    let mut results = Vec::new();
    for language in languages {
        let proved = pool::probe(&*engine, language)
            .await
            .map(|hello| format!("{}, {}", engine.name(), isolation(&hello)))
            .map_err(|error| error.to_string());
        results.push((language.name.clone(), proved));
    }
    results
}
