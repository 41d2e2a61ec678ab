//! `POST /execute/{language}`. Order of decisions: media type, language, size, body, then the
//! service; nothing is claimed or started for a request that is wrong.

use super::body::{self, Parsed};
use super::envelope::RequestId;
use super::problem::Problem;
use super::{Answering, ApiState};
use crate::run::request::RunRequest;
use axum::Extension;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::response::Response;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How long a body may take to arrive.
const BODY_DEADLINE: Duration = Duration::from_secs(30);
/// How long the rest of a refused body is read and thrown away: a client that is still writing
/// would else see a broken connection instead of the answer.
const DISCARD_DEADLINE: Duration = Duration::from_secs(5);

#[derive(Clone, Copy)]
enum MediaType {
    Json,
    Text,
}

pub(super) async fn execute(
    State(state): State<Arc<ApiState>>,
    Extension(RequestId(request_id)): Extension<RequestId>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let decided = decide(&state, &path, &headers);
    let (media_type, language) = match decided {
        Ok(decided) => decided,
        Err(problem) => {
            tokio::spawn(discard(body));
            return Err(problem);
        }
    };
    let bytes = read(body, state.body_bytes).await?;
    let Parsed {
        files,
        stdin,
        args,
        std,
        limits,
        stop_at_output_limit,
    } = match media_type {
        MediaType::Json => body::parse_json(&bytes, &language, &state)?,
        MediaType::Text => body::parse_text(&bytes, &language, &state)?,
    };
    drop(bytes);
    let run_id = Uuid::now_v7();
    tracing::debug!(%run_id, language = language.name, files = files.len(), "request accepted");
    let cancel = CancellationToken::new();
    // dropped with this future when the client goes away
    let _cancel_on_drop = cancel.clone().drop_guard();
    let request = RunRequest {
        run_id,
        request_id,
        language,
        files,
        stdin,
        args,
        std,
        limits,
        stop_at_output_limit,
    };
    let executing: Answering<'_, _> = state.service.execute(request, cancel);
    state.room.respond(executing.await?).await
}

fn decide(
    state: &ApiState,
    path: &Result<Path<String>, PathRejection>,
    headers: &HeaderMap,
) -> Result<(MediaType, Arc<crate::language::Language>), Problem> {
    let media_type = media_type(headers)?;
    let language = match path {
        Ok(Path(word)) => state.language(word)?,
        Err(_) => state.language("\u{FFFD}")?,
    };
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > state.body_bytes as u64) {
        return Err(too_large(state.body_bytes));
    }
    Ok((media_type, language))
}

fn media_type(headers: &HeaderMap) -> Result<MediaType, Problem> {
    let refused = |detail: String| {
        Problem::new(
            415,
            "unsupported_media_type",
            "Unsupported media type",
            detail,
        )
        .with("accepted", vec!["application/json", "text/plain"])
    };
    if headers
        .get(CONTENT_ENCODING)
        .is_some_and(|value| value != "identity")
    {
        return Err(refused(
            "compressed bodies are not accepted; send it without content-encoding".to_owned(),
        ));
    }
    let Some(value) = headers.get(CONTENT_TYPE) else {
        return Err(refused(
            "content-type is missing; send application/json, or text/plain with the code itself"
                .to_owned(),
        ));
    };
    let text = String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase();
    let mut parts = text.split(';').map(str::trim);
    let media_type = match parts.next().unwrap_or_default() {
        "application/json" => MediaType::Json,
        "text/plain" => MediaType::Text,
        other => {
            return Err(refused(format!(
                "content-type {other:?} is not accepted; send application/json, or text/plain with the code itself"
            )));
        }
    };
    for part in parts {
        if let Some(charset) = part.strip_prefix("charset=")
            && !matches!(charset.trim_matches('"'), "utf-8" | "utf8" | "us-ascii")
        {
            return Err(refused(format!(
                "charset {charset} is not accepted; send UTF-8"
            )));
        }
    }
    Ok(media_type)
}

fn too_large(limit: usize) -> Problem {
    Problem::new(
        413,
        "body_too_large",
        "Body too large",
        format!("the request body is larger than the allowed {limit} bytes"),
    )
    .with("limit", limit)
}

/// The whole body, read within its limit and its deadline.
async fn read(mut body: Body, limit: usize) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    let reading = async {
        while let Some(frame) = frame(&mut body).await {
            let Ok(data) = frame else {
                return Err(Problem::new(
                    400,
                    "incomplete_body",
                    "Incomplete body",
                    "the connection broke before the whole body had arrived".to_owned(),
                ));
            };
            if bytes.len() + data.len() > limit {
                return Err(too_large(limit));
            }
            bytes.extend_from_slice(&data);
        }
        Ok(())
    };
    match timeout(BODY_DEADLINE, reading).await {
        Ok(Ok(())) => Ok(bytes),
        Ok(Err(problem)) => {
            tokio::spawn(discard(body));
            Err(problem)
        }
        Err(_) => Err(Problem::new(
            408,
            "body_timeout",
            "Request timeout",
            format!(
                "the body did not arrive within {} s",
                BODY_DEADLINE.as_secs()
            ),
        )),
    }
}

async fn discard(mut body: Body) {
    let _ = timeout(DISCARD_DEADLINE, async {
        while let Some(Ok(_)) = frame(&mut body).await {}
    })
    .await;
}

/// The next piece of data; trailers are empty pieces.
async fn frame(body: &mut Body) -> Option<Result<Bytes, axum::Error>> {
    let frame = poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await?;
    Some(frame.map(|frame| frame.into_data().unwrap_or_default()))
}
