//! The routes that only tell: languages, pool, health.

use super::service::{Health, MemoryReport, Part, PartState, PoolStats, Readiness};
use super::{ApiState, VERSION};
use crate::config::StageLimits;
use crate::language::Language;
use crate::metrics::MEDIA_TYPE;
use axum::Json;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;
use warmbox_protocol::Limits;

type ApiStateRef = State<Arc<ApiState>>;

/// `GET /languages`.
#[derive(Serialize, ToSchema)]
pub(super) struct Languages {
    languages: Vec<LanguageReport>,
    limits: LimitsReport,
}

#[derive(Serialize, ToSchema)]
struct LanguageReport {
    name: String,
    title: String,
    /// Other words for it in `/execute/{language}`.
    aliases: Vec<String>,
    /// False where it is left out: nobody asked for it, and what it needs is not there.
    offered: bool,
    /// Why it is not offered.
    detail: Option<String>,
    /// What `code` is called in the work folder.
    main_file: String,
    compiled: bool,
    standards: Option<StandardsReport>,
}

/// What `std` may be.
#[derive(Serialize, ToSchema)]
struct StandardsReport {
    default: String,
    allowed: Vec<String>,
}

/// What `limits` may be, and is where nothing is said.
#[derive(Serialize, ToSchema)]
struct LimitsReport {
    defaults: AllLimits,
    ceilings: AllLimits,
}

#[derive(Serialize, ToSchema)]
struct AllLimits {
    wall_ms: u64,
    cpu_ms: u64,
    memory_bytes: u64,
    processes: u64,
    output_bytes: u64,
    file_size_bytes: u64,
    disk_bytes: u64,
    open_files: u64,
    compile_wall_ms: u64,
}

impl From<&StageLimits> for AllLimits {
    fn from(limits: &StageLimits) -> Self {
        let Limits {
            wall_ms,
            cpu_ms,
            memory_bytes,
            processes,
            output_bytes,
            file_size_bytes,
            disk_bytes,
            open_files,
        } = limits.run;
        Self {
            wall_ms,
            cpu_ms,
            memory_bytes,
            processes,
            output_bytes,
            file_size_bytes,
            disk_bytes,
            open_files,
            compile_wall_ms: limits.compile_wall_ms,
        }
    }
}

/// Languages, which of them are offered, and this server's limits.
#[utoipa::path(
    get, path = "/languages", operation_id = "listLanguages", tag = "Server",
    responses((status = 200, description = "All languages that this server knows.", body = Languages)),
)]
pub(super) async fn languages(State(state): ApiStateRef) -> Json<Languages> {
    let left_out = |name: &str| {
        let all = state.service.readiness().languages;
        let found = all.into_iter().find(|it| it.language == name);
        found.filter(|it| !it.offered).map(|it| it.detail)
    };
    let all = state.service.languages();
    let report = |language: &Arc<Language>| {
        let detail = left_out(&language.name);
        LanguageReport {
            name: language.name.clone(),
            title: language.title.clone(),
            aliases: language.aliases.clone(),
            offered: detail.is_none(),
            detail,
            main_file: language.main_file.clone(),
            compiled: language.compile.is_some(),
            standards: language.standards.as_ref().map(|it| StandardsReport {
                default: it.default.clone(),
                allowed: it.allowed.clone(),
            }),
        }
    };
    Json(Languages {
        languages: all.iter().map(report).collect(),
        limits: LimitsReport {
            defaults: (&state.limits.defaults).into(),
            ceilings: (&state.limits.ceilings).into(),
        },
    })
}

/// The pools' figures.
#[utoipa::path(
    get, path = "/pool/stats", operation_id = "getPoolStats", tag = "Server",
    responses((status = 200, description = "The pool of each language, and the cache.", body = PoolStats)),
)]
pub(super) async fn pool_stats(State(state): ApiStateRef) -> Response {
    Json(state.service.pool_stats()).into_response()
}

/// State of every part of the server.
#[utoipa::path(
    get, path = "/health", operation_id = "getHealth", tag = "Server",
    responses(
        (status = 200, description = "Some part works at least.", body = HealthReport),
        (status = 503, description = "All are down.", body = HealthReport),
    ),
)]
pub(super) async fn health(State(state): ApiStateRef) -> Response {
    let Health {
        status,
        service_state,
        uptime_s,
        parts,
    } = state.service.health();
    let http_status = match status {
        PartState::Down => StatusCode::SERVICE_UNAVAILABLE,
        PartState::Ok | PartState::Degraded => StatusCode::OK,
    };
    let report = HealthReport {
        status,
        service_state,
        uptime_s,
        instance: state.instance.clone(),
        version: VERSION,
        parts,
    };
    (http_status, Json(report)).into_response()
}

/// `GET /health`.
#[derive(Serialize, ToSchema)]
struct HealthReport {
    status: PartState,
    /// `starting`, `running`, `stopping` or `stopped`.
    service_state: &'static str,
    uptime_s: u64,
    instance: String,
    version: &'static str,
    parts: Vec<Part>,
}

/// All figures, for Prometheus.
#[utoipa::path(
    get, path = "/metrics", operation_id = "getMetrics", tag = "Server",
    responses((status = 200, description = "In the OpenMetrics text format.", body = String,
        content_type = MEDIA_TYPE)),
)]
pub(super) async fn metrics(State(state): ApiStateRef) -> Response {
    let mut response = state.metrics.text().into_response();
    let media_type = HeaderValue::from_static(MEDIA_TYPE);
    response.headers_mut().insert(CONTENT_TYPE, media_type);
    response
}

/// What memory is used for.
#[utoipa::path(
    get, path = "/metrics/memory", operation_id = "getMemory", tag = "Server",
    responses((status = 200, description = "Of the server, and of its runners.", body = MemoryReport)),
)]
pub(super) async fn memory(State(state): ApiStateRef) -> Json<MemoryReport> {
    Json(state.service.memory())
}

/// `GET /livez`.
#[derive(Serialize, ToSchema)]
pub(super) struct Alive {
    instance: String,
    version: &'static str,
    pid: u32,
}

/// Whether the process answers, and which it is.
#[utoipa::path(
    get, path = "/livez", operation_id = "getLiveness", tag = "Server",
    responses((status = 200, description = "It does.", body = Alive)),
)]
pub(super) async fn livez(State(state): ApiStateRef) -> Json<Alive> {
    Json(Alive {
        instance: state.instance.clone(),
        version: VERSION,
        pid: std::process::id(),
    })
}

/// Whether every language that is offered can be executed.
#[utoipa::path(
    get, path = "/readyz", operation_id = "getReadiness", tag = "Server",
    responses(
        (status = 200, description = "All can, one at least, and new work is taken.", body = Readiness),
        (status = 503, description = "Not now; each language's state says why.", body = Readiness),
    ),
)]
pub(super) async fn readyz(State(state): ApiStateRef) -> Response {
    let readiness = state.service.readiness();
    let status = if readiness.ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    (status, Json(readiness)).into_response()
}
