//! `POST /execute/{language}`. Order of decisions: media type, language, idempotency key, size, body,
//! then the service; nothing is claimed or started for a request that is wrong.

use super::audit::{self, RunLine};
use super::body::{self, Parsed};
use super::gate::Caller;
use super::idempotency::{self, Answered, REPLAYED, Scope};
use super::incoming::{check_announced, discard, is_compressed, is_utf8, read};
use super::problem::Problem;
use super::stream::{self, Occupied};
use super::{ApiState, answers};
use crate::access::Digest;
use crate::language::Language;
use crate::run::request::RunRequest;
use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use sha2::Digest as _;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

#[derive(Clone, Copy)]
enum MediaType {
    Json,
    Text,
}

/// What the head of a request says.
struct Head {
    media_type: MediaType,
    language: Arc<Language>,
    idempotency_key: Option<String>,
    /// The answer comes as events, while the run goes on.
    follows: bool,
}

/// Execute a program
///
/// Answers when it has ended, or with `accept: text/event-stream` while it goes on. With `tests` it is compiled once,
/// and run and judged once for each.
#[utoipa::path(
    post, path = "/execute/{language}", operation_id = "execute", tag = "Programs",
    params(
        ("language" = String, Path, description = "A name or an alias, as in `GET /languages`.", example = "python"),
        ("idempotency-key" = Option<String>, Header, description = "The same request with the same key is executed once, \
            and answered again. Not for events.", max_length = 255, pattern = "^[!-~]{1,255}$"),
    ),
    request_body(
        content((body::Written = "application/json"), (String = "text/plain")),
        description = "As text it is the code itself, with default limits and no input.",
    ),
    responses((status = 200, description = "What the program did, whatever that was.",
        content((crate::run::answer::Answer = "application/json"), (String = "text/event-stream")))),
)]
pub(super) async fn execute(
    State(state): State<Arc<ApiState>>,
    Extension(caller): Extension<Caller>,
    occupied: Option<Extension<Occupied>>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    // Before the body is read: whoever is refused should know it at once.
    let decided = match state.service.refusal() {
        Some(refusal) => Err(refusal.into()),
        None => decide(&state, &path, &headers),
    };
    let Head {
        media_type,
        language,
        idempotency_key,
        follows,
    } = match decided {
        Ok(decided) => decided,
        Err(problem) => {
            discard(body);
            return Err(problem);
        }
    };
    let bytes = read(body, state.body_bytes, state.body_timeout).await?;
    let parsed = match media_type {
        MediaType::Json => body::parse_json(&bytes, &language, &state)?,
        MediaType::Text => body::parse_text(&bytes, &language, &state)?,
    };
    let owner = caller.key.as_deref().unwrap_or_default();
    let parsed = super::blobs::fetch(&state, owner, &language, parsed).await?;
    let again = idempotency_key.map(|key| {
        let scope = Scope {
            caller: caller.key.clone().unwrap_or_default(),
            language: language.name.clone(),
            key,
        };
        (scope, digest(media_type, &bytes))
    });
    drop(bytes);
    let request = to_run(&caller, language, parsed);
    if follows {
        return stream::events(&state, &caller, request, occupied.map(|Extension(it)| it)).await;
    }
    match again {
        None => {
            let cancel = CancellationToken::new();
            // dropped with this future when the client goes away
            let _cancel_on_drop = cancel.clone().drop_guard();
            let bytes = run(&state, &caller, request, cancel).await?;
            Ok(answers::with_json(bytes))
        }
        Some((scope, digest)) => once(state, caller, request, scope, digest).await,
    }
}

/// Executes, unless that has been done for this scope. It goes on when the client goes away, with
/// the caller's place, and only the end of the server cancels it.
async fn once(
    state: Arc<ApiState>,
    caller: Caller,
    request: RunRequest,
    scope: Scope,
    digest: Digest,
) -> Result<Response, Problem> {
    let language = request.language.name.clone();
    let running = {
        let (state, caller) = (state.clone(), caller.clone());
        async move { run(&state, &caller, request, CancellationToken::new()).await }
    };
    let bytes = match state.idempotency.answer(scope, digest, running).await? {
        Answered::First(bytes) => return Ok(answers::with_json(bytes)),
        Answered::Shared(bytes) => bytes,
        Answered::Kept(bytes) => state.room.send_again(bytes).await?,
    };
    audit::replayed(&caller, &language);
    let mut response = answers::with_json(bytes);
    let yes = HeaderValue::from_static("true");
    response.headers_mut().insert(REPLAYED, yes);
    Ok(response)
}

/// One run and its line.
async fn run(
    state: &ApiState,
    caller: &Caller,
    request: RunRequest,
    cancel: CancellationToken,
) -> Result<Bytes, Problem> {
    let line = RunLine::new(caller, &request, state.access.now().audit_code);
    match state.execute(request, cancel, None).await {
        Ok(answer) => {
            line.executed(&answer);
            state.room.write(answer).await
        }
        Err(error) => {
            line.refused();
            Err(error.into())
        }
    }
}

pub(super) fn to_run(caller: &Caller, language: Arc<Language>, parsed: Parsed) -> RunRequest {
    let Parsed {
        files,
        stdin,
        args,
        std,
        limits,
        stop_at_output_limit,
        terminal,
        outputs,
        outputs_as_blobs,
        judging,
        named: _,
    } = parsed;
    let run_id = Uuid::now_v7();
    tracing::debug!(%run_id, language = language.name, files = files.len(), "request accepted");
    RunRequest {
        run_id,
        request_id: caller.request_id.clone(),
        asked_by: caller.key.clone().unwrap_or_default(),
        language,
        files,
        stdin,
        args,
        std,
        limits,
        stop_at_output_limit,
        terminal,
        outputs,
        outputs_as_blobs,
        judging: judging.map(Arc::new),
    }
}

fn decide(
    state: &ApiState,
    path: &Result<Path<String>, PathRejection>,
    headers: &HeaderMap,
) -> Result<Head, Problem> {
    let media_type = media_type(headers)?;
    let language = match path {
        Ok(Path(word)) => state.language(word)?,
        Err(_) => state.language("\u{FFFD}")?,
    };
    let idempotency_key = idempotency::key(headers)?;
    let follows = stream::wants_events(headers);
    if follows && idempotency_key.is_some() {
        let detail = "events are told once: leave idempotency-key out, and after a lost connection go on with \
                      GET /runs/{run_id}/events";
        return Err(Problem::new(
            400,
            "idempotency_not_for_events",
            "No idempotency for events",
            detail.to_owned(),
        ));
    }
    check_announced(headers, state.body_bytes)?;
    Ok(Head {
        media_type,
        language,
        idempotency_key,
        follows,
    })
}

/// What two requests have in common that ask for the same: the bytes, and how they are meant.
fn digest(media_type: MediaType, bytes: &[u8]) -> Digest {
    let meant: &[u8] = match media_type {
        MediaType::Json => b"json\n",
        MediaType::Text => b"text\n",
    };
    let hasher = sha2::Sha256::new().chain_update(meant);
    hasher.chain_update(bytes).finalize().into()
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
    if is_compressed(headers) {
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
            && !is_utf8(charset)
        {
            return Err(refused(format!(
                "charset {charset} is not accepted; send UTF-8"
            )));
        }
    }
    Ok(media_type)
}
