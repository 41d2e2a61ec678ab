//! Who owns the port: binding it, saying who holds it when it is taken, and proving after the bind
//! that it is really this server that answers there.
//!
//! Only looks and asks. It must never stop another process and must not use SO_REUSEPORT, with
//! which a stale server would silently share the port.

mod owner;
mod selfcheck;
mod sockets;

pub use owner::{Holder, Owner};
pub use selfcheck::confirm;

use std::io::{self, ErrorKind};
use std::net::{IpAddr, SocketAddr};
use tokio::net::TcpListener;

/// Why the server cannot have its port.
#[derive(Debug, thiserror::Error)]
pub enum PortError {
    /// Somebody listens there already.
    #[error("port {} is taken by {holder} on {at}; stop that process, or choose another port with --port or WARMBOX_PORT", .at.port())]
    Taken { holder: Holder, at: SocketAddr },
    /// The port is bound, but on one of its loopback addresses somebody else answers, or nobody in time.
    #[error("port {} is ours on {ours}, but on {at} {found}: {}; stop that process, or choose another port with --port or WARMBOX_PORT", .at.port(), .holder.stranger())]
    Foreign {
        ours: SocketAddr,
        at: SocketAddr,
        found: String,
        holder: Holder,
    },
    /// The port is bound, but nobody can connect to it on an address that it covers.
    #[error("port {} is ours on {ours}, but connecting to {at} failed ({reason}); look for a firewall rule on the loopback interface, or choose another address with --host or WARMBOX_HOST", .at.port())]
    Unreachable {
        ours: SocketAddr,
        at: SocketAddr,
        reason: String,
    },
    /// A port below 1024 without the right to it.
    #[error("port {} needs more rights than this user has; choose a port from 1024 up with --port or WARMBOX_PORT", .at.port())]
    NotAllowed { at: SocketAddr },
    /// The address does not belong to this machine.
    #[error(
        "{host} is not an address of this machine; choose one with --host or WARMBOX_HOST (127.0.0.1 for this machine only, 0.0.0.0 for every IPv4 address)"
    )]
    NotHere { host: IpAddr },
    /// A socket was handed over that cannot be used.
    #[error(
        "the socket that was handed over (LISTEN_FDS) cannot be used: {source}; it must be a TCP socket that listens"
    )]
    Inherited { source: io::Error },
    /// The kernel refused in another way.
    #[error("cannot listen on {at}: {source}")]
    Bind { at: SocketAddr, source: io::Error },
}

/// Listens on `host:port`; port 0 lets the kernel choose, and `local_addr` tells which.
pub async fn bind(host: IpAddr, port: u16) -> Result<TcpListener, PortError> {
    let at = SocketAddr::new(host, port);
    let source = match TcpListener::bind(at).await {
        Ok(listener) => return Ok(listener),
        Err(error) => error,
    };
    Err(match source.kind() {
        ErrorKind::AddrInUse if port != 0 => {
            let (holder, at) = owner::look(at, None).await;
            PortError::Taken { holder, at }
        }
        ErrorKind::PermissionDenied => PortError::NotAllowed { at },
        ErrorKind::AddrNotAvailable => PortError::NotHere { host },
        _ => PortError::Bind { at, source },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const LOCAL: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[tokio::test]
    async fn port_zero_tells_the_real_one() {
        let listener = bind(LOCAL, 0).await.unwrap();
        assert_ne!(listener.local_addr().unwrap().port(), 0);
    }

    #[tokio::test]
    async fn a_taken_port_names_its_owner_in_one_line() {
        let first = bind(LOCAL, 0).await.unwrap();
        let port = first.local_addr().unwrap().port();
        for host in ["127.0.0.1", "0.0.0.0"] {
            let text = bind(host.parse().unwrap(), port)
                .await
                .unwrap_err()
                .to_string();
            let pid = std::process::id();
            assert!(
                text.starts_with(&format!("port {port} is taken by pid {pid} (\"")),
                "{text}"
            );
            assert!(text.contains(", running since 20"), "{text}");
            assert!(
                text.contains(&format!(" on 127.0.0.1:{port}; stop that process")),
                "{text}"
            );
            assert!(text.ends_with("with --port or WARMBOX_PORT"), "{text}");
            assert!(!text.contains('\n'), "{text}");
        }
    }

    #[tokio::test]
    async fn a_foreign_address_is_told() {
        // From 203.0.113.0/24, which is for documentation only (RFC 5737).
        let error = bind("203.0.113.77".parse().unwrap(), 0).await.unwrap_err();
        assert!(matches!(error, PortError::NotHere { .. }), "{error}");
        assert!(
            error
                .to_string()
                .contains("203.0.113.77 is not an address of this machine")
        );
    }
}
