//! What is to be reached, as data. A figure is judged here and nowhere else.

use clap::ValueEnum;

/// The pieces of work that are measured, by the names that `--only` knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Work {
    PythonHello,
    Plot,
    Numpy,
    CppIostream,
    CppBits,
    CppSeen,
    FiftyTests,
    NoRunnerReady,
    BesideAFlood,
    FirstOutput,
    ThroughputPython,
    ThroughputCpp,
    IdleMemory,
    ServerMemory,
    Start,
}

/// One row of the table of goals.
#[derive(Debug)]
pub(crate) struct Goal {
    pub(crate) work: Work,
    pub(crate) title: &'static str,
    pub(crate) against: &'static str,
    pub(crate) bound: Bound,
    /// Printed below the table where the goal is missed.
    pub(crate) in_the_way: &'static str,
}

/// What a figure must be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Bound {
    /// So much of what the other side takes.
    RatioAtMost(f64),
    /// So many milliseconds more than the other side takes.
    ExtraMsAtMost(f64),
    /// So many times what the other side does.
    TimesAtLeast(f64),
    MegabytesAtMost(f64),
    SecondsAtMost(f64),
    /// So many milliseconds in 95 of 100 cases.
    MsAtMostInMost(f64),
}

/// A figure, in the unit of its row's bound, and what it was made from.
#[derive(Debug, Clone)]
pub(crate) struct Figure {
    pub(crate) value: f64,
    pub(crate) from: String,
}

impl Bound {
    pub(crate) fn words(self) -> String {
        match self {
            Bound::RatioAtMost(most) if most < 0.02 => format!("at most 1/{:.0}", 1.0 / most),
            Bound::RatioAtMost(most) => format!("at most {most:.2} of it"),
            Bound::ExtraMsAtMost(most) => format!("at most {most:.0} ms more"),
            Bound::TimesAtLeast(least) => format!("at least {least:.1} times"),
            Bound::MegabytesAtMost(most) => format!("at most {most:.0} MB"),
            Bound::SecondsAtMost(most) => format!("at most {most:.0} s"),
            Bound::MsAtMostInMost(most) => format!("at most {most:.0} ms (p95)"),
        }
    }

    /// A figure, in the words of the bound.
    pub(crate) fn show(self, value: f64) -> String {
        match self {
            Bound::RatioAtMost(most) if most < 0.02 => format!("1/{:.0}", 1.0 / value),
            Bound::RatioAtMost(_) => format!("{value:.3}"),
            Bound::ExtraMsAtMost(_) => format!("{value:+.1} ms"),
            Bound::TimesAtLeast(_) => format!("{value:.2} times"),
            Bound::MegabytesAtMost(_) => format!("{value:.1} MB"),
            Bound::SecondsAtMost(_) => format!("{value:.2} s"),
            Bound::MsAtMostInMost(_) => format!("{value:.2} ms"),
        }
    }

    /// Whether the figure keeps to it, and else by how much it does not.
    pub(crate) fn verdict(self, value: f64) -> Result<(), String> {
        let (met, by) = match self {
            Bound::MsAtMostInMost(most) | Bound::ExtraMsAtMost(most) => {
                (value <= most, format!("{:.1} ms", value - most))
            }
            Bound::TimesAtLeast(least) => (
                value >= least,
                format!("{:.0} %", (1.0 - value / least) * 100.0),
            ),
            Bound::RatioAtMost(most)
            | Bound::MegabytesAtMost(most)
            | Bound::SecondsAtMost(most) => (
                value <= most,
                format!("{:.0} %", (value / most - 1.0) * 100.0),
            ),
        };
        if met { Ok(()) } else { Err(by) }
    }
}

const A_FILE_OF_ONE_LINE: &str = "processes that wake each other one after the other, and what an interpreter takes to open, \
                                  compile and execute a file (see the profile).";
const A_PRECOMPILED_HEADER: &str = "the compiler's own passes over the program and the linker are left even where a header is \
                                    precompiled, and to map a precompiled header costs by its size.";

/// Every goal, in the order of the table.
pub(crate) const GOALS: &[Goal] = &[
    Goal {
        work: Work::PythonHello,
        title: "Python hello",
        against: "bare `python3 -c 'print(1)'`",
        bound: Bound::RatioAtMost(0.12),
        in_the_way: A_FILE_OF_ONE_LINE,
    },
    Goal {
        work: Work::PythonHello,
        title: "Python hello",
        against: "`docker cp` and `docker exec` into a warm container",
        bound: Bound::RatioAtMost(1.0 / 60.0),
        in_the_way: A_FILE_OF_ONE_LINE,
    },
    Goal {
        work: Work::Plot,
        title: "matplotlib plot, picture returned",
        against: "bare `python3` doing the same",
        bound: Bound::RatioAtMost(0.11),
        in_the_way: "drawing and compressing the picture are left even where every import is paid: nine tenths of the time \
                     is matplotlib's own.",
    },
    Goal {
        work: Work::Numpy,
        title: "numpy: import, 200×200 matrix product",
        against: "bare `python3` doing the same",
        bound: Bound::RatioAtMost(0.06),
        in_the_way: "the product, and the process's own start and end, are left even where the import is paid.",
    },
    Goal {
        work: Work::CppIostream,
        title: "C++ hello, `<iostream>`, never seen before",
        against: "bare `g++ -O2` and run",
        bound: Bound::RatioAtMost(0.25),
        in_the_way: A_PRECOMPILED_HEADER,
    },
    Goal {
        work: Work::CppBits,
        title: "C++ hello, `<bits/stdc++.h>`, never seen before",
        against: "bare `g++ -O2` and run",
        bound: Bound::RatioAtMost(0.22),
        in_the_way: A_PRECOMPILED_HEADER,
    },
    Goal {
        work: Work::CppSeen,
        title: "C++ program seen before",
        against: "bare run of its binary",
        bound: Bound::ExtraMsAtMost(3.0),
        in_the_way: "the program travels from the server into a fresh sandbox, whose first process starts it.",
    },
    Goal {
        work: Work::FiftyTests,
        title: "C++, one new program and 50 tests of it",
        against: "one bare `g++ -O2` and 50 runs",
        bound: Bound::RatioAtMost(1.2),
        in_the_way: "each test is a request with a sandbox of its own, beside a bare fork and exec.",
    },
    Goal {
        work: Work::FirstOutput,
        title: "first line of output, from its being written to its event",
        against: "",
        bound: Bound::MsAtMostInMost(10.0),
        in_the_way: "a line goes from the program's pipe to the supervisor, to the server, and to whoever follows the run.",
    },
    Goal {
        work: Work::ThroughputPython,
        title: "throughput, Python hello, 16 connections",
        against: "the best of bare processes on all cores",
        bound: Bound::TimesAtLeast(6.0),
        in_the_way: "after every run a sandbox is taken apart and the next one put up, with an interpreter's memory in it, \
                     on the same cores as server and clients (see the profile).",
    },
    Goal {
        work: Work::ThroughputCpp,
        title: "throughput, C++ seen before, 16 connections",
        against: "the best of bare processes on all cores",
        bound: Bound::TimesAtLeast(0.7),
        in_the_way: "after every run a sandbox is taken apart and the next one put up, on the same cores as server and \
                     clients (see the profile).",
    },
    Goal {
        work: Work::IdleMemory,
        title: "memory of an idle Python runner",
        against: "",
        bound: Bound::MegabytesAtMost(15.0),
        in_the_way: "an interpreter that has imported what programs import, and the fork of it that waits; with numpy and \
                     matplotlib, where programs have wanted them, two more.",
    },
    Goal {
        work: Work::ServerMemory,
        title: "server's resident memory after 10,000 runs",
        against: "",
        bound: Bound::MegabytesAtMost(40.0),
        in_the_way: "compiled programs are kept in memory, up to the bound of the cache.",
    },
    Goal {
        work: Work::Start,
        title: "from start to ready, 4 warm runners (2 Python, 2 C++)",
        against: "",
        bound: Bound::SecondsAtMost(3.0),
        in_the_way: "runners start at once and share the cores; a container takes the daemon's time as well.",
    },
    Goal {
        work: Work::Start,
        title: "from start to ready, 4 warm Python runners",
        against: "",
        bound: Bound::SecondsAtMost(3.0),
        in_the_way: "runners start at once and share the cores; a container takes the daemon's time as well.",
    },
];
