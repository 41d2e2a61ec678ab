//! The few parts of CPython's C API that are used, by hand: all of them are of the stable ABI but
//! those that [`crate::main_frame`] finds by name. See <https://docs.python.org/3/c-api/stable.html>.

use std::ffi::{CStr, c_char, c_int, c_long, c_void};
use std::ptr;

/// Never looked into.
#[repr(C)]
pub struct PyObject {
    _opaque: [u8; 0],
}

pub(crate) type Object = *mut PyObject;
type Function = extern "C" fn(Object, Object) -> Object;

/// `PYTHON_ABI_VERSION`
pub(crate) const ABI_VERSION: c_int = 3;
/// `METH_NOARGS`
pub(crate) const NO_ARGUMENTS: c_int = 4;
/// `METH_O`
pub(crate) const ONE_ARGUMENT: c_int = 8;

#[repr(C)]
pub(crate) struct PyMethodDef {
    name: *const c_char,
    function: Option<Function>,
    flags: c_int,
    doc: *const c_char,
}

pub(crate) const fn method(name: &'static CStr, function: Function, flags: c_int) -> PyMethodDef {
    PyMethodDef {
        name: name.as_ptr(),
        function: Some(function),
        flags,
        doc: ptr::null(),
    }
}

/// Ends a list of methods.
pub(crate) const NO_METHOD: PyMethodDef = PyMethodDef {
    name: ptr::null(),
    function: None,
    flags: 0,
    doc: ptr::null(),
};

/// `PyModuleDef_Base`: an object's head (a reference count and a type), and what Python fills in.
#[repr(C)]
pub(crate) struct Base {
    references: isize,
    kind: Object,
    init: *mut c_void,
    index: isize,
    copy: Object,
}

/// `PyModuleDef_HEAD_INIT`
pub(crate) const EMPTY_BASE: Base = Base {
    references: 1,
    kind: ptr::null_mut(),
    init: ptr::null_mut(),
    index: 0,
    copy: ptr::null_mut(),
};

#[repr(C)]
pub(crate) struct PyModuleDef {
    pub(crate) base: Base,
    pub(crate) name: *const c_char,
    pub(crate) doc: *const c_char,
    pub(crate) size: isize,
    pub(crate) methods: *mut PyMethodDef,
    pub(crate) slots: *mut c_void,
    pub(crate) traverse: *mut c_void,
    pub(crate) clear: *mut c_void,
    pub(crate) free: *mut c_void,
}

pub(crate) type AuditHook = extern "C" fn(*const c_char, Object, *mut c_void) -> c_int;

unsafe extern "C" {
    pub(crate) static mut _Py_NoneStruct: PyObject;
    pub(crate) static PyExc_SystemExit: Object;
    pub(crate) static PyExc_KeyboardInterrupt: Object;
    pub(crate) static mut PyLong_Type: PyObject;

    pub(crate) fn PyModule_Create2(definition: *mut PyModuleDef, abi: c_int) -> Object;
    pub(crate) fn PyImport_AddModule(name: *const c_char) -> Object;
    pub(crate) fn PyModule_GetDict(module: Object) -> Object;
    pub(crate) fn PyObject_GetAttrString(object: Object, name: *const c_char) -> Object;
    pub(crate) fn PyObject_IsInstance(object: Object, class: Object) -> c_int;
    pub(crate) fn PyLong_FromLong(value: c_long) -> Object;
    pub(crate) fn PyBool_FromLong(value: c_long) -> Object;
    pub(crate) fn PyLong_AsLong(object: Object) -> c_long;
    pub(crate) fn PyBytes_AsString(bytes: Object) -> *const c_char;
    pub(crate) fn PyBytes_Size(bytes: Object) -> isize;
    pub(crate) fn PyImport_GetModuleDict() -> Object;
    pub(crate) fn PyDict_DelItemString(dict: Object, key: *const c_char) -> c_int;
    pub(crate) fn PyBytes_FromStringAndSize(bytes: *const c_char, size: isize) -> Object;
    pub(crate) fn PyErr_Occurred() -> Object;
    pub(crate) fn PyErr_GivenExceptionMatches(given: Object, expected: Object) -> c_int;
    pub(crate) fn PyErr_Fetch(kind: *mut Object, value: *mut Object, trace: *mut Object);
    pub(crate) fn PyErr_NormalizeException(
        kind: *mut Object,
        value: *mut Object,
        trace: *mut Object,
    );
    pub(crate) fn PyErr_Restore(kind: Object, value: Object, trace: Object);
    pub(crate) fn PyErr_Clear();
    pub(crate) fn PySys_GetObject(name: *const c_char) -> Object;
    pub(crate) fn PySys_AddAuditHook(hook: AuditHook, data: *mut c_void) -> c_int;
    pub(crate) fn PyObject_CallObject(function: Object, arguments: Object) -> Object;
    pub(crate) fn PyOS_BeforeFork();
    pub(crate) fn PyOS_AfterFork_Child();
    pub(crate) fn PyInterpreterState_Get() -> *mut c_void;
    fn Py_IncRef(object: Object);
    pub(crate) fn Py_DecRef(object: Object);
}

/// `None`, as a new reference.
pub(crate) fn none() -> Object {
    let none = &raw mut _Py_NoneStruct;
    // SAFETY: None lives as long as the interpreter.
    unsafe { Py_IncRef(none) };
    none
}
