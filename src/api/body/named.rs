//! What a body names by its content, and where it goes: files, inputs and expected outputs that were
//! sent before.

use crate::access::Digest;
use crate::api::problem::Problem;
use crate::blobs::unhex;

/// A blob that a body names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::api) struct Named {
    pub(in crate::api) sha256: Digest,
    pub(in crate::api) place: NamedPlace,
    /// The field that names it.
    pub(in crate::api) field: String,
}

/// Where it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::api) enum NamedPlace {
    /// The file of that number.
    File(usize),
    Stdin,
    /// Of the test of that number.
    TestFile(usize, usize),
    TestStdin(usize),
    TestExpected(usize),
    /// Of the program of that number that judges.
    JudgeFile(usize, usize),
}

impl NamedPlace {
    /// Whether a program reads it as its standard input.
    pub(in crate::api) fn is_stdin(self) -> bool {
        matches!(self, Self::Stdin | Self::TestStdin(_))
    }
}

impl Named {
    /// By a blob's name, which is its SHA-256.
    pub(super) fn of(text: &str, place: NamedPlace, field: String) -> Result<Self, Problem> {
        let Some(sha256) = unhex(text) else {
            let detail = format!("{field} is not a SHA-256 in 64 digits of lower case hexadecimal");
            return Err(Problem::field("invalid_blob_name", field, detail));
        };
        Ok(Self {
            sha256,
            place,
            field,
        })
    }
}
