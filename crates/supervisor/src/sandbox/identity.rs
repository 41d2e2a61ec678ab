//! Who a run is. Inside, every run's program is uid 1000 and its first process uid 1; outside,
//! both are kernel identities that no other living run on the host has.
//!
//! The kernel counts processes, inotify watches, locked memory and more per uid over the whole
//! host: two runs with one uid would starve each other, and could signal each other.

use crate::failure::{Failure, Step};
use std::fs;
use std::io;

/// The uid and gid of user code, as it sees them.
pub const PROGRAM_ID: u32 = 1000;
/// The uid and gid of the first process of a sandbox, as user code sees them. Not 0: a
/// sandbox has no root at all.
pub const INIT_ID: u32 = 1;

/// Identities of one run, as the supervisor's own user namespace names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RunIds {
    /// `None`: the first process shares the program's, which is also the supervisor's.
    init: Option<u32>,
    pub program: u32,
    pub program_gid: u32,
}

/// Hands out identities, a pair for each run.
#[derive(Debug)]
pub enum IdSource {
    /// These ids of the supervisor's namespace belong to this runner's runs alone.
    Unique { first: u32, last: u32, next: u32 },
    /// The kernel grants nothing but the supervisor's own uid and gid.
    Shared { uid: u32, gid: u32 },
}

impl IdSource {
    /// Hands out the ids from `first` to `last`.
    pub fn new(first: u32, last: u32) -> Self {
        IdSource::Unique {
            first,
            last,
            next: first,
        }
    }

    /// The next pair. A pair comes round again only after all others, and then its run is long
    /// dead: a runner has one run at a time.
    pub fn take(&mut self) -> RunIds {
        match self {
            IdSource::Unique { first, last, next } => {
                if *next + 1 > *last {
                    *next = *first;
                }
                let init = *next;
                *next += 2;
                RunIds {
                    init: Some(init),
                    program: init + 1,
                    program_gid: init + 1,
                }
            }
            IdSource::Shared { uid, gid } => RunIds {
                init: None,
                program: *uid,
                program_gid: *gid,
            },
        }
    }
}

/// The first process's own id inside its namespace, by whether it is another than the program's.
pub fn init_inside(unique: bool) -> u32 {
    if unique { INIT_ID } else { PROGRAM_ID }
}

impl RunIds {
    /// Whether user code has a uid unlike its supervisor's.
    pub fn unique(self) -> bool {
        self.init.is_some()
    }

    /// Writes the maps of the namespaces of process `pid`, from outside of them.
    pub fn write_maps(self, pid: i32) -> Result<(), Failure> {
        if !self.unique() {
            // Without a privilege the kernel wants this before it takes a group map.
            write(pid, "setgroups", "deny").step("forbid supplementary groups")?;
        }
        // Under memory pressure the kernel shall take a run, never its supervisor.
        write(pid, "oom_score_adj", "1000").step("offer the run to the out-of-memory killer")?;
        write(pid, "uid_map", &self.map(self.program)).step("map the run's uids")?;
        write(pid, "gid_map", &self.map(self.program_gid)).step("map the run's gids")
    }

    fn map(self, program: u32) -> String {
        match self.init {
            Some(init) => format!("{INIT_ID} {init} 1\n{PROGRAM_ID} {program} 1\n"),
            None => format!("{PROGRAM_ID} {program} 1\n"),
        }
    }
}

fn write(pid: i32, file: &str, text: &str) -> io::Result<()> {
    fs::write(format!("/proc/{pid}/{file}"), text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_never_overlap_until_all_were_used_and_never_name_the_supervisor() {
        let mut source = IdSource::new(2, 255);
        let mut seen = std::collections::HashSet::new();
        for _ in 0..127 {
            let ids = source.take();
            for id in [ids.init.unwrap(), ids.program] {
                assert!((2..=255).contains(&id));
                assert!(seen.insert(id), "{id} came twice");
            }
        }
        assert_eq!(source.take().program, 3);
    }

    #[test]
    fn a_shared_identity_maps_one_id_only() {
        let ids = IdSource::Shared { uid: 7, gid: 8 }.take();
        assert_eq!(ids.map(ids.program), "1000 7 1\n");
        assert_eq!(ids.map(ids.program_gid), "1000 8 1\n");
    }
}
