//! Kernel calls as safe functions, one file per facility. No policy here.

pub mod allocator;
pub mod caps;
pub mod fd;
pub mod fs;
pub mod ids;
pub mod mounts;
pub mod net;
pub mod process;
pub mod terminal;
pub mod text;

use std::io;

/// Turns the C convention (-1 and errno) into a `Result`.
fn check(result: libc::c_long) -> io::Result<libc::c_long> {
    if result < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(result)
    }
}
