//! A response that holds a place until its body is sent or given up.

use crate::access::Place;
use axum::body::{Body, Bytes};
use axum::response::Response;
use http_body::{Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

pub(super) fn hold(response: Response, place: Arc<Place>) -> Response {
    response.map(|body| {
        Body::new(Held {
            body,
            _place: place,
        })
    })
}

struct Held {
    body: Body,
    _place: Arc<Place>,
}

impl http_body::Body for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    /// So that the length is told in the head, as without a place.
    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
