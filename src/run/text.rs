//! Puts a stage's output together: each stream, and both as a terminal would have shown them. The
//! supervisor keeps within the limit; this side checks it again and trusts nothing.

mod utf8;

pub use utf8::Utf8;

use serde::Serialize;
use utoipa::ToSchema;
use warmbox_protocol::Stream;
use warmbox_protocol::frame::CHUNK_BYTES;

/// Pieces remembered apart; a program that changes streams more often than this sees both
/// streams whole, but no longer their exact order. Bounds memory, not output.
const MAX_PIECES: usize = 200_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    #[error("a runner sent more than {limit} bytes of one stream")]
    TooMuch { limit: u64 },
}

/// Output as it is answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text {
    pub stdout: String,
    pub stderr: String,
    /// Both, in the order of writing.
    pub output: String,
    /// Standard output as it was written.
    pub raw_stdout: Vec<u8>,
    /// Something was left out between head and tail.
    pub truncated: bool,
    pub encoding: Encoding,
}

/// Whether the text is exactly what the program wrote.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = OutputEncoding)]
pub enum Encoding {
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    /// Bytes that are not UTF-8 became U+FFFD.
    #[serde(rename = "utf-8-lossy")]
    Lossy,
}

/// Collects the output of one stage within its limit.
#[derive(Debug)]
pub struct OutputLog {
    limit: u64,
    /// What is kept of a stream before anything is left out.
    head: u64,
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    pieces: Vec<Piece>,
}

#[derive(Debug)]
struct Piece {
    first_seq: u64,
    last_seq: u64,
    stream: Stream,
    start: usize,
    end: usize,
}

impl OutputLog {
    /// `limit` is the stage's `output_bytes`: of each stream, half as head and half as tail.
    pub fn new(limit: u64) -> Self {
        Self::of(limit, limit / 2)
    }

    /// The same of a run that is followed: the first `limit` bytes of each stream.
    pub fn followed(limit: u64) -> Self {
        Self::of(limit, limit)
    }

    fn of(limit: u64, head: u64) -> Self {
        Self {
            limit,
            head,
            stdout: Vec::new(),
            stderr: Vec::new(),
            pieces: Vec::new(),
        }
    }

    /// Takes one chunk.
    ///
    /// # Errors
    /// A stream that grows past the limit and one chunk: the runner is broken.
    pub fn push(&mut self, seq: u64, stream: Stream, bytes: &[u8]) -> Result<(), TextError> {
        let limit = self.limit;
        let kept = match stream {
            Stream::Stdout => &mut self.stdout,
            Stream::Stderr => &mut self.stderr,
        };
        if (kept.len() + bytes.len()) as u64 > limit.saturating_add(CHUNK_BYTES as u64) {
            return Err(TextError::TooMuch { limit });
        }
        let start = kept.len();
        kept.extend_from_slice(bytes);
        let end = kept.len();
        let full = self.pieces.len() >= MAX_PIECES;
        let continued = self.pieces.iter_mut().rev().take(2).find(|piece| {
            piece.stream == stream
                && piece.end == start
                && (full || piece.last_seq.checked_add(1) == Some(seq))
        });
        match continued {
            Some(piece) => (piece.last_seq, piece.end) = (seq, end),
            None => self.pieces.push(Piece {
                first_seq: seq,
                last_seq: seq,
                stream,
                start,
                end,
            }),
        }
        Ok(())
    }

    /// The text, with a loud line wherever `omitted` bytes of a stream were left out.
    pub fn finish(mut self, stdout_omitted: u64, stderr_omitted: u64) -> Text {
        self.pieces.sort_by_key(|piece| piece.first_seq);
        let head = usize::try_from(self.head).unwrap_or(usize::MAX);
        let mut text = Text {
            truncated: stdout_omitted > 0 || stderr_omitted > 0,
            ..Text::default()
        };
        let mut stdout = StreamText::new(&self.stdout, head, stdout_omitted);
        let mut stderr = StreamText::new(&self.stderr, head, stderr_omitted);
        let mut lossy = false;
        for piece in &self.pieces {
            let stream = match piece.stream {
                Stream::Stdout => &mut stdout,
                Stream::Stderr => &mut stderr,
            };
            stream.append(piece.start..piece.end, &mut text.output);
        }
        for stream in [&mut stdout, &mut stderr] {
            stream.end(&mut text.output);
            lossy |= stream.utf8.lossy;
        }
        (text.stdout, text.stderr) = (stdout.text, stderr.text);
        text.raw_stdout = self.stdout;
        text.encoding = if lossy {
            Encoding::Lossy
        } else {
            Encoding::Utf8
        };
        text
    }
}

/// One stream on its way to text.
struct StreamText<'a> {
    bytes: &'a [u8],
    /// Where bytes are missing, and how many.
    cut: Option<(usize, u64)>,
    /// Taken so far, in the stream's own count.
    taken: usize,
    utf8: Utf8,
    text: String,
}

impl<'a> StreamText<'a> {
    fn new(bytes: &'a [u8], head: usize, omitted: u64) -> Self {
        let cut = (omitted > 0).then_some((head.min(bytes.len()), omitted));
        Self {
            bytes,
            cut,
            taken: 0,
            utf8: Utf8::default(),
            text: String::new(),
        }
    }

    fn append(&mut self, range: std::ops::Range<usize>, output: &mut String) {
        let mut bytes = &self.bytes[range];
        if let Some((at, _)) = self.cut
            && self.taken + bytes.len() > at
        {
            let (head, tail) = bytes.split_at(at - self.taken);
            self.decode(head, output);
            self.taken = at;
            bytes = self.mark_cut(tail, output);
        }
        self.taken += bytes.len();
        self.decode(bytes, output);
    }

    /// A character that the cut went through belongs to what was left out.
    fn mark_cut<'b>(&mut self, tail: &'b [u8], output: &mut String) -> &'b [u8] {
        let Some((_, omitted)) = self.cut.take() else {
            return tail;
        };
        let rest = tail
            .iter()
            .take(3)
            .take_while(|byte| **byte & 0xC0 == 0x80)
            .count();
        let left_out = omitted.saturating_add((self.utf8.forget() + rest) as u64);
        self.show(&format!("\n[... {left_out} bytes omitted ...]\n"), output);
        &tail[rest..]
    }

    fn decode(&mut self, bytes: &[u8], output: &mut String) {
        let text = &mut self.text;
        self.utf8.decode(bytes, |part| {
            text.push_str(part);
            output.push_str(part);
        });
    }

    fn end(&mut self, output: &mut String) {
        self.mark_cut(&[], output);
        let text = &mut self.text;
        self.utf8.end(|part| {
            text.push_str(part);
            output.push_str(part);
        });
    }

    fn show(&mut self, text: &str, output: &mut String) {
        self.text.push_str(text);
        output.push_str(text);
    }
}

#[cfg(test)]
mod tests;
