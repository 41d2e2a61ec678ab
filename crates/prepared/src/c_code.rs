//! Whether a program has reached C code by `ctypes`, which may have exit handlers of its own.
//!
//! Where a prepared library imports `ctypes`, that it is there says nothing. So the events are heard
//! that it raises for whoever audits an interpreter (PEP 578); a hook in C is seen by no program.

use crate::python::{self, Object};
use std::ffi::{CStr, c_char, c_int, c_void};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

const EVENTS: &[u8] = b"ctypes.";

static REACHED: AtomicBool = AtomicBool::new(false);

/// From now on it is heard of.
pub(crate) fn watch() {
    // SAFETY: the hook lives as long as the process and wants no data.
    let added = unsafe { python::PySys_AddAuditHook(hear, std::ptr::null_mut()) };
    if added != 0 {
        REACHED.store(true, Relaxed); // nobody can tell
    }
}

pub(crate) fn is_reached() -> bool {
    REACHED.load(Relaxed)
}

extern "C" fn hear(event: *const c_char, _args: Object, _data: *mut c_void) -> c_int {
    // SAFETY: the interpreter hands over a C string.
    let event = unsafe { CStr::from_ptr(event) };
    if event.to_bytes().starts_with(EVENTS) {
        REACHED.store(true, Relaxed);
    }
    0
}
