//! The throughput curves as a picture: plain SVG, readable on light and on dark pages, and without
//! telling colours apart.

use super::throughput::{CONNECTIONS, Throughput};

const WIDTH: f64 = 460.0;
const HEIGHT: f64 = 340.0;
const LEFT: f64 = 58.0;
const RIGHT: f64 = 18.0;
const TOP: f64 = 38.0;
const BOTTOM: f64 = 78.0;
/// Lines across, from nothing to the top.
const STEPS: f64 = 5.0;

const STYLE: &str = "
  svg { font: 12px system-ui, sans-serif; }
  .page { fill: #ffffff; }
  text { fill: #1f2328; }
  .title { font-size: 14px; font-weight: 600; }
  .grid { stroke: #d0d7de; stroke-width: 1; }
  .line { fill: none; stroke-width: 2.5; }
  .embedded { stroke: #0969da; }
  .docker { stroke: #bc4c00; }
  .bare { stroke: #57606a; stroke-dasharray: 6 4; }
  .mark { stroke-width: 2; fill: #ffffff; stroke-dasharray: none; }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117; }
    text { fill: #e6edf3; }
    .grid { stroke: #30363d; }
    .embedded { stroke: #58a6ff; }
    .docker { stroke: #f0883e; }
    .bare { stroke: #9ea7b3; }
    .mark { fill: #0d1117; }
  }
";

/// One panel for each program, side by side.
pub(crate) fn svg(panels: &[Throughput]) -> String {
    let width = WIDTH * panels.len() as f64;
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {HEIGHT}\" width=\"{width}\" \
         height=\"{HEIGHT}\" role=\"img\" aria-label=\"Programs a second at 1 to 64 connections\">\n\
         <style>{STYLE}</style>\n<rect class=\"page\" width=\"100%\" height=\"100%\"/>\n"
    );
    for (index, panel) in panels.iter().enumerate() {
        text += &format!("<g transform=\"translate({} 0)\">\n", WIDTH * index as f64);
        draw(panel, &mut text);
        text += "</g>\n";
    }
    text + "</svg>\n"
}

fn draw(panel: &Throughput, text: &mut String) {
    let bare = panel.best_bare();
    let curves: Vec<_> = (panel.engines.iter())
        .filter_map(|(engine, points)| Some((engine.to_string(), points.as_ref().ok()?)))
        .collect();
    let rates = curves.iter().flat_map(|(_, points)| points.iter());
    let highest = rates
        .chain(bare)
        .map(|point| point.rate())
        .fold(1.0, f64::max);
    let step = round_up(highest / STEPS);
    let y = |rate: f64| HEIGHT - BOTTOM - rate / (step * STEPS) * (HEIGHT - BOTTOM - TOP);
    *text += &format!(
        "<text class=\"title\" x=\"{LEFT}\" y=\"22\">{}</text>\n",
        panel.title
    );
    for line in 0..=STEPS as u32 {
        let rate = step * f64::from(line);
        *text += &format!(
            "<line class=\"grid\" x1=\"{LEFT}\" y1=\"{0:.1}\" x2=\"{1}\" y2=\"{0:.1}\"/>\
             <text x=\"{2}\" y=\"{3:.1}\" text-anchor=\"end\">{rate}</text>\n",
            y(rate),
            WIDTH - RIGHT,
            LEFT - 8.0,
            y(rate) + 4.0
        );
    }
    for connections in CONNECTIONS {
        *text += &format!(
            "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">{connections}</text>\n",
            x(connections),
            HEIGHT - BOTTOM + 18.0
        );
    }
    *text += &format!(
        "<text x=\"{:.1}\" y=\"{}\" text-anchor=\"middle\">connections at once</text>\n",
        (LEFT + WIDTH - RIGHT) / 2.0,
        HEIGHT - BOTTOM + 36.0
    );
    let mut legend = Legend::new();
    for (name, points) in curves {
        let places: Vec<_> = (points.iter())
            .map(|point| (x(point.at_once), y(point.rate())))
            .collect();
        let line: Vec<_> = places
            .iter()
            .map(|(x, y)| format!("{x:.1},{y:.1}"))
            .collect();
        *text += &format!(
            "<polyline class=\"line {name}\" points=\"{}\"/>\n",
            line.join(" ")
        );
        for place in places {
            *text += &mark(&name, place);
        }
        legend.entry(&name, &name, text);
    }
    if let Some(best) = bare {
        let at = y(best.rate());
        let line = format!("M{LEFT} {at:.1}H{}", WIDTH - RIGHT);
        *text += &format!("<path class=\"line bare\" d=\"{line}\"/>\n");
        legend.entry("bare", "bare processes", text);
    }
}

/// Each doubling is one step to the right.
fn x(connections: usize) -> f64 {
    let last = CONNECTIONS[CONNECTIONS.len() - 1] as f64;
    let inner = WIDTH - LEFT - RIGHT - 30.0;
    LEFT + 15.0 + (connections as f64).log2() / last.log2() * inner
}

/// A circle, or a square: a curve is known without its colour.
fn mark(name: &str, (x, y): (f64, f64)) -> String {
    match name {
        "docker" => format!(
            "<rect class=\"mark {name}\" x=\"{:.1}\" y=\"{:.1}\" width=\"7\" height=\"7\"/>\n",
            x - 3.5,
            y - 3.5
        ),
        _ => format!("<circle class=\"mark {name}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\"/>\n"),
    }
}

struct Legend(f64);

impl Legend {
    fn new() -> Self {
        Self(LEFT)
    }

    fn entry(&mut self, name: &str, words: &str, text: &mut String) {
        let (x, y) = (self.0, HEIGHT - 14.0);
        *text += &format!(
            "<line class=\"line {name}\" x1=\"{x}\" y1=\"{0}\" x2=\"{1}\" y2=\"{0}\"/>",
            y - 4.0,
            x + 24.0
        );
        if name != "bare" {
            *text += &mark(name, (x + 12.0, y - 4.0));
        }
        *text += &format!("<text x=\"{}\" y=\"{y}\">{words}</text>\n", x + 30.0);
        self.0 += 50.0 + words.len() as f64 * 6.8;
    }
}

/// To the next 1, 2, 2.5 or 5 with zeros.
fn round_up(figure: f64) -> f64 {
    let zeros = 10_f64.powf(figure.log10().floor());
    let nice = [1.0, 2.0, 2.5, 5.0, 10.0];
    let found = nice.into_iter().find(|nice| nice * zeros >= figure);
    found.unwrap_or(10.0) * zeros
}
