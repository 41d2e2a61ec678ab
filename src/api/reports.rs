//! The routes that only tell: languages, pool, health.

use super::service::{MemoryReport, PartState};
use super::{ApiState, VERSION};
use crate::metrics::MEDIA_TYPE;
use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::{Value, json};
use std::sync::Arc;
use warmbox_protocol::Limits;

type ApiStateRef = State<Arc<ApiState>>;

#[derive(Serialize)]
struct LimitsReport {
    #[serde(flatten)]
    run: Limits,
    compile_wall_ms: u64,
}

pub(super) async fn languages(State(state): ApiStateRef) -> Json<Value> {
    let left_out = |name: &str| {
        let all = state.service.readiness().languages;
        let found = all.into_iter().find(|it| it.language == name);
        found.filter(|it| !it.offered).map(|it| it.detail)
    };
    let languages: Vec<_> = state
        .service
        .languages()
        .iter()
        .map(|language| {
            let left_out = left_out(&language.name);
            json!({
                "offered": left_out.is_none(),
                "detail": left_out,
                "name": language.name,
                "title": language.title,
                "aliases": language.aliases,
                "main_file": language.main_file,
                "compiled": language.compile.is_some(),
                "standards": language.standards.as_ref().map(|s| json!({"default": s.default, "allowed": s.allowed})),
            })
        })
        .collect();
    let report = |limits: &crate::config::StageLimits| LimitsReport {
        run: limits.run,
        compile_wall_ms: limits.compile_wall_ms,
    };
    Json(json!({
        "languages": languages,
        "limits": {"defaults": report(&state.limits.defaults), "ceilings": report(&state.limits.ceilings)},
    }))
}

pub(super) async fn pool_stats(State(state): ApiStateRef) -> Response {
    Json(state.service.pool_stats()).into_response()
}

pub(super) async fn health(State(state): ApiStateRef) -> Response {
    let health = state.service.health();
    let status = if health.status == PartState::Down {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::OK
    };
    let body = json!({
        "status": health.status,
        "service_state": health.service_state,
        "uptime_s": health.uptime_s,
        "instance": state.instance,
        "version": VERSION,
        "parts": health.parts,
    });
    (status, Json(body)).into_response()
}

/// All figures, for Prometheus.
pub(super) async fn metrics(State(state): ApiStateRef) -> Response {
    let mut response = state.metrics.text().into_response();
    let media_type = HeaderValue::from_static(MEDIA_TYPE);
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    response
}

pub(super) async fn memory(State(state): ApiStateRef) -> Json<MemoryReport> {
    Json(state.service.memory())
}

/// Answers as long as the process does; whoever asks learns which process it is.
pub(super) async fn livez(State(state): ApiStateRef) -> Json<Value> {
    Json(json!({"instance": state.instance, "version": VERSION, "pid": std::process::id()}))
}

pub(super) async fn readyz(State(state): ApiStateRef) -> Response {
    let readiness = state.service.readiness();
    let status = if readiness.ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(readiness)).into_response()
}
