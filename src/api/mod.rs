//! The only place that knows HTTP: routes, request bodies, status codes, problem documents.
//! It decides nothing about runs; whoever executes them stands behind [`Service`].

mod admin;
mod answers;
mod audit;
mod blobs;
mod body;
mod cors;
mod envelope;
mod execute;
/// Open for `fuzz/` alone.
#[doc(hidden)]
pub mod file_names;
mod gate;
mod held;
mod idempotency;
mod incoming;
mod jobs;
mod openapi;
mod problem;
mod reports;
mod service;
mod stream;

pub use jobs::Work;
pub use problem::Problem;
pub use service::{
    Answering, CacheMemory, Health, LanguageReadiness, LanguageStats, MemoryReport, Part,
    PartState, PoolStats, Readiness, ServerMemory, Service, ServiceError,
};
pub use stream::Occupied;

use crate::access::Access;
use crate::blobs::Blobs;
use crate::config::{Config, LimitTable};
use crate::follow::{Feeds, Runs};
use crate::jobs::{Jobs, Webhooks};
use crate::language::Language;
use crate::metrics::Metrics;
use axum::Router;
use axum::http::Uri;
use axum::middleware::from_fn_with_state;
use axum::routing::{delete, get, post, put};
use std::sync::Arc;
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;

/// The version in `server`, answers and `/livez`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Where every route is as well.
const VERSIONED: &str = "/v1";

/// A path as it is without its version.
fn unversioned(path: &str) -> &str {
    match path.strip_prefix(VERSIONED) {
        Some(rest) if rest.starts_with('/') => rest,
        _ => path,
    }
}

/// What every handler needs.
pub struct ApiState {
    pub service: Arc<dyn Service>,
    /// Names this process in every answer.
    pub instance: String,
    pub metrics: Arc<Metrics>,
    pub limits: LimitTable,
    pub body_bytes: usize,
    pub source_bytes: usize,
    pub stdin_bytes: usize,
    /// How long a body may take to arrive.
    pub body_timeout: Duration,
    /// Who may ask.
    pub access: Access,
    runs: Runs,
    /// Of jobs.
    feeds: Feeds,
    pub jobs: Jobs,
    pub webhooks: Webhooks,
    pub blobs: Blobs,
    room: answers::Room,
    idempotency: idempotency::Idempotency,
}

impl ApiState {
    /// The state for a service, with the bounds of the configuration; without jobs and blobs.
    pub fn new(
        service: Arc<dyn Service>,
        instance: String,
        metrics: Arc<Metrics>,
        config: &Config,
        access: Access,
    ) -> Self {
        Self {
            service,
            instance,
            metrics,
            limits: config.limits,
            body_bytes: config.body_bytes,
            source_bytes: config.source_bytes,
            stdin_bytes: config.stdin_bytes,
            body_timeout: config.net.body_timeout,
            access,
            runs: Runs::new(config.net.reconnect_grace),
            feeds: Feeds::default(),
            jobs: Jobs::off("it was made without"),
            webhooks: Webhooks::off(),
            blobs: Blobs::off("it was made without"),
            idempotency: idempotency::Idempotency::new(),
            room: answers::Room::new(),
        }
    }

    /// The same with what outlives a request.
    pub fn with(self, jobs: Jobs, webhooks: Webhooks, blobs: Blobs) -> Self {
        Self {
            jobs,
            webhooks,
            blobs,
            ..self
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
    let pages = cors::Pages::new(state.access.clone());
    let routes = Router::new()
        .route("/execute/{language}", post(execute::execute))
        .route("/execute/{language}/ws", get(stream::socket))
        .route("/runs/{run_id}", delete(stream::cancel))
        .route("/runs/{run_id}/events", get(stream::again))
        .route("/jobs", post(jobs::submit).get(jobs::list))
        .route("/jobs/{id}", get(jobs::find).delete(jobs::cancel))
        .route("/jobs/{id}/events", get(jobs::events))
        .route("/blobs/{sha256}", put(blobs::put).get(blobs::get))
        .route("/languages", get(reports::languages))
        .route("/pool/stats", get(reports::pool_stats))
        .route("/health", get(reports::health))
        .route("/livez", get(reports::livez))
        .route("/readyz", get(reports::readyz))
        .route("/metrics", get(reports::metrics))
        .route("/metrics/memory", get(reports::memory))
        .route("/admin/emergency-shutdown", post(admin::emergency_shutdown))
        .route("/openapi.json", get(openapi::description));
    // The same under its version: what comes after it may mean something else elsewhere.
    Router::new()
        .nest(VERSIONED, routes.clone())
        .merge(routes)
        .route("/docs", get(openapi::page))
        .route("/docs/", get(openapi::file))
        .route("/docs/{*file}", get(openapi::file))
        .fallback(unknown_route)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(state.clone(), gate::gate))
        .layer(CatchPanicLayer::custom(envelope::panicked))
        .layer(from_fn_with_state(pages, cors::cors))
        .layer(from_fn_with_state(state.clone(), envelope::envelope))
        .with_state(state)
}

async fn unknown_route(uri: Uri) -> Problem {
    Problem::new(
        404,
        "unknown_route",
        "Unknown route",
        format!(
            "there is nothing at {:?}; see POST /execute/{{language}}, /jobs, /blobs/{{sha256}}, GET /languages, /pool/stats, /health, /livez, \
             /readyz and /metrics; all of it is at GET /docs",
            uri.path()
        ),
    )
}

/// The same interface for those who speak plain HTTP where TLS is spoken: they are told so, by an
/// answer that says as ever who gave it.
pub fn told_of_tls(state: Arc<ApiState>) -> Router {
    Router::new()
        .fallback(needs_tls)
        .layer(from_fn_with_state(state, envelope::envelope))
}

async fn needs_tls() -> Problem {
    Problem::new(
        400,
        "tls_required",
        "TLS required",
        "this port speaks HTTPS; ask again with https:// instead of http://".to_owned(),
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
