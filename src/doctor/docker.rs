//! Whether a Docker daemon answers: two plain HTTP questions over its unix socket.
//!
//! Must not create, pull or start anything, and needs no Docker library.

use super::Check;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

/// For each question; a daemon that hangs accepts connections and says nothing.
const DEADLINE: Duration = Duration::from_secs(2);
/// `/version` is about 1 KiB.
const ANSWER_BYTES: u64 = 64 * 1024;
/// Said of the lines that matter only to the docker engine.
const OPTIONAL: &str = "the embedded engine needs none";

/// The daemon, and the images.
pub(super) async fn checks(docker_host: &str) -> Vec<Check> {
    let Some(socket) = docker_host.strip_prefix("unix://") else {
        let text = format!("{docker_host} is not asked");
        return vec![Check::warn(
            "docker",
            text,
            "doctor asks only unix:// sockets",
        )];
    };
    let daemon = daemon(Path::new(socket)).await;
    let images = Check::ok("images", "not used until the docker engine is configured");
    vec![daemon, images]
}

async fn daemon(socket: &Path) -> Check {
    let name = "docker";
    let shown = socket.display();
    match get(socket, "/_ping").await {
        Ok(pong) if pong.trim() == "OK" => {
            let version = get(socket, "/version")
                .await
                .ok()
                .and_then(|text| version(&text));
            let version = version.unwrap_or_else(|| "version unknown".to_owned());
            Check::ok(name, format!("{version}, answers on {shown}"))
        }
        Ok(_) => Check::warn(
            name,
            format!("{shown} does not answer like Docker ({OPTIONAL})"),
            "look at DOCKER_HOST",
        ),
        Err(error) => {
            let mend = match error.kind() {
                ErrorKind::NotFound if super::tools::find("docker").is_none() => {
                    "apt-get install docker.io, if you want the docker engine"
                }
                ErrorKind::PermissionDenied => {
                    "run as root, or join the group docker (its members are as good as root)"
                }
                ErrorKind::TimedOut => "systemctl restart docker",
                _ => "systemctl start docker",
            };
            Check::warn(
                name,
                format!("no daemon on {shown}: {error} ({OPTIONAL})"),
                mend,
            )
        }
    }
}

/// `Docker 20.10.24, API 1.41` from the answer to `/version`.
fn version(text: &str) -> Option<String> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    let field = |name: &str| value.get(name)?.as_str().map(str::to_owned);
    Some(format!(
        "Docker {}, API {}",
        field("Version")?,
        field("ApiVersion")?
    ))
}

/// The body of a 200 answer. HTTP/1.0, so that the daemon closes and does not chunk.
async fn get(socket: &Path, path: &str) -> io::Result<String> {
    let exchange = async {
        let mut stream = UnixStream::connect(socket).await?;
        let request = format!("GET {path} HTTP/1.0\r\nHost: docker\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        stream.take(ANSWER_BYTES).read_to_end(&mut answer).await?;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = head.lines().next().unwrap_or_default();
        match status.split(' ').nth(1) {
            Some("200") => Ok(body.to_owned()),
            _ => Err(io::Error::new(
                ErrorKind::InvalidData,
                format!("it answers \"{status}\""),
            )),
        }
    };
    match tokio::time::timeout(DEADLINE, exchange).await {
        Ok(answer) => answer,
        Err(_) => Err(io::Error::new(ErrorKind::TimedOut, "no answer within 2 s")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::State;
    use tokio::net::UnixListener;

    /// A daemon that answers each path as told; None accepts and stays silent.
    fn fake(socket: &Path, answers: Option<[(&'static str, &'static str); 2]>) {
        let listener = UnixListener::bind(socket).unwrap();
        tokio::spawn(async move {
            let mut silent = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                let Some(answers) = answers else {
                    silent.push(stream);
                    continue;
                };
                let mut request = vec![0; 1024];
                let count = stream.read(&mut request).await.unwrap_or(0);
                let request = String::from_utf8_lossy(&request[..count]).into_owned();
                for (path, body) in answers {
                    if request.starts_with(&format!("GET {path} ")) {
                        let text = format!("HTTP/1.0 200 OK\r\nServer: fake\r\n\r\n{body}");
                        let _ = stream.write_all(text.as_bytes()).await;
                    }
                }
            }
        });
    }

    #[tokio::test]
    async fn a_daemon_that_answers() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("docker.sock");
        let said = "{\"Version\":\"20.10.24\",\"ApiVersion\":\"1.41\"}";
        fake(&socket, Some([("/_ping", "OK"), ("/version", said)]));
        let checks = checks(&format!("unix://{}", socket.display())).await;
        assert_eq!(checks[0].state, State::Ok);
        assert!(
            checks[0].text.starts_with("Docker 20.10.24, API 1.41"),
            "{}",
            checks[0].text
        );
        assert_eq!(
            checks[1].text,
            "not used until the docker engine is configured"
        );
    }

    #[tokio::test]
    async fn a_daemon_that_is_absent_or_hangs_is_a_warning() {
        let folder = tempfile::tempdir().unwrap();
        let socket = folder.path().join("docker.sock");
        let absent = daemon(&socket).await;
        assert_eq!(absent.state, State::Warn);
        assert!(absent.mend.unwrap().contains("docker"));
        fake(&socket, None);
        let hangs = daemon(&socket).await;
        assert_eq!(hangs.state, State::Warn);
        assert!(
            hangs.text.contains("no answer within 2 s"),
            "{}",
            hangs.text
        );
    }

    #[test]
    fn odd_versions_are_no_version() {
        for text in ["", "[]", "{\"Version\":1}", "{\"Version\":\"1\"}"] {
            assert_eq!(version(text), None, "{text}");
        }
    }
}
