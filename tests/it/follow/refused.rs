//! WebSockets that are not taken, and messages that are not understood.

use crate::harness::{Server, setups};
use serde_json::{Value, json};

#[test]
fn a_wrong_request_is_told_what_is_wrong_with_it() {
    let server = Server::with(setups()[0], &["--body-timeout", "1s"]);
    let cases: [(&str, u16, &str); 4] = [
        ("{\"code\": \"\"}", 4422, "empty_code"),
        ("{\"code\": \"1\", \"terminal\": 3}", 4422, "invalid_field"),
        ("nonsense", 4400, "malformed_json"),
        ("", 4400, "malformed_json"),
    ];
    for (text, close, code) in cases {
        let mut socket = server
            .try_socket("/execute/python/ws", &[])
            .expect("it is taken");
        socket.say_text(text);
        let event = socket.next().expect("an event");
        assert_eq!(event.name(), "error");
        assert_eq!(event.json["problem"]["code"], code, "{text}");
        let (rest, closed) = socket.rest();
        assert!(rest.is_empty());
        assert_eq!(closed, close, "{text}");
    }
    // Who says nothing is not waited for.
    let mut socket = server
        .try_socket("/execute/python/ws", &[])
        .expect("it is taken");
    let event = socket.next().expect("an event");
    assert_eq!(event.json["problem"]["code"], "body_timeout");
    assert_eq!(socket.rest().1, 4408);
}

#[test]
fn a_message_that_is_not_understood_ends_the_talk() {
    let server = Server::with(setups()[0], &["--reconnect-grace", "0"]);
    let cases: [(Value, u16); 5] = [
        (json!({"type": "stdin"}), 4400),
        (json!({"type": "sing"}), 4400),
        (
            json!({"type": "stdin", "data": "?", "encoding": "base64"}),
            4422,
        ),
        (json!({"type": "signal", "signal": "SEGV"}), 4422),
        (json!([1]), 4400),
    ];
    for (message, close) in cases {
        let request = json!({"code": "import time; time.sleep(20)"});
        let mut socket = server.socket("python", &request);
        socket.until("started");
        socket.say(&message);
        assert_eq!(socket.rest().1, close, "{message}");
    }
}

#[test]
fn pages_of_others_open_no_sockets() {
    let server = Server::with(setups()[0], &[]);
    let path = "/execute/python/ws";
    let own = format!("http://127.0.0.1:{}", server.port);
    assert!(server.try_socket(path, &[("origin", &own)]).is_ok());
    let refused = server.try_socket(path, &[("origin", "https://evil.example")]);
    assert_eq!(refused.err(), Some(403));
    assert_eq!(server.try_socket("/execute/cobol/ws", &[]).err(), Some(404));
    let unknown = server.try_socket(&format!("{path}?run_id=x"), &[]);
    assert_eq!(unknown.err(), Some(404));
    assert_eq!(server.get(path).json()["code"], "not_a_websocket");
    let open = Server::with(setups()[0], &["--cors-origins", "https://good.example"]);
    assert!(
        open.try_socket(path, &[("origin", "https://good.example")])
            .is_ok()
    );
    let refused = open.try_socket(path, &[("origin", "https://evil.example")]);
    assert_eq!(refused.err(), Some(403));
}
