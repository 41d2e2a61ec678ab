//! One message to one receiver: to exactly the address that was judged, over a connection of its own.
//! No redirect is followed, no proxy is asked, and nothing of the answer is kept but its status.

use super::target::{Target, TargetError};
use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper::header::{CONTENT_TYPE, HOST, USER_AGENT};
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// For all of it: the name, the connection, the answer's head.
const DEADLINE: Duration = Duration::from_secs(10);
/// For one of several addresses.
const CONNECT: Duration = Duration::from_secs(3);
/// Of the answer's head.
const HEAD_BYTES: usize = 16 << 10;

/// Why a receiver does not know.
#[derive(Debug, thiserror::Error)]
pub(super) enum SendError {
    /// Nothing is told there, now or later.
    #[error("the callback_url {0}")]
    Refused(TargetError),
    #[error("the receiver answered 410 Gone")]
    Gone,
    #[error("the receiver answered {0}")]
    Answered(StatusCode),
    #[error("no address of the receiver could be reached: {0}")]
    Unreachable(std::io::Error),
    #[error("no TLS with the receiver: {0}")]
    Tls(std::io::Error),
    #[error("the connection to the receiver broke: {0}")]
    Broken(hyper::Error),
    #[error("no answer of the receiver within {} s", DEADLINE.as_secs())]
    Late,
    #[error("the callback_url cannot be asked: {0}")]
    Request(hyper::http::Error),
}

#[derive(Debug, thiserror::Error)]
#[error("webhook_ca_file {path}: {why}; it must hold certificates in PEM")]
pub struct CaError {
    path: PathBuf,
    why: String,
}

/// What makes connections.
#[derive(Clone)]
pub(super) struct Client(Arc<ClientConfig>);

impl Client {
    /// Trusts the roots that browsers trust, and those in the file.
    pub(super) fn new(ca_file: Option<&Path>) -> Result<Self, CaError> {
        let mut roots = RootCertStore::empty();
        roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        if let Some(path) = ca_file {
            let failed = |why: String| CaError {
                path: path.to_owned(),
                why,
            };
            let all = CertificateDer::pem_file_iter(path).map_err(|it| failed(it.to_string()))?;
            let before = roots.len();
            for certificate in all {
                let certificate = certificate.map_err(|error| failed(error.to_string()))?;
                let added = roots.add(certificate);
                added.map_err(|error| failed(error.to_string()))?;
            }
            if roots.len() == before {
                return Err(failed("there is no certificate in it".to_owned()));
            }
        }
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| CaError {
                path: PathBuf::new(),
                why: error.to_string(),
            })?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self(Arc::new(config)))
    }

    /// Sends it, with these headers. It is told when the receiver has answered with 2xx.
    pub(super) async fn post(
        &self,
        target: &Target,
        headers: [(&str, &str); 3],
        body: Bytes,
    ) -> Result<(), SendError> {
        let sent = timeout(DEADLINE, self.exchange(target, headers, body)).await;
        let status = sent.map_err(|_| SendError::Late)??;
        match status {
            StatusCode::GONE => Err(SendError::Gone),
            status if status.is_success() => Ok(()),
            status => Err(SendError::Answered(status)),
        }
    }

    async fn exchange(
        &self,
        target: &Target,
        headers: [(&str, &str); 3],
        body: Bytes,
    ) -> Result<StatusCode, SendError> {
        let url = &target.url;
        let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
        let host = &url[url::Position::BeforeHost..url::Position::AfterPort];
        let mut request = Request::post(path)
            .header(HOST, host)
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("warmbox/", env!("CARGO_PKG_VERSION")));
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(body)).map_err(SendError::Request)?;
        let addresses = target.addresses().await.map_err(SendError::Refused)?;
        let stream = connect(&addresses).await.map_err(SendError::Unreachable)?;
        if !target.is_https {
            return ask(stream, request).await;
        }
        let name = url.host_str().unwrap_or_default();
        let name = ServerName::try_from(name.trim_matches(['[', ']']).to_owned())
            .map_err(|_| SendError::Refused(TargetError::NoHost))?;
        let connector = TlsConnector::from(self.0.clone());
        let stream = connector.connect(name, stream).await;
        ask(stream.map_err(SendError::Tls)?, request).await
    }
}

async fn connect(addresses: &[SocketAddr]) -> std::io::Result<TcpStream> {
    let mut last = std::io::Error::from(std::io::ErrorKind::NotConnected);
    for address in addresses {
        match timeout(CONNECT, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(error)) => last = error,
            Err(_) => last = std::io::ErrorKind::TimedOut.into(),
        }
    }
    Err(last)
}

/// The answer's status. Its body is left unread: the connection ends with this.
async fn ask<S>(stream: S, request: Request<Full<Bytes>>) -> Result<StatusCode, SendError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let mut builder = http1::Builder::new();
    builder.max_buf_size(HEAD_BYTES);
    let (mut sender, connection) =
        (builder.handshake(TokioIo::new(stream)).await).map_err(SendError::Broken)?;
    let mut connection = std::pin::pin!(connection);
    let mut asking = std::pin::pin!(sender.send_request(request));
    let answer = tokio::select! {
        biased;
        answer = &mut asking => answer,
        // A receiver that has answered may end as it likes, without TLS's goodbye too.
        ended = &mut connection => match (asking.await, ended) {
            (Err(_), Err(error)) => Err(error),
            (answer, _) => answer,
        },
    };
    Ok(answer.map_err(SendError::Broken)?.status())
}
