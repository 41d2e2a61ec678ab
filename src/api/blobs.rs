//! `/blobs/{sha256}`: files that are sent once; and what a request names of them, put in its place.

use super::ApiState;
use super::body::{Named, NamedPlace, Parsed};
use super::gate::Caller;
use super::incoming::{check_announced, discard, read};
use super::problem::Problem;
use crate::access::{Digest, hex};
use crate::blobs::{BlobError, Pin, Put, unhex};
use crate::language::Language;
use crate::run::answer::OutputFile;
use axum::Extension;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use sha2::Digest as _;
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;
use warmbox_protocol::InputFile;

const TRY_AGAIN: Duration = Duration::from_secs(1);

/// A blob that is there.
#[derive(Serialize, ToSchema)]
struct Stored {
    sha256: String,
    bytes: usize,
}

/// Send a file once
///
/// Requests name it by its SHA-256 then, for as long as it is used now and then.
#[utoipa::path(
    put, path = "/blobs/{sha256}", operation_id = "putBlob", tag = "Blobs",
    params(("sha256" = String, Path, description = "Of the bytes, in lower case hexadecimal.", pattern = "^[0-9a-f]{64}$")),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    responses(
        (status = 200, description = "It was there.", body = Stored),
        (status = 201, description = "It is there now.", body = Stored),
    ),
)]
pub(super) async fn put(
    State(state): State<Arc<ApiState>>,
    Extension(caller): Extension<Caller>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let most = state.blobs.most_bytes();
    let decided = match state.service.refusal() {
        Some(refusal) => Err(refusal.into()),
        None => check_announced(&headers, most)
            .and_then(|()| name(path))
            .and_then(|it| state.blobs.check().map(|()| it).map_err(refused)),
    };
    let sha256 = match decided {
        Ok(sha256) => sha256,
        Err(problem) => {
            discard(body);
            return Err(problem);
        }
    };
    let bytes = read(body, most, state.body_timeout).await?;
    let size = bytes.len();
    let owner = caller.key.as_deref().unwrap_or_default();
    let put = state
        .blobs
        .put(owner, sha256, bytes)
        .await
        .map_err(refused)?;
    let status = match put {
        Put::New => StatusCode::CREATED,
        Put::There => StatusCode::OK,
    };
    let stored = Stored {
        sha256: hex(&sha256),
        bytes: size,
    };
    Ok((status, axum::Json(stored)).into_response())
}

/// Fetch a file that was sent
#[utoipa::path(
    get, path = "/blobs/{sha256}", operation_id = "getBlob", tag = "Blobs",
    params(("sha256" = String, Path, description = "Its name.", pattern = "^[0-9a-f]{64}$")),
    responses((status = 200, description = "Its bytes.", body = Vec<u8>, content_type = "application/octet-stream")),
)]
pub(super) async fn get(
    State(state): State<Arc<ApiState>>,
    Extension(caller): Extension<Caller>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let sha256 = name(path)?;
    let owner = caller.key.as_deref().unwrap_or_default();
    let unknown = || {
        let detail = format!("there is no blob {} of yours here", hex(&sha256));
        Problem::new(404, "unknown_blob", "Unknown blob", detail)
    };
    let held = state.blobs.pin(owner, sha256).await.map_err(refused)?;
    let (held, size) = held.ok_or_else(unknown)?;
    let room = (state.room).reserve(usize::try_from(size).unwrap_or(usize::MAX));
    let room = room.await?;
    let found = state.blobs.get(owner, sha256).await.map_err(refused)?;
    drop(held);
    let bytes = room.fill(found.ok_or_else(unknown)?);
    let mut response = Response::new(Body::from(bytes));
    let binary = HeaderValue::from_static("application/octet-stream");
    response.headers_mut().insert(CONTENT_TYPE, binary);
    Ok(response)
}

/// Puts the blobs that a request names into it.
pub(super) async fn fetch(
    state: &ApiState,
    owner: &str,
    language: &Language,
    mut parsed: Parsed,
) -> Result<Parsed, Problem> {
    let (mut all, mut source) = (0, source_bytes(language, &parsed));
    for named in std::mem::take(&mut parsed.named) {
        let found = state.blobs.get(owner, named.sha256).await;
        let bytes = found
            .map_err(|error| of_field(error, &named))?
            .ok_or_else(|| unknown(&named))?;
        check_size(state, &named, bytes.len() as u64, &mut all)?;
        if is_source(language, &parsed, named.place) {
            source += bytes.len();
            check_source(state, source)?;
        }
        if let Some(place) = parsed.place(named.place) {
            *place = bytes;
        }
    }
    Ok(parsed)
}

/// Keeps files that a program made as blobs of its owner's, and puts their names in the place of their content.
/// What cannot be kept stays as it is: nothing is lost for want of room.
pub(super) async fn keep(state: &ApiState, owner: &str, files: &mut [OutputFile]) {
    for file in files {
        let Some(bytes) = file.content_bytes() else {
            continue;
        };
        let sha256: Digest = sha2::Sha256::digest(&bytes).into();
        match state.blobs.put(owner, sha256, bytes).await {
            Ok(Put::New | Put::There) => {
                (file.content, file.encoding) = (None, None);
                file.blob = Some(hex(&sha256));
            }
            Err(error) => {
                tracing::warn!(%error, "a file that was to be kept as a blob is answered by itself")
            }
        }
    }
}

/// Holds the blobs that a job names until it is stored.
pub(super) async fn pin(
    state: &ApiState,
    owner: &str,
    language: &Language,
    parsed: &Parsed,
) -> Result<Vec<Pin>, Problem> {
    let mut pins = Vec::with_capacity(parsed.named.len());
    let (mut all, mut source) = (0, source_bytes(language, parsed));
    for named in &parsed.named {
        let found = state.blobs.pin(owner, named.sha256).await;
        let (pin, bytes) = found
            .map_err(|error| of_field(error, named))?
            .ok_or_else(|| unknown(named))?;
        check_size(state, named, bytes, &mut all)?;
        if is_source(language, parsed, named.place) {
            source += bytes as usize;
            check_source(state, source)?;
        }
        pins.push(pin);
    }
    Ok(pins)
}

/// Whether what goes there is compiled or executed as the program.
fn is_source(language: &Language, parsed: &Parsed, place: NamedPlace) -> bool {
    let NamedPlace::File(index) = place else {
        return false;
    };
    let named = parsed.files.get(index);
    named.is_some_and(|file| is_source_file(language, index, file))
}

/// The main file is one whatever it is called.
fn is_source_file(language: &Language, index: usize, file: &InputFile) -> bool {
    index == 0 || language.is_source(&file.path)
}

fn source_bytes(language: &Language, parsed: &Parsed) -> usize {
    let files = parsed.files.iter().enumerate();
    let sources = files.filter(|(index, file)| is_source_file(language, *index, file));
    sources.map(|(_, file)| file.bytes.len()).sum()
}

/// What is compiled or executed is bounded as source, wherever it lies.
fn check_source(state: &ApiState, size: usize) -> Result<(), Problem> {
    let limit = state.source_bytes;
    match size <= limit {
        true => Ok(()),
        false => Err(Problem::new(
            413,
            "source_too_large",
            "Source too large",
            format!("the source is {size} bytes, blobs included; allowed are {limit}"),
        )
        .with("field", "files")
        .with("limit", limit)),
    }
}

fn check_size(state: &ApiState, named: &Named, bytes: u64, all: &mut u64) -> Result<(), Problem> {
    let (limit, most) = (state.stdin_bytes, state.blobs.most_bytes());
    let field = &named.field;
    if named.place.is_stdin() && bytes > limit as u64 {
        let detail = format!("{field} is {bytes} bytes; allowed are {limit}");
        return Err(Problem::field("stdin_too_large", field, detail).with("limit", limit));
    }
    *all += bytes;
    if *all > most as u64 {
        let detail = format!("the blobs of one request may be {most} bytes together (blob_bytes)");
        return Err(Problem::field("blobs_too_large", field, detail).with("limit", most));
    }
    Ok(())
}

fn name(path: Result<Path<String>, PathRejection>) -> Result<Digest, Problem> {
    let named = path.ok().and_then(|Path(text)| unhex(&text));
    named.ok_or_else(|| {
        let detail = "a blob's name is its SHA-256 in 64 digits of lower case hexadecimal";
        Problem::field("invalid_blob_name", "sha256", detail.to_owned())
    })
}

fn unknown(named: &Named) -> Problem {
    let (field, name) = (&named.field, hex(&named.sha256));
    let detail = format!(
        "{field}: there is no blob {name} of yours here; send it first: PUT /blobs/{name} (the least recently used make \
         room for others)"
    );
    Problem::field("unknown_blob", field, detail)
}

fn of_field(error: BlobError, named: &Named) -> Problem {
    match error {
        BlobError::Off(_) => {
            let detail = format!("{error}; send the content itself");
            Problem::field("blobs_off", &named.field, detail)
        }
        error => refused(error),
    }
}

fn refused(error: BlobError) -> Problem {
    let detail = error.to_string();
    let unavailable = |code| Problem::new(503, code, "Service unavailable", detail.clone());
    match error {
        BlobError::Off(_) => unavailable("blobs_off"),
        BlobError::Mismatch { actual } => {
            Problem::field("blob_mismatch", "sha256", detail).with("actual", actual)
        }
        BlobError::Full(_) => unavailable("blobs_full").retry_after(TRY_AGAIN),
        BlobError::Failed(_) => unavailable("blobs_unavailable").retry_after(TRY_AGAIN),
    }
}
