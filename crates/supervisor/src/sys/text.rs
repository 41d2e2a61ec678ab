//! Searching what programs say.

/// Whether `text` has `part` in it, which is not empty.
pub fn has(text: &[u8], part: &[u8]) -> bool {
    // SAFETY: pointers and lengths are of two live slices, which the call only reads.
    let found = unsafe {
        libc::memmem(
            text.as_ptr().cast(),
            text.len(),
            part.as_ptr().cast(),
            part.len(),
        )
    };
    !found.is_null()
}

#[cfg(test)]
mod tests {
    use super::has;

    #[test]
    fn a_part_is_found_whole_or_not_at_all() {
        assert!(has(b"OSError: [Errno 24] Too many", b"Too many"));
        assert!(!has(b"Too man", b"Too many"));
        assert!(!has(b"", b"Too many"));
    }
}
