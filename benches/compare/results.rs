//! Everything that was measured, and what it says about the goals.

use super::footprint::Figures;
use super::goals::{Bound, Figure, GOALS, Goal, Work};
use super::latency::{BARE, DOCKER_EXEC};
use super::rounds::Group;
use super::samples::Samples;
use super::server::{ENGINES, Engine};
use super::throughput::{AT_GOAL, Throughput};

/// What the pieces of work came to, in the order of measuring.
#[derive(Debug, Default)]
pub(crate) struct Results {
    pub(crate) groups: Vec<(Work, Group)>,
    pub(crate) throughputs: Vec<(Work, Throughput)>,
    pub(crate) footprints: Vec<(Work, Figures)>,
}

/// One goal, and each engine's figure or why there is none.
pub(crate) struct Outcome {
    pub(crate) goal: &'static Goal,
    pub(crate) figures: Figures,
}

impl Results {
    /// The goals of all work that was measured.
    pub(crate) fn outcomes(&self) -> Vec<Outcome> {
        let outcome = |goal| {
            let figures = self.figures(goal)?;
            Some(Outcome { goal, figures })
        };
        GOALS.iter().filter_map(outcome).collect()
    }

    fn figures(&self, goal: &Goal) -> Option<Figures> {
        match goal.work {
            Work::IdleMemory | Work::ServerMemory => {
                let mut all = self.footprints.iter();
                let (_, figures) = all.find(|(work, _)| *work == goal.work)?;
                Some(figures.clone())
            }
            Work::ThroughputPython | Work::ThroughputCpp => {
                let mut all = self.throughputs.iter();
                let (_, throughput) = all.find(|(work, _)| *work == goal.work)?;
                Some(throughput_figures(throughput))
            }
            Work::FirstOutput => {
                let (_, group) = self.groups.iter().find(|(work, _)| *work == goal.work)?;
                Some(each(|index, _| {
                    let samples = group.samples(index)?;
                    Ok(Figure {
                        value: samples.percentile_ms(95),
                        from: format!("{} runs", samples.count()),
                    })
                }))
            }
            Work::Start => {
                let python = goal.title.ends_with("Python runners");
                let mut all = self.groups.iter().filter(|(work, _)| *work == Work::Start);
                let (_, group) = all.nth(usize::from(python))?;
                Some(each(|index, _| start_figure(group, index)))
            }
            work => {
                let (_, group) = self.groups.iter().find(|(of, _)| *of == work)?;
                let base = match goal.against.contains("docker exec") {
                    true => DOCKER_EXEC,
                    false => BARE,
                };
                Some(each(|index, _| {
                    latency_figure(group, index, base, goal.bound)
                }))
            }
        }
    }
}

fn each(figure: impl Fn(usize, Engine) -> Result<Figure, String>) -> Figures {
    let engines = ENGINES.into_iter().enumerate();
    engines
        .map(|(index, engine)| (engine, figure(index, engine)))
        .collect()
}

fn latency_figure(
    group: &Group,
    index: usize,
    base: usize,
    bound: Bound,
) -> Result<Figure, String> {
    let median = |samples: &Samples| samples.percentile_ms(50);
    let (ours, theirs) = (median(group.samples(index)?), median(group.samples(base)?));
    let value = match bound {
        Bound::ExtraMsAtMost(_) => ours - theirs,
        _ => ours / theirs,
    };
    Ok(Figure {
        value,
        from: format!("{ours:.1} to {theirs:.1} ms"),
    })
}

fn start_figure(group: &Group, index: usize) -> Result<Figure, String> {
    let samples = group.samples(index)?;
    Ok(Figure {
        value: samples.percentile_ms(50) / 1000.0,
        from: format!("median of {} starts", samples.count()),
    })
}

fn throughput_figures(throughput: &Throughput) -> Figures {
    let bare = throughput.best_bare();
    let figure = |(engine, points): &(Engine, Result<Vec<_>, String>)| {
        let figure = points.as_ref().map_err(Clone::clone).and_then(|points| {
            let mut points = points.iter();
            let ours = points.find(|point: &&super::throughput::Point| point.at_once == AT_GOAL);
            let (Some(ours), Some(bare)) = (ours, bare) else {
                return Err("was not tried".to_owned());
            };
            Ok(Figure {
                value: ours.rate() / bare.rate(),
                from: format!(
                    "{:.0} to {:.0} a second, {} bare processes at once",
                    ours.rate(),
                    bare.rate(),
                    bare.at_once
                ),
            })
        });
        (*engine, figure)
    };
    throughput.engines.iter().map(figure).collect()
}
