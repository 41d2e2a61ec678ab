//! A compiled program with what its compiler said and what it took, and how both lie in a file.
//! Pure. A file is whole, and is the one that was asked for, or it is refused.

use super::Key;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use warmbox_protocol::{Limits, Usage};

/// The first bytes of a file: whose it is, and in which version.
const MAGIC: &[u8; 16] = b"warmbox cache 1\n";
/// Magic, key and digest.
const HEADER: usize = 16 + 32 + 32;

/// What a compile stage came to that ended well.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
    /// What the compiler wrote, whole.
    pub stdout: String,
    pub stderr: String,
    pub cost: Cost,
}

/// What the compile stage took, as its supervisor measured it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    pub wall_us: u64,
    pub cpu_us: u64,
    /// Written by the compiler.
    pub stdout_bytes: u64,
    pub stderr_bytes: u64,
}

impl Cost {
    pub fn new(usage: &Usage, stdout_bytes: u64, stderr_bytes: u64) -> Self {
        Self {
            wall_us: usage.wall_us,
            cpu_us: usage.cpu_user_us.saturating_add(usage.cpu_system_us),
            stdout_bytes,
            stderr_bytes,
        }
    }

    /// Whether the very stage that took this would have passed these limits, its output uncut.
    /// Only those that a request sets for itself: the others are part of the key.
    pub fn fits(&self, limits: &Limits) -> bool {
        self.wall_us <= limits.wall_ms.saturating_mul(1000)
            && self.cpu_us <= limits.cpu_ms.saturating_mul(1000)
            && self.stdout_bytes.max(self.stderr_bytes) <= limits.output_bytes
    }
}

/// Why a file is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Broken {
    #[error("it is none of ours")]
    Foreign,
    #[error("it belongs under another name")]
    Misplaced,
    #[error("it is not as it was written")]
    Damaged,
    #[error("it is too large")]
    TooLarge,
    #[error("it is not a plain file of ours")]
    NotPlain,
}

impl Program {
    /// About what it takes in memory.
    pub(super) fn weight(&self) -> u64 {
        (self.bytes.len() + self.stdout.len() + self.stderr.len()) as u64
    }

    /// The bytes of its file: header and body.
    pub(super) fn encode(&self, key: &Key) -> Result<(Vec<u8>, Vec<u8>), postcard::Error> {
        let body = postcard::to_stdvec(self)?;
        let mut header = Vec::with_capacity(HEADER);
        header.extend_from_slice(MAGIC);
        header.extend_from_slice(key.as_bytes());
        header.extend_from_slice(&digest(key, &body));
        Ok((header, body))
    }

    /// Reads a file that was found under `key`.
    pub(super) fn decode(file: &[u8], key: &Key) -> Result<Self, Broken> {
        let (header, body) = file.split_at_checked(HEADER).ok_or(Broken::Foreign)?;
        let (magic, rest) = header.split_at(MAGIC.len());
        let (theirs, written) = rest.split_at(key.as_bytes().len());
        if magic != MAGIC {
            return Err(Broken::Foreign);
        }
        if theirs != key.as_bytes() {
            return Err(Broken::Misplaced);
        }
        if written != digest(key, body) {
            return Err(Broken::Damaged);
        }
        match postcard::take_from_bytes(body) {
            Ok((program, [])) => Ok(program),
            Ok(_) | Err(_) => Err(Broken::Damaged),
        }
    }
}

fn digest(key: &Key, body: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(key.as_bytes());
    hash.update(body);
    hash.finalize().into()
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::key::tests::key;
    use super::*;
    use proptest::prelude::*;

    /// Limits that the compiler of this program kept to.
    pub(in super::super) const ENOUGH: Limits = Limits {
        wall_ms: 1000,
        cpu_ms: 1000,
        memory_bytes: 0,
        processes: 0,
        output_bytes: 1000,
        file_size_bytes: 0,
        disk_bytes: 0,
        open_files: 0,
    };

    pub(in super::super) fn program(bytes: &[u8]) -> Program {
        Program {
            bytes: bytes.to_vec(),
            stdout: "said".to_owned(),
            stderr: "main.cpp:1:2: warning: é".to_owned(),
            cost: Cost {
                wall_us: 5_000,
                cpu_us: 7_000,
                stdout_bytes: 4,
                stderr_bytes: 25,
            },
        }
    }

    fn file(program: &Program, key: &Key) -> Vec<u8> {
        let (header, body) = program.encode(key).unwrap();
        [header, body].concat()
    }

    #[test]
    fn what_was_written_is_read() {
        let (program, key) = (program(b"\x7fELF\0\xff"), key("a"));
        assert_eq!(Program::decode(&file(&program, &key), &key), Ok(program));
    }

    #[test]
    fn what_is_not_the_file_of_that_key_is_refused() {
        let whole = file(&program(b"one"), &key("a"));
        assert_eq!(
            Program::decode(&whole, &key("b")),
            Err(Broken::Misplaced),
            "two files that changed places"
        );
        let mut longer = whole.clone();
        longer.push(0);
        assert_eq!(Program::decode(&longer, &key("a")), Err(Broken::Damaged));
        assert_eq!(Program::decode(b"", &key("a")), Err(Broken::Foreign));
        let mut foreign = whole;
        foreign[..7].copy_from_slice(b"#!/bin/");
        assert_eq!(Program::decode(&foreign, &key("a")), Err(Broken::Foreign));
    }

    proptest! {
        #[test]
        fn a_bit_that_changed_anywhere_is_found(at: prop::sample::Index, bit in 0..8u8) {
            let mut file = file(&program(b"some program"), &key("a"));
            let at = at.index(file.len());
            file[at] ^= 1 << bit;
            prop_assert!(Program::decode(&file, &key("a")).is_err());
        }

        #[test]
        fn a_file_that_was_cut_is_refused(at: prop::sample::Index) {
            let file = file(&program(b"some program"), &key("a"));
            prop_assert!(Program::decode(&file[..at.index(file.len())], &key("a")).is_err());
        }
    }

    #[test]
    fn it_is_for_those_whose_limits_it_would_have_passed() {
        let cost = program(b"").cost;
        let enough = Limits {
            wall_ms: 5,
            cpu_ms: 7,
            output_bytes: 25,
            memory_bytes: 0,
            processes: 0,
            file_size_bytes: 0,
            disk_bytes: 0,
            open_files: 0,
        };
        assert!(cost.fits(&enough));
        for less in [
            Limits {
                wall_ms: 4,
                ..enough
            },
            Limits {
                cpu_ms: 6,
                ..enough
            },
            Limits {
                output_bytes: 24,
                ..enough
            },
        ] {
            assert!(!cost.fits(&less), "{less:?}");
        }
    }
}
