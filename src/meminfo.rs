//! The kernel's table of this machine's memory.

/// A row of `/proc/meminfo`, in bytes.
pub(crate) fn meminfo(text: &str, row: &str) -> Option<u64> {
    let rest = text
        .lines()
        .find_map(|line| line.strip_prefix(row)?.strip_prefix(':'))?;
    rest.split_whitespace()
        .next()?
        .parse::<u64>()
        .ok()?
        .checked_mul(1024)
}
