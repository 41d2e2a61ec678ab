//! Reading a damaged file may panic inside the library, and so may its cleaning up after itself: the
//! second panic would end the process. What is held here is dropped as ever, but for a panic.

use scopeguard::{ScopeGuard, guard};

/// What is left alone while a panic goes by.
pub(super) type Calm<T> = ScopeGuard<T, fn(T)>;

pub(super) fn calm<T>(value: T) -> Calm<T> {
    guard(value, |value| {
        if std::thread::panicking() {
            std::mem::forget(value);
        }
    })
}

/// Out of the holding.
pub(super) fn taken<T>(calm: Calm<T>) -> T {
    ScopeGuard::into_inner(calm)
}
