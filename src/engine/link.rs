//! The server's end of a link: whole messages, each way. Trusts no size and no text.

use super::EngineError;
use crate::language::Language;
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;
use warmbox_protocol::frame::{self, CHUNK_BYTES, Decoder, FrameError, MAX_FROM_RUNNER};
use warmbox_protocol::{FromRunner, IdentitySource, Plan, RootSource, SupportFile, ToRunner};

/// How long the plan may take to be read; a supervisor reads it before anything else.
const PLAN_DEADLINE: Duration = Duration::from_secs(10);

/// Why a link is of no more use.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    #[error("the runner closed its link")]
    Ended,
    #[error("the link broke: {0}")]
    Broken(#[from] io::Error),
    #[error("the runner sent nonsense: {0}")]
    Malformed(#[from] FrameError),
}

/// A framed stream to one supervisor.
pub struct Link {
    reader: Box<dyn AsyncRead + Send + Unpin>,
    writer: Box<dyn AsyncWrite + Send + Unpin>,
    decoder: Decoder,
    buffer: Vec<u8>,
    /// The frame that is being sent; kept, so that small ones cost no memory of their own.
    outgoing: Vec<u8>,
}

impl Link {
    pub fn new(
        reader: impl AsyncRead + Send + Unpin + 'static,
        writer: impl AsyncWrite + Send + Unpin + 'static,
    ) -> Self {
        Self {
            reader: Box::new(reader),
            writer: Box::new(writer),
            decoder: Decoder::new(MAX_FROM_RUNNER),
            buffer: vec![0; CHUNK_BYTES],
            outgoing: Vec::new(),
        }
    }

    /// Sends one message. Not cancel-safe: a half-sent frame makes the link useless.
    pub async fn send(&mut self, message: &ToRunner) -> Result<(), LinkError> {
        self.outgoing.clear();
        frame::encode(message, &mut self.outgoing)?;
        self.writer.write_all(&self.outgoing).await?;
        self.writer.flush().await?;
        if self.outgoing.capacity() > CHUNK_BYTES {
            self.outgoing = Vec::new(); // a large request must not stay in memory
        }
        Ok(())
    }

    /// Sends a new runner the plan of its outer wall. Without the `library` that interpreters fork
    /// themselves by, none is prepared.
    pub(super) async fn send_plan(
        &mut self,
        language: &Language,
        root: RootSource,
        identities: IdentitySource,
        library: Option<&SupportFile>,
    ) -> Result<(), EngineError> {
        let mut parents = language.parents();
        let mut support = language.support.clone();
        match library {
            Some(library) if !parents.is_empty() => support.push(library.clone()),
            _ => parents.clear(),
        }
        let rehearsal = language.rehearsal().filter(|_| !parents.is_empty());
        let plan = ToRunner::Plan(Plan {
            language: language.name.clone(),
            root,
            support,
            version_argv: language.version_argv.clone(),
            env: language.env.clone(),
            parents,
            rehearsal,
            identities,
        });
        match timeout(PLAN_DEADLINE, self.send(&plan)).await {
            Ok(sent) => sent.map_err(EngineError::NoPlan),
            Err(late) => Err(EngineError::NoPlan(io::Error::from(late).into())),
        }
    }

    /// The next message. Cancel-safe: what has arrived is kept.
    pub async fn receive(&mut self) -> Result<FromRunner, LinkError> {
        loop {
            if let Some(message) = self.decoder.take()? {
                return Ok(message);
            }
            match self.reader.read(&mut self.buffer).await? {
                0 => return Err(LinkError::Ended),
                got => self.decoder.push(&self.buffer[..got]),
            }
        }
    }

    /// Whether the runner has closed its link, as far as is known now. Only for a runner that
    /// has nothing to say: a message would be lost.
    pub async fn ended(&mut self) -> bool {
        tokio::select! {
            biased;
            _ = self.receive() => true,
            () = std::future::ready(()) => false,
        }
    }
}
