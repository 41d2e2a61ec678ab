//! A request's body on its way in: read within its bounds, or thrown away.

use super::problem::Problem;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::HeaderMap;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;
use tokio::time::timeout;

/// How long the rest of a refused body is read and thrown away: a client that is still writing
/// would else see a broken connection instead of the answer.
const DISCARD_DEADLINE: Duration = Duration::from_secs(5);

/// Whether a body says that it is not as it was written; `identity` says that it is.
pub(super) fn is_compressed(headers: &HeaderMap) -> bool {
    let encoding = headers.get(CONTENT_ENCODING);
    encoding.is_some_and(|value| value != "identity")
}

/// Whether text of this charset, as a media type names it in lower case, is UTF-8.
pub(super) fn is_utf8(charset: &str) -> bool {
    matches!(charset.trim_matches('"'), "utf-8" | "utf8" | "us-ascii")
}

/// Refuses a body that says itself that it is too large, before any of it is read.
pub(super) fn check_announced(headers: &HeaderMap, limit: usize) -> Result<(), Problem> {
    let announced = headers
        .get(CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    match announced.is_some_and(|length| length > limit as u64) {
        true => Err(too_large(limit)),
        false => Ok(()),
    }
}

/// The whole body, read within its limit and its deadline.
pub(super) async fn read(
    mut body: Body,
    limit: usize,
    deadline: Duration,
) -> Result<Vec<u8>, Problem> {
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
    match timeout(deadline, reading).await {
        Ok(Ok(())) => Ok(bytes),
        Ok(Err(problem)) => {
            discard(body);
            Err(problem)
        }
        Err(_) => Err(Problem::new(
            408,
            "body_timeout",
            "Request timeout",
            format!(
                "the body did not arrive within {} s",
                deadline.as_secs_f64()
            ),
        )),
    }
}

/// Sees to a body that nobody wants; does not wait for it.
pub(super) fn discard(mut body: Body) {
    if body.is_end_stream() {
        return;
    }
    tokio::spawn(timeout(DISCARD_DEADLINE, async move {
        while let Some(Ok(_)) = frame(&mut body).await {}
    }));
}

pub(super) fn too_large(limit: usize) -> Problem {
    Problem::new(
        413,
        "body_too_large",
        "Body too large",
        format!("the request body is larger than the allowed {limit} bytes"),
    )
    .with("limit", limit)
}

/// The next piece of data; trailers are empty pieces.
async fn frame(body: &mut Body) -> Option<Result<Bytes, axum::Error>> {
    let frame = poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await?;
    Some(frame.map(|frame| frame.into_data().unwrap_or_default()))
}
