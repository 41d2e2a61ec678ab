//! The allocator of this process, which every sandbox's first process is a copy of: what it keeps
//! would be counted as theirs.

/// Blocks from this size on are mapped one by one, and unmapped when they are freed.
const MAPPED_FROM_BYTES: libc::c_int = 128 << 10;

/// Keeps the allocator from raising its thresholds after large blocks were freed, as it would by
/// itself (mallopt(3), "M_MMAP_THRESHOLD").
pub fn keep_little() {
    // SAFETY: integers only; called before there is a second thread, which never comes.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, MAPPED_FROM_BYTES);
        libc::mallopt(libc::M_TRIM_THRESHOLD, MAPPED_FROM_BYTES);
    }
}

/// Gives freed memory back to the kernel.
pub fn give_back() {
    // SAFETY: touches only memory that the allocator knows to be free.
    unsafe { libc::malloc_trim(0) };
}
