//! Several ways of doing the same thing, in turns, so that a noisy minute is noisy for each.

use super::samples::Samples;
use std::time::Duration;

/// Rounds before measuring starts, and measured ones.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) warm_up: u32,
    pub(crate) measured: u32,
}

/// One way.
pub(crate) struct Way<'a> {
    pub(crate) name: String,
    /// Takes part in every so many rounds only: for those that take very long.
    pub(crate) every: u32,
    #[allow(clippy::type_complexity, reason = "a name would say no more")]
    pub(crate) once: Box<dyn FnMut(u32) -> anyhow::Result<Duration> + 'a>,
}

impl<'a> Way<'a> {
    pub(crate) fn new(
        name: impl Into<String>,
        once: impl FnMut(u32) -> anyhow::Result<Duration> + 'a,
    ) -> Self {
        Self {
            name: name.into(),
            every: 1,
            once: Box::new(once),
        }
    }

    pub(crate) fn every(self, every: u32) -> Self {
        Self { every, ..self }
    }

    /// A way that cannot be measured here.
    pub(crate) fn missing(name: impl Into<String>, why: String) -> Self {
        Self::new(name, move |_| Err(anyhow::anyhow!("{why}")))
    }
}

/// What one way came to.
#[derive(Debug)]
pub(crate) struct Side {
    pub(crate) name: String,
    /// Or why there is nothing.
    pub(crate) samples: Result<Samples, String>,
}

/// One program, in several ways.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) program: &'static str,
    pub(crate) sides: Vec<Side>,
    /// What the others are compared with.
    pub(crate) base: usize,
}

impl Group {
    pub(crate) fn base(&self) -> Result<&Samples, String> {
        self.samples(self.base)
    }

    pub(crate) fn samples(&self, index: usize) -> Result<&Samples, String> {
        let side = self.sides.get(index);
        side.map_or(Err("was not tried".to_owned()), |side| {
            side.samples.as_ref().map_err(Clone::clone)
        })
    }
}

/// All ways in turn, and in every round another one first. A way that fails is left out from then
/// on, and the table says why.
pub(crate) fn rounds(
    program: &'static str,
    plan: Plan,
    mut ways: Vec<Way<'_>>,
    base: usize,
) -> Group {
    eprintln!(
        "compare: {program}, {} rounds of {} ways",
        plan.measured,
        ways.len()
    );
    let mut sides: Vec<_> = ways
        .iter()
        .map(|way| Side {
            name: way.name.clone(),
            samples: Ok(Samples::default()),
        })
        .collect();
    for round in 0..plan.warm_up + plan.measured {
        for turn in 0..ways.len() {
            let which = (turn + round as usize) % ways.len();
            let (way, side) = (&mut ways[which], &mut sides[which]);
            let Ok(samples) = &mut side.samples else {
                continue;
            };
            if round.saturating_sub(plan.warm_up) % way.every != 0 {
                continue;
            }
            match (way.once)(round) {
                Ok(took) if round >= plan.warm_up => samples.add(took),
                Ok(_) => {}
                Err(error) => {
                    eprintln!("compare: {}: {error:#}", way.name);
                    side.samples = Err(format!("{error:#}"));
                }
            }
        }
    }
    Group {
        program,
        sides,
        base,
    }
}
