//! Frames from whoever is at the other end of a link, in whatever pieces they arrive: the decoder
//! never panics, gives the same messages however the stream is cut, holds no more than its limit
//! and takes no more memory for a message than its bytes are worth; and every message that it gives
//! survives being sent on.
//!
//! Input: four bytes that choose (see [`Course`]), then the stream.

#![no_main]

use cap::Cap;
use libfuzzer_sys::fuzz_target;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::alloc::System;
use std::fmt::Debug;
use warmbox_protocol::frame::{Decoder, HEADER_BYTES, encode};
use warmbox_protocol::{FromRunner, ToRunner};

#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

/// A message to a runner holds lists. It is the server's, so its size is all that is asked: serde
/// gives each list up to 1 MiB ahead, and an element takes more room than its encoding.
const LISTS_BYTES: usize = 32 << 20;

fuzz_target!(|input: &[u8]| {
    let Some((choice, bytes)) = input.split_first_chunk::<4>() else {
        return;
    };
    let course = Course::new(*choice);
    let stream = match course.framed {
        true => framed(bytes),
        false => bytes.to_vec(),
    };
    match course.to_runner {
        true => follow::<ToRunner>(&stream, &course, LISTS_BYTES),
        false => follow::<FromRunner>(&stream, &course, 0),
    }
});

struct Course {
    to_runner: bool,
    /// The bytes are one message, whose length is put in front of them here.
    framed: bool,
    limit: usize,
    /// The sizes of the pieces, in turn.
    pieces: [usize; 2],
}

impl Course {
    fn new([kind, limit, first, second]: [u8; 4]) -> Self {
        let size = |byte: u8| usize::from(byte) + 1;
        Self {
            to_runner: kind & 1 != 0,
            framed: kind & 2 != 0,
            limit: 64 * size(limit),
            pieces: [size(first), size(second)],
        }
    }
}

fn framed(body: &[u8]) -> Vec<u8> {
    let mut stream = u32::try_from(body.len()).unwrap().to_le_bytes().to_vec();
    stream.extend_from_slice(body);
    stream
}

fn follow<T>(stream: &[u8], course: &Course, lists_bytes: usize)
where
    T: Debug + PartialEq + Serialize + DeserializeOwned,
{
    let (expected, whole) = read_at_once::<T>(stream, course.limit);
    let mut expected = expected.iter();
    let before = MEMORY.allocated();
    // what there is of one message, a piece, and as much again, because buffers grow by doubling
    let largest = course.pieces[0].max(course.pieces[1]);
    let buffer = 2 * (HEADER_BYTES + course.limit + largest);
    let mut decoder = Decoder::new(course.limit);
    let mut rest = stream;
    for size in course.pieces.iter().cycle() {
        let (piece, later) = rest.split_at(rest.len().min(*size));
        rest = later;
        decoder.push(piece);
        loop {
            let taken = within(buffer + course.limit + lists_bytes, before, || {
                decoder.take::<T>()
            });
            match taken {
                Ok(Some(message)) => {
                    assert_eq!(Some(&message), expected.next());
                    survives(&message, course.limit);
                }
                Ok(None) => break,
                Err(_) => {
                    assert!(!whole, "refused in pieces what was accepted at once");
                    assert!(expected.next().is_none(), "refused too early");
                    return;
                }
            }
        }
        let held = MEMORY.allocated() - before;
        assert!(held <= buffer, "{held} bytes held, {buffer} allowed");
        if rest.is_empty() {
            break;
        }
    }
    assert!(expected.next().is_none(), "a message was lost");
    assert!(whole, "accepted in pieces what was refused at once");
}

/// The plainest reader: all messages up to the first that is wrong, and whether there was none.
fn read_at_once<T: DeserializeOwned>(mut stream: &[u8], limit: usize) -> (Vec<T>, bool) {
    let mut messages = Vec::new();
    while let Some((header, rest)) = stream.split_first_chunk::<HEADER_BYTES>() {
        let size = u32::from_le_bytes(*header) as usize;
        if size > limit {
            return (messages, false);
        }
        let Some((body, rest)) = rest.split_at_checked(size) else {
            break;
        };
        match postcard::take_from_bytes(body) {
            Ok((message, [])) => messages.push(message),
            _ => return (messages, false),
        }
        stream = rest;
    }
    (messages, true)
}

/// Does it with no more memory than that over what there was before; an abort shows that it was
/// not enough.
fn within<T>(bytes: usize, before: usize, work: impl FnOnce() -> T) -> T {
    // the limit must not lie under what is in use, and an assertion needs memory for its words
    let limit = (before + bytes).max(MEMORY.allocated());
    MEMORY.set_limit(limit).unwrap();
    let done = work();
    MEMORY.set_limit(usize::MAX).unwrap();
    done
}

/// The same value comes out again, and it is not longer than what it came from.
fn survives<T>(message: &T, limit: usize)
where
    T: Debug + PartialEq + Serialize + DeserializeOwned,
{
    let mut wire = Vec::new();
    encode(message, &mut wire).unwrap();
    let mut decoder = Decoder::new(limit);
    decoder.push(&wire);
    let again: Option<T> = decoder.take().unwrap();
    assert_eq!(again.as_ref(), Some(message));
    assert!(matches!(decoder.take::<T>(), Ok(None)));
}
