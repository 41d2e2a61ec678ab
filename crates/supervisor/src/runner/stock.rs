//! The sandboxes that wait for a run: one for each prepared interpreter that stands, with a fork of
//! it inside; or one with nothing inside, where there is none.

use crate::failure::Failure;
use crate::sandbox::{Blueprint, IdSource, Parent, Sandbox, Stand};
use crate::sys::process;
use std::os::fd::RawFd;
use warmbox_protocol::{ParentPlan, Prepared};

/// The first parent's time to import what it imports. It is short of the server's patience with a
/// new runner.
const FIRST_STANDS_BY_MS: i32 = 20_000;

pub(super) struct Stock {
    blueprint: Blueprint,
    ids: IdSource,
    parents: Vec<Place>,
    /// Where no parent stands.
    plain: Option<Sandbox>,
}

/// A parent and the sandbox in which a fork of it waits.
struct Place {
    parent: Parent,
    stands: bool,
    sandbox: Option<Sandbox>,
}

/// A sandbox for one run, and what else is alive in the runner meanwhile.
pub(super) struct Taken {
    pub(super) sandbox: Sandbox,
    /// The arguments for the fork that waits in it, if that is what will run.
    pub(super) waiting: Option<Vec<String>>,
    pub(super) others: Others,
}

/// Processes in the runner that are neither the supervisor nor of the run.
#[derive(Debug, Clone, Default)]
pub(super) struct Others {
    pub(super) pids: Vec<u32>,
    pub(super) memory_bytes: u64,
}

impl Stock {
    /// Starts the parents and waits for the first. One that does not come to stand is told of and
    /// done without: its programs are started as any others.
    pub(super) fn start(
        plans: &[ParentPlan],
        env: &[(String, String)],
        blueprint: Blueprint,
        ids: IdSource,
    ) -> Self {
        let mut parents = Vec::new();
        for plan in plans {
            match Parent::start(&plan.name, &plan.argv, env) {
                Ok(parent) => parents.push(Place {
                    parent,
                    stands: false,
                    sandbox: None,
                }),
                Err(failure) => done_without(&plan.name, &failure.to_string()),
            }
        }
        let mut stock = Self {
            blueprint,
            ids,
            parents,
            plain: None,
        };
        stock.look(FIRST_STANDS_BY_MS);
        stock
    }

    /// The parents that stand, or will.
    pub(super) fn names(&self) -> Vec<&str> {
        let names = self.parents.iter().map(|place| place.parent.name.as_str());
        names.collect()
    }

    /// Readable when a parent has come to stand.
    pub(super) fn news(&self) -> Option<RawFd> {
        let coming = self.parents.iter().find(|place| !place.stands);
        coming.map(|place| place.parent.descriptor())
    }

    /// Looks which parents stand by now; `wait_ms` is for the first.
    fn look(&mut self, wait_ms: i32) {
        let mut gone = Vec::new();
        for (at, place) in self.parents.iter_mut().enumerate() {
            if place.stands {
                continue;
            }
            match place.parent.stand(if at == 0 { wait_ms } else { 0 }) {
                Stand::Ready => place.stands = true,
                Stand::Gone(why) => gone.push((at, why)),
                Stand::NotYet if at == 0 && wait_ms > 0 => {
                    gone.push((at, "it was not ready in time".to_owned()));
                }
                Stand::NotYet => {}
            }
        }
        for (at, why) in gone.into_iter().rev() {
            let place = self.parents.remove(at);
            done_without(&place.parent.name, &why);
        }
    }

    /// Puts up what is missing. Only while nothing of a run is alive.
    pub(super) fn fill(&mut self) -> Result<(), Failure> {
        self.look(0);
        for place in &mut self.parents {
            if place.stands && place.sandbox.is_none() {
                let parent = Some(&place.parent);
                place.sandbox = Some(Sandbox::prepare(&self.blueprint, &mut self.ids, parent)?);
            }
        }
        if self.parents.iter().any(|place| place.stands) {
            self.plain = None;
        } else if self.plain.is_none() {
            self.plain = Some(Sandbox::prepare(&self.blueprint, &mut self.ids, None)?);
        }
        Ok(())
    }

    /// Takes the sandbox for a run: that of the parent it names; of the first, which can go on with
    /// any program, where that does not stand yet; any, where it names none.
    pub(super) fn take(&mut self, wanted: Option<&Prepared>) -> Result<Taken, Failure> {
        let waits = |place: &Place| place.sandbox.is_some();
        let named = |place: &Place| wanted.is_some_and(|it| it.parent == place.parent.name);
        let at = (self.parents.iter().position(|it| waits(it) && named(it)))
            .or_else(|| self.parents.iter().position(waits));
        let taken = match at {
            Some(at) => self.parents[at].sandbox.take(),
            None => self.plain.take(),
        };
        let sandbox = match taken {
            Some(sandbox) => sandbox,
            None => Sandbox::prepare(&self.blueprint, &mut self.ids, None)?,
        };
        let args = wanted.map(|prepared| prepared.args.clone());
        Ok(Taken {
            waiting: args.filter(|_| sandbox.waiting.is_some()),
            sandbox,
            others: self.others(),
        })
    }

    fn others(&self) -> Others {
        let mut others = Others::default();
        for Place {
            parent, sandbox, ..
        } in &self.parents
        {
            others.pids.push(parent.pid());
            others.memory_bytes += parent.resident_bytes();
            if let Some(waits) = sandbox {
                let pids = [Some(waits.pid as u32), waits.waiting];
                for pid in pids.into_iter().flatten() {
                    others.pids.push(pid);
                    // More than it has to itself: what is less would refuse the next run's limit.
                    others.memory_bytes += process::resident_bytes(pid as i32);
                }
            }
        }
        others
    }
}

/// Not on the link, where an idle runner has nothing to say. One that had nothing to prepare, as
/// where its modules are not installed, ends without a word.
fn done_without(name: &str, why: &str) {
    if !why.is_empty() {
        eprintln!("warmbox-supervisor: the prepared interpreter {name:?} cannot be used: {why}");
    }
}
