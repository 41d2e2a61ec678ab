//! A length, then a postcard value. Nothing is allocated for a length that is over the limit.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Bytes of the length prefix.
pub const HEADER_BYTES: usize = 4;
/// The largest message to a supervisor: a request body, its standard input and a compiled
/// program at their ceilings, with room.
pub const MAX_TO_RUNNER: usize = 96 << 20;
/// The largest message from a supervisor: one chunk of output or of a file, with room.
pub const MAX_FROM_RUNNER: usize = 1 << 20;
/// How output and files are cut into messages.
pub const CHUNK_BYTES: usize = 64 << 10;

#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    #[error("a message of {size} bytes is over the limit of {limit}")]
    TooLarge { size: usize, limit: usize },
    #[error("a message cannot be encoded or decoded")]
    Malformed(#[from] postcard::Error),
    #[error("a message has {0} bytes after its end")]
    Trailing(usize),
}

/// Appends one framed message to `out`.
pub fn encode<T: Serialize>(message: &T, out: &mut Vec<u8>) -> Result<(), FrameError> {
    let start = out.len();
    out.extend_from_slice(&[0; HEADER_BYTES]);
    let mut out_taken = postcard::to_extend(message, std::mem::take(out))?;
    let size = out_taken.len() - start - HEADER_BYTES;
    let Ok(size) = u32::try_from(size) else {
        return Err(FrameError::TooLarge {
            size,
            limit: u32::MAX as usize,
        });
    };
    out_taken[start..start + HEADER_BYTES].copy_from_slice(&size.to_le_bytes());
    *out = out_taken;
    Ok(())
}

/// Decodes the body of one frame; a byte too many is an error.
pub fn decode<T: DeserializeOwned>(body: &[u8]) -> Result<T, FrameError> {
    let (message, rest) = postcard::take_from_bytes(body)?;
    if rest.is_empty() {
        Ok(message)
    } else {
        Err(FrameError::Trailing(rest.len()))
    }
}

/// Reads a frame's length, refusing one over `limit`.
pub fn body_len(header: [u8; HEADER_BYTES], limit: usize) -> Result<usize, FrameError> {
    let size = u32::from_le_bytes(header) as usize;
    if size > limit {
        return Err(FrameError::TooLarge { size, limit });
    }
    Ok(size)
}

/// Collects bytes as they arrive and hands out whole messages.
#[derive(Debug)]
pub struct Decoder {
    buffer: Vec<u8>,
    start: usize,
    limit: usize,
}

impl Decoder {
    /// A decoder that refuses messages over `limit` bytes as soon as their length is known.
    pub fn new(limit: usize) -> Self {
        Self {
            buffer: Vec::new(),
            start: 0,
            limit,
        }
    }

    /// Adds bytes that arrived.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole message, or `None` until more bytes have arrived.
    pub fn take<T: DeserializeOwned>(&mut self) -> Result<Option<T>, FrameError> {
        let pending = &self.buffer[self.start..];
        let Some(header) = pending.first_chunk::<HEADER_BYTES>() else {
            return Ok(None);
        };
        let size = body_len(*header, self.limit)?;
        let Some(body) = pending.get(HEADER_BYTES..HEADER_BYTES + size) else {
            return Ok(None);
        };
        let message = decode(body)?;
        self.start += HEADER_BYTES + size;
        if self.start == self.buffer.len() {
            self.buffer.clear();
            self.buffer.shrink_to(CHUNK_BYTES); // a large request must not stay in memory
            self.start = 0;
        }
        Ok(Some(message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{FromRunner, RunId, Stream, ToRunner};
    use proptest::prelude::*;

    fn output(seq: u64, bytes: Vec<u8>) -> FromRunner {
        FromRunner::Output {
            run: RunId([7; 16]),
            seq,
            stream: Stream::Stderr,
            bytes,
        }
    }

    proptest! {
        #[test]
        fn messages_survive_any_cut_of_the_stream(
            bodies in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 1..8),
            cut in 1_usize..50,
        ) {
            let sent: Vec<_> = bodies.into_iter().enumerate()
                .map(|(i, b)| output(i as u64, b)).collect();
            let mut wire = Vec::new();
            for message in &sent {
                encode(message, &mut wire).unwrap();
            }
            let mut decoder = Decoder::new(MAX_FROM_RUNNER);
            let mut got = Vec::new();
            for piece in wire.chunks(cut) {
                decoder.push(piece);
                while let Some(message) = decoder.take::<FromRunner>().unwrap() {
                    got.push(message);
                }
            }
            prop_assert_eq!(got, sent);
        }

        #[test]
        fn garbage_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let mut decoder = Decoder::new(200);
            decoder.push(&bytes);
            while let Ok(Some(_)) = decoder.take::<ToRunner>() {}
        }
    }

    #[test]
    fn a_length_over_the_limit_is_refused_before_its_body_arrives() {
        let mut decoder = Decoder::new(100);
        decoder.push(&101_u32.to_le_bytes());
        let refused = decoder.take::<FromRunner>();
        assert!(matches!(
            refused,
            Err(FrameError::TooLarge {
                size: 101,
                limit: 100
            })
        ));
    }

    #[test]
    fn bytes_behind_a_message_are_refused() {
        let mut wire = Vec::new();
        encode(&FromRunner::Ready, &mut wire).unwrap();
        wire.push(0);
        assert!(matches!(
            decode::<FromRunner>(&wire[HEADER_BYTES..]),
            Err(FrameError::Trailing(1))
        ));
    }
}
