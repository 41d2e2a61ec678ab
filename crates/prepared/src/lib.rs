//! The extension module `_warmbox`: what a prepared Python needs beyond Python.
//!
//! - `is_first()` answers whether nobody has asked before in this process or in those that it is a fork
//!   of: a program can make interpreters within its own, which start as the prepared one did.
//! - `serve(memory)` forks the interpreter into sandboxes on the supervisor's orders, and brings each
//!   fork the memory that programs are known to need ([`memory`]). It returns only in a fork that is
//!   a program on its way, and answers the program's arguments.
//! - `watch_main()` has the exit code noted when `__main__` has been executed.
//! - `exit_code()` answers that code, or `None` where it is not certain or there are other interpreters
//!   to be finished.
//! - `watch_ctypes()` has it noted when `ctypes` reaches C code, and `used_ctypes()` answers whether.
//! - `finish(handler)` calls an exit handler, unless the program is traced: then nothing of ours may
//!   be seen.
//! - `leave(code)` ends the process at once; what C code has buffered is written.
//!
//! Used by `runner-images/python/support/warmbox_parent.py`, and by nothing else.

mod c_code;
mod interpreters;
mod main_frame;
mod memory;
mod python;

use memory::Memory;
use python::Object;
use std::ffi::c_int;
use std::io;
use std::mem::ManuallyDrop;
use std::ptr;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use warmbox_supervisor::sandbox::{self, Blueprint, Forked};

/// The module, when Python imports it.
///
/// # Safety
/// Called by Python's import machinery only.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyInit__warmbox() -> *mut python::PyObject {
    main_frame::find();
    // SAFETY: the definition is valid for the life of the process and is not changed by us.
    unsafe { python::PyModule_Create2(ptr::addr_of_mut!(MODULE), python::ABI_VERSION) }
}

static mut METHODS: [python::PyMethodDef; 9] = [
    python::method(c"is_first", is_first, python::NO_ARGUMENTS),
    python::method(c"serve", serve, python::ONE_ARGUMENT),
    python::method(c"watch_main", watch_main, python::NO_ARGUMENTS),
    python::method(c"exit_code", exit_code, python::NO_ARGUMENTS),
    python::method(c"watch_ctypes", watch_ctypes, python::NO_ARGUMENTS),
    python::method(c"used_ctypes", used_ctypes, python::NO_ARGUMENTS),
    python::method(c"finish", finish, python::ONE_ARGUMENT),
    python::method(c"leave", leave, python::ONE_ARGUMENT),
    python::NO_METHOD,
];

static mut MODULE: python::PyModuleDef = python::PyModuleDef {
    base: python::EMPTY_BASE,
    name: c"_warmbox".as_ptr(),
    doc: ptr::null(),
    size: -1,
    methods: &raw mut METHODS as *mut python::PyMethodDef,
    slots: ptr::null_mut(),
    traverse: ptr::null_mut(),
    clear: ptr::null_mut(),
    free: ptr::null_mut(),
};

/// `os.fork`, as CPython's `os_fork_impl` does it. The process that calls this is the first of a
/// sandbox and never runs Python again: what a fork's parent would have to mend is left.
fn fork(memory: &Memory) -> io::Result<Forked> {
    // SAFETY: the caller holds the interpreter's lock, and this is the only thread. The functions
    // are meant to be called around a fork (C API, "Operating System Utilities").
    unsafe {
        python::PyOS_BeforeFork();
        match libc::fork() {
            0 => {
                memory.bring();
                python::PyOS_AfterFork_Child();
                Ok(Forked::Child)
            }
            -1 => Err(io::Error::last_os_error()),
            pid => {
                memory.drop_arenas();
                Ok(Forked::Parent { pid })
            }
        }
    }
}

extern "C" fn is_first(_module: Object, _nothing: Object) -> Object {
    static ASKED: AtomicBool = AtomicBool::new(false);
    // SAFETY: takes an integer.
    unsafe { python::PyBool_FromLong((!ASKED.swap(true, Relaxed)).into()) }
}

extern "C" fn serve(_module: Object, memory: Object) -> Object {
    // Neither is given back in a program on its way: to give back much copies much.
    // SAFETY: Python keeps the bytes while this call lasts; any other object has none.
    let memory = ManuallyDrop::new(Memory::parse(unsafe {
        let bytes = python::PyBytes_AsString(memory);
        match bytes.is_null() {
            true => return ptr::null_mut(), // its error is set
            false => std::slice::from_raw_parts(
                bytes.cast(),
                usize::try_from(python::PyBytes_Size(memory)).unwrap_or(0),
            ),
        }
    }));
    let blueprint = ManuallyDrop::new(Blueprint::find());
    memory::consolidate();
    match sandbox::serve(&blueprint, &|| fork(&memory)) {
        // SAFETY: pointer and length are of one live buffer, which is copied.
        Ok(args) => unsafe {
            python::PyBytes_FromStringAndSize(args.as_ptr().cast(), args.len() as isize)
        },
        Err(failure) => {
            eprintln!("{failure}");
            // Here it is still the parent, of which nobody waits for a clean end.
            std::process::exit(1)
        }
    }
}

extern "C" fn watch_main(_module: Object, _nothing: Object) -> Object {
    main_frame::watch();
    python::none()
}

extern "C" fn exit_code(_module: Object, _nothing: Object) -> Object {
    match main_frame::exit_code().filter(|_| interpreters::is_alone()) {
        // SAFETY: takes an integer.
        Some(code) => unsafe { python::PyLong_FromLong(code.into()) },
        None => python::none(),
    }
}

extern "C" fn watch_ctypes(_module: Object, _nothing: Object) -> Object {
    c_code::watch();
    python::none()
}

extern "C" fn used_ctypes(_module: Object, _nothing: Object) -> Object {
    // SAFETY: takes an integer.
    unsafe { python::PyBool_FromLong(c_code::is_reached().into()) }
}

extern "C" fn finish(_module: Object, handler: Object) -> Object {
    // SAFETY: borrowed references to functions of the interpreter, and new ones that are given back.
    unsafe {
        for name in [c"gettrace", c"getprofile"] {
            let ask = python::PySys_GetObject(name.as_ptr());
            if ask.is_null() {
                return python::none(); // the program has taken it away
            }
            let tracer = python::PyObject_CallObject(ask, ptr::null_mut());
            python::Py_DecRef(tracer);
            if tracer != &raw mut python::_Py_NoneStruct {
                python::PyErr_Clear();
                return python::none();
            }
        }
        python::PyObject_CallObject(handler, ptr::null_mut())
    }
}

extern "C" fn leave(_module: Object, code: Object) -> Object {
    // Not by `exit`: what libraries of the parent have registered takes them apart, which nobody
    // can see and every fork would pay for.
    // SAFETY: flushes what C code has buffered, and ends the process.
    unsafe {
        libc::fflush(ptr::null_mut());
        libc::_exit(python::PyLong_AsLong(code) as c_int)
    }
}
