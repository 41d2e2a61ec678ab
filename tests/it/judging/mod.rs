//! Programs that are judged by many tests.

mod checkers;
mod refused;
mod talks;
mod timing;
mod verdicts;
