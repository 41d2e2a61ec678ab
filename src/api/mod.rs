//! The only place that knows HTTP: routes, request bodies, status codes, problem documents.
//! It decides nothing about runs; whoever executes them stands behind [`Service`].

mod answers;
mod body;
mod envelope;
mod execute;
/// Open for `fuzz/` alone.
#[doc(hidden)]
pub mod file_names;
mod problem;
mod reports;
mod service;

pub use problem::Problem;
pub use service::{
    Answering, Health, LanguageReadiness, LanguageStats, Part, PartState, PoolStats, Readiness,
    Service, ServiceError,
};

use crate::config::{Config, LimitTable};
use crate::language::Language;
use axum::Router;
use axum::http::Uri;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use std::sync::Arc;
use tower_http::catch_panic::CatchPanicLayer;

/// The version in `server`, answers and `/livez`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// What every handler needs.
pub struct ApiState {
    pub service: Arc<dyn Service>,
    /// Names this process in every answer.
    pub instance: String,
    pub limits: LimitTable,
    pub body_bytes: usize,
    pub source_bytes: usize,
    pub stdin_bytes: usize,
    room: answers::Room,
}

impl ApiState {
    /// The state for a service, with the bounds of the configuration.
    pub fn new(service: Arc<dyn Service>, instance: String, config: &Config) -> Self {
        Self {
            service,
            instance,
            limits: config.limits,
            body_bytes: config.body_bytes,
            source_bytes: config.source_bytes,
            stdin_bytes: config.stdin_bytes,
            room: answers::Room::new(),
        }
    }

    fn language(&self, word: &str) -> Result<Arc<Language>, Problem> {
        let all = self.service.languages();
        match all.iter().find(|language| language.answers_to(word)) {
            Some(language) => Ok(language.clone()),
            None => {
                let known: Vec<_> = all.iter().map(|language| language.name.clone()).collect();
                Err(Problem::new(
                    404,
                    "unknown_language",
                    "Unknown language",
                    format!(
                        "there is no language {word:?}; known are {}",
                        known.join(", ")
                    ),
                )
                .with("known", known))
            }
        }
    }
}

/// The whole interface, without a socket.
pub fn router(state: Arc<ApiState>) -> Router {
    Router::new()
        .route("/execute/{language}", post(execute::execute))
        .route("/languages", get(reports::languages))
        .route("/pool/stats", get(reports::pool_stats))
        .route("/health", get(reports::health))
        .route("/livez", get(reports::livez))
        .route("/readyz", get(reports::readyz))
        .fallback(unknown_route)
        .method_not_allowed_fallback(wrong_method)
        .layer(CatchPanicLayer::custom(envelope::panicked))
        .layer(from_fn_with_state(state.clone(), envelope::envelope))
        .with_state(state)
}

async fn unknown_route(uri: Uri) -> Problem {
    Problem::new(
        404,
        "unknown_route",
        "Unknown route",
        format!(
            "there is nothing at {:?}; see POST /execute/{{language}}, GET /languages, /pool/stats, /health, /livez \
             and /readyz",
            uri.path()
        ),
    )
}

async fn wrong_method() -> Problem {
    Problem::new(
        405,
        "method_not_allowed",
        "Method not allowed",
        "this route has another method; the header `allow` names it".to_owned(),
    )
}

#[cfg(test)]
mod tests;
