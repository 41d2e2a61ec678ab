//! The description of this interface, OpenAPI 3.1 (<https://spec.openapis.org/oas/v3.1.1>), and a page that
//! shows it. It is made from the types that are read and written and from what stands at the handlers;
//! what neither can say is added here: errors ([`problems`]), examples, and which fields go together.
//! `docs/openapi.json` is the same, and a test compares them.

mod examples;
mod problems;
mod schemas;

pub(super) use schemas::checker;

use super::problem::Problem;
use super::{VERSION, VERSIONED, unknown_route};
use super::{admin, blobs, execute, jobs, reports, stream};
use axum::body::Bytes;
use axum::extract::Path;
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, Uri};
use axum::response::{IntoResponse, Redirect, Response};
use serde_json::{Map, Value, json};
use std::sync::{Arc, LazyLock};
use utoipa::OpenApi;
use utoipa_swagger_ui::Config;

/// Where the description is, also for the page.
const PLACE: &str = "/openapi.json";
/// Nothing from elsewhere, whatever the page wants.
const ONLY_OURS: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; connect-src 'self'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "warmbox",
        version = VERSION,
        description = "Executes untrusted programs in warm sandboxes. All times are in milliseconds, all sizes in \
            bytes. Every answer has `x-request-id` and `x-warmbox-instance`; every error is a problem document \
            (RFC 9457) with a `code` that does not change.",
        license(name = "MIT OR Apache-2.0"),
    ),
    tags(
        (name = "Programs", description = "Execute, and wait for the answer."),
        (name = "Live runs", description = "Follow a program while it goes on, and talk to it."),
        (name = "Jobs", description = "Programs that are executed later, and kept on disk until then."),
        (name = "Blobs", description = "Files that are sent once and named by their content."),
        (name = "Server", description = "What it offers, how it is, and how it is stopped."),
    ),
    paths(
        execute::execute,
        stream::socket::socket,
        stream::events::again,
        stream::events::cancel,
        jobs::submit,
        jobs::list,
        jobs::find,
        jobs::cancel,
        jobs::events::events,
        blobs::put,
        blobs::get,
        reports::languages,
        reports::pool_stats,
        reports::health,
        reports::livez,
        reports::readyz,
        reports::metrics,
        reports::memory,
        admin::emergency_shutdown,
        description,
    ),
    components(schemas(crate::follow::Event<'_>, jobs::Document<'_>)),
)]
struct Written;

/// The whole description.
fn document() -> Value {
    // Strings, numbers and lists alone: it can always be written.
    let mut document = serde_json::to_value(Written::openapi()).unwrap_or_default();
    document["servers"] = json!([
        {"url": VERSIONED, "description": "this version"},
        {"url": "/", "description": "the same"},
    ]);
    schemas::complete(&mut document);
    document["components"]["headers"] = json!({
        "x-request-id": {
            "description": "The request's own, or one that was made for it: the log knows it by that.",
            "schema": {"type": "string"},
        },
        "x-warmbox-instance": {
            "description": "The process that answered.",
            "schema": {"type": "string", "format": "uuid"},
        },
    });
    document["components"]["securitySchemes"] = json!({
        "key": {"type": "http", "scheme": "bearer", "description": "An API key, where the server has keys."},
        "keyHeader": {"type": "apiKey", "in": "header", "name": "x-api-key", "description": "The same."},
        "admin": {"type": "http", "scheme": "bearer", "description": "The admin token."},
    });
    let paths = document["paths"].take();
    document["paths"] = each_operation(paths, |path, operation| {
        operation["security"] = match path {
            "/livez" | "/readyz" | PLACE => json!([]),
            _ if path.starts_with("/admin/") => json!([{"admin": []}]),
            _ => json!([{}, {"key": []}, {"keyHeader": []}]),
        };
        schemas::complete_operation(operation);
        problems::add(operation);
        examples::add(operation);
        let answers = operation["responses"].as_object_mut();
        for answer in answers.into_iter().flat_map(Map::values_mut) {
            for header in ["x-request-id", "x-warmbox-instance"] {
                answer["headers"][header] =
                    json!({"$ref": format!("#/components/headers/{header}")});
            }
        }
    });
    document
}

fn each_operation(mut paths: Value, change: impl Fn(&str, &mut Value)) -> Value {
    for (path, item) in paths.as_object_mut().into_iter().flatten() {
        for operation in item.as_object_mut().into_iter().flat_map(Map::values_mut) {
            change(path, operation);
        }
    }
    paths
}

/// This description.
#[utoipa::path(
    get, path = "/openapi.json", operation_id = "getDescription", tag = "Server",
    responses((status = 200, description = "OpenAPI 3.1.", body = Object)),
)]
pub(super) async fn description() -> Response {
    static TEXT: LazyLock<Bytes> = LazyLock::new(|| document().to_string().into());
    let json = HeaderValue::from_static("application/json");
    ([(CONTENT_TYPE, json)], TEXT.clone()).into_response()
}

/// `GET /docs`: the page's files are beside each other, so its own address ends in a slash.
pub(super) async fn page() -> Redirect {
    Redirect::permanent("/docs/")
}

/// `GET /docs/…`: a file of the page.
pub(super) async fn file(path: Option<Path<String>>, uri: Uri) -> Result<Response, Problem> {
    static CONFIG: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
        // The badge of a validator would be fetched from elsewhere.
        Arc::new(Config::from(PLACE).validator_url("none"))
    });
    let path = path.map(|Path(path)| path).unwrap_or_default();
    let found = utoipa_swagger_ui::serve(&path, CONFIG.clone()).map_err(|error| {
        tracing::error!(%error, "the page of the description cannot be shown");
        Problem::internal()
    })?;
    let Some(file) = found else {
        return Err(unknown_route(uri).await);
    };
    let mut response = file.bytes.into_owned().into_response();
    let headers = response.headers_mut();
    if let Ok(media_type) = HeaderValue::from_str(&file.content_type) {
        headers.insert(CONTENT_TYPE, media_type);
    }
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(ONLY_OURS));
    Ok(response)
}

#[cfg(test)]
mod tests;
