//! What is kept of a program's output: the head as it comes, then the tail, within a fixed
//! amount of memory however much is written.

use std::collections::VecDeque;
use warmbox_protocol::Stream;

/// Chunks in the tail shorter than this are joined, so that a program that writes byte by byte
/// costs no more memory than its bytes.
const JOIN_BELOW: usize = 1024;

/// A piece of output and its place among the pieces of both streams.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chunk {
    pub seq: u64,
    pub stream: Stream,
    pub bytes: Vec<u8>,
}

/// Both streams of one run.
#[derive(Debug)]
pub struct Output {
    next_seq: u64,
    stdout: Kept,
    stderr: Kept,
}

/// One stream: how much went through as head, and the tail that waits for the end.
#[derive(Debug)]
struct Kept {
    head_limit: usize,
    head_left: usize,
    tail_limit: usize,
    tail: VecDeque<(u64, Vec<u8>)>,
    tail_bytes: usize,
    total: u64,
}

impl Output {
    /// Keeps `limit` bytes of each stream, half as head and half as tail.
    pub fn new(limit: u64) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        Self::of(limit / 2, limit - limit / 2)
    }

    /// Keeps the first `limit` bytes of each stream, for somebody who follows them.
    pub fn followed(limit: u64) -> Self {
        Self::of(usize::try_from(limit).unwrap_or(usize::MAX), 0)
    }

    fn of(head: usize, tail: usize) -> Self {
        Self {
            next_seq: 0,
            stdout: Kept::new(head, tail),
            stderr: Kept::new(head, tail),
        }
    }

    /// Takes what the program wrote; answers the part that can be sent at once.
    pub fn push(&mut self, stream: Stream, bytes: &[u8]) -> Option<Chunk> {
        let seq = self.next_seq;
        self.next_seq += 1;
        let kept = match stream {
            Stream::Stdout => &mut self.stdout,
            Stream::Stderr => &mut self.stderr,
        };
        kept.total += bytes.len() as u64;
        let (head, rest) = bytes.split_at(bytes.len().min(kept.head_left));
        kept.head_left -= head.len();
        if !rest.is_empty() {
            kept.keep_tail(seq, rest);
        }
        (!head.is_empty()).then(|| Chunk {
            seq,
            stream,
            bytes: head.to_vec(),
        })
    }

    /// The tails, once nothing more can come.
    pub fn take_tails(&mut self) -> Vec<Chunk> {
        let mut chunks = Vec::new();
        for (stream, kept) in [
            (Stream::Stdout, &mut self.stdout),
            (Stream::Stderr, &mut self.stderr),
        ] {
            for (seq, bytes) in kept.tail.drain(..) {
                chunks.push(Chunk { seq, stream, bytes });
            }
        }
        chunks.sort_by_key(|chunk| chunk.seq);
        chunks
    }

    /// Bytes written to (stdout, stderr), kept or not.
    pub fn totals(&self) -> (u64, u64) {
        (self.stdout.total, self.stderr.total)
    }

    /// Bytes left out of (stdout, stderr).
    pub fn omitted(&self) -> (u64, u64) {
        (self.stdout.omitted(), self.stderr.omitted())
    }
}

impl Kept {
    fn new(head_limit: usize, tail_limit: usize) -> Self {
        Self {
            head_limit,
            head_left: head_limit,
            tail_limit,
            tail: VecDeque::new(),
            tail_bytes: 0,
            total: 0,
        }
    }

    fn keep_tail(&mut self, seq: u64, bytes: &[u8]) {
        let fits = bytes.len().min(self.tail_limit);
        if fits == 0 {
            return;
        }
        let bytes = &bytes[bytes.len() - fits..];
        match self.tail.back_mut() {
            Some((_, last)) if last.len() < JOIN_BELOW => last.extend_from_slice(bytes),
            _ => self.tail.push_back((seq, bytes.to_vec())),
        }
        self.tail_bytes += bytes.len();
        while self.tail_bytes > self.tail_limit {
            let over = self.tail_bytes - self.tail_limit;
            let Some((_, first)) = self.tail.front_mut() else {
                break;
            };
            let cut = over.min(first.len());
            first.drain(..cut);
            self.tail_bytes -= cut;
            if first.is_empty() {
                self.tail.pop_front();
            }
        }
    }

    fn omitted(&self) -> u64 {
        let head = self.head_limit - self.head_left;
        self.total - head as u64 - self.tail_bytes as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn feed(output: &mut Output, stream: Stream, pieces: &[&[u8]]) -> Vec<u8> {
        let mut through = Vec::new();
        for piece in pieces {
            if let Some(chunk) = output.push(stream, piece) {
                through.extend(chunk.bytes);
            }
        }
        through
    }

    #[test]
    fn short_output_goes_through_whole() {
        let mut output = Output::new(10);
        let mut got = feed(&mut output, Stream::Stdout, &[b"hello", b"world"]);
        for chunk in output.take_tails() {
            got.extend(chunk.bytes);
        }
        assert_eq!(got, b"helloworld");
        assert_eq!(output.omitted(), (0, 0));
    }

    #[test]
    fn long_output_keeps_head_and_tail_and_tells_what_is_missing() {
        let mut output = Output::new(10);
        let head = feed(
            &mut output,
            Stream::Stdout,
            &[b"0123456", b"789abc", b"def"],
        );
        assert_eq!(head, b"01234");
        let tail: Vec<u8> = output
            .take_tails()
            .into_iter()
            .flat_map(|c| c.bytes)
            .collect();
        assert_eq!(tail, b"bcdef");
        assert_eq!(output.totals(), (16, 0));
        assert_eq!(output.omitted(), (6, 0));
    }

    #[test]
    fn who_follows_gets_the_beginning_and_no_tail() {
        let mut output = Output::followed(10);
        let through = feed(
            &mut output,
            Stream::Stdout,
            &[b"0123456", b"789abc", b"def"],
        );
        assert_eq!(through, b"0123456789");
        assert_eq!(output.take_tails(), []);
        assert_eq!(output.totals(), (16, 0));
        assert_eq!(output.omitted(), (6, 0));
    }

    #[test]
    fn a_flood_is_held_in_bounded_memory() {
        let mut output = Output::new(4000);
        for _ in 0..100_000 {
            output.push(Stream::Stderr, b"x");
            output.push(Stream::Stdout, &[b'y'; 100]);
        }
        let kept: usize = output.stdout.tail.iter().map(|(_, b)| b.len()).sum();
        assert!(kept <= 2000);
        assert!(
            output.stderr.tail.len() <= 4,
            "{} pieces",
            output.stderr.tail.len()
        );
        assert_eq!(output.omitted(), (10_000_000 - 4000, 100_000 - 4000));
    }

    #[test]
    fn the_tails_of_both_streams_come_in_the_order_of_writing() {
        let mut output = Output::new(2);
        output.push(Stream::Stdout, b"a");
        output.push(Stream::Stderr, b"b");
        output.push(Stream::Stderr, b"c");
        output.push(Stream::Stdout, b"d");
        let order: Vec<_> = output.take_tails().into_iter().map(|c| c.bytes).collect();
        assert_eq!(order, [b"c", b"d"]);
    }

    proptest! {
        #[test]
        fn any_output_is_kept_as_head_and_tail_of_all_that_was_written(
            limit in 0_u64..8000,
            writes in prop::collection::vec((0_usize..2, 0_usize..2000), 0..60),
        ) {
            let streams = [Stream::Stdout, Stream::Stderr];
            let mut output = Output::new(limit);
            let mut all = [Vec::new(), Vec::new()];
            let mut heads = [Vec::new(), Vec::new()];
            for (seq, (which, size)) in writes.into_iter().enumerate() {
                let from = all[which].len();
                let bytes: Vec<u8> = (from..from + size).map(|at| (at % 251) as u8).collect();
                all[which].extend_from_slice(&bytes);
                if let Some(chunk) = output.push(streams[which], &bytes) {
                    prop_assert_eq!((chunk.seq, chunk.stream), (seq as u64, streams[which]));
                    heads[which].extend(chunk.bytes);
                }
                for kept in [&output.stdout, &output.stderr] {
                    let held: usize = kept.tail.iter().map(|(_, bytes)| bytes.capacity()).sum();
                    prop_assert!(held <= 2 * kept.tail_limit + 2000 + 2 * JOIN_BELOW, "{}", held);
                    prop_assert!(kept.tail.len() <= kept.tail_limit / JOIN_BELOW + 2);
                }
            }
            let (totals, omitted) = (output.totals(), output.omitted());
            let tails = output.take_tails();
            prop_assert!(tails.is_sorted_by(|one, next| one.seq < next.seq));
            let counts = [(totals.0, omitted.0), (totals.1, omitted.1)];
            for (which, (total, omitted)) in counts.into_iter().enumerate() {
                let tail = tails.iter().filter(|chunk| chunk.stream == streams[which]);
                let tail: Vec<u8> = tail.flat_map(|chunk| chunk.bytes.clone()).collect();
                let (all, head) = (&all[which], &heads[which]);
                prop_assert_eq!(total, all.len() as u64);
                prop_assert_eq!((head.len() + tail.len()) as u64, total.min(limit));
                prop_assert_eq!(omitted, total.saturating_sub(limit));
                prop_assert_eq!(head.len() as u64, total.min(limit / 2));
                prop_assert!(all.starts_with(head) && all.ends_with(&tail));
            }
        }
    }
}
