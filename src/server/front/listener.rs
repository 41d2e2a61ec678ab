//! The socket that clients connect to: our own, or one that was there before us and stays after us.

use crate::port::{self, PortError};
use listenfd::ListenFd;
use rustix::io::{FdFlags, fcntl_setfd};
use socket2::{SockFilter, SockRef};
use std::io;
use std::net::SocketAddr;
use tokio::net::{TcpListener, TcpStream};

/// Where the server listens.
pub(in crate::server) struct Listening {
    listener: TcpListener,
    inherited: bool,
}

impl Listening {
    /// Takes the socket that was handed over by whoever started this process (`LISTEN_FDS`), else
    /// binds one.
    pub(in crate::server) async fn start(
        host: std::net::IpAddr,
        port: u16,
    ) -> Result<Self, PortError> {
        match inherited() {
            Ok(Some(listener)) => Ok(Self {
                listener,
                inherited: true,
            }),
            Ok(None) => Ok(Self {
                listener: port::bind(host, port).await?,
                inherited: false,
            }),
            Err(source) => Err(PortError::Inherited { source }),
        }
    }

    /// Whether the socket outlives this server: others connect to it meanwhile.
    pub(in crate::server) fn is_inherited(&self) -> bool {
        self.inherited
    }

    pub(in crate::server) fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    pub(super) async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        self.listener.accept().await
    }

    /// A connection that is there already. Asked of the kernel itself: the runtime would say that
    /// there is none until it has heard of one.
    pub(super) fn accept_now(&self) -> Option<(TcpStream, SocketAddr)> {
        let (socket, address) = SockRef::from(&self.listener).accept().ok()?;
        socket.set_nonblocking(true).ok()?;
        let stream = TcpStream::from_std(socket.into()).ok()?;
        Some((stream, address.as_socket()?))
    }

    /// Lets nobody in any more, who would be cut off when the socket is closed: what the kernel
    /// has accepted for us by then is broken. Whoever asks meanwhile asks again and is refused.
    pub(super) fn turn_away(&self) {
        let nothing = SockFilter::new(0x06, 0, 0, 0); // BPF_RET | BPF_K: keep 0 bytes, so drop it
        if let Err(error) = SockRef::from(&self.listener).attach_filter(&[nothing]) {
            tracing::debug!(%error, "the last connections may be broken");
        }
    }
}

fn inherited() -> io::Result<Option<TcpListener>> {
    let Some(listener) = ListenFd::from_env().take_tcp_listener(0)? else {
        return Ok(None);
    };
    // Runners are not to have it.
    fcntl_setfd(&listener, FdFlags::CLOEXEC)?;
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener).map(Some)
}
