//! The faults, one at a time. Each is a real one, and over when its function returns.

use super::client::{Client, Reply};
use super::clock::{self, Clock};
use super::daemon::Daemon;
use super::disk::Disk;
use super::fault::Fault;
use super::processes::{self, Known, Stopped};
use super::programs::probe;
use super::service::{CONFIG, Service};
use super::tally::Shared;
use crate::attacks::next;
use anyhow::Context;
use rustix::process::Signal;
use serde_json::Value;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// A server that is asked to stop lets the longest program of the traffic end first.
const STOP: Duration = Duration::from_secs(60);
const KILL: Duration = Duration::from_secs(10);
/// What a server's runners get to be gone.
const VANISH: Duration = Duration::from_secs(10);
/// The guards look every second, and give a disk two.
const NOTICE: Duration = Duration::from_secs(8);
const LOOK_AGAIN: Duration = Duration::from_millis(100);
const ANSWER: Duration = Duration::from_secs(60);
const NOT_IN_ORDER: &str = "did not end in order";

/// What faults are done to, and by which dice.
pub(super) struct Scene<'a> {
    pub(super) service: &'a mut Service,
    pub(super) disk: &'a Disk,
    pub(super) daemon: Option<&'a Daemon>,
    pub(super) clock: &'a Clock,
    pub(super) shared: &'a Shared,
    pub(super) seed: u64,
}

/// When it was over, and which processes must be gone.
pub(super) struct Injected {
    pub(super) over: Instant,
    pub(super) gone: Vec<Known>,
}

impl Scene<'_> {
    /// Does one of them. An error is a failure of the server, unless it says otherwise.
    pub(super) fn inject(&mut self, fault: Fault) -> anyhow::Result<Injected> {
        let mut started = None;
        let gone = match fault {
            Fault::RunnerKilled => self.kill_runners(1)?,
            Fault::RunnersKilled => self.kill_runners(usize::MAX)?,
            Fault::SupervisorStopped => self.stop_supervisor()?,
            Fault::DaemonFrozen => {
                let frozen = self.daemon.context("no daemon")?.freeze()?;
                self.sleep(3_000, 14_000);
                drop(frozen);
                Vec::new()
            }
            Fault::DiskFull => self.fill_disk()?,
            Fault::Reload => {
                let level = ["debug", "info"][(self.dice() % 2) as usize];
                let seconds = 40 + self.dice() % 20;
                let text = format!(
                    "log_filter = 'warn,warmbox::server={level}'\nshutdown_timeout = '{seconds}s'\n"
                );
                self.reload(&text, "the configuration was read again")?
            }
            Fault::WrongReload => {
                let wrong = [
                    "shutdown_timeout = 'for ever'\n",
                    "no_such_setting = 1\n",
                    "= [",
                ];
                let text = wrong[(self.dice() % 3) as usize];
                let gone =
                    self.reload(text, "the new configuration is wrong; the old one stays")?;
                self.service.configure(CONFIG)?;
                gone
            }
            Fault::ClockStepped => {
                clock::step(self.clock)?;
                Vec::new()
            }
            Fault::ServerStopped => {
                started = Some(self.restart(Signal::TERM)?);
                Vec::new()
            }
            Fault::ServerKilled => {
                started = Some(self.restart(Signal::KILL)?);
                Vec::new()
            }
        };
        Ok(Injected {
            over: started.unwrap_or_else(Instant::now),
            gone,
        })
    }

    fn kill_runners(&mut self, most: usize) -> anyhow::Result<Vec<Known>> {
        let mut runners = self.service.runners()?;
        anyhow::ensure!(!runners.is_empty(), "no runner is there");
        let first = self.dice() as usize % runners.len();
        runners.rotate_left(first);
        runners.truncate(most);
        let mut gone = Vec::new();
        for runner in runners {
            // The keeper, with which all of it ends, or the supervisor below it.
            let below = processes::children(runner.pid);
            let victim = match self.dice() % 2 {
                0 => below.first().copied().unwrap_or(runner),
                _ => runner,
            };
            self.shared.runner_is_killed();
            victim.signal(Signal::KILL)?;
            gone.push(victim);
        }
        Ok(gone)
    }

    fn stop_supervisor(&mut self) -> anyhow::Result<Vec<Known>> {
        let runners = self.service.runners()?;
        anyhow::ensure!(!runners.is_empty(), "no runner is there");
        let runner = runners[self.dice() as usize % runners.len()];
        let below = processes::children(runner.pid);
        let stopped = Stopped::new(below.first().copied().unwrap_or(runner))?;
        self.sleep(2_000, 8_000);
        drop(stopped);
        Ok(Vec::new())
    }

    /// New work must be refused soon, and for as long as the disk is full.
    fn fill_disk(&mut self) -> anyhow::Result<Vec<Known>> {
        self.disk.fill()?;
        let start = Instant::now();
        let emptied = (|| {
            while !self.is_refused_for_the_disk()? {
                anyhow::ensure!(start.elapsed() < NOTICE, "a full disk goes unnoticed");
                std::thread::sleep(LOOK_AGAIN);
            }
            self.sleep(1_000, 6_000);
            let still = self.is_refused_for_the_disk()?;
            anyhow::ensure!(still, "work is taken while the disk is full");
            Ok(Vec::new())
        })();
        self.disk.empty()?;
        emptied
    }

    fn is_refused_for_the_disk(&self) -> anyhow::Result<bool> {
        let number = self.shared.number.fetch_add(1, Ordering::Relaxed);
        let program = probe("python", number);
        let mut client = Client::new(self.service.address, ANSWER);
        match client.execute(program.language, &program.body) {
            Ok(Reply {
                status: 503,
                retry_after: Some(1..),
                body,
            }) => {
                let body: Value = serde_json::from_str(&body)?;
                Ok(body["code"] == "disk_low")
            }
            Ok(Reply { .. }) => Ok(false),
            Err(_) => anyhow::bail!("no answer while the disk is full"),
        }
    }

    fn reload(&mut self, text: &str, words: &str) -> anyhow::Result<Vec<Known>> {
        let told = |service: &Service| service.log().matches(words).count();
        let before = told(self.service);
        self.service.configure(text)?;
        self.service.process()?.signal(Signal::HUP)?;
        let start = Instant::now();
        while told(self.service) == before {
            let late = start.elapsed() > NOTICE;
            anyhow::ensure!(!late, "the log does not say: {words}");
            std::thread::sleep(LOOK_AGAIN);
        }
        Ok(Vec::new())
    }

    /// Ends the server, looks for what is left of it, and starts the next one; answers when.
    fn restart(&mut self, signal: Signal) -> anyhow::Result<Instant> {
        let killed = signal == Signal::KILL;
        let pid = self.service.process()?.pid;
        let runners = self.service.runners()?;
        let mut family = processes::families(&runners);
        let status = match killed {
            true => self.service.end(signal, KILL)?,
            false => self.service.end(signal, STOP)?,
        };
        if !killed {
            let code = status.code();
            anyhow::ensure!(code == Some(0), "after SIGTERM it ended with {status}");
            let left = self.service.containers()?;
            anyhow::ensure!(left.is_empty(), "containers are left: {left:?}");
        }
        family.retain(|process| process.lives());
        let left = processes::left_after(VANISH, &family);
        anyhow::ensure!(left.is_empty(), "processes of runners are left: {left:?}");
        let before = self.service.log().len();
        self.shared.life.fetch_add(1, Ordering::SeqCst);
        self.service.start()?;
        let started = Instant::now();
        self.service.await_ready(STOP)?;
        let log = self.service.log();
        let log = log.get(before..).unwrap_or_default();
        let told = log.contains(NOT_IN_ORDER) && log.contains(&format!("pid={pid}"));
        anyhow::ensure!(
            told == killed,
            "the next server says of the last one: {log}"
        );
        Ok(started)
    }

    pub(super) fn dice(&mut self) -> u64 {
        next(&mut self.seed)
    }

    /// For a time between two, in milliseconds.
    fn sleep(&mut self, least: u64, most: u64) {
        let time = least + self.dice() % (most - least);
        std::thread::sleep(Duration::from_millis(time));
    }
}
