//! What an administrator may ask for.

use super::ApiState;
use super::problem::Problem;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;

#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = EmergencyShutdown)]
#[serde(deny_unknown_fields)]
struct Wish {
    /// How long running work may go on, if not for the shutdown timeout.
    grace_ms: Option<u64>,
}

/// What is told of it.
#[derive(Serialize, ToSchema)]
struct ShutdownReport {
    service_state: &'static str,
    grace_ms: Option<u64>,
    /// False where it was stopping already.
    heard: bool,
}

/// Stop the service, as a signal would.
#[utoipa::path(
    post, path = "/admin/emergency-shutdown", operation_id = "emergencyShutdown", tag = "Server",
    request_body(content = Wish, description = "It may be left out."),
    responses((status = 202, description = "It stops.", body = ShutdownReport)),
)]
pub(super) async fn emergency_shutdown(
    State(state): State<Arc<ApiState>>,
    body: Bytes,
) -> Result<Response, Problem> {
    let wish: Wish = match body.is_empty() {
        true => Wish::default(),
        false => serde_json::from_slice(&body).map_err(|error| {
            Problem::field(
                "invalid_field",
                "grace_ms",
                format!("the body is empty, or {{\"grace_ms\": N}}: {error}"),
            )
        })?,
    };
    let grace = wish.grace_ms.map(Duration::from_millis);
    let heard = (state.service).stop(
        "an emergency shutdown by an administrator".to_owned(),
        grace,
    );
    let body = ShutdownReport {
        service_state: "stopping",
        grace_ms: wish.grace_ms,
        heard,
    };
    Ok((StatusCode::ACCEPTED, Json(body)).into_response())
}
