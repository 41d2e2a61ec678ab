//! From results to docs/performance.md, its picture and the table of README.md. What people wrote
//! around the marked sections stays as it is.

use super::chart;
use super::machine::Machine;
use super::results::{Outcome, Results};
use super::rounds::Group;
use super::samples::Samples;
use super::server::ENGINES;
use super::throughput::Throughput;
use anyhow::Context;
use std::fs;
use std::path::Path;

/// The page, section by section.
pub(crate) struct Page {
    /// Of the goals, for README.md.
    summary: String,
    goals: String,
    latencies: String,
    throughput: String,
    machine: String,
    picture: Option<String>,
}

impl Page {
    pub(crate) fn new(results: Results, machine: &Machine) -> anyhow::Result<Self> {
        let outcomes = results.outcomes();
        let groups: Vec<_> = results.groups.iter().map(|(_, group)| group).collect();
        let throughputs: Vec<_> = results.throughputs.into_iter().map(|(_, it)| it).collect();
        Ok(Self {
            summary: summary(&outcomes),
            goals: goals(&outcomes),
            latencies: latencies(&groups),
            throughput: throughput(&throughputs),
            machine: format!("{}{}", machine.table()?, noise(&groups)),
            picture: (!throughputs.is_empty()).then(|| chart::svg(&throughputs)),
        })
    }

    pub(crate) fn print(&self) {
        for section in [
            &self.goals,
            &self.latencies,
            &self.throughput,
            &self.machine,
        ] {
            println!("{section}");
        }
    }

    /// Puts every section between its markers, below `folder`.
    pub(crate) fn write(&self, folder: &Path) -> anyhow::Result<()> {
        let page = folder.join("docs/performance.md");
        for (name, section) in [
            ("goals", &self.goals),
            ("latencies", &self.latencies),
            ("throughput", &self.throughput),
            ("machine", &self.machine),
        ] {
            replace(&page, name, section)?;
        }
        replace(&folder.join("README.md"), "summary", &self.summary)?;
        if let Some(picture) = &self.picture {
            fs::write(folder.join("docs/throughput.svg"), picture)?;
        }
        Ok(())
    }
}

fn replace(path: &Path, name: &str, section: &str) -> anyhow::Result<()> {
    let (begin, end) = (
        format!("<!-- bench:{name} -->"),
        format!("<!-- bench:{name}:end -->"),
    );
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let parts = text.split_once(&begin).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(&end)?;
        Some((before, after))
    });
    let (before, after) =
        parts.with_context(|| format!("{} lacks {begin} and {end}", path.display()))?;
    fs::write(
        path,
        format!("{before}{begin}\n{}\n{end}{after}", section.trim_end()),
    )?;
    Ok(())
}

/// Each engine's figure beside the goal, and no more.
fn summary(outcomes: &[Outcome]) -> String {
    let mut text = format!(
        "| work | against | goal | {} |\n|---|---|---|--:|--:|\n",
        ENGINES.map(|engine| format!("{engine} engine")).join(" | ")
    );
    for Outcome { goal, figures } in outcomes {
        let cells = figures.iter().map(|(_, figure)| match figure {
            Ok(figure) => goal.bound.show(figure.value),
            Err(_) => "not measured".to_owned(),
        });
        text += &format!(
            "| {} | {} | {} | {} |\n",
            goal.title,
            goal.against,
            goal.bound.words(),
            cells.collect::<Vec<_>>().join(" | ")
        );
    }
    text
}

fn goals(outcomes: &[Outcome]) -> String {
    let mut text = format!(
        "| work | against | goal | {} | verdict |\n|---|---|---|---|---|---|\n",
        ENGINES.map(|engine| format!("{engine} engine")).join(" | ")
    );
    let mut ways = String::new();
    for Outcome { goal, figures } in outcomes {
        let (mut cells, mut verdicts) = (Vec::new(), Vec::new());
        for (engine, figure) in figures {
            match figure {
                Ok(figure) => {
                    let shown = goal.bound.show(figure.value);
                    cells.push(format!("**{shown}** ({})", figure.from));
                    verdicts.push(match goal.bound.verdict(figure.value) {
                        Ok(()) => "met".to_owned(),
                        Err(by) => format!("{engine}: missed by {by}"),
                    });
                }
                Err(why) => {
                    cells.push(format!("not measured: {}", cell(why)));
                    verdicts.push(format!("{engine}: not measured"));
                }
            }
        }
        let missed = verdicts.iter().any(|verdict| verdict.contains("missed"));
        verdicts.dedup();
        text += &format!(
            "| {} | {} | {} | {} | {} |\n",
            goal.title,
            goal.against,
            goal.bound.words(),
            cells.join(" | "),
            verdicts.join("; ")
        );
        let way = format!("- **{}**: {}\n", goal.title, goal.in_the_way);
        // Once, where the same work has two goals.
        if missed && !ways.contains(&way) {
            ways += &way;
        }
    }
    if !ways.is_empty() {
        text += &format!("\nWhat stands in the way of those that are missed:\n\n{ways}");
    }
    text
}

fn latencies(groups: &[&Group]) -> String {
    let mut text = String::from(
        "| program | how | runs | p50, ms | p95, ms | p99, ms | p50, ratio |\n\
         |---|---|--:|--:|--:|--:|--:|\n",
    );
    for group in groups {
        let base_ms = group.base().map(|base| base.percentile_ms(50));
        for side in &group.sides {
            let start = format!("| {} | {} |", group.program, side.name);
            text += &match &side.samples {
                Err(why) => format!("{start} | not measured: {} | | | |\n", cell(why)),
                Ok(samples) => {
                    let ratio = base_ms.as_ref().map_or(String::new(), |base| {
                        format!("{:.3}", samples.percentile_ms(50) / base)
                    });
                    let [p50, p95, p99] = percentiles(samples);
                    format!(
                        "{start} {} | {p50} | {p95} | {p99} | {ratio} |\n",
                        samples.count()
                    )
                }
            };
        }
    }
    text
}

fn percentiles(samples: &Samples) -> [String; 3] {
    [50, 95, 99].map(|percent| format!("{:.1}", samples.percentile_ms(percent)))
}

fn throughput(all: &[Throughput]) -> String {
    let mut text = String::new();
    if !all.is_empty() {
        text += "![Programs a second at 1 to 64 connections](throughput.svg)\n\n";
    }
    for of in all {
        text += &format!(
            "{}; each figure is the median of {} times {} s:\n\n\
             | how | at once | runs a second | p50, ms | p95, ms | p99, ms | refused |\n|---|--:|--:|--:|--:|--:|--:|\n",
            of.title, of.times, of.seconds
        );
        for (engine, points) in &of.engines {
            match points {
                Err(why) => {
                    text += &format!(
                        "| {engine} engine | | not measured: {} | | | |\n",
                        cell(why)
                    );
                }
                Ok(points) => {
                    for point in points {
                        let [p50, p95, p99] = percentiles(&point.latency);
                        text += &format!(
                            "| {engine} engine | {} | {:.0} | {p50} | {p95} | {p99} | {} |\n",
                            point.at_once,
                            point.rate(),
                            point.refused
                        );
                    }
                }
            }
        }
        for point in &of.bare {
            text += &format!(
                "| bare processes | {} | {:.0} | | | | |\n",
                point.at_once,
                point.rate()
            );
        }
        text.push('\n');
    }
    text
}

/// How far two bare runs of the same thing were apart.
fn noise(groups: &[&Group]) -> String {
    let mut text = String::from(
        "\nHow noisy it was, on the side that others are compared with: p95 to p50, and the second half of \
         the rounds to the first.\n\n| program | p95 to p50 | second half to first |\n|---|--:|--:|\n",
    );
    for group in groups {
        // A single round says nothing about noise.
        if let Some(base) = group.base().ok().filter(|base| base.count() > 1) {
            let spread = base.percentile_ms(95) / base.percentile_ms(50);
            text += &format!(
                "| {} | {spread:.2} | {:.2} |\n",
                group.program,
                base.drift()
            );
        }
    }
    text
}

/// One line without what a table would take for its own.
fn cell(text: &str) -> String {
    let line: String = text
        .lines()
        .next()
        .unwrap_or_default()
        .chars()
        .take(160)
        .collect();
    line.replace('|', "/")
}
