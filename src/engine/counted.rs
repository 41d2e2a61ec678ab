//! Any engine, with its calls counted: how many there were, how many failed, and what they took.

use super::{Connection, Engine, EngineError, Making, Source};
use crate::language::Language;
use crate::metrics::Metrics;
use std::sync::Arc;
use std::time::Instant;

/// An engine whose calls are counted.
pub struct Counted {
    engine: Arc<dyn Engine>,
    metrics: Arc<Metrics>,
}

impl Counted {
    pub fn new(engine: Arc<dyn Engine>, metrics: Arc<Metrics>) -> Self {
        Self { engine, metrics }
    }

    async fn count<T>(
        &self,
        call: &'static str,
        made: Making<'_, Result<T, EngineError>>,
    ) -> Result<T, EngineError> {
        let began = Instant::now();
        let outcome = made.await;
        let (engine, took) = (self.engine.name(), began.elapsed());
        self.metrics
            .engine_called(engine, call, outcome.is_ok(), took);
        outcome
    }
}

impl Engine for Counted {
    fn name(&self) -> &'static str {
        self.engine.name()
    }

    fn start<'a>(
        &'a self,
        language: &'a Arc<Language>,
    ) -> Making<'a, Result<Connection, EngineError>> {
        Box::pin(self.count("start", self.engine.start(language)))
    }

    /// Not counted: it makes nothing.
    fn lack<'a>(&'a self, language: &'a Arc<Language>) -> Making<'a, Option<String>> {
        self.engine.lack(language)
    }

    fn source<'a>(
        &'a self,
        language: &'a Arc<Language>,
    ) -> Making<'a, Result<Source, EngineError>> {
        Box::pin(self.count("source", self.engine.source(language)))
    }

    /// Not counted: it asks nobody.
    fn toolchain<'a>(
        &'a self,
        language: &'a Arc<Language>,
        source: &'a Source,
    ) -> Making<'a, Option<String>> {
        self.engine.toolchain(language, source)
    }

    fn check(&self) -> Making<'_, Result<(), EngineError>> {
        Box::pin(self.count("check", self.engine.check()))
    }

    fn sweep(&self) -> Making<'_, Result<usize, EngineError>> {
        Box::pin(self.count("sweep", self.engine.sweep()))
    }

    fn doing(&self, language: &str) -> Option<String> {
        self.engine.doing(language)
    }

    fn rebuild(&self) -> &'static str {
        self.engine.rebuild()
    }
}
