//! Tests of the asking, with real listeners.

use super::*;
use tokio::net::TcpListener;

/// Answers every connection with the same bytes, as `serve` would; None accepts and says nothing.
fn answer(listener: TcpListener, bytes: Option<&'static str>) {
    tokio::spawn(async move {
        let mut silent = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            match bytes {
                Some(bytes) => {
                    // The request is read first: closing with unread bytes would reset.
                    let mut request = [0; 1024];
                    let _ = stream.read(&mut request).await;
                    let _ = stream.write_all(bytes.as_bytes()).await;
                }
                None => silent.push(stream),
            }
        }
    });
}

const OURS: &str = "HTTP/1.1 200 OK\r\nX-Warmbox-Instance: mine\r\n\r\n{}";
const STALE: &str = "HTTP/1.1 200 OK\r\nx-warmbox-instance: old\r\n\r\n{}";

/// Our listener on `host`, and a stranger's on another loopback address of the same port.
async fn pair(host: &str) -> (SocketAddr, TcpListener) {
    for _ in 0..50 {
        let ours = TcpListener::bind((host, 0)).await.unwrap();
        let at = ours.local_addr().unwrap();
        let stranger = match TcpListener::bind(("::1", at.port())).await {
            Err(error) if no_address(&error) => TcpListener::bind(("127.0.0.2", at.port())).await,
            other => other,
        };
        if let Ok(stranger) = stranger {
            answer(ours, Some(OURS));
            return (at, stranger);
        }
    }
    panic!("no port is free on two addresses");
}

#[tokio::test]
async fn our_own_answer_is_enough() {
    for host in ["127.0.0.1", "0.0.0.0", "127.0.0.3"] {
        let ours = TcpListener::bind((host, 0)).await.unwrap();
        let at = ours.local_addr().unwrap();
        answer(ours, Some(OURS));
        confirm(at, "mine").await.unwrap();
    }
    if let Ok(ours) = TcpListener::bind("[::]:0").await {
        let at = ours.local_addr().unwrap();
        answer(ours, Some(OURS));
        confirm(at, "mine").await.unwrap();
    }
}

#[tokio::test]
async fn a_stranger_beside_us_is_named() {
    for (said, expected) in [
        (Some(STALE), "another warmbox answers (instance old)"),
        (
            Some("HTTP/1.0 404 Not Found\r\n\r\n"),
            "another server answers",
        ),
        (Some("SSH-2.0-OpenSSH\r\n"), "does not speak HTTP"),
        (Some(""), "closed without an answer"),
        (None, "accepted and not answered within 2 s"),
    ] {
        let (at, stranger) = pair("127.0.0.1").await;
        let its = stranger.local_addr().unwrap();
        answer(stranger, said);
        let error = confirm(at, "mine").await.unwrap_err();
        assert!(matches!(error, PortError::Foreign { .. }), "{error}");
        let text = error.to_string();
        assert!(
            text.contains(expected) && text.contains(&its.to_string()),
            "{text}"
        );
        assert!(text.contains("--port") && !text.contains('\n'), "{text}");
    }
}

#[tokio::test]
async fn a_covered_address_must_answer() {
    // Bound and not listening: nobody else can get the port, and connections are refused.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let at = socket.local_addr().unwrap();
    let error = confirm(at, "mine").await.unwrap_err();
    assert!(matches!(error, PortError::Unreachable { .. }), "{error}");
}

#[test]
fn an_endless_or_odd_head_is_judged() {
    let cases = [
        ("", false),
        ("HTTP/1.1 200 OK\r\nx-warmbox-instance:mine\r\n\r\n", true),
        (
            "HTTP/1.1 503 No\r\nX-WARMBOX-INSTANCE:  mine \r\n\r\nbody",
            true,
        ),
        ("HTTP/1.1 200 OK\r\n\r\nx-warmbox-instance: mine\r\n", false),
        (
            "HTTP/1.1 200 OK\r\nx-warmbox-instance: mine2\r\n\r\n",
            false,
        ),
    ];
    for (head, ours) in cases {
        assert_eq!(
            judge(head.as_bytes(), "mine") == Heard::Ours,
            ours,
            "{head:?}"
        );
    }
}

#[test]
fn coverage() {
    let cases = [
        ("0.0.0.0:1", "127.0.0.1:1", true, true),
        ("0.0.0.0:1", "[::1]:1", true, false),
        ("[::]:1", "127.0.0.1:1", true, true),
        ("[::]:1", "127.0.0.1:1", false, false),
        ("127.0.0.1:1", "127.0.0.2:1", true, false),
        ("127.0.0.1:1", "127.0.0.1:1", true, true),
    ];
    for (ours, at, wide, expected) in cases {
        let found = covers(ours.parse().unwrap(), at.parse().unwrap(), wide);
        assert_eq!(found, expected, "{ours} {at} {wide}");
    }
}
