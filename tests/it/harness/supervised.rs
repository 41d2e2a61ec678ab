//! A supervisor that a test drives by itself, without a server: for what no server would do.

use super::finish;
use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use warmbox_protocol::frame::{self, Decoder};
use warmbox_protocol::{
    Collect, Following, FromRunner, Hello, InputFile, Limits, Outcome, Plan, RunId, RunSpec,
    Stream, ToRunner,
};

/// The longest that a test lets it be silent.
const SILENCE: Duration = Duration::from_secs(30);

pub(crate) struct Supervised {
    child: Child,
    link: Option<ChildStdin>,
    messages: Receiver<FromRunner>,
    pub(crate) hello: Hello,
}

/// What a program did.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) outcome: Outcome,
}

impl Supervised {
    /// Starts `command`, a supervisor or what leads to one, and waits until it is ready.
    pub(crate) fn start(mut command: Command, plan: &Plan) -> Self {
        let child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = child.expect("it starts");
        let (send, messages) = channel();
        let mut stdout = child.stdout.take().expect("a pipe");
        std::thread::spawn(move || {
            let mut decoder = Decoder::new(frame::MAX_FROM_RUNNER);
            let mut buffer = vec![0; 64 << 10];
            while let Ok(got @ 1..) = stdout.read(&mut buffer) {
                decoder.push(&buffer[..got]);
                while let Ok(Some(message)) = decoder.take() {
                    let _ = send.send(message);
                }
            }
        });
        let mut link = child.stdin.take().expect("a pipe");
        post(&mut link, &ToRunner::Plan(plan.clone()));
        let mut hello = None;
        let start = Instant::now();
        while start.elapsed() < SILENCE {
            match messages.recv_timeout(Duration::from_millis(100)) {
                Ok(FromRunner::Hello(said)) => hello = Some(said),
                Ok(FromRunner::Ready) => break,
                Ok(_) => {}
                Err(_) if child.try_wait().expect("it is our child").is_some() => break,
                Err(_) => {}
            }
        }
        let Some(hello) = hello else {
            let _ = child.kill();
            let mut words = String::new();
            let _ = child
                .stderr
                .take()
                .expect("a pipe")
                .read_to_string(&mut words);
            panic!("it did not become ready: {words}");
        };
        Self {
            child,
            link: Some(link),
            messages,
            hello,
        }
    }

    /// Runs a Python program within these limits.
    pub(crate) fn python(&mut self, code: &str, limits: Limits) -> Ran {
        let spec = RunSpec {
            run: RunId([7; 16]),
            request: "test".to_owned(),
            argv: vec!["python3".to_owned(), "main.py".to_owned()],
            prepared: None,
            env: vec![("PATH".to_owned(), "/usr/bin:/bin".to_owned())],
            files: vec![InputFile {
                path: "main.py".to_owned(),
                bytes: code.as_bytes().to_vec(),
                executable: false,
            }],
            stdin: Vec::new(),
            stdin_open: false,
            limits,
            stop_at_output_limit: false,
            following: Following::Nobody,
            terminal: None,
            core: None,
            collect: Collect::default(),
        };
        post(
            self.link.as_mut().expect("it is open"),
            &ToRunner::Run(Box::new(spec)),
        );
        let (mut stdout, mut stderr, mut ran) = (Vec::new(), Vec::new(), None);
        loop {
            match self.messages.recv_timeout(SILENCE) {
                Ok(FromRunner::Output { stream, bytes, .. }) => match stream {
                    Stream::Stdout => stdout.extend(bytes),
                    Stream::Stderr => stderr.extend(bytes),
                },
                Ok(FromRunner::Finished { outcome, .. }) => ran = Some(outcome),
                Ok(FromRunner::Ready) => break,
                Ok(FromRunner::Refused { step, errno, .. }) => panic!("cannot {step}: {errno}"),
                Ok(_) => {}
                Err(error) => panic!("{error} for {code}"),
            }
        }
        Ran {
            stdout: String::from_utf8_lossy(&stdout).into_owned(),
            stderr: String::from_utf8_lossy(&stderr).into_owned(),
            outcome: ran.expect("Finished comes before Ready"),
        }
    }
}

fn post(link: &mut ChildStdin, message: &ToRunner) {
    link.write_all(&encoded(message)).expect("it reads");
    link.flush().expect("it reads");
}

/// A message as it goes over the link.
pub(crate) fn encoded(message: &ToRunner) -> Vec<u8> {
    let mut bytes = Vec::new();
    frame::encode(message, &mut bytes).expect("it fits");
    bytes
}

/// What a supervisor that was started with these words and this message said and how it ended.
pub(crate) fn supervise(
    mut command: Command,
    message: &[u8],
) -> (Option<i32>, Vec<FromRunner>, String) {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    // The link stays open: only its own refusal can end it.
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(message).expect("it reads");
    let output = finish(child, Duration::from_secs(20));
    drop(stdin);
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    let mut decoder = Decoder::new(frame::MAX_FROM_RUNNER);
    decoder.push(&output.stdout);
    let messages = std::iter::from_fn(|| decoder.take().expect("whole frames")).collect();
    (output.status.code(), messages, words)
}

impl Drop for Supervised {
    fn drop(&mut self) {
        drop(self.link.take());
        let start = Instant::now();
        while self.child.try_wait().expect("it is our child").is_none() {
            if start.elapsed() > SILENCE {
                let _ = self.child.kill();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}
