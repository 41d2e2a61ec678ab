use super::*;
use Stream::{Stderr, Stdout};
use proptest::prelude::*;

fn log(limit: u64, chunks: &[(u64, Stream, &[u8])]) -> OutputLog {
    let mut log = OutputLog::new(limit);
    for (seq, stream, bytes) in chunks {
        log.push(*seq, *stream, bytes).unwrap();
    }
    log
}

#[test]
fn both_streams_keep_their_order() {
    let text = log(
        100,
        &[
            (0, Stdout, b"a"),
            (1, Stderr, b"b"),
            (3, Stdout, b"d"),
            (2, Stderr, b"c"),
        ],
    )
    .finish(0, 0);
    assert_eq!(
        (
            text.stdout.as_str(),
            text.stderr.as_str(),
            text.output.as_str()
        ),
        ("ad", "bc", "abcd")
    );
    assert!(!text.truncated);
}

#[test]
fn characters_survive_every_cut_into_chunks() {
    let whole = "aé€😀z".as_bytes();
    for size in 1..whole.len() {
        let mut log = OutputLog::new(100);
        let mut seq = 0;
        for chunk in whole.chunks(size) {
            log.push(seq, Stdout, chunk).unwrap();
            log.push(seq + 1, Stderr, b".").unwrap();
            seq += 2;
        }
        let text = log.finish(0, 0);
        assert_eq!(text.stdout, "aé€😀z");
        assert_eq!(text.output.replace('.', ""), "aé€😀z");
        assert_eq!(text.encoding, Encoding::Utf8);
    }
}

#[test]
fn an_omission_is_loud_and_its_count_true() {
    let text = log(8, &[(0, Stdout, b"head"), (9, Stdout, b"tail")]).finish(1000, 0);
    assert_eq!(text.stdout, "head\n[... 1000 bytes omitted ...]\ntail");
    assert_eq!(text.output, text.stdout);
    assert!(text.truncated);
}

#[test]
fn a_chunk_over_the_cut_is_divided() {
    let text = log(8, &[(0, Stdout, b"headtail"), (1, Stderr, b"e")]).finish(5, 0);
    assert_eq!(text.output, "head\n[... 5 bytes omitted ...]\ntaile");
}

#[test]
fn a_character_at_the_cut_is_left_out_and_counted() {
    // "ab😀" cut after two of four bytes; the tail begins with the last two of another
    let text = log(8, &[(0, Stdout, b"ab\xF0\x9F"), (1, Stdout, b"\x98\x80yz")]).finish(10, 0);
    assert_eq!(text.stdout, "ab\n[... 14 bytes omitted ...]\nyz");
    assert_eq!(text.encoding, Encoding::Utf8);
}

#[test]
fn what_is_not_utf8_is_told() {
    let text = log(100, &[(0, Stdout, b"a\xFFb\xE2\x82")]).finish(0, 0);
    assert_eq!(text.stdout, "a\u{FFFD}b\u{FFFD}");
    assert_eq!(text.encoding, Encoding::Lossy);
}

#[test]
fn a_runner_cannot_fill_our_memory() {
    let mut log = OutputLog::new(10);
    let chunk = vec![b'x'; CHUNK_BYTES];
    assert_eq!(log.push(0, Stdout, &chunk), Ok(()));
    assert_eq!(
        log.push(1, Stdout, &chunk),
        Err(TextError::TooMuch { limit: 10 })
    );
    assert_eq!(log.push(2, Stderr, &chunk), Ok(()));
}

#[test]
fn more_pieces_than_are_remembered_lose_no_byte() {
    let mut log = OutputLog::new(1 << 20);
    let turns = MAX_PIECES as u64;
    for seq in 0..2 * turns {
        log.push(seq, if seq % 2 == 0 { Stdout } else { Stderr }, b"x")
            .unwrap();
    }
    assert!(log.pieces.len() <= MAX_PIECES + 2);
    let text = log.finish(0, 0);
    assert_eq!(
        (text.stdout.len() as u64, text.stderr.len() as u64),
        (turns, turns)
    );
}

#[test]
fn a_head_shorter_than_promised_is_still_marked() {
    let text = log(100, &[(0, Stdout, b"only")]).finish(7, 0);
    assert_eq!(text.stdout, "only\n[... 7 bytes omitted ...]\n");
}

/// Chunks as a supervisor sends them: `seq` rises over both streams.
fn chunks() -> impl Strategy<Value = Vec<(Stream, Vec<u8>)>> {
    let stream = prop_oneof![Just(Stdout), Just(Stderr)];
    // text, whose characters are cut, and bytes of whatever kind
    let bytes = prop_oneof![
        "[a-zé€😀]{0,6}".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..6),
        prop::sample::select("é€😀".as_bytes()).prop_map(|byte| vec![byte]),
    ];
    prop::collection::vec((stream, bytes), 0..40)
}

proptest! {
    #[test]
    fn streams_are_what_was_written_whatever_the_chunks(chunks in chunks()) {
        let mut log = OutputLog::new(1000);
        let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
        for (seq, (stream, bytes)) in chunks.iter().enumerate() {
            log.push(seq as u64, *stream, bytes).unwrap();
            match stream {
                Stdout => stdout.extend_from_slice(bytes),
                Stderr => stderr.extend_from_slice(bytes),
            }
        }
        let text = log.finish(0, 0);
        prop_assert_eq!(&text.stdout, &String::from_utf8_lossy(&stdout));
        prop_assert_eq!(&text.stderr, &String::from_utf8_lossy(&stderr));
        let exact = std::str::from_utf8(&stdout).is_ok() && std::str::from_utf8(&stderr).is_ok();
        prop_assert_eq!(text.encoding == Encoding::Utf8, exact);
        prop_assert_eq!(text.output.len(), text.stdout.len() + text.stderr.len());
    }

    #[test]
    fn both_streams_are_joined_in_the_order_of_writing(
        chunks in prop::collection::vec((any::<bool>(), 0_usize..5), 0..60),
        turn in any::<prop::sample::Index>(),
    ) {
        let mut written = String::new();
        let mut sent = Vec::new();
        for (seq, (err, size)) in chunks.into_iter().enumerate() {
            let (stream, word) = if err { (Stderr, "E") } else { (Stdout, "o") };
            let text = format!("{}{seq}.", word.repeat(size));
            written.push_str(&text);
            sent.push((seq as u64, stream, text));
        }
        // heads come as they are written, tails later: one stream may be ahead of the other
        let late = turn.index(sent.len() + 1);
        let (mut first, tail) = (sent[..late].to_vec(), &sent[late..]);
        for stream in [Stderr, Stdout] {
            first.extend(tail.iter().filter(|chunk| chunk.1 == stream).cloned());
        }
        let mut log = OutputLog::new(1000);
        for (seq, stream, text) in &first {
            log.push(*seq, *stream, text.as_bytes()).unwrap();
        }
        prop_assert_eq!(log.finish(0, 0).output, written);
    }

    #[test]
    fn what_stands_around_a_cut_is_whole_and_the_count_true(
        whole in "[a-zé€😀]{1,40}",
        cut in any::<[prop::sample::Index; 2]>(),
        pieces in 1_usize..9,
    ) {
        let bytes = whole.as_bytes();
        let mut at = cut.map(|index| index.index(bytes.len() + 1));
        at.sort_unstable();
        let [head, tail] = at;
        prop_assume!(head < tail);
        // the head is half of the limit
        let mut log = OutputLog::new(2 * head as u64);
        let chunks = bytes[..head].chunks(pieces).chain(bytes[tail..].chunks(pieces));
        for (seq, chunk) in (0..).zip(chunks) {
            log.push(seq, Stdout, chunk).unwrap();
        }
        let text = log.finish((tail - head) as u64, 0);
        let (before, rest) = text.stdout.split_once("\n[... ").unwrap();
        let (count, after) = rest.split_once(" bytes omitted ...]\n").unwrap();
        let count: usize = count.parse().unwrap();
        prop_assert!(whole.starts_with(before) && whole.ends_with(after));
        prop_assert_eq!(before.len() + count + after.len(), whole.len());
        prop_assert!(head - before.len() < 4 && bytes.len() - tail - after.len() < 4);
        prop_assert_eq!((text.encoding, text.truncated), (Encoding::Utf8, true));
    }
}
