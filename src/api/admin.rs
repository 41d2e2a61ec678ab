//! What an administrator may ask for.

use super::ApiState;
use super::problem::Problem;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wish {
    /// How long running work may go on, if not for the shutdown timeout.
    grace_ms: Option<u64>,
}

/// `POST /admin/emergency-shutdown`: stops the service, as a signal would.
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
    let body = json!({"service_state": "stopping", "grace_ms": wish.grace_ms, "heard": heard});
    Ok((StatusCode::ACCEPTED, Json(body)).into_response())
}
