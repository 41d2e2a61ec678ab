//! Bodies of `POST /execute/{language}`, through the whole interface but the socket. A body is
//! either refused, with a status 4xx and a short problem document, or it becomes a request in which
//! every rule holds; a panic is neither.
//!
//! Input: the first byte says what the rest is: `j`, `t` JSON and text for C++, `J`, `T` for Python,
//! any other a request made by `arbitrary`, so that most of them come far.

#![no_main]

#[path = "request/service.rs"]
mod service;
#[path = "request/written.rs"]
mod written;

use arbitrary::Unstructured;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use libfuzzer_sys::fuzz_target;
use service::{Bench, check};
use std::sync::LazyLock;
use tower::ServiceExt;
use written::Written;

/// The longest texts that may quote a request, written with the longest escapes, and some words.
const MAX_PROBLEM_BYTES: usize = 16 << 10;

static BENCH: LazyLock<Bench> = LazyLock::new(Bench::new);

fuzz_target!(|input: &[u8]| {
    let Some((kind, rest)) = input.split_first() else {
        return;
    };
    let json = "application/json";
    match kind {
        b'j' => drop(send("cpp", json, rest)),
        b'J' => drop(send("python", json, rest)),
        b't' => drop(send("cpp", "text/plain", rest)),
        b'T' => drop(send("python", "text/plain", rest)),
        other => {
            let Ok(written) = Unstructured::new(rest).arbitrary::<Written>() else {
                return;
            };
            let language = ["cpp", "python"][usize::from(other & 1)];
            if let Some(request) = send(language, json, &written.to_json()) {
                written.assert_became(&request);
            }
        }
    }
});

/// What the service behind the interface was asked, if it was.
fn send(
    language: &str,
    media_type: &str,
    body: &[u8],
) -> Option<warmbox::run::request::RunRequest> {
    let request = Request::post(format!("/execute/{language}"))
        .header("content-type", media_type)
        .body(Body::from(body.to_vec()))
        .unwrap();
    let (status, document) = BENCH.runtime.block_on(async {
        let response = BENCH.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        (
            status,
            to_bytes(response.into_body(), MAX_PROBLEM_BYTES).await,
        )
    });
    let document = document.expect("a problem document is short, whatever was sent");
    let document: serde_json::Value = serde_json::from_slice(&document).unwrap();
    assert_eq!(document["status"], status);
    let asked = BENCH.asked.lock().unwrap().take();
    match &asked {
        Some(request) => {
            assert_eq!(status, service::ACCEPTED, "{document}");
            check(request, media_type, body);
        }
        None => {
            assert!((400..500).contains(&status), "{document}");
            assert!(document["code"].is_string(), "{document}");
            if status == 422 {
                assert!(document["field"].is_string(), "{document}");
            }
        }
    }
    asked
}
