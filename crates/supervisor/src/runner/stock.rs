//! The sandboxes that wait for a run: one for each prepared interpreter that stands, with a fork of
//! it inside; or one with nothing inside, where there is none.

use super::meter::Waited;
use crate::failure::Failure;
use crate::sandbox::{Blueprint, IdSource, Parent, Sandbox, Stand};
use crate::sys::process;
use std::os::fd::RawFd;
use warmbox_protocol::{ParentPlan, Prepared};

/// The first parent's time to import what it imports. It is short of the server's patience with a
/// new runner.
const FIRST_STANDS_BY_MS: i32 = 20_000;

/// What a parent may hold in memory when it stands, beyond what it has while it comes to stand: a run
/// that begins meanwhile must not be refused it.
const GROWS_BY_BYTES: u64 = 128 << 20;

pub(super) struct Stock {
    blueprint: Blueprint,
    ids: IdSource,
    parents: Vec<Place>,
    /// Parents that nobody has wanted yet.
    on_demand: Vec<ParentPlan>,
    env: Vec<(String, String)>,
    /// Where no parent stands.
    plain: Option<Ready>,
}

/// A sandbox that waits.
struct Ready {
    sandbox: Sandbox,
    waited: Option<Waited>,
}

impl Ready {
    /// What waits may be what the kernel ends where a run was out of memory.
    fn is_alive(&self) -> bool {
        self.sandbox.waiting.is_none_or(process::is_alive)
    }

    fn prepare(
        blueprint: &Blueprint,
        ids: &mut IdSource,
        parent: Option<&Parent>,
    ) -> Result<Self, Failure> {
        let sandbox = Sandbox::prepare(blueprint, ids, parent)?;
        Ok(Self {
            waited: sandbox.waiting.map(Waited::find),
            sandbox,
        })
    }
}

/// A parent and the sandbox in which a fork of it waits.
struct Place {
    parent: Parent,
    stands: bool,
    ready: Option<Ready>,
    /// What both held in memory when the sandbox was put up. They wait: it does not change.
    parent_bytes: u64,
    sandbox_bytes: u64,
}

/// A sandbox for one run, and what else is alive in the runner meanwhile.
pub(super) struct Taken {
    pub(super) sandbox: Sandbox,
    /// The arguments for the fork that waits in it, if that is what will run.
    pub(super) waiting: Option<Vec<String>>,
    pub(super) waited: Option<Waited>,
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
        let mut stock = Self {
            blueprint,
            ids,
            parents: Vec::new(),
            on_demand: Vec::new(),
            env: env.to_vec(),
            plain: None,
        };
        for plan in plans {
            match plan.on_demand {
                true => stock.on_demand.push(plan.clone()),
                false => stock.add(plan),
            }
        }
        stock.look(FIRST_STANDS_BY_MS);
        stock
    }

    fn add(&mut self, plan: &ParentPlan) {
        match Parent::start(&plan.name, &plan.argv, &self.env) {
            Ok(parent) => self.parents.push(Place {
                parent,
                stands: false,
                ready: None,
                parent_bytes: 0,
                sandbox_bytes: 0,
            }),
            Err(failure) => done_without(&plan.name, &failure.to_string()),
        }
    }

    /// The parents that stand, will, or would if they were wanted.
    pub(super) fn names(&self) -> Vec<&str> {
        let started = self.parents.iter().map(|place| place.parent.name.as_str());
        let others = self.on_demand.iter().map(|plan| plan.name.as_str());
        started.chain(others).collect()
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

    /// Starts a parent that a run has wanted and not found. Only while nothing of a run is alive.
    pub(super) fn start_wanted(&mut self, wanted: Option<&Prepared>) {
        let is_it = |plan: &ParentPlan| wanted.is_some_and(|it| it.parent == plan.name);
        if let Some(at) = self.on_demand.iter().position(is_it) {
            let plan = self.on_demand.remove(at);
            self.add(&plan);
        }
    }

    /// Puts up what is missing. Only while nothing of a run is alive.
    pub(super) fn fill(&mut self) -> Result<(), Failure> {
        self.look(0);
        for place in &mut self.parents {
            place.ready.take_if(|ready| !ready.is_alive());
            if place.stands && place.ready.is_none() {
                place.fill(&self.blueprint, &mut self.ids)?;
            }
        }
        if self.parents.iter().any(|place| place.stands) {
            self.plain = None;
        } else if self.plain.is_none() {
            self.plain = Some(Ready::prepare(&self.blueprint, &mut self.ids, None)?);
        }
        Ok(())
    }

    /// Takes the sandbox for a run: that of the parent it names; of the first, which can go on with
    /// any program, where that does not stand yet; any, where it names none.
    pub(super) fn take(&mut self, wanted: Option<&Prepared>) -> Result<Taken, Failure> {
        let waits = |place: &Place| place.ready.is_some();
        let named = |place: &Place| wanted.is_some_and(|it| it.parent == place.parent.name);
        let at = (self.parents.iter().position(|it| waits(it) && named(it)))
            .or_else(|| self.parents.iter().position(waits));
        let taken = match at {
            Some(at) => self.parents[at].ready.take(),
            None => self.plain.take(),
        };
        let Ready { sandbox, waited } = match taken {
            Some(ready) => ready,
            None => Ready::prepare(&self.blueprint, &mut self.ids, None)?,
        };
        let args = wanted.map(|prepared| prepared.args.clone());
        Ok(Taken {
            waiting: args.filter(|_| at.is_some() && sandbox.waiting.is_some()),
            sandbox,
            waited,
            others: self.others(),
        })
    }

    /// Sockets that belong to what waits: with each parent a pair, with each sandbox one, and one with
    /// the program in it.
    pub(super) fn sockets(&self) -> u64 {
        let ready = self.parents.iter().filter_map(|place| place.ready.as_ref());
        let ready = ready.chain(&self.plain);
        let pairs = |ready: &Ready| 1 + u64::from(ready.sandbox.waiting.is_some());
        2 * (self.parents.len() as u64 + ready.map(pairs).sum::<u64>())
    }

    fn others(&self) -> Others {
        let mut others = Others::default();
        for place in &self.parents {
            place.add_to(&mut others);
        }
        others
    }
}

impl Place {
    fn fill(&mut self, blueprint: &Blueprint, ids: &mut IdSource) -> Result<(), Failure> {
        let ready = Ready::prepare(blueprint, ids, Some(&self.parent))?;
        // More than they have to themselves: what is less would refuse the next run's limit.
        self.parent_bytes = self.parent.resident_bytes();
        let pids = [Some(ready.sandbox.pid as u32), ready.sandbox.waiting];
        let bytes = |pid: u32| process::resident_bytes(pid as i32);
        self.sandbox_bytes = pids.into_iter().flatten().map(bytes).sum();
        self.ready = Some(ready);
        Ok(())
    }

    fn add_to(&self, others: &mut Others) {
        others.pids.push(self.parent.pid());
        others.memory_bytes += match self.stands {
            true => self.parent_bytes,
            false => self.parent.resident_bytes() + GROWS_BY_BYTES,
        };
        if let Some(Ready { sandbox, .. }) = &self.ready {
            let shadow = sandbox.shadow.map(|shadow| shadow.pid);
            let pids = [Some(sandbox.pid as u32), sandbox.waiting, shadow];
            others.pids.extend(pids.into_iter().flatten());
            others.memory_bytes += self.sandbox_bytes;
        }
    }
}

/// Not on the link, where an idle runner has nothing to say. One that had nothing to prepare, as
/// where its modules are not installed, ends without a word.
fn done_without(name: &str, why: &str) {
    if !why.is_empty() {
        eprintln!("warmbox-supervisor: the prepared interpreter {name:?} cannot be used: {why}");
    }
}
