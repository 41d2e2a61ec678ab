//! Interpreters that a program makes within its own process: each has an end of its own, with output to
//! be flushed and handlers to be called.

use std::ffi::c_void;

type Walk = unsafe extern "C" fn(*mut c_void) -> *mut c_void;
type First = unsafe extern "C" fn() -> *mut c_void;

/// Whether there is no interpreter but the first; false too where nobody can tell. The caller holds the
/// interpreter's lock, and no other thread is left.
pub(crate) fn is_alone() -> bool {
    // Documented for debuggers, and not of the stable ABI: looked up, so that a Python without them can
    // load this library.
    // SAFETY: C strings, and the search among what is loaded already; the types are those of the C API.
    unsafe {
        let head = libc::dlsym(libc::RTLD_DEFAULT, c"PyInterpreterState_Head".as_ptr());
        let next = libc::dlsym(libc::RTLD_DEFAULT, c"PyInterpreterState_Next".as_ptr());
        if head.is_null() || next.is_null() {
            return false;
        }
        let head: First = std::mem::transmute(head);
        let next: Walk = std::mem::transmute(next);
        next(head()).is_null()
    }
}
