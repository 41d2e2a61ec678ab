//! `warmbox images`: makes what the docker engine starts runners from, ahead of the first start.

use super::{exit, fail, runtime};
use crate::config::{Config, EngineChoice};
use crate::language::{self, Language};
use crate::logging;
use crate::server;
use std::process::ExitCode;
use std::sync::Arc;
use tokio_util::task::TaskTracker;

pub(super) fn images(config: &Config) -> ExitCode {
    let _lines = match logging::start(config) {
        Ok((_, lines)) => lines,
        Err(error) => return fail(exit::CONFIGURATION, &error),
    };
    let languages = match language::load(config.languages_dir.as_deref(), &config.languages) {
        Ok(languages) => languages,
        Err(error) => return fail(exit::CONFIGURATION, &error),
    };
    match runtime() {
        Ok(runtime) => runtime.block_on(make(config, &languages)),
        Err(error) => fail(exit::FAILED, &error),
    }
}

async fn make(config: &Config, languages: &[Arc<Language>]) -> ExitCode {
    let docker = Config {
        engine: EngineChoice::Docker,
        ..config.clone()
    };
    let engine = server::engine_of_command(&docker, languages, TaskTracker::new()).await;
    let (mut all, mut any) = (ExitCode::SUCCESS, false);
    for language in languages {
        if let Some(lack) = engine.lack(language).await {
            println!("{}: left out: {lack}", language.name);
            continue;
        }
        match engine.source(language).await {
            Ok(source) => {
                any = true;
                println!(
                    "{}: {} is ready ({})",
                    language.name, source.name, source.id
                );
            }
            Err(error) => {
                eprintln!("warmbox: {}: {error}", language.name);
                all = ExitCode::from(exit::ENGINE);
            }
        }
    }
    if any {
        all
    } else {
        ExitCode::from(exit::ENGINE)
    }
}
