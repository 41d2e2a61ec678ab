use super::*;
use Stream::{Stderr, Stdout};

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
