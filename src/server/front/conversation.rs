//! One connection from its first byte to its last: which protocol it speaks, and the routes behind it.

use super::patience::{Patience, Patient};
use super::{Front, Kept, SILENCE};
use crate::api::Occupied;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};
use tower_service::Service;

/// How a client begins that speaks HTTP/2 without TLS (RFC 9113, section 3.4), as far as no
/// HTTP/1.1 request begins so.
const HTTP2_BEGINS: &[u8] = b"PRI ";
/// What a TLS record of a handshake begins with (RFC 8446, section 5.1).
const TLS_BEGINS: u8 = 0x16;
/// Requests at once on one HTTP/2 connection.
const STREAMS: u32 = 64;
/// Fields in a request's head, and bytes of all of them.
const HEADERS: usize = 100;
const HEAD_BYTES: usize = 64 << 10;

impl Front {
    /// Serves one connection until it ends.
    pub(super) async fn converse(
        &self,
        stream: TcpStream,
        address: SocketAddr,
        kept: &Kept,
    ) -> Result<(), String> {
        let shared = &self.0;
        // An answer is one write: there is nothing to wait for. A socket that refuses is as good.
        let _ = stream.set_nodelay(true);
        let patience = Patience::new(shared.settings.header_timeout, shared.idle);
        let begins = tokio::select! {
            biased;
            begins = timeout(shared.settings.header_timeout, beginning(&stream)) => begins,
            // Nothing was asked on it.
            () = self.until_silent(&patience) => return Ok(()),
        };
        let begins = match begins {
            Ok(Ok(begins)) => begins,
            Ok(Err(error)) => return Err(error.to_string()),
            Err(_) => return Err("it said nothing".to_owned()),
        };
        let stream = Patient::new(stream, patience.clone());
        let client = Client {
            address,
            patience,
            kept: kept.clone(),
        };
        match &shared.tls {
            Some(tls) if begins[0] == TLS_BEGINS => {
                let (stream, http2) = timeout(shared.settings.header_timeout, tls.accept(stream))
                    .await
                    .map_err(|_| "no handshake in time".to_owned())??;
                match http2 {
                    true => self.http2(stream, &client).await,
                    false => self.http1(stream, &client, shared.router.clone()).await,
                }
            }
            // Whoever asks the wrong way is told, and told by whom.
            Some(_) => {
                self.http1(stream, &client, shared.told_of_tls.clone())
                    .await
            }
            None if begins == HTTP2_BEGINS => self.http2(stream, &client).await,
            None => self.http1(stream, &client, shared.router.clone()).await,
        }
    }

    /// Waits until connections are to end and nothing has happened on this one for a while: a
    /// request that is on its way would be cut off otherwise.
    async fn until_silent(&self, patience: &Patience) {
        self.0.leaving.cancelled().await;
        loop {
            match SILENCE.checked_sub(patience.silent_for()) {
                None | Some(Duration::ZERO) => return,
                Some(rest) => sleep(rest).await,
            }
        }
    }

    async fn http1<S>(&self, stream: S, client: &Client, router: Router) -> Result<(), String>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(None)
            .max_headers(HEADERS)
            .max_buf_size(HEAD_BYTES)
            .serve_connection(TokioIo::new(stream), asked(router, client.clone()))
            .with_upgrades();
        tokio::pin!(connection);
        tokio::select! {
            ended = connection.as_mut() => return ended.map_err(|error| error.to_string()),
            () = self.until_silent(&client.patience) => connection.as_mut().graceful_shutdown(),
        }
        connection.await.map_err(|error| error.to_string())
    }

    async fn http2<S>(&self, stream: S, client: &Client) -> Result<(), String>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        client.patience.of_http2();
        let service = asked(self.0.router.clone(), client.clone());
        let connection = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .max_concurrent_streams(STREAMS)
            .max_header_list_size(HEAD_BYTES as u32)
            .keep_alive_interval(Duration::from_secs(20))
            .serve_connection(TokioIo::new(stream), service);
        tokio::pin!(connection);
        // Told which requests it has heard, a client sends the others to the next server.
        tokio::select! {
            ended = connection.as_mut() => return ended.map_err(|error| error.to_string()),
            () = self.0.ending.cancelled() => connection.as_mut().graceful_shutdown(),
        }
        connection.await.map_err(|error| error.to_string())
    }
}

/// Who is at the other end.
#[derive(Clone)]
struct Client {
    address: SocketAddr,
    patience: Patience,
    kept: Kept,
}

/// The routes as a connection calls them, with the client's address, and with what keeps it open
/// beyond the head of an answer.
fn asked(
    router: Router,
    client: Client,
) -> impl hyper::service::Service<
    hyper::Request<Incoming>,
    Response = axum::response::Response,
    Error = Infallible,
    Future: Send,
> + Clone {
    hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let mut router = router.clone();
        let occupied = Occupied::new((client.patience.serving(), client.kept.clone()));
        let address = client.address;
        async move {
            let mut request = request.map(Body::new);
            let extensions = request.extensions_mut();
            extensions.insert(ConnectInfo(address));
            extensions.insert(occupied.clone());
            let response = router.call(request).await;
            drop(occupied);
            response
        }
    })
}

/// The first bytes of a connection, which stay where they are: enough to tell who speaks what.
async fn beginning(stream: &TcpStream) -> io::Result<[u8; 4]> {
    let mut bytes = [0; 4];
    loop {
        let got = stream.peek(&mut bytes).await?;
        let seen = &bytes[..got];
        if got == bytes.len() || (got > 0 && !HTTP2_BEGINS.starts_with(seen)) {
            return Ok(bytes);
        }
        if got == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        // It may be half a word: a look is not woken by what comes after it.
        sleep(Duration::from_millis(5)).await;
    }
}
