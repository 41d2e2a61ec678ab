//! Memory that a fork is known to need, brought at once: a page fault takes microseconds, on a
//! virtual machine several, and a small program would have six hundred of them.

use libc::c_void;

/// What is to be done with a range, in the lowest bits of its length: `WRITE`, `READ` and `DROP` of
/// `warmbox_parent.py`.
const ACTION: usize = 3;
const WRITE: usize = 0;
const READ: usize = 1;
const DROP: usize = 2;

const RECORD: usize = 16;

/// Has the C library merge the small pieces that it keeps apart for reuse, and sort what it has. It does
/// so when it is next asked for a larger one, which would be in every fork, and would copy every page
/// in which a piece lies.
pub(crate) fn consolidate() {
    /// The C library's own (mallopt(3)), so that nothing else changes.
    const LARGEST_KEPT_APART: libc::c_int = (64 * size_of::<usize>() / 4) as libc::c_int;
    /// More than any piece has, less than what is mapped by itself.
    const LARGER: usize = 120 << 10;
    // SAFETY: it merges before it sets (`__libc_mallopt`); the piece is given back unused.
    unsafe {
        libc::mallopt(libc::M_MXFAST, LARGEST_KEPT_APART);
        // Nobody may find out that the piece is of no use, and leave it out.
        libc::free(std::hint::black_box(libc::malloc(LARGER)));
    }
}

struct Range {
    start: usize,
    length: usize,
    action: usize,
}

/// Ranges of this process's memory, as a fork that ran a program found them.
pub(crate) struct Memory(Vec<Range>);

impl Memory {
    /// Reads records of an address and a length, eight bytes each.
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let ranges = bytes.chunks_exact(RECORD).map(|record| {
            let number = |at: usize| {
                let mut word = [0; 8];
                word.copy_from_slice(&record[at..at + 8]);
                usize::from_le_bytes(word)
            };
            Range {
                start: number(0),
                length: number(8) & !ACTION,
                action: number(8) & ACTION,
            }
        });
        Self(ranges.collect())
    }

    /// In a fork that will be a program: maps what is read, copies what is written. Nothing is
    /// changed, and what cannot be brought comes as it always does.
    pub(crate) fn bring(&self) {
        for range in &self.0 {
            let advice = match range.action {
                WRITE => libc::MADV_POPULATE_WRITE,
                READ => libc::MADV_POPULATE_READ,
                _ => continue,
            };
            // SAFETY: populating changes no content; a range that is not mapped is refused.
            unsafe { libc::madvise(range.start as *mut c_void, range.length, advice) };
        }
    }

    /// In a process that runs no Python any more: lets go of the interpreter's arenas now, so that
    /// the end of a run need not wait for it.
    pub(crate) fn drop_arenas(&self) {
        for range in self.0.iter().filter(|range| range.action == DROP) {
            // SAFETY: Python objects alone lie there (see `ARENA` in warmbox_parent.py), and nothing
            // here looks at one again.
            unsafe { libc::munmap(range.start as *mut c_void, range.length) };
        }
    }
}
