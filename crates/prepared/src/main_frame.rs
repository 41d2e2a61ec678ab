//! The exit code of a program, as soon as it is certain.
//!
//! CPython decides on it behind the last line of `__main__`, tells it nobody, and then finalises the
//! interpreter, which for a small program takes longer than all the rest, and as much again for every
//! module that was prepared. So the evaluation of the one frame that is `__main__` is wrapped (PEP
//! 523): when it returns, its error, or that there is none, says what the code will be. No other
//! frame is touched, and nothing in the program runs slower for it.

use crate::python::{self, Object};
use std::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicI32, AtomicPtr, AtomicUsize, Ordering::Relaxed};

/// The frame's type differs between versions; it is passed on unseen.
type Evaluate = unsafe extern "C" fn(*mut c_void, *mut c_void, c_int) -> Object;
type SetEvaluate = unsafe extern "C" fn(*mut c_void, Evaluate);

const UNKNOWN: i32 = -1;
static CODE: AtomicI32 = AtomicI32::new(UNKNOWN);
/// The names of `__main__`.
static GLOBALS: AtomicPtr<python::PyObject> = AtomicPtr::new(std::ptr::null_mut());
static EVALUATE: AtomicUsize = AtomicUsize::new(0);
static SET_EVALUATE: AtomicUsize = AtomicUsize::new(0);

/// Looks for the door by which a frame's evaluation is wrapped. Once, in the parent: a fork has it.
pub(crate) fn find() {
    // Both are documented for debuggers and compilers, and not of the stable ABI: looked up, so that
    // a Python without them can load this library.
    let find = |name: &std::ffi::CStr| {
        // SAFETY: a C string, and the search among what is loaded already.
        unsafe { libc::dlsym(libc::RTLD_DEFAULT, name.as_ptr()) as usize }
    };
    EVALUATE.store(find(c"_PyEval_EvalFrameDefault"), Relaxed);
    SET_EVALUATE.store(find(c"_PyInterpreterState_SetEvalFrameFunc"), Relaxed);
}

/// From now on the frame of `__main__` is waited for. Does nothing in a Python that has no such door.
pub(crate) fn watch() {
    if EVALUATE.load(Relaxed) == 0 || SET_EVALUATE.load(Relaxed) == 0 {
        return;
    }
    GLOBALS.store(globals_of_main(), Relaxed);
    replace(frame);
}

/// The code that the process will end with; `None` where that is not certain.
pub(crate) fn exit_code() -> Option<i32> {
    Some(CODE.load(Relaxed)).filter(|code| *code != UNKNOWN)
}

unsafe extern "C" fn frame(thread: *mut c_void, frame: *mut c_void, throw: c_int) -> Object {
    // Before it there are others: a warning about the program's text, what prints that it cannot be
    // compiled.
    let is_main = has_globals_of_main(frame);
    if is_main {
        replace(default());
        forget_usercustomize();
    }
    // SAFETY: what CPython would have called, with what it gave.
    let result = unsafe { default()(thread, frame, throw) };
    if is_main {
        let code = match result.is_null() {
            false => 0,
            true => code_of_error(),
        };
        CODE.store(code, Relaxed);
    }
    result
}

/// The mark by which CPython was spared to look for it.
fn forget_usercustomize() {
    // SAFETY: a borrowed reference to what lives as long as the interpreter.
    unsafe {
        let modules = python::PyImport_GetModuleDict();
        if python::PyDict_DelItemString(modules, c"usercustomize".as_ptr()) != 0 {
            python::PyErr_Clear();
        }
    }
}

fn default() -> Evaluate {
    // SAFETY: found under its name, whose type since Python 3.9 is this.
    unsafe { std::mem::transmute::<usize, Evaluate>(EVALUATE.load(Relaxed)) }
}

fn replace(evaluate: Evaluate) {
    // SAFETY: found under its name, whose type since Python 3.9 is this; the lock is held.
    unsafe {
        let set = std::mem::transmute::<usize, SetEvaluate>(SET_EVALUATE.load(Relaxed));
        set(python::PyInterpreterState_Get(), evaluate);
    }
}

fn globals_of_main() -> Object {
    // SAFETY: borrowed references all along, of what lives as long as the interpreter.
    unsafe {
        let main = python::PyImport_AddModule(c"__main__".as_ptr());
        if main.is_null() {
            python::PyErr_Clear();
            return std::ptr::null_mut();
        }
        python::PyModule_GetDict(main)
    }
}

/// Whether a frame that is about to be evaluated has the names of `__main__` for its globals, which
/// before `__main__` is executed no other has. Where in a frame they are named differs between
/// versions: they are the second word (3.11), the fourth (3.12 to 3.14) or the seventh (3.9, 3.10).
fn has_globals_of_main(frame: *mut c_void) -> bool {
    let globals = GLOBALS.load(Relaxed);
    // SAFETY: in each of these versions a frame is longer than eight words.
    let words = unsafe { std::slice::from_raw_parts(frame.cast::<Object>(), 8) };
    !globals.is_null() && words.contains(&globals)
}

/// What `_Py_HandleSystemExit` and `PyErr_Print` will make of the present error.
fn code_of_error() -> i32 {
    // SAFETY: the references that `Fetch` gives are given back by `Restore`; `code` is a new one.
    unsafe {
        let error = python::PyErr_Occurred();
        let is = |class: Object| python::PyErr_GivenExceptionMatches(error, class) != 0;
        if is(python::PyExc_KeyboardInterrupt) {
            return UNKNOWN; // ends by the signal
        }
        if !is(python::PyExc_SystemExit) {
            return 1;
        }
        let none = std::ptr::null_mut;
        let (mut kind, mut value, mut trace): (Object, Object, Object) = (none(), none(), none());
        python::PyErr_Fetch(&raw mut kind, &raw mut value, &raw mut trace);
        python::PyErr_NormalizeException(&raw mut kind, &raw mut value, &raw mut trace);
        let code = python::PyObject_GetAttrString(value, c"code".as_ptr());
        let number = if code.is_null() {
            UNKNOWN
        } else if code == &raw mut python::_Py_NoneStruct {
            0
        } else if python::PyObject_IsInstance(code, &raw mut python::PyLong_Type) != 1 {
            1 // it is printed
        } else {
            let number = python::PyLong_AsLong(code);
            match python::PyErr_Occurred().is_null() {
                true => (number & 0xff) as i32,
                false => UNKNOWN,
            }
        };
        python::PyErr_Clear();
        python::Py_DecRef(code);
        python::PyErr_Restore(kind, value, trace);
        number
    }
}
