//! Pages of other origins: which may ask, and what they get to see. A browser's question whether it
//! may ask is answered here, without a key.

use super::envelope::{INSTANCE, REQUEST_ID};
use super::gate::{API_KEY, RATE, RATE_POLICY};
use super::idempotency::{IDEMPOTENCY_KEY, REPLAYED};
use crate::access::Access;
use crate::config::Cors;
use axum::extract::{Request, State};
use axum::http::Method;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use axum::middleware::Next;
use axum::response::Response;
use std::time::Duration;
use tower::{Layer, ServiceExt};
use tower_http::cors::{AllowOrigin, Any, CorsLayer};

/// How long a browser may remember what it was told: a reload can take it back.
const REMEMBERED: Duration = Duration::from_secs(600);

/// The layers that there can be; the rules of the moment say which.
#[derive(Clone)]
pub(super) struct Pages {
    access: Access,
    any: CorsLayer,
    listed: CorsLayer,
}

impl Pages {
    pub(super) fn new(access: Access) -> Self {
        let rules = access.clone();
        let listed =
            AllowOrigin::predicate(move |origin, _| rules.now().allows_origin(origin.as_bytes()));
        Self {
            access,
            any: layer().allow_origin(Any),
            listed: layer().allow_origin(listed),
        }
    }
}

fn layer() -> CorsLayer {
    CorsLayer::new()
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allow_headers([
            AUTHORIZATION,
            CONTENT_TYPE,
            API_KEY,
            IDEMPOTENCY_KEY,
            REQUEST_ID,
        ])
        .expose_headers([
            REQUEST_ID,
            INSTANCE,
            LOCATION,
            RETRY_AFTER,
            RATE_POLICY,
            RATE,
            REPLAYED,
        ])
        .max_age(REMEMBERED)
}

/// Where no origin may ask, all is as if this were not here. No page has business with `/admin/`.
pub(super) async fn cors(State(pages): State<Pages>, request: Request, next: Next) -> Response {
    let rules = pages.access.now();
    let layer = match rules.cors {
        _ if super::unversioned(request.uri().path()).starts_with("/admin") => {
            return next.run(request).await;
        }
        Cors::None => return next.run(request).await,
        Cors::Any => &pages.any,
        Cors::Origins(_) => &pages.listed,
    };
    let Ok(response) = layer.layer(next).oneshot(request).await;
    response
}
