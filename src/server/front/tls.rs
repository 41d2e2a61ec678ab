//! TLS at the front door. The certificate can be exchanged while the server runs.

use crate::config::TlsFiles;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::server::TlsStream;

const HTTP2: &[u8] = b"h2";

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("tls_cert {path}: {why}; it must hold a certificate chain in PEM")]
    Cert { path: PathBuf, why: String },
    #[error("tls_key {path}: {why}; it must hold a private key in PEM")]
    Key { path: PathBuf, why: String },
    #[error("tls_cert {cert} and tls_key {key} do not work together: {why}")]
    Pair {
        cert: PathBuf,
        key: PathBuf,
        why: String,
    },
}

/// Accepts connections with TLS. Cheap to clone; all clones are one.
#[derive(Clone)]
pub(in crate::server) struct Tls(Arc<RwLock<Arc<ServerConfig>>>);

impl Tls {
    pub(in crate::server) fn load(files: &TlsFiles) -> Result<Self, TlsError> {
        Ok(Self(Arc::new(RwLock::new(Arc::new(read(files)?)))))
    }

    /// Takes what was loaded from other files, or from the same ones later, for connections from
    /// now on.
    pub(in crate::server) fn take(&self, fresh: &Self) {
        let fresh = fresh.config();
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = fresh;
    }

    fn config(&self) -> Arc<ServerConfig> {
        let config = self.0.read().unwrap_or_else(PoisonError::into_inner);
        config.clone()
    }

    /// The connection, and whether it speaks HTTP/2.
    pub(super) async fn accept<S>(&self, stream: S) -> Result<(TlsStream<S>, bool), String>
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let accepted = TlsAcceptor::from(self.config()).accept(stream).await;
        let stream = accepted.map_err(|error| format!("no TLS: {error}"))?;
        let http2 = stream.get_ref().1.alpn_protocol() == Some(HTTP2);
        Ok((stream, http2))
    }
}

fn read(files: &TlsFiles) -> Result<ServerConfig, TlsError> {
    let TlsFiles { cert, key } = files;
    let bad_cert = |why: String| TlsError::Cert {
        path: cert.clone(),
        why,
    };
    let chain = CertificateDer::pem_file_iter(cert).map_err(|error| bad_cert(error.to_string()))?;
    let chain: Result<Vec<_>, _> = chain.collect();
    let chain = chain.map_err(|error| bad_cert(error.to_string()))?;
    if chain.is_empty() {
        return Err(bad_cert("there is no certificate in it".to_owned()));
    }
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| TlsError::Key {
        path: key.clone(),
        why: error.to_string(),
    })?;
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let bad_pair = |error: tokio_rustls::rustls::Error| TlsError::Pair {
        cert: cert.clone(),
        key: key.clone(),
        why: error.to_string(),
    };
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(bad_pair)?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(bad_pair)?;
    config.alpn_protocols = vec![HTTP2.to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
