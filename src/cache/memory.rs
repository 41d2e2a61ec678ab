//! The programs that are at hand: bounded by bytes, the least recently used out first.

use super::program::Program;
use super::stats::TierStats;
use super::{Key, SHARE};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use warmbox_protocol::Limits;

/// What an entry takes beside its bytes, about: key, maps, allocations.
const OVERHEAD: u64 = 512;
/// How long an entry may be used from here before its file is told, which would else look as if
/// nobody wanted it.
const TELL_DISK: Duration = Duration::from_secs(600);

pub(super) struct Memory {
    most: u64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    entries: HashMap<Key, Entry>,
    /// By the number of the use that was the last.
    by_use: BTreeMap<u64, Key>,
    uses: u64,
    bytes: u64,
    stats: TierStats,
}

struct Entry {
    program: Arc<Program>,
    weight: u64,
    used: u64,
    told_disk: Instant,
}

/// A program, and whether it is time to tell its file that it is used.
pub(super) struct Got {
    pub(super) program: Arc<Program>,
    pub(super) tell_disk: bool,
}

impl Memory {
    /// Keeps at most so many bytes; none with 0.
    pub(super) fn new(most: u64) -> Self {
        Self {
            most,
            state: Mutex::default(),
        }
    }

    pub(super) fn is_on(&self) -> bool {
        self.most > 0
    }

    /// The program of that name, if one is here that fits these limits.
    pub(super) fn get(&self, key: &Key, limits: &Limits) -> Option<Got> {
        let mut state = self.state();
        let State {
            entries,
            by_use,
            uses,
            stats,
            ..
        } = &mut *state;
        let entry = (entries.get_mut(key)).filter(|entry| entry.program.cost.fits(limits))?;
        by_use.remove(&entry.used);
        *uses += 1;
        entry.used = *uses;
        by_use.insert(*uses, *key);
        stats.hits_total += 1;
        let tell_disk = entry.told_disk.elapsed() >= TELL_DISK;
        if tell_disk {
            entry.told_disk = Instant::now();
        }
        Some(Got {
            program: entry.program.clone(),
            tell_disk,
        })
    }

    pub(super) fn missed(&self) {
        self.state().stats.misses_total += 1;
    }

    /// Keeps a program, and lets go of those that were not used for longest. One that would push
    /// out too many others is not kept.
    pub(super) fn put(&self, key: Key, program: Arc<Program>) {
        let weight = program.weight() + OVERHEAD;
        if weight > self.most / SHARE {
            return;
        }
        let mut state = self.state();
        state.remove(&key);
        while state.bytes + weight > self.most {
            let Some((_, oldest)) = state.by_use.pop_first() else {
                break;
            };
            state.remove(&oldest);
            state.stats.evicted_total += 1;
        }
        state.uses += 1;
        let used = state.uses;
        state.bytes += weight;
        state.by_use.insert(used, key);
        state.entries.insert(
            key,
            Entry {
                program,
                weight,
                used,
                told_disk: Instant::now(),
            },
        );
    }

    pub(super) fn stats(&self) -> TierStats {
        let state = self.state();
        TierStats {
            entries: state.entries.len() as u64,
            bytes: state.bytes,
            max_bytes: self.most,
            ..state.stats
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn remove(&mut self, key: &Key) {
        if let Some(entry) = self.entries.remove(key) {
            self.by_use.remove(&entry.used);
            self.bytes -= entry.weight;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::key::tests::key;
    use super::super::program::tests::{ENOUGH, program};
    use super::*;
    use proptest::prelude::*;

    fn of_weight(weight: u64) -> Arc<Program> {
        let said = program(b"").weight() + OVERHEAD;
        Arc::new(program(&vec![0; (weight - said) as usize]))
    }

    fn has(memory: &Memory, name: &str) -> bool {
        memory.get(&key(name), &ENOUGH).is_some()
    }

    #[test]
    fn the_least_recently_used_goes_first() {
        let memory = Memory::new(8000);
        for name in ["a", "b", "c", "d", "e", "f", "g", "h"] {
            memory.put(key(name), of_weight(1000));
        }
        assert_eq!((memory.stats().entries, memory.stats().bytes), (8, 8000));
        assert!(has(&memory, "a"));
        memory.put(key("i"), of_weight(1000));
        assert!(has(&memory, "a") && has(&memory, "i") && !has(&memory, "b"));
        // The same again is one entry, not two.
        memory.put(key("i"), of_weight(1000));
        let stats = memory.stats();
        assert_eq!(
            (stats.entries, stats.evicted_total, stats.hits_total),
            (8, 1, 3)
        );
    }

    #[test]
    fn one_program_does_not_push_out_all_others() {
        let memory = Memory::new(8000);
        memory.put(key("small"), of_weight(1000));
        memory.put(key("large"), of_weight(1001));
        assert!(has(&memory, "small") && !has(&memory, "large"));
        let none = Memory::new(0);
        none.put(key("a"), of_weight(1000));
        assert_eq!(none.stats(), TierStats::default());
    }

    #[test]
    fn one_that_took_more_than_is_allowed_now_is_not_given() {
        let memory = Memory::new(1 << 20);
        memory.put(key("a"), Arc::new(program(b"a")));
        let less = Limits {
            wall_ms: 4,
            ..ENOUGH
        };
        assert!(memory.get(&key("a"), &less).is_none());
        assert!(has(&memory, "a"));
    }

    proptest! {
        #[test]
        fn it_never_holds_more_than_it_may(puts in proptest::collection::vec((0..20u8, 600..2000u64), 1..60)) {
            let memory = Memory::new(10_000);
            for (name, weight) in puts {
                memory.put(key(&name.to_string()), of_weight(weight));
                let stats = memory.stats();
                prop_assert!(stats.bytes <= 10_000);
                let state = memory.state();
                let sum: u64 = state.entries.values().map(|entry| entry.weight).sum();
                prop_assert_eq!(sum, state.bytes);
                prop_assert_eq!(state.entries.len(), state.by_use.len());
            }
        }
    }
}
